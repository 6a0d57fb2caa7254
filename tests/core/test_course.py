from test_unit import PLAN, Bedside, Reading, shown

from sim.practice import practice_plan
from sitter import session
from sitter.doses import VOID_REASONS
from sitter.session import BACK, DOSE, NEXT, TIME, VOID, Session

MIN = 60000
T0 = 600000


def dosed(route="sublingual", ago_ms=0):
    course = Session(route)
    for event in (NEXT, NEXT):
        course.event(1000, event)
    course.event(T0, DOSE, ago_ms)
    return course


def at(minute):
    return T0 + minute * MIN


def ends_at(course, limit=400):
    """The minute at which the phase ends by itself."""
    return next(minute for minute in range(limit) if course.time_is_up(at(minute)))


# --- the ends of the phases -------------------------------------------------------------------------------------------


def test_a_longer_phase_moves_those_behind_it():  # REQ-095
    course = dosed()
    course.event(at(20), TIME)
    assert course.shift(at(50), 10)
    assert (ends_at(course), course.end_min("return")) == (70, 130)
    assert course.end_min("recovery") is None


def test_no_phase_is_moved_beyond_three_hours():  # REQ-095
    for route, latest in (("sublingual", 120), ("intramuscular", 150)):
        course = dosed(route)
        course.event(at(5), NEXT)
        for _ in range(60):
            course.shift(at(6), 5)
        assert ends_at(course) == latest
        assert course.end_min("return") == session.LONGEST_MIN
        assert not course.shift(at(6), 5)


def test_a_phase_is_not_shortened_into_the_past():  # REQ-095
    course = dosed()
    course.event(at(20), TIME)
    assert course.shift(at(52), -5)
    assert ends_at(course) == 55
    assert course.shift(at(52), -5)
    assert ends_at(course) == 52
    assert not course.shift(at(52), -5)


def test_a_held_phase_ends_by_itself_only_at_the_farthest():  # REQ-095
    course = dosed()
    course.event(at(20), TIME)
    assert course.hold(at(30), True) and not course.hold(at(31), True)
    assert ends_at(course) == 120
    assert course.event(at(120), TIME)
    assert (course.phase, course.held, ends_at(course)) == ("return", False, 180)


def test_letting_a_held_phase_end_moves_what_follows_by_what_it_lasted_longer():
    course = dosed()
    course.event(at(20), TIME)
    course.hold(at(30), True)
    course.hold(at(72), False)
    assert course.time_is_up(at(72))
    course.event(at(72), TIME)
    assert ends_at(course) == 132


def test_a_hold_that_ends_in_time_changes_nothing():
    course = dosed()
    course.event(at(20), TIME)
    course.hold(at(30), True)
    course.hold(at(40), False)
    assert (ends_at(course), course.shift_min) == (60, 0)


def test_back_by_one_phase_gives_it_ten_more_minutes():
    course = dosed()
    course.event(at(20), TIME)
    course.event(at(60), TIME)
    assert course.may_go_back(at(65))
    assert course.event(at(65), BACK)
    assert (course.phase, ends_at(course)) == ("peak", 75)


def test_back_from_a_phase_that_came_early_waits_for_its_own_end():
    course = dosed()
    course.event(at(3), NEXT)
    course.event(at(4), BACK)
    assert (course.phase, ends_at(course), course.shift_min) == ("onset", 20, 0)


def test_there_is_no_way_back_beyond_three_hours_or_before_the_dose():  # REQ-095
    course = dosed()
    for minute in (20, 60, 120):
        course.event(at(minute), TIME)
    assert course.may_go_back(at(169))
    assert not course.may_go_back(at(171))
    for phase in ("idle", "checks", "ready", "onset", "stopped", "closed"):
        course.phase = phase
        assert not course.may_go_back(at(10)), phase


def test_the_phases_that_were_moved_survive_a_restart():
    course = dosed()
    course.event(at(20), TIME)
    course.shift(at(30), 15)
    course.hold(at(40), True)
    again = Session("sublingual")
    saved = course.saved(at(50), 1_000_000_000)
    assert session.may_resume(saved)
    again.restore(saved, 5000, 1_000_000_060)
    assert (again.held, again.shift_min, again.last_dose_ms) == (True, 15, again.t0_ms)


