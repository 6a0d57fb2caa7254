"""Puts the firmware tree on the path, as MICROPYPATH does for MicroPython."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
for folder in (ROOT / "tests", ROOT / "firmware"):
    sys.path.insert(0, str(folder))


def pytest_sessionfinish(session) -> None:
    """Leave the count for the last lines of `make test`."""
    import count

    count.add("CPython", session.testscollected - session.testsfailed, session.testsfailed)
