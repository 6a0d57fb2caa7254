"""A SunTech Advantage module with a cuff on an arm: real frames, real time, pressure that goes up and comes down. Or,
for a service, with a rigid vessel, a T-piece, and somebody at a hand bulb.

A cycle inflates to 30 mmHg above the systolic pressure (or 160) in about six seconds, or to what it was told to inflate
to first; where that is less than 20 above the systolic pressure it notices in three seconds and pumps on to 30 above.
It bleeds down in steps to below the diastolic one, empties the cuff, and says `K`. `pressures(now_us)` gives (systolic,
diastolic, mean, pulse) of the arm.

Knobs: `absent`; `leak` (error 0x57 after 20 s), `weak_signal` (1), `motion` (2), `error_code` (any); `garble_every`
damages every n-th frame; `slow_ms` delays answers; `swapped_result` gives diastolic for systolic; `stops_in_mid`:
falls silent with pressure in the cuff; `stays_mmhg`: no air goes below that pressure, as with a valve or a hose that
sticks, until it is 0 again; `first_says`: its acknowledgements, one letter each, when it is told how far to inflate at
first: `OK` if it is well, `K`, `N` where it does not know the command, or none; `first_slow_ms`: they come so much
later, and those to other frames do not. Its own protection empties the cuff after 180 s whatever the host does. A frame
that comes within 90 ms of the one before is lost, and an abort within 500 ms of a first inflation is not answered.

While no cycle runs its valves stand open, until it is told to close them. Setting `bulb_mmhg` begins to pump by hand,
up to that pressure, `bulb_mmhg_s` fast; with open valves the air just escapes. `pumps` has a list for each time that
the valves will be closed: the pressures to which somebody then pumps, 2 s apart. Knobs: `leaks_mmhg_min` of what the
valves hold, `reads_off_mmhg` of any pressure that it tells, `vents_at_mmhg` (0 for a protection that does not),
`no_valves`: it does not know the command, `valve_sticks`: it says that it opens them, and nothing moves. An abort ends
a cycle and leaves valves that were closed without one as they are; the real module may be kinder.
"""

_UP_MMHG_S, _DOWN_MMHG_S, _DUMP_MMHG_S = 28, 4, 200
_NEXT_US = 2000000
_LIMIT_US = 180000000
_LEAK_US = 20000000
_TURN_US = 8000  # how long the module thinks before it answers
_DEAF_US = 90000
_FIRST_MUTE_US = 500000
_AGAIN_US = 3000000