def test_staff_move_a_phase_by_the_menu_and_it_is_written_down():  # REQ-095
    bed = Bedside()
    bed.dosed()
    bed.press("NEXT")
    bed.choose("PHASE ...", "PHASE 5 MIN LONGER", "PHASE 5 MIN LONGER", "CLOSE MENU")
    bed.choose("PHASE ...", "HOLD THIS PHASE")
    assert [(row["action"], row["phase"], row["ends_min"]) for row in bed.of("course")] == [
        ("longer", "peak", 65), ("longer", "peak", 70), ("hold", "peak", 70)]  # fmt: skip
    bed.run(6)
    assert shown(bed)["prompt"] == "phase is held"
    bed.choose("PHASE ...", "LET THE PHASE END")
    bed.choose("PHASE ...", "BACK ONE PHASE")
    assert bed.unit.session.phase == "onset"
    assert [row["cause"] for row in bed.of("phase")][-1] == "back by menu"


# --- a dose that is stated --------------------------------------------------------------------------------------------


def test_a_stated_dose_has_its_t0_then_and_both_times_are_written_down():  # REQ-096
    bed = Bedside()
    bed.to_ready()
    bed.run(120)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 7 min", "HOLD NEXT")
    dose = bed.of("dose")[0]
    assert (dose["ago_min"], dose["at_ms"], bed.unit.session.t0_ms) == (7, bed.now_ms, bed.now_ms - 7 * MIN)
    assert bed.unit.session.phase == "onset"


def test_a_dose_is_stated_up_to_fifteen_minutes_ago():  # REQ-096
    bed = Bedside()
    bed.to_ready()
    bed.choose("DOSE GIVEN EARLIER")
    offered = set()
    for _ in range(20):
        offered.add(shown(bed)["prompt"])
        bed.press("MARK")
    assert offered == {"AGO: %d min" % n for n in range(1, 16)}


def test_an_early_dose_into_a_muscle_goes_through_the_phases_it_has_left_behind():
    bed = Bedside()
    bed.unit.take_plan(practice_plan("SIM-0001", 20260424, {"dose": {"route": "intramuscular", "dose_mg": 80,
                       "second_dose_mg": None, "second_from_min": None, "second_until_min": None}}))  # fmt: skip
    bed.to_ready()
    bed.choose("DOSE GIVEN EARLIER", "AGO: 9 min", "HOLD NEXT")
    bed.run(1)
    assert [row["phase"] for row in bed.of("phase")] == ["checks", "ready", "onset", "peak"]


def test_what_was_measured_after_a_stated_dose_is_not_the_patients_own():  # REQ-096
    bed = Bedside()
    bed.to_ready()
    bed.run(90)
    bed.reading = Reading(95, 97, 120, 95, True)
    bed.run(600)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 10 min", "HOLD NEXT")
    assert bed.of("baseline")[0]["pulse_bpm"] == 72


def test_a_baseline_that_nobody_remembers_is_missing():  # REQ-096
    bed = Bedside()
    bed.to_ready()
    bed.choose("DOSE GIVEN EARLIER", "AGO: 15 min", "HOLD NEXT")
    assert bed.of("baseline")[0]["pulse_bpm"] is None


def test_a_held_pressure_holds_a_stated_dose_too():  # REQ-096
    bed = Bedside()
    bed.to_ready()
    bed.pressure(152, 96)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 3 min", "HOLD NEXT")
    assert bed.unit.session.phase == "ready" and bed.of("dose") == []
    assert shown(bed)["prompt"] == "BP 152/96 > 140/90: hold"


def test_a_second_dose_is_judged_by_its_stated_moment():
    bed = Bedside()
    bed.dosed()
    bed.run(60)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 2 min", "HOLD NEXT")
    assert shown(bed)["prompt"] == "before the first dose"
    bed.run(8 * 60)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 5 min", "HOLD NEXT")
    assert shown(bed)["prompt"] == "2nd dose: 5 to 60 min"
    bed.choose("DOSE GIVEN EARLIER", "AGO: 3 min", "HOLD NEXT")
    assert [(row["number"], row["ago_min"]) for row in bed.of("dose")] == [(1, 0), (2, 3)]
    assert bed.unit.session.last_dose_ms == bed.now_ms - 3 * MIN


# --- a dose that is taken back ----------------------------------------------------------------------------------------


def test_a_dose_is_taken_back_within_a_minute_with_a_reason_and_a_hold():  # REQ-097
    bed = Bedside()
    bed.dosed()
    bed.run(40)
    bed.choose("TAKE BACK DOSE 1", "WHY: " + VOID_REASONS[0], "HOLD NEXT")
    assert bed.of("void") == [{"number": 1, "reason": VOID_REASONS[0], "at_ms": bed.now_ms}]
    course = bed.unit.session
    assert (course.phase, course.t0_ms, course.doses, course.last_dose_ms) == ("ready", None, 0, None)
    assert bed.unit.baseline.pulse_bpm is None
    assert bed.unit.mandate.newly_used() == []


