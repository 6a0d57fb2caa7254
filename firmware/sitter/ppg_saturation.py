"""Oxygen saturation from the pulses of red and infrared light: step 6 of the theory in ppg.py.

The window is taken in pieces of two seconds. In each the slope of the red band on the infrared one, over their steady
light, is one ratio of ratios R; a piece in which the two do not move together (correlation below 0.8) has none. The
answer is the median over the last `averaging_s` seconds, if at least half of the pieces have a ratio: one jerk of the
hand spoils one piece.

Some boards have the two LEDs swapped, and then every ratio is turned upside down: 1.2 and above in place of 0.4 to 0.8,
which would be a saturation below 67 %. Nobody comes to a session with that, so ratios that stay up there for the first
minute are a swapped board, and the first ones that don't prove the board right for good. Nothing is set right by
guessing: the value is withheld and a technician told.
"""

_PIECE_S = 2
_LEAST_RATIO, _MOST_RATIO = 200, 2000  # thousandths; outside is no finger's light
LOWEST_PCT, HIGHEST_PCT = 70, 100
_RIGHT, _SWAPPED = 1000, 1200  # thousandths
_PROOF = 60  # answers, one a second while no value is given, else one every two


class Saturation:
    """For bands of `second` samples a second.

    `points` are (ratio in thousandths, percent), ratios rising and percents falling, two or more; none stands for the
    published curve.
    """

    def __init__(self, second: int, averaging_s: int, points=()) -> None:
        self._piece = _PIECE_S * second
        self._pieces = max(1, averaging_s // _PIECE_S)
        self._points = points
        self.swapped: bool | None = None  # None is not known yet
        self.ratio: int | None = None  # the last ratio of ratios, in thousandths; None where there was none
        self._evidence = 0

    def find(self, ir, red, n: int, height: int, steady_ir: int, steady_red: int) -> int | None:
        """SpO2 in percent of two bands of `n` samples.

        `height` is that of the infrared pulse in the bands' own unit, the steady parts are in counts.
        """
        self.ratio = None
        shift = 0
        while height >> shift > 800:
            shift += 1
        ratios = []
        end = n
        for _ in range(min(self._pieces, n // self._piece)):
            slope = _slope(ir, red, end - self._piece, end, shift)
            if slope is not None:
                ratios.append(slope * (steady_ir >> 4) // max(1, steady_red >> 4))
            end -= self._piece
        if not ratios or len(ratios) * 2 < self._pieces:
            return None
        ratios.sort()
        ratio = self.ratio = ratios[len(ratios) // 2]
        if self.swapped is not False:
            self._judge_order(ratio)
        return None if self.swapped else spo2_pct(ratio, self._points)

    def _judge_order(self, ratio: int) -> None:
        if ratio < _RIGHT:
            self._evidence = min(0, self._evidence) - 1
        elif ratio > _SWAPPED:
            self._evidence = max(0, self._evidence) + 1
        if abs(self._evidence) >= _PROOF:
            self.swapped = self._evidence > 0


def _slope(ir, red, start: int, end: int, shift: int) -> int | None:
    """Red over infrared in thousandths; None where they do not move together."""
    both = ir_power = red_power = 0
    for i in range(start, end):
        a, b = ir[i] >> shift, red[i] >> shift
        if -1024 < a < 1024 and -1024 < b < 1024:
            both += a * b
            ir_power += a * a
            red_power += b * b
    both, ir_power, red_power = both >> 5, ir_power >> 5, red_power >> 5
    if not 0 < both < 1 << 20 or ir_power == 0 or red_power == 0:
        return None
    slope, back = both * 1000 // ir_power, both * 1000 // red_power
    if slope > 30000 or back > 30000 or slope * back < 640000:
        return None
    return slope


def spo2_pct(ratio: int, points=()) -> int | None:
    """Saturation for a ratio of ratios in thousandths; None below 70 %, where no curve means anything."""
    if not _LEAST_RATIO <= ratio <= _MOST_RATIO:
        return None
    milli = _between(ratio, points) if points else _published(ratio)
    if milli < LOWEST_PCT * 1000 - 500:
        return None
    return min(HIGHEST_PCT, (milli + 500) // 1000)


def _published(ratio: int) -> int:
    ratio = max(ratio, 337)  # the top of the parabola
    return (30354 * ratio - 45060 * ratio // 1000 * ratio) // 1000 + 94845


def _between(ratio: int, points) -> int:
    """Thousandths of a percent on the straight line through the two points about `ratio`, or the nearest two."""
    k = 1
    while k < len(points) - 1 and ratio > points[k][0]:
        k += 1
    (low, at_low), (high, at_high) = points[k - 1], points[k]
    return at_low * 1000 + (at_high - at_low) * 1000 * (ratio - low) // (high - low)
