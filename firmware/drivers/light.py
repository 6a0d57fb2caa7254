"""The room light: warm and cool white, faded so that the eye sees an even change and never a flash.

Brightness is asked for in percent as seen; the duty that looks like it follows CIE 1976 lightness, Y = ((L + 16) /
116)^3 above L = 8. Whatever is asked for, full scale takes at least two seconds.
"""

from drivers.ramp import Ramp

FULL_SCALE_MS = 2000
_STEPS = 1000  # thousandths of full brightness as seen


def duty_u16(seen: int) -> int:
    """PWM duty for a brightness of `seen` thousandths. CIE 1976: linear below L = 8, cubic above."""
    lightness = seen * 100 // _STEPS
    if lightness <= 8:
        return seen * 65535 // _STEPS * 1000 // 9033
    cube = seen * 100 + 16 * _STEPS  # (L + 16) in thousandths
    cube = cube * 10 // 116  # up to 10000
    return cube * cube // 10000 * cube // 10000 * 65535 // 10000


class Light:
    poll_every_ms = 50

    def __init__(self, warm_pwm, cool_pwm) -> None:
        self._channels = ((Ramp(0), warm_pwm), (Ramp(0), cool_pwm))

    def want(self, now_ms: int, warm_pct: int, cool_pct: int, fade_ms: int) -> None:
        """Begin to fade to these brightnesses, in no less time than the slew limit allows."""
        for (ramp, _), pct in zip(self._channels, (warm_pct, cool_pct)):  # noqa: B905 - no strict= on MicroPython
            level = pct * _STEPS // 100
            distance = abs(level - ramp.at(now_ms))
            ramp.go(now_ms, level, max(fade_ms, distance * FULL_SCALE_MS // _STEPS))

    def poll(self, now_ms: int) -> bool:
        """Bring the lamps in line; True while a fade goes on."""
        moving = False
        for ramp, pwm in self._channels:
            pwm.duty_u16(duty_u16(ramp.at(now_ms)))
            moving = moving or ramp.moving(now_ms)
        return moving
