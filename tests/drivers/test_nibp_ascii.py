from drivers import nibp_ascii_frames as frames
from drivers.nibp import Nibp
from drivers.nibp_ascii import NibpAscii
from drivers.nibp_ascii_frames import Parser, Pressure
from drivers.nibp_ascii_witness import Witness
from sim.clock import Clock
from sim.nibp import FakeNibp
from sim.nibp_ascii import FakeNibpAscii
from sim.uart import FakeUart
from sitter.cuff_codes import (
    IMPLAUSIBLE,
    MODULE_SAYS,
    NEONATE,
    NO_ANSWER,
    REBOOTED,
    REFUSED,
    STOPPED,
    UNSOUND,
    BloodPressure,
    CuffFault,
)

GOOD = BloodPressure(118, 76, 90, 72)
HIGH = BloodPressure(170, 100, 123, 90)


class Stand:
    def __init__(self, pressures=(118, 76, 90, 72)):
        self.clock = Clock()
        self.uart = FakeUart(self.clock, 9600)  # as the board opens it
        self.arm = pressures
        self.part = FakeNibpAscii(self.clock, self.uart, lambda now_us: self.arm)
        self.nibp = NibpAscii(self.uart)

    def run(self, seconds):
        """Outcomes within that time, polled as main does."""
        outcomes, end_us = [], self.clock.now_us + int(seconds * 1000000)
        while self.clock.now_us < end_us:
            outcome = self.nibp.poll(self.clock.now_ms())
            if outcome is not None:
                outcomes.append(outcome)
            self.clock.charge_us(self.nibp.poll_every_ms * 1000)
        return outcomes

    def measure(self, seconds=70, first_mmhg=None):
        self.nibp.start(self.clock.now_ms(), first_mmhg)
        return self.run(seconds)


def result(text):
    return b"\x02" + text + b"%02X\x03" % (sum(text) & 0xFF)


TEXT = b"S1;A0;C03;M00;P118076090;R072;T0000;;"

# --- frames -----------------------------------------------------------------------------------------------------------


def test_commands_are_those_that_are_known():
    sums = {1: b"D7", 14: b"DB", 18: b"DF", 19: b"E0", 22: b"DA", 24: b"DC", 35: b"DE"}
    for number in sums:
        assert frames.command(number) == b"\x02%02d;;%s\x03" % (number, sums[number])
    assert frames.STOP == b"\x02X\x03"


def test_a_first_inflation_is_the_next_one_that_the_module_knows():
    for mmhg, number in ((90, 19), (120, 20), (150, 22), (190, 33), (240, 35), (260, 35)):
        assert frames.first_inflation(mmhg) == frames.command(number), mmhg


def test_frames_arrive_in_pieces_and_after_garbage():
    parser, got = Parser(), []
    for byte in b"\xff\x02\x0212\x02120C0S3\x03\r" + result(TEXT) + b"\r\x02999C0S3\x03":
        got += parser.feed(bytes((byte,)))
    assert got[0] == Pressure(120, 0, 3) and got[2].mmhg == frames.END_MMHG
    assert got[1] == frames.Result(1, 0, (118, 76, 90), 72)


def test_a_result_with_another_sum_is_none():  # REQ-221
    damaged = result(TEXT).replace(b"118", b"119")
    parser = Parser()
    assert parser.feed(damaged) == [] and parser.unsound == 1
    assert len(parser.feed(result(TEXT))) == 1


def test_what_is_no_frame_of_these_is_dropped():
    for text in (b"12 C0S3", b"1200C0S", b"120D0S3", b"500C0S3", b"120C0S3 ", b"", TEXT, TEXT[:-1] + b"x00"):
        assert Parser().feed(b"\x02" + text + b"\x03") == [], text
    assert Parser().feed(b"\x02" + b"1" * 300 + b"\x03") == []


def outcome(text):
    (found,) = Parser().feed(result(text))
    return frames.outcome_of(found)


def test_the_mean_lies_between_the_others_wherever_it_stands():  # REQ-222
    assert outcome(TEXT) == GOOD
    assert outcome(TEXT.replace(b"118076090", b"118090076")) == GOOD


