"""What a reviewer should look at: the section, and what it says of plan, hold, doses, checklist and baseline."""

from datetime import UTC

import pytest
from example_log import CHECKLIST
from quiet_log import Told, alarm, changed, found, log_of, page_of, quiet, reading, without

from sitterctl import report, slog
from sitterctl.report import model
from sitterctl.report.deviations import RULES, deviations

# --- the section ------------------------------------------------------------------------------------------------------


def test_quiet_session_has_nothing_to_look_at_and_claims_nothing():
    assert found(quiet()) == []
    page = page_of(quiet())
    assert "Nothing of what is looked for was found in this log. That is no statement about the patient" in page
    assert "safe" not in page.lower()


def test_heaviest_comes_first_whatever_the_time():
    told = [*quiet(), (100, "part", {"part": "music", "fault": "absent"}), (100.5, "part", {"part": "music"}),
            reading(-4, 151, 92), alarm(30, "started"), alarm(31, "ended")]  # fmt: skip
    session = model.build(slog.read(log_of(told)), UTC)
    weights = [one.weight for one in deviations(session)]
    assert weights == sorted(weights) and len(set(weights)) == 3
    assert [round(one.at or 0) for one in deviations(session)] == [0, 30, 100]


def test_every_deviation_leads_to_a_place_on_the_page():
    page = page_of(quiet())
    assert all(f'id="{rule.where}"' in page for rule in RULES)


def test_each_deviation_stands_on_the_page_with_its_moment():
    page = page_of([*quiet(), alarm(30, "started"), alarm(31, "ended")])
    assert '<span class="moment">09:42:00\n    <small>+30:00</small></span>' in page
    assert '<a href="#alarms">SpO2 low 88, limit 90, high priority: nobody paused its sound' in page


def test_records_that_nobody_vouches_for_are_told_of_as_such():
    data = log_of(quiet())
    assert "Not every record below is vouched for" in report.render(slog.read(data), slog.verify(data, []), zone=UTC)
    assert "Not every record below is vouched for" not in page_of(quiet())


# --- plan and clearance -----------------------------------------------------------------------------------------------

WALK_IN: list[Told] = [
    (-12, "plan", {"code": "WALK-IN", "route": "sublingual"}),
    (-12, "walk_in", {"by": "MD-07", "reason": "plan not at hand", "route": "sublingual"}),
]


def test_walk_in_is_said_first_and_in_a_banner_above_all():
    told = [*WALK_IN, *without("plan")]
    assert found(told)[0] == "-12 Session without a plan: MD-07 answers for it, reason: plan not at hand."
    assert found(told)[1] == "0 Dose 1, 150 mg: there is no plan for it."
    page = page_of(told)
    banner = page.index('class="walk-in"')
    assert banner < page.index('class="verdict') and "WALK-IN: a session without a plan." in page
    assert "MD-07 answers for it · reason: plan not at hand" in page and 'class="walk-in"' not in page_of(quiet())


def test_dose_of_a_walk_in_has_no_mg_and_says_so_wherever_it_stands():
    told = [*WALK_IN, *without("plan", "dose"), (0, "dose", {"number": 1, "route": "sublingual"})]
    page = page_of(told)
    assert page.count("mg not stated") == 2 and "no plan</small>" in page and "– mg" not in page


def test_log_without_a_plan_says_so():
    assert found(without("plan"))[0] == "– No plan is in the log."
    assert "No plan is in this log." in page_of(without("plan"))


def test_session_outside_the_days_of_its_clearance_is_told():
    assert found(changed("plan", expires=20260313)) == [
        "-12 The session began after 2026-03-13, until when its plan was cleared."
    ]
    assert found(changed("plan", cleared_on=20260315)) == [
        "-12 The session began before 2026-03-15, when its plan was cleared."
    ]
    assert found(changed("plan", cleared_by=None)) == ["-12 The log names nobody who cleared the plan."]


def test_page_tells_what_the_session_stands_on():
    page = page_of(quiet())
    for said in ("id 0a1b2c3d", "Severe anxiety", "2.14 mg/kg at 70 kg", "0.71 mg/kg at 70 kg; from 20 to 60 min",
                 "124/78", "180 min", "on 2026-03-12, until 2026-04-01", "clinician 12"):  # fmt: skip
        assert said in page, said


LIMITS: list[Told] = [(-12, "own_limit", {"name": name, "value": value, "unit_value": units}) for name, value, units in
                      (("systolic_high_mmhg", 170, 160), ("pulse_low_bpm", 55, 50), ("spo2_low_pct", 88, 90),
                       ("pressure_interval_peak_min", 5, 10))]  # fmt: skip
SCREENED: list[Told] = [
    (-12, "screening", {"by": "MD-03", "day": 20260302, "willing": 1, "supported": 1}),
    (-12, "review", {"condition": "neurological_condition", "by": "MD-09", "day": 20260305}),
]


