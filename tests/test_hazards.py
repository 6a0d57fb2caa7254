"""docs/hazards.md against the tree, and the check itself against a tree from which something is missing."""

import json
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import hazards  # noqa: E402 - tools/ is no package

COVERED = (
    "wrong number", "alarm is missed", "alarm comes late", "not heard", "fatigue", "startled", "power cut",
    "wrong patient", "who may not",
    "time is wrong", "laptop resets", "tampered", "over-inflated", "flashes", "masks", "believe that the unit watches",
)  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("firmware", "host", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    return tmp_path


def rewrite(path: Path, was: str, becomes: str) -> None:
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes))


def test_every_requirement_has_its_tests() -> None:
    assert hazards.check(hazards.load()) == []


@pytest.mark.parametrize("words", COVERED)
def test_the_hazards_that_have_to_be_there_are(words: str) -> None:
    assert any(words in hazard["hazard"] for hazard in hazards.load())


def test_a_removed_test_is_noticed(tree: Path) -> None:
    rewrite(
        tree / "tests/core/test_alarms.py", "def test_a_number_that_goes_away", "def no_test_a_number_that_goes_away"
    )
    assert hazards.check(hazards.load(), tree) == [
        "REQ-022: there is no test core/test_alarms.py::test_a_number_that_goes_away_does_not_end_an_alarm"
    ]


def test_a_test_without_its_id_is_noticed(tree: Path) -> None:
    rewrite(tree / "tests/core/test_vitals.py", "  # REQ-013", "")
    assert [line.split(":")[0] for line in hazards.check(hazards.load(), tree)] == ["REQ-013"]


def test_an_id_that_nobody_knows_is_noticed(tree: Path) -> None:
    unknown = "REQ-" + "999"
    rewrite(tree / "tests/core/test_utc.py", "def test_known_moments", f"# {unknown}\ndef test_known_moments")
    assert hazards.check(hazards.load(), tree) == [f"tests/core/test_utc.py: {unknown} is not in tests/hazards.json"]


def test_a_fault_that_fits_nowhere_any_more_is_noticed(tree: Path) -> None:
    rewrite(tree / "firmware/sitter/vitals.py", "READING_LAPSES_MS = 5000", "READING_LAPSES_MS = 4000")
    assert hazards.check(hazards.load(), tree) == [
        "REQ-013: its planted fault fits firmware/sitter/vitals.py in 0 places"
    ]


def test_a_requirement_without_tests_and_a_number_used_twice_are_noticed() -> None:
    table = json.loads(json.dumps(hazards.load()))
    table[1]["requirements"][0]["tests"] = []
    table[1]["requirements"][1]["id"] = table[1]["requirements"][0]["id"]
    found = hazards.check(table)
    first = table[1]["requirements"][0]["id"]
    assert f"{first}: used twice" in found
    assert f"{first}: names no test" in found


def test_a_fault_that_no_test_notices_is_told() -> None:
    requirement = json.loads(json.dumps(hazards.requirements(hazards.load())[2]))
    requirement["tests"] = ["core/test_utc.py::test_known_moments"]
    (told,) = hazards.plant_all([requirement])
    assert told == f"{requirement['id']}: no test notices its planted fault"


def test_an_id_behind_another_test_is_not_taken_for_this_ones(tree: Path) -> None:
    rewrite(tree / "tests/core/test_vitals.py", "silence():  # REQ-013", "silence():")
    with open(tree / "tests/core/test_vitals.py", "a") as file:
        file.write("\n\ndef test_another():  # REQ-013\n    pass\n")
    assert [line.split(":")[0] for line in hazards.check(hazards.load(), tree)] == ["REQ-013"]
