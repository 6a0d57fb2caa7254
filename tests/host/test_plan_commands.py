"""Session plans from the command line: written, judged, cleared, and on the unit."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fake_app import PLAN
from fake_unit import FakeUnit

from sitter import clearance, plan, settings
from sitterctl import cue_file, plan_file, plan_questions
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_UNIT, OK, USAGE

pytestmark = pytest.mark.usefixtures("elsewhere")


def example(path: Path, by: str | None = None, **changes: object) -> dict:
    whole = {**plan_questions.example("SIM-0007"), **changes}
    if by:
        whole = clearance.clear(whole, by, plan_file.day(plan_file.today()))
    path.write_text(plan_file.text(whole))
    return whole


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_plan_survives_the_file(tmp_path: Path) -> None:
    for number, whole in enumerate((PLAN, example(tmp_path / "a.toml", "MD-07"))):
        path = tmp_path / f"{number}.toml"
        path.write_text(plan_file.text(whole))
        assert plan_file.load(path) == json.loads(json.dumps(whole))


def test_the_example_has_no_fault_and_is_nobodys(tmp_path: Path) -> None:
    whole = example(tmp_path / "a.toml")
    assert plan_file.faults(whole, cleared=False) == []
    assert re.fullmatch(r"TEST-\d{3}", whole["code"])


def test_faults_stand_with_their_lines(tmp_path: Path, run) -> None:
    path = tmp_path / "a.toml"
    example(path)
    source = path.read_text().replace("planned_min = 180", "planned_min = 200")
    source = source.replace("history_of_active_psychosis = false", "history_of_active_psychosis = true")
    path.write_text(source)
    code, _, err = run("plan", "check", path, "--draft")
    assert code == USAGE
    lines = source.splitlines()
    for words in ("history_of_active_psychosis = true", "planned_min = 200"):
        at = next(n for n, line in enumerate(lines, 1) if line.startswith(words))
        assert f"{path}:{at}: " in err


@pytest.mark.parametrize("question", plan.CONTRAINDICATIONS)
def test_each_absolute_contraindication_is_refused_on_the_host(question: str, tmp_path: Path, run) -> None:  # REQ-082
    path = tmp_path / "a.toml"
    example(path)
    path.write_text(path.read_text().replace(f"{question} = false", f"{question} = true"))
    for words in (("check", path, "--draft"), ("clear", path, "--by", "MD-07", "--yes")):
        code, _, err = run("plan", *words)
        assert code == USAGE and f"screening.{question}: present, so this plan can't be cleared" in err
    assert "[clearance]" not in path.read_text()


@pytest.mark.parametrize("question", plan.CONTRAINDICATIONS)
def test_each_absolute_contraindication_is_refused_by_the_unit(question: str, unit: FakeUnit) -> None:  # REQ-082
    from sitterctl import device, keys, transfer
    from sitterctl.errors import SitterError

    whole = json.loads(json.dumps(PLAN))
    whole["screening"][question] = True
    whole = clearance.clear(whole, "MD-07", PLAN["clearance"]["on"])
    with device.connect(unit.port, keys.at_hand()) as line, pytest.raises(SitterError, match=question):
        transfer.put(line, "plan", whole)
    assert unit.app.unit.plan == PLAN


def test_a_draft_is_no_plan_until_it_is_cleared_and_none_once_it_is_edited(tmp_path: Path, run) -> None:  # REQ-085
    path = tmp_path / "a.toml"
    example(path)
    path.write_text(path.read_text().replace("[dose]", "# what was agreed on\n[dose]"))
    assert run("plan", "check", path)[0] == USAGE
    code, out, _ = run("plan", "clear", path, "--by", "MD-07", "--yes")
    assert (code, out.strip()) == (OK, f"{path}: cleared by MD-07")
    assert "# what was agreed on" in path.read_text()
    assert run("plan", "check", path)[0] == OK
    path.write_text(path.read_text().replace("dose_mg = 100", "dose_mg = 110"))
    code, _, err = run("plan", "check", path)
    assert code == USAGE and "edited after it was cleared" in err
    assert run("plan", "clear", path, "--by", "MD-08", "--yes")[0] == OK
    assert path.read_text().count("[clearance]") == 1


def test_who_answers_no_has_cleared_nothing(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.toml"
    example(path)
    monkeypatch.setattr("click.confirm", lambda *args, **kwargs: False)
    assert run("plan", "clear", path, "--by", "MD-07")[0] == CHECK_FAILED
    assert "[clearance]" not in path.read_text()


def test_a_plan_made_by_copying_another_patients_is_found_beside_it(tmp_path: Path, run) -> None:
    example(tmp_path / "old.toml", "MD-07")
    (tmp_path / "new.toml").write_text((tmp_path / "old.toml").read_text().replace("TEST-", "NEXT-"))
    code, _, err = run("plan", "check", tmp_path / "new.toml", "--draft")
    assert code == USAGE and "id: that of old.toml" in err


def test_a_list_says_what_each_plan_waits_for(tmp_path: Path, run) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    over = plan_file.day(plan_file.today() - timedelta(days=1))
    before = plan_file.day(plan_file.today() - timedelta(days=9))
    example(folder / "draft.toml")
    example(folder / "good.toml", "MD-07")
    ended = plan_questions.example("SIM-0007")
    ended["screening"]["on"] = before
    ended["preparation"]["meetings"] = [{**met, "on": before} for met in ended["preparation"]["meetings"]]
    (folder / "over.toml").write_text(plan_file.text(clearance.clear({**ended, "expires": over}, "MD-07", before)))
    example(folder / "wrong.toml", indication="none")
    (folder / "else.toml").write_text("a = 1\n")
    code, out, _ = run("plan", "list", folder, "--json")
    states = {Path(row["file"]).stem: row["state"] for row in json.loads(out)["plans"]}
    assert code == OK
    assert states == {"draft": "draft", "good": "cleared", "over": "ended", "wrong": "1 fault"}


# --- questions --------------------------------------------------------------------------------------------------------


def typed(monkeypatch: pytest.MonkeyPatch, **instead: list[str]) -> None:
    """The answers of somebody who slips now and then, with others for some of the questions."""
    day = plan_file.today().isoformat()
    expires = (plan_file.today() + timedelta(days=5)).isoformat()
    answers = {
        "code": ["Anna Muster", "KAP-0042"], "indication": ["ptsd"], "screening": ["MD-07", "2026-13-01", day],
        "pressure": ["122", "78"], "conditions": ["no"] * 6, "review": ["n"],
        "meetings": ["yesterday", day, "y", "y", "y", day, "n", "y", "y", ""],
        "dose": ["sublingual", "200", "70"], "second": ["y", "100", "5", "90", "60"],
        "session": ["150", "no", "yes"], "programme": ["sublingual_2h"], "integration": ["yes", "yes", "14"],
        "own": ["n"], "later": ["7.5.", ""], "expires": [expires],
    }  # fmt: skip
    lines = [line for name, given in answers.items() for line in instead.get(name, given)]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))


def test_a_plan_is_asked_for_question_by_question(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch)
    path = tmp_path / "a.toml"
    code, out, err = run("plan", "new", path, "--unit-id", "SIM-0007")
    assert code == OK and "next: `sitterctl plan clear" in out, out + err
    for name in plan.CONTRAINDICATIONS + plan.REVIEWED:
        assert name.replace("_", " ") in err, name
    whole = plan_file.read(path, cleared=False)
    assert whole["code"] == "KAP-0042" and whole["cues"]["music"] is whole["session"]["music"] is False
    assert whole["cues"]["peak"] == cue_file.read(cue_file.find("sublingual_2h")).phases["peak"]
    assert len(whole["preparation"]["meetings"]) == 2
    assert (whole["dose"]["second_from_min"], whole["dose"]["second_until_min"]) == (5, 60)
    assert run("plan", "new", path, "--unit-id", "SIM-0007")[0] == USAGE, "it is there already"


def test_a_slip_is_told_at_once_and_loses_no_answer(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch)
    err = run("plan", "new", tmp_path / "a.toml", "--unit-id", "SIM-0007")[2]
    for said in ("Anna Muster looks like", "'2026-13-01' is no date", "'yesterday' is no date", "'7.5.' is no date",
                 "90 is not in the range 6<=x<=60"):  # fmt: skip
        assert said in err, said


def test_limits_of_the_patients_own_are_asked_for_and_enter_keeps_the_units(
    tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*plan.LIMITS, *plan.SCHEDULE]
    own = ["y", *[""] * len(names)]
    own[1 + names.index("systolic_high_mmhg")] = "170"
    own[1 + names.index("pressure_interval_peak_min")] = "5"
    typed(monkeypatch, own=own)
    path = tmp_path / "a.toml"
    assert run("plan", "new", path, "--unit-id", "SIM-0007")[0] == OK
    whole = plan_file.read(path, cleared=False)
    assert whole["limits"] == {"systolic_high_mmhg": 170} and whole["schedule"] == {"pressure_interval_peak_min": 5}


def test_whoever_ends_in_the_middle_has_written_nothing(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("KAP-0042\nptsd\n"))
    code, _, err = run("plan", "new", tmp_path / "a.toml", "--unit-id", "SIM-0007")
    assert code == INTERRUPTED and "nothing was left half-done" in err
    assert not (tmp_path / "a.toml").exists()


def test_what_a_plan_may_set_for_its_patient_stands_in_the_file_as_comments(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    example(path)
    text = path.read_text()
    for name in (*plan.LIMITS, *plan.SCHEDULE):
        assert f"\n# {name} = {settings.defaults()[name]}\n" in text, name
    text = text.replace("# [limits]", "[limits]").replace("# systolic_high_mmhg = 180", "systolic_high_mmhg = 170")
    path.write_text(text)
    assert plan_file.read(path, cleared=False)["limits"] == {"systolic_high_mmhg": 170}


# --- dates ------------------------------------------------------------------------------------------------------------


def cleared_on(path: Path, days_ago: int, expires_in: int, screened_ago: int = 0) -> None:
    now = plan_file.today()
    whole = plan_questions.example("SIM-0007")
    before = plan_file.day(now - timedelta(days=max(days_ago, screened_ago)))
    whole["screening"]["on"] = before
    whole["preparation"]["meetings"] = [{**met, "on": before} for met in whole["preparation"]["meetings"]]
    whole["expires"] = plan_file.day(now + timedelta(days=expires_in))
    cleared = plan_file.day(now - timedelta(days=days_ago))
    path.write_text(plan_file.text(clearance.clear(whole, "MD-07", cleared)))


def test_a_plan_that_is_over_is_told_by_check_and_show_and_not_pushed(tmp_path: Path, run, unit: FakeUnit) -> None:
    path = tmp_path / "a.toml"
    cleared_on(path, days_ago=9, expires_in=-1)
    for words in (("plan", "check", path), ("plan", "show", path)):
        code, out, _ = run(*words)
        assert "no unit begins a session on it any more" in out
        assert code == (CHECK_FAILED if "check" in words else OK)
    code, _, err = run("plan", "push", path, "--yes")
    assert code == CHECK_FAILED and "it ended on" in err and "write and clear another plan" in err


def test_a_plan_about_to_end_and_an_old_screening_are_thought_of(tmp_path: Path, run) -> None:
    path = tmp_path / "a.toml"
    cleared_on(path, days_ago=1, expires_in=1, screened_ago=200)
    code, out, _ = run("plan", "check", path)
    assert code == OK and "its last day is tomorrow (UTC)" in out
    assert "screening.on: 200 days ago; does what was answered still hold?" in out
    cleared_on(path, days_ago=1, expires_in=3, screened_ago=100)
    assert "days ago" not in run("plan", "check", path)[1] and "its last day" not in run("plan", "check", path)[1]


def test_with_json_nobody_is_asked(tmp_path: Path, run) -> None:
    assert run("plan", "new", tmp_path / "a.toml", "--unit-id", "SIM-0007", "--json")[0] == USAGE
    code, out, _ = run("plan", "new", tmp_path / "a.toml", "--unit-id", "SIM-0007", "--json", "--example")
    assert code == OK and json.loads(out)["faults"] == []


# --- on the unit ------------------------------------------------------------------------------------------------------


def test_a_cleared_plan_is_on_the_unit_after_a_push(tmp_path: Path, run, unit: FakeUnit) -> None:
    whole = example(tmp_path / "a.toml", "MD-07")
    code, out, _ = run("plan", "push", tmp_path / "a.toml", "--yes")
    assert code == OK and "is on SIM-0007, read back and compared" in out
    assert unit.app.unit.plan == json.loads(json.dumps(whole))
    code, out, _ = run("plan", "show", "--json")
    assert json.loads(out)["plan"]["code"] == whole["code"]


def test_a_plan_is_judged_by_the_settings_of_its_unit(tmp_path: Path, run, unit: FakeUnit) -> None:
    unit.app.unit.mandate.own["preparation_meetings"] = 5
    example(tmp_path / "a.toml", "MD-07")
    code, _, err = run("plan", "push", tmp_path / "a.toml", "--yes")
    assert code == USAGE and "2 held, 5 are asked for" in err
    assert unit.app.unit.plan == PLAN


def test_a_plan_for_another_unit_is_refused_by_this_one(tmp_path: Path, run, unit: FakeUnit) -> None:  # REQ-086
    example(tmp_path / "a.toml", "MD-07", unit_id="SIM-0009")
    code, _, err = run("plan", "push", tmp_path / "a.toml", "--yes")
    assert code != OK and "this is SIM-0007" in err
    assert unit.app.unit.plan == PLAN


def test_a_new_plan_takes_the_id_of_the_unit_that_is_connected(tmp_path: Path, run, unit: FakeUnit) -> None:
    code, _, _ = run("plan", "new", tmp_path / "a.toml", "--example")
    assert code == OK and plan_file.load(tmp_path / "a.toml")["unit_id"] == "SIM-0007"


def test_without_a_unit_a_new_plan_asks_for_one(tmp_path: Path, run) -> None:
    assert run("plan", "new", tmp_path / "a.toml", "--example")[0] == NO_UNIT
    assert not (tmp_path / "a.toml").exists()


def test_shipped_settings_allow_the_example() -> None:
    assert clearance.settings_faults(plan_questions.example("SIM-0007"), settings.defaults()) == []


def test_who_clears_a_plan_is_shown_its_limits_its_answers_and_its_window(tmp_path: Path, run) -> None:
    path = tmp_path / "a.toml"
    example(path)
    source = path.read_text()
    source = source.replace("substance_use_disorder = false", "substance_use_disorder = true")
    source += '\n[screening.reviews]\nsubstance_use_disorder = { by = "MD-02", on = 2026-04-20 }\n'
    path.write_text(source + "\n[limits]\nhold_systolic_mmhg = 160\n[schedule]\npressure_interval_peak_min = 20\n")
    _, out, err = run("plan", "show", path)
    told = out + err
    assert "limits.hold_systolic_mmhg" in told and "160 (as shipped 140)" in told
    assert "schedule.pressure_interval_peak_min" in told and "20 (as shipped 10)" in told
    assert "yes: substance use disorder; reviewed: substance use disorder" in told
    assert "willing yes, supported yes" in told


def test_a_plan_can_not_raise_the_units_volume(tmp_path: Path) -> None:
    from sitter import clearance, settings

    whole = {**example(tmp_path / "a.toml"), "limits": {"volume_cap": 30}}
    assert clearance.settings_faults(whole, settings.defaults()) == ["limits.volume_cap: over the unit's own, 22"]
    whole["limits"]["volume_cap"] = 10
    assert clearance.settings_faults(whole, settings.defaults()) == []


def test_a_plan_that_could_never_begin_a_session_is_not_taken(unit: FakeUnit) -> None:
    from sitterctl import device, keys, transfer
    from sitterctl.errors import SitterError

    mandate = unit.app.unit.mandate
    mandate._used = [[PLAN["id"], "KAP-0007", 20260401]]
    with device.connect(unit.port, keys.at_hand()) as line:
        with pytest.raises(SitterError, match="id: plan used by KAP-0007"):
            transfer.put(line, "plan", PLAN)
        mandate._used = []
        unit.app.unit.today = lambda now_ms: 20991231  # type: ignore[method-assign]
        with pytest.raises(SitterError, match="id: plan ended"):
            transfer.put(line, "plan", PLAN)
