"""From START to the dose: the plan that a session stands on, checklist, hold, override, walk-in."""

from test_unit import PLAN, Bedside, shown

from sim.practice import practice_plan
from sitter import baseline, doses, keypad, settings
from sitter.unit import Unit

CLINICIANS = ["MD-07", "RN-12"]


def bedside(**chosen):
    whole = {"checklist": settings.defaults()["checklist"], "baseline_readings": 2, "clinicians": CLINICIANS}
    whole.update(chosen)
    return Bedside(**whole)


def started(**chosen):
    bed = bedside(**chosen)
    bed.press("NEXT")
    bed.run(2)
    return bed


def tick_off(bed):
    while bed.unit.before.item(bed.unit.settings) is not None:
        bed.press("NEXT")


def checked(*pressures, **chosen):
    """With the checklist done and these readings taken."""
    bed = started(**chosen)
    tick_off(bed)
    for systolic, diastolic in pressures:
        read(bed, systolic, diastolic)
    return bed


def read(bed, systolic, diastolic):
    bed.run(31)
    bed.press("BP")
    bed.run(20)
    bed.pressure(systolic, diastolic)


def choose(bed, words):
    """Go down an open menu to these words and choose them."""
    bed.answer(words)


def refused(bed):
    bed.run(6)  # until what was said is no longer shown
    return keypad.prompt(bed.now_ms, bed.unit)


# --- checklist --------------------------------------------------------------------------------------------------------


def test_each_item_is_confirmed_by_itself_and_written_down():  # REQ-089
    bed = started()
    assert shown(bed)["prompt"] == "1/6 identity confirmed?"
    assert shown(bed)["key_next"] == "YES"
    tick_off(bed)
    assert [(check["number"], check["count"]) for check in bed.of("check")] == [(k, 6) for k in range(1, 7)]
    assert bed.of("check")[4]["text"] == "no cuff on probe arm"
    assert shown(bed)["key_next"] == "READY"


def test_nobody_gets_past_an_item_that_is_open():  # REQ-089
    bed = started()
    read(bed, 120, 80)
    read(bed, 120, 80)
    for _ in range(5):
        bed.press("NEXT")
    assert bed.unit.session.phase == "checks"
    bed.press("NEXT")
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"


def test_the_widest_item_fits_the_screen():
    bed = started(checklist=["x" * settings.TEXT_LENGTH[1]] * 8)
    assert len(keypad.prompt(bed.now_ms, bed.unit)) <= 26


# --- readings and hold ------------------------------------------------------------------------------------------------


def test_two_readings_at_rest_come_before_the_dose():
    bed = started()
    tick_off(bed)
    assert refused(bed) == "needs a blood pressure"
    read(bed, 122, 78)
    assert refused(bed) == "needs 1 more BP reading"
    read(bed, 124, 80)
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"


def test_a_pressure_over_the_limit_holds_until_a_lower_one_has_come():
    bed = checked((152, 96))
    assert refused(bed) == "BP 152/96 > 140/90: hold"
    read(bed, 148, 88)
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks", "two readings, and the last one is over"
    read(bed, 136, 86)
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"
    assert bed.of("override") == []


def test_a_pressure_that_rises_again_before_the_dose_holds_the_dose():
    bed = checked((122, 78), (124, 80))
    bed.press("NEXT")
    read(bed, 160, 100)
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "ready"
    assert shown(bed)["prompt"] == "BP 160/100 > 140/90: hold"
    read(bed, 130, 80)
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "onset"


def test_an_override_takes_somebody_a_reason_and_a_hold():  # REQ-087
    bed = checked((122, 78), (152, 96))
    bed.press("MARK", "hold")
    choose(bed, "OVERRIDE THE HOLD")
    choose(bed, "WHO: RN-12")
    choose(bed, "WHY: medication given")
    assert keypad.prompt(bed.now_ms, bed.unit) == "HOLD NEXT TO CONFIRM"
    bed.press("NEXT")
    assert bed.of("override") == []
    bed.press("NEXT", "hold")
    (override,) = bed.of("override")
    assert (override["by"], override["reason"]) == ("RN-12", "medication given")
    assert (override["systolic_mmhg"], override["diastolic_mmhg"]) == (152, 96)
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"