def test_numbers_that_agree_in_no_order_are_withheld():  # REQ-222
    for triple in (b"118090090", b"090118076", b"076090118", b"118118076", b"118015090", b"290076090", b"---076090",
                   b"118---090", b"118076---"):  # fmt: skip
        assert outcome(TEXT.replace(b"118076090", triple)) == CuffFault(IMPLAUSIBLE), triple
    for pulse in (b"R---", b"R019"):
        assert outcome(TEXT.replace(b"R072", pulse)) == CuffFault(IMPLAUSIBLE)


def test_messages_become_the_codes_that_staff_know():
    codes = {5: 86, 6: 87, 7: 87, 9: 1, 10: 3, 11: 2, 12: 89, 15: 97, 3: MODULE_SAYS + 3}
    for message in codes:
        text = TEXT.replace(b"M00", b"M%02d" % message)
        assert outcome(text) == outcome(text.replace(b"S1", b"S2")) == CuffFault(codes[message]), message
    assert outcome(TEXT.replace(b"S1", b"S2")) == CuffFault(MODULE_SAYS)
    assert outcome(TEXT.replace(b"S1", b"S0")) == CuffFault(REBOOTED)


# --- a reading --------------------------------------------------------------------------------------------------------


def test_a_reading_takes_its_time_and_comes_once():
    stand = Stand()
    assert stand.measure(20) == []
    assert stand.nibp.busy and stand.nibp.cuff_mmhg > 60
    assert stand.run(50) == [GOOD]
    assert not stand.nibp.busy and stand.nibp.cycles == 1
    assert stand.part.cuff_pressure_mmhg() == 0
    stand.run(30)
    stand.arm = HIGH
    assert stand.measure() == [HIGH]


def test_the_first_inflation_is_what_was_asked_for():
    stand = Stand()
    assert stand.measure(first_mmhg=150) == [GOOD]
    assert stand.part.peaks_mmhg == [160]


def test_the_modules_errors_come_with_their_code():
    for knob, code in (("leak", 87), ("weak_signal", 1), ("motion", 2)):
        stand = Stand()
        setattr(stand.part, knob, True)
        assert stand.measure() == [CuffFault(code)], knob


def test_a_lost_end_is_noticed_by_the_silence():
    stand = Stand()
    stand.part.loses_end = True
    assert stand.measure() == [GOOD]


def test_an_end_that_is_none_ends_nothing():  # REQ-223
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    for every in (2, 7, 40):
        stand.part.false_end_every = every
        stand.arm = BloodPressure(150, 90, 110, 78 + every)
        assert stand.measure(100) == [stand.arm], every
        stand.run(30)


def test_the_result_of_an_earlier_reading_is_not_this_ones():  # REQ-227
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    stand.part.ends_at_once = True
    (found,) = stand.measure()
    assert found == CuffFault(REFUSED)
    stand.part.ends_at_once = False
    stand.arm = (150, 90, 110, 80)
    assert stand.measure() == [BloodPressure(150, 90, 110, 80)]


def test_a_stream_that_breaks_off_over_an_inflated_cuff_leaves_no_old_result():  # REQ-227
    for pauses_s in (4, 5, 6, 8, 20, 300):
        stand = Stand()
        assert stand.measure() == [GOOD]
        stand.run(30)
        stand.arm, stand.part.pauses_s = HIGH, pauses_s
        (found,) = stand.measure(100)
        assert found in (HIGH, CuffFault(IMPLAUSIBLE)), pauses_s
        assert stand.part.cuff_pressure_mmhg() == 0


def test_a_cuff_whose_stream_has_broken_off_is_emptied_soon():  # REQ-225
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    stand.arm, stand.part.pauses_s = HIGH, 300
    assert stand.measure(26) == [CuffFault(IMPLAUSIBLE)]
    assert stand.part.cuff_pressure_mmhg() == 0


def test_a_result_that_stands_late_is_waited_for():  # REQ-227
    for late_s, known in ((2, True), (4, True), (30, False)):
        stand = Stand()
        assert stand.measure() == [GOOD]
        stand.run(30)
        stand.arm, stand.part.late_s = HIGH, late_s
        assert stand.measure(100) == [HIGH if known else CuffFault(IMPLAUSIBLE)], late_s


def test_a_reading_like_the_one_before_is_withheld_and_the_next_is_not():  # REQ-227
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    assert stand.measure() == [CuffFault(IMPLAUSIBLE)]
    stand.run(30)
    stand.arm = BloodPressure(118, 76, 90, 73)
    assert stand.measure() == [stand.arm]


