"""LED currents that follow the finger, and the gain that keeps the pulse from noticing.

Theory of operation. Light through a finger differs by a factor of fifty from person to person, the converter has 18
bits. Each LED's raw steady light is kept between a quarter and four fifths of full scale; inside that wide band nothing
is touched, so that in most sessions no current ever changes.

*No finger.* Both LEDs shine with the reference current, and darkness alone raises nothing: an empty probe would end at
full current. But a very dark finger looks like an empty probe at 7 mA. So every few seconds the infrared LED alone,
which nobody sees, is lit fully for a burst: a finger then throws back enough light, an empty probe does not.

*A finger has come*, a sample is saturated, or the light has halved from one burst to the next: the currents are set at
once, and again until they suit; each change begins the signal anew. Nothing is lost by that, there is no pulse yet.

*A finger is there and its light drifts out of the band*: the current is set back to the middle, at most every five
seconds, and the signal goes on. Samples after it are multiplied by what the change did to the light. That factor is not
the ratio of the currents, as LEDs bend by some percent and a pulse is one percent high; it is measured, so that
straight lines through the last four samples before and the first four after meet in the middle of the change. Both
parts of a ratio of ratios are multiplied alike, so saturation doesn't see it.

Counts handed on thus belong to the currents with which the signal began. Where they leave the converter's range in the
course of time, the signal begins anew.
"""

FULL_SCALE = 0x3FFFF
REFERENCE, LEAST, MOST = 0x24, 2, 0xFF  # in steps of 0.2 mA: 7.2, 0.4 and 51 mA
FINGER_ON, FINGER_OFF = 12000, 8000  # raw counts of infrared light
_LOW, _GOAL, _HIGH = FULL_SCALE // 4, FULL_SCALE // 2, FULL_SCALE * 4 // 5
_REFERRED_LOW, _REFERRED_HIGH = FULL_SCALE // 16, FULL_SCALE * 9 // 10
_CHANGE_MS = 5000
_PROBE_MS = 5000
_BEND_PCT = 15  # more than this between the ratio of currents and that of lights is a finger that moved
SEAM = 4  # samples on each side of a change

KEEP, ANEW, SEAMLESS = 0, 1, 2


class Led:
    """One LED: its current and the gain of its samples, in 2^-20ths in two halves that keep products below 2^30."""

    def __init__(self) -> None:
        self.current = self.wanted = REFERENCE
        self.reset_gain()

    def reset_gain(self) -> None:
        self.gain_high, self.gain_low = 1024, 0

    @property
    def plain(self) -> bool:
        """Whether counts are handed on as they are."""
        return self.gain_high == 1024 and self.gain_low == 0

    def refer(self, raw: int) -> int:
        """Counts as they would be at the current with which the signal began; a saturated sample stays saturated."""
        if raw >= FULL_SCALE:
            return FULL_SCALE
        return min(FULL_SCALE, (raw * self.gain_high + (raw * self.gain_low >> 10)) >> 10)

    def suit(self, raw: int, saturated: bool) -> None:
        """Set `wanted` for a steady light of `raw` counts."""
        self.wanted = self.current
        if saturated:
            self.wanted = max(LEAST, self.current // 2)
        elif not _LOW <= raw <= _HIGH:
            self.wanted = max(LEAST, min(MOST, self.current * _GOAL // max(1, raw)))

    def off_range(self, raw: int) -> bool:
        """Whether the gain has carried the counts out of the converter's range."""
        return not self.plain and not _REFERRED_LOW <= self.refer(raw) <= _REFERRED_HIGH

    def join(self, before: list, after: list, gap: int, old_current: int) -> bool:
        """Set the gain so that `after` (raw) goes on from `before` (referred), `gap` samples between them.

        False, with the gain as it was, where the light itself has changed.
        """
        beside = _at_seam(after, gap)
        expected = self.gain_high * 1024 + self.gain_low
        expected = expected * old_current // self.current
        gain = _at_seam(before[::-1], gap) * 1048576 // max(1, beside)
        if abs(gain - expected) * 100 > expected * _BEND_PCT or gain >= 2 << 20:
            return False
        self.gain_high, self.gain_low = gain >> 10, gain & 1023
        return True


def _at_seam(near_first: list, gap: int) -> int:
    """A line through SEAM samples, the one beside the gap first, drawn on to the middle of the gap."""
    a, b, c, d = near_first
    slope4 = a + b - c - d  # over two samples, twice
    return (2 * (a + b + c + d) + slope4 * (SEAM + gap)) // 8


class Regulator:
    """Says after each burst what is to be done about the currents."""

    def __init__(self) -> None:
        self.red, self.ir = Led(), Led()
        self.begin(0)

    def begin(self, now_ms: int) -> None:
        """The part has been set up with the reference currents."""
        for led in (self.red, self.ir):
            led.current = led.wanted = REFERENCE
            led.reset_gain()
        self._finger = self._probing = self._settled = False
        self._steady = 0
        self._next_change_ms = self._next_probe_ms = now_ms + _PROBE_MS

    @property
    def probing(self) -> bool:
        """Samples now are no light of a finger that anybody should see."""
        return self._probing

    def observe(self, now_ms: int, red: int, ir: int, red_saturated: bool, ir_saturated: bool) -> int:
        """KEEP, ANEW or SEAMLESS, for a burst whose raw means are `red` and `ir`; `wanted` of both LEDs is set."""
        if not self._finger:
            return self._look_for_finger(now_ms, ir)
        gone = ir < FINGER_OFF or ir * 2 < self._steady
        self._steady = ir
        if gone:
            return self._lose_finger(now_ms)
        self.red.suit(red, red_saturated)
        self.ir.suit(ir, ir_saturated)
        if red_saturated or ir_saturated:
            self._settled = False
        if not self._settled:
            return self._settle()
        if self.red.off_range(red) or self.ir.off_range(ir):
            return ANEW
        if self._unsuited() and now_ms >= self._next_change_ms:
            self._next_change_ms = now_ms + _CHANGE_MS
            self._steady = 0
            return SEAMLESS
        self.red.wanted, self.ir.wanted = self.red.current, self.ir.current
        return KEEP

    def _look_for_finger(self, now_ms: int, ir: int) -> int:
        if ir >= FINGER_ON:
            self._finger, self._probing, self._settled, self._steady = True, False, False, 0
        elif self._probing:
            return self._lose_finger(now_ms)
        elif now_ms >= self._next_probe_ms:
            self._probing = True
            self.ir.wanted = MOST
            return ANEW
        return KEEP

    def _lose_finger(self, now_ms: int) -> int:
        self._finger = self._probing = False
        self._next_probe_ms = now_ms + _PROBE_MS
        self.red.wanted = self.ir.wanted = REFERENCE
        return ANEW if self._unsuited() or not (self.red.plain and self.ir.plain) else KEEP

    def _settle(self) -> int:
        if not self._unsuited():
            self._settled = True
            return KEEP
        self._steady = 0
        return ANEW

    def _unsuited(self) -> bool:
        return self.red.wanted != self.red.current or self.ir.wanted != self.ir.current