def test_a_finger_that_slips_out_does_not_keep_the_moment_of_the_dose_from_being_known():
    bed = checked((122, 78), (124, 80))
    bed.press("NEXT")
    bed.reading = None
    bed.run(10)
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "onset"


def test_a_dose_where_none_may_be_given_is_said():
    bed = started()
    bed.press("NEXT", "hold")
    assert shown(bed)["prompt"] == "no dose in this phase"


def test_an_override_counts_for_its_reading_and_no_other():  # REQ-087
    bed = checked((122, 78), (152, 96))
    bed.unit.override(bed.now_ms, "RN-12", "medication given", bed.outs[-1])
    assert doses.held(bed.now_ms, bed.unit) is None
    read(bed, 151, 95)
    assert doses.held(bed.now_ms, bed.unit) == "BP 151/95 > 140/90: hold"


def test_what_nobody_confirms_has_not_happened():  # REQ-087
    bed = checked((152, 96))
    bed.press("MARK", "hold")
    choose(bed, "OVERRIDE THE HOLD")
    choose(bed, "WHO: MD-07")
    bed.run(25)
    bed.press("NEXT", "hold")
    assert bed.of("override") == [] and bed.unit.session.phase == "checks"


def test_without_a_list_of_clinicians_nobody_overrides():
    bed = started()
    bed.unit.settings["clinicians"] = []
    tick_off(bed)
    read(bed, 152, 96)
    bed.press("MARK", "hold")
    choose(bed, "OVERRIDE THE HOLD")
    assert shown(bed)["prompt"] == "no one to answer for it"


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_session_begins_on_its_own_plan_only_and_says_why_not():
    for changes, words in (({"unit_id": "SIM-0002"}, "plan for SIM-0002"), ({"expires": 20260424}, None)):
        bed = bedside()
        bed.unit.take_plan(practice_plan("SIM-0001", 20260424, changes))
        bed.press("NEXT")
        assert (bed.unit.session.phase == "idle") == (words is not None)
        if words:
            assert shown(bed)["prompt"] == words
    bed = bedside()
    bed.give("clock", (1_778_500_000, True))  # a fortnight later
    bed.press("NEXT")
    assert shown(bed)["prompt"] == "plan ended 2026-05-01"


def test_the_day_counts_when_the_session_begins_and_not_when_the_plan_came():
    bed = bedside()
    bed.give("clock", (1_778_500_000, True))
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle"


def test_a_plan_serves_one_session_and_counts_from_its_dose():  # REQ-086
    bed = Bedside()
    bed.to_ready()
    bed.press("STOP", "hold")
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle" and bed.unit.mandate.newly_used() is None
    bed.dosed()
    used = bed.unit.mandate.newly_used()
    assert used == [[PLAN["id"], PLAN["code"], 20260424]]
    assert bed.unit.mandate.newly_used() is None, "told once"
    again = Unit(settings.complete({}), PLAN, "SIM-0001", used)
    assert again.mandate.refusal(20260424) == "plan used 2026-04-24"


def test_limits_of_the_plan_are_in_force_and_go_with_it():
    bed = Bedside()
    own = bed.unit.settings["systolic_high_mmhg"]
    bed.unit.take_plan(practice_plan("SIM-0001", 20260424, {"limits": {"systolic_high_mmhg": 150}}))
    bed.dosed()
    bed.pressure(155, 80)
    bed.run(1)
    assert bed.names() == ["systolic_high"]
    assert [s["value"] for s in bed.of("setting") if s["name"] == "systolic_high_mmhg"] == [150]
    (told,) = bed.of("own_limit")
    assert (told["name"], told["value"], told["unit_value"]) == ("systolic_high_mmhg", 150, own)
    bed.unit.take_plan(PLAN)
    assert bed.unit.settings["systolic_high_mmhg"] == own == bed.unit.mandate.own["systolic_high_mmhg"]


