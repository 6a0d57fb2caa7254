from sitter import session, settings
from sitter.keypad import NEXT_LABELS
from sitter.schedule import Schedule
from sitter.screen import PHASE_TITLES
from sitter.session import DOSE, END, NEXT, TIME, TRANSITIONS, Session

MIN = 60000


def dosed(route="sublingual"):
    s = Session(route)
    s.event(1000, NEXT)
    s.event(2000, NEXT)
    s.event(600000, DOSE)
    return s


def test_the_way_through_a_session():
    s = Session("sublingual")
    seen = []
    for event in (NEXT, NEXT, DOSE, TIME, TIME, TIME, NEXT, NEXT):
        assert s.event(0, event)
        seen.append(s.phase)
    assert seen == ["checks", "ready", "onset", "peak", "return", "recovery", "closed", "idle"]


def test_an_event_without_a_row_does_nothing():
    for phase in session.PHASES:
        for event in (NEXT, DOSE, TIME, END):
            s = Session("sublingual")
            s.phase = phase
            moved = s.event(5, event)
            assert moved == ((phase, event) in TRANSITIONS)
            assert moved or s.phase == phase


def test_phases_follow_the_route():
    for route, ends in session.ENDS_MIN.items():
        s = dosed(route)
        for phase in ("onset", "peak", "return"):
            assert s.phase == phase
            assert not s.time_is_up(s.t0_ms + ends[phase] * MIN - 1)
            assert s.time_is_up(s.t0_ms + ends[phase] * MIN)
            s.event(s.t0_ms + ends[phase] * MIN, TIME)


def test_a_second_dose_never_moves_t0():
    s = dosed()
    assert s.another_dose()
    assert s.t0_ms == 600000
    assert s.doses == 2
    assert not s.event(700000, DOSE)


def test_stop_held_goes_to_stopped_only_after_a_dose():
    s = dosed()
    s.event(0, END)
    assert s.phase == "stopped"
    assert s.watching
    s = Session("sublingual")
    s.event(0, NEXT)
    s.event(0, END)
    assert s.phase == "closed"


def test_a_saved_session_is_taken_up_where_it_was():
    s = dosed()
    saved = s.saved(900000, 1_000_000_000)
    again = Session("intramuscular")
    again.restore(saved, 5000, 1_000_000_020)
    assert (again.phase, again.route, again.doses) == ("onset", "sublingual", 1)
    # 300 s before the cut, 20 s off, 5 s of this start are within the 20
    assert again.t0_ms == 5000 - 320000


def test_only_a_whole_open_session_may_be_resumed():
    saved = dosed().saved(900000, 1_000_000_000)
    assert session.may_resume(saved)
    assert not session.may_resume(None)
    assert not session.may_resume([1, 2])
    for name in saved:
        for value in (None, "x", [], 1.5):
            if (name, value) == ("t0_utc_s", None):
                continue
            broken = dict(saved)
            broken[name] = value
            assert not session.may_resume(broken), (name, value)
    for baseline in (None, [], [1, 2], [1, 2, "x"], {}):
        assert not session.may_resume(dict(saved, baseline=baseline)), baseline
    assert session.may_resume(dict(saved, baseline=[96, None, 120]))
    for phase in ("idle", "closed", "lunch"):
        assert not session.may_resume(dict(saved, phase=phase))


def test_every_phase_has_a_label_and_a_way_out():
    for phase in session.PHASES:
        assert any(p == phase for p, _ in TRANSITIONS)
        assert phase in NEXT_LABELS and phase in PHASE_TITLES


def test_readings_come_at_their_interval_and_always_at_forty_minutes():
    schedule = Schedule(settings.complete({"pressure_interval_peak_min": 30}))
    s = dosed()
    assert schedule.due_ms(s) == s.t0_ms + 30 * MIN
    schedule.succeeded(s.t0_ms + 30 * MIN)
    assert schedule.due_ms(s) == s.t0_ms + 40 * MIN
    schedule.succeeded(s.t0_ms + 40 * MIN)
    assert schedule.due_ms(s) == s.t0_ms + 70 * MIN


def test_no_reading_is_due_before_the_dose():
    s = Session("sublingual")
    s.event(0, NEXT)
    assert Schedule(settings.defaults()).due_ms(s) is None


def test_a_failed_reading_is_tried_again_after_a_minute():
    schedule = Schedule(settings.defaults())
    s = dosed()
    due = schedule.due_ms(s)
    assert schedule.wants_reading(due, s)
    schedule.failed(due + 30000)
    assert not schedule.wants_reading(due + 30000 + 59000, s)
    assert schedule.wants_reading(due + 30000 + 60000, s)
    assert schedule.due(due + 30000, s)


def test_the_cuff_rests_half_a_minute():
    schedule = Schedule(settings.defaults())
    assert schedule.may_start(0)
    schedule.succeeded(1000)
    assert not schedule.may_start(30999)
    assert schedule.may_start(31000)
