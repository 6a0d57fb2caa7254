from drivers import nibp_frames
from drivers.nibp import Nibp
from drivers.nibp_frames import Parser
from sim.clock import Clock
from sim.nibp import FakeNibp
from sim.uart import FakeUart
from sitter.cuff_codes import IMPLAUSIBLE, NO_ANSWER, REFUSED, STOPPED, BloodPressure, CuffFault

RESULT = bytes((0x3E, 0x18, 0x73, 0, 0x4A, 0, 0x1E, 1, 0, 0, 0, 0, 0, 0, 0x31, 7, 0x55, 0, 0x58, 0, 0, 0, 0, 0xE9))


class Stand:
    def __init__(self, pressures=(118, 76, 90, 72)):
        self.clock = Clock()
        self.uart = FakeUart(self.clock, 9600)
        self.part = FakeNibp(self.clock, self.uart, lambda now_us: pressures)
        self.nibp = Nibp(self.uart)

    def run(self, seconds):
        """Outcomes within that time, polled as main does."""
        outcomes, end_us = [], self.clock.now_us + int(seconds * 1000000)
        while self.clock.now_us < end_us:
            outcome = self.nibp.poll(self.clock.now_ms())
            if outcome is not None:
                outcomes.append(outcome)
            self.clock.charge_us(self.nibp.poll_every_ms * 1000)
        return outcomes

    def measure(self, seconds=60):
        self.nibp.start(self.clock.now_ms())
        return self.run(seconds)


def test_the_published_frames_parse():
    assert Parser().feed(bytes((0x3E, 4, 0x4F, 0x6F))) == [b"O"]
    assert Parser().feed(bytes((0x3E, 5, 2, 1, 0xBA))) == [b"\x02\x01"]
    (data,) = Parser().feed(RESULT)
    assert nibp_frames.result_of(data) == BloodPressure(115, 74, 88, 85)


def test_the_frames_we_send_sum_to_zero():
    for frame in (nibp_frames.START_ADULT, nibp_frames.ABORT, nibp_frames.GET_CUFF, nibp_frames.GET_RESULT):
        assert sum(frame) & 0xFF == 0


def test_frames_arrive_in_pieces_and_after_garbage():
    parser, got = Parser(), []
    for byte in b"\x00\x3e\xff\x3e\x04" + RESULT + b"\x3e" + bytes((0x3E, 4, 0x4B, 0x73)):
        got += parser.feed(bytes((byte,)))
    assert [len(data) for data in got] == [21, 1]


def test_a_wrong_checksum_is_dropped():  # REQ-015
    damaged = RESULT[:5] + b"\x7f" + RESULT[6:]
    parser = Parser()
    assert parser.feed(damaged + bytes((0x3E, 4, 0x4B, 0x73))) == [b"K"]
    assert parser.dropped > 0


def test_a_reading_takes_its_time_and_comes_once():
    stand = Stand()
    assert stand.measure(20) == []
    assert stand.nibp.busy
    assert stand.nibp.cuff_mmhg > 60
    assert stand.run(40) == [BloodPressure(118, 76, 90, 72)]
    assert not stand.nibp.busy
    assert stand.part.cuff_pressure_mmhg() == 0


def test_a_result_out_of_order_is_refused():
    stand = Stand()
    stand.part.swapped_result = True
    assert stand.measure() == [CuffFault(IMPLAUSIBLE)]


def test_the_modules_errors_come_with_their_code():
    for knob, code in (("leak", 0x57), ("weak_signal", 1), ("motion", 2)):
        stand = Stand()
        setattr(stand.part, knob, True)
        assert stand.measure() == [CuffFault(code)], knob


def test_abort_empties_the_cuff_within_a_second():
    for after_s in (0.05, 0.5, 3, 15, 30):
        stand = Stand()
        stand.measure(after_s)
        stand.nibp.abort(stand.clock.now_ms())
        assert stand.run(1.5) == [CuffFault(STOPPED)], after_s
        assert stand.part.cuff_pressure_mmhg() == 0


def test_abort_gets_through_a_noisy_line():  # REQ-123
    stand = Stand()
    stand.part.garble_every = 2
    stand.measure(10)
    stand.nibp.abort(stand.clock.now_ms())
    assert stand.run(3) == [CuffFault(STOPPED)]
    assert stand.part.cuff_pressure_mmhg() == 0


def test_a_start_while_one_runs_sends_nothing():
    stand = Stand()
    stand.measure(5)
    assert not stand.nibp.start(stand.clock.now_ms())
    assert stand.run(60) == [BloodPressure(118, 76, 90, 72)]
    assert stand.part.cycles == 1


