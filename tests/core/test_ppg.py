from sitter.ppg import SATURATED, Oximeter

HZ = 50
# One beat, thousandths of its height at 32 points: a steep rise and a second, dicrotic wave
BEAT = (0, 60, 250, 560, 820, 960, 1000, 970, 890, 790, 690, 600, 530, 490, 480, 500,
        520, 510, 470, 420, 370, 320, 280, 240, 205, 175, 145, 115, 85, 55, 30, 10)  # fmt: skip


class Finger:
    """A synthesised finger in whole numbers, the same on every interpreter."""

    def __init__(self, bpm=72, height=1200, ratio=500, hz=HZ, noise=0, steady=100000, number=int):
        self.bpm, self.height, self.ratio, self.hz, self.noise = bpm, height, ratio, hz, noise
        self.steady = steady
        self.number = number
        self.phase = 0  # in 1/65536 of a beat
        self.random = 12345

    def sample(self):
        self.phase += 65536 * self.bpm // 60 // self.hz
        at = (self.phase & 0xFFFF) >> 11
        wave = BEAT[at] + (BEAT[(at + 1) & 31] - BEAT[at]) * (self.phase & 2047) // 2048
        self.random = (self.random * 1103 + 12345) & 0xFFFF
        jitter = (self.random - 0x8000) * self.noise // 0x8000
        ir = self.steady - wave * self.height // 1000 + jitter
        red = self.steady * 8 // 10 - wave * self.height // 1000 * self.ratio // 1000 * 8 // 10 + jitter
        return self.number(red), self.number(ir)


# Lengths of beats in percent of the mean, over and over
FIBRILLATION = (72, 118, 95, 140, 81, 64, 126, 104, 77, 133, 88, 102)
ECTOPIC = (100, 100, 100, 100, 60, 140)


class Uneven(Finger):
    """A finger whose beats come in a given rhythm."""

    def __init__(self, bpm, rhythm):
        super().__init__(bpm)
        self.even_bpm, self.rhythm = bpm, rhythm
        self.samples = self.beats = 0
        self.beat_at = []

    def sample(self):
        beat = self.phase >> 16
        sample = super().sample()
        self.samples += 1
        if self.phase >> 16 != beat:
            self.beat_at.append(self.samples)
            self.bpm = self.even_bpm * 100 // self.rhythm[len(self.beat_at) % len(self.rhythm)]
        return sample

    def mean_bpm(self, from_s, to_s):
        inside = [at for at in self.beat_at if from_s * self.hz <= at <= to_s * self.hz]
        return 60 * self.hz * (len(inside) - 1) // (inside[-1] - inside[0])


class Shaken:
    """A finger whose hand fidgets: jerks at no regular times, of the pulse's height and more, in both lights."""

    def __init__(self, finger):
        self.finger = finger
        self.hz = finger.hz
        self.random = 4711
        self.place = self.goal = 0

    def sample(self):
        self.random = (self.random * 1103 + 12345) & 0xFFFF
        if self.random % 11 == 0:
            self.goal = (self.random >> 4) % 3000
        self.place += (self.goal - self.place) // 4
        red, ir = self.finger.sample()
        return red + self.place, ir + self.place


def watch(oximeter, finger, seconds):
    """The readings of so many seconds, one a second."""
    readings = []
    for _ in range(seconds):
        for _ in range(finger.hz):
            oximeter.push(*finger.sample())
        readings.append(oximeter.reading())
    return readings


