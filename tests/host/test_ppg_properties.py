"""Whatever comes in: no exception, no made-up rate, and no number beyond the chip's small integers."""

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