def test_a_noisy_line_still_gives_a_right_reading_or_none():
    for every in (3, 5, 7):
        stand = Stand()
        stand.part.garble_every = every
        for outcome in stand.measure(300):
            assert isinstance(outcome, CuffFault) or outcome == BloodPressure(118, 76, 90, 72)


def test_an_absent_module_is_a_fault_and_silent():
    stand = Stand()
    stand.part.absent = True
    assert stand.measure(20) == [CuffFault(NO_ANSWER)]
    assert stand.nibp.silent


def test_a_pulled_plug_shows_within_a_minute_between_readings():
    stand = Stand()
    stand.run(30)
    assert not stand.nibp.silent
    stand.part.absent = True
    stand.run(60)
    assert stand.nibp.silent
    stand.part.absent = False
    stand.run(60)
    assert not stand.nibp.silent


def test_a_module_that_falls_silent_under_pressure_is_aborted():
    stand = Stand()
    stand.part.stops_in_mid = True
    sent = []
    write = stand.uart.write
    stand.uart.write = lambda data: (sent.append(data), write(data))[1]
    assert stand.measure(60) == [CuffFault(NO_ANSWER)]
    assert sent.count(nibp_frames.ABORT) >= 5


def test_a_reset_deflates_what_the_last_start_left_inflated():  # REQ-124
    stand = Stand()
    stand.measure(10)
    again = stand.nibp = Nibp(stand.uart)
    again.reset(stand.clock.now_ms())
    assert stand.run(2) == []
    assert stand.part.cuff_pressure_mmhg() == 0
    assert not again.busy


def test_a_start_during_the_reset_is_kept_and_runs():
    stand = Stand()
    stand.nibp.reset(0)
    assert stand.nibp.start(0)
    assert not stand.nibp.start(0)
    assert stand.run(60) == [BloodPressure(118, 76, 90, 72)]
    assert stand.part.cycles == 1


def test_a_start_during_the_reset_can_still_be_stopped():
    stand = Stand()
    stand.nibp.reset(0)
    stand.nibp.start(0)
    stand.nibp.abort(0)
    assert stand.run(60) == [CuffFault(STOPPED)]
    assert stand.part.cycles == 0


def test_a_slow_answer_never_brings_the_previous_reading():  # REQ-016
    for slow_ms in range(0, 900, 50):
        pressures = [(118, 76, 90, 72)]
        stand = Stand()
        stand.part._pressures = lambda now_us, pressures=pressures: pressures[-1]
        stand.measure()
        pressures.append((195, 115, 140, 130))
        stand.part.slow_ms = slow_ms
        stand.nibp = Nibp(stand.uart)
        stand.nibp.reset(stand.clock.now_ms())
        while stand.nibp.busy:  # the start comes the moment that the first abort is acknowledged
            stand.nibp.poll(stand.clock.now_ms())
            stand.clock.charge_us(100000)
        assert stand.measure(80) == [BloodPressure(195, 115, 140, 130)], slow_ms


def test_pressure_leaves_the_cuff_when_the_module_is_heard_again():  # REQ-123
    for stop in (False, True):
        stand = Stand()
        stand.measure(5)
        stand.part.absent = True
        if stop:
            stand.nibp.abort(stand.clock.now_ms())
        assert stand.run(9) == [CuffFault(NO_ANSWER)], "a stop that nobody confirmed is not a stop"
        assert stand.part.cuff_pressure_mmhg() > 60
        stand.part.absent = False
        stand.run(3)
        assert stand.part.cuff_pressure_mmhg() == 0


def test_an_abort_that_comes_too_early_for_the_module_is_repeated_at_once():
    stand = Stand()
    stand.measure(10)
    sent = []
    write = stand.uart.write
    stand.uart.write = lambda data: (sent.append(data), write(data))[1]
    while not sent:
        stand.nibp.poll(stand.clock.now_ms())
        stand.clock.charge_us(20000)
    stand.nibp.abort(stand.clock.now_ms())
    assert sent == [nibp_frames.GET_CUFF, nibp_frames.ABORT]
    before = stand.part.cuff_pressure_mmhg()
    stand.run(0.4)
    assert stand.part.cuff_pressure_mmhg() < before - 20


def test_a_module_that_can_hear_but_not_speak_is_kept_empty():
    stand = Stand()
    stand.uart.send = lambda data: None
    stand.run(30)
    stand.part._start()
    stand.run(3)
    assert stand.part.cuff_pressure_mmhg() == 0


def test_a_cycle_that_ends_at_the_module_is_its_own_fault():
    stand = Stand()
    stand.measure(10)
    stand.part._dump()
    stand.part._answer(b"A")
    assert stand.run(5) == [CuffFault(0x56)]


