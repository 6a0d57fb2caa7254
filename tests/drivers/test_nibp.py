from drivers import nibp
from drivers.nibp import IMPLAUSIBLE, NO_ANSWER, STOPPED, BloodPressure, CuffFault, Nibp, Parser
from sim.clock import Clock
from sim.nibp import FakeNibp
from sim.uart import FakeUart

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
    assert nibp.result_of(data) == BloodPressure(115, 74, 88, 85)


def test_the_frames_we_send_sum_to_zero():
    for frame in (nibp.START_ADULT, nibp.ABORT, nibp.GET_CUFF, nibp.GET_RESULT):
        assert sum(frame) & 0xFF == 0


def test_frames_arrive_in_pieces_and_after_garbage():
    parser, got = Parser(), []
    for byte in b"\x00\x3e\xff\x3e\x04" + RESULT + b"\x3e" + bytes((0x3E, 4, 0x4B, 0x73)):
        got += parser.feed(bytes((byte,)))
    assert [len(data) for data in got] == [21, 1]


def test_a_wrong_checksum_is_dropped():
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


def test_abort_gets_through_a_noisy_line():
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
    assert sent.count(nibp.ABORT) >= 5


def test_a_reset_deflates_what_the_last_start_left_inflated():
    stand = Stand()
    stand.measure(10)
    again = stand.nibp = Nibp(stand.uart)
    again.reset(stand.clock.now_ms())
    assert stand.run(2) == []
    assert stand.part.cuff_pressure_mmhg() == 0
    assert not again.busy
