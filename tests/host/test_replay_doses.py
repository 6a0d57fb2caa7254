"""Alarms judged anew follow doses that were stated later or taken back, and readings that were keyed in by hand."""

from example_log import LogBuilder

from sitter import settings
from sitterctl import replay, slog

DOSE = {"number": 1, "dose_mg": 100, "route": "sublingual"}


def alarms_of(minutes: int, *told: tuple[float, str, dict], spo2_pct: dict[float, int] | None = None) -> list[tuple]:
    """(alarm, minute at which it began) of a session with a good pulse; `spo2_pct` holds from its minute on."""
    events = [(0, "phase", {"phase": "checks"}), (1, "phase", {"phase": "ready"}), *told]
    for second in range(5, minutes * 60):
        value = [pct for minute, pct in (spo2_pct or {0: 97}).items() if minute * 60 <= second][-1]
        events.append((second / 60, "vitals", {"pulse_bpm": 70, "spo2_pct": value, "perfusion_permyriad": 200,
                                               "quality_pct": 90, "finger": 1}))  # fmt: skip
    log = LogBuilder()
    for minute, name, fields in sorted(events, key=lambda event: event[0]):
        log.add(name, 1000 + round(minute * 60_000), **fields)
    found = replay.replay(slog.read(log.seal(minutes * 60_000).data()), settings.defaults())
    return [(one.alarm, round(one.start_s / 60)) for one in found.occurrences]


def dose(minute: float, **fields: object) -> list[tuple[float, str, dict]]:
    return [(minute, "phase", {"phase": "onset"}), (minute, "dose", {**DOSE, **fields})]


def void(minute: float) -> list[tuple[float, str, dict]]:
    return [(minute, "void", {"number": 1}), (minute, "phase", {"phase": "ready"})]


def pressure(minute: float, source: str | None = None) -> tuple[float, str, dict]:
    return minute, "pressure", {"systolic_mmhg": 124, "diastolic_mmhg": 78, "mean_mmhg": 93, "source": source}


def test_reading_is_due_from_the_moment_that_was_stated():
    assert alarms_of(26, *dose(10)) == [("pressure_overdue", 23)]
    assert alarms_of(26, *dose(10, ago_min=6)) == [("pressure_overdue", 17)]


def test_nothing_is_due_of_a_dose_that_was_taken_back():
    assert alarms_of(26, *dose(10), *void(10.5)) == []
    assert alarms_of(40, *dose(10), *void(10.5), *dose(20)) == [("pressure_overdue", 33)]


def test_baseline_is_open_again_after_a_dose_that_was_taken_back():
    fell = {0: 97, 4: 92}
    assert alarms_of(12, *dose(3), spo2_pct=fell) == [("spo2_fallen", 4)]
    assert alarms_of(12, *dose(3), *void(3.5), *dose(11), spo2_pct=fell) == []


def test_reading_by_hand_counts_for_the_schedule_and_says_nothing_of_the_cuff():
    fault = (12.0, "cuff", {"event": "fault", "code": 87})
    for source, lasts_until in (("manual", None), ("cuff", 19), (None, 19)):
        log = LogBuilder()
        for minute, name, fields in [*dose(10), fault, pressure(19, source)]:
            log.add(name, 1000 + round(minute * 60_000), **fields)
        read = slog.read(log.seal(1_300_000).data())
        (one,) = [one for one in replay.replay(read, settings.defaults()).occurrences if one.alarm == "cuff_fault"]
        assert (one.end_s and round(one.end_s / 60)) == lasts_until
    assert alarms_of(30, *dose(10), pressure(19, "manual")) == []
