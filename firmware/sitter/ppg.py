"""Pulse rate, oxygen saturation and perfusion from the red and infrared light of a finger.

Theory of operation. With each heartbeat the finger holds a little more blood and lets less light through: counts fall
at systole. Samples are averaged down to about 25 a second as they come; nothing else happens on the sample path. Once
a second `reading` looks at the last ten seconds, turned so that systole points up:

1. *Is there a finger?* The steady part of the infrared light says so, with hysteresis. A jump of that light, a
   saturated sample or lost samples begin the window anew: a gap is never bridged.
2. *Band.* A short moving average minus one of a second and a half leaves roughly 0.6 to 5 Hz. Where the short average
   took away as much as it left, the signal is hum or noise, not a finger's, and is refused.
3. *Three views of the rate.* Period: the lag of the autocorrelation's high peaks. Beats: peaks of the band about such a
   lag, from steepest rise to steepest rise. Swings: every rise and fall above a fifth of the pulse's height, counted
   without any idea of a period. In a finger at rest all three say the same. A dicrotic wave, which falls and rises by
   less than the pulse before it, is no swing; motion leaves swings that no period explains.
4. *Likeness.* Pulses of one heart are alike, whatever their rhythm; motion's are not. Each is correlated with the mean
   of all, as signal quality is judged in C. Orphanidou et al., IEEE J Biomed Health Inform 19(3), 2015.
5. *Evidence.* It takes much to begin and little to go on. An even rhythm of like pulses on which period and swings
   agree is plain: two seconds of it begin a rate. Fair agreement takes four. Like pulses in an uneven rhythm (atrial
   fibrillation, ectopic beats) count as fair, and their mean rate is shown with a lower quality. Near a proven rate,
   for up to half a minute, the beats or the period alone carry it on, unless there are many more swings than beats. A
   quite different rate has to prove itself for eight seconds, and above 140 bpm, where motion makes rates too, only
   pulses that are much alike count. Everything else is refused: a withheld number beats a wrong one.
6. *Saturation* is asked for only under a trusted pulse. The slope of the red band on the infrared one is the ratio of
   their pulses, noise in either averaged out; over their steady parts it is the ratio of ratios R, of which the median
   of several pieces of light counts. The published
   curve SpO2 = -45.060 R^2 + 30.354 R + 94.845 (the table in Maxim's MAXREFDES117 code) is uncalibrated: a true 91 has
   been displayed as 97 with it (aromring/MAX30102_by_RF, issue 23). The change can be trusted more than the value.

All arithmetic is in whole numbers below 2^30, so that every interpreter gives the same bits. Autocorrelation, moving
averages and turning points are textbook; a place between two samples is that of a parabola through three points. The
thresholds were set on recordings of many people at once (docs/bench.md); none of them stands on an edge.
"""

from array import array

from sitter.ppg_rate import RateFinder
from sitter.ppg_saturation import Saturation
from sitter.reading import Reading

SATURATED = 0x3FFFF
_TARGET_HZ = 25
_WINDOW_S = 10
_FIRST_S = 6  # of good signal before a first number
_FINGER_ON, _FINGER_OFF = 12000, 8000  # counts of steady infrared light
_JUMP_PCT = 12  # of the steady light from one second to the next: the finger moved
_SHORT = 3  # samples of the short average
_MIN_PERMYRIAD, _MAX_PERMYRIAD = 3, 1500  # pulse over steady light; outside it is no pulse


