from sitter import utc


def test_known_moments():
    assert utc.to_seconds(2000, 1, 1, 0, 0, 0) == 946684800
    assert utc.to_seconds(2026, 5, 4, 9, 0, 0) == 1777885200
    assert utc.iso(1777885200) == "2026-05-04T09:00:00Z"


def days(year, count, apart):
    """So many days from the first of a year on: each one comes back, and later than the one before."""
    day = utc.to_seconds(year, 1, 1, 12, 34, 56)
    last = None
    for _ in range(count):
        date = utc.from_seconds(day)
        assert utc.to_seconds(*date) == day
        assert last is None or date > last
        last = date
        day += 86400 * apart
    return last[:3]


def test_every_day_of_some_years_and_every_week_of_a_century_comes_back():
    assert days(2023, 1826, 1) == (2027, 12, 31)
    assert days(2000, 5218, 7) == (2099, 12, 26)


def test_leap_days_exist():
    assert utc.from_seconds(utc.to_seconds(2024, 2, 29, 0, 0, 0))[:3] == (2024, 2, 29)
    assert utc.from_seconds(utc.to_seconds(2026, 2, 28, 0, 0, 0) + 86400)[:3] == (2026, 3, 1)
