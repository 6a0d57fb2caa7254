"""The first inflation that is wanted, and the start behind it: whatever the module says to that, a reading is taken."""

from test_nibp import Stand

from drivers.nibp_frames import GET_CUFF, START_ADULT, first_inflation
from sitter.cuff_codes import NO_ANSWER, REFUSED, STOPPED, BloodPressure, CuffFault

READING = BloodPressure(118, 76, 90, 72)
OTHER = BloodPressure(136, 88, 104, 96)
SAYS = ("OK", "K", "O", "N", "", "E", "B", "A", "KO")


class Heard(Stand):
    """With a reading taken before, and what is sent from then on. `lost` are numbers of frames that do not arrive."""

    def __init__(self, pressures=(118, 76, 90, 72), lost=()):
        super().__init__()
        assert self.measure() == [READING]
        self.part._pressures = lambda now_us: pressures
        self.sent, self.arrived = [], 0
        write, receive = self.uart.write, self.part._receive

        def note(data):
            self.sent.append((self.clock.now_ms(), bytes(data)))
            return write(data)

        def hear(data):
            self.arrived += 1
            if self.arrived not in lost:
                receive(data)

        self.uart.write, self.uart.on_receive = note, hear

    def begin(self, mmhg=150):
        self.run(5)
        self.sent.clear()
        self.arrived = 0
        self.began_ms = self.clock.now_ms()
        assert self.nibp.start(self.began_ms, mmhg)

    def started_after_ms(self):
        return [at_ms - self.began_ms for at_ms, frame in self.sent if frame == START_ADULT]


def test_the_published_frame_is_made():
    assert first_inflation(160) == b"\x3a\x17\xa0\x00\x0f"
    for mmhg in range(120, 301, 10):
        assert sum(first_inflation(mmhg)) & 0xFF == 0


def test_the_pressure_is_set_before_the_start_with_gaps_between():  # REQ-190
    stand = Heard()
    stand.begin()
    stand.run(1)
    assert [frame for _, frame in stand.sent[:3]] == [first_inflation(150), GET_CUFF, START_ADULT]
    times = [at_ms for at_ms, _ in stand.sent]
    assert min(times[k + 1] - times[k] for k in range(len(times) - 1)) >= 100
    assert stand.started_after_ms()[0] <= 500
    assert stand.run(60) == [READING]
    assert stand.part.peaks_mmhg == [160, 150]


def test_it_counts_for_one_cycle_and_without_it_nothing_is_set():
    stand = Heard()
    stand.begin()
    stand.run(60)
    stand.begin(None)
    assert [frame for _, frame in stand.sent] == [START_ADULT]
    assert stand.run(60) == [READING]
    assert stand.part.peaks_mmhg == [160, 150, 160]


def test_whatever_the_module_says_to_it_and_however_late_the_reading_is_taken():  # REQ-190
    for says in SAYS:
        for late_ms in (0, 150, 300, 400, 420, 600, 900, 1500, 3000, 4500):
            stand = Heard(OTHER)
            stand.part.first_says, stand.part.first_slow_ms = says, late_ms
            stand.begin(160)
            assert stand.run(60) == [OTHER], (says, late_ms)
            assert len(stand.started_after_ms()) == 1, (says, late_ms)
            assert stand.started_after_ms()[0] <= 600
            assert stand.part.cycles == 2


def test_a_module_that_answers_everything_late_brings_its_own_reading_or_none():  # REQ-190, REQ-016
    for says in SAYS:
        for slow_ms in range(0, 900, 100):
            stand = Heard(OTHER)
            stand.part.first_says, stand.part.slow_ms = says, slow_ms
            stand.begin(160)
            assert stand.run(80) == [OTHER], (says, slow_ms)
            assert stand.started_after_ms()[0] <= 700, (says, slow_ms)


def test_a_frame_lost_on_the_way_costs_no_reading():  # REQ-190
    for lost in ((1,), (2,), (3,), (1, 2), (2, 3), (1, 3), (1, 2, 3)):
        for slow_ms in (0, 400, 800):
            stand = Heard(OTHER, lost)
            stand.part.slow_ms = slow_ms
            stand.begin(160)
            assert stand.run(80) == [OTHER], (lost, slow_ms)
            assert stand.part.cycles == 2, (lost, slow_ms)


