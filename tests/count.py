"""The last lines of `make test`: how many tests ran under each interpreter, from what the runs left in build/."""

import fcntl
import json
import sys
from pathlib import Path

COUNTS = Path(__file__).parent.parent / "build" / "test-counts.json"


def add(interpreter: str, passed: int, failed: int) -> None:
    """Called by the runners, several of which may be at work."""
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    with open(COUNTS, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        counts = json.loads(file.read() or "{}")
        before = counts.get(interpreter, [0, 0])
        counts[interpreter] = [before[0] + passed, before[1] + failed]
        file.truncate(0)
        file.write(json.dumps(counts))


def main() -> int:
    counts = json.loads(COUNTS.read_text())
    for interpreter, (passed, failed) in sorted(counts.items()):
        print(f"{interpreter}: {passed} passed, {failed} failed")
    return 1 if len(counts) < 2 or any(failed for _, failed in counts.values()) else 0


if __name__ == "__main__":
    if "--reset" in sys.argv:
        COUNTS.unlink(missing_ok=True)
        sys.exit(0)
    sys.exit(main())