def rates(source, seconds, hz=HZ):
    """Every rate shown while `source(k)` gives the infrared counts."""
    oximeter, shown = Oximeter(hz), []
    for k in range(seconds * hz):
        ir = source(k)
        oximeter.push(ir * 8 // 10, ir)
        if (k + 1) % hz == 0:
            shown.append(oximeter.reading().pulse_bpm)
    return [rate for rate in shown if rate is not None]


def triangle(k, period, height):
    """A wave of `period` samples, for hum."""
    at = k % period
    return height * (at if at * 2 < period else period - at) * 2 // period


def test_rates_from_slow_to_fast_are_found():
    for bpm in (33, 40, 55, 72, 90, 110, 130, 150, 180, 210):
        reading = watch(Oximeter(HZ), Finger(bpm, noise=40), 25)[-1]
        assert reading.pulse_bpm is not None, bpm
        assert abs(reading.pulse_bpm - bpm) <= 2, (bpm, reading.pulse_bpm)


def test_a_dicrotic_wave_does_not_double_the_rate():
    for bpm in (45, 60, 75):
        for reading in watch(Oximeter(HZ), Finger(bpm), 30):
            assert reading.pulse_bpm is None or abs(reading.pulse_bpm - bpm) <= 3


def test_an_irregular_rhythm_gives_its_mean_rate_and_a_lower_quality():
    even = watch(Oximeter(HZ), Finger(80), 30)[-1].quality_pct
    for rhythm in (FIBRILLATION, ECTOPIC):
        finger = Uneven(80, rhythm)
        readings = watch(Oximeter(HZ), finger, 60)
        assert sum([reading.pulse_bpm is not None for reading in readings]) > 45
        for k in range(10, 60):
            if readings[k].pulse_bpm is not None:
                assert abs(readings[k].pulse_bpm - finger.mean_bpm(k - 9, k + 1)) <= 8, (k, readings[k].pulse_bpm)
                assert readings[k].quality_pct < even


def test_two_rhythms_at_once_are_not_a_third():
    # the heart's and that of a limb which moves: the heart's, or nothing
    for other, height in ((101, 1100), (160, 1200), (50, 1200), (33, 2400)):
        heart, limb, oximeter = Finger(72), Finger(other, height=height), Oximeter(HZ)
        for k in range(60 * HZ):
            red, ir = heart.sample()
            shift = limb.sample()[1] - 100000
            oximeter.push(red + shift, ir + shift)
            if k % HZ == HZ - 1:
                assert oximeter.reading().pulse_bpm in (None, 71, 72, 73, 74), (other, k)


def test_motion_withholds_the_number_and_it_comes_back():  # REQ-012
    heart, oximeter = Finger(72), Oximeter(HZ)
    assert watch(oximeter, heart, 20)[-1].pulse_bpm == 72
    shaken = watch(oximeter, Shaken(heart), 25)
    assert shaken[-1].pulse_bpm is None
    assert shaken[-1].quality_pct < 30
    for reading in shaken:
        assert reading.pulse_bpm is None or abs(reading.pulse_bpm - 72) <= 6
    assert watch(oximeter, heart, 20)[-1].pulse_bpm == 72


def test_a_rate_that_jumps_has_to_prove_itself():
    oximeter = Oximeter(HZ)
    watch(oximeter, Finger(72), 30)
    readings = watch(oximeter, Finger(110), 30)
    assert 110 not in [reading.pulse_bpm for reading in readings[:10]]
    for reading in readings[20:]:
        assert reading.pulse_bpm == 110
    for reading in readings:
        assert reading.pulse_bpm is None or 70 <= reading.pulse_bpm <= 112  # in between while both are in the window


def test_the_estimate_in_pieces_is_the_same_as_at_once():
    whole, pieces = Oximeter(HZ), Oximeter(HZ)
    fingers = Finger(72, noise=300), Finger(72, noise=300)
    for _ in range(30):
        at_once = watch(whole, fingers[0], 1)[0]
        for _ in range(HZ):
            pieces.push(*fingers[1].sample())
        steps = list(pieces.estimate())
        assert [step for step in steps[:-1] if step is not None] == []
        assert (steps[-1].pulse_bpm, steps[-1].spo2_pct) == (at_once.pulse_bpm, at_once.spo2_pct)


def test_the_first_number_comes_within_eight_seconds_of_a_good_signal():
    readings = watch(Oximeter(HZ), Finger(72), 10)
    first = next(i for i in range(10) if readings[i].pulse_bpm is not None) + 1
    assert first <= 8


def test_every_sample_rate_gives_the_same_rate():
    for hz in (25, 50, 100, 200, 400):
        reading = watch(Oximeter(hz), Finger(80, hz=hz), 20)[-1]
        assert abs(reading.pulse_bpm - 80) <= 1, hz


def test_no_finger_no_number():
    for reading in watch(Oximeter(HZ), Finger(steady=900, height=0, noise=30), 20):
        assert not reading.finger
        assert reading.pulse_bpm is None
        assert reading.spo2_pct is None


def test_a_finger_taken_out_withholds_the_number_within_two_seconds():
    oximeter = Oximeter(HZ)
    assert watch(oximeter, Finger(72), 20)[-1].pulse_bpm == 72
    after = watch(oximeter, Finger(steady=900, height=0, noise=30), 2)
    assert after[-1].pulse_bpm is None
    assert not after[-1].finger


def test_a_finger_put_back_is_measured_anew():
    oximeter = Oximeter(HZ)
    watch(oximeter, Finger(72), 20)
    watch(oximeter, Finger(steady=900, height=0), 5)
    readings = watch(oximeter, Finger(110), 15)
    assert readings[2].pulse_bpm is None
    for reading in readings:
        assert reading.pulse_bpm is None or abs(reading.pulse_bpm - 110) <= 2
    assert readings[-1].pulse_bpm is not None


def test_constant_zero_and_saturated_samples_give_no_number():
    for value in (0, 50000, 100000, SATURATED):
        assert rates(lambda k, value=value: value, 20) == []


def test_noise_alone_gives_no_number():  # REQ-011
    for noise in (30, 300, 3000):
        finger = Finger(height=0, noise=noise)
        assert rates(lambda k, finger=finger: finger.sample()[1], 60) == []


def test_mains_hum_makes_no_rate():  # REQ-011
    # the unit's 50 Hz sees mains light of 50, 60, 100 and 120 Hz as 0, 10, 0 and 20 Hz; others show at other rates
    for hz in (50, 100):
        for hum in (50, 60, 100, 120):
            samples = max(2, hz // max(1, min(hum % hz, hz - hum % hz))) if hum % hz else hz * 1000
            assert rates(lambda k, p=samples: 100000 + triangle(k, p, 800), 30, hz) == [], (hz, hum)


def test_a_step_of_light_makes_no_rate():
    assert rates(lambda k: 100000 if k < 500 else 130000, 30) == []


def test_lost_samples_begin_the_window_anew():  # REQ-019
    oximeter = Oximeter(HZ)
    finger = Finger(72)
    watch(oximeter, finger, 20)
    oximeter.lost(30)
    readings = watch(oximeter, finger, 12)
    assert readings[0].pulse_bpm is None
    assert readings[-1].pulse_bpm == 72


def test_perfusion_is_pulse_over_steady_light():
    reading = watch(Oximeter(HZ), Finger(72, height=1200), 20)[-1]
    assert 90 <= reading.perfusion_permyriad <= 130


def test_a_weak_pulse_lowers_quality_or_withholds():
    good = watch(Oximeter(HZ), Finger(72, noise=20), 25)[-1].quality_pct
    poor = watch(Oximeter(HZ), Finger(72, noise=1200), 25)[-1].quality_pct
    assert poor < good


def test_outputs_are_the_same_bits_everywhere():
    value = 0
    for bpm, noise, ratio in ((50, 100, 500), (72, 400, 700), (140, 200, 900), (95, 1500, 600)):
        for r in watch(Oximeter(HZ), Finger(bpm, noise=noise, ratio=ratio), 30):
            for part in (r.pulse_bpm, r.spo2_pct, r.perfusion_permyriad, r.quality_pct, int(r.finger)):
                value = (value * 31 + (-1 if part is None else part) + 2) % 1000003
    assert value == 284656, value
