from drivers.light import FULL_SCALE_MS, Light, duty_u16
from drivers.ramp import Ramp
from sim.clock import Clock
from sim.pins import FakePwm


class Stand:
    def __init__(self):
        self.clock = Clock()
        self.warm, self.cool = FakePwm(self.clock, []), FakePwm(self.clock, [])
        self.light = Light(self.warm, self.cool)

    def run(self, seconds):
        end_ms = self.clock.now_ms() + int(seconds * 1000)
        while self.clock.now_ms() < end_ms:
            self.light.poll(self.clock.now_ms())
            self.clock.charge_us(50000)


def test_the_curve_is_cie_lightness():
    # Y of L*: 50 -> 0.1842, 80 -> 0.5668 (CIE 1976)
    assert duty_u16(0) == 0
    assert duty_u16(1000) == 65535
    assert abs(duty_u16(500) / 65535 - 0.1842) < 0.003
    assert abs(duty_u16(800) / 65535 - 0.5668) < 0.003


def test_more_brightness_is_never_less_duty():
    duties = [duty_u16(seen) for seen in range(1001)]
    assert duties == sorted(duties)
    assert max(duties[i + 1] - duties[i] for i in range(1000)) < 400


def test_a_fade_arrives_in_its_time():
    stand = Stand()
    stand.light.want(0, 40, 25, 20000)
    stand.run(19)
    assert 0 < stand.warm.duty < duty_u16(400)
    stand.run(2)
    assert (stand.warm.duty, stand.cool.duty) == (duty_u16(400), duty_u16(250))


def test_light_never_jumps_whatever_is_asked():  # REQ-061
    stand = Stand()
    for warm, cool in ((100, 100), (0, 0), (100, 0), (0, 100)):
        stand.light.want(stand.clock.now_ms(), warm, cool, 0)
        start_ms = stand.clock.now_ms()
        while stand.light.poll(stand.clock.now_ms()):
            stand.clock.charge_us(50000)
        assert stand.clock.now_ms() - start_ms >= FULL_SCALE_MS - 50
    steps = [b[1] - a[1] for trace in (stand.warm.trace, stand.cool.trace) for a, b in zip(trace, trace[1:])]  # noqa: B905, RUF007 - MicroPython has neither
    assert max(abs(step) for step in steps) < 65535 // 12


def test_a_ramp_leaves_from_where_it_is():  # REQ-132
    ramp = Ramp(0)
    ramp.go(0, 100, 1000)
    ramp.go(500, 0, 1000)
    assert ramp.at(500) == 50
    assert ramp.at(1000) == 25
    assert not ramp.moving(1500)
