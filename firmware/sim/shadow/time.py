"""Shadows the built-in `time` in the simulator: ticks come from the simulated clock and wrap as on the ESP32."""

import sys

_path, sys.path = sys.path, ()
import time as _time

sys.path = _path

from sim import world


def time() -> int:
    """Seconds that a reset does not stop, as on the ESP32, whose RTC goes on."""
    return world.clock.now_us // 1000000


ticks_ms = world.ticks_ms
ticks_add = world.ticks_add
ticks_diff = world.ticks_diff
real_ticks_us = _time.ticks_us
real_ticks_diff = _time.ticks_diff


def sleep_ms(ms: int) -> None:
    """Whoever sleeps holds everything up; at the prompt, where nothing runs, for as long as it takes everybody."""
    if (world.stage or world.watchdog) and not world.live:
        world.clock.charge_us(ms * 1000)
    else:
        _time.sleep_ms(ms)
        world.catch_up()
