from sitter import session, settings, stored
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


def test_the_phases_end_by_the_route_at_these_minutes():
    for route, ends_min in (("sublingual", (20, 60, 120)), ("intramuscular", (5, 30, 60))):
        s = dosed(route)
        for end_min in ends_min:
            assert not s.time_is_up(600000 + end_min * 60000 - 1)
            assert s.time_is_up(600000 + end_min * 60000)
            assert s.time_is_up(600000 + end_min * 60000 + 777)
            s.event(600000 + end_min * 60000, TIME)
        assert s.phase == "recovery"
        assert not s.time_is_up(86400000)


def test_a_session_begins_with_nothing_and_keeps_its_figures_until_the_next():
    s = Session("sublingual")
    assert (s.phase, s.since_ms, s.t0_ms, s.doses, s.marks) == ("idle", 0, None, 0, 0)
    s = dosed()
    s.another_dose(700000)
    s.marks = 3
    s.event(700000, END)
    s.event(800000, NEXT)
    assert (s.phase, s.since_ms, s.t0_ms, s.doses, s.marks) == ("closed", 800000, 600000, 2, 3)
    s.event(900000, NEXT)
    assert (s.phase, s.since_ms, s.t0_ms, s.doses, s.marks) == ("idle", 900000, None, 0, 0)


def test_a_further_dose_counts_in_onset_and_peak_only():
    s = Session("sublingual")
    for phase, given in (("idle", False), ("checks", False), ("ready", False), ("onset", True), ("peak", True),
                         ("return", False), ("recovery", False), ("stopped", False), ("closed", False)):  # fmt: skip
        s.phase, s.doses = phase, 1
        assert s.another_dose(700000) is given, phase
        assert s.doses == 1 + given


def test_phases_follow_the_route():
    for route, ends in session.ENDS_MIN.items():
        s = dosed(route)
        for phase in ("onset", "peak", "return"):
            assert s.phase == phase
            assert not s.time_is_up(s.t0_ms + ends[phase] * MIN - 1)
            assert s.time_is_up(s.t0_ms + ends[phase] * MIN)
            s.event(s.t0_ms + ends[phase] * MIN, TIME)


def test_a_second_dose_never_moves_t0():  # REQ-093
    s = dosed()
    assert s.another_dose(700000)
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


def test_a_saved_session_is_taken_up_where_it_was():  # REQ-071
    s = dosed()
    saved = s.saved(900000, 1_000_000_000)
    again = Session("intramuscular")
    again.restore(saved, 5000, 1_000_000_020)
    assert (again.phase, again.route, again.doses) == ("onset", "sublingual", 1)
    # 300 s before the cut, 20 s off, 5 s of this start are within the 20
    assert again.t0_ms == 5000 - 320000


def test_every_moment_of_a_saved_session_survives_to_the_second():
    s = dosed()
    s.event(1_803_000, NEXT)
    s.marks = 4
    saved = s.saved(2_527_999, 1_777_777_777)
    # 1927 s after the dose, 724 s into the peak
    assert (saved["t0_utc_s"], saved["since_utc_s"]) == (1_777_775_850, 1_777_777_053)
    assert (saved["at_ms"], saved["utc_s"], saved["marks"]) == (2_527_999, 1_777_777_777, 4)
    again = Session("intramuscular")
    again.restore(saved, 3_141, 1_777_777_801)
    assert (again.phase, again.doses, again.marks) == ("peak", 1, 4)
    assert again.t0_ms == 3_141 - 1_951_000
    assert again.since_ms == 3_141 - 748_000
    s = Session("sublingual")
    s.event(1000, NEXT)
    again.restore(s.saved(2000, 1_777_777_777), 0, 1_777_777_777)
    assert (again.phase, again.since_ms) == ("checks", -1000)


def test_a_session_without_a_dose_comes_back_without_one():
    s = Session("sublingual")
    s.event(1000, NEXT)
    again = Session("sublingual")
    again.restore(s.saved(2000, 1_777_777_777), 0, 1_777_777_777)
    assert again.t0_ms is None
    assert not again.time_is_up(86400000)


def test_only_a_whole_open_session_may_be_resumed():  # REQ-073
    saved = dosed().saved(900000, 1_000_000_000)
    assert session.may_resume(saved)
    assert not session.may_resume(None)
    assert not session.may_resume([1, 2])
    for name in saved:
        for value in (None, "x", [], 1.5):
            if (name, value) in (("t0_utc_s", None), ("last_utc_s", None)):
                continue
            broken = dict(saved)
            broken[name] = value
            assert not session.may_resume(broken), (name, value)
    for baseline in (None, [], [1, 2], [1, 2, 3, 4], [1, 2, "x"], {}):
        assert session.may_resume(dict(saved, baseline=baseline)), baseline
        assert "baseline" not in stored.known_parts(dict(saved, baseline=baseline)), baseline
    assert "baseline" in stored.known_parts(dict(saved, baseline=[96, None, 120]))
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


def test_a_failed_reading_is_tried_again_after_a_minute():  # REQ-125
    schedule = Schedule(settings.defaults())
    s = dosed()
    due = schedule.due_ms(s)
    assert schedule.start_ms(s) == due
    schedule.failed(due + 30000)
    assert schedule.start_ms(s) == due + 30000 + 60000
    schedule.failed(due + 120000)
    assert schedule.start_ms(s) == due + 120000 + 300000
    assert schedule.due_ms(s) == due
    assert schedule.missing(due, s) and not schedule.missing(due - 1, s)


def test_the_cuff_rests_half_a_minute():  # REQ-121
    schedule = Schedule(settings.defaults())
    assert schedule.may_start(0)
    schedule.succeeded(1000)
    assert not schedule.may_start(30999)
    assert schedule.may_start(31000)


def test_each_phase_knows_whether_it_watches_comes_after_the_dose_and_lets_the_patient_go():
    for phase, watching, dosed_already, away in (
        ("idle", False, False, False),
        ("checks", True, False, True),
        ("ready", True, False, True),
        ("onset", True, True, False),
        ("peak", True, True, False),
        ("return", True, True, True),
        ("recovery", True, True, True),
        ("stopped", True, True, True),
        ("closed", False, False, False),
    ):
        s = Session("sublingual")
        s.phase = phase
        assert (s.watching, s.dosed, s.may_be_away) == (watching, dosed_already, away), phase