def test_what_stood_before_the_first_reading_is_no_reading_of_this_unit():  # REQ-227
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.nibp = NibpAscii(stand.uart)
    stand.arm, stand.part.pauses_s = HIGH, 300
    assert stand.measure() == [CuffFault(IMPLAUSIBLE)]


def test_where_nobody_knows_what_stood_before_nothing_is_believed():  # REQ-227
    stand = Stand()
    stand.part.slow_ms = 30000
    stand.nibp.start(stand.clock.now_ms())
    stand.run(1)
    stand.part.slow_ms = 0
    assert stand.run(29) == []
    assert stand.run(60) == [CuffFault(IMPLAUSIBLE)]


def test_a_lost_end_needs_a_stream_that_went_through_the_result():  # REQ-223
    stream = [k * 8 for k in range(1, 21)] + [160 - k for k in range(75)]  # up to 160, down to 86
    for pressures, numbers, known in (
        (stream, b"118076090", True),
        (stream[:60], b"118076090", False),  # only down to 121
        (stream[:60] + [30] + stream[60:61], b"118076090", False),  # and one that was noise
        (stream, b"170076090", False),  # never up there
    ):
        witness = Witness()
        witness.take_before(Parser().feed(result(TEXT.replace(b"118", b"120")))[0])
        for mmhg in pressures:
            witness.take_pressure(mmhg)
        (found,) = Parser().feed(result(TEXT.replace(b"118076090", numbers)))
        assert isinstance(witness.outcome(40000, found), BloodPressure) is known, (len(pressures), numbers)
        witness.take_end()
        assert isinstance(witness.outcome(40000, found), BloodPressure)


def test_a_cuff_that_was_never_inflated_has_no_pressure_to_tell():  # REQ-223
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    stand.part.ends_at_once = True
    stand.nibp.start(stand.clock.now_ms())
    stand.run(1)
    for mmhg in (4, 12, 30):
        stand.uart.send(b"\x02%03dC0S3\x03\r" % mmhg)
        stand.run(0.3)
    assert stand.run(30) == [CuffFault(IMPLAUSIBLE)]
    witness = Witness()
    witness.take_before(Parser().feed(result(TEXT.replace(b"118", b"120")))[0])
    for count, known in ((4, False), (5, True)):
        witness.begin(0)
        for _ in range(count):
            witness.take_pressure(60)
        witness.take_end()
        told = [witness.outcome(at_ms, Parser().feed(result(TEXT))[0]) for at_ms in (9999, 10000)]
        assert told == [CuffFault(IMPLAUSIBLE), GOOD if known else CuffFault(IMPLAUSIBLE)]


def test_a_module_that_starts_anew_in_mid_reading_has_no_result():
    stand = Stand()
    assert stand.measure() == [GOOD]
    stand.run(30)
    stand.part.boots_in_mid = True
    assert stand.measure() == [CuffFault(REBOOTED)]


def test_results_whose_sum_is_never_right_are_told_as_that():  # REQ-221
    stand = Stand()
    stand.part.wrong_sum = True
    assert stand.measure(90) == [CuffFault(UNSOUND)]


def test_a_module_left_in_neonatal_mode_is_brought_out_of_it_or_refused():  # REQ-224
    stand = Stand()
    stand.part.neonate = True
    assert stand.measure() == [GOOD]
    stand.part.neonate = stand.part.deaf_to_adult = True
    stand.run(30)
    assert stand.measure(20) == [CuffFault(NEONATE)]
    assert stand.part.cuff_pressure_mmhg() == 0


def test_numbers_in_another_order_than_before_are_withheld():  # REQ-222
    stand = Stand()
    stand.part.mean_second = True
    assert stand.measure() == [GOOD]
    stand.run(30)
    stand.part.mean_second = False
    assert stand.measure() == [CuffFault(IMPLAUSIBLE)]


def test_a_noisy_line_still_gives_a_right_reading_or_none():  # REQ-221
    for every in (2, 3, 5, 7):
        stand = Stand()
        stand.part.garble_every = every
        for found in stand.measure(300):
            assert isinstance(found, CuffFault) or found == GOOD, every


# --- nothing stays under pressure -------------------------------------------------------------------------------------


