"""Scenario files: what is wrong with one is told whole, by file and dotted key, before anything is played."""

import json
from pathlib import Path

import pytest

from sitterctl import scenario
from sitterctl.errors import SitterError

GOOD = json.loads((Path(__file__).parent.parent / "scenarios" / "quiet_session.json").read_text())


def faults(**changes: object) -> list[str]:
    return scenario.check({**GOOD, **changes}, Path("."))


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent.parent / "scenarios").glob("*.json")), ids=lambda p: p.stem
)
def test_every_scenario_of_the_project_is_valid(path: Path) -> None:
    assert scenario.load(path)["start_utc_s"] > 1_700_000_000


def test_all_faults_are_listed_together() -> None:
    found = faults(
        settings={"spo2_low_pct": 50},
        plan={**GOOD["plan"], "route": "post"},
        timeline=[{"at_s": -1, "key": "PANIC"}, {"at_s": 5}, {"at_s": 6, "fault": {"nibp.explode": True}}],
        expect={"phases": [["lunch", 0, 1]], "cuff": [["announced", 0, 1], ["burst", 0, 1]]},
    )
    keys = [fault.split(":")[0] for fault in found]
    assert keys == ["plan.route", "settings.spo2_low_pct", "timeline[0].at_s", "timeline[0].key", "timeline[1]",
                    "timeline[2].fault.nibp.explode", "expect.phases[0]", "expect.cuff[1]"]  # fmt: skip


def test_a_wrong_type_hides_no_other_fault() -> None:
    found = faults(seed="seven", start_utc=5, patient=[], settings={"spo2_low_pct": 3}, timeline=[{"key": "FOO"}])
    keys = [fault.split(":")[0] for fault in found]
    assert keys == ["seed", "patient", "start_utc", "settings.spo2_low_pct", "timeline[0].at_s", "timeline[0].key"]


def test_missing_and_unknown_fields_are_named() -> None:
    assert scenario.check({"title": "x", "colour": "red"}, Path(".")) == [
        "colour: no such field",
        "seed: is missing",
        "start_utc: is missing",
        "timeline: is missing",
        "end_s: is missing",
    ]


def test_a_recording_that_is_not_there_is_a_fault() -> None:
    assert faults(patient={"recording": "nowhere.csv"}) == ["patient.recording: there is no file nowhere.csv"]


def test_a_file_that_is_not_json_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"title": "x",\n  oops}')
    with pytest.raises(SitterError, match="line 2"):
        scenario.load(path)


def test_a_faulty_file_is_refused_with_exit_code_two(tmp_path: Path) -> None:
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps({**GOOD, "seed": "seven"}))
    with pytest.raises(SitterError) as refused:
        scenario.load(path)
    assert refused.value.exit_code == 2
    assert str(path) in refused.value.message
    assert "seed: has the wrong type" in refused.value.message
