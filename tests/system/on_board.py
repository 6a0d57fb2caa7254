"""Runs a script against the simulated board on the real interpreter; the tests of this folder plant their faults so."""

import json
from pathlib import Path

from sitterctl import scenario, sim_chip, unix_port

# Settings with which a session gets to its dose, and to its end, quickly.
AT_ONCE = {"checklist": [], "baseline_readings": 1, "leave_passes": 0}
SCENARIO = Path(__file__).parents[1] / "scenarios" / "stop.json"


def run_script(script: str, folder: Path, timeout_s: int = 180, **changes: object) -> str:
    """What the script printed after `RESULT `. It gets the folder with job.json and a blank flash as its argument; the
    job is the scenario `stop` with fields changed."""
    whole = {**json.loads(SCENARIO.read_text()), "expect": {}, **changes}
    whole["settings"] = {**AT_ONCE, **whole.get("settings", {})}
    (folder / "scenario.json").write_text(json.dumps(whole))
    (folder / "job.json").write_text(json.dumps(scenario.load(folder / "scenario.json")))
    (folder / "flash.img").write_bytes(b"\xff" * sim_chip.FLASH_BYTES)
    (folder / "run.py").write_text(script)
    return unix_port.run_script(folder / "run.py", folder, timeout_s=timeout_s)