def test_abort_empties_the_cuff_within_a_second():  # REQ-225
    for after_s in (0.05, 0.5, 3, 15, 30):
        stand = Stand()
        stand.measure(after_s)
        stand.nibp.abort(stand.clock.now_ms())
        found = stand.run(1.5)
        assert stand.part.cuff_pressure_mmhg() == 0, after_s
        assert found + stand.run(5) == [CuffFault(STOPPED)], after_s


def test_a_module_that_goes_on_pumping_is_told_to_stop_again_and_again():  # REQ-225
    stand = Stand()
    stand.part.deaf_to_stop = True
    stand.measure(10)
    stand.nibp.abort(stand.clock.now_ms())
    assert stand.run(6) == []
    stand.part.deaf_to_stop = False
    assert stand.run(4) == [CuffFault(STOPPED)]
    assert stand.part.cuff_pressure_mmhg() == 0


def test_a_reading_that_nobody_asked_for_is_stopped():  # REQ-225
    stand = Stand()
    stand.run(10)
    stand.part.pumps_by_itself = True
    stand.run(5)
    assert stand.part.cuff_pressure_mmhg() == 0


def test_one_wrong_pressure_stops_nothing_and_three_do():
    stand = Stand()
    stand.measure(10)
    for _ in range(5):
        stand.uart.send(b"\x02390C0S3\x03\r")
        stand.run(0.3)
    assert stand.nibp.busy and stand.part.pumps_by_itself
    for _ in range(4):
        stand.uart.send(b"\x02390C0S3\x03\r\x02390C0S3\x03\r\x02390C0S3\x03\r")
    assert stand.run(4) == [CuffFault(89)]
    assert stand.part.cuff_pressure_mmhg() == 0


def test_pressure_that_stays_is_told():
    stand = Stand()
    stand.part.stays_mmhg = 80
    stand.measure(10)
    stand.nibp.abort(stand.clock.now_ms())
    stand.run(15)
    assert stand.nibp.tight
    stand.part.stays_mmhg = 0
    stand.run(30)
    assert stand.measure() == [GOOD] and not stand.nibp.tight


def test_a_restart_of_the_unit_stops_what_goes_on_and_a_reading_can_follow():
    stand = Stand()
    stand.measure(10)
    stand.nibp.reset(stand.clock.now_ms())
    assert stand.nibp.start(stand.clock.now_ms())
    assert stand.run(90) == [GOOD]
    assert stand.part.cycles == 2


def test_a_start_while_one_runs_sends_nothing():
    stand = Stand()
    stand.measure(5)
    assert not stand.nibp.start(stand.clock.now_ms())
    assert stand.run(60) == [GOOD]
    assert stand.part.cycles == 1


# --- a module that is not there ---------------------------------------------------------------------------------------


def test_an_absent_module_is_a_fault_and_silent():
    stand = Stand()
    stand.part.absent = True
    assert stand.measure(30) == [CuffFault(NO_ANSWER)]
    assert stand.nibp.silent
    stand.part.absent = False
    stand.run(5)
    assert not stand.nibp.silent


def test_a_plug_that_is_pulled_shows_before_a_reading_is_wanted():
    stand = Stand()
    stand.run(10)
    stand.part.absent = True
    stand.run(40)
    assert stand.nibp.silent


def test_the_wrong_module_for_the_setting_is_silent_both_ways():  # REQ-226
    clock = Clock()
    for driver, part in ((NibpAscii, FakeNibp), (Nibp, FakeNibpAscii)):
        uart = FakeUart(clock, 9600)
        module = part(clock, uart, lambda now_us: (118, 76, 90, 72))
        nibp, found = driver(uart), []
        nibp.start(clock.now_ms())
        for _ in range(600):
            found.append(nibp.poll(clock.now_ms()))
            clock.charge_us(100000)
        assert [one for one in found if one] == [CuffFault(NO_ANSWER)] and nibp.silent
        assert module.cycles == 0


def test_both_drivers_have_one_face():
    face = ("busy", "held", "poll_every_ms", "lend", "answered", "serviced_here", "start", "abort", "reset", "look",
            "poll", "tight", "cuff_mmhg", "silent", "cycles", "hold")  # fmt: skip
    uart = FakeUart(Clock(), 9600)
    for nibp in (Nibp(uart), NibpAscii(uart)):
        assert [name for name in face if not hasattr(nibp, name)] == []
    assert not NibpAscii(uart).lend(None)
