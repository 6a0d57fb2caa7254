"""The patient's own oxygen saturation before the dose, and the fall from it.

The sensor's values are uncalibrated and read high when they should be low; how far they have fallen can be trusted
more. So the median of the trusted values before the dose is kept, and compared with every later one. It is taken from
counts of whole percents: the same memory for a minute and for an hour, and one bad value moves nothing.
"""

from array import array

_LEAST_VALUES = 60  # one a second
_LOWEST_PCT, _HIGHEST_PCT = 70, 100


class Baseline:
    """`spo2_pct` is None until there is one."""

    def __init__(self) -> None:
        self._counts = array("H", [0] * (_HIGHEST_PCT - _LOWEST_PCT + 1))
        self._values = 0
        self._kept: int | None = None

    def take(self, spo2_pct: int) -> None:
        """A trusted value of one second before the dose."""
        if _LOWEST_PCT <= spo2_pct <= _HIGHEST_PCT and self._values < 0xFFFF:
            self._counts[spo2_pct - _LOWEST_PCT] += 1
            self._values += 1

    def restore(self, spo2_pct: int | None) -> None:
        """What was known before the unit restarted."""
        self._kept = spo2_pct

    @property
    def spo2_pct(self) -> int | None:
        if self._values < _LEAST_VALUES:
            return self._kept
        below = 0
        for k in range(len(self._counts)):
            below += self._counts[k]
            if below * 2 >= self._values:
                return _LOWEST_PCT + k
        return None

    def fall(self, spo2_pct: int | None) -> int | None:
        """Points that `spo2_pct` lies below the baseline; None if either is not known."""
        baseline = self.spo2_pct
        return None if baseline is None or spo2_pct is None else max(0, baseline - spo2_pct)
