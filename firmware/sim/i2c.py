"""An I2C bus as `machine.I2C` offers it: transfers take their time, absent parts do not acknowledge.

Knob: `stuck`, the data line held low by somebody: every transfer fails with ETIMEDOUT after 50 ms, the default
timeout of `machine.I2C`. A part on the bus has `read(register, n)` and `write(register, data)`, and may have `absent`.
Whether a register number moves on during a read is the part's own affair.
"""

_ENODEV, _ETIMEDOUT = 19, 110
_STUCK_US = 50000


class FakeI2C:
    def __init__(self, clock, freq_hz: int = 400000) -> None:
        self._clock = clock
        self._byte_us_x10 = 90000000 // freq_hz  # nine bits a byte
        self._parts = {}
        self._pointers = {}  # the register that a bare read begins at, by address
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

    def readfrom(self, address: int, n: int) -> bytes:
        return self._select(address, n + 1).read(self._pointers.get(address, 0), n)

    def writeto(self, address: int, data) -> int:
        """The first byte is the register; alone it only says where a `readfrom` begins."""
        part = self._select(address, len(data) + 1)
        if data:
            self._pointers[address] = data[0]
        if len(data) > 1:
            part.write(data[0], data[1:])
        return len(data)

    def scan(self) -> list[int]:
        """The addresses that acknowledge; with a stuck bus none, at once."""
        self._clock.charge_us(112 * self._byte_us_x10 // 10)  # 0x08 to 0x77
        if self.stuck:
            return []
        return [address for address in sorted(self._parts) if not getattr(self._parts[address], "absent", False)]
