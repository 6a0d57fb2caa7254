"""What a reviewer should look at of how a session was closed, of readings by hand, and of questions."""

import pytest
from quiet_log import Told, changed, found, leaving, observe, page_of, quiet, reading, without

UNCHECKED: Told = (149, "unchecked", {"by": "MD-07", "reason": "patient insisted"})


def with_setting(name: str, value: int) -> list[Told]:
    return [(m, r, {**f, "value": value} if f.get("name") == name else f) for m, r, f in quiet()]


# --- the checks before leaving ----------------------------------------------------------------------------------------


def test_session_closed_without_its_passes_is_told():
    assert found(without("leaving")) == [
        "150 Closed after 0 of 2 checks before leaving that are asked for; the log has nobody who answers for it."
    ]


def test_check_that_was_not_passed_does_not_count():
    assert found([*without("leaving"), leaving(122, 1), leaving(142, 1, passed=0)])[0].startswith(
        "150 Closed after 1 of 2"
    )


def test_passes_too_close_to_each_other_count_once():
    assert found([*without("leaving"), leaving(132, 1), leaving(142, 2)])[0].startswith("150 Closed after 1 of 2")


def test_no_more_passes_count_than_the_unit_counted():
    assert found([*without("leaving"), leaving(122, 1), leaving(142, 1)])[0].startswith("150 Closed after 1 of 2")


def test_session_closed_too_soon_after_the_last_dose_is_told():
    assert found(with_setting("leave_after_min", 180)) == [
        "150 Closed 150 min after the last dose, 180 min are asked for."
    ]


def test_unit_that_asks_for_no_checks_is_told():
    told = [one for one in with_setting("leave_passes", 0) if one[1] != "leaving"]
    assert found(told) == ["150 The unit's settings ask for no check before leaving; none was made."]
    assert found(with_setting("leave_passes", 0)) == [
        "150 The unit's settings ask for no check before leaving; 2 were made."
    ]


def test_check_that_did_not_pass_says_why():
    def changed_check(**fields: object) -> list[str]:
        failed: Told = (125, "leaving", {**leaving(125, 0, passed=0)[2], **fields})
        return [one for one in found([*quiet(), failed]) if "did not pass" in one]

    assert changed_check(total=9, activity=0) == [
        "125 A check before leaving did not pass: 9 of 12, activity at 0."
    ]  # fmt: skip
    assert changed_check(escort=0) == ["125 A check before leaving did not pass: 12 of 12, no escort."]
    assert changed_check(vitals=None, total=None) == [
        "125 A check before leaving did not pass: no score, as vitals could not be scored."
    ]


def test_cuff_that_failed_is_told_once_with_its_codes_and_one_that_was_stopped_is_not():
    faults: list[Told] = [(m, "cuff", {"event": "fault", "code": code, "cause": "schedule"})
                          for m, code in ((21, 87), (23, 2), (24, 87))]  # fmt: skip
    assert [one for one in found([*quiet(), *faults]) if "brought no reading" in one] == [
        "21 3 attempts of the cuff brought no reading (code 2, 87)."
    ]
    assert found([*quiet(), (21, "cuff", {"event": "stopped", "cause": "key BP"})]) == []


def test_closing_without_the_checks_names_who_answers_for_it():
    assert found([*without("leaving"), UNCHECKED]) == [
        "149 Closed without the checks before leaving: MD-07 answers for it, reason: patient insisted."
    ]
    nobody: Told = (149, "unchecked", {"reason": "transferred"})
    assert found([*without("leaving"), nobody]) == [
        "149 Closed without the checks before leaving: nobody named answers for it, reason: transferred."
    ]


def test_closing_without_the_checks_is_loud_on_the_page():
    page = page_of([*without("leaving"), UNCHECKED])
    assert page.index('class="unchecked"') < page.index('class="verdict')
    assert "MD-07 answers for it · reason: patient insisted" in page
    assert "checks passed by then: 0 of 2 asked for" in page
    assert 'class="unchecked"' not in page_of(quiet())


def test_checks_stand_on_the_page_and_only_advise():
    vitals_absent = {**leaving(122, 0)[2], "vitals": None, "passed": 0, "total": 10}
    page = page_of([*without("leaving"), (122, "leaving", vitals_absent), leaving(142, 1)])
    assert '<td class="n missing">not scored</td>' in page and page.count('class="leaving missing"') == 1
    assert "A score advises those who decide." in page and "safe" not in page.lower()


# --- the last numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bpm", "told"), [(73, ""), (58, " 21 % "), (60, ""), (102, " 40 % "), (103, " 41 % ")])
def test_last_pulse_is_compared_with_the_baseline(bpm: int, told: str):
    sentences = found([*quiet(), (149, "vitals", {"pulse_bpm": bpm}), (149.5, "vitals", {"pulse_bpm": None})])
    if told:
        assert len(sentences) == 2 and f"the last pulse at {bpm} bpm,{told}from the baseline of 73" in " ".join(
            sentences
        )
    else:
        assert not any("from the baseline" in one for one in sentences)


