from drivers.annunciator import BURSTS, Annunciator
from drivers.tone import train
from sitter.alarm_table import HIGH, LOW, MEDIUM
from sitter.alarms import Signal


class Pin:
    def __init__(self):
        self.level = None

    def value(self, level):
        self.level = level


class Pwm:
    def __init__(self):
        self.hz = self.duty = None

    def freq(self, hz):
        self.hz = hz

    def duty_u16(self, duty):
        self.duty = duty


class Sounder:
    def __init__(self):
        self.bursts = []

    def play(self, times_us):
        self.bursts.append(times_us)


class Stand:
    def __init__(self):
        self.red, self.yellow, self.cyan, self.relay, self.sounder = Pwm(), Pin(), Pin(), Pin(), Sounder()
        self.annunciator = Annunciator(self.red, self.yellow, self.cyan, self.sounder, self.relay)
        self.now_ms = 0

    def run(self, seconds, lamp=0, sound=0, calling=False, started=0, soft=False):
        yellow = []
        for _ in range(int(seconds * 10)):
            self.annunciator.show(self.now_ms, Signal(lamp, sound, calling, started, soft))
            yellow.append(self.yellow.level)
            self.now_ms += 100
        return yellow


def test_all_is_dark_and_quiet_without_an_alarm():
    stand = Stand()
    assert not any(stand.run(60))
    assert (stand.red.duty, stand.cyan.level, stand.relay.level) == (0, 0, 1)
    assert stand.sounder.bursts == []


def test_the_relay_is_released_to_call():  # REQ-045
    stand = Stand()
    stand.run(1, HIGH, HIGH, True, 1)
    assert stand.relay.level == 0
    stand.run(1)
    assert stand.relay.level == 1


def test_red_flashes_by_itself_between_1_4_and_2_8_hz():  # REQ-131
    stand = Stand()
    stand.run(1, HIGH, HIGH, True, 1)
    assert 1.4 <= stand.red.hz <= 2.8
    assert 0.2 <= stand.red.duty / 65535 <= 0.6


def test_yellow_flashes_between_0_4_and_0_8_hz_with_a_duty_of_20_to_60_percent():  # REQ-131
    levels = Stand().run(60, MEDIUM, MEDIUM, True, 1)
    flashes = sum(levels[i + 1] > levels[i] for i in range(len(levels) - 1))
    assert 0.4 <= flashes / 60 <= 0.8
    assert 0.2 <= sum(levels) / len(levels) <= 0.6


def test_cyan_is_steady():
    stand = Stand()
    stand.run(3, LOW, LOW, False, 1)
    assert stand.cyan.level == 1


def test_pulses_by_priority():
    assert [len(BURSTS[p][0]) for p in (HIGH, MEDIUM, LOW)] == [10, 3, 2]


def test_a_train_is_as_long_as_its_pulses_and_fits_the_generator():
    for pulses, _ in BURSTS.values():
        for duty_pct in (25, 5):
            times_us = train(pulses, duty_pct)
            assert sum(times_us) == sum(on_ms + off_ms for on_ms, off_ms in pulses) * 1000
            assert min(times_us) >= 1
            assert max(times_us) <= 32767


def test_a_new_occurrence_sounds_at_once_and_then_at_its_interval():
    stand = Stand()
    stand.run(30, MEDIUM, MEDIUM, True, 1)
    assert len(stand.sounder.bursts) == 3  # at 0, 12 and 24 s
    stand.run(0.1, MEDIUM, MEDIUM, True, 2)
    assert len(stand.sounder.bursts) == 4


def test_a_higher_priority_does_not_wait_for_the_interval():
    stand = Stand()
    stand.run(1, LOW, LOW, False, 1)
    stand.run(0.1, HIGH, HIGH, True, 1)
    assert stand.sounder.bursts[-1] == train(BURSTS[HIGH][0], 25)


def test_a_paused_sound_leaves_the_lamp_flashing():  # REQ-044
    stand = Stand()
    stand.run(1, HIGH, HIGH, True, 1)
    stand.run(60, HIGH, 0, True, 1)
    assert len(stand.sounder.bursts) == 1
    assert stand.red.duty > 0


def test_a_soft_burst_is_a_train_of_its_own():
    stand = Stand()
    stand.run(1, MEDIUM, MEDIUM, True, 1, soft=True)
    stand.run(20, MEDIUM, MEDIUM, True, 1)
    assert stand.sounder.bursts == [train(BURSTS[MEDIUM][0], duty_pct) for duty_pct in (5, 25)]