def test_the_dose_after_it_is_the_first_one():  # REQ-097
    bed = Bedside()
    bed.dosed()
    bed.choose("TAKE BACK DOSE 1", "WHY: " + VOID_REASONS[0], "HOLD NEXT")
    bed.run(100)
    bed.press("NEXT", "hold")
    assert bed.unit.session.t0_ms == bed.now_ms
    assert [row["number"] for row in bed.of("dose")] == [1, 1]
    assert bed.unit.mandate.newly_used() == [[PLAN["id"], PLAN["code"], 20260424]]


def test_after_a_minute_a_dose_stands():  # REQ-097
    bed = Bedside()
    bed.dosed()
    bed.run(55)
    bed.choose("TAKE BACK DOSE 1", "WHY: " + VOID_REASONS[0])
    bed.run(6)
    bed.answer("HOLD NEXT")
    assert bed.of("void") == [] and bed.unit.session.phase == "onset"
    assert shown(bed)["prompt"] == "too late: it stands"
    bed.press("MARK", "hold")
    for _ in range(12):
        assert "TAKE BACK" not in shown(bed)["prompt"]
        bed.press("MARK")


def test_a_second_dose_that_is_taken_back_leaves_t0_alone():  # REQ-097
    bed = Bedside()
    bed.dosed()
    t0_ms = bed.unit.session.t0_ms
    bed.run(6 * 60)
    bed.press("NEXT", "hold")
    bed.choose("TAKE BACK DOSE 2", "WHY: " + VOID_REASONS[1], "HOLD NEXT")
    course = bed.unit.session
    assert (course.phase, course.t0_ms, course.doses, course.last_dose_ms) == ("onset", t0_ms, 1, t0_ms)
    bed.press("NEXT", "hold")
    assert course.doses == 2


def test_a_dose_can_be_taken_back_from_each_timed_phase_and_from_no_other():
    for presses, phase in ((0, "onset"), (1, "peak"), (2, "return")):
        course = dosed()
        for _ in range(presses):
            course.event(at(0), NEXT)
        assert course.phase == phase and course.event(at(1), VOID) and course.phase == "ready"
    for phase in ("idle", "checks", "ready", "recovery", "stopped", "closed"):
        course = dosed()
        course.phase = phase
        assert not course.take_back(at(1)), phase


# --- events, marks, readings by hand ----------------------------------------------------------------------------------


def test_events_come_from_the_settings_and_lozenges_with_the_route():
    bed = Bedside(events=["sick bag"])
    bed.dosed()
    bed.choose("EVENT ...", "lozenge in")
    bed.choose("EVENT ...", "sick bag")
    assert [(row["code"], row["phase"]) for row in bed.of("event")] == [("lozenge in", "onset"), ("sick bag", "onset")]
    for _ in range(2):
        bed.press("NEXT")
    bed.choose("EVENT ...")
    offered = set()
    for _ in range(6):
        offered.add(shown(bed)["prompt"].split(" ", 1)[1])
        bed.press("MARK")
    assert offered == {"sick bag", "CLOSE MENU"}


def test_a_mark_has_what_played_and_what_was_measured():
    bed = Bedside()
    bed.dosed()
    bed.run(2)
    bed.press("MARK")
    mark = bed.of("mark")[0]
    assert (mark["phase"], mark["folder"], mark["track"]) == ("onset", 1, 1)  # the track before the dose goes on
    assert (mark["pulse_bpm"], mark["spo2_pct"], mark["systolic_mmhg"]) == (72, 97, 122)
    bed.press("SILENCE", "hold")
    bed.run(1)
    bed.press("MARK")
    assert bed.of("mark")[1]["folder"] is None


def key_in(bed, *values):
    """Turn each number from what is shown to what it is to be."""
    bed.choose("PRESSURE TAKEN BY HAND")
    for value in values:
        for ones in (False, True):
            for _ in range(40):
                if shown(bed)["prompt"].split(" ")[-2] == "--":
                    bed.press("MARK")
                now = int(shown(bed)["prompt"].split(" ")[-2])
                off = value % 10 - now % 10 if ones else value // 10 - now // 10
                if off == 0:
                    break
                bed.press("MARK" if off > 0 else "BP")
            bed.press("NEXT")
    return bed


