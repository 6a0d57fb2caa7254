from drivers.light_oximeter import LightOximeter
from sim.clock import Clock
from sim.i2c import FakeI2C
from sim.max30102 import FakeMax30102
from sim.patient import Patient


class Stand:
    def __init__(self, swapped=False):
        self.clock = Clock()
        self.part = FakeMax30102(self.clock, Patient(1, {"spo2_pct": 96}))
        self.part.swapped = swapped
        bus = FakeI2C(self.clock)
        bus.attach(0x57, self.part)
        self.oximeter = LightOximeter(bus, lambda: bus, False, 8, ())
        self.given = []  # what each poll gave, as a list

    def run(self, seconds):
        end_ms = self.clock.now_ms() + seconds * 1000
        while self.clock.now_ms() < end_ms:
            self.given.append(list(self.oximeter.poll(self.clock.now_ms())))
            self.clock.charge_us(self.oximeter.poll_every_ms * 1000)

    def readings(self):
        return [pieces[-1] for pieces in self.given if pieces]


def test_a_reading_comes_once_a_second_as_the_last_of_its_pieces():
    stand = Stand()
    stand.run(30)
    assert 28 <= len(stand.readings()) <= 30
    assert all(piece is None for pieces in stand.given for piece in pieces[:-1])
    assert max(len(pieces) for pieces in stand.given) > 2
    last = stand.readings()[-1]
    assert (last.finger, last.pulse_bpm, abs(last.spo2_pct - 96) <= 1) == (True, 72, True)
    assert stand.oximeter.fault is None


def test_a_poll_without_a_reading_makes_nothing():
    stand = Stand()
    assert stand.oximeter.poll(0) is stand.oximeter.poll(0)


def test_swapped_leds_are_a_fault_of_the_whole():
    stand = Stand(swapped=True)
    stand.run(90)
    assert stand.oximeter.fault == "LEDs swapped"
    assert stand.readings()[-1].spo2_pct is None


def test_what_a_technician_asks_for_is_passed_on():
    stand = Stand()
    stand.run(20)
    assert stand.oximeter.die_temperature_centidegc == 3150
    assert stand.oximeter.lost >= 0
    assert 400 <= stand.oximeter.ratio_permille <= 800
    assert not stand.oximeter.calibrated