class Oximeter:
    """Fed with `push` at `sample_rate_hz` (25 to 400), asked with `reading` once a second.

    Saturation is taken from the last `averaging_s` seconds, 2 to 10; `points` as ppg_saturation.Saturation has them.
    """

    def __init__(self, sample_rate_hz: int = 100, averaging_s: int = 8, points=()) -> None:
        self._block = max(1, (sample_rate_hz + _TARGET_HZ // 2) // _TARGET_HZ)
        self._rate_mhz = sample_rate_hz * 1000 // self._block  # after averaging, in thousandths of a hertz
        self._size = _WINDOW_S * self._rate_mhz // 1000
        self._second = self._rate_mhz // 1000
        self._red = array("i", [0] * self._size)
        self._ir = array("i", [0] * self._size)
        self._red_band = array("i", [0] * self._size)
        self._ir_band = array("i", [0] * self._size)
        self._finder = RateFinder(self._rate_mhz, self._size)
        self._saturation = Saturation(self._second, averaging_s, points)
        self._sum_red = self._sum_ir = self._in_block = 0
        self._at = 0  # next place in the rings
        self._filled = 0  # samples of unbroken signal
        self._finger = False
        self._steady = 0
        self._spo2: int | None = None
        self._turn = False
        self._rough = 0  # what the short average took away, per sample
        self._height = 0  # of the pulse, in quarter counts

    @property
    def looks_swapped(self) -> bool | None:
        """Whether what comes as red looks like infrared; None until a minute of trusted pulse has shown it."""
        return self._saturation.swapped

    @property
    def ratio_permille(self) -> int | None:
        """The ratio of ratios behind the saturation that is shown; None where none is."""
        return self._saturation.ratio if self._spo2 is not None else None

    # --- the sample path --------------------------------------------------------------------------------------------

    def push(self, red: int, ir: int) -> None:
        """One sample, 18-bit counts."""
        if ir >= SATURATED or red >= SATURATED:
            self.lost(1)
            return
        self._sum_red += red
        self._sum_ir += ir
        self._in_block += 1
        if self._in_block == self._block:
            at = self._at
            self._red[at] = self._sum_red * 4 // self._block
            self._ir[at] = self._sum_ir * 4 // self._block
            self._sum_red = self._sum_ir = self._in_block = 0
            at += 1
            self._at = 0 if at == self._size else at
            if self._filled < self._size:
                self._filled += 1

    def lost(self, n: int) -> None:
        """`n` samples are missing here: what comes does not continue what was."""
        self._filled = 0
        self._sum_red = self._sum_ir = self._in_block = 0

    # --- once a second ----------------------------------------------------------------------------------------------

    def reading(self) -> Reading:
        """What the samples pushed so far say, all work done at once."""
        found = Reading(None, None, None, 0, False)
        for reading in self.estimate():
            found = reading or found
        return found

    def estimate(self):
        """The work of `reading` in pieces of under 50 ms on the chip: yields None after each, at last the Reading.

        No sample may be pushed before it is through.
        """
        self._look_for_finger()
        if not self._finger or self._filled < _FIRST_S * self._second:
            self._forget()
            yield Reading(None, None, None, 0, self._finger)
            return
        n = self._filled
        steady_ir = self._band(self._ir, self._ir_band, n)
        permyriad = self._permyriad(n, steady_ir)
        if not _MIN_PERMYRIAD <= permyriad <= _MAX_PERMYRIAD:
            self._forget()
            yield Reading(None, None, permyriad, 0, True)
            return
        yield None
        bpm10, quality = yield from self._finder.find(self._ir_band, n, self._rough, self._height)
        if bpm10 is None:
            self._spo2 = None
            yield Reading(None, None, permyriad, quality, True)
            return
        self._turn = not self._turn
        if self._spo2 is None or self._turn:  # over ten seconds' light, every two seconds is often enough
            yield None
            steady_red = self._band(self._red, self._red_band, n)
            self._spo2 = self._saturation.find(self._ir_band, self._red_band, n, self._height, steady_ir, steady_red)
        yield Reading((bpm10 + 5) // 10, self._spo2, permyriad, quality, True)

    def _forget(self) -> None:
        self._spo2 = None
        self._finder.forget()

    def _look_for_finger(self) -> None:
        """Judge the steady light of the last second; a jump of it begins the window anew."""
        have = min(self._filled, self._second)
        if have == 0:
            return
        total = 0
        at = self._at
        for _ in range(have):
            at -= 1
            total += self._ir[at]
        steady = total // have // 4
        finger = steady >= (_FINGER_OFF if self._finger else _FINGER_ON)
        moved = abs(steady - self._steady) * 100 > self._steady * _JUMP_PCT
        if finger != self._finger or moved:
            self._filled = have if finger and self._finger and not moved else 0
        self._finger = finger
        self._steady = steady

    def _band(self, ring, band, n: int) -> int:
        """Fill `band[0:n]`, oldest first, systole up; returns the steady light in counts.

        Both averages are centred. At the ends the long one is as wide as what there is.
        """
        x = self._unrolled(ring, n)
        half = min(self._rate_mhz * 3 // 4000, n // 3)  # the long average spans a second and a half
        width = half
        long_sum = sum(x[:half])
        rough = 0
        before = here = x[0]
        last = n - 1
        for i in range(n):
            if i + half < n:
                long_sum += x[i + half]
            else:
                width -= 1
            if i > half:
                long_sum -= x[i - half - 1]
            elif i + half < n:
                width += 1
            after = x[i + 1] if i < last else here
            smooth = (before + here + after) // _SHORT
            band[i] = long_sum // width - smooth
            rough += abs(here - smooth)
            before = here
            here = after
        self._rough = rough // n
        return sum(x) // n // 4

    def _unrolled(self, ring, n: int):
        """The last `n` samples of a ring in the order in which they came."""
        start = self._at - n
        return ring[start : self._at] if start >= 0 else ring[start:] + ring[: self._at]

    def _permyriad(self, n: int, steady: int) -> int:
        """Height of the pulse over the steady light in hundredths of a percent, a stretch of two seconds at a time."""
        step = 2 * self._second
        band = self._ir_band
        heights = []
        for start in range(0, n - step + 1, step):
            low = high = band[start]
            for i in range(start, start + step):
                value = band[i]
                if value < low:
                    low = value
                elif value > high:
                    high = value
            heights.append(high - low)
        heights.sort()
        self._height = heights[len(heights) // 2]
        height = min(self._height // 4, 50000)
        return height * 10000 // max(1, steady)
