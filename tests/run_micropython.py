"""Run the core and driver tests under MicroPython: `python tests/run_micropython.py [FILE...]`.

Each file runs in a fresh interpreter: every function named test_* is called, and the file fails if one raises. The last
line printed counts the tests, so that a run which found none can't pass for a run in which all passed.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import count

ROOT = Path(__file__).parent.parent
RUN_ONE = """
import sys
name = {name!r}
module = __import__(name)
passed = failed = 0
for test in sorted(n for n in dir(module) if n.startswith('test_')):
    try:
        getattr(module, test)()
        passed += 1
    except Exception as error:
        failed += 1
        print('FAILED', name + '.' + test)
        sys.print_exception(error)
print('COUNT', passed, failed)
"""


def interpreter() -> str:
    beside = Path(sys.executable).parent / "micropython"
    found = os.environ.get("SITTER_MICROPYTHON") or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        sys.exit("no micropython: run `make setup`, or name one in SITTER_MICROPYTHON")
    return found


def run(path: Path) -> tuple[int, int]:
    """(passed, failed) of one test file; a crash of the interpreter counts as a failure."""
    search = [str(path.parent), str(ROOT / "firmware"), str(ROOT / "tests"), ".frozen"]
    done = subprocess.run(
        [interpreter(), "-X", "heapsize=64m", "-c", RUN_ONE.format(name=path.stem)],
        env={"MICROPYPATH": ":".join(search), "PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    lines = done.stdout.splitlines()
    for line in [ln for ln in lines if not ln.startswith("COUNT")] + done.stderr.splitlines():
        print("   ", line)
    counted = [ln.split() for ln in lines if ln.startswith("COUNT")]
    if not counted:
        print(f"{path.name}: the interpreter stopped with exit code {done.returncode}")
        return 0, 1
    return int(counted[-1][1]), int(counted[-1][2])


def main() -> int:
    files = [Path(a) for a in sys.argv[1:]] or sorted(ROOT.glob("tests/core/test_*.py")) + sorted(
        ROOT.glob("tests/drivers/test_*.py")
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each is a process of its own
        totals = list(pool.map(lambda path: run(path.resolve()), files))
    passed, failed = sum(p for p, _ in totals), sum(f for _, f in totals)
    count.add("MicroPython", passed, failed)
    print(f"MicroPython: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