def test_an_answer_lost_on_the_way_costs_no_reading():  # REQ-190
    for nth in range(1, 7):
        stand = Heard(OTHER)
        answer, stand.said = stand.part._answer, 0

        def garbled(data, stand=stand, answer=answer, nth=nth):
            stand.said += 1
            stand.part.garble_every = 1 if stand.said == nth else 0
            answer(data)

        stand.begin(160)
        stand.part._answer = garbled
        assert stand.run(80) == [OTHER], nth
        assert stand.part.cycles == 2, nth


def test_a_module_that_is_busy_at_first_is_asked_again_whose_ever_the_other_answers_are():  # REQ-190
    for says in SAYS:
        for slow_ms in (0, 300, 600, 800):
            stand = Heard(OTHER)
            stand.part.first_says, stand.part.slow_ms = says, slow_ms
            hear = stand.uart.on_receive

            def at_work(data, stand=stand, hear=hear):
                if data == START_ADULT and stand.clock.now_ms() - stand.began_ms < 2500:
                    stand.part._answer(b"B")
                else:
                    hear(data)

            stand.uart.on_receive = at_work
            stand.begin(160)
            assert stand.run(90) == [OTHER], (says, slow_ms)


def test_a_late_acknowledgement_and_no_cycle_is_a_fault_and_no_reading():  # REQ-016
    stand = Heard(OTHER)
    hear = stand.uart.on_receive

    def deceives(data):
        if data == START_ADULT:
            stand.part._answer(b"O")
            stand.part._answer(b"K")
        else:
            hear(data)

    stand.uart.on_receive = deceives
    stand.begin(160)
    assert stand.run(20) == [CuffFault(REFUSED)]


def test_a_cycle_that_somebody_stops_at_the_module_at_once_is_given_up_in_seconds():
    stand = Heard(OTHER)
    stand.begin(160)
    stand.run(3)
    stand.part._dump()
    stand.part._answer(b"A")
    assert stand.run(9) == [CuffFault(REFUSED)]


def test_a_hose_that_is_off_is_told_by_the_modules_own_code():
    stand = Heard(OTHER)
    stand.part.leak = True
    stand.part.cuff_pressure_mmhg = lambda: 0
    stand.begin(160)
    assert stand.run(60) == [CuffFault(0x57)]


def test_a_first_inflation_too_low_for_the_arm_takes_longer_and_reads_right():
    stand = Heard((185, 105, 135, 110))
    stand.begin(120)
    assert stand.run(80) == [BloodPressure(185, 105, 135, 110)]
    assert stand.part.peaks_mmhg[-1] == 120


def test_an_abort_at_any_moment_of_the_beginning_empties_the_cuff_and_it_stays_so():  # REQ-190, REQ-123
    for says, late_ms in (("OK", 0), ("", 0), ("K", 700), ("OK", 1000), ("N", 300)):
        for after_ms in range(0, 1500, 70):
            stand = Heard(OTHER)
            stand.part.first_says, stand.part.first_slow_ms = says, late_ms
            stand.begin(160)
            stand.run(after_ms / 1000)
            stand.nibp.abort(stand.clock.now_ms())
            assert stand.run(3) == [CuffFault(STOPPED)], (says, late_ms, after_ms)
            assert stand.part.cuff_pressure_mmhg() == 0, (says, late_ms, after_ms)
            assert stand.run(20) == [] and stand.part.cuff_pressure_mmhg() == 0
            stand.part.first_slow_ms = 0
            stand.begin(160)
            assert stand.run(80) == [OTHER]


def test_an_absent_module_is_a_fault_no_later_than_without():
    stand = Heard()
    stand.part.absent = True
    stand.begin(160)
    assert stand.run(20) == [CuffFault(NO_ANSWER)]


def test_a_start_kept_for_the_end_of_a_reset_keeps_its_pressure():
    stand = Stand()
    stand.nibp.reset(0)
    assert stand.nibp.start(0, 150)
    assert stand.run(60) == [READING]
    assert stand.part.peaks_mmhg == [150]
