from both import raises
from drivers.rtc import Ds3231
from sim.clock import Clock
from sim.ds3231 import FakeDs3231
from sim.i2c import FakeI2C
from sitter import utc

START = utc.to_seconds(2026, 2, 28, 23, 59, 50)


class Stand:
    def __init__(self, start=START):
        self.clock = Clock()
        self.part = FakeDs3231(self.clock, start)
        self.bus = FakeI2C(self.clock)
        self.bus.attach(0x68, self.part)
        self.rtc = Ds3231(self.bus)


def test_the_time_counts_through_the_end_of_a_month():
    stand = Stand()
    stand.clock.charge_us(15_000_000)
    seconds, trusted = stand.rtc.read()
    assert seconds == START + 15
    assert utc.iso(seconds) == "2026-03-01T00:00:05Z"
    assert trusted


def test_a_clock_that_had_stopped_is_not_trusted_until_it_is_set():  # REQ-091
    stand = Stand()
    stand.part.lost_power()
    assert stand.rtc.read()[1] is False
    assert stand.rtc.fault == "not set"
    stand.rtc.set(START)
    seconds, trusted = stand.rtc.read()
    assert (seconds, trusted) == (START, True)


def test_registers_that_are_no_date_are_not_trusted():
    good = (0x50, 0x59, 0x23, 1, 0x28, 0x02, 0x26)
    for place, value in (
        (0, 0x5A), (0, 0x60), (1, 0x60), (2, 0x24), (2, 0x52), (4, 0x00), (4, 0x29), (4, 0x32), (5, 0x00), (5, 0x13),
        (5, 0x82), (6, 0xA0),
    ):  # fmt: skip
        raw = list(good)
        raw[place] = value

        class Registers:
            def read(self, register, n, raw=raw):
                return bytes(raw) if register == 0 else b"\0"

        stand = Stand()
        stand.bus.attach(0x68, Registers())
        assert stand.rtc.read() == (0, False), (place, value)
        assert stand.rtc.fault == "not set"


def test_the_end_of_its_century_is_not_taken_for_the_year_2000():
    stand = Stand(utc.to_seconds(2099, 12, 31, 23, 59, 59))
    assert stand.rtc.read()[1]
    stand.clock.charge_us(2_000_000)
    assert stand.rtc.read() == (0, False)


def test_drift_shows_after_a_while():
    stand = Stand()
    stand.part.drift_ppm = 20
    stand.clock.charge_us(100_000_000_000)
    assert stand.rtc.read() == (START + 100_002, True)


def test_setting_needs_a_part_that_answers():
    stand = Stand()
    stand.part.absent = True
    raises(OSError, stand.rtc.set, START)


def test_a_bare_read_goes_on_where_the_last_write_pointed():
    stand = Stand()
    assert stand.bus.writeto(0x68, b"\x04") == 1
    assert stand.bus.readfrom(0x68, 3) == b"\x28\x02\x26"
    assert stand.bus.scan() == [0x68]


def test_an_absent_clock_is_not_trusted():
    stand = Stand()
    stand.part.absent = True
    assert stand.rtc.read() == (0, False)
    assert stand.rtc.fault == "absent"


def test_a_stuck_bus_costs_no_more_than_fifty_milliseconds_a_transfer():
    stand = Stand()
    stand.bus.stuck = True
    before = stand.clock.now_ms()
    stand.rtc.read()
    assert stand.clock.now_ms() - before <= 50
