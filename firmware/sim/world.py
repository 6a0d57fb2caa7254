"""The one simulated world of a process: its clock, and whether time jumps or runs.

The shadow modules `time` and `select`, the tasks and the simulated board all meet here. In virtual time a wait jumps to
its end; after `go_live` waiting takes as long as it does for everybody, so that a real host can talk to the unit.
"""

from sim.clock import Clock
from sim.costs import TURN_US

# The ESP32 counts ticks_ms in 30 bits.
TICKS_PERIOD = 1 << 30

# What a process ends with that is to be started again, or whose line is to be left to the prompt.
EXIT_POWER_CUT, EXIT_SERVICE = 75, 76

clock = Clock()
boot_us = 0  # moment of this start on the scenario's clock
ticks_start = TICKS_PERIOD - 600000  # wraps ten minutes after the start, to prove that nobody minds
host = ""  # in front of paths of the laptop, where the flash is mounted at /
folder = ""  # what the host has prepared for this unit
flash = None  # of a chip whose program lies on it
stage = None  # once a board has been opened
watchdog = None  # the one that boot.py began
rtc_memory = b""  # of the chip: what was in it before a reset is in it behind it
speed = 1  # how much faster than everybody's time a live clock runs
on_hangup = None  # called when the host has closed the line
live = None  # function giving real microseconds, once time runs by itself
_live_offset_us = 0


def ticks_ms() -> int:
    return ((clock.now_us - boot_us) // 1000 + ticks_start) & (TICKS_PERIOD - 1)


def ticks_add(ticks: int, delta: int) -> int:
    return (ticks + delta) & (TICKS_PERIOD - 1)


def ticks_diff(end: int, start: int) -> int:
    return ((end - start + TICKS_PERIOD // 2) & (TICKS_PERIOD - 1)) - TICKS_PERIOD // 2


def go_live(real_us) -> None:
    """From here on the clock follows `real_us()`."""
    global live
    live = real_us
    set_speed(speed)


def set_speed(factor: int) -> None:
    """From here on the live clock runs `factor` times as fast as everybody's."""
    global speed, _live_offset_us
    if live:
        _live_offset_us = clock.now_us - live() * factor
    speed = factor


def catch_up() -> None:
    """Let a live clock show the real time that has passed."""
    if live:
        clock.advance_to_us(live() * speed + _live_offset_us)


def charge_turn(name: str) -> None:
    """Charge the processor time of one turn of the named task."""
    clock.charge_cpu_us(TURN_US.get(name, TURN_US["other"]))
