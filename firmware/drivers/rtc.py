"""DS3231 clock: UTC in whole seconds, and whether it may be trusted.

The part says in OSF that its oscillator has stopped at some time, after a flat battery for example; a time with that
bit, or one that is no date at all, is not to be trusted.
"""

from sitter import utc

ADDRESS = 0x68
_TIME, _CONTROL, _STATUS = 0x00, 0x0E, 0x0F
_OSF = 0x80


class Ds3231:
    """`fault` is None, "absent" or "not set"."""

    def __init__(self, i2c) -> None:
        self._i2c = i2c
        self.fault: str | None = None

    def read(self) -> tuple[int, bool]:
        """(seconds since 1970, trusted); (0, False) when the part does not answer or has no date."""
        try:
            stopped = self._i2c.readfrom_mem(ADDRESS, _STATUS, 1)[0] & _OSF
            raw = self._i2c.readfrom_mem(ADDRESS, _TIME, 7)
        except OSError:
            self.fault = "absent"
            return 0, False
        utc_s = _decode(raw)
        trusted = utc_s is not None and not stopped
        self.fault = None if trusted else "not set"
        return utc_s or 0, trusted

    def set(self, utc_s: int) -> None:
        """Set date and time and clear OSF. Raises OSError when the part does not answer."""
        year, month, day, hour, minute, second = utc.from_seconds(utc_s)
        values = (second, minute, hour, 1, day, month, year - 2000)
        self._i2c.writeto_mem(ADDRESS, _TIME, bytes(v // 10 << 4 | v % 10 for v in values))
        # Oscillator on, on battery too, no square wave; and in the status all flags down.
        self._i2c.writeto_mem(ADDRESS, _CONTROL, b"\x04\x00")


def _decode(raw: bytes) -> int | None:
    """Registers 0 to 6 as seconds since 1970; None if they hold no date of this century."""
    second, minute, hour = _bcd(raw[0]), _bcd(raw[1]), _bcd(raw[2])
    day, month, year = _bcd(raw[4]), _bcd(raw[5]), _bcd(raw[6])
    # Hours of twelve-hour mode and months with the century bit, neither of which we set, are out of range too.
    if second > 59 or minute > 59 or hour > 23 or not 1 <= month <= 12 or not 1 <= day <= 31 or year > 99:
        return None
    utc_s = utc.to_seconds(2000 + year, month, day, hour, minute, second)
    return utc_s if utc.from_seconds(utc_s)[2] == day else None  # not every month has 31


def _bcd(value: int) -> int:
    """A BCD byte as a number; 255 if it is none."""
    high, low = value >> 4, value & 15
    return high * 10 + low if high < 10 and low < 10 else 255
