"""A cuff module that talks ASCII, with a cuff on an arm (cuff.py, with its knobs). drivers/nibp_ascii_frames.py tells
what is known of such modules; where nothing is known this one does what would hurt most.

While it pumps it tells the pressure five times a second, at the end 999. Its last result stands until the next one,
also while it measures, and is told to whoever asks; before the first it is dashes. It answers nothing else. A frame
that comes within 40 ms of the one before is lost, and so is a stop in the first 300 ms of a cycle.

Knobs: `absent`; `slow_ms` delays answers; `garble_every` damages every n-th frame; `false_end_every`: every n-th
pressure is told as 999; `loses_end`; `wrong_sum`: its results' sums go over STX as well; `mean_second`: its numbers are
in that order; `neonate`: it was left in that mode, and `deaf_to_adult`: it stays there; `boots_in_mid`: after eight
seconds; `ends_at_once`: a start, and it says 999 without having pumped; `pauses_s`: from twelve seconds into a cycle on
it tells no pressure, and no end, for so long; `late_s`: a new result stands so long behind its end; `deaf_to_stop`;
`pumps_by_itself` is pressed at the module: a cycle that nobody asked for.
"""

from sim.cuff import Cuff

_TURN_US, _TELLS_US = 8000, 200000
_DEAF_US, _DEAF_AT_FIRST_US = 40000, 300000
_BOOT_US, _PAUSE_US = 8000000, 12000000
_DASHES = ("---", "---", "---", "---")
# What it says of errors, by the codes of the other module.
_MESSAGES = {0x57: 7, 1: 9, 2: 11, 3: 10, 89: 12, 97: 15}
_FIRST = {19: 100, 20: 120, 21: 140, 22: 160, 23: 180, 33: 200, 34: 220, 35: 240}


class FakeNibpAscii(Cuff):
    def __init__(self, clock, uart, pressures) -> None:
        super().__init__(clock, pressures)
        self._uart = uart
        self.absent = self.loses_end = self.wrong_sum = self.mean_second = self.neonate = self.deaf_to_adult = False
        self.boots_in_mid = self.ends_at_once = self.deaf_to_stop = False
        self.garble_every = self.false_end_every = self.slow_ms = self.pauses_s = self.late_s = 0
        self._frames = self._told = self._pause_us = 0
        self._received_us = -_DEAF_US
        self._status, self._message, self._numbers = 0, 0, _DASHES
        uart.part_baud = 4800
        uart.on_receive = self._receive

    # --- a cycle ------------------------------------------------------------------------------------------------------

    @property
    def pumps_by_itself(self) -> bool:
        return self._began_us is not None

    @pumps_by_itself.setter
    def pumps_by_itself(self, pressed: bool) -> None:
        if pressed and self._began_us is None:
            self._begin()

    def _begin(self) -> None:
        if self.ends_at_once:
            self._say(b"999C0S3", b"\r")
            return
        self._start()
        self._pause_us = self._clock.now_us + _PAUSE_US
        serial = self._serial
        self._clock.at_us(self._clock.now_us + _TELLS_US, lambda: self._tell(serial))
        if self.boots_in_mid:
            self._clock.at_us(self._began_us + _BOOT_US, lambda: self._boot(serial))

    def _tell(self, serial: int) -> None:
        """The pressure, as long as this cycle runs, and where the air stays also behind it."""
        mmhg = self.cuff_pressure_mmhg()
        running = serial == self._serial and self._began_us is not None
        if not running and not (self._began_us is None and self.stays_mmhg and mmhg):
            return
        if not (self.stops_in_mid and running):
            self._told += 1
            is_false = self.false_end_every and self._told % self.false_end_every == 0
            self._stream(b"%03dC%dS3" % (999 if is_false else mmhg, 2 if self.neonate else 0))
        self._clock.at_us(self._clock.now_us + _TELLS_US, lambda: self._tell(serial))

    def _stream(self, text: bytes) -> None:
        if not 0 <= self._clock.now_us - self._pause_us < self.pauses_s * 1000000:
            self._say(text, b"\r")

    def _boot(self, serial: int) -> None:
        if serial == self._serial:
            self._dump()
            self._status, self._message, self._numbers = 0, 0, _DASHES
            self._say(b"000C0S5", b"\r")

    def _ended(self, pressures, error: int) -> None:
        serial = self._serial
        numbers = _DASHES if error else tuple("%03d" % value for value in pressures)
        stands = (2 if error else 1, _MESSAGES.get(error, error % 100), numbers)
        self._clock.at_us(self._clock.now_us + self.late_s * 1000000, lambda: self._stand(serial, stands))
        if not self.loses_end:
            self._stream(b"999C0S3")

    def _stand(self, serial: int, stands: tuple) -> None:
        if serial == self._serial:
            self._status, self._message, self._numbers = stands

    # --- the line -----------------------------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        early = self._clock.now_us - self._received_us < _DEAF_US
        self._received_us = self._clock.now_us
        if early or self.absent or (self.stops_in_mid and self._began_us is not None):
            return
        if data == b"\x02X\x03":
            self._order_stop()
        elif len(data) == 8 and data[0] == 2 and data[7] == 3 and data[5:7] == b"%02X" % (sum(data[1:5]) & 0xFF):
            self._order(int(data[1:3]))

    def _order_stop(self) -> None:
        young = self._began_us is not None and self._clock.now_us - self._began_us < _DEAF_AT_FIRST_US
        if self._began_us is not None and not young and not self.deaf_to_stop:
            self._status, self._message, self._numbers = 2, 5, _DASHES
            self._dump()

    def _order(self, number: int) -> None:
        if number == 18:
            self._say(self._result(), b"")
        elif number == 1 and self._began_us is None:
            self._begin()
        elif number == 24 and not self.deaf_to_adult:
            self.neonate = False
        elif number in _FIRST and self._began_us is None:
            self.first_mmhg = _FIRST[number]

    def _result(self) -> bytes:
        systolic, diastolic, mean, pulse = self._numbers
        second, third = (mean, diastolic) if self.mean_second else (diastolic, mean)
        text = "S%d;A0;C03;M%02d;P%s%s%s;R%s;T0000;;" % (
            self._status, self._message, systolic, second, third, pulse)  # fmt: skip
        return text.encode() + b"%02X" % (sum(text.encode()) + (2 if self.wrong_sum else 0) & 0xFF)

    def _say(self, text: bytes, behind: bytes) -> None:
        self._frames += 1
        if self.garble_every and self._frames % self.garble_every == 0:
            at = self._frames * 7 % len(text)
            text = text[:at] + bytes((text[at] ^ 1,)) + text[at + 1 :]
        at_us = self._clock.now_us + _TURN_US + self.slow_ms * 1000
        frame = b"\x02" + text + b"\x03" + behind
        self._clock.at_us(at_us, lambda: None if self.absent else self._uart.send(frame))
