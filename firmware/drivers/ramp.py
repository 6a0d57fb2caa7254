"""A value on its way from one level to another, as a function of time; music and light fade with it."""


class Ramp:
    def __init__(self, level: int) -> None:
        self._from = self._to = level
        self._start_ms = self._span_ms = 0

    def go(self, now_ms: int, level: int, fade_ms: int) -> None:
        """Leave from where it is now; arrive at `level` after `fade_ms`."""
        self._from = self.at(now_ms)
        self._to = level
        self._start_ms, self._span_ms = now_ms, fade_ms

    def at(self, now_ms: int) -> int:
        passed_ms = now_ms - self._start_ms
        if passed_ms >= self._span_ms:
            return self._to
        return self._from + (self._to - self._from) * passed_ms // self._span_ms

    def moving(self, now_ms: int) -> bool:
        return now_ms - self._start_ms < self._span_ms
