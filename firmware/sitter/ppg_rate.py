"""Pulse rate from a window of the finger's light: three views of it, and what it takes to believe them.

Steps 3 to 5 of the theory in ppg.py. The window is first brought to one scale and clipped, so that thresholds are the
same for a strong pulse and a weak one. All rates are in tenths of a beat a minute.
"""

from array import array

from sitter import ppg_beats
from sitter.ppg_period import Periods

_MIN_BPM, _MAX_BPM = 30, 220
_SCALE = 1 << 10  # the window is scaled to this
_MAX_ROUGH_PCT = 62  # of the band, above it: mains light folded down into our rate, or noise

_SWING_PCT = 18  # of the pulse's height: what counts as a swing
_LIKE, _LESS_LIKE, _LEAST_LIKE = 840, 780, 500  # how like each other pulses are, in thousandths
_EVEN_PCT, _UNEVEN_PCT, _WILD_PCT = 9, 12, 40  # spread of their spans
_GAP_PCT = 230  # of the typical span
_AGREE_PCT, _NEAR_PCT = 10, 8  # views of one window; a window and the proven rate
_FAST10 = 1400  # motion makes such rates too: only pulses that are alike are believed
_SURE, _CLEAR = 800, 350  # thousandths of autocorrelation

# Evidence is counted in points a second: it takes some to begin with a rate, more to change to quite another one.
_PLAIN, _FAIR = 4, 2
_BEGIN, _CHANGE, _MOST = 8, 32, 120
_DOUBT = 6  # what a second without evidence takes away
_PROVEN_S = 30  # for which weak evidence may carry a rate on
_STEP10 = 12  # and how far it may carry it in a second
_MORE_PCT = 135  # swings so much more frequent than the rate are unexplained: motion


