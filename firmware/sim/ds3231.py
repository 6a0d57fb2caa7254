"""A DS3231 as its registers show it, counting on the simulated clock.

Knobs: `absent`; `lost_power()` sets OSF and starts from the year 2000; `drift_ppm` lets it run fast or slow. A flag in
the status register can be cleared over the bus but not set; the century bit comes up when 2099 ends.
"""

from sitter import utc

_STATUS = 0x0F
_OSF = 0x80


class FakeDs3231:
    def __init__(self, clock, start_utc_s: int) -> None:
        self._clock = clock
        self.absent = False
        self.drift_ppm = 0
        self._set(start_utc_s, 0)
        self._registers = bytearray(0x13)
        self._registers[0x0E] = 0x1C

    def _set(self, utc_s: int, at_us: int) -> None:
        self._base_utc_s, self._base_us = utc_s, at_us

    def kept(self) -> list:
        """What its own battery keeps while the unit is off."""
        return [self._base_utc_s, self._base_us, self._registers[_STATUS] & _OSF]

    def take_up(self, kept: list) -> None:
        self._set(kept[0], kept[1])
        self._registers[_STATUS] |= kept[2]

    def lost_power(self) -> None:
        self._registers[_STATUS] |= _OSF
        self._set(utc.to_seconds(2000, 1, 1, 0, 0, 0), self._clock.now_us)

    def utc_s(self) -> int:
        passed_us = self._clock.now_us - self._base_us
        return self._base_utc_s + (passed_us + passed_us * self.drift_ppm // 1000000) // 1000000

    def _latch(self) -> None:
        utc_s = self.utc_s()
        year, month, day, hour, minute, second = utc.from_seconds(utc_s)
        weekday = (utc_s // 86400 + 3) % 7 + 1
        for i, v in enumerate((second, minute, hour, weekday, day, month, year % 100)):
            self._registers[i] = v // 10 << 4 | v % 10
        if year > 2099:
            self._registers[5] |= 0x80

    def read(self, register: int, n: int) -> bytes:
        self._latch()
        return bytes(self._registers[register : register + n])

    def write(self, register: int, data: bytes) -> None:
        self._latch()
        flags = self._registers[_STATUS] & _OSF
        self._registers[register : register + len(data)] = data
        self._registers[_STATUS] &= flags | 0x7F
        if register < 7:
            v = [(b >> 4) * 10 + (b & 15) for b in self._registers[:7]]
            self._set(utc.to_seconds(2000 + v[6], v[5], v[4], v[2], v[1], v[0]), self._clock.now_us)
