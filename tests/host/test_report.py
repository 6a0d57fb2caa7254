"""The report: everything of a session is on the page, gaps stay gaps, and nothing is made up."""

import re
from datetime import UTC, timedelta, timezone
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from example_log import START_UTC_S, LogBuilder, session_log, small_log

from sitter import alarm_table
from sitterctl import keys, report, slog
from sitterctl.alarm_help import ACTIONS
from sitterctl.report import model, svg
from sitterctl.report.figures import figures


def page_of(data: bytes, **options) -> str:
    verdict = slog.verify(data, [keys.DEVELOPMENT_KEY])
    return report.render(slog.read(data), verdict, **{"zone": UTC, **options})


def drawing(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r'<svg class="timeline".*?</svg>', page, re.S)[0])


def drawn(page: str, klass: str) -> list[ElementTree.Element]:
    return [e for e in drawing(page).iter() if set(klass.split()) <= set((e.get("class") or "").split())]


def words_of(page: str) -> list[str]:
    return [e.text for e in drawing(page).iter("text")]


def strokes(page: str, name: str) -> list[list[tuple[float, float]]]:
    """The points of each unbroken piece of a curve."""
    pieces = [e.get("d")[1:].split("L") for e in drawn(page, f"curve {name}")]
    return [[tuple(float(number) for number in point.split()) for point in piece] for piece in pieces]


def vitals(log: LogBuilder, second: int, pulse: int | None = 70, spo2: int | None = 97, finger: int = 1) -> None:
    log.add("vitals", 1000 + second * 1000, pulse_bpm=pulse, spo2_pct=spo2, perfusion_permyriad=200, quality_pct=90,
            finger=finger)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(session_log(), notes=["Played on the simulator."])


@pytest.fixture(scope="module")
def session() -> model.Session:
    return model.build(slog.read(session_log()), UTC)


# --- the whole page -------------------------------------------------------------------------------------------------


def test_page_is_one_small_file_that_needs_nothing_else(page):
    assert len(page.encode()) < 600_000
    for reference in ("http", "<script", "<link", "<img", "@import", "src="):
        assert reference not in page


def test_head_tells_who_what_and_whether_to_believe_it(page):
    for said in ("Not a medical device", "K-0417", "Saturday, 14 March 2026", "150 mg + 50 mg", "Sublingual",
                 "clinician 12", "SIM-0007", "(180 min)", "Verified.", "Simulated unit, development key.",
                 "Played on the simulator."):  # fmt: skip
        assert said in page, said


def test_timeline_shows_curves_pressure_alarms_cues_and_events(page):
    shown = words_of(page)
    for said in ("Checks", "Ready", "Onset", "Peak", "Return", "Recovery", "Pulse", "SpO2", "%, uncalibrated:",
                 "trust the change,", "Blood pressure", "163", "97", "high 120", "low 90", "sys. high 160",
                 "SpO2 low", "Systolic high", "No finger", "Cuff fault", "Unit restarted", "fault 87",
                 "paused 120 s: key SILENCE", "folder 3, volume 18", "3 %, 2700 K", "absent", "150 mg", "50 mg",
                 "key SILENCE", "key NEXT", "min from dose", "unit off 24 s"):  # fmt: skip
        assert said in shown, said
    counts = {"pressure-bar": 14, "pressure-bar manual": 1, "pressure-mean": 13,
              "alarm": 6, "alarm high": 1, "paused": 4, "dose": 2, "mark": 3,
              "taken-back": 1, "event": 5, "course": 2, "observed": 3, "leaving": 3,
              "key": 15, "cross": 1, "volume": 1, "warm": 1, "off": 1, "zero": 1, "limit": 7}  # fmt: skip
    assert {klass: len(drawn(page, klass)) for klass in counts} == counts


def test_tables_tell_readings_alarms_marks_doses_and_keys(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("</svg>") :]))
    for said in ("09:50:00 +30:00 163/97 119 91 schedule", "10:30:42 +70:42 cuff fault, code 87 schedule",
                 "high SpO2 low 10:16:12 +56:12 1:36 88 90 10 s 0:36 key SILENCE", "09:48:00 +28:00 2 50 mg sublingual",
                 "09:33:30 +13:30 1 onset", "Key presses (15)", "+81:15 1:27 no finger in the probe",
                 "unit off 24 s, reset cause: power on", "systolic_high_mmhg 160"):  # fmt: skip
        assert said in text, said