class FakeNibp:
    def __init__(self, clock, uart, pressures) -> None:
        self._clock = clock
        self._uart = uart
        self._pressures = pressures
        self.absent = self.leak = self.weak_signal = self.motion = self.swapped_result = self.stops_in_mid = False
        self.error_code = self.garble_every = self.slow_ms = 0
        self.leaks_mmhg_min = self.reads_off_mmhg = self.stays_mmhg = 0
        self.vents_at_mmhg, self.bulb_mmhg_s = 300, 40
        self.pumps: list[list[int]] = []
        self.no_valves = self.valve_sticks = False
        self.first_says, self.first_slow_ms = "OK", 0
        self.first_mmhg = 0  # for the next cycle; 0 where it was told none
        self.peaks_mmhg: list[int] = []  # to which it has inflated at first, by cycle
        self._first_us = -_FIRST_MUTE_US  # when it was told
        self._pause_mmhg = 0  # where it notices that this is not enough
        self._closed = False  # its valves, without a cycle
        self._pumped = (0, 0, 0)  # by hand: from which pressure, to which, since when
        self.cycles = 0
        self._frames = 0
        self._received_us = -_DEAF_US
        self._serial = 0  # of the running cycle; actions of an ended one are ignored
        self._began_us = None
        self._top_mmhg = 0
        self._bleed_us = 0  # when bleeding began
        self._dump_us = None
        self._dump_from = 0
        self._result = self._result_frame((0, 0, 0, 0), 0x56)
        uart.on_receive = self._receive

    # --- the cuff ---------------------------------------------------------------------------------------------------

    def cuff_pressure_mmhg(self) -> int:
        now_us = self._clock.now_us
        if self._dump_us is not None:
            left = max(0, self._dump_from - (now_us - self._dump_us) * _DUMP_MMHG_S // 1000000)
            return max(left, min(self.stays_mmhg, self._dump_from))
        if self._closed:
            return self._by_hand(now_us)
        if self._began_us is None:
            return 0
        up = self._pumped_up(now_us - self._began_us)
        if up < self._top_mmhg:
            return min(up, 40) if self.leak else up
        if self.leak:
            return 40
        return max(0, self._top_mmhg - (now_us - self._bleed_us) * _DOWN_MMHG_S // 1000000)

    def _pumped_up(self, us: int) -> int:
        up = us * _UP_MMHG_S // 1000000
        if not self._pause_mmhg or up < self._pause_mmhg:
            return up
        return max(self._pause_mmhg, up - _AGAIN_US * _UP_MMHG_S // 1000000)

    def _by_hand(self, now_us: int) -> int:
        start, top, since_us = self._pumped
        up_us = max(0, top - start) * 1000000 // self.bulb_mmhg_s
        if now_us - since_us < up_us:
            return start + (now_us - since_us) * self.bulb_mmhg_s // 1000000
        return max(0, top - (now_us - since_us - up_us) * self.leaks_mmhg_min // 60000000)

    @property
    def bulb_mmhg(self) -> int:
        return self._pumped[1]

    @bulb_mmhg.setter
    def bulb_mmhg(self, top: int) -> None:
        self._pump(top)

    def _pump(self, top: int) -> None:
        now_us = self._clock.now_us
        if not self._closed:
            return
        start = self._by_hand(now_us)
        self._pumped = (start, top, now_us)
        self._serial += 1
        if 0 < self.vents_at_mmhg <= top:
            serial = self._serial
            at_us = now_us + max(0, self.vents_at_mmhg - start) * 1000000 // self.bulb_mmhg_s
            self._clock.at_us(at_us, lambda: self._protect(serial))

    def _close(self) -> None:
        if not self._closed:
            self._serial += 1
            left = self.cuff_pressure_mmhg()
            self._pumped = (left, left, self._clock.now_us)
            self._dump_us = None
            self._closed = True
            for k, top in enumerate(self.pumps.pop(0) if self.pumps else ()):
                at_us = self._clock.now_us + k * _NEXT_US
                self._clock.at_us(at_us, lambda top=top: self._pump(top))

    def _dump(self) -> None:
        self._dump_from = self.cuff_pressure_mmhg()
        self._dump_us = self._clock.now_us
        self._closed = False
        self._began_us = None
        self._serial += 1

    def _start(self) -> None:
        systolic, diastolic, _, _ = self._pressures(self._clock.now_us)
        self.cycles += 1
        self._serial += 1
        self._dump_us = None
        self._closed = False
        self._began_us = self._clock.now_us
        self._inflate_to(systolic)
        self._bleed_us = self._began_us + self._top_mmhg * 1000000 // _UP_MMHG_S
        self._bleed_us += _AGAIN_US if self._pause_mmhg else 0
        end_us = self._bleed_us + (self._top_mmhg - diastolic + 15) * 1000000 // _DOWN_MMHG_S
        if self.leak:
            end_us = self._began_us + _LEAK_US
        serial = self._serial
        self._clock.at_us(end_us, lambda: self._finish(serial))
        self._clock.at_us(self._began_us + _LIMIT_US, lambda: self._protect(serial))

    def _inflate_to(self, systolic: int) -> None:
        first, self.first_mmhg = self.first_mmhg, 0
        self._top_mmhg = first or max(160, systolic + 30)
        self._pause_mmhg = 0
        self.peaks_mmhg.append(self._top_mmhg)
        if self._top_mmhg < systolic + 20:
            self._pause_mmhg, self._top_mmhg = self._top_mmhg, systolic + 30

    def _finish(self, serial: int) -> None:
        if serial != self._serial or self.stops_in_mid:
            return
        error = 0x57 if self.leak else 1 if self.weak_signal else 2 if self.motion else self.error_code
        self._result = self._result_frame(self._pressures(self._clock.now_us), error)
        self._dump()
        self._answer(b"K")

    def _protect(self, serial: int) -> None:
        if serial == self._serial:
            self._dump()

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
