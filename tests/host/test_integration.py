"""`integration`: the worksheet has every marked moment and nothing that it should not have; the calendar has what
people planned, and is read back by a library that did not write it."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import vobject
from example_log import LogBuilder, session_log, small_log
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from played import played

from sitter import session as phases
from sitterctl import integration, slog
from sitterctl.errors import CHECK_FAILED, NOT_VERIFIED, OK, USAGE
from sitterctl.integration import dates, planned, prompts, sheet, timeline
from sitterctl.report import model

pytestmark = pytest.mark.usefixtures("elsewhere")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MEETING = ("--meeting", "2026-05-06T10:00")


def sheet_of(data: bytes, **more) -> sheet.Sheet:
    return sheet.build(model.build(slog.read(data), UTC), date(2026, 3, 14), **more)


def drawing(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r'<svg class="timeline".*?</svg>', page, re.S)[0])


def words_of(page: str) -> list[str]:
    return [e.text for e in drawing(page).iter("text")]


@pytest.fixture(scope="module")
def three_hours() -> bytes:
    return session_log()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A session of ten minutes with five marks, as a unit wrote it."""
    path = tmp_path / "SIM-0001-00001.slog"
    path.write_bytes(Path(played("marks")["slog"]).read_bytes())
    return path


# --- the worksheet ----------------------------------------------------------------------------------------------------


def test_the_worksheet_has_each_moment_with_phase_and_music(log: Path, run) -> None:
    code, out, _ = run("integration", log, *MEETING)
    assert code == OK, out
    page, text = (log.with_name(f"SIM-0001-00001-worksheet.{kind}").read_text() for kind in ("html", "md"))
    flat = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in ("Code KAP-0042 · Monday, 4 May 2026",
                 "1 2 minutes before the medicine Settling in, music: folder 1, track 1",
                 "2 0 minutes after the medicine Onset, music: folder 1, track 1", "3 1 minute after the medicine Peak",
                 "Return, music: folder 3, track 1", "Wednesday, 6 May 2026, 10:00", "is not a medical device",
                 "Nothing in it interprets", "Simulated unit, development key.", "Your care team"):  # fmt: skip
        assert said in flat, said
        assert said in flat or said in re.sub(r"\s+", " ", text)
    assert text.count("### Moment ") == page.count('class="number"') == page.count('class="mark"') == 5


def test_the_page_is_one_small_file_that_needs_nothing_else(log: Path, run) -> None:
    run("integration", log, *MEETING)
    page = log.with_name("SIM-0001-00001-worksheet.html").read_text()
    assert len(page.encode()) < 60_000
    for reference in ("http", "<script", "<link", "<img", "@import", "src=", "url("):
        assert reference not in page


def test_no_alarm_dose_or_number_of_the_body_is_shown(three_hours: bytes) -> None:
    made = sheet_of(three_hours)
    for text in (integration.page(made).partition("</style>")[2], integration.markdown(made)):
        for hidden in ("alarm", "mg", "mmHg", "SpO2", "ulse", "clinician 12", "SIM-0007", "score", "STOP", "cuff"):
            assert hidden not in text.replace('role="img"', ""), hidden


def test_the_pulse_is_drawn_only_if_asked_for(three_hours: bytes) -> None:
    assert "Pulse, bpm" not in words_of(integration.page(sheet_of(three_hours)))
    page = integration.page(sheet_of(three_hours, pulse=True))
    assert "Pulse, bpm" in words_of(page)
    curves = [e for e in drawing(page).iter("path") if e.get("class") == "pulse"]
    assert len(curves) == 4  # two times without a number, one without power
    assert "none recorded" in words_of(integration.page(sheet_of(LogBuilder().seal(10).data(), pulse=True)))


def test_a_time_without_power_is_no_record(three_hours: bytes) -> None:
    page = drawing(integration.page(sheet_of(three_hours)))
    assert [e.find("title").text for e in page.iter("rect") if e.get("class") == "off"] == ["no record"]


