"""The guide through the service of a cuff module: what readings come to, and what is left when it ends early."""

import json
import re
import shlex
import threading
import time
from pathlib import Path

import click
import pytest
from fake_unit import UNIT, FakeUnit

from sitterctl import commands_service, service, service_run
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, OK, SESSION_OPEN, USAGE
from sitterctl.guided import FAILED, PASSED
from sitterctl.service import PARTS, POINTS_MMHG

STATIC, LEAK, OVERPRESSURE = service.STEPS
TOLD = {"closed": True, "ended": None, "cuff_mmhg": 0, "peak_mmhg": 298}


class Technician:
    """Pumps as they are told, reads the manometer right, and says these answers in turn where anything else than what
    goes well is wanted: `-` for that."""

    def __init__(self, unit: FakeUnit, said: list[str]) -> None:
        self.unit, self.said = unit, said
        self.told: list[str] = []
        self.asked: list[str] = []
        self.reads_off_mmhg = 0  # of the module
        self.loses_mmhg = 0
        self.vents_at_mmhg = 298

    def tell(self, text: str) -> None:
        self.told.append(text)
        if "Touch nothing" in text:
            self._pressure(self.unit.valves["cuff_mmhg"])

    def _pressure(self, mmhg: int, peak_mmhg: int = 0) -> None:
        if isinstance(self.unit.valves, dict):
            self.unit.valves.update(cuff_mmhg=mmhg, peak_mmhg=max(mmhg, peak_mmhg))

    def _say(self, question: str, well: str) -> str:
        self.asked.append(question)
        said = self.said.pop(0) if self.said else "-"
        if said == "^C":
            raise click.Abort
        return well if said == "-" else said

    def choose(self, question: str, options: str) -> str:
        if "250 mmHg" in question:
            self._pressure(252)
        elif "300 mmHg" in question:
            self._pressure(0, self.vents_at_mmhg)
        said = self._say(question, "n" if options == "rn" else "y")
        assert said in options
        return said

    def number(self, question: str, options: str) -> float | str:
        found = re.search(r"about (\d+) mmHg", question)
        assert found
        self._pressure(int(found[1]) + self.reads_off_mmhg)
        said = self._say(question, found[1])
        return said if said in options else float(said)


@pytest.fixture
def guided(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch):
    """Give the command with a technician who says this; (exit code, stdout, stderr, technician)."""
    for name, seconds in (("_LOOK_S", 0.02), ("_REST_S", 0.02), ("_LEAK_S", 0.1), ("_BUSY_S", 0.1)):
        monkeypatch.setattr(service_run, name, seconds)
    unit.app.unit._utc = (int(time.time()), unit.app.board.ms, True)

    def give(*words: object, said: str = "", **knobs: int):
        person = Technician(unit, said.split())
        for name, value in knobs.items():
            setattr(person, name, value)
        monkeypatch.setattr(commands_service, "AtTheTerminal", lambda: person)
        return (*run("service", "nibp", *words), person)

    return give


def states(path: str) -> dict[str, str]:
    return {row["part"]: row["state"] for row in json.loads(Path(path).read_text())["results"]}


# --- judgement --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "state"), [(0, PASSED), (3, PASSED), (-3, PASSED), (4, FAILED), (-4, FAILED), (None, FAILED)]
)
def test_a_module_may_read_three_mmhg_off_and_no_more(off: int | None, state: str) -> None:  # REQ-186
    for at in range(len(POINTS_MMHG)):
        pairs = [(float(p), None if off is None else p + off * (k == at)) for k, p in enumerate(POINTS_MMHG)]
        assert service.static(STATIC, pairs).state == state


def test_fewer_points_than_there_are_do_not_pass() -> None:
    assert service.static(STATIC, [(50.0, 50), (100.0, 100)]).state == FAILED


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [(250, 250, PASSED), (250, 244, PASSED), (250, 243, FAILED), (250, 252, PASSED), (250, 253, FAILED),
     (230, 230, PASSED), (229, 229, FAILED), (None, 240, FAILED), (250, None, FAILED)],
)  # fmt: skip
def test_six_mmhg_a_minute_may_leak(first: int | None, last: int | None, state: str) -> None:  # REQ-186
    assert service.leak(LEAK, first, last).state == state