def test_a_reading_by_hand_counts_for_the_schedule_and_is_marked():  # REQ-020
    bed = Bedside()
    bed.dosed()
    bed.run(9 * 60)
    key_in(bed, 134, 86, 78)
    assert shown(bed)["prompt"] == "134/86/78: HOLD NEXT"
    bed.press("NEXT", "hold")
    row = bed.of("pressure")[-1]
    assert (row["systolic_mmhg"], row["diastolic_mmhg"], row["mean_mmhg"], row["pulse_bpm"]) == (134, 86, None, 78)
    assert row["source"] == "manual" and bed.of("pressure")[0]["source"] == "cuff"
    bed.run(1)
    assert shown(bed)["bp"] == "134/86" and shown(bed)["bp_note"] == "HAND 0 min ago +12"
    before = len(bed.outs)
    bed.run(9 * 60)
    assert not any(out.cuff for out in bed.outs[before:])


def test_a_reading_by_hand_alarms_as_any_other():  # REQ-020
    bed = Bedside()
    bed.dosed()
    key_in(bed, 205, 110, 78)
    bed.press("NEXT", "hold")
    assert "systolic_very_high" in bed.names()


def test_a_reading_by_hand_leaves_the_cuffs_fault_standing():  # REQ-020
    bed = Bedside()
    bed.dosed()
    bed.give("cuff", ("fault", 0x57))
    key_in(bed, 130, 80, 70)
    bed.press("NEXT", "hold")
    bed.run(1)
    assert bed.unit.cuff.code == 0x57


def test_numbers_that_nobody_confirms_are_none():  # REQ-020
    bed = Bedside()
    bed.dosed()
    count = len(bed.of("pressure"))
    key_in(bed, 134, 86, 78)
    bed.run(21)
    bed.press("NEXT", "hold")
    assert len(bed.of("pressure")) == count


def test_next_alone_makes_no_reading():  # REQ-206
    bed = Bedside()
    bed.dosed()
    count = len(bed.of("pressure"))
    bed.choose("PRESSURE TAKEN BY HAND")
    for _ in range(8):
        bed.press("NEXT")
        assert shown(bed)["prompt"] == "BY HAND: SYS -- TENS"
    bed.press("NEXT", "hold")
    assert len(bed.of("pressure")) == count
    bed.press("MARK")
    assert shown(bed)["prompt"] == "BY HAND: SYS 122 TENS"  # the last one, once somebody turns it


def test_what_is_no_pressure_is_not_taken():
    bed = Bedside()
    bed.dosed()
    count = len(bed.of("pressure"))
    key_in(bed, 90, 95, 78)
    bed.press("NEXT", "hold")
    assert len(bed.of("pressure")) == count
    assert shown(bed)["prompt"] == "that is no blood pressure"


def test_a_pulse_may_be_left_out():
    bed = Bedside()
    bed.dosed()
    key_in(bed, 130, 80)
    assert shown(bed)["prompt"] == "BY HAND: PULSE -- TENS"
    for _ in range(6):  # 72 at first, and below 30 none again
        bed.press("BP")
    assert shown(bed)["prompt"] == "BY HAND: PULSE -- TENS"
    bed.press("NEXT")
    bed.press("NEXT", "hold")
    assert bed.of("pressure")[-1]["pulse_bpm"] is None


def test_the_planned_time_is_told_when_it_is_over():
    bed = Bedside()
    bed.unit.take_plan(practice_plan("SIM-0001", 20260424, {"session": {"planned_min": 60, "eye_shades": False}}))
    bed.dosed()
    bed.press("NEXT")
    bed.unit.inquiries.observe.asked = True
    bed.unit.session.t0_ms -= 58 * MIN
    bed.run(1)
    assert shown(bed)["prompt"] == ""
    bed.unit.session.t0_ms -= 2 * MIN
    bed.run(1)
    assert "planned time is over" in [
        {tile: text for tile, text, _ in out.screen}["prompt"] for out in bed.outs if out.screen
    ]


def test_a_phase_without_an_end_is_neither_moved_nor_held():
    course = dosed()
    course.phase = "recovery"
    assert not course.shift(at(130), 5) and not course.hold(at(130), True)


def test_a_second_dose_stands_once_its_phases_are_over():
    course = dosed()
    course.another_dose(at(10))
    course.phase = "recovery"
    assert not course.take_back(at(10)) and course.doses == 2
