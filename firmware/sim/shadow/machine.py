"""Shadows the built-in `machine` in the simulator: what boot.py, and somebody at the prompt, use of it."""

import sys

from sim import world


def reset() -> None:
    if world.stage:
        world.stage.restart()
    sys.exit(world.EXIT_POWER_CUT)


class WDT:
    """The chip has one: whoever begins it again changes its time."""

    def __init__(self, timeout: int = 5000) -> None:
        from sim.watchdog import FakeWatchdog

        world.watchdog = FakeWatchdog(world.clock, reset, timeout)

    def feed(self) -> None:
        world.watchdog.feed()
