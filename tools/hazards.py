"""Does every requirement have a test that would notice its breach? `make hazards`; docs/hazards.md is printed from it.

tests/hazards.json has, for each hazard, its requirements; for each requirement the tests that hold it and a planted
fault, a text of the source and what it becomes. `check` compares the table with the tree: each named test is there and
carries the id of its requirement, each id in the tests is in the table, each fault still fits its file in one place.
`plant` puts a fault into a copy of the tree and runs the tests that are named: one of them has to fail, and
as a test, not because a file can't be read any more.

`--check` does only the first, `--short` plants one fault of each hazard, `--only REQ-nnn` one.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests" / "hazards.json"
_ID = re.compile(r"REQ-\d{3}")
_TESTS_FAILED = 1  # pytest's exit code; others are its own trouble


def load() -> list[dict]:
    return json.loads(TABLE.read_text())["hazards"]


def requirements(hazards: list[dict]) -> list[dict]:
    return [requirement for hazard in hazards for requirement in hazard["requirements"]]


# --- the table and the tree -------------------------------------------------------------------------------------------


def check(hazards: list[dict], root: Path = ROOT) -> list[str]:
    """Everything in the table that the tree does not bear out."""
    wrong = []
    ids = [requirement["id"] for requirement in requirements(hazards)]
    wrong += [f"{name}: used twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    for hazard in hazards:
        if not hazard["requirements"]:
            wrong.append(f"{hazard['id']}: has no requirement")
        for requirement in hazard["requirements"]:
            if requirement["id"][4:6] != hazard["id"][1:]:
                wrong.append(f"{requirement['id']}: its number does not belong to {hazard['id']}")
            wrong += [f"{requirement['id']}: {words}" for words in _wrong_with(requirement, root)]
    for path in sorted((root / "tests").rglob("test_*.py")):
        for name in sorted(set(_ID.findall(path.read_text())) - set(ids)):
            wrong.append(f"{path.relative_to(root)}: {name} is not in tests/hazards.json")
    return wrong


def _wrong_with(requirement: dict, root: Path) -> list[str]:
    wrong = [] if requirement["tests"] else ["names no test"]
    for test in requirement["tests"]:
        source = _source(test, root)
        if source is None:
            wrong.append(f"there is no test {test}")
        elif requirement["id"] not in source:
            wrong.append(f"{test} does not carry its id")
    fault = requirement["fault"]
    count = (root / fault["file"]).read_text().count(fault["was"])
    if count != 1:
        wrong.append(f"its planted fault fits {fault['file']} in {count} places")
    return wrong


def _source(test: str, root: Path) -> str | None:
    """The head of a test, behind which ids stand; None if there is no such test."""
    file, _, name = test.partition("::")
    path = root / "tests" / file
    if not path.exists():
        return None
    head = rf"^def {re.escape(name.partition('[')[0])}\([\s\S]*?:(  #.*)?$"
    found = re.search(head, path.read_text(), re.MULTILINE)
    return found[0] if found else None


# --- planted faults ---------------------------------------------------------------------------------------------------


def _copy(folder: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("firmware", "host", "tests", "tools", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def plant(requirement: dict, folder: Path) -> str | None:
    """Break the requirement in a copy of the tree; None if its tests notice, or what they do instead."""
    fault = requirement["fault"]
    path = folder / fault["file"]
    whole = path.read_text()
    path.write_text(whole.replace(fault["was"], fault["becomes"]))
    try:
        done = _run(folder, requirement["tests"])
    finally:
        path.write_text(whole)
    if done.returncode == _TESTS_FAILED:
        return None
    if done.returncode == 0:
        return "no test notices its planted fault"
    return "its tests do not run with its planted fault: " + " ".join((done.stdout + done.stderr).split())[-300:]


def _run(folder: Path, tests: list[str]) -> subprocess.CompletedProcess:
    path = os.pathsep.join(str(folder / name) for name in ("host", "firmware"))
    names = [f"tests/{test}" for test in tests]
    return subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *names],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def plant_all(chosen: list[dict]) -> list[str]:
    """What is wrong with these requirements' tests, each fault planted in a copy of its own at its time."""
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as parent, ThreadPoolExecutor(max_workers=workers) as pool:
        copies: Queue[Path] = Queue()
        for k in range(workers):
            copies.put(_copy(Path(parent) / str(k)))

        def in_a_copy(requirement: dict) -> str | None:
            folder = copies.get()
            try:
                return plant(requirement, folder)
            finally:
                copies.put(folder)

        found = list(pool.map(in_a_copy, chosen))
    return [f"{requirement['id']}: {words}" for requirement, words in zip(chosen, found, strict=True) if words]


def quickest(hazard: dict) -> dict:
    """Of its requirements the first of those that whole sessions have the least part in."""
    return min(
        hazard["requirements"], key=lambda requirement: sum("core/" not in test for test in requirement["tests"])
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Does every requirement have a test that would notice its breach?")
    parser.add_argument("--check", action="store_true", help="compare the table with the tree only")
    parser.add_argument("--short", action="store_true", help="plant one fault of each hazard only, the quickest")
    parser.add_argument("--only", metavar="REQ-nnn", action="append", help="plant the fault of this requirement")
    options = parser.parse_args()
    hazards = load()
    wrong, planted = check(hazards), []
    if not options.check and not wrong:
        planted = [quickest(hazard) for hazard in hazards] if options.short else requirements(hazards)
        if options.only:
            planted = [requirement for requirement in planted if requirement["id"] in options.only]
        wrong = plant_all(planted)
    for line in wrong:
        print(line)
    if not wrong:
        count = f"{len(hazards)} hazards, {len(requirements(hazards))} requirements, each with its tests"
        print(count + (f"; {len(planted)} planted faults, all noticed" if planted else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
