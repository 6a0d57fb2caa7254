"""Shadows the built-in `machine` in the simulator: what boot.py, and somebody at the prompt, use of it."""

import sys

from sim import kept, world

_RESET_US = 300000


def reset() -> None:
    _reset("reset")


def _reset(cause: str) -> None:
    if world.stage:
        world.stage.reset(cause)
    if world.folder:  # the chip's; it has not come as far as its board
        kept.save(world.folder, kept.load(world.folder), world.clock.now_us + _RESET_US, cause)
    sys.exit(world.EXIT_POWER_CUT)


class WDT:
    """The chip has one: whoever begins it again changes its time."""

    def __init__(self, *, timeout: int = 5000) -> None:
        from sim.watchdog import FakeWatchdog

        if world.watchdog:
            world.watchdog.leave()
        world.watchdog = FakeWatchdog(world.clock, lambda: _reset("watchdog"), timeout)
        world.watchdog.begin()

    def feed(self) -> None:
        world.watchdog.feed()


class RTC:
    def memory(self, data: bytes | None = None) -> bytes | None:
        if data is None:
            return world.rtc_memory
        world.rtc_memory = bytes(data)
        return None