def test_music_that_alarms_softened_is_no_change_and_a_fault_is_not_known() -> None:
    log = LogBuilder()
    for second, folder, volume in ((1, 2, 16), (60, 2, 4), (70, 2, 16), (300, 0, 0)):
        log.add("cue", second * 1000, folder=folder, volume=volume, music_fade_ms=0, fade_ms=0, cause="x")
    log.add("part", 100_000, part="music", fault="absent").add("part", 130_000, part="music", fault="")
    log.add("mark", 110_000, number=1, phase="peak").add("mark", 140_000, number=2, phase="peak")
    made = sheet_of(log.seal(400_000).data())
    assert [one.called for one in made.music] == ["folder 2", "not known", "folder 2", "no music"]
    assert [one.music for one in made.moments] == ["not known", "folder 2"]


def test_without_a_trusted_clock_no_time_of_day_is_shown() -> None:
    log = LogBuilder(utc_trusted=0).add("phase", 61_000, phase="checks", cause="key NEXT")
    page = integration.page(sheet_of(log.add("mark", 121_000, number=1, phase="checks").seal(200_000).data()))
    assert {"1 min  Arriving", "2 min"} <= set(words_of(page)) and not re.search(r"\d\d:\d\d", page)
    assert "2 minutes after the start" in page


def test_without_a_mark_it_says_so() -> None:
    made = sheet_of(LogBuilder().seal(10).data())
    for text in (integration.page(made), integration.markdown(made)):
        assert "No moment was marked." in text


def test_the_telephone_comes_from_the_configuration_or_has_a_line(log: Path, run, tmp_path: Path) -> None:
    assert 'clinic: <span class="blank">' in integration.page(sheet_of(small_log()))
    (tmp_path / "sitter.toml").write_text('clinic_phone = "030 <1234> *5*"\n')
    run("integration", log)
    assert "030 &lt;1234&gt; *5*" in log.with_name("SIM-0001-00001-worksheet.html").read_text()
    assert r"030 \<1234\> \*5\*" in log.with_name("SIM-0001-00001-worksheet.md").read_text()


def test_questions_are_open() -> None:
    asked = [question for _, _, some in prompts.PROMPTS for question in some] + [prompts.OF_A_MOMENT]
    assert len(set(asked)) == len(asked) > 12
    for question in asked:
        assert re.match(r"(What|Which|How|Where|If one of these moments were .*, which) .*\?$", question), question
        for judged in ("heal", "trauma", "better", "should", "must", "good", "bad", "mean", "why"):
            assert judged not in question.lower(), question


def test_every_phase_has_a_word() -> None:
    assert len({sheet.phase_words(phase) for phase in phases.PHASES}) == len(phases.PHASES)


NAMES = st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode()) | st.sampled_from(
    ["peak", "<b>x</b>", "`a`*b*", "[a](b)", "&amp;", "</svg><script>", "a|b", "\n# h"]
)


@settings(max_examples=50)
@given(
    phases=st.lists(st.tuples(st.integers(0, 10_000), NAMES), max_size=12),
    marks=st.lists(st.tuples(st.integers(0, 10_000), NAMES), max_size=40),
    code=NAMES,
    dose_s=st.none() | st.integers(0, 10_000),
)
def test_any_marks_in_any_phases_are_all_there_in_order(phases, marks, code, dose_s) -> None:
    log = LogBuilder().add("plan", 1000, dose_mg=1, code=code, route="x", cleared_by="MD-07")
    events = [(s, "phase", {"phase": name, "cause": ""}) for s, name in phases]
    events += [(s, "mark", {"number": None, "phase": name}) for s, name in marks]
    events += [] if dose_s is None else [(dose_s, "dose", {"number": 1, "dose_mg": 1, "route": "x"})]
    for second, name, fields in sorted(events, key=lambda event: event[0]):
        log.add(name, 1000 + second * 1000, **fields)
    made = sheet_of(log.seal(11_000_000).data())
    page, text = integration.page(made), integration.markdown(made)

    assert [one.at for one in made.moments] == sorted(one.at for one in made.moments)
    figure = drawing(page)  # it can be parsed: nothing in it became markup
    circles = list(figure.iter("circle"))
    places = [float(e.get("cy")) for e in circles]
    assert len(places) == len(marks) == page.count('class="number"') == text.count("### Moment ")
    assert all(b - a >= 22 for a, b in pairwise(places))
    height = float(figure.get("viewBox").split()[3])
    assert all(11 <= place <= height - 11 for place in places)
    assert [e.text for e in figure.iter("text") if e.get("class") == "mark-number"] == [
        str(n) for n in range(1, len(marks) + 1)
    ]
    shown = MarkdownIt().render(text)
    for some in (page, shown):
        assert not re.search(r"<b>|<script|<a ", some)
    assert (shown.count("<h3>"), shown.count("<em>")) == (len(marks), 1)
    assert re.sub(r"\s", "", f"<p>Code {escapeHtml(made.code)} ·") in re.sub(r"\s", "", shown)


