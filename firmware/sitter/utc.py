"""Civil dates and seconds since 1970, in whole numbers, valid from 2000 to 2099.

MicroPython counts from 2000 on the ESP32 and from 1970 elsewhere; here nobody asks it. Days are counted with the year
beginning in March, so that the leap day is the last of its year.
"""

_DAYS_TO_2000 = 10957  # from 1970-01-01
_DAYS_TO_MARCH_2000 = _DAYS_TO_2000 + 60
EARLIEST_S, LATEST_S = 946684800, 4102444799  # the first and the last second of 2000 to 2099


def to_seconds(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    if month < 3:
        year, month = year - 1, month + 12
    years = year - 2000
    days = years * 365 + years // 4 + (153 * (month - 3) + 2) // 5 + day - 1
    return ((_DAYS_TO_MARCH_2000 + days) * 24 + hour) * 3600 + minute * 60 + second


def from_seconds(utc_s: int) -> tuple[int, int, int, int, int, int]:
    """(year, month, day, hour, minute, second)."""
    days, rest = divmod(utc_s, 86400)
    days -= _DAYS_TO_MARCH_2000
    cycle, day_of_cycle = divmod(days, 1461)
    year_of_cycle = min(3, day_of_cycle // 365)
    day = day_of_cycle - 365 * year_of_cycle
    month = (5 * day + 2) // 153
    day += 1 - (153 * month + 2) // 5
    year = 2000 + 4 * cycle + year_of_cycle + month // 10
    return year, month + 3 if month < 10 else month - 9, day, rest // 3600, rest // 60 % 60, rest % 60


def iso(utc_s: int) -> str:
    """`2026-05-04T09:00:00Z`."""
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % from_seconds(utc_s)


# --- days as whole numbers, 20260504 ----------------------------------------------------------------------------------


def day(utc_s: int) -> int:
    year, month, day = from_seconds(utc_s)[:3]
    return year * 10000 + month * 100 + day


def day_text(day: int) -> str:
    """`2026-05-04`."""
    return "%04d-%02d-%02d" % (day // 10000, day // 100 % 100, day % 100)


def day_number(day: int) -> int:
    """Counted from 1970, to reckon with."""
    return to_seconds(day // 10000, day // 100 % 100, day % 100, 0, 0, 0) // 86400


def is_day(value) -> bool:
    """Whether this is a whole number that is a day of 2000 to 2099."""
    if type(value) is not int or not 20000101 <= value <= 20991231:
        return False
    seconds = day_number(value) * 86400
    return EARLIEST_S <= seconds <= LATEST_S and day(seconds) == value