def test_tables_and_tips_tell_what_staff_saw_did_and_marked(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("</svg>") :]))
    for said in ("09:18:30 −1:30 1 150 mg sublingual then", "09:18:54 −1:06 taken back, was not given : not taken",
                 "09:20:00 +0:00 1 150 mg sublingual 09:22:00, stated 2 min later",
                 "09:54:00 +34:00 158/96 – – by hand keyed in by hand", "10:46:00 +86:00 put off by staff key BP",
                 "09:57:30 +37:30 2 peak folder 3, track 1 95 98 144", "10:00:30 +40:30 40 min 4 8 to 20 strong some",
                 "10:40:00 +80:00 asked missing missing some missing", "10:04:00 +44:00 medication given peak",
                 "10:19:00 +59:00 Peak went on 60 min", "11:29:30 +129:30 101 min not scored 1 2 2 2 1 yes",
                 "It does not say that a patient may leave"):  # fmt: skip
        assert said in text, said
    tips = [e.find("title").text for klass in ("mark", "course", "taken-back", "leaving") for e in drawn(page, klass)]
    for said in ("mark, folder 3, track 1, pulse 95 bpm, SpO2 98 %, systolic 144 mmHg", "Peak: held",
                 "Peak: went on, it now ends by itself at 60 min", "dose 1, taken back: not taken",
                 "check before leaving, 8 of 12"):  # fmt: skip
        assert said in tips, said


def test_figures_come_from_the_log(session):
    found = {name: (value, detail) for name, value, detail in figures(session)}
    assert found["Baseline blood pressure"] == ("126/77", "last of 2 before the dose")
    assert found["Highest blood pressure"] == ("163/97", "30 min after the dose")
    assert found["Lowest SpO2"] == ("87 %", "57 min after the dose, 97 % before the dose, uncalibrated")
    assert found["Alarms"] == ("6", "1 high · 4 medium · 1 low")
    assert found["Time without a number"][0] == "1.3 %"  # 18 s, 87 s and 24 s of 9600 s


def test_what_the_log_does_not_say_is_a_dash():
    bare = model.build(slog.read(LogBuilder().seal(10).data()), UTC)
    assert [value for _, value, _ in figures(bare)] == ["–", "–", "–", "–", "0", "–"]
    assert "none recorded" in page_of(LogBuilder().seal(10).data())


def test_times_are_local_to_the_zone_asked_for():
    page = page_of(small_log(), zone=timezone(timedelta(hours=2), "CEST"))
    assert "11:00" in page and "CEST" in words_of(page)


def test_same_log_gives_the_same_page():
    assert page_of(small_log()) == page_of(small_log())


# --- curves and gaps --------------------------------------------------------------------------------------------------


def test_curve_breaks_where_numbers_are_absent_and_where_the_unit_was_off(page, session):
    pieces = strokes(page, "pulse")
    assert len(pieces) == 4  # two times without a number, one without power
    x = svg.Scale(session.begin, session.end, *_plot(page))
    for gap in [*session.missing["pulse_bpm"], *session.offs]:
        middle = x((gap.start + gap.end) / 2)
        assert not any(piece[0][0] < middle < piece[-1][0] for piece in pieces)


def _plot(page: str) -> tuple[float, float]:
    frame = drawn(page, "frame")[0]
    return float(frame.get("x")), float(frame.get("x")) + float(frame.get("width"))


def test_time_without_a_number_is_hatched(page):
    hatched = [e for e in drawn(page, "absent") if e.find("title").text == "no finger in the probe"]
    assert len(hatched) == 2  # under pulse and under saturation


def test_hole_in_the_records_is_a_gap_too():
    log = LogBuilder()
    for second in (*range(60), *range(120, 180)):
        vitals(log, second)
    page = page_of(log.seal(200_000).data())
    assert len(strokes(page, "pulse")) == 2
    assert "no record" in page


def test_one_second_dip_stays_visible():
    log = LogBuilder()
    for second in range(10_800):
        vitals(log, second, spo2=84 if second == 5000 else 97)
    pieces = strokes(page_of(log.seal(10_900_000).data()), "spo2")
    heights = [y for piece in pieces for _, y in piece]
    assert len(set(heights)) == 2 and heights.count(max(heights)) == 1
    assert sum(map(len, pieces)) < 4000


def test_single_number_between_gaps_is_drawn():
    log = LogBuilder()
    for second in range(60):
        vitals(log, second, pulse=70 if second == 30 else None)
    assert [len(piece) for piece in strokes(page_of(log.seal(70_000).data()), "pulse")] == [2]


# --- alarms, limits, cues ---------------------------------------------------------------------------------------------


