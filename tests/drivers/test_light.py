from drivers.light import FULL_SCALE_MS, Light, breath, duty_u16
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
    stand.light.want(0, 2700, 40, 0, 0, 20000)
    stand.run(19)
    assert 0 < stand.warm.duty < duty_u16(400)
    stand.run(2)
    assert (stand.warm.duty, stand.cool.duty) == (duty_u16(400), 0)


def test_half_of_a_fade_looks_half_way():
    stand = Stand()
    stand.light.want(0, 2700, 80, 0, 0, 20000)
    stand.run(10)
    assert abs(stand.warm.duty - duty_u16(400)) < 700


def test_both_whites_share_one_brightness():
    stand = Stand()
    stand.light.want(0, 3800, 60, 0, 0, 3000)
    stand.run(8)
    assert stand.warm.duty + stand.cool.duty == duty_u16(600)
    assert abs(stand.warm.duty - stand.cool.duty) < 1500


def test_light_never_jumps_whatever_is_asked():  # REQ-061
    stand = Stand()
    for kelvin, brightness_pct in ((2700, 100), (6500, 0), (6500, 100), (2700, 0)):
        stand.light.want(stand.clock.now_ms(), kelvin, brightness_pct, 0, 0, 0)
        start_ms = stand.clock.now_ms()
        while stand.light.poll(stand.clock.now_ms()):
            stand.clock.charge_us(stand.light.poll_every_ms * 1000)
        assert stand.clock.now_ms() - start_ms >= FULL_SCALE_MS - 100
    steps = [b[1] - a[1] for trace in (stand.warm.trace, stand.cool.trace) for a, b in zip(trace, trace[1:])]  # noqa: B905, RUF007 - MicroPython has neither
    assert max(abs(step) for step in steps) < 65535 // 12


def test_a_poll_that_comes_late_is_no_reason_for_a_jump():  # REQ-061
    stand = Stand()
    stand.light.want(0, 2700, 100, 0, 0, 0)
    stand.light.poll(0)
    stand.light.poll(60000)
    assert stand.warm.duty <= duty_u16(50)


def test_a_breath_has_no_corner():
    breaths = [breath(turn) for turn in range(0, 60000, 60)]
    assert (breaths[0], max(breaths)) == (0, 1000)
    steps = [breaths[i + 1] - breaths[i] for i in range(len(breaths) - 1)]
    assert max(abs(steps[i + 1] - steps[i]) for i in range(len(steps) - 1)) <= 2


def test_light_breathes_at_its_tempo_and_no_deeper_than_asked():
    stand = Stand()
    stand.light.want(0, 2700, 50, 6, 20, 2000)
    stand.run(10)
    stand.warm.trace.clear()
    stand.run(60)
    duties = [duty for _, duty in stand.warm.trace]
    assert duty_u16(400) <= min(duties) <= duty_u16(404) and duty_u16(496) <= max(duties) <= duty_u16(500)
    falls = [duties[i] > duties[i + 1] for i in range(len(duties) - 1)]
    assert sum(1 for i in range(len(falls) - 1) if falls[i + 1] and not falls[i]) in (5, 6, 7)
    assert stand.light.poll_every_ms == 100


def test_help_ends_the_breathing():
    stand = Stand()
    stand.light.want(0, 2700, 50, 6, 20, 2000)
    stand.run(13)
    stand.light.want(stand.clock.now_ms(), 4000, 80, 0, 0, 3000)
    stand.run(6)
    assert stand.warm.duty + stand.cool.duty == duty_u16(800)
    assert not stand.light.poll(stand.clock.now_ms())


def test_a_ramp_leaves_from_where_it_is():  # REQ-132
    ramp = Ramp(0)
    ramp.go(0, 100, 1000)
    ramp.go(500, 0, 1000)
    assert ramp.at(500) == 50
    assert ramp.at(1000) == 25
    assert not ramp.moving(1500)