@pytest.mark.parametrize(
    ("changes", "seen", "state"),
    [({}, True, PASSED), ({"peak_mmhg": 270}, True, PASSED), ({"peak_mmhg": 330}, True, PASSED),
     ({"peak_mmhg": 269}, True, FAILED), ({"peak_mmhg": 331}, True, FAILED), ({}, False, FAILED),
     ({"cuff_mmhg": 20}, True, FAILED), ({"cuff_mmhg": None}, True, FAILED),
     ({"ended": "too much pressure"}, True, FAILED)],
)  # fmt: skip
def test_the_air_has_to_be_let_out_by_the_module_itself(changes: dict, seen: bool, state: str) -> None:  # REQ-186
    result = service.overpressure(OVERPRESSURE, {**TOLD, **changes}, seen)
    assert result.state == state
    assert state == PASSED or result.go_on.endswith("`sitterctl service nibp overpressure`")


# --- the guide --------------------------------------------------------------------------------------------------------


def test_a_module_that_is_well_has_a_record_to_sign_and_a_date(guided, unit: FakeUnit) -> None:
    unit.app.nibp.cycles = 421
    code, out, _, _ = guided("--out", "here/record", "--manometer", "No. 4711")
    assert code == OK
    record = json.loads(Path("here/record.json").read_text())
    assert record["complete"] and record["ok"]
    assert [row["part"] for row in record["results"]] == list(PARTS)
    assert (record["unit_id"], record["disclaimer"]) == (UNIT, "NOT A MEDICAL DEVICE")
    page = Path("here/record.txt").read_text()
    for words in ("SERVICE OF THE CUFF MODULE", "No. 4711", "signature ____", "250: 250 (+0)", "let out at 298 mmHg",
                  "421 cycles; last service 20", "or at 10421 cycles"):  # fmt: skip
        assert words in page
    assert page in out
    assert unit.acts[-1] == "done passed"
    assert unit.app.care.served_cycles == 421
    assert unit.app.notes[-1][2] == "passed"


def test_it_says_first_that_no_arm_may_be_in_a_cuff_and_closes_nothing_before_that_is_so(
    guided, unit: FakeUnit
) -> None:  # REQ-185
    code, _, err, person = guided(said="n")
    assert code == CHECK_FAILED
    assert person.told[0].startswith("NOBODY'S ARM")
    assert "no arm in any cuff" in err
    assert unit.acts == []
    assert not list(Path().glob("service-*"))


