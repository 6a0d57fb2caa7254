from test_unit import Bedside, shown

from sim.practice import practice_plan
from sitter import keypad, leaving, observe
from sitter.questions import Questions

MIN = 60000
GOOD_ANSWERS = ("12 TO 20", "5 AWAKE", "NONE", "NONE", "STEADY", "FULLY", "YES")


def recovering(minutes=130, **chosen):
    """In recovery, so long after the dose."""
    settings = {"leave_passes": 2, "pressure_interval_recovery_min": 60}
    settings.update(chosen)
    bed = Bedside(**settings)
    bed.to_ready()
    bed.run(60)
    bed.press("NEXT", "hold")
    for _ in range(3):
        bed.press("NEXT")
    bed.unit.session.t0_ms -= minutes * MIN
    bed.unit.session.last_dose_ms = bed.unit.session.t0_ms
    bed.unit.inquiries.observe.asked = True
    bed.pressure()
    bed.run(1)
    return bed


def answer(bed, *labels):
    for label in labels:
        shown_now = keypad.labels(bed.now_ms, bed.unit)
        assert label in shown_now, (label, shown_now)
        bed.press(("BP", "NEXT", "MARK")[shown_now.index(label)])
    bed.run(0.1)


def passed(bed):
    bed.pressure()
    bed.press("NEXT")
    answer(bed, *GOOD_ANSWERS)
    return bed.of("leaving")[-1]


# --- questions --------------------------------------------------------------------------------------------------------


def presses(choices):
    """The most presses that one question can take."""
    return 1 + max([presses(choice[1]) for choice in choices if choice and type(choice[1]) is tuple] or [0])


def test_an_observation_takes_six_presses_at_most():  # REQ-201
    assert sum(presses(choices) for _, _, choices in observe.QUESTIONS) == 6


def test_every_label_fits_its_key_and_every_title_the_screen():
    def look(choices):
        assert len(choices) == 3
        for choice in choices:
            if choice:
                assert 0 < len(choice[0]) <= 10, choice
                if type(choice[1]) is tuple:
                    look(choice[1])

    for name, title, choices in leaving.QUESTIONS:
        assert len(title) <= 26, name
        look(choices)


def test_every_answer_can_be_given():
    def answers(choices, path=()):
        for k in range(3):
            if choices[k]:
                deeper = choices[k][1]
                yield from answers(deeper, path + (k,)) if type(deeper) is tuple else [(path + (k,), deeper)]

    moaas = sorted(answer for _, answer in answers(observe.MOAAS[2]))
    assert moaas == [0, 1, 2, 3, 4, 5]
    for path, answer in answers(observe.BREATHS[2]):
        questions = Questions()
        questions.begin(0, "x", (observe.BREATHS,))
        for k in path:
            questions.take(10, ("BP", "NEXT", "MARK")[k], "short")
        assert questions.answers == {"breaths_per_min": answer}
        assert questions.ended(20) == "x" and questions.ended(30) is None


def test_a_key_without_a_label_says_nothing():
    questions = Questions()
    questions.begin(0, "x", (leaving.ESCORT,))
    assert questions.take(10, "BP", "short") == "" and questions.answers == {}
    assert questions.take(10, "NEXT", "hold") is None
    assert questions.take(10, "STOP", "short") is None


# --- the observation --------------------------------------------------------------------------------------------------


def at_forty():
    bed = Bedside()
    bed.dosed()
    bed.press("NEXT")
    bed.unit.session.t0_ms -= 39 * MIN + 50000
    bed.run(15)
    return bed


def test_staff_are_asked_behind_the_mandatory_reading():  # REQ-201
    bed = at_forty()
    for _ in range(2000):
        if bed.unit.cuff.busy:
            break
        bed.run(0.1)
    assert "?" not in shown(bed)["prompt"], "while the cuff works BP lets it out"
    bed.pressure(131, 82)
    bed.run(1)
    assert shown(bed)["prompt"] == "BREATHS A MINUTE?"
    answer(bed, "OVER 20", "21 TO 24", "4 OR 3", "4 SLOW", "SOME", "NAUSEA")
    row = bed.of("observe")[0]
    assert (row["breaths_per_min"], row["moaas"], row["dissociation"], row["nausea"], row["occasion"]) == (
        "21-24", 4, "some", "nausea", "40 min")  # fmt: skip


def test_what_nobody_answers_is_absent_and_asked_once():  # REQ-201
    bed = at_forty()
    bed.run(20)
    bed.pressure(131, 82)
    bed.run(1)
    answer(bed, "12 TO 20")
    bed.run(121)
    row = bed.of("observe")[0]
    assert (row["breaths_per_min"], row["moaas"], row["nausea"]) == ("12-20", None, None)
    bed.run(300)
    assert len(bed.of("observe")) == 1


