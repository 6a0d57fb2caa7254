"""Pins and PWM channels as `machine` has them, remembering what they were told.

`FakePin.value(level)` from a fake runs the interrupt handler when the level falls, as the keys' open-drain line does.
`trace`, where given, collects (at_us, duty_u16) of every change of a PWM channel.
"""


class FakePin:
    def __init__(self, level: int = 0) -> None:
        self._level = level
        self._handler = None

    def value(self, level: int | None = None) -> int | None:
        if level is None:
            return self._level
        fell = self._level and not level
        self._level = level
        if fell and self._handler:
            self._handler(self)
        return None

    __call__ = value

    def irq(self, handler, trigger: int = 0) -> None:
        self._handler = handler


class FakePwm:
    def __init__(self, clock, trace: list | None = None) -> None:
        self._clock = clock
        self.trace = trace
        self.freq_hz = 0
        self.duty = 0

    def freq(self, hz: int) -> None:
        self.freq_hz = hz

    def duty_u16(self, duty: int) -> None:
        if self.trace is not None and duty != self.duty:
            self.trace.append((self._clock.now_us, duty))
        self.duty = duty