@given(st.lists(st.floats(0, 400), max_size=20))
def test_labels_keep_apart_and_in_order(wanted) -> None:
    placed = timeline.spread(sorted(wanted), 0, 400, 20)
    assert len(placed) == len(wanted)
    assert all(b - a > 19.9 for a, b in pairwise(placed))
    assert all(-0.1 <= place <= 400 for place in placed)


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert timeline.spread([10, 50, 52, 399], 0, 400, 20) == [10, 50, 70, 399]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", [lambda data: data[:-60], lambda data: data[:-1] + b"x", lambda data: b""])
def test_a_log_that_does_not_verify_gives_nothing(spoil, run, tmp_path: Path) -> None:
    (tmp_path / "a.slog").write_bytes(spoil(small_log()))
    code, out, err = run("integration", "a.slog", *MEETING)
    assert (code, out) == (NOT_VERIFIED, "") and "nothing was made of a.slog" in err
    assert [path.name for path in tmp_path.glob("a*")] == ["a.slog"]


def test_a_log_of_an_unknown_key_gives_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "a.slog").write_bytes(small_log(bytes(32)))
    assert run("integration", "a.slog")[0] == NOT_VERIFIED
    assert run("integration", "a.slog", "--key", bytes(32).hex())[0] == OK
    page = (tmp_path / "a-worksheet.html").read_text()
    assert "development key" not in page and "Simulated" not in page


def test_what_is_there_is_overwritten_only_with_force(log: Path, run) -> None:
    kept = log.with_name("SIM-0001-00001-worksheet.md")
    kept.write_text("mine")
    code, _, err = run("integration", log, *MEETING)
    assert code == USAGE and str(kept) in err and "--force" in err
    assert kept.read_text() == "mine" and not kept.with_suffix(".html").exists()
    assert run("integration", log, *MEETING, "--force")[0] == OK
    assert "Moment 5" in kept.read_text()


