"""Scenarios that several tests look at are played once a run, by whichever worker comes first."""

import fcntl
import json
import os
import shutil
import tempfile
from pathlib import Path

from sitterctl import simulator

RUN = "SITTER_TEST_RUN"  # its id, from the process that starts the workers
SCENARIOS = Path(__file__).parent / "scenarios"


def folder() -> Path:
    """That of this run of the tests, of all its workers."""
    return Path(tempfile.gettempdir()) / f"sitter-played-{os.environ[RUN]}"


def played(name: str) -> dict:
    """The summary of the scenario `name`, as simulator.play gives it. Its files are to be read only."""
    folder().mkdir(exist_ok=True)
    out = folder() / name
    with open(folder() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "summary.json").exists():
            simulator.play(SCENARIOS / f"{name}.json", out)
    return json.loads((out / "summary.json").read_text())


def forget() -> None:
    shutil.rmtree(folder(), ignore_errors=True)
