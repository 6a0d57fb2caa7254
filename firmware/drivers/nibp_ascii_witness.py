"""Whether what an ASCII cuff module tells as its result is of the cycle that runs. nibp_ascii.py asks.

A result carries neither number nor time, and the old one stands until there is a new one: through a stream that breaks
off over an inflated cuff, and perhaps behind a 999 as well. So one with numbers is believed only if all of this holds:

- it is not the one that stood before the start, in all its numbers. That was asked for; where no answer came, it is the
  last that was told, and where none ever was, nothing is believed. Two readings of a calm patient may be alike: the
  second is withheld then, and the next one is not;
- the stream has shown the cuff inflated, five times at 60 mmHg and more, and ten seconds have gone by since the start;
- the end was told (999, and no pressure behind it), or the pressure went through the result: up to the systolic one at
  least and then down to the mean, each twice in a row. With an answer before the start that was lost, the first rule
  alone could pass what a cycle left that nobody saw.
"""

from drivers import nibp_ascii_frames as frames
from drivers.nibp_ascii_frames import Result
from sitter.cuff_codes import IMPLAUSIBLE, BloodPressure, CuffFault

_INFLATED_MMHG = 60
_INFLATED = 5  # pressures of that and more
_LEAST_MS = 10000  # no cuff is inflated, emptied and read sooner


class Witness:
    def __init__(self) -> None:
        self._before: Result | None = None  # the last one that is not of this cycle
        self._mean_last: bool | None = None  # the order of this module's numbers
        self.begin(0)

    def begin(self, now_ms: int) -> None:
        self._began_ms = now_ms
        self._inflated = self._last_mmhg = self._peak_mmhg = self._low_mmhg = 0
        self._ended = False

    def take_before(self, result: Result) -> None:
        self._before = result

    def take_end(self) -> None:
        self._ended = True

    def take_pressure(self, mmhg: int) -> None:
        """Highest, and lowest behind that, of what two pressures in a row have shown: one alone may be noise."""
        self._ended = False
        self._inflated += mmhg >= _INFLATED_MMHG
        low, high = min(mmhg, self._last_mmhg), max(mmhg, self._last_mmhg)
        self._last_mmhg = mmhg
        if low > self._peak_mmhg:
            self._peak_mmhg, self._low_mmhg = low, high
        self._low_mmhg = min(self._low_mmhg, high)

    def outcome(self, now_ms: int, result: Result) -> BloodPressure | CuffFault:
        """What the result is worth for this cycle. A fault without numbers is told as it is."""
        told = frames.outcome_of(result)
        if isinstance(told, CuffFault):
            return told
        if not self._is_of_this_cycle(now_ms, result, told) or not self._is_in_its_order(result):
            return CuffFault(IMPLAUSIBLE)
        return told

    def believe(self, result: Result) -> None:
        """Its numbers are told to the unit; the next cycle's are compared with them."""
        self._before, self._mean_last = result, frames.mean_is_last(result)

    def _is_of_this_cycle(self, now_ms: int, result: Result, told: BloodPressure) -> bool:
        if self._before is None or self._before == result:
            return False
        if self._inflated < _INFLATED or now_ms - self._began_ms < _LEAST_MS:
            return False
        return self._ended or (self._peak_mmhg >= told.systolic_mmhg and self._low_mmhg <= told.mean_mmhg)

    def _is_in_its_order(self, result: Result) -> bool:
        """No module changes the order of its numbers."""
        return self._mean_last is None or self._mean_last is frames.mean_is_last(result)
