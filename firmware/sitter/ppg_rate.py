"""Pulse rate from a window of the finger's light: period and beats, found apart and held against each other.

Steps 3 to 5 of the theory in ppg.py. The window is first brought to one scale and clipped, so that thresholds are the
same for a strong pulse and a weak one.
"""

from array import array

_MIN_BPM, _MAX_BPM = 30, 220
_SCALE = 1 << 10  # the window is scaled to this
_SURE, _FAIR, _LEAST, _TRACE = 800, 550, 350, 100  # thousandths of autocorrelation
_PROVEN_S = 20
_MAX_ROUGH_PCT = 62  # of the band, above it: mains light folded down into our rate, or noise


class RateFinder:
    """Works on windows of up to `size` samples at `rate_mhz` thousandths of a hertz; remembers the last proven rate."""

    def __init__(self, rate_mhz: int, size: int) -> None:
        self._rate_mhz = rate_mhz
        self._even_band = array("i", [0] * size)  # the window, all pulses brought to one height
        self._correlation = array("i", [0] * (2 * rate_mhz // 1000 + 3))
        self._rough_pct = 0
        self._quality = 0
        self.forget()

    def forget(self) -> None:
        """The signal was interrupted: what was proven before it proves nothing now."""
        # the last rate on which period and beats agreed, in tenths of bpm, and for how many seconds it still counts
        self._proven10 = self._proven_s = 0

    def find(self, band, n: int, rough: int, uneven: bool) -> tuple:
        """(rate in tenths of bpm or None, quality in percent) of `band[0:n]`.

        `rough` is what smoothing took away from it, a sample; `uneven` says that its height varies widely.
        """
        self._proven_s = max(0, self._proven_s - 1)
        power = self._normalise(band, n, rough)
        if self._rough_pct > _MAX_ROUGH_PCT:
            return None, 0
        if self._proven_s == _PROVEN_S - 1:  # proven a second ago: beats that go on just so need no second proof
            beats10, evenness = self._beats(n, self._rate_mhz * 6 // self._proven10)
            if evenness >= 90 and abs(beats10 - self._proven10) * 100 <= 5 * self._proven10:
                return beats10, self._quality
        candidates = self._candidates(n, power)
        best = max([peak for _, peak in candidates] + [0])
        for lag10, peak in candidates:
            period10 = self._rate_mhz * 6 // lag10
            beats10, evenness = self._beats(n, lag10)
            if peak >= _LEAST and evenness >= 50 and abs(period10 - beats10) * 100 <= 8 * period10:
                if peak < _FAIR and uneven:
                    break
                close = abs(period10 - beats10) * 100 <= 3 * period10
                self._proven10, self._proven_s = period10, _PROVEN_S
                self._quality = max(10, min(100, (peak + evenness * 3) // 10) - self._rough_pct // 2)
                return beats10 if close else period10, self._quality
        for lag10, peak in candidates:
            if peak >= _SURE and peak * 100 >= best * 85:
                return self._rate_mhz * 6 // lag10, peak // 12
        return self._irregular(n, best)

    def _normalise(self, source, n: int, rough: int) -> int:
        """Scale the window to whole numbers up to _SCALE, clip what sticks far out; its power, a sixteenth."""
        band = self._even_band
        total = 0
        for i in range(n):
            total += abs(source[i])
        mean = max(1, total // n)
        self._rough_pct = min(1000, rough * 100 // mean)
        power = 0
        for i in range(n):
            value = source[i]
            value = value * 256 // mean if -2097152 < value < 2097152 else 0
            if value > _SCALE:
                value = _SCALE
            elif value < -_SCALE:
                value = -_SCALE
            band[i] = value
            power += value * value >> 4
        return power

    def _irregular(self, n: int, best: int) -> tuple:
        """Without a period, beats alone may carry on a rate that was proven a moment ago; they may not begin one."""
        if self._proven_s and best >= _TRACE:
            beats10, evenness = self._beats(n, self._rate_mhz * 6 // self._proven10)
            if evenness >= 70 and abs(beats10 - self._proven10) * 100 <= 12 * self._proven10:
                return beats10, evenness // 2
        return None, max(0, min(35, best // 20))

    def _candidates(self, n: int, power: int) -> list[tuple[int, int]]:
        """(lag in tenths of a sample, height in thousandths) of the autocorrelation's high peaks, shortest first."""
        shortest = self._rate_mhz * 60 // _MAX_BPM // 1000
        longest = min(self._rate_mhz * 60 // _MIN_BPM // 1000 + 1, n * 2 // 5, len(self._correlation) - 1)
        r = self._correlation
        for lag in range(shortest - 1, longest + 1):
            r[lag] = self._correlate(n, lag, power)
        found, best = [], 0
        for lag in range(shortest, longest):
            if r[lag] >= r[lag - 1] and r[lag] > r[lag + 1] and r[lag] > 0:
                found.append((lag * 10 + _vertex10(r[lag - 1], r[lag], r[lag + 1]), r[lag]))
                best = max(best, r[lag])
        return [row for row in found if row[1] * 100 >= best * 45]

    def _correlate(self, n: int, lag: int, power: int) -> int:
        """Autocorrelation in thousandths from every third product, the power taken as evenly spread."""
        band = self._even_band
        total = 0
        for i in range(0, n - lag, 3):
            total += band[i] * band[i + lag] >> 4
        return total * 3 // max(1, power // n * (n - lag) // 1000)

    def _beats(self, n: int, lag10: int) -> tuple[int, int]:
        """(mean rate in tenths of bpm or 0, evenness of the beats in percent), if a beat comes about every `lag10`.

        A beat is a peak with nothing higher within two fifths of that time. Peaks much lower than both neighbours are
        second waves: they count as none.
        """
        band = self._even_band
        guard = max(2, lag10 // 25)
        places, heights = [], []
        i = 1
        while i < n - 1:
            value = band[i]
            if value > _SCALE // 8 and value >= band[i - 1] and value > band[i + 1] and self._highest(i, guard, n):
                places.append(i * 10 + _vertex10(band[i - 1], value, band[i + 1]))
                heights.append(value)
                i += guard
            i += 1
        _drop_second_waves(places, heights)
        if len(places) < 4:
            return 0, 0
        spans = [places[k + 1] - places[k] for k in range(len(places) - 1)]
        spans.sort()
        typical = spans[len(spans) // 2]
        kept = [span for span in spans if abs(span - typical) * 100 <= typical * 35]
        evenness = len(kept) * 100 // len(spans)
        return self._rate_mhz * 6 * len(kept) // sum(kept), evenness

    def _highest(self, i: int, guard: int, n: int) -> bool:
        band = self._even_band
        value = band[i]
        for k in range(max(0, i - guard), min(n, i + guard + 1)):  # noqa: SIM110 - a generator would allocate
            if band[k] > value:
                return False
        return True


def _drop_second_waves(places: list[int], heights: list[int]) -> None:
    k = 1
    while k < len(places) - 1:
        if heights[k] * 100 < 55 * min(heights[k - 1], heights[k + 1]):
            places.pop(k)
            heights.pop(k)
        else:
            k += 1


def _vertex10(before: int, here: int, after: int) -> int:
    """Where between the samples a parabola through three points has its top, in tenths of a sample."""
    bend = before - 2 * here + after
    return 0 if bend == 0 else (before - after) * 5 // bend
