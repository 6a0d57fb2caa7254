"""The ESP32's watchdog: once begun it can't be stopped, and it bites when nobody feeds it for `timeout_ms`."""


class FakeWatchdog:
    """It begins with `begin`, or with its first feeding; `on_begin` is called then."""

    def __init__(self, clock, bite, timeout_ms: int = 5000, on_begin=None) -> None:
        self._clock = clock
        self._bite = bite
        self._timeout_us = timeout_ms * 1000
        self._on_begin = on_begin
        self._begun = self._left = False
        self._fed_us = 0

    def begin(self) -> None:
        self._begun = True
        self._fed_us = self._clock.now_us
        self._clock.at_us(self._fed_us + self._timeout_us, self._look)
        if self._on_begin:
            self._on_begin()

    def leave(self) -> None:
        """Another one has taken its place."""
        self._left = True

    def feed(self) -> None:
        if not self._begun:
            self.begin()
        self._fed_us = self._clock.now_us

    def _look(self) -> None:
        """Runs once a timeout rather than at each feeding: the clock has few actions then."""
        if self._left:
            return
        if self._clock.now_us - self._fed_us >= self._timeout_us:
            self._bite()
        self._clock.at_us(self._fed_us + self._timeout_us, self._look)
