"""The guide through the self-test: what is asked, what an answer comes to, and what is left when it ends early."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from fake_unit import UNIT, WELL, FakeUnit

from sitterctl import commands_selftest, selftest, selftest_run
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, OK, SESSION_OPEN
from sitterctl.guided import FAILED, PASSED, Result
from sitterctl.selftest import KEYS, PARTS, STEPS

MEASURED = ("oximeter", "nibp", "clock", "storage", "supply")


class Scripted:
    """Somebody who presses the keys that are named, and gives these answers in turn; then `y`."""

    def __init__(self, unit: FakeUnit, said: list[str]) -> None:
        self.unit, self.said, self.asked = unit, said, []
        self.told: list[str] = []
        self.press: Callable[[str], str] = lambda key: key

    def tell(self, text: str) -> None:
        self.told.append(text)
        if text.startswith("  press "):
            key = self.press("CALL" if "call button" in text else text.split()[-1])
            if key:
                self.unit.parts["keys"]["seen"] += [f"{key} down", f"{key} short"]

    def choose(self, question: str, options: str) -> str:
        self.asked.append(question)
        said = self.said.pop(0) if self.said else "y"
        if said == "^C":
            raise click.Abort
        assert said in options
        return said


@pytest.fixture
def guided(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch):
    """Give the command with somebody who says this; (exit code, stdout, stderr, person)."""
    for step in STEPS:
        object.__setattr__(step, "pause_s", min(step.pause_s, 0.01))
    monkeypatch.setattr(selftest_run, "_KEY_S", 0.1)
    monkeypatch.setattr(selftest_run, "_LOOK_S", 0.01)

    def give(*words: object, said: str = "", press: Callable[[str], str] | None = None):
        person = Scripted(unit, said.split())
        person.press = press or person.press
        monkeypatch.setattr(commands_selftest, "AtTheTerminal", lambda: person)
        return (*run("selftest", *words), person)

    return give


def results(path: str) -> dict[str, str]:
    return {row["part"]: row["state"] for row in json.loads(Path(path).read_text())["results"]}


# --- judgement --------------------------------------------------------------------------------------------------------


def measured(part: str, first: dict | None = None, **second) -> Result:
    (step,) = selftest.chosen((part,))
    well = {**WELL[part], "at_ms": 1000, "utc_s": 100}
    return step.measured({**well, **(first or {})}, {**well, "at_ms": 3000, "utc_s": 102, **second})


@pytest.mark.parametrize("part", MEASURED)
def test_what_is_well_passes(part: str) -> None:
    assert measured(part).state == PASSED


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("oximeter", {"fault": "absent"}), ("oximeter", {"reading": False}), ("oximeter", {"lost": 40}),
        ("oximeter", {"lost": "many"}), ("oximeter", {"die_temperature_centidegc": None}),
        ("oximeter", {"die_temperature_centidegc": 9000}), ("oximeter", {"finger": True, "quality_pct": 20}),
        ("oximeter", {"finger": True, "quality_pct": None}),
        ("nibp", {"cuff_mmhg": None}), ("nibp", {"cuff_mmhg": 40}), ("nibp", {"fault": "silent"}),
        ("clock", {"utc_s": 100}), ("clock", {"utc_s": 130}), ("clock", {"trusted": False}), ("clock", {"utc_s": None}),
        ("storage", {"works": False}), ("storage", {"free_bytes": 9000}), ("storage", {"works": 1}),
        ("supply", {"level_pct": None}), ("supply", {"fault": "no cell"}),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_well_fails_and_says_where_to_go_on(part: str, answer: dict) -> None:
    result = measured(part, **answer)
    assert result.state == FAILED
    assert result.found
    assert result.go_on.endswith(f"`sitterctl selftest {part}`")


def test_a_module_has_no_temperature_and_its_packets_are_counted() -> None:
    module = {"source": "Nonin module", "die_temperature_centidegc": None}
    assert measured("oximeter", first=module, **module).found == "no finger in it; Nonin module; no packet lost"
    assert "packets get lost (4 " in measured("oximeter", first=module, **module, lost=36).found
    assert measured("oximeter", first=module, **module, reading=False).state == FAILED


def test_a_module_on_a_board_without_a_uart_is_told_in_one_sentence() -> None:  # REQ-214
    result = measured("oximeter", fault="no UART", reading=False, source="Nonin module")
    assert result.found == "the unit says: no UART"
    assert "this board has no UART for it: set it to 0, or use an ESP32-S3" in result.go_on


def test_a_supply_without_a_battery_is_well() -> None:
    assert "no battery is fitted" in measured("supply", fitted=False, level_pct=None).found


# --- the guide --------------------------------------------------------------------------------------------------------


def test_a_unit_that_is_well_passes_and_has_a_record_to_sign(guided, unit: FakeUnit) -> None:
    unit.app.custody.label = "BED 3"
    code, out, _, person = guided("--out", "here/record")
    assert code == OK
    assert len(person.asked) == 4
    record = json.loads(Path("here/record.json").read_text())
    assert record["complete"] and record["ok"]
    assert [row["part"] for row in record["results"]] == list(PARTS)
    assert (record["unit_id"], record["label"], record["disclaimer"]) == (UNIT, "BED 3", "NOT A MEDICAL DEVICE")
    assert set(record) >= {"firmware", "boot_id", "key_id", "utc", "who", "tool"}
    page = Path("here/record.txt").read_text()
    for words in (UNIT, "BED 3", "NOT A MEDICAL DEVICE", "signature ____", record["who"], record["key_id"]):
        assert words in page
    assert page in out
    assert "here/record.txt" in out


def test_without_people_only_what_can_be_measured_is(guided, run) -> None:
    code, out, err = run("selftest", "--json")
    said = json.loads(out)
    assert (code, err) == (OK, "")
    assert {row["part"] for row in said["results"] if row["state"] == "passed"} == set(MEASURED)
    assert {row["state"] for row in said["results"]} == {"passed", "not asked"}
    assert said["open"] == [part for part in PARTS if part not in MEASURED]
    assert not said["complete"]
    assert not list(Path().glob("selftest-*"))


def test_what_fails_or_is_skipped_is_named_with_where_to_go_on(guided, unit: FakeUnit) -> None:
    code, out, _, _ = guided("music", "light", "display", "--out", "r", said="y n n s")
    assert code == CHECK_FAILED
    assert results("r.json") == {"display": "passed", "light": "failed", "music": "skipped"}
    assert "open: light, music" in out
    assert "look at the light's two channels and their supply; then `sitterctl selftest light`" in out
    assert "`sitterctl selftest music`" in out


def test_what_the_unit_knows_of_weighs_more_than_what_people_say(guided, unit: FakeUnit) -> None:
    unit.parts["music"]["fault"] = "no card"
    code, out, _, _ = guided("music", said="y n")
    assert code == CHECK_FAILED
    assert "no card" in out


def test_a_step_can_be_repeated_as_often_as_one_likes(guided) -> None:
    code, _, _, person = guided("light", "--out", "r", said="r r n r y")
    assert code == OK
    assert len(person.asked) == 5


def test_an_alarm_fails_a_step_and_not_the_rest(guided, unit: FakeUnit) -> None:
    unit.parts["light"] = "alarm"
    code, _, _, _ = guided("light", "music", "--out", "r", said="n y")
    assert code == CHECK_FAILED
    assert results("r.json") == {"light": "failed", "music": "passed"}


def test_the_answer_about_the_signals_is_the_units_too(guided, unit: FakeUnit) -> None:
    assert guided("signals", said="n n")[0] == CHECK_FAILED
    assert unit.parts["signals"]["result"] == "denied"
    assert guided("signals", said="y")[0] == OK
    assert unit.parts["signals"]["result"] == "confirmed"


def test_signals_that_an_alarm_cut_short_have_not_passed(guided, unit: FakeUnit) -> None:
    unit.parts["signals"]["asking"] = False
    code, out, _, _ = guided("signals", said="y n")
    assert code == CHECK_FAILED
    assert "an alarm came first" in out


# --- keys -------------------------------------------------------------------------------------------------------------


def test_each_key_is_asked_for_by_name(guided) -> None:
    code, _, _, person = guided("keys")
    assert code == OK
    assert [text.split()[-1] for text in person.told if text.startswith("  press")] == [*KEYS[:-1], "button"]


def test_keys_that_were_exchanged_are_found_out(guided) -> None:
    exchanged = {"BP": "NEXT", "NEXT": "BP"}
    code, out, _, _ = guided("keys", said="n", press=lambda key: exchanged.get(key, key))
    assert code == CHECK_FAILED
    assert "BP was to be pressed, and the unit saw NEXT" in out


def test_a_key_that_is_not_seen_is_named(guided) -> None:
    code, out, _, _ = guided("keys", said="n n", press=lambda key: "" if key == "MARK" else key)
    assert code == CHECK_FAILED
    assert "MARK was not seen" in out


def test_keys_whose_test_the_unit_has_ended_have_not_passed(guided, unit: FakeUnit) -> None:
    unit.parts["keys"]["running"] = False
    code, out, _, _ = guided("keys", said="n")
    assert code == CHECK_FAILED
    assert "has ended the test of its keys" in out


# --- when it ends early -----------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(guided) -> None:
    code, out, err, _ = guided("display", "light", "music", "keys", "--out", "r", said="y s ^C")
    assert (code, out) == (INTERRUPTED, "")
    assert "what was done is in r.txt" in err
    assert "`sitterctl selftest light music keys` goes on" in err
    assert results("r.json") == {"display": "passed", "light": "skipped"}


def test_ctrl_c_at_the_first_question_leaves_no_record(guided) -> None:
    code, _, err, _ = guided("music", "keys", said="^C")
    assert code == INTERRUPTED
    assert "`sitterctl selftest music keys` goes on" in err
    assert not list(Path().glob("selftest-*"))


def test_a_cable_that_is_pulled_keeps_what_was_done(guided, unit: FakeUnit) -> None:
    unit.cut_after = 8
    code, out, err, _ = guided("--out", "r")
    assert (code, out) == (NO_ANSWER, "")
    assert "what was done is in r.txt" in err
    assert results("r.json")["oximeter"] == "passed"


def test_with_a_session_open_nothing_is_tried(guided, run, unit: FakeUnit) -> None:
    unit.app.store.is_open = True
    for words in ((), ("--json",), ("light",)):
        code, out, err, _ = guided(*words)
        assert code == SESSION_OPEN
        assert "a session is open" in out + err
    assert not list(Path().glob("selftest-*"))
