"""An I2C bus as `machine.I2C` offers it: transfers take their time, absent parts do not acknowledge.

Knob: `stuck`, the data line held low by somebody: every transfer fails with ETIMEDOUT after 50 ms. A part on the bus
has `read(register, n)` and `write(register, data)`, and may have `absent`.
"""

_ENODEV, _ETIMEDOUT = 19, 110
_STUCK_US = 50000


class FakeI2C:
    def __init__(self, clock, freq_hz: int = 400000) -> None:
        self._clock = clock
        self._byte_us_x10 = 90000000 // freq_hz  # nine bits a byte
        self._parts = {}
        self.stuck = False

    def attach(self, address: int, part) -> None:
        self._parts[address] = part

    def _select(self, address: int, n_bytes: int):
        if self.stuck:
            self._clock.charge_us(_STUCK_US)
            raise OSError(_ETIMEDOUT)
        part = self._parts.get(address)
        if part is None or getattr(part, "absent", False):
            self._clock.charge_us(self._byte_us_x10 // 10)
            raise OSError(_ENODEV)
        self._clock.charge_us(n_bytes * self._byte_us_x10 // 10)
        return part

    def readfrom_mem(self, address: int, register: int, n: int) -> bytes:
        return self._select(address, n + 3).read(register, n)

    def readfrom_mem_into(self, address: int, register: int, into) -> None:
        into[:] = self._select(address, len(into) + 3).read(register, len(into))

    def writeto_mem(self, address: int, register: int, data) -> None:
        self._select(address, len(data) + 2).write(register, data)

    def scan(self) -> list[int]:
        return [address for address in sorted(self._parts) if not getattr(self._parts[address], "absent", False)]
