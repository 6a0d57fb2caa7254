from drivers.supply import ADDRESS, Max17048
from sim.clock import Clock
from sim.i2c import FakeI2C
from sim.max17048 import FakeMax17048


class Stand:
    def __init__(self):
        self.clock = Clock()
        self.bus = FakeI2C(self.clock, timeout_us=10000)
        self.part = FakeMax17048(self.clock)
        self.bus.attach(ADDRESS, self.part)
        self.gauge = Max17048(self.bus)

    def after(self, seconds):
        """What the gauge says in so many seconds, polled as the unit does."""
        said = self.gauge.poll()
        for _ in range(seconds * 1000 // self.gauge.poll_every_ms):
            self.clock.charge_us(self.gauge.poll_every_ms * 1000)
            said = self.gauge.poll()
        return said


class Word:
    """A part that answers every register with one word."""

    def __init__(self, word):
        self._word = word

    def read(self, register, n):
        return bytes((self._word >> 8, self._word & 0xFF))

    def write(self, register, data):
        pass


def test_a_plugged_unit_is_full_and_stays_so():
    assert Stand().after(600) == (100, False)


def test_an_unplugged_supply_is_known_within_a_minute():  # REQ-076
    stand = Stand()
    stand.after(60)
    stand.part.mains = False
    assert not stand.after(0).emptying
    assert stand.after(60).emptying
    assert stand.gauge.fault is None


def test_a_supply_that_is_back_is_known_within_two_minutes_though_the_cell_is_full():
    stand = Stand()
    stand.part.mains = False
    stand.after(300)
    stand.part.level_pct = 100
    stand.part.mains = True
    assert not stand.after(120).emptying


def test_the_level_falls_as_the_unit_draws_and_never_reads_above_full():
    stand = Stand()
    stand.part.level_pct = 50
    stand.part.mains = False
    assert stand.after(3600).level_pct == 41  # 8 % an hour, rounded down
    stand.bus.attach(ADDRESS, Word(0))
    high = Max17048(stand.bus)
    words = {0x08: b"\x00\x12", 0x02: b"\xd0\x00", 0x04: b"\x67\x10", 0x16: b"\x00\x00"}  # 103 %, after a charge
    high._i2c = type("Bus", (), {"readfrom_mem": lambda self, address, register, n: words[register]})()
    assert high.poll() == (100, False)


def test_a_slow_loss_while_plugged_in_is_no_emptying():
    stand = Stand()
    stand.part.drain_pct_h = 1
    stand.part.mains = False
    assert not stand.after(1200).emptying


def test_another_part_or_none_or_no_cell_says_nothing():
    for word in (0x0000, 0xFFFF, 0x0030):
        stand = Stand()
        stand.bus.attach(ADDRESS, Word(word))
        assert stand.gauge.poll() is None
        assert stand.gauge.fault == "absent"
    stand = Stand()
    stand.part.absent = True
    assert stand.gauge.poll() is None
    assert stand.gauge.fault == "absent"
    stand.part.absent = False
    stand.part.no_cell = True
    assert stand.gauge.poll() is None
    assert stand.gauge.fault == "no cell"
    stand.part.no_cell = False
    assert stand.gauge.poll() == (100, False)
    assert stand.gauge.fault is None


def test_a_stuck_bus_costs_one_transfer():
    stand = Stand()
    stand.bus.stuck = True
    begun_us = stand.clock.now_us
    assert stand.gauge.poll() is None
    assert stand.clock.now_us - begun_us < 50000
