"""What a looker-on is shown: current numbers, or that they are withheld; and what he is told has happened."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from sitterctl import watch_view
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, RESTARTED, SitterError
from sitterctl.watch_news import news
from sitterctl.watching import (
    CURRENT_S,
    LIVE,
    LOST,
    NONE,
    NOT_AN_ALARM_SYSTEM,
    RESTART_SHOWN_S,
    UNSEEN,
    Seen,
    Shown,
    as_row,
    joined,
    shown,
    span,
)

ANSWER = {
    "ok": True, "phase": "peak", "code": "KAP-0042", "since_s": 60, "t0_s": 2520, "doses": 1, "finger": True,
    "pulse_bpm": 73, "spo2_pct": 94, "spo2_mark": "uncalibrated", "pressure": [141, 86, 104, 75], "pressure_age_s": 185,
    "cuff_busy": False, "next_reading_s": 415, "away": False, "alarms": [], "pause_s": 0,
}  # fmt: skip
LOW, HELP = ["spo2_low", 3, "SpO2 LOW 86 < 90"], ["help_called", 3, "HELP CALLED"]
RISEN = ["pulse_risen", 1, "PULSE ROSE BY 52 > 50"]
AWAY = SitterError("/dev/ttyUSB0 went away", "plug the cable in again", exit_code=NO_ANSWER)
RESTART = SitterError("the unit restarted while it was connected", "", exit_code=RESTARTED)
BARE = Seen("/dev/ttyUSB0", 0.0, "SIM-0007", "BED 3", 1)
NUMBERS = ("73", "94", "141", "86", "104")


def seen(**answer: object) -> Seen:
    """A unit that answered so at 100 s."""
    return BARE.answered(100.0, {**ANSWER, **answer})


def at(now_s: float, **answer: object) -> Shown:
    return shown(seen(**answer), now_s)


def text_of(view: object, width: int = 110) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(view)
    return console.export_text()


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_a_current_answer_is_shown_whole() -> None:
    now = at(100.2)
    assert (now.who, now.state, now.phase, now.since_dose, now.code) == ("BED 3", LIVE, "PEAK", "0:42", "KAP-0042")
    assert (now.pulse, now.spo2, now.pressure, now.pressure_age) == ("73", "94", "141/86", "3 min ago")
    assert (now.next_reading, now.alarms, now.notices) == ("in 6 min", (), ())


@pytest.mark.parametrize(
    ("answer", "field", "text"),
    [
        ({"pulse_bpm": None}, "pulse", NONE),
        ({"spo2_pct": None}, "spo2", NONE),
        ({"pressure": None, "pressure_age_s": None}, "pressure", NONE),
        ({"pressure": None, "pressure_age_s": None}, "pressure_age", ""),
        ({"t0_s": None}, "since_dose", NONE),
        ({"pulse_bpm": None}, "finger", "searching"),
        ({"pulse_bpm": None, "finger": False}, "finger", "no finger"),
        ({"next_reading_s": None}, "next_reading", "by BP key"),
        ({"next_reading_s": None, "phase": "idle"}, "next_reading", NONE),
        ({"next_reading_s": -190}, "next_reading", "DUE 3 min ago"),
        ({"next_reading_s": 20, "cuff_busy": True}, "next_reading", "measuring"),
        ({"phase": "idle"}, "notices", ("NOT WATCHING",)),
        ({"away": True, "pause_s": 92}, "notices", ("PATIENT AWAY", "SOUND PAUSED 1:32")),
    ],
)
def test_what_is_absent_is_said_to_be(answer: dict, field: str, text: object) -> None:
    assert getattr(at(100.0, **answer), field) == text


def test_a_saturation_has_its_units_mark_and_no_unknown_one() -> None:  # REQ-215
    for mark, said, short in (
        ("uncalibrated", "uncalibrated", "uncal."),
        ("user-adjusted", "user-adjusted", "adj."),
        ("OEM module", "OEM module", "module"),
        ("correct", "uncalibrated", "uncal."),
    ):
        now = at(100.0, spo2_mark=mark)
        assert said in text_of(watch_view.one(now, [], "", 110))
        assert short in text_of(watch_view.board([now], [], ""))


def test_spans_go_on_between_two_answers() -> None:
    now = at(103.0, t0_s=2577, pressure_age_s=57, next_reading_s=2, pause_s=2)
    assert (now.since_dose, now.pressure_age, now.next_reading) == ("0:43", "1 min ago", "DUE 1 s ago")
    assert now.notices == ()


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0 s"), (42.9, "42 s"), (60, "1 min"), (3900, "1 h 05 min")])
def test_spans_are_told_in_words(seconds: float, text: str) -> None:
    assert span(seconds) == text


# --- what is withheld -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [seen(alarms=[LOW]).failed(100.5, AWAY), seen(alarms=[LOW])], ids=["gone", "silent"])
def test_of_a_lost_unit_no_number_is_shown_but_for_how_long_and_where_it_was(lost: Seen) -> None:  # REQ-010
    now_s = 100.0 + CURRENT_S + 38
    now = shown(lost, now_s)
    assert (now.state, now.loss, now.last) == (LOST, "LOST for 42 s", "last seen in PEAK with 1 alarm")
    empty = Shown("", "", "")
    for name in ("phase", "since_dose", "pulse", "spo2", "pressure", "pressure_age_s", "next_reading", "alarms"):
        assert getattr(now, name) == getattr(empty, name)
    row = as_row(lost, now_s, "now")
    assert (row["state"], row["live"], row["answered_ago_s"]) == (LOST, None, 42.0)
    for view in (watch_view.one(now, [], "10:42:58", 110), watch_view.board([now], [], "10:42:58")):
        said = text_of(view)
        assert "LOST for 42 s" in said
        assert not any(number in said for number in NUMBERS)


def test_numbers_are_withheld_from_the_moment_they_are_too_old_or_the_unit_is_gone() -> None:  # REQ-010
    assert shown(seen(), 100.0 + CURRENT_S).state == LIVE
    assert shown(seen(), 100.1 + CURRENT_S).state == LOST
    assert shown(seen().failed(100.1, AWAY), 100.1).state == LOST


def test_a_port_on_which_no_unit_was_met_says_why() -> None:
    bare = Seen("/dev/ttyUSB0", 0.0)
    assert (shown(bare, 1.0).state, shown(bare, 1.0).why) == (UNSEEN, "connecting")
    assert shown(bare.failed(1.0, AWAY), 1.0).why == "/dev/ttyUSB0 went away"
    assert as_row(bare.failed(1.0, AWAY), 2.0, "now")["problem"] == "/dev/ttyUSB0 went away"


@pytest.mark.parametrize(
    "odd",
    [{"alarms": None}, {"alarms": [["spo2_low", 3]]}, {"alarms": [["spo2_low", 7, "X"]]}, {"alarms": ["spo2_low"]},
     {"pressure": ["141", 86]}, {"pressure": [141]}, {"pulse_bpm": "73"}, {"spo2_pct": True}, {"phase": None}],
)  # fmt: skip
def test_an_answer_that_leaves_something_out_is_none(odd: dict) -> None:
    with pytest.raises(SitterError) as caught:
        seen(**odd)
    assert caught.value.exit_code == CHECK_FAILED
    with pytest.raises(SitterError):
        BARE.answered(100.0, {name: value for name, value in ANSWER.items() if name not in odd})


def test_a_row_for_programs_has_the_answer_and_says_what_it_is_not() -> None:
    row = as_row(seen(), 100.5, "2026-05-04T09:00:00Z")
    assert row["live"] == {name: value for name, value in ANSWER.items() if name != "ok"}
    assert (row["unit_id"], row["state"], row["problem"], row["is_alarm_system"]) == ("SIM-0007", LIVE, None, False)


# --- a unit that comes back -------------------------------------------------------------------------------------------


def test_a_unit_on_another_port_is_the_same_row() -> None:
    lost = seen().failed(101.0, AWAY)
    back = replace(lost, port="/dev/ttyUSB1", since_s=120.0, error=None)
    (row,) = joined(joined({}, [lost]), [lost, back]).values()
    assert (row.port, row.restarted_s) == ("/dev/ttyUSB1", None)


def test_who_is_met_again_and_has_not_answered_yet_is_still_lost_since_then() -> None:
    met = Seen("/dev/ttyUSB1", 120.0, "SIM-0007", "BED 3", 1)
    (row,) = joined({"SIM-0007": seen().failed(101.0, AWAY)}, [met]).values()
    assert shown(row, 121.0).loss == "LOST for 21 s"


def test_a_restart_that_nobody_saw_is_noticed_by_the_start_s_number() -> None:
    back = replace(seen(), port="/dev/ttyUSB1", since_s=120.0, boot_id=2)
    (row,) = joined({"SIM-0007": seen().failed(101.0, AWAY)}, [back]).values()
    assert shown(row, 130.0).restart == "RESTARTED 10 s ago: see the patient"
    assert shown(row, 121.0 + RESTART_SHOWN_S).restart == ""


def test_a_restart_is_noted_once_however_often_it_is_met() -> None:
    gone = seen().failed(101.0, RESTART).failed(105.0, RESTART)
    assert gone.restarted_s == 101.0
    back = replace(gone, since_s=110.0, boot_id=2, error=None)
    (row,) = joined({"SIM-0007": gone}, [back]).values()
    assert row.restarted_s == 101.0
    assert row.failed(200.0, RESTART).restarted_s == 200.0


def test_a_port_without_a_unit_is_a_row_until_it_is_gone() -> None:
    bare = Seen("/dev/ttyUSB5", 0.0)
    rows = joined({}, [bare, seen()])
    assert set(rows) == {"/dev/ttyUSB5", "SIM-0007"}
    assert set(joined(rows, [])) == {"SIM-0007"}


# --- what has happened ------------------------------------------------------------------------------------------------

CALM, LOST_NOW = at(100.0), shown(seen(alarms=[LOW]).failed(100.0, AWAY), 101.0)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (None, CALM, ["watched, in PEAK"]),
        (None, at(100.0, alarms=[LOW]), ["watched, in PEAK", "ALARM, high: SpO2 LOW 86 < 90"]),
        (CALM, CALM, []),
        (CALM, at(101.0, pulse_bpm=99), []),
        (CALM, at(100.0, phase="return"), ["now in RETURN"]),
        (CALM, at(100.0, pressure=[118, 76, 90, 70], pressure_age_s=0), ["blood pressure 118/76"]),
        (CALM, at(100.0, alarms=[LOW, RISEN]), ["ALARM, high: SpO2 LOW 86 < 90", "ALARM, low: PULSE ROSE BY 52 > 50"]),
        (at(100.0, alarms=[LOW]), at(100.0, alarms=[["spo2_low", 3, "SpO2 LOW 84 < 90"]]), []),
        (at(100.0, alarms=[RISEN]), at(100.0, alarms=[["pulse_risen", 2, "X"]]), ["ALARM, medium: X"]),
        (at(100.0, alarms=[LOW, HELP]), at(100.0, alarms=[HELP]), ["ended: SpO2 LOW 86 < 90"]),
        (at(100.0, alarms=[LOW]), at(100.0, alarms=[[str(n), 3, "X"] for n in range(6)]), ["ALARM, high: X"] * 6),
        (CALM, LOST_NOW, ["LOST, last seen in PEAK with 1 alarm: /dev/ttyUSB0 went away"]),
        (LOST_NOW, LOST_NOW, []),
        (LOST_NOW, CALM, ["watched, in PEAK"]),
        (CALM, replace(CALM, restarted_s=5.0, restart="RESTARTED 1 s ago"), ["RESTARTED 1 s ago"]),
        (replace(CALM, restarted_s=5.0, restart="x"), replace(CALM, restarted_s=5.0, restart="y"), []),
    ],
)
def test_what_changes_is_told_once(was: Shown | None, now: Shown, told: list[str]) -> None:
    assert news(was, now) == told


# --- the picture ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_view_says_what_it_is_not_even_where_room_is_short(width: int) -> None:
    many = at(100.0, alarms=[[str(n), 3, f"ALARM {n}"] for n in range(6)])
    for view in (watch_view.one(many, [], "10:42:58", width), watch_view.board([many] * 9, [], "10:42:58")):
        head = " ".join(" ".join(text_of(view, width).splitlines()[:5]).split())
        assert NOT_AN_ALARM_SYSTEM in head
        assert "10:42:58" in head


@pytest.mark.parametrize("width", [50, 60, 64, 80, 100, 120])
def test_no_number_loses_a_digit_to_a_narrow_terminal(width: int) -> None:
    wide = at(100.0, pulse_bpm=142, spo2_pct=100, pressure=[208, 114, 140, 142])
    digits = watch_view.large("142100208/114", "white", watch_view._bit_columns(width))
    assert 1 + 2 * 4 + max(map(len, digits.plain.splitlines())) <= width
    assert "208/114" in text_of(watch_view.board([wide], [], ""), max(width, 64))


def test_alarms_are_told_apart_without_colours() -> None:
    now = at(100.0, alarms=[LOW, ["pulse_high", 2, "PULSE HIGH 130 > 120"], RISEN])
    said = text_of(watch_view.one(now, [], "", 110))
    assert "!!! SpO2 LOW" in said
    assert " !! PULSE HIGH" in said
    assert " ! PULSE ROSE" in said


def test_the_board_says_how_many_and_keeps_to_two_alarms_a_chair() -> None:
    said = text_of(watch_view.board([at(100.0, alarms=[LOW, HELP, RISEN]), LOST_NOW], ["a line"], "10:42:58"))
    assert "2 chairs   1 with alarms   1 LOST" in said
    assert "and 1 more" in said
    assert "PULSE ROSE" not in said
    assert "no unit is connected" in text_of(watch_view.board([], [], ""))
