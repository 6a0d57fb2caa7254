"""The patient's own numbers before the dose, and the change from them.

The sensor's saturation is uncalibrated and reads high when it should be low; how far it has fallen can be trusted
more. So the medians of the trusted values before the dose are kept, and compared with every later one. They are taken
from counts of whole numbers: the same memory for a minute and for an hour, and one bad value moves nothing. Of the few
blood pressures before the dose the mean is taken; one over the hold is not the patient's own at rest, and counts only
while there is no other.

A dose can be stated as given some minutes ago. What was measured since then is not from before the dose; so what was
known is remembered minute by minute, as far back as a dose may be stated.
"""

from array import array

from sitter.session import STATED_MIN

_LEAST_VALUES = 60  # one a second
_REMEMBERED_MIN = STATED_MIN + 1


class Median:
    """Of whole numbers from `low` to `high`; `value` is None until there are enough."""

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._counts = array("H", [0] * (high - low + 1))
        self._n = 0
        self._kept: int | None = None

    def take(self, value: int | None) -> None:
        """A trusted value of one second; others count for nothing."""
        if value is not None and 0 <= value - self._low < len(self._counts) and self._n < 0xFFFF:
            self._counts[value - self._low] += 1
            self._n += 1

    def restore(self, value: int | None) -> None:
        """What was known before the unit restarted."""
        self._kept = value

    @property
    def value(self) -> int | None:
        if self._n < _LEAST_VALUES:
            return self._kept
        below = 0
        for k in range(len(self._counts)):
            below += self._counts[k]
            if below * 2 >= self._n:
                return self._low + k
        return None


class Baseline:
    """`spo2_pct`, `pulse_bpm` and `systolic_mmhg` are None before the dose, and after it where too little was known."""

    def __init__(self) -> None:
        self._spo2 = Median(70, 100)
        self._pulse = Median(30, 220)
        self._systolic_sum = self._pressures = 0
        self._held_only = True  # no pressure so far was below the hold
        self._settled: list = [None, None, None]
        self._remembered: list[tuple[int, list]] = []  # minute, what was known then; newest last

    def take_reading(self, now_ms: int, reading) -> None:
        """A reading of the oximeter before the dose."""
        self._remember(now_ms)
        self._spo2.take(reading.spo2_pct)
        self._pulse.take(reading.pulse_bpm)

    def take_pressure(self, systolic_mmhg: int, held: bool = False) -> None:
        """A blood pressure before the dose; `held`: over the limit at which the unit holds."""
        if held and not self._held_only:
            return
        if self._held_only and not held:
            self._held_only = False
            self._systolic_sum = self._pressures = 0
        self._systolic_sum += systolic_mmhg
        self._pressures += 1

    def _remember(self, now_ms: int) -> None:
        minute = now_ms // 60000
        if not self._remembered or self._remembered[-1][0] != minute:
            self._remembered.append((minute, self.saved()))
            del self._remembered[:-_REMEMBERED_MIN]

    def settle(self, now_ms: int = 0, ago_min: int = 0) -> None:
        """The dose was given so long ago: what was known then are the patient's own numbers from here on."""
        self._settled = self.saved()
        if ago_min:
            known = [values for minute, values in self._remembered if minute <= now_ms // 60000 - ago_min]
            self._settled = known[-1] if known else [None, None, None]

    def open(self) -> None:
        """The dose was taken back: what is measured counts again."""
        self._settled = [None, None, None]

    @property
    def spo2_pct(self) -> int | None:
        return self._settled[0]

    @property
    def pulse_bpm(self) -> int | None:
        return self._settled[1]

    @property
    def systolic_mmhg(self) -> int | None:
        return self._settled[2]

    def saved(self) -> list:
        """What has to survive a power cut: saturation, pulse and systolic pressure, each None while not known."""
        systolic = self._systolic_sum // self._pressures if self._pressures else None
        return [self._spo2.value, self._pulse.value, systolic]

    def restore(self, saved: list) -> None:
        """Take up what `saved` gave."""
        self._spo2.restore(saved[0])
        self._pulse.restore(saved[1])
        if saved[2] is not None:
            self.take_pressure(saved[2])


def change(now: int | None, before: int | None) -> int | None:
    """How far `now` lies above `before`, 0 if it does not; None if either is not known."""
    return None if now is None or before is None else max(0, now - before)
