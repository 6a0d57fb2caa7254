"""`make pull-rate`: how fast a log comes off a unit at 115200 baud, beside `mpremote fs cp` of the same file.

The unit is the simulated one; the line is a pseudo-terminal that carries 11 520 bytes a second. mpremote meets
MicroPython's prompt in service mode on that same line, and copies the very file that `logs pull` brought. Fails if the
pull is below nine tenths of the line.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sitterctl import device, simulator
from sitterctl.sim_line import Line

ROOT = Path(__file__).parent.parent
BAUD = 115200
LINE_BYTES_S = BAUD / 10
LEAST_PCT = 90
SCENARIO = ROOT / "tests" / "scenarios" / "quiet_session.json"


def pull(line: Line, folder: Path) -> tuple[Path, float]:
    """The newest log, and how long its bytes took."""
    with device.connect(line.port) as connection:
        log = device.list_logs(connection)[-1]
        begun = time.monotonic()
        took_s = 0.0

        def on_progress(have: int, size: int) -> None:
            nonlocal took_s
            took_s = time.monotonic() - begun

        path = device.pull(connection, log, folder, on_progress=on_progress).path
        connection.ask("service")
    return path, took_s


def copy_with_mpremote(line: Line, source: Path, target: Path) -> float | None:
    """How long mpremote took, its own start and its interpreter's taken off; None if it could not."""
    mpremote = [sys.executable, "-m", "mpremote", "connect", line.port, "resume"]
    empty = _timed([*mpremote, "exec", "pass"])
    whole = _timed([*mpremote, "fs", "cp", f":{source}", str(target)])
    if empty is None or whole is None or target.read_bytes() != source.read_bytes():
        return None
    return whole - empty


def _timed(command: list[str]) -> float | None:
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        print(done.stdout + done.stderr)
        return None
    return time.monotonic() - begun


def main() -> int:
    with tempfile.TemporaryDirectory() as name, simulator.Simulator(SCENARIO) as unit:
        folder = Path(name)
        unit.wait_ready()
        with Line(unit.port, BAUD) as line:
            path, ours_s = pull(line, folder)
            size = path.stat().st_size
            time.sleep(2)  # into service mode
            theirs_s = copy_with_mpremote(line, path, folder / "copy")
    rows = [("sitterctl logs pull", ours_s), ("mpremote fs cp", theirs_s)]
    print(f"| {size} bytes at {BAUD} baud | seconds | bytes/s | of the line |")
    print("|---|---|---|---|")
    for what, took_s in rows:
        if took_s is None:
            print(f"| {what} | failed | | |")
        else:
            print(f"| {what} | {took_s:.1f} | {size / took_s:.0f} | {100 * size / took_s / LINE_BYTES_S:.0f} % |")
    return 0 if 100 * size / ours_s / LINE_BYTES_S >= LEAST_PCT else 1


if __name__ == "__main__":
    sys.exit(main())
