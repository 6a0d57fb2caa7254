"""A SunTech Advantage module: real frames, real time, and a cuff on an arm (cuff.py, with its knobs).

Knobs: `absent`; `garble_every` damages every n-th frame; `slow_ms` delays answers; `swapped_result` gives diastolic for
systolic; `reads_off_mmhg`: of any pressure that it tells; `first_says`: its acknowledgements, one letter each, when it
is told how far to inflate at first: `OK` if it is well, `K`, `N` where it does not know the command, or none;
`first_slow_ms`: they come so much later, and those to other frames do not; `no_valves`: it does not know the command,
`valve_sticks`: it says that it opens them, and nothing moves.

A frame that comes within 90 ms of the one before is lost, and an abort within 500 ms of a first inflation is not
answered. An abort ends a cycle and leaves valves that were closed without one as they are; the real module may be
kinder.
"""

from sim.cuff import Cuff

_TURN_US = 8000  # how long the module thinks before it answers
_DEAF_US = 90000
_FIRST_MUTE_US = 500000


class FakeNibp(Cuff):
    def __init__(self, clock, uart, pressures) -> None:
        super().__init__(clock, pressures)
        self._uart = uart
        self.absent = self.swapped_result = False
        self.garble_every = self.slow_ms = self.reads_off_mmhg = 0
        self.no_valves = self.valve_sticks = False
        self.first_says, self.first_slow_ms = "OK", 0
        self._first_us = -_FIRST_MUTE_US  # when it was told
        self._frames = 0
        self._received_us = -_DEAF_US
        self._result = self._result_frame((0, 0, 0, 0), 0x56)
        uart.on_receive = self._receive

    def _ended(self, pressures, error: int) -> None:
        self._result = self._result_frame(pressures, error)
        self._answer(b"K")

    # --- the line -----------------------------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        early = self._clock.now_us - self._received_us < _DEAF_US
        self._received_us = self._clock.now_us
        if early or self.absent or (self.stops_in_mid and self._began_us is not None):
            return
        if sum(data) & 0xFF or data[:1] != b"\x3a":
            self._answer(b"E")
        elif data[1:2] == b"\x20":
            self._order_start()
        elif data[1:4] == b"\x79\x01\x00":
            running = self._began_us is not None
            if not self._closed:  # it ends a cycle; valves that were closed without one stay as they are
                self._dump()
            if self._clock.now_us - self._first_us >= _FIRST_MUTE_US:
                self._answer(b"A" if running else b"K")
        elif data[1:4] == b"\x79\x05\x00":
            pressure = self.cuff_pressure_mmhg()
            pressure += self.reads_off_mmhg if pressure else 0
            self._answer(bytes((pressure & 0xFF, pressure >> 8 & 0xFF)))
        elif data[1:4] == b"\x79\x03\x00":
            self._answer(self._result)
        elif data[1:2] == b"\x17":
            self._order_first(data[2] | data[3] << 8)
        elif data[1:3] == b"\x0c\x00" and not self.no_valves:
            self._order_valves(data[3:5])
        else:
            self._answer(b"N")

    def _order_valves(self, closed: bytes) -> None:
        if self._began_us is not None:
            self._answer(b"B")
            return
        self._answer(b"O")
        if closed == b"\x01\x01":
            self._close()
        elif self._closed and not self.valve_sticks:
            self._dump()
        self._answer(b"K")

    def _order_first(self, mmhg: int) -> None:
        self._first_us = self._clock.now_us
        if "N" not in self.first_says:
            self.first_mmhg = mmhg
        at_us = self._first_us + self.first_slow_ms * 1000
        for letter in self.first_says:
            self._clock.at_us(at_us, lambda letter=letter: self._answer(letter.encode()))

    def _order_start(self) -> None:
        if self._began_us is not None:
            self._answer(b"B")
        else:
            self._start()
            self._answer(b"O")

    def _answer(self, data: bytes) -> None:
        frame = bytes((0x3E, len(data) + 3)) + data
        frame += bytes((-sum(frame) & 0xFF,))
        self._frames += 1
        if self.garble_every and self._frames % self.garble_every == 0:
            frame = frame[:-2] + bytes((frame[-2] ^ 0x10,)) + frame[-1:]
        at_us = self._clock.now_us + _TURN_US + self.slow_ms * 1000
        self._clock.at_us(at_us, lambda: None if self.absent else self._uart.send(frame))

    def _result_frame(self, pressures, error: int) -> bytes:
        systolic, diastolic, mean, pulse = pressures
        if error:
            systolic = diastolic = mean = pulse = 0
        elif self.swapped_result:
            systolic, diastolic = diastolic, systolic
        out = bytearray(21)
        out[0:2], out[2:4] = _le16(systolic), _le16(diastolic)
        out[4], out[5] = 30, 1
        out[14] = pulse
        out[16:18] = _le16(mean)
        out[18] = error
        return bytes(out)


def _le16(value: int) -> bytes:
    return bytes((value & 0xFF, value >> 8))
