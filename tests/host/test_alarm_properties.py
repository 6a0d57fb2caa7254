"""Whatever patient, parts and keys do: no high priority condition without lamp, nor for long without sound."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_unit import Bedside, Reading

from sitter.alarm_table import HIGH

numbers = st.one_of(st.none(), st.integers(20, 250), st.sampled_from([-1, 0, 1000, 2**30, float("nan"), 72.5]))
percents = st.one_of(st.none(), st.integers(70, 100), st.sampled_from([-1, 0, 250, float("nan")]))
readings = st.one_of(st.none(), st.builds(Reading, numbers, percents, st.just(100), st.integers(0, 100), st.booleans()))
keys = st.tuples(st.just("key"), st.tuples(st.sampled_from(["SILENCE", "STOP", "BP", "MARK", "CALL"]),
                                           st.sampled_from(["down", "short", "stuck", "free"])))  # fmt: skip
pressures = st.tuples(st.just("pressure"), st.tuples(numbers, numbers, numbers, numbers))
parts = st.tuples(st.just("part"), st.tuples(st.sampled_from(["oximeter", "nibp", "music", "keys", "storage", "task"]),
                                             st.sampled_from([None, "absent"])))  # fmt: skip
events = st.one_of(keys, keys, pressures, parts, st.tuples(st.just("back"), st.integers(1, 5000)))
moments = st.tuples(st.integers(1, 400), readings, st.lists(events, max_size=3))


def check(bed: Bedside, quiet_since: dict[str, int]) -> None:
    signal = bed.outs[-1].signal
    active = bed.unit.alarms.active()
    highest = max((priority for _, _, priority in active), default=0)
    assert signal.lamp == highest
    if highest == HIGH:
        assert signal.calling
    if signal.sound < HIGH and highest == HIGH:
        since = quiet_since.setdefault("high", bed.now_ms)
        assert bed.now_ms - since <= 120_000 + 200, "a high priority alarm without sound for longer than a pause"
    else:
        quiet_since.pop("high", None)


@settings(max_examples=40, deadline=None)
@given(st.lists(moments, max_size=12), st.integers(0, 1))
def test_no_high_priority_condition_is_ever_hidden(course: list, gentle: int) -> None:  # REQ-021
    bed = Bedside(gentle_first_burst=gentle)
    bed.dosed()
    quiet_since: dict[str, int] = {}
    for tenths, reading, happenings in course:
        bed.reading = reading
        for kind, value in happenings:
            if kind == "back":  # a clock that jumps back
                bed.now_ms -= value
            else:
                bed.give(kind, value)
            check(bed, quiet_since)
        for _ in range(tenths):
            bed.run(0.1)
            check(bed, quiet_since)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 300), st.sampled_from([None, 70, 84, 86, 88, 89, 91, 93, 97]), st.booleans()),
                min_size=1, max_size=10))  # fmt: skip
def test_a_low_saturation_alarms_by_its_own_delay_and_no_other(course: list) -> None:
    """Against a plain model of one row: what holds for its delay without a gap begins, and only a number ends it."""
    bed = Bedside()
    bed.dosed()
    below_ms, standing = None, False
    for tenths, spo2_pct, silence in course:
        bed.reading = Reading(72, spo2_pct, 100, 90, True)
        for _ in range(tenths):
            if silence:
                bed.press("SILENCE")
            bed.run(0.1)
            shown = bed.unit.vitals.spo2_pct(bed.now_ms)
            low = standing if shown is None else shown < (92 if standing else 90)
            below_ms = (bed.now_ms if below_ms is None else below_ms) if low else None
            standing = below_ms is not None and (standing or bed.now_ms - below_ms >= 10_000)
            assert ("spo2_low" in bed.names()) == standing


def test_the_property_sees_a_hidden_alarm() -> None:
    """The check itself, with a planted fault: a pause that never ends."""
    bed = Bedside()
    bed.dosed()
    bed.press("STOP")
    alarm = next(a for a in bed.unit.alarms._all if a.row.name == "help_called")
    alarm.quiet_until_ms = 10**9
    quiet_since: dict[str, int] = {}
    try:
        for _ in range(1300):
            bed.run(0.1)
            check(bed, quiet_since)
    except AssertionError:
        return
    raise AssertionError("not noticed")