def test_while_the_person_reads_and_types_the_unit_is_looked_at_all_the_time(
    guided, unit: FakeUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, looked = Technician.number, []

    def slowly(self, question: str, options: str) -> float | str:
        before = len(unit.acts)
        time.sleep(0.3)
        looked.append(len(unit.acts) - before)
        return original(self, question, options)

    monkeypatch.setattr(Technician, "number", slowly)
    guided("static")
    assert min(looked) >= 2


def test_after_each_step_the_valves_are_opened(guided, unit: FakeUnit) -> None:
    guided()
    assert [act for act in unit.acts if act != "look"] == ["close", "open"] * 3 + ["done passed"]


def test_the_modules_reading_is_not_told_before_the_manometers(guided, unit: FakeUnit) -> None:
    _, _, _, person = guided("static", "--out", "r", reads_off_mmhg=2)
    assert "102" not in "".join(person.told + person.asked)
    assert "100: 102 (+2)" in Path("r.txt").read_text()


def test_what_is_read_far_from_the_point_is_asked_again(guided) -> None:
    code, _, _, person = guided("static", "--out", "r", said="- - 10 100 -")
    assert code == OK
    assert any("not about 100 mmHg" in text for text in person.told)


def test_a_module_that_is_off_fails_is_written_down_and_moves_no_date(guided, unit: FakeUnit) -> None:
    code, out, _, _ = guided("--out", "r", reads_off_mmhg=5)
    assert code == CHECK_FAILED
    assert states("r.json") == {"static": "failed", "leak": "passed", "overpressure": "passed"}
    assert "open: static" in out
    assert "sent in; then `sitterctl service nibp static --after r.json`" in out
    assert unit.acts[-1] == "done failed"
    assert unit.app.care.served_s is None


def test_a_leak_fails(guided, unit: FakeUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = service_run.Run._wait

    def leaking(self, valves, seconds: float) -> None:
        wait(self, valves, seconds)
        unit.valves["cuff_mmhg"] -= 10

    monkeypatch.setattr(service_run.Run, "_wait", leaking)
    code, out, _, _ = guided("leak", "--out", "r")
    assert code == CHECK_FAILED
    assert "10 mmHg a minute, from 242 mmHg" in out


def test_a_protection_that_lets_nothing_out_fails(guided, unit: FakeUnit) -> None:
    unit.valves["ended"] = "too much pressure"
    code, out, _, _ = guided("overpressure", "--out", "r", vents_at_mmhg=331)
    assert code == CHECK_FAILED
    assert "nothing was let out up to 331 mmHg: then the unit opened the valves" in out


def test_each_step_can_be_repeated_or_skipped(guided) -> None:
    code, _, _, _ = guided("--out", "r", said="- r - - - - - r - s")
    assert code == CHECK_FAILED
    assert states("r.json") == {"static": "passed", "leak": "passed", "overpressure": "skipped"}


def test_a_step_that_is_open_has_the_command_that_completes_the_service(guided, unit: FakeUnit, tmp_path) -> None:
    _, out, _, _ = guided("--out", "my r", said="- - - - - - - s")
    assert states("my r.json")["overpressure"] == "skipped"
    (command,) = re.findall(r"`sitterctl (service nibp overpressure --after .*)`", out)
    assert shlex.split(command)[3:] == ["--after", "my r.json"]
    assert command in json.loads(Path("my r.json").read_text())["results"][2]["go_on"]
    assert guided(*shlex.split(command)[2:], "--out", "s")[0] == OK
    assert unit.acts[-1] == "done passed"


def test_without_a_file_there_is_nothing_to_take_up(guided) -> None:
    _, out, _, _ = guided("--json", said="- - - - - - - s")
    assert "--after" not in out


def test_a_step_that_failed_can_be_done_again(guided) -> None:
    code, _, _, _ = guided("overpressure", "--out", "r", said="- n r y")
    assert code == OK
    assert states("r.json") == {"overpressure": "passed"}


@pytest.mark.parametrize(
    ("ended", "words"),
    [("alarm", "an alarm came first"), ("refused", "does not know the command"), ("host gone", "three seconds"),
     ("time is up", "five minutes"), ("no answer", "does not answer"), ("something", "something")],
)  # fmt: skip
def test_valves_that_the_unit_opened_fail_the_step_and_say_why(ended: str, words: str, guided, unit: FakeUnit) -> None:
    unit.valves["ended"] = ended
    code, out, _, _ = guided("leak", "--out", "r")
    assert code == CHECK_FAILED
    assert words in out


@pytest.mark.parametrize("refusal", ["alarm", "busy"])
def test_a_refusal_that_passes_fails_the_step_and_not_the_rest(refusal: str, guided, unit: FakeUnit) -> None:
    unit.valves = refusal
    code, _, _, _ = guided("--out", "r")
    assert code == CHECK_FAILED
    assert set(states("r.json").values()) == {"failed"}


def test_a_module_that_is_still_being_emptied_is_waited_for(
    guided, unit: FakeUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_run, "_BUSY_S", 5)
    told, unit.valves = unit.valves, "busy"
    threading.Timer(0.4, lambda: setattr(unit, "valves", told)).start()
    assert guided("leak", "--out", "r")[0] == OK
    assert unit.acts.count("close") > 2


# --- when it ends early, and goes on ----------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_was_done_opens_the_valves_and_says_how_to_go_on(guided, unit: FakeUnit) -> None:
    code, out, err, _ = guided("--out", "r", said="- - - - - - ^C")
    assert (code, out) == (INTERRUPTED, "")
    assert "what was done is in r.txt" in err
    assert "`sitterctl service nibp leak overpressure --after r.json` goes on" in err
    assert states("r.json") == {"static": "passed"}
    assert unit.acts[-1] == "open"


def test_the_command_that_goes_on_completes_the_service(guided, unit: FakeUnit) -> None:
    guided("--out", "r", said="- - - - - - ^C")
    code, _, _, _ = guided("leak", "overpressure", "--after", "r.json", "--out", "s")
    assert code == OK
    assert list(states("s.json")) == list(PARTS)
    assert unit.acts[-1] == "done passed"


def test_a_step_that_is_done_again_counts_as_it_came_out_last(guided, unit: FakeUnit) -> None:
    guided("--out", "r")
    code, _, _, _ = guided("static", "--after", "r.json", "--out", "s", reads_off_mmhg=9)
    assert code == CHECK_FAILED
    assert states("s.json") == {"leak": "passed", "overpressure": "passed", "static": "failed"}
    assert len(json.loads(Path("s.json").read_text())["results"]) == 3
    assert unit.acts[-1] == "done failed"


def test_steps_alone_are_no_service(guided, unit: FakeUnit) -> None:  # REQ-186
    code, out, _, _ = guided("leak", "overpressure", "--out", "r")
    assert code == OK
    assert "not complete: static" in out
    assert not [act for act in unit.acts if act.startswith("done")]


@pytest.mark.parametrize(
    "changes",
    [{"unit_id": "SIM-0001"}, {"command": "selftest"}, {"utc": "2020-01-01T00:00:00+00:00"}, {"results": 3},
     {"utc": "2099-01-01T00:00:00+00:00"}, {"results": [{"state": "passed", "part": "static"}]}],
    ids=str,
)  # fmt: skip
def test_only_a_record_of_this_unit_and_day_is_gone_on_from(changes: dict, guided, unit: FakeUnit) -> None:
    guided("static", "--out", "r")
    Path("r.json").write_text(json.dumps({**json.loads(Path("r.json").read_text()), **changes}))
    before = list(unit.acts)
    code, _, err, _ = guided("leak", "overpressure", "--after", "r.json")
    assert code == USAGE
    assert "r.json can't be gone on from" in err
    assert unit.acts == before


def test_a_cable_that_is_pulled_keeps_what_was_done(guided, unit: FakeUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Technician.choose

    def pulled(self, question: str, options: str) -> str:
        if "250 mmHg" in question:
            unit.cut_after = unit.sent
        return original(self, question, options)

    monkeypatch.setattr(Technician, "choose", pulled)
    code, out, err, _ = guided("--out", "r")
    assert (code, out) == (NO_ANSWER, "")
    assert "--after r.json` goes on" in err
    assert states("r.json") == {"static": "passed"}


def test_with_a_session_open_nothing_is_closed(guided, unit: FakeUnit) -> None:
    unit.app.store.is_open = True
    code, out, err, _ = guided("leak")
    assert code == SESSION_OPEN
    assert "a session is open" in out + err
    assert unit.acts == []


def test_a_unit_whose_clock_is_not_set_is_not_serviced(guided, unit: FakeUnit) -> None:
    unit.clock_trusted = False
    code, _, err, _ = guided()
    assert code == CHECK_FAILED
    assert "`sitterctl clock set`" in err
    assert unit.acts == []


def test_a_service_that_could_not_be_written_down_is_completed_by_its_last_step(guided, unit: FakeUnit) -> None:
    unit.app.audit_fails = True
    code, _, err, _ = guided("--out", "r")
    assert code == CHECK_FAILED
    assert "`sitterctl service nibp overpressure --after r.json` goes on" in err
    unit.app.audit_fails = False
    assert guided("overpressure", "--after", "r.json", "--out", "s")[0] == OK
    assert unit.app.care.served_s is not None


# --- show -------------------------------------------------------------------------------------------------------------


def test_show_tells_cycles_last_service_and_when_the_next_is_due(unit: FakeUnit, run) -> None:
    unit.app.nibp.cycles = 17
    code, out, _ = run("service", "nibp", "--show")
    assert (code, out.strip()) == (OK, "17 cycles; last service: never; due: nobody knows")
    unit.app.care.serviced(1777885200)
    unit.app.verbs._told = None
    code, out, _ = run("service", "nibp", "--show")
    assert "17 cycles; last service 2026-05-04; " in out and "due 2027-05-04 or at 10017 cycles" in out
    code, out, _ = run("service", "nibp", "--show", "--json")
    assert json.loads(out)["due_cycles"] == 10017
    unit.app.store.is_open = True
    assert run("service", "nibp", "--show")[0] == OK