def test_the_log_says_who_screened_reviewed_and_what_was_said_of_integration():
    bed = Bedside()
    review = {"by": "MD-09", "on": 20260420}
    changes = {"screening": {"neurological_condition": True, "reviews": {"neurological_condition": review}}}
    bed.unit.take_plan(practice_plan("SIM-0001", 20260424, changes))
    bed.to_ready()
    (screened,), (reviewed,) = bed.of("screening"), bed.of("review")
    plan = bed.unit.plan
    assert (screened["by"], screened["day"]) == (plan["screening"]["by"], plan["screening"]["on"])
    assert (screened["willing"], screened["supported"]) == (1, 1)
    assert (reviewed["condition"], reviewed["by"], reviewed["day"]) == ("neurological_condition", "MD-09", 20260420)


def test_what_is_left_of_used_plans_is_not_trusted():
    for strange in (None, 7, "x", {}, [7], [["a"]], [["a", "b", "c"]], [["a", "b", True]]):
        assert Unit(settings.complete({}), PLAN, "SIM-0001", strange).mandate.refusal(20260424) is None, strange


def test_a_second_dose_is_given_inside_its_window_and_once():
    bed = Bedside()
    bed.dosed()
    bed.run(60)
    bed.press("NEXT", "hold")
    assert shown(bed)["prompt"] == "2nd dose: 5 to 60 min"
    bed.run(5 * 60)
    bed.press("NEXT", "hold")
    assert [(dose["number"], dose["dose_mg"]) for dose in bed.of("dose")] == [(1, 200), (2, 100)]
    bed.press("NEXT", "hold")
    assert shown(bed)["prompt"] == "no further dose planned"
    assert len(bed.of("dose")) == 2


# --- what the last pressure says of the dose --------------------------------------------------------------------------


def test_an_old_pressure_holds_the_dose_until_there_is_a_new_one():  # REQ-231
    bed = checked((122, 78), (124, 80), hold_age_min=10)
    bed.press("NEXT")
    bed.run(9 * 60)
    assert doses.held(bed.now_ms, bed.unit) is None
    bed.run(60)
    assert refused(bed) == "BP 10 min old: again"
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "ready" and bed.of("dose") == []
    read(bed, 126, 80)
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "onset"


def test_an_old_pressure_keeps_the_session_in_its_checks():  # REQ-231
    bed = checked((122, 78), (124, 80), hold_age_min=10)
    bed.run(11 * 60)
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"
    assert shown(bed)["prompt"] == "BP 11 min old: again"


def test_who_answers_for_an_old_pressure_does_so_for_as_long_as_a_pressure_is_good():  # REQ-231
    bed = checked((122, 78), (124, 80), hold_age_min=10)
    bed.press("NEXT")
    bed.run(12 * 60)
    bed.choose("OVERRIDE THE HOLD", "WHO: RN-12", "WHY: usual for patient", "HOLD NEXT")
    assert len(bed.of("override")) == 1 and doses.held(bed.now_ms, bed.unit) is None
    bed.run(10 * 60)
    assert doses.held(bed.now_ms, bed.unit) == "BP 22 min old: again"


def test_a_dose_that_was_stated_is_judged_by_the_age_that_the_pressure_had_then():  # REQ-231
    bed = checked((122, 78), (124, 80), hold_age_min=10)
    bed.press("NEXT")
    bed.run(14 * 60)
    bed.choose("DOSE GIVEN EARLIER", "AGO: 5 min", "HOLD NEXT")
    assert bed.unit.session.phase == "onset"


def test_a_second_dose_is_held_over_an_alarm_limit_and_not_over_the_first_ones_hold():  # REQ-232
    bed = bedside(baseline_readings=1, checklist=[])
    bed.dosed()
    bed.run(6 * 60)
    read(bed, 150, 95)
    assert doses.held(bed.now_ms, bed.unit) is None
    read(bed, 184, 96)
    bed.press("NEXT", "hold")
    assert shown(bed)["prompt"] == "BP 184/96 > 180/110: hold"
    assert len(bed.of("dose")) == 1
    bed.choose("OVERRIDE THE HOLD", "WHO: MD-07", "WHY: usual for patient", "HOLD NEXT")
    bed.press("NEXT", "hold")
    assert len(bed.of("dose")) == 2 and bed.of("override")[0]["systolic_mmhg"] == 184