def test_a_cuff_that_fails_keeps_nobody_from_being_asked():  # REQ-201
    bed = at_forty()
    bed.run(20)
    bed.give("cuff", ("fault", 0x57))
    bed.run(1)
    assert shown(bed)["prompt"] == "BREATHS A MINUTE?"


def test_help_and_silence_work_while_the_unit_asks():
    bed = at_forty()
    bed.run(20)
    bed.pressure()
    bed.run(1)
    bed.press("STOP")
    assert "help_called" in bed.names()
    bed.press("SILENCE")
    assert bed.outs[-1].signal.sound == 0


def test_staff_may_observe_at_any_time_behind_the_dose():
    bed = Bedside()
    bed.dosed()
    bed.choose("OBSERVE")
    answer(bed, "UNDER 12", "9 TO 11", "5 AWAKE", "NONE", "VOMITING")
    assert bed.of("observe")[0]["occasion"] == "asked"
    assert bed.of("observe")[0]["breaths_per_min"] == "9-11"


# --- eye shades -------------------------------------------------------------------------------------------------------


def in_recovery_with_shades(shades=True):
    bed = Bedside()
    bed.unit.take_plan(practice_plan("SIM-0001", 20260424, {"session": {"eye_shades": shades}}))
    bed.dosed()
    for _ in range(3):
        bed.press("NEXT")
    bed.run(0.2)
    return bed


def test_with_recovery_the_unit_asks_whether_the_shades_are_off():
    bed = in_recovery_with_shades()
    assert keypad.prompt(bed.now_ms, bed.unit) == "EYE SHADES OFF?"
    answer(bed, "LATER")
    assert bed.of("event") == [] and "SHADES" not in keypad.prompt(bed.now_ms, bed.unit)
    bed.run(301)
    answer(bed, "OFF")
    assert bed.of("event")[0]["code"] == "eye shades off"
    bed.run(400)
    assert "SHADES" not in shown(bed)["prompt"]


def test_who_wears_none_is_not_asked_about_them():
    bed = in_recovery_with_shades(False)
    assert "SHADES" not in keypad.prompt(bed.now_ms, bed.unit)


# --- the check before leaving -----------------------------------------------------------------------------------------


def test_vitals_are_scored_by_how_far_they_are_from_the_patients_own():  # REQ-202
    rows = (
        (72, 120, 2), (86, 120, 2), (87, 120, 1), (58, 120, 2), (57, 120, 1), (72, 144, 2), (72, 145, 1),
        (100, 120, 1), (101, 120, 0), (72, 169, 0), (72, 71, 0), (101, 145, 0),
    )  # fmt: skip
    for pulse, systolic, points in rows:
        assert leaving.vitals_part(pulse, systolic, 72, 120) == points, (pulse, systolic)


def test_without_a_number_there_is_no_score():  # REQ-202
    for missing in range(4):
        numbers = [72, 120, 72, 120]
        numbers[missing] = None
        assert leaving.vitals_part(*numbers) is None
    found = leaving.parts({"nausea": "none", "moaas": 5, "dissociation": "none", "activity": 2, "orientation": 2}, None)
    assert leaving.total(found) is None


def test_next_leads_to_the_check_and_two_passes_to_the_end():  # REQ-203
    bed = recovering()
    assert keypad.labels(bed.now_ms, bed.unit)[1] == "LEAVING"
    row = passed(bed)
    assert (row["total"], row["passed"], row["number"], row["escort"]) == (12, 1, 1, 1)
    assert shown(bed)["prompt"] == "12/12, check 1 of 2"
    bed.run(20 * 60)
    assert passed(bed)["number"] == 2
    assert keypad.labels(bed.now_ms, bed.unit)[1] == "CLOSE"
    bed.press("NEXT")
    assert bed.unit.session.phase == "closed" and bed.of("unchecked") == []


def test_a_second_pass_too_soon_does_not_count():  # REQ-203
    bed = recovering()
    passed(bed)
    bed.run(19 * 60)
    assert passed(bed)["number"] == 1


def test_a_check_that_does_not_pass_begins_the_count_anew():  # REQ-203
    bed = recovering()
    passed(bed)
    bed.run(20 * 60)
    bed.pressure()
    bed.press("NEXT")
    answer(bed, "12 TO 20", "4 OR 3", "3 IF LOUD", "NONE", "NONE", "STEADY", "FULLY", "YES")
    row = bed.of("leaving")[-1]
    assert (row["sedation"], row["total"], row["passed"], row["number"]) == (0, 10, 0, 0)
    assert shown(bed)["prompt"] == "10/12, not passed"


