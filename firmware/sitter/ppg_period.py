"""The periods of a window of pulses: high peaks of its autocorrelation."""

from array import array

from sitter.ppg_beats import vertex10

_LEAST_PCT = 45  # of the highest peak


class Periods:
    """For lags from `shortest` to `longest` samples."""

    def __init__(self, shortest: int, longest: int) -> None:
        self._shortest, self._longest = shortest, longest
        self._r = array("i", [0] * (longest + 2))

    def find(self, band, n: int, power: int) -> list[tuple[int, int]]:
        """(lag in tenths of a sample, height in thousandths) of the high peaks, shortest lag first.

        `power` is the sum of squares of `band[0:n]` over 16, taken as evenly spread.
        """
        longest = min(self._longest, n * 2 // 5)
        r = self._r
        mean = power // n
        for lag in range(self._shortest - 1, longest + 1):
            total = 0
            for i in range(0, n - lag, 3):  # every third product tells as much
                total += band[i] * band[i + lag] >> 4
            r[lag] = total * 3 // max(1, mean * (n - lag) // 1000)
        found, best = [], 0
        for lag in range(self._shortest, longest):
            if r[lag] >= r[lag - 1] and r[lag] > r[lag + 1] and r[lag] > 0:
                found.append((lag * 10 + vertex10(r[lag - 1], r[lag], r[lag + 1]), r[lag]))
                best = max(best, r[lag])
        return [row for row in found if row[1] * 100 >= best * _LEAST_PCT]
