from test_ppg import HZ, Finger, Shaken, watch

from sitter.baseline import Median, change
from sitter.ppg import Oximeter
from sitter.ppg_saturation import spo2_pct

POINTS = ((500, 97), (800, 88), (1100, 75))


def test_saturation_follows_the_ratio():
    expected = {400: 100, 600: 97, 800: 90, 1000: 80}
    for ratio in expected:
        reading = watch(Oximeter(HZ), Finger(72, ratio=ratio), 20)[-1]
        assert abs(reading.spo2_pct - expected[ratio]) <= 1, (ratio, reading.spo2_pct)


def test_the_curve_is_the_published_one():
    assert spo2_pct(500) == 99  # -45.060 * 0.25 + 30.354 * 0.5 + 94.845 = 98.76
    assert spo2_pct(1000) == 80  # 80.14
    assert spo2_pct(300) == 100


def test_a_ratio_that_no_finger_has_gives_nothing():
    for ratio in (0, 100, 1200, 1500, 3000):
        assert spo2_pct(ratio) is None, ratio


def test_points_replace_the_curve():
    assert [spo2_pct(ratio, POINTS) for ratio in (500, 650, 800, 950)] == [97, 93, 88, 82]
    assert spo2_pct(450, POINTS) == 99  # beyond the outermost points their line goes on
    assert spo2_pct(250, POINTS) == 100
    assert spo2_pct(1300, POINTS) is None
    reading = watch(Oximeter(HZ, points=((300, 100), (900, 80))), Finger(72, ratio=600), 20)[-1]
    assert abs(reading.spo2_pct - 90) <= 1


def test_saturation_is_never_given_without_a_pulse():
    oximeter = Oximeter(HZ)
    for finger in (Finger(72), Finger(height=0, noise=500), Finger(72), Finger(steady=900)):
        for reading in watch(oximeter, finger, 15):
            assert reading.pulse_bpm is not None or reading.spo2_pct is None


def test_red_and_infrared_changed_over_give_no_saturation():  # REQ-018
    finger, oximeter = Finger(72, ratio=500), Oximeter(HZ)
    for _ in range(20):
        for _ in range(HZ):
            red, ir = finger.sample()
            oximeter.push(ir, red)
        assert oximeter.reading().spo2_pct is None


def swap(oximeter, finger, seconds):
    for _ in range(seconds):
        for _ in range(HZ):
            red, ir = finger.sample()
            oximeter.push(ir, red)
        oximeter.reading()


def test_a_swapped_board_is_found_out_after_a_minute_of_pulse():  # REQ-018
    oximeter = Oximeter(HZ)
    swap(oximeter, Finger(72, ratio=600), 60)
    assert oximeter.looks_swapped is None
    swap(oximeter, Finger(72, ratio=600), 30)
    assert oximeter.looks_swapped is True


def test_a_board_once_proven_right_is_not_doubted_by_any_later_ratio():
    oximeter = Oximeter(HZ)
    watch(oximeter, Finger(72, ratio=600), 140)
    assert oximeter.looks_swapped is False
    watch(oximeter, Finger(72, ratio=1500), 200)
    assert oximeter.looks_swapped is False


def test_a_ratio_between_the_two_orders_proves_nothing():
    oximeter = Oximeter(HZ)
    watch(oximeter, Finger(72, ratio=1100), 200)
    assert oximeter.looks_swapped is None


def test_red_light_that_does_not_follow_the_pulse_gives_no_saturation():
    def constant(k, red, ir):
        return 80000

    def hum(k, red, ir):
        return 80000 + (400 if k % 5 < 2 else -400)

    def upside_down(k, red, ir):
        return 160000 - red

    def saturated(k, red, ir):
        return 0x3FFFF

    for fault in (constant, hum, upside_down, saturated):
        finger, oximeter = Finger(72), Oximeter(HZ)
        for k in range(20 * HZ):
            red, ir = finger.sample()
            oximeter.push(fault(k, red, ir), ir)
            if k % HZ == HZ - 1:
                assert oximeter.reading().spo2_pct is None


def test_one_jerk_of_the_hand_moves_no_saturation():
    finger, oximeter = Finger(72, ratio=600), Oximeter(HZ)
    before = watch(oximeter, finger, 20)[-1].spo2_pct
    watch(oximeter, Shaken(finger), 1)
    for reading in watch(oximeter, finger, 20):
        assert reading.spo2_pct is None or abs(reading.spo2_pct - before) <= 1


def test_less_averaging_follows_a_fall_sooner():
    seconds = []
    for averaging_s in (2, 10):
        oximeter = Oximeter(HZ, averaging_s=averaging_s)
        watch(oximeter, Finger(72, ratio=500), 20)
        values = [reading.spo2_pct for reading in watch(oximeter, Finger(72, ratio=900), 20)]
        seconds.append([value is not None and value <= 87 for value in values].index(True))
    assert seconds[0] < seconds[1] <= 12


def test_the_baseline_is_the_median_of_a_minute_at_least():
    median = Median(70, 100)
    for pct in [97] * 35 + [71] * 10 + [98] * 14 + [None, 69, 101]:
        median.take(pct)
    assert median.value is None
    median.take(97)
    assert median.value == 97


def test_a_restored_baseline_holds_until_there_is_a_newer_one():
    median = Median(70, 100)
    median.restore(96)
    assert median.value == 96
    for _ in range(60):
        median.take(98)
    assert median.value == 98


def test_a_change_is_known_only_with_both_numbers():
    assert [change(97, pct) for pct in (92, 97, 99, None)] == [5, 0, 0, None]
    assert change(None, 92) is None


def test_the_ratio_behind_the_saturation_is_told_and_goes_with_it():
    oximeter = Oximeter(HZ)
    assert oximeter.ratio_permille is None
    watch(oximeter, Finger(72, ratio=800), 20)
    assert abs(oximeter.ratio_permille - 800) <= 15
    watch(oximeter, Finger(steady=900), 5)
    assert oximeter.ratio_permille is None
