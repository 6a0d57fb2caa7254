"""The ESP32's watchdog: once started it can't be stopped, and it bites when nobody feeds it for `timeout_ms`."""


class FakeWatchdog:
    def __init__(self, clock, bite, timeout_ms: int = 5000) -> None:
        self._clock = clock
        self._bite = bite
        self._timeout_us = timeout_ms * 1000
        self._left = False  # another one has taken its place
        self._fed_us = clock.now_us
        clock.at_us(self._fed_us + self._timeout_us, self._look)

    def leave(self) -> None:
        self._left = True

    def feed(self) -> None:
        self._fed_us = self._clock.now_us

    def _look(self) -> None:
        """Runs once a timeout rather than at each feeding: the clock has few actions then."""
        if self._left:
            return
        if self._clock.now_us - self._fed_us >= self._timeout_us:
            self._bite()
        self._clock.at_us(self._fed_us + self._timeout_us, self._look)
