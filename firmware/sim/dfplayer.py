"""A DFPlayer Mini with a card: frames in and out, tracks that end, BUSY low while one plays.

Knobs: `absent`; `no_card`; `silent_clone` (never answers, only plays); `wrong_checksum` (in everything it says);
`lag` (ms by which BUSY follows); `deaf` (plays on, hears nothing); `lose_power()` (starts anew, silent and loud).
Every finish is said twice, 200 ms apart, and a reset begins with a stray 0xFF.
`other_card()` puts another one in: it has a file more. Folders 1 to 5 have three tracks of four to six minutes, or what
`folders` says, seconds by folder; `extra` files lie in no folder that is played. `trace` keeps [at_ms, what, value] of
every change.
"""

_READY_US = 1500000
_FOLDERS = {1: (240, 300, 360), 2: (240, 300, 360), 3: (240, 300, 360), 4: (240, 300, 360), 5: (240, 300, 360)}
EXTRA = 27


class FakeDfPlayer:
    def __init__(self, clock, uart, busy_pin) -> None:
        self._clock = clock
        self._uart = uart
        self._busy = busy_pin
        self._absent = False
        self.no_card = self.silent_clone = self.wrong_checksum = self.deaf = False
        self.lag = 200
        self.folders = _FOLDERS
        self.extra = EXTRA
        self.volume = 25
        self.playing = None  # (folder, track)
        self.trace = []
        self._serial = 0
        self._ready_us = 0
        uart.on_receive = self._receive

    def hold(self, catalogue: dict) -> None:
        """Have the card of this catalogue in it: seconds as two bytes a track in hexadecimal, by folder."""
        self.folders = {}
        for name, seconds in catalogue["folders"].items():
            count = len(seconds) // 4
            self.folders[int(name)] = tuple(int(seconds[4 * k : 4 * k + 4], 16) & 0x0FFF for k in range(count))
        self.extra = catalogue["files"] - sum(len(tracks) for tracks in self.folders.values())

    @property
    def absent(self) -> bool:
        return self._absent

    @absent.setter
    def absent(self, absent: bool) -> None:
        """Unplugged, BUSY is pulled up and nothing plays; plugged in again, the player starts anew."""
        self._absent = absent
        self.lose_power()

    def other_card(self) -> None:
        self.extra += 1
        self._stop()
        self._say(0x3B, 2)
        self._later(500000, lambda: self._say(0x3A, 2))

    def lose_power(self) -> None:
        self.volume = 30
        self._reset()

    def _receive(self, data: bytes) -> None:
        if self._absent or self.deaf or len(data) != 10 or data[0] != 0x7E or self._clock.now_us < self._ready_us:
            return
        if (sum(data[1:7]) + (data[7] << 8 | data[8])) & 0xFFFF:
            self._say(0x40, 4)
            return
        self._obey(data[3], data[5] << 8 | data[6])

    def _obey(self, command: int, parameter: int) -> None:
        if command == 0x0C:
            self._reset()
        elif command == 0x06:
            self.volume = min(30, parameter)
            self._note("volume", self.volume)
        elif command == 0x0F:
            self._play(parameter >> 8, parameter & 0xFF)
        elif command == 0x16:
            self._stop()
        elif command == 0x43:
            self._say(0x43, self.volume)
        elif command == 0x48 and not self.no_card:
            self._say(0x48, sum([len(self.folders[folder]) for folder in self.folders]) + self.extra)

    def _reset(self) -> None:
        self._stop()
        self._ready_us = self._clock.now_us + _READY_US
        if not self.silent_clone:
            self._clock.at_us(self._ready_us, lambda: self._uart.send(b"\xff"))
            self._clock.at_us(self._ready_us + 1000, lambda: self._say(0x3F, 0 if self.no_card else 2))

    def _play(self, folder: int, track: int) -> None:
        if self.no_card:
            self._say(0x40, 1)
        elif not 1 <= track <= len(self.folders.get(folder, ())):
            self._say(0x40, 6)
        else:
            self.playing = (folder, track)
            self._note("play", folder * 256 + track)
            self._serial += 1
            serial = self._serial
            self._later(self.lag * 1000, lambda: self._busy.value(0))
            self._later(self.folders[folder][track - 1] * 1000000, lambda: self._end(serial))

    def _later(self, us: int, action) -> None:
        self._clock.at_us(self._clock.now_us + us, action)

    def _end(self, serial: int) -> None:
        if serial == self._serial and self.playing:
            number = self.playing[0] * 100 + self.playing[1]  # by no order that anybody could rely on
            self._stop()
            self._say(0x3D, number)
            self._later(200000, lambda: self._say(0x3D, number))

    def _stop(self) -> None:
        if self.playing:
            self._note("stop", 0)
        self.playing = None
        self._serial += 1
        serial = self._serial
        self._later(self.lag * 1000, lambda: self._busy.value(1) if serial == self._serial else None)

    def _say(self, command: int, parameter: int) -> None:
        if self._absent or self.silent_clone:
            return
        body = bytes((0xFF, 6, command, 0, parameter >> 8, parameter & 0xFF))
        check = (-sum(body) + (1 if self.wrong_checksum else 0)) & 0xFFFF
        self._uart.send(b"\x7e" + body + bytes((check >> 8, check & 0xFF, 0xEF)))

    def _note(self, what: str, value: int) -> None:
        self.trace.append((self._clock.now_ms(), what, value))