class Swings:
    """What all swings of a window say together; `rate10` is 0 where they say nothing."""

    def __init__(self, band, n: int, threshold: int, rate_mhz: int) -> None:
        self.rate10 = self.spread_pct = self.likeness = 0
        self.irregular = False
        places = ppg_beats.swings(band, n, threshold)
        if len(places) < ppg_beats.LEAST_BEATS:
            return
        spans = ppg_beats.spans10(band, n, places)
        rate10 = rate_mhz * 6 * len(spans) // max(1, sum(spans))
        if not _MIN_BPM * 10 <= rate10 <= _MAX_BPM * 10:
            return
        self.rate10 = rate10
        self.spread_pct = ppg_beats.spread_pct(spans)
        self.likeness = ppg_beats.likeness(band, n, places)
        # Beats missed in an even rhythm make no uneven one: the spans that are left have to be uneven themselves.
        kept = ppg_beats.kept(spans)
        spans.sort()
        self.irregular = (
            self.likeness >= _LESS_LIKE
            and self.spread_pct <= _WILD_PCT
            and ppg_beats.spread_pct(kept) > _EVEN_PCT
            and spans[-1] * 100 <= spans[len(spans) // 2] * _GAP_PCT
        )

    def plain(self) -> bool:
        return self.likeness >= _LIKE and self.spread_pct <= _UNEVEN_PCT


class RateFinder:
    """Works on windows of up to `size` samples at `rate_mhz` thousandths of a hertz; remembers the proven rate."""

    def __init__(self, rate_mhz: int, size: int) -> None:
        self._ratio = rate_mhz * 6  # tenths of a sample in which one beat is one tenth of a bpm
        self._rate_mhz = rate_mhz
        self._band = array("i", [0] * size)  # the window, all pulses brought to one height
        self._periods = Periods(rate_mhz * 60 // _MAX_BPM // 1000, rate_mhz * 60 // _MIN_BPM // 1000 + 1)
        self._mean = 1
        self._rough_pct = 0
        self.forget()

    def forget(self) -> None:
        """The signal was interrupted: what was proven before it proves nothing now."""
        self._proven10 = self._proven_s = 0  # the rate, and for how many seconds it still counts
        self._points = self._points10 = 0  # the evidence so far, and for which rate

    def find(self, band, n: int, rough: int, height: int):
        """A generator that yields between pieces of work and returns (rate or None, quality in percent) of `band[0:n]`.

        `rough` is what smoothing took away from it, a sample; `height` that of its pulses, in its own unit.
        """
        power = self._normalise(band, n, rough)
        if self._rough_pct > _MAX_ROUGH_PCT:
            self._points = 0
            return None, 0
        self._proven_s -= 1
        if self._proven_s < 0:
            self._proven10 = self._proven_s = 0
        swings = Swings(self._band, n, height * 256 // self._mean * _SWING_PCT // 100, self._rate_mhz)
        if self._proven10 and swings.plain() and _within(swings.rate10, self._proven10, _NEAR_PCT):
            self._count(swings.rate10, _PLAIN)
            return self._prove(swings.rate10, swings, _PLAIN)
        yield
        periods = self._periods.find(self._band, n, power)
        yield
        periodic10 = self._periodic(n, periods)
        rate10, points = self._weigh(swings, periodic10)
        self._count(rate10, points)
        if points and self._is_proven(rate10):
            return self._prove(rate10, swings, points)
        yield
        carried10 = self._carry(n, periods, periodic10, swings)
        return (carried10, 30) if carried10 else (None, min(20, self._points))

    # --- evidence -------------------------------------------------------------------------------------------------

    def _weigh(self, swings: Swings, periodic10: int) -> tuple[int, int]:
        """(rate, points) of the evidence in this window."""
        rate10, points = periodic10, 0
        if swings.rate10 and periodic10 and _within(swings.rate10, periodic10, _NEAR_PCT):
            if swings.plain():
                rate10, points = swings.rate10, _PLAIN
            elif swings.likeness >= (_LESS_LIKE if periodic10 > _FAST10 else _LEAST_LIKE):
                points = _FAIR
        if points < _PLAIN and swings.irregular:
            apart = self._proven10 and periodic10 and not _within(swings.rate10, self._proven10, 15)
            if not apart:
                rate10, points = swings.rate10, _FAIR
        return rate10, points

    def _count(self, rate10: int, points: int) -> None:
        if not points:
            self._points = max(0, self._points - _DOUBT)
            return
        same = self._points and _within(rate10, self._points10, _AGREE_PCT)
        self._points = min(_MOST, self._points + points) if same else points
        self._points10 = rate10

    def _is_proven(self, rate10: int) -> bool:
        if not self._proven10:
            return self._points >= _BEGIN
        return _within(rate10, self._proven10, _NEAR_PCT) or self._points >= _CHANGE

    def _prove(self, rate10: int, swings: Swings, points: int) -> tuple[int, int]:
        self._proven10, self._proven_s = rate10, _PROVEN_S
        quality = swings.likeness // (10 if points == _PLAIN else 16)
        return rate10, max(31, min(100, quality - self._rough_pct // 2))

    def _carry(self, n: int, periods: list[tuple[int, int]], periodic10: int, swings: Swings) -> int:
        """The proven rate as weak evidence near it has it now; 0 without any, or against evidence of motion."""
        proven10 = self._proven10
        if not proven10 or swings.rate10 * 100 > proven10 * _MORE_PCT:
            return 0
        near10 = periodic10
        if not _within(near10, proven10, _NEAR_PCT):
            near10 = self._nearest(n, periods, proven10)
        if near10:
            self._proven10 += max(-_STEP10, min(_STEP10, near10 - proven10))
        return near10

    # --- views ----------------------------------------------------------------------------------------------------

    def _periodic(self, n: int, periods: list[tuple[int, int]]) -> int:
        """The rate on which a period and the beats about it agree; 0 if there is none."""
        if self._proven10:  # beats that go on as they did need no other proof
            beats10, evenness = self._beats(n, self._ratio // self._proven10)
            if evenness >= 90 and _within(beats10, self._proven10, 6):
                return beats10
        best = 0
        for lag10, peak in periods:
            best = max(best, peak)
            period10 = self._ratio // lag10
            beats10, evenness = self._beats(n, lag10)
            if peak >= _CLEAR and evenness >= 50 and _within(beats10, period10, 8):
                return beats10 if _within(beats10, period10, 3) else period10
        for lag10, peak in periods:
            if peak >= _SURE and peak * 100 >= best * 85:
                return self._ratio // lag10
        return 0

    def _nearest(self, n: int, periods: list[tuple[int, int]], proven10: int) -> int:
        """The rate of the evenest beats, or else of a clear period, near the proven rate; 0 if there is none."""
        rate10 = evenest = 0
        for lag10 in [self._ratio // proven10] + [lag10 for lag10, _ in periods]:
            beats10, evenness = self._beats(n, lag10)
            if evenness >= 55 and evenness > evenest and _within(beats10, proven10, _AGREE_PCT):
                rate10, evenest = beats10, evenness
        if rate10:
            return rate10
        for lag10, peak in periods:
            if peak >= _CLEAR and _within(self._ratio // lag10, proven10, _AGREE_PCT):
                return self._ratio // lag10
        return 0

    def _beats(self, n: int, lag10: int) -> tuple[int, int]:
        """(mean rate or 0, evenness in percent) of the beats, if one comes about every `lag10` tenths of a sample."""
        places = ppg_beats.beats_about(self._band, n, lag10, _SCALE // 8)
        if len(places) < ppg_beats.LEAST_BEATS:
            return 0, 0
        spans = ppg_beats.spans10(self._band, n, places)
        kept = ppg_beats.kept(spans)
        return self._ratio * len(kept) // max(1, sum(kept)), len(kept) * 100 // len(spans)

    def _normalise(self, source, n: int, rough: int) -> int:
        """Scale the window to whole numbers up to _SCALE, clip what sticks far out; its power, a sixteenth."""
        band = self._band
        total = 0
        for i in range(n):
            total += abs(source[i])
        mean = self._mean = max(1, total // n)
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


def _within(rate10: int, other10: int, pct: int) -> bool:
    return abs(rate10 - other10) * 100 <= other10 * pct
