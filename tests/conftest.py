"""Puts the firmware tree on the path, as MICROPYPATH does for MicroPython."""

import os
import signal
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
for folder in (ROOT / "tests", ROOT / "tests" / "core", ROOT / "firmware"):
    sys.path.insert(0, str(folder))


os.environ.setdefault("SITTER_TEST_RUN", f"{os.getpid()}-{time.time_ns()}")  # workers have it from who starts them

# A machine that is busy with other things is no fault of what is tested.
settings.register_profile("sitter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sitter")

# A shell that runs this in the background has Ctrl-C ignored, for all children too; the tests that press it do mean it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter, config) -> None:
    """Leave the count for the last lines of `make test`; of all workers together where there are several."""
    import count
    import played

    if not hasattr(config, "workerinput"):
        played.forget()
    if hasattr(config, "workerinput") or "SITTER_COUNTED" in os.environ:  # a second run, for coverage, counts nothing
        return

    stats = terminalreporter.stats
    count.add("CPython", len(stats.get("passed", [])), len(stats.get("failed", [])) + len(stats.get("error", [])))