def test_last_pressure_far_from_the_baseline_is_heavier():
    far = found([*quiet(), reading(149, 180, 90), reading(140, 150, 80)])
    assert (
        far[0]
        == "150 Closed with the last systolic pressure at 180 mmHg, 42 % from the baseline of 127, 1:00 before the end."
    )
    near = [*quiet(), reading(149, 155, 90), (5, "part", {"part": "music", "fault": "absent"})]
    assert "22 % from the baseline" in found(near)[0]


def test_session_that_was_not_closed_is_not_judged_at_its_end():
    assert not any("Closed" in one for one in found([*without("close", "leaving"), reading(149, 180, 90)]))


# --- readings by hand, and those that were held back ------------------------------------------------------------------


def by_hand(minute: float) -> Told:
    return minute, "pressure", {**reading(minute)[2], "source": "manual", "cause": "by hand"}


def test_readings_by_hand_are_counted_and_marked():
    told = [one for one in quiet() if one[0] != 30 or one[1] != "pressure"]
    told = [*told, by_hand(30), by_hand(33)]
    assert found(told) == ["30 2 of 13 blood pressures were keyed in by hand."]
    page = page_of(told)
    assert page.count('<tr class="by-hand">') == 2 and page.count('class="pressure-bar manual"') == 3  # and the legend
    assert "keyed in by hand</span>" in page


def test_reading_by_hand_counts_for_the_schedule():
    told = [one for one in quiet() if one[0] != 40 or one[1] != "pressure"]
    assert not any("40 minutes" in one for one in found([*told, by_hand(40)]))


def test_reading_by_hand_before_the_dose_is_marked_there():
    assert "no, <strong>keyed in by hand</strong>" in page_of([*quiet(), by_hand(-4)])


HELD: list[Told] = [(minute, "cuff", {"event": event, "cause": "schedule"}) for minute, event in
                    ((11, "deferred"), (12, "deferred"), (13, "waits"), (14, "capped"))]  # fmt: skip


def test_readings_held_back_often_are_told_by_what_held_them():
    assert found([*quiet(), *HELD]) == [
        "11 Readings did not begin when they were due 4 times: 2 put off by staff, 1 held back for a delicate moment, "
        "1 held back by the hour's limit."
    ]
    assert found([*quiet(), *HELD[1:]]) == []


def test_what_is_held_back_or_announced_is_no_failed_attempt():
    page = page_of([*quiet(), *HELD, (15, "cuff", {"event": "announced"}), (16, "cuff", {"event": "started"})])
    assert page.count('class="cross"') == 1  # the legend
    for said in ("put off by staff", "held back: a delicate moment", "held back: the hour had its readings"):
        assert said in page
    assert "announced" not in page


def test_late_reading_says_what_held_it_back():
    told = [one for one in quiet() if one[0] != 75 or one[1] != "pressure"]
    told = [*told, (75, "cuff", {"event": "deferred"}), reading(80)]
    assert found(told) == ["75 The reading due at +75:00 came 5:00 late; meanwhile it was put off by staff."]


# --- questions --------------------------------------------------------------------------------------------------------


def test_questions_at_forty_minutes_without_an_answer_are_told():
    nothing = dict.fromkeys(("moaas", "breaths_per_min", "dissociation", "nausea"))
    for told in (without("observe"), changed("observe", **nothing), changed("observe", occasion="asked")):
        assert found(told) == ["40 Nobody answered the questions at 40 minutes."]
    assert found(changed("observe", moaas=None, nausea=None)) == [
        "40 At 40 minutes nobody answered for sedation, nausea."
    ]


def test_answers_that_came_in_two_parts_are_whole():
    told = [*changed("observe", moaas=None), observe(41, nausea=None)]
    assert found(told) == []


def test_what_nobody_answered_is_said_to_be_missing():
    page = page_of([*quiet(), observe(90, "asked", moaas=0, dissociation=None)])
    assert '<td>0</td><td>8 to 20</td><td class="missing">missing</td>' in page


def test_session_that_ended_before_asks_nothing():
    told = [one for one in quiet() if one[0] < 39]
    told += [(39, "phase", {"phase": "closed"}), (39, "close", {})]
    assert not any("questions" in one for one in found(told))


# --- the course -------------------------------------------------------------------------------------------------------


def test_longer_session_says_what_staff_did_and_says_it_once():
    held: Told = (50, "course", {"action": "hold", "phase": "peak"})
    longer: Told = (55, "course", {"action": "longer", "phase": "peak", "ends_min": 70})
    assert found([*changed("plan", planned_min=120), held, longer, longer]) == [
        "108 The session lasted 162 min, 120 min were planned; by staff: peak held, peak longer."
    ]
    assert found([*quiet(), held, longer]) == []


def test_course_stands_in_the_band_and_the_table():
    page = page_of([*quiet(), (55, "course", {"action": "longer", "phase": "peak", "ends_min": 70})])
    assert "<td>Peak</td><td>longer</td>" in page and "70 min</td>" in page
    assert "it now ends by itself at 70 min" in page