def test_limits_that_are_wider_than_the_units_are_told_and_narrower_ones_are_not():
    assert found([*quiet(), *LIMITS]) == [
        "-12 Systolic high of this plan is 170 mmHg, wider than the unit's 160.",
        "-12 SpO2 low of this plan is 88 %, wider than the unit's 90.",
    ]


def test_page_tells_who_screened_and_reviewed_and_which_limits_are_the_patients_own():
    page = page_of([*quiet(), *LIMITS, *SCREENED])
    for said in ("MD-03", "on 2026-03-02", "willing: yes", "supported: yes", "Review: Neurological condition",
                 "on 2026-03-05", "own; the unit&#39;s is 10"):  # fmt: skip
        assert said in page, said
    assert "the plan has none of its own" in page_of(quiet())


# --- the hold ---------------------------------------------------------------------------------------------------------

OVERRIDE: Told = (-3, "override", {"systolic_mmhg": 151, "diastolic_mmhg": 92, "by": "MD-07", "reason": "usual"})


def test_dose_over_the_hold_without_an_override_is_told():
    assert found([*quiet(), reading(-4, 151, 92)]) == [
        "0 Dose given with the last pressure at 151/92, over the hold of 140/90; the log has no override for it."
    ]


def test_dose_on_an_overridden_reading_is_told_once():
    assert found([*quiet(), reading(-4, 151, 92), OVERRIDE]) == [
        "-3 Hold overridden at 151/92, limit 140/90: MD-07 answers for it, reason: usual; the dose was given on this "
        "reading."
    ]


def test_override_counts_for_no_later_reading():
    sentences = found([*quiet(), reading(-4, 151, 92), OVERRIDE, reading(-2, 149, 91)])
    assert "the log has no override for it" in sentences[0] and "on another reading" in sentences[1]


def test_hold_that_came_down_is_shown_and_is_no_deviation():
    told = [*quiet(), reading(-7, 151, 92)]
    assert found(told) == []
    assert '<tr class="held"><td>09:05:00</td>' in page_of(told)


def test_override_stands_on_the_page_with_whom_and_why():
    page = page_of([*quiet(), reading(-4, 151, 92), OVERRIDE])
    assert '<tr class="held"><td>09:09:00</td>' in page and "<strong>overridden</strong> by MD-07: usual" in page


def test_log_without_hold_limits_says_so_and_judges_nothing():
    told = [one for one in quiet() if not str(one[2].get("name")).startswith("hold_")]
    assert found([*told, reading(-4, 159, 99)]) == []
    assert "limit not in the log" in page_of(told)


def test_too_few_pressures_before_the_dose_are_told():
    told = [one for one in quiet() if one[1] != "pressure" or one[0] != -5]
    assert found(told) == ["0 Dose given after 1 blood pressure at rest, where 2 are asked for."]


# --- doses, checklist, baseline ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"dose_mg": 200}, "Dose 1: 200 mg given, 150 mg planned."),
        ({"dose_mg": None}, "Dose 1: how much was given is not in the log."),
        ({"route": "intramuscular"}, "Dose 1: given intramuscular, planned sublingual."),
    ],
)
def test_dose_that_differs_from_the_plan_is_told(given, sentence):
    assert found(changed("dose", **given)) == [f"0 {sentence}"]


def test_second_dose_is_compared_with_the_plan():
    second = (28, "dose", {"number": 2, "dose_mg": 50, "route": "sublingual"})
    third = (35, "dose", {"number": 3, "dose_mg": 50, "route": "sublingual"})
    assert found([*quiet(), second]) == []
    assert found([*changed("plan", second_dose_mg=None), second]) == ["28 Dose 2, 50 mg: the plan has none."]
    assert "35 Dose 3, 50 mg: a plan has two doses at most." in found([*quiet(), second, third])


def test_session_without_a_dose_is_told():
    told = [one for one in without("dose", "baseline") if one[0] < 0]
    assert found([*told, (-2, "phase", {"phase": "closed"}), (-2, "close", {})]) == ["– No dose is in the log."]


def test_checklist_that_was_not_complete_names_what_is_missing():
    told = [one for one in quiet() if one[2].get("text") not in CHECKLIST[2:]]
    assert found(told) == ["0 Dose given with 2 of 4 items of the checklist not confirmed: no. 3, 4."]
    assert found(without("check")) == ["0 Dose given without an item of a checklist confirmed."]


def test_checklist_is_shown_with_the_time_of_each_item():
    assert '<td>09:01:00</td><td class="n">−11:00</td>\n  <td class="n">4 of 4</td><td>escort arranged</td>' in page_of(
        quiet()
    )


def test_baseline_that_lacks_numbers_is_told():
    assert found(changed("baseline", spo2_pct=None, pulse_bpm=None)) == [
        "0 The baseline lacks saturation, pulse: no alarm for a change from it."
    ]
    assert found(without("baseline")) == ["0 No baseline was written down with the dose."]
