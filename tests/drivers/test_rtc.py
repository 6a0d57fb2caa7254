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


def test_a_clock_that_had_stopped_is_not_trusted_until_it_is_set():
    stand = Stand()
    stand.part.lost_power()
    assert stand.rtc.read()[1] is False
    assert stand.rtc.fault == "not set"
    stand.rtc.set(START)
    seconds, trusted = stand.rtc.read()
    assert (seconds, trusted) == (START, True)


def test_a_register_that_is_no_date_is_not_trusted():
    class Nonsense:
        def read(self, register, n):
            return bytes((0x5A,)) * n if register == 0 else b"\0"

    stand = Stand()
    stand.bus.attach(0x68, Nonsense())
    assert stand.rtc.read() == (0, False)


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
