"""The room light: a warm and a cool white, mixed, faded so that the eye sees an even change, and never a flash.

Brightness is asked for in percent as seen, 100 being all that one of the whites can give; the duty that looks like it
follows CIE 1976 lightness, Y = ((L + 16) / 116)^3 above L = 8. Colour fades evenly in mired.

Whatever is asked for, and however late a poll comes, the lamps change by no more than their slew limits: full scale in
two seconds, from warm to cool in four. Both are choices of design: the fastest that is wanted is HELP, three seconds.
Breathing takes its share off the brightness, slowly down and slowly up; it stays far inside the limit.
"""

from drivers.ramp import Ramp
from sitter.fading import COOL_K, WARM_K, cool_share, mired

FULL_SCALE_MS = 2000
COLOUR_SCALE_MS = 4000
_STEPS = 1000  # thousandths of full brightness as seen
_WARM, _COOL = mired(WARM_K), mired(COOL_K)
_LONGEST_POLL_MS = 100  # a later one counts as one of so long
_MINUTE = 60000


def duty_u16(seen: int) -> int:
    """PWM duty for a brightness of `seen` thousandths. CIE 1976: linear below L = 8, cubic above."""
    lightness = seen * 100 // _STEPS
    if lightness <= 8:
        return seen * 65535 // _STEPS * 1000 // 9033
    cube = seen * 100 + 16 * _STEPS  # (L + 16) in thousandths
    cube = cube * 10 // 116  # up to 10000
    return cube * cube // 10000 * cube // 10000 * 65535 // 10000


def breath(turn: int) -> int:
    """How far a breath is out, in thousandths, at `turn` of 60000: it begins and turns without a corner."""
    half = min(turn, _MINUTE - turn) // 60  # 0 to 500
    return half * half * (1500 - 2 * half) // 125000


class Light:
    def __init__(self, warm_pwm, cool_pwm) -> None:
        self._warm, self._cool = warm_pwm, cool_pwm
        self._brightness, self._colour, self._depth = Ramp(0), Ramp(_WARM), Ramp(0)
        self._breaths = self._turn = 0
        self._seen, self._mired = 0, _WARM  # as the lamps are
        self._polled_ms = 0
        self._fading = False

    @property
    def poll_every_ms(self) -> int:
        """Ten times a second are enough for a breath."""
        return 50 if self._fading else 100

    def want(self, now_ms: int, kelvin: int, brightness_pct: int, breaths_per_min: int, depth_pct: int,
             fade_ms: int) -> None:  # fmt: skip
        """Begin to fade to this white at this brightness, breathing so often and so deep."""
        if breaths_per_min:
            self._breaths = breaths_per_min
        self._colour.go(now_ms, mired(kelvin), fade_ms)
        self._brightness.go(now_ms, brightness_pct * _STEPS // 100, fade_ms)
        self._depth.go(now_ms, depth_pct if breaths_per_min else 0, fade_ms)

    def poll(self, now_ms: int) -> bool:
        """Bring the lamps in line; True while there is more to do."""
        passed_ms = min(_LONGEST_POLL_MS, max(0, now_ms - self._polled_ms))
        self._polled_ms = now_ms
        brightness, depth = self._brightness.at(now_ms), self._depth.at(now_ms)
        if depth:
            self._turn = (self._turn + passed_ms * self._breaths) % _MINUTE
            brightness -= brightness * depth // 100 * breath(self._turn) // 1000
        else:
            self._turn = 0
        colour = self._colour.at(now_ms)
        self._seen = _towards(self._seen, brightness, passed_ms * _STEPS // FULL_SCALE_MS)
        self._mired = _towards(self._mired, colour, passed_ms * (_WARM - _COOL) // COLOUR_SCALE_MS)
        self._show()
        moving = self._brightness.moving(now_ms) or self._colour.moving(now_ms) or self._depth.moving(now_ms)
        self._fading = moving or self._seen != brightness or self._mired != colour
        return self._fading or depth > 0

    def _show(self) -> None:
        whole = duty_u16(self._seen)
        cool = whole * cool_share(self._mired) // 1000
        self._warm.duty_u16(whole - cool)
        self._cool.duty_u16(cool)


def _towards(value: int, wanted: int, most: int) -> int:
    return min(wanted, value + most) if wanted > value else max(wanted, value - most)
