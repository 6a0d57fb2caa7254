"""The patient's own numbers before the dose, and the change from them.

The sensor's saturation is uncalibrated and reads high when it should be low; how far it has fallen can be trusted
more. So the medians of the trusted values before the dose are kept, and compared with every later one. They are taken
from counts of whole numbers: the same memory for a minute and for an hour, and one bad value moves nothing. Of the few
blood pressures before the dose the mean is taken.
"""

from array import array

_LEAST_VALUES = 60  # one a second


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
        self._settled: list = [None, None, None]

    def take_reading(self, reading) -> None:
        """A reading of the oximeter before the dose."""
        self._spo2.take(reading.spo2_pct)
        self._pulse.take(reading.pulse_bpm)

    def take_pressure(self, systolic_mmhg: int) -> None:
        """A blood pressure before the dose."""
        self._systolic_sum += systolic_mmhg
        self._pressures += 1

    def settle(self) -> None:
        """The dose is given: from here on these are the patient's own numbers."""
        self._settled = self.saved()

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