def test_where_no_dose_may_follow_nobody_is_asked_to_answer_for_one():
    bed = bedside(baseline_readings=1, checklist=[])
    bed.dosed()
    bed.run(60)
    read(bed, 184, 96)
    assert doses.refusal(bed.now_ms, bed.unit) == "2nd dose: 5 to 60 min"
    assert doses.held(bed.now_ms, bed.unit) is None


# --- without a plan ---------------------------------------------------------------------------------------------------


def offered(bed):
    bed.press("MARK", "hold")
    words = [item[1] for item in bed.unit.menu._items]
    return "SESSION WITHOUT A PLAN" in words


def test_a_session_without_a_plan_is_not_offered_unless_a_setting_allows_it():  # REQ-088
    assert not offered(bedside())
    assert offered(bedside(walk_in=1))


def test_a_walk_in_says_who_answers_for_it_and_why():  # REQ-088
    bed = bedside(walk_in=1)
    bed.press("MARK", "hold")
    choose(bed, "SESSION WITHOUT A PLAN")
    choose(bed, "HOW: intramuscular")
    choose(bed, "WHO: MD-07")
    choose(bed, "WHY: plan not at hand")
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "checks"
    (walk_in,) = bed.of("walk_in")
    assert (walk_in["by"], walk_in["reason"], walk_in["route"]) == ("MD-07", "plan not at hand", "intramuscular")
    (plan,) = bed.of("plan")
    assert (plan["code"], plan.get("dose_mg")) == ("WALK-IN", None)
    assert shown(bed)["clock"] == "WALK-IN"
    tick_off(bed)
    read(bed, 122, 78)
    read(bed, 122, 78)
    bed.press("NEXT")
    bed.press("NEXT", "hold")
    (dose,) = bed.of("dose")
    assert (dose["route"], dose["dose_mg"]) == ("intramuscular", None)
    assert bed.unit.mandate.newly_used() is None


def test_a_walk_in_uses_nothing_of_the_plan_that_lies_there_and_gives_it_back():  # REQ-088
    bed = bedside(walk_in=1)
    theirs = practice_plan("SIM-0001", 20260424, {"limits": {"systolic_high_mmhg": 150}})
    bed.unit.take_plan(theirs)
    bed.unit.walk_in(bed.now_ms, "intramuscular", "MD-07", "plan not at hand", bed.outs[-1])
    assert bed.unit.plan is None and bed.unit.settings["systolic_high_mmhg"] == 180
    bed.press("STOP", "hold")
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle" and bed.unit.session.route == "sublingual"
    assert bed.unit.plan == theirs and bed.unit.settings["systolic_high_mmhg"] == 150
    assert shown(bed)["clock"] == "KAP-0042"


def test_a_walk_in_does_not_go_around_what_keeps_every_session_from_beginning():
    bed = bedside(walk_in=1)
    bed.give("part", ("storage", "full"))
    bed.press("MARK", "hold")
    choose(bed, "SESSION WITHOUT A PLAN")
    assert shown(bed)["prompt"] == "no room for a record"


def test_a_reading_that_was_held_is_not_the_patients_own():  # REQ-205
    bed = checked((152, 96), (152, 94), (134, 84), (130, 82))
    bed.press("NEXT")
    bed.press("NEXT", "hold")
    assert bed.of("baseline")[0]["systolic_mmhg"] == 132


def test_a_reading_held_behind_a_good_one_moves_nothing():  # REQ-205
    bed = checked((134, 84), (156, 96), (130, 82))
    bed.press("NEXT")
    bed.press("NEXT", "hold")
    assert bed.of("baseline")[0]["systolic_mmhg"] == 132


def test_where_all_were_held_they_are_the_patients_own():
    one = baseline.Baseline()
    for systolic in (150, 154):
        one.take_pressure(systolic, held=True)
    assert one.saved()[2] == 152