def test_without_an_escort_nothing_passes():  # REQ-203
    bed = recovering()
    bed.press("NEXT")
    answer(bed, *(GOOD_ANSWERS[:-1] + ("NO",)))
    assert (bed.of("leaving")[-1]["total"], bed.of("leaving")[-1]["passed"]) == (12, 0)


def test_a_part_at_nothing_never_passes():  # REQ-203
    bed = recovering(leave_score=8)
    bed.press("NEXT")
    answer(bed, "12 TO 20", "5 AWAKE", "NONE", "NONE", "UNABLE", "FULLY", "YES")
    assert (bed.of("leaving")[-1]["total"], bed.of("leaving")[-1]["passed"]) == (10, 0)


def test_vitals_out_of_range_keep_the_check_from_passing():  # REQ-202
    bed = recovering()
    bed.pressure(171, 90)
    bed.run(1)
    bed.press("NEXT")
    answer(bed, *GOOD_ANSWERS)
    row = bed.of("leaving")[-1]
    assert (row["vitals"], row["systolic_mmhg"], row["passed"]) == (0, 171, 0)


def test_a_missing_baseline_is_no_score_and_no_pass():  # REQ-202
    bed = recovering()
    bed.unit.baseline.open()
    bed.press("NEXT")
    answer(bed, *GOOD_ANSWERS)
    row = bed.of("leaving")[-1]
    assert (row["vitals"], row["total"], row["passed"]) == (None, None, 0)
    assert shown(bed)["prompt"] == "no score: vitals"


def test_soon_after_a_dose_the_check_does_not_begin():  # REQ-203
    bed = recovering(minutes=90)
    bed.press("NEXT")
    assert shown(bed)["prompt"] == "90 of 120 min since dose"
    assert bed.unit.session.phase == "recovery"


def test_an_old_pressure_is_taken_again_first():  # REQ-202
    bed = recovering()
    bed.run(11 * 60)
    bed.press("NEXT")
    assert bed.outs[-1].cuff == "start" and shown(bed)["prompt"] == "first a blood pressure"
    bed.run(30)
    bed.pressure()
    bed.run(6)
    assert shown(bed)["prompt"] == "BREATHS A MINUTE?"


def test_who_closes_without_the_check_gives_a_reason():  # REQ-204
    bed = recovering(clinicians=["MD-07"], leave_reasons=["transferred"])
    bed.choose("CLOSE WITHOUT CHECK", "WHO: MD-07", "WHY: transferred", "HOLD NEXT")
    assert bed.of("unchecked") == [{"by": "MD-07", "reason": "transferred", "at_ms": bed.now_ms}]
    assert bed.unit.session.phase == "closed"


def test_a_unit_without_a_list_can_be_closed_with_a_reason_alone():  # REQ-204
    bed = recovering(clinicians=[], leave_reasons=["transferred"])
    bed.choose("CLOSE WITHOUT CHECK", "WHY: transferred", "HOLD NEXT")
    assert bed.of("unchecked")[0]["by"] is None


def test_a_session_without_a_dose_is_closed_without_a_check():
    bed = Bedside(leave_passes=2)
    bed.to_ready()
    bed.press("STOP", "hold")
    assert bed.unit.session.phase == "closed"


def test_the_passes_survive_a_restart():
    bed = recovering()
    passed(bed)
    again = Bedside(leave_passes=2).unit.inquiries
    again.restore(bed.unit.inquiries.saved(), 0)
    assert again.leaving.passes == 1 and again.observe.asked and not again.shades_off


def test_a_pressure_fresh_when_the_questions_begin_stays_so_while_they_are_answered():  # REQ-202
    bed = recovering()
    bed.pressure()
    bed.run(9 * 60 + 50)
    bed.press("NEXT")
    answer(bed, *GOOD_ANSWERS[:4])
    bed.run(15)
    answer(bed, *GOOD_ANSWERS[4:])
    assert bed.of("leaving")[-1]["systolic_mmhg"] == 122 and bed.of("leaving")[-1]["passed"] == 1


def test_a_check_without_a_score_counts_neither_way():  # REQ-203
    bed = recovering()
    passed(bed)
    bed.run(21 * 60)
    bed.pressure()
    bed.press("NEXT")
    answer(bed, *GOOD_ANSWERS[:-1])
    bed.reading = bed.reading.__class__(None, None, None, 0, False)
    bed.run(7)
    answer(bed, GOOD_ANSWERS[-1])
    assert bed.of("leaving")[-1]["total"] is None
    assert bed.unit.inquiries.leaving.passes == 1


def test_a_pass_too_soon_says_that_it_does_not_count():  # REQ-203
    bed = recovering()
    passed(bed)
    bed.run(5 * 60)
    passed(bed)
    assert shown(bed)["prompt"] == "12/12, too soon to count"
