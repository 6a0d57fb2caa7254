"""An MCP23017 (BANK=0) with the keys and the call input on it: interrupt on change, latched until the port is read.

The five keys are A0 to A4, closed when pressed; the patient's call button is B0, open when pressed, or cut. A port's
interrupt ends when its GPIO or INTCAP is read; with MIRROR set the one line to the ESP32 follows both ports, without it
port A alone. Comparing with DEFVAL is not modelled.
Knobs: `absent`; `bounce_ms`, for how long a contact chatters at each press and release; `reset()`, the part loses its
settings as after a dip in its supply: no key interrupts any more, and every open contact reads as pressed.
"""

_INPUTS = {"SILENCE": 0, "STOP": 1, "BP": 2, "NEXT": 3, "MARK": 4, "CALL": 8}
_IODIR, _GPINTEN, _IOCON, _GPPU, _INTF, _INTCAP, _GPIO = 0x00, 0x04, 0x0A, 0x0C, 0x0E, 0x10, 0x12
_LAST = 0x15
_MIRROR = 0x40
_BOUNCES = 5


class FakeMcp23017:
    def __init__(self, clock, int_pin) -> None:
        self._clock = clock
        self._int = int_pin
        self.absent = False
        self.bounce_ms = 0
        self._levels = [0xFF, 0xFE]  # pulled up where a contact is open: all but that of the patient's button
        self.reset()

    def reset(self) -> None:
        self._registers = bytearray(_LAST + 1)
        self._registers[_IODIR] = self._registers[_IODIR + 1] = 0xFF
        self._int.value(1)

    # --- keys -------------------------------------------------------------------------------------------------------

    def press(self, name: str) -> None:
        self._move(name, int(name == "CALL"))

    def release(self, name: str) -> None:
        self._move(name, int(name != "CALL"))

    def _move(self, name: str, level: int) -> None:
        port, bit = divmod(_INPUTS[name], 8)
        if self.bounce_ms:
            for k in range(1, _BOUNCES + 1):
                at_us = self._clock.now_us + self.bounce_ms * 1000 * k // _BOUNCES
                self._clock.at_us(at_us, lambda v=level ^ (k & 1) ^ (_BOUNCES & 1): self._set(port, bit, v))
        self._set(port, bit, level)

    def _set(self, port: int, bit: int, level: int) -> None:
        before = self._levels[port]
        after = before & ~(1 << bit) | level << bit
        self._levels[port] = after
        changed = (before ^ after) & self._registers[_GPINTEN + port]
        if changed and not self._registers[_INTF + port]:
            self._registers[_INTF + port] = changed
            self._registers[_INTCAP + port] = after
            self._drive_line()

    def _drive_line(self) -> None:
        registers = self._registers
        pending = registers[_INTF] or (registers[_IOCON] & _MIRROR and registers[_INTF + 1])
        self._int.value(0 if pending else 1)

    # --- bus --------------------------------------------------------------------------------------------------------

    def read(self, register: int, n: int) -> bytes:
        out = bytearray()
        for _ in range(n):
            port = register & 1
            if register in (_GPIO, _GPIO + 1):
                # Without its pull-up an open contact floats; it reads low here, the worse of the two.
                out.append(self._levels[port] & self._registers[_GPPU + port])
            else:
                out.append(self._registers[register])
            if _INTCAP <= register <= _GPIO + 1:
                self._registers[_INTF + port] = 0
                self._drive_line()
            register = register + 1 if register < _LAST else 0
        return bytes(out)

    def write(self, register: int, data: bytes) -> None:
        for value in data:
            if register in (_IOCON, _IOCON + 1):  # one register with two addresses
                self._registers[_IOCON] = self._registers[_IOCON + 1] = value
            elif not _INTF <= register <= _INTCAP + 1:  # those can't be written
                self._registers[register] = value
            register = register + 1 if register < _LAST else 0