def built(log: LogBuilder) -> model.Session:
    return model.build(slog.read(log.seal(10_000_000).data()), UTC)


def edge(log: LogBuilder, at_ms: int, event: str, alarm: str = "spo2_low") -> None:
    log.add("alarm", at_ms, alarm=alarm, event=event, priority="high", value=88, limit=90, delay_ms=10_000)


def test_silence_belongs_to_the_occurrence_it_paused():
    log = LogBuilder()
    for start in (60_000, 360_000):
        edge(log, start, "started")
        if start > 100_000:
            log.add("silence", start + 12_000, alarm="spo2_low", until_ms=start + 132_000, cause="key SILENCE")
        edge(log, start + 60_000, "ended")
    first, second = built(log).alarms
    assert (first.pauses, first.silenced_after) == ([], None)
    assert second.silenced_after == pytest.approx(0.2)
    begin, until, cause = second.pauses[0]
    assert until - begin == pytest.approx(2) and cause == "key SILENCE"


def test_restart_cuts_off_what_was_active():
    log = LogBuilder()
    edge(log, 60_000, "started")
    vitals(log, 70)
    log.add("boot", 500, utc_s=START_UTC_S + 100, utc_trusted=1, gap_s=30)
    log.add("silence", 600, alarm="spo2_low", until_ms=90_000, cause="key SILENCE")
    edge(log, 20_000, "started")
    first, second = built(log).alarms
    assert first.pauses == []
    assert first.cut_off and first.minutes == pytest.approx(11 / 60)
    assert second.end is None and not second.cut_off


def test_end_without_a_beginning_is_from_before_the_record():
    log = LogBuilder()
    edge(log, 60_000, "ended", "clock_not_trusted")
    alarm = built(log).alarms[0]
    assert (alarm.start, alarm.minutes) == (None, None) and alarm.end is not None
    assert "before the record" in page_of(log.seal(90_000).data())


def test_limit_that_changed_is_drawn_as_a_step():
    log = LogBuilder().add("setting", 1000, name="spo2_low_pct", value=90)
    for second in range(120):
        vitals(log, second)
    log.add("setting", 121_000, name="spo2_low_pct", value=88)
    page = page_of(log.seal(200_000).data())
    assert drawn(page, "limit")[0].get("d").count("L") == 3 and "low 88" in words_of(page)


def test_fault_of_a_part_lasts_until_it_works_again():
    log = LogBuilder()
    for at_ms, part, fault in ((61_000, "music", "absent"), (121_000, "music", None), (181_000, "nibp", "silent")):
        log.add("part", at_ms, part=part, fault=fault)
    music, nibp = built(log).parts
    assert (music.detail, music.end - music.start, nibp.detail) == ("absent", pytest.approx(1), "silent")
    assert nibp.end > nibp.start


def test_second_dose_does_not_move_the_zero(session):
    assert [round(dose.at, 3) for dose in session.doses] == [0, 28]


def test_dose_stated_before_the_record_stands_at_its_edge():
    log = LogBuilder().add("dose", 61_000, number=1, dose_mg=100, ago_min=5).add("mark", 121_000, number=1)
    page = page_of(log.seal(122_000).data())
    left, right = _plot(page)
    (zero,) = drawn(page, "zero")
    assert float(zero.get("x1")) == left < right
    assert "09:01:00, stated 5 min later" in page


def test_without_a_dose_time_counts_from_the_start():
    page = page_of(LogBuilder().add("mark", 61_000, number=1, phase="checks").seal(62_000).data())
    assert "min from start" in words_of(page) and not drawn(page, "zero")


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_labels_that_would_touch_go_to_another_level():
    assert svg.levels([(0, 10), (5, 15), (12, 22), (30, 40)], gap=2) == [0, 1, 0, 0]


def test_ticks_are_few_and_round():
    assert svg.ticks(-20, 160, (10, 20, 60), 10) == [-20, 0, 20, 40, 60, 80, 100, 120, 140, 160]
    assert len(svg.ticks(0, 4e9, (1, 5), 24)) <= 26


def test_no_two_labels_of_the_phase_row_overlap(page):
    flags = [e for klass in ("flag", "phase-short") for e in drawn(page, klass)]
    spans = sorted((float(e.get("y")), float(e.get("x")), svg.text_width(e.text)) for e in flags)
    for (y, x, width), (next_y, next_x, _) in pairwise(spans):
        assert y != next_y or next_x >= x + width


def test_every_alarm_has_something_to_do_about_it():
    assert set(ACTIONS) == {row.name for row in alarm_table.ROWS}
