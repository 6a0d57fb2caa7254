"""Whatever comes in: no exception, no made-up rate, and no number beyond the chip's small integers."""

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitter import ppg, ppg_period, ppg_rate
from sitter.ppg import SATURATED, Oximeter

LIMIT = 1 << 30


class Small(int):
    """A whole number that refuses to leave the 31-bit range, and whose results are as strict."""


def _strict(name: str):
    plain = getattr(int, name)

    def operation(self: int, *others: int) -> object:
        result = plain(self, *others)
        if type(result) is int:
            if not -LIMIT <= result < LIMIT:
                raise OverflowError(f"{name}: {result}")
            return Small(result)
        return result

    return operation


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and", "or", "neg", "abs"):
    setattr(Small, f"__{_name}__", _strict(f"__{_name}__"))
    if hasattr(int, f"__r{_name}__"):
        setattr(Small, f"__r{_name}__", _strict(f"__r{_name}__"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays that keep the strict numbers strict."""
    for module in (ppg, ppg_period, ppg_rate):
        monkeypatch.setattr(module, "array", lambda _, values: [Small(v) for v in values])


counts = st.integers(0, SATURATED)
stretch = st.tuples(st.sampled_from(["constant", "noise", "beat", "lost"]), counts, st.integers(0, 60000))


def samples(kind: str, level: int, height: int, n: int) -> list[int]:
    if kind == "beat":
        return [max(0, level - height * (k % 40) // 40) for k in range(n)]
    if kind == "noise":
        return [min(SATURATED, max(0, level + (k * 7919 * height) % (2 * height + 1) - height)) for k in range(n)]
    return [level] * n


def feed(oximeter: Oximeter, stretches: list, number: type) -> None:
    for kind, level, height in stretches:
        if kind == "lost":
            oximeter.lost(height % 100 + 1)
        for k, ir in enumerate(samples(kind, level, height, 250)):
            oximeter.push(number(ir * 8 // 10), number(ir))
            if k % 50 == 49:
                reading = oximeter.reading()
                assert reading.pulse_bpm is None or 28 <= reading.pulse_bpm <= 225
                assert reading.spo2_pct is None or (70 <= reading.spo2_pct <= 100 and reading.pulse_bpm)
                assert 0 <= reading.quality_pct <= 100


@settings(max_examples=60, deadline=None)
@given(st.lists(stretch, min_size=1, max_size=8), st.sampled_from([25, 50, 100]))
def test_any_light_gives_a_sound_reading(stretches: list, rate_hz: int) -> None:
    feed(Oximeter(rate_hz), stretches, int)


@pytest.mark.usefixtures("small")
def test_nothing_leaves_the_small_integers() -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(stretch, min_size=2, max_size=6))
    def check(stretches: list) -> None:
        feed(Oximeter(50), stretches, Small)

    check()


@pytest.mark.usefixtures("small")
def test_the_strict_numbers_do_refuse() -> None:
    with pytest.raises(OverflowError):
        Small(1 << 20) * Small(1 << 20)
    with pytest.raises(OverflowError):
        7 * Small(1 << 29)


def beat(phase: float) -> float:
    """A pulse wave of height 1 at `phase` of a beat: a steep rise, a slow fall and a dicrotic wave in it."""
    phase %= 1
    wave = math.sin(math.pi * phase / 0.36) if phase < 0.18 else math.exp(-(phase - 0.18) * 4)
    return wave + 0.12 * math.exp(-(((phase - 0.5) / 0.07) ** 2))


def averaged_hum(k: int, rate_hz: int, hum_hz: float, height: float) -> float:
    """Sample `k` of mains light as the part sees it: the mean of 8 moments within the sample."""
    moments = ((k * 8 + part) / (rate_hz * 8) for part in range(8))
    return height * sum(math.sin(2 * math.pi * hum_hz * t) for t in moments) / 8


def rates_shown(oximeter: Oximeter, light: Iterable[float], rate_hz: int) -> list[tuple[int, int]]:
    """(second, rate) wherever there was one."""
    shown = []
    for k, ir in enumerate(light, 1):
        ir = min(SATURATED, max(0, int(ir)))
        oximeter.push(ir * 8 // 10, ir)
        if k % rate_hz == 0:
            rate = oximeter.reading().pulse_bpm
            if rate is not None:
                shown.append((k // rate_hz, rate))
    return shown


mains_hz = st.sampled_from([50, 60, 100, 120]).flatmap(lambda hz: st.floats(hz * 0.998, hz * 1.002))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 9), counts), min_size=1, max_size=8), mains_hz, st.integers(0, 3000))
def test_light_without_a_pulse_has_no_rate(steps: list[tuple[float, int]], hum_hz: float, hum: int) -> None:
    """Fingers and empty probes, put on and taken off, zeros and glare, under mains light; nobody's heart in it."""
    steps_until_s = list(itertools.accumulate(seconds for seconds, _ in steps))
    light = [
        steps[min(bisect.bisect(steps_until_s, k / 50), len(steps) - 1)][1] + averaged_hum(k, 50, hum_hz, hum)
        for k in range(40 * 50)
    ]
    assert rates_shown(Oximeter(50), light, 50) == []


@settings(max_examples=40, deadline=None)
@given(
    st.floats(35, 200),
    st.integers(200, 4000),
    st.integers(20000, 200000),
    mains_hz,
    st.floats(0, 2),
    st.integers(0, 900),
)
def test_a_pulse_under_hum_and_losses_is_right_or_withheld(
    bpm: float, height: int, steady: int, hum_hz: float, hum: float, lose_at: int
) -> None:
    oximeter, rate_hz = Oximeter(50), 50

    def light() -> Iterator[float]:
        for k in range(30 * rate_hz):
            if k == lose_at:
                oximeter.lost(lose_at % 60 + 1)
            at = k if k < lose_at else k + lose_at % 60 + 1
            yield steady - height * beat(at * bpm / 60 / rate_hz) + averaged_hum(at, rate_hz, hum_hz, hum * height)

    for second, rate in rates_shown(oximeter, light(), rate_hz):
        assert abs(rate - bpm) <= 3, (second, rate)
