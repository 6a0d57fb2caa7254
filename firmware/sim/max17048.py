"""A MAX17048 and the lithium cell under it, as its registers show them.

Knobs: `mains`, False unplugs the supply; `level_pct`, how full the cell is; `drain_pct_h`, what the unit takes;
`no_cell` and `absent`. A write to CMD resets the part, which does not acknowledge it. The rate follows the truth with a
time constant of 45 s; how slowly the real part does it is not known here.
"""

_CMD = 0xFE
_SETTLE_US = 45000000
_ENODEV = 19


class FakeMax17048:
    def __init__(self, clock) -> None:
        self._clock = clock
        self.absent = self.no_cell = False
        self.drain_pct_h = 8
        self._mains = True
        self._level = 100.0
        self._rate = 0.0  # as the part has it, in %/h
        self._at_us = clock.now_us

    @property
    def mains(self) -> bool:
        return self._mains

    @mains.setter
    def mains(self, plugged: bool) -> None:
        self._go_on()
        self._mains = bool(plugged)

    @property
    def level_pct(self) -> float:
        self._go_on()
        return self._level

    @level_pct.setter
    def level_pct(self, level: float) -> None:
        self._go_on()
        self._level = level

    def _go_on(self) -> None:
        """Bring level and rate to the present."""
        passed_us = self._clock.now_us - self._at_us
        self._at_us = self._clock.now_us
        true_rate = -self.drain_pct_h if not self._mains else (30 if self._level < 99 else 0)
        self._level = max(0.0, min(100.0, self._level + true_rate * passed_us / 3600e6))
        self._rate += (true_rate - self._rate) * min(1.0, passed_us / _SETTLE_US)

    def read(self, register: int, n: int) -> bytes:
        self._go_on()
        steps = int(self._rate / 0.208)
        cell_uv = 0 if self.no_cell else 3400000 + int(self._level * 7500) + (40000 if self._mains else 0)
        words = {0x02: cell_uv * 1000 // 78125, 0x04: int(self._level * 256), 0x08: 0x0012, 0x16: steps & 0xFFFF}
        word = words.get(register, 0)
        return bytes((word >> 8, word & 0xFF))[:n]

    def write(self, register: int, data: bytes) -> None:
        if register == _CMD:
            self._rate = 0.0
            raise OSError(_ENODEV)
