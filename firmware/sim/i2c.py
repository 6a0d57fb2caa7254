"""An I2C bus as `machine.I2C` offers it: transfers take their time, absent parts do not acknowledge.

Knobs: `stuck`, the data line shorted to ground, and `held_clocks`, the line held low by a part until it has seen so
many clocks. In both cases every transfer fails with ETIMEDOUT after the bus's timeout. `scl` and `sda` are the two
lines as open-drain pins, for whoever wants to clock the part free. A part on the bus has `read(register, n)` and
`write(register, data)`, and may have `absent`. Whether a register number moves on during a read is its own affair.
"""

_ENODEV, _ETIMEDOUT = 19, 110


class _Line:
    """An open-drain pin: what is driven, and what is read back."""

    def __init__(self, low, rising=None) -> None:
        self._driven = 1
        self._low = low
        self._rising = rising

    def value(self, level: int | None = None) -> int | None:
        if level is None:
            return 0 if self._low() else self._driven
        if level and not self._driven and self._rising:
            self._rising()
        self._driven = level
        return None


class FakeI2C:
    def __init__(self, clock, freq_hz: int = 400000, timeout_us: int = 50000) -> None:
        """`timeout_us` as `machine.I2C` has it, 50 ms unless told."""
        self._clock = clock
        self._timeout_us = timeout_us
        self._byte_us_x10 = 90000000 // freq_hz  # nine bits a byte
        self._parts = {}
        self._pointers = {}  # the register that a bare read begins at, by address
        self.stuck = False
        self.held_clocks = 0
        self.scl = _Line(lambda: False, self._clocked)
        self.sda = _Line(self._is_held)

    def _is_held(self) -> bool:
        return self.stuck or self.held_clocks > 0

    def _clocked(self) -> None:
        if self.held_clocks:
            self.held_clocks -= 1

    def attach(self, address: int, part) -> None:
        self._parts[address] = part

    def _select(self, address: int, n_bytes: int):
        if self._is_held():
            self._clock.charge_us(self._timeout_us)
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
        if self._is_held():
            return []
        return [address for address in sorted(self._parts) if not getattr(self._parts[address], "absent", False)]
