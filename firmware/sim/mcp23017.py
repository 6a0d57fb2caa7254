"""An MCP23017 (BANK=0) with the keys on it: interrupt on change, latched until a port or its capture is read.

Knobs: `absent`; `bounce_ms`, for how long a contact chatters at each press and release; `reset()`, the part loses its
settings as after a dip in its supply, and no key interrupts any more.
"""

_KEYS = ("SILENCE", "STOP", "BP", "NEXT", "MARK")
_IODIR, _GPINTEN, _GPPU, _INTF, _INTCAP, _GPIO = 0x00, 0x04, 0x0C, 0x0E, 0x10, 0x12
_BOUNCES = 5


class FakeMcp23017:
    def __init__(self, clock, int_pin) -> None:
        self._clock = clock
        self._int = int_pin
        self.absent = False
        self.bounce_ms = 0
        self._levels = [0xFF, 0xFF]  # contacts are open: pulled up
        self.reset()

    def reset(self) -> None:
        self._registers = bytearray(0x16)
        self._registers[_IODIR] = self._registers[_IODIR + 1] = 0xFF

    # --- keys -------------------------------------------------------------------------------------------------------

    def press(self, name: str) -> None:
        self._move(name, 0)

    def release(self, name: str) -> None:
        self._move(name, 1)

    def _move(self, name: str, level: int) -> None:
        bit = _KEYS.index(name)
        if self.bounce_ms:
            for k in range(1, _BOUNCES + 1):
                at_us = self._clock.now_us + self.bounce_ms * 1000 * k // _BOUNCES
                self._clock.at_us(at_us, lambda v=level ^ (k & 1) ^ (_BOUNCES & 1): self._set(bit, v))
        self._set(bit, level)

    def _set(self, bit: int, level: int) -> None:
        before = self._levels[0]
        after = before & ~(1 << bit) | level << bit
        self._levels[0] = after
        changed = (before ^ after) & self._registers[_GPINTEN]
        if changed and not self._registers[_INTF]:
            self._registers[_INTF] = changed
            self._registers[_INTCAP] = after
            self._int.value(0)

    # --- bus --------------------------------------------------------------------------------------------------------

    def read(self, register: int, n: int) -> bytes:
        out = bytearray()
        for r in range(register, register + n):
            if r in (_GPIO, _GPIO + 1):
                # Without its pull-up an open contact floats; it reads low here, the worse of the two.
                pulled = self._registers[_GPPU + r - _GPIO]
                out.append(self._levels[r - _GPIO] & pulled)
            else:
                out.append(self._registers[r])
            if r in (_GPIO, _INTCAP):
                self._registers[_INTF] = 0
                self._int.value(1)
        return bytes(out)

    def write(self, register: int, data: bytes) -> None:
        for value in data:
            if register == 0x0A:
                register = 0x0B  # IOCON has two addresses
                self._registers[0x0A] = value
            self._registers[register] = value
            register += 1