def test_a_file_that_can_not_be_written_leaves_none(log: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    (log.parent / "SIM-0001-00001-dates.ics.new").mkdir()
    code, _, err = run("integration", log, *MEETING)
    assert code == CHECK_FAILED, err
    assert list(log.parent.glob("SIM-0001-00001-w*")) == []


def test_a_clock_not_trusted_takes_a_date(run, tmp_path: Path) -> None:
    (tmp_path / "a.slog").write_bytes(small_log(utc_trusted=0))
    code, _, err = run("integration", "a.slog")
    assert code == USAGE and "--date" in err
    assert run("integration", "a.slog", "--date", "2026-05-04")[0] == OK
    assert "Monday, 4 May 2026" in (tmp_path / "a-worksheet.html").read_text()


def test_a_date_that_contradicts_a_trusted_clock_is_refused(log: Path, run) -> None:
    code, _, err = run("integration", log, "--date", "2026-05-05")
    assert code == USAGE and "the log is of 2026-05-04, and --date says 2026-05-05" in err
    assert run("integration", log, "--date", "2026-05-04")[0] == OK


@pytest.mark.parametrize(("words", "said"), [
    (("--meeting", "tomorrow"), "give it as 2026-05-06T10:00 or 2026-05-06"),
    (("--meeting", "2026-05-03"), "planned before the session of 2026-05-04: 2026-05-03"),
    (("--meeting", "0001-01-01"), "give it as 2026-05-06T10:00 or 2026-05-06"),
    (("--at", "six"), "give it as 18:00"),
    (("--at", ""), "give it as 18:00"),
    (("--at", "18:00+02:00"), "give it as 18:00"),
    (("--date", "9999-12-31"), "give it as 2026-05-04"),
    (("--date", "4 May"), "give it as 2026-05-04"),
    (("--days", "-1"), "-1 is not in the range"),
])  # fmt: skip
def test_what_can_not_be_meant_is_said(words: tuple[str, ...], said: str, log: Path, run) -> None:
    code, _, err = run("integration", log, *words)
    assert code == USAGE and said in err


# --- the plan ---------------------------------------------------------------------------------------------------------

HEADER = 'kind = "sitter plan"\nversion = 1\n'
PLAN = f"""{HEADER}code = "KAP-0042"
route = "sublingual"
[integration]
willing = true
supported = true
meetings = [2026-05-13, 2026-05-06T10:00:00]
practice_days = 5
"""


def test_the_plan_says_when(log: Path, run, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    code, out, _ = run("integration", log, "--plan", "plan.toml", "--json")
    said = json.loads(out)
    assert (code, said["meetings"], said["marks"], said["simulated"], said["notes"]) == (OK, 2, 5, True, [])
    events = read_back(Path(said["calendar"]).read_bytes())
    assert [when(e) for e in events[:2]] == [datetime(2026, 5, 6, 10).astimezone(UTC), date(2026, 5, 13)]
    assert [when(e).day for e in events[2:]] == [5, 7, 9]


def test_options_go_before_the_plan(log: Path, run, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    run("integration", log, "--plan", "plan.toml", "--meeting", "2026-05-20", "--days", "1")
    events = read_back(log.with_name("SIM-0001-00001-dates.ics").read_bytes())
    assert [when(e) for e in events] == [date(2026, 5, 20), datetime(2026, 5, 5, 18)]


def test_a_plan_of_somebody_else_is_refused(log: Path, run, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN.replace("0042", "0043"))
    code, _, err = run("integration", log, "--plan", "plan.toml")
    assert code == USAGE and "is the plan of KAP-0043, and the log is that of KAP-0042" in err


def test_who_is_not_willing_is_talked_to_first(log: Path, run, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN.replace("willing = true", "willing = false"))
    code, out, _ = run("integration", log, "--plan", "plan.toml")
    assert code == OK and "The plan says willing = false: talk about that first." in out


@pytest.mark.parametrize(("table", "fault"), [
    ("integration = 3", "integration: must be a table"),
    ("code = 3", "code: must be text"),
    ("[integration]\nwilling = 1", "integration.willing: must be true or false"),
    ("[integration]\npractice_days = true", "integration.practice_days: must be a whole number of days, 0 to 90"),
    ("[integration]\npractice_days = 400", "integration.practice_days: must be a whole number of days, 0 to 90"),
    ("[integration]\nmeetings = 2026-05-06", "integration.meetings: must be a list of dates, such as"),
    ("[integration]\nmeetings = [10:00:00]", "integration.meetings: 10:00:00 (number 1) is no date such as"),
    ("[integration]\nmeetings = ['2026-05-06', 'soon']", "integration.meetings: soon (number 2) is no date such as"),
])  # fmt: skip
def test_a_plan_with_faults_is_refused(table: str, fault: str, log: Path, run, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(HEADER + table)
    code, _, err = run("integration", log, "--plan", "plan.toml")
    assert code == USAGE and f"plan.toml: {fault}" in err


@pytest.mark.parametrize("data", [b"a =", b"\xff", None])
def test_a_plan_that_can_not_be_read_is_said(data: bytes | None, log: Path, run, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "plan.toml").write_bytes(data)
    code, _, err = run("integration", log, "--plan", "plan.toml")
    assert code == USAGE and "plan.toml" in err and "Errno" not in err


def test_texts_will_do_for_dates() -> None:
    assert planned.meeting("2026-05-06") == date(2026, 5, 6)
    assert planned.meeting("2026-05-06T10:00") == datetime(2026, 5, 6, 10)


# --- the calendar -----------------------------------------------------------------------------------------------------


def read_back(data: bytes) -> list:
    """The events, by a parser that shares nothing with the writer."""
    return list(vobject.readOne(data.decode()).vevent_list)


def when(event) -> date | datetime:
    return event.dtstart.value


def made(*meetings: planned.Meeting, days: int = 0, **more) -> bytes:
    return dates.calendar("ab" * 32, date(2026, 5, 4), meetings, days, time(18), **{"now": NOW, **more})


def test_without_a_meeting_there_is_no_calendar(log: Path, run) -> None:
    code, out, _ = run("integration", log, "--days", "14")
    assert code == OK and "No meeting is planned, so no calendar was written" in out
    assert list(log.parent.glob("*.ics")) == []


def test_without_days_there_are_no_reminders_and_it_says_so(log: Path, run) -> None:
    _, out, _ = run("integration", log, *MEETING)
    assert "so the calendar has no reminders" in out
    assert len(read_back(log.with_name("SIM-0001-00001-dates.ics").read_bytes())) == 1


def test_reminders_are_on_every_second_day_of_the_window() -> None:
    events = read_back(made(date(2026, 5, 6), days=6))[1:]
    assert [when(event) for event in events] == [datetime(2026, 5, day, 18) for day in (5, 7, 9)]
    assert {event.duration.value for event in events} == {timedelta(minutes=15)}


def test_a_meeting_is_a_moment_and_a_reminder_an_hour_of_ones_own_day() -> None:
    late = datetime(2026, 5, 6, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    text = made(late, days=1).decode()
    assert "DTSTART:20260507T023000Z" in text and "DTSTART:20260505T180000\r\n" in text


def test_nothing_rings_and_nothing_tells_what_it_is_about() -> None:
    text = made(datetime(2026, 5, 6, 10), days=6).decode()
    events = read_back(text.encode())
    assert "VALARM" not in text
    assert {event.__getattr__("class").value for event in events} == {"PRIVATE"}
    assert [event.transp.value for event in events] == ["OPAQUE", *["TRANSPARENT"] * 3]
    for telling in ("ketamin", "therap", "session", "medicine", "patient", "clinic", "integration", "psych", "kap",
                    "sim", "practi", "meeting", "sitter "):  # fmt: skip
        assert telling not in text.lower(), telling


def test_a_simulated_session_is_called_so() -> None:
    events = read_back(made(date(2026, 5, 6), days=1, simulated=True))
    assert all(event.summary.value.endswith("(simulated)") for event in events)


def test_importing_twice_doubles_nothing() -> None:
    first = read_back(made(date(2026, 5, 6), date(2026, 5, 13), days=5))
    moved = read_back(made(date(2026, 5, 7), date(2026, 5, 13), days=5, now=NOW + timedelta(days=1)))
    assert [event.uid.value for event in first] == [event.uid.value for event in moved]
    assert len({event.uid.value for event in first}) == len(first)
    other = dates.calendar("cd" * 32, date(2026, 5, 4), [date(2026, 5, 6)], 5, time(18), NOW)
    assert not {event.uid.value for event in first} & {event.uid.value for event in read_back(other)}


def test_lines_end_and_fold_as_the_format_wants() -> None:
    data = made(datetime(2026, 5, 6, 10), days=6)
    assert data.endswith(b"END:VCALENDAR\r\n") and data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert "Sit, lie or walk. What can you hear? If it does not suit today, let it pass." in {
        event.description.value for event in read_back(data)[1:]
    }


def test_meetings_are_in_order_and_each_once() -> None:
    at = datetime(2026, 5, 6, 10)
    assert planned.in_order([date(2026, 5, 7), at, date(2026, 5, 6), at]) == [date(2026, 5, 6), at, date(2026, 5, 7)]
