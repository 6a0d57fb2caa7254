from test_nibp import Stand

from drivers import nibp_frames, nibp_hold
from drivers.nibp import Nibp
from drivers.nibp_hold import LEASE_MS, MOST_MS, Hold
from sitter.cuff_codes import STOPPED, BloodPressure, CuffFault


class Service(Stand):
    """A module whose valves are kept closed for somebody who looks, until they do not any more."""

    def __init__(self):
        Stand.__init__(self)
        self.run(2)
        self.looks = True
        self.hold = Hold(self.clock.now_ms())
        assert self.nibp.lend(self.hold)
        self.look(1)

    def look(self, seconds):
        outcomes = []
        for _ in range(int(seconds)):
            self.hold.go_on(self.clock.now_ms())
            outcomes += self.run(1)
        return outcomes

    def pump(self, mmhg, seconds=8):
        self.part.bulb_mmhg = mmhg
        return self.look(seconds)

    @property
    def pressure(self):
        return self.part.cuff_pressure_mmhg()


def test_the_frames_for_the_valves_sum_to_zero():
    for frame in (nibp_hold.CLOSE_VALVES, nibp_frames.OPEN_VALVES):
        assert sum(frame) & 0xFF == 0


def test_what_is_pumped_in_stays_and_is_told():
    service = Service()
    assert service.hold.closed
    service.pump(150)
    service.look(30)
    assert (service.pressure, service.hold.cuff_mmhg) == (150, 150)
    assert service.nibp.busy


def test_what_the_module_reads_off_and_loses_is_told_as_it_is():
    service = Service()
    service.part.reads_off_mmhg, service.part.leaks_mmhg_min = -5, 12
    service.pump(250)
    before = service.hold.cuff_mmhg
    assert before == 245
    service.look(60)
    assert before - service.hold.cuff_mmhg == 12


def test_when_the_host_is_gone_the_pressure_goes_within_seconds():  # REQ-181
    service = Service()
    service.pump(250)
    service.run(LEASE_MS / 1000 + 3)
    assert service.pressure == 0
    assert service.hold.ended == "host gone"
    assert not service.nibp.busy


def test_no_valve_is_closed_for_longer_than_five_minutes_whoever_looks():  # REQ-181
    service = Service()
    service.pump(250)
    service.look(MOST_MS // 1000)
    assert service.pressure == 0
    assert service.hold.ended == "time is up"


def test_the_peak_is_kept_when_the_modules_protection_vents():
    service = Service()
    service.pump(320, 12)
    assert service.pressure == 0
    assert 280 <= service.hold.peak_mmhg <= 300
    assert service.hold.ended is None and service.hold.cuff_mmhg == 0


def test_a_module_that_does_not_vent_is_emptied_beyond_330():  # REQ-181
    service = Service()
    service.part.vents_at_mmhg = 0
    service.pump(400, 12)
    assert service.hold.ended == "too much pressure"
    assert service.pressure == 0


def test_a_module_that_does_not_know_the_command_is_told_apart_from_a_silent_one():
    for knob, words in (("no_valves", "refused"), ("absent", "no answer")):
        stand = Stand()
        stand.run(2)
        setattr(stand.part, knob, True)
        hold = Hold(stand.clock.now_ms())
        assert stand.nibp.lend(hold)
        for _ in range(10):
            hold.go_on(stand.clock.now_ms())
            stand.run(1)
        assert hold.ended == words
        assert not hold.closed


def test_a_module_that_tells_no_pressure_is_not_pumped_further():  # REQ-181
    service = Service()
    service.pump(200)
    service.part.reads_off_mmhg = -400
    service.look(12)
    assert service.hold.ended == "no answer"
    assert not service.part._closed


def test_a_module_that_falls_silent_is_told_to_open_until_it_is_heard_again():  # REQ-181
    service = Service()
    service.pump(200)
    service.part.absent = True
    service.look(20)
    assert service.hold.ended == "no answer"
    assert service.nibp.silent
    assert service.pressure > 150
    service.part.absent = False
    service.run(8)
    assert service.pressure == 0


def test_a_noisy_line_does_not_keep_the_valves_closed():  # REQ-181
    for every in (2, 3):
        service = Service()
        service.pump(200)
        service.part.garble_every = every
        service.run(LEASE_MS / 1000 + 6)
        assert service.pressure == 0, every


def test_a_start_or_an_abort_empties_the_cuff_first():  # REQ-182
    service = Service()
    service.pump(200)
    assert not service.nibp.start(service.clock.now_ms())
    assert service.run(4) == [CuffFault(STOPPED)]
    assert service.pressure == 0
    service = Service()
    service.pump(200)
    service.nibp.abort(service.clock.now_ms())
    assert service.run(4) == []
    assert service.pressure == 0


def test_valves_that_hold_next_to_nothing_are_opened_all_the_same():
    for slow_ms in range(0, 400, 50):
        service = Service()
        service.pump(12)
        service.part.slow_ms = slow_ms
        service.look(2)
        service.nibp.abort(service.clock.now_ms())
        service.run(4)
        assert not service.part._closed, slow_ms


def test_a_reading_right_after_it_is_the_patients_own():  # REQ-016
    for slow_ms in range(0, 900, 100):
        stand = Stand()
        stand.measure()
        stand.part._pressures = lambda now_us: (195, 115, 140, 130)
        hold = Hold(stand.clock.now_ms())
        assert stand.nibp.lend(hold)
        stand.run(1)
        stand.part.slow_ms = slow_ms
        hold.go_on(stand.clock.now_ms())
        stand.run(2)
        stand.nibp.abort(stand.clock.now_ms())
        stand.nibp.start(stand.clock.now_ms())
        assert stand.run(90) == [BloodPressure(195, 115, 140, 130)], slow_ms


def test_a_restart_in_the_middle_finds_the_pressure_and_lets_it_out():  # REQ-182
    service = Service()
    service.pump(200)
    again = service.nibp = Nibp(service.uart)
    again.reset(service.clock.now_ms())
    assert service.run(5) == []
    assert service.pressure == 0
    assert not again.busy


def test_a_valve_that_sticks_ends_in_no_endless_loop_and_is_tried_again():
    service = Service()
    service.pump(200)
    service.part.valve_sticks = True
    for _ in range(60):
        service.run(0.5)
        assert not service.nibp.silent
    assert service.pressure == 200
    service.part.valve_sticks = False
    service.run(8)
    assert service.pressure == 0


def test_no_hold_while_the_module_is_at_work_or_silent():
    stand = Stand()
    stand.measure(5)
    assert not stand.nibp.lend(Hold(stand.clock.now_ms()))
    stand = Stand()
    stand.part.absent = True
    stand.run(60)
    assert not stand.nibp.lend(Hold(stand.clock.now_ms()))


def test_every_cycle_that_the_module_begins_is_counted_and_nothing_else():
    stand = Stand()
    stand.measure()
    stand.part.leak = True
    stand.measure()
    stand.part.leak = False
    stand.measure(5)
    stand.nibp.abort(stand.clock.now_ms())
    stand.run(5)
    assert stand.nibp.cycles == stand.part.cycles == 3
    service = Service()
    service.pump(200)
    assert service.nibp.cycles == 0