def test_pressure_in_a_resting_cuff_is_let_out():  # REQ-124
    stand = Stand()
    stand.run(5)
    stand.part._start()  # by somebody else
    stand.run(30)
    assert stand.part.cuff_pressure_mmhg() == 0


def test_an_answer_that_comes_too_late_starts_nothing():
    for slow_ms in (150, 300, 600):
        stand = Stand()
        stand.measure()
        stand.part.slow_ms = slow_ms
        stand.nibp.reset(stand.clock.now_ms())
        assert stand.run(10) == [], slow_ms
        assert not stand.nibp.busy


def test_a_module_that_is_busy_at_first_is_asked_again():
    stand = Stand()
    receive = stand.part._receive

    def at_work(data):
        if stand.clock.now_ms() < 3000 and data == nibp_frames.START_ADULT:
            stand.part._answer(b"B")
        else:
            receive(data)

    stand.uart.on_receive = at_work
    assert stand.measure() == [BloodPressure(118, 76, 90, 72)]


def test_a_lost_acknowledgement_of_the_start_costs_no_reading():
    stand = Stand()
    stand.part.garble_every = 1
    stand.measure(0.5)
    stand.part.garble_every = 0
    assert stand.run(60) == [BloodPressure(118, 76, 90, 72)]
    assert stand.part.cycles == 1


def test_a_module_that_refuses_is_left_in_peace():
    for letter in (b"B", b"D", b"E", b"N", b"S", b"T"):
        stand = Stand()
        sent = []

        def refuse(data, stand=stand, sent=sent, letter=letter):
            sent.append(data)
            stand.part._answer(b"A" if data == nibp_frames.ABORT else letter)

        stand.uart.on_receive = refuse
        assert stand.measure(15) == [CuffFault(REFUSED)], letter
        assert sent.count(nibp_frames.START_ADULT) == 5, letter


def test_noise_that_looks_like_a_long_frame_delays_no_abort():
    stand = Stand()
    stand.measure(10)
    stand.uart.send(b"\x3e\x18")
    stand.nibp.abort(stand.clock.now_ms())
    assert stand.run(1.5) == [CuffFault(STOPPED)]


def test_a_silent_module_is_asked_gently():
    stand = Stand()
    stand.part.absent = True
    stand.run(60)
    assert stand.nibp.silent
    assert stand.nibp.poll_every_ms == 1000


def test_a_reading_without_a_pulse_is_refused_and_a_low_one_is_not():
    assert Stand((118, 76, 90, 0)).measure() == [CuffFault(IMPLAUSIBLE)]
    assert Stand((62, 31, 41, 138)).measure() == [BloodPressure(62, 31, 41, 138)]


def tight(stand, seconds):
    """Run so long; whether pressure stayed, each second."""
    found = []
    for _ in range(seconds):
        stand.run(1)
        found.append(stand.nibp.tight)
    return found


def test_pressure_that_stays_behind_a_reading_or_an_abort_is_told_within_seconds():  # REQ-128
    for seconds in (60, 15):  # to its end, and cut short
        stand = Stand()
        stand.part.stays_mmhg = 60
        stand.nibp.start(0)
        outcomes = []
        while not outcomes:
            outcomes = stand.run(1)
            if stand.clock.now_us > seconds * 1000000 - 1:
                stand.nibp.abort(stand.clock.now_ms())
        found = tight(stand, 16)
        assert not any(found[:9]), seconds  # a large cuff needs its time
        assert all(found[13:]), seconds
        assert not stand.nibp.silent
        stand.part.stays_mmhg = 0
        assert not tight(stand, 8)[-1]


def test_a_cuff_that_lets_its_air_out_slowly_is_not_called_tight():  # REQ-128
    stand = Stand()
    stand.part.stays_mmhg = 60
    stand.measure(10)
    stand.nibp.abort(stand.clock.now_ms())
    assert not any(tight(stand, 7))
    stand.part.stays_mmhg = 0
    assert not any(tight(stand, 30))


def test_pressure_of_a_reading_is_not_called_tight():
    stand = Stand()
    stand.nibp.start(0)
    assert not any(tight(stand, 60))
    assert stand.part.cycles == 1


def test_nothing_is_inflated_on_top_of_pressure_that_stays():  # REQ-128
    stand = Stand()
    stand.part.stays_mmhg = 60
    stand.measure(60)
    for wait in range(20):  # at rest, and in the middle of emptying
        stand.run(1 + wait % 3 * 0.3)
        assert stand.nibp.start(stand.clock.now_ms())
        assert stand.run(10) == [CuffFault(NO_ANSWER)]
    assert stand.part.cycles == 1
    stand.nibp.start(stand.clock.now_ms())
    stand.part.stays_mmhg = 0
    stand.run(60)
    assert stand.part.cycles == 2
