"""What a reviewer should look at of doses that were stated later, taken back, or came outside their window."""

from quiet_log import Told, changed, found, page_of, quiet, reading, without

SECOND: Told = (28, "dose", {"number": 2, "dose_mg": 50, "route": "sublingual"})
WITHOUT_LEAVING = [one for one in quiet() if one[2].get("name") != "leave_after_min"]


def test_dose_that_was_taken_back_says_when_and_why():
    early: Told = (-2, "dose", {"number": 1, "dose_mg": 150, "route": "sublingual"})
    void: Told = (-1.5, "void", {"number": 1, "reason": "not taken"})
    assert found([*quiet(), early, void]) == ["-2 Dose 1 was taken back 0:30 after its key was pressed: not taken."]
    page = page_of([*quiet(), early, void])
    assert '<tr class="taken-back">' in page and "<strong>taken back, was not given</strong>: not taken" in page
    assert "1 taken back; planned 150 mg" in page and 'class="struck"' in page


def test_session_whose_only_dose_was_taken_back_has_none():
    told = [*without("dose"), (-1, "dose", {"number": 1, "dose_mg": 150}), (-0.5, "void", {"number": 1})]
    assert "– No dose that stands is in the log." in found(told)


def test_dose_stated_later_says_how_late():
    told = [*without("dose"), (0, "dose", {"number": 1, "dose_mg": 150, "route": "sublingual", "ago_min": 2})]
    assert "0 Dose 1 was stated 2 min after it was given." in found(told)
    assert "09:12:00, stated 2 min later" in page_of(told)


def test_dose_stated_to_lie_before_the_checks_is_heavier():
    told = [*without("dose"), (0, "dose", {"number": 1, "dose_mg": 150, "route": "sublingual", "ago_min": 5})]
    assert found(told)[0] == "0 Dose 1 was stated 5 min after it was given, and so 2:00 before the checks were done."
    assert not any(one.endswith("after it was given.") for one in found(told))


def test_checklist_is_judged_at_the_press():
    told = [*without("dose"), (0, "dose", {"number": 1, "dose_mg": 150, "route": "sublingual", "ago_min": 12})]
    assert not any("checklist" in one for one in found(told))


def test_second_dose_over_an_alarm_limit_is_told():  # REQ-232
    told = [*quiet(), SECOND, reading(26, 168, 97)]
    assert "28 Dose 2 was given with the last pressure at 168/97, over the alarm limits of 160/100; the log has no " \
        "override for it." in found(told)  # fmt: skip
    override: Told = (27, "override", {"systolic_mmhg": 168, "diastolic_mmhg": 97, "by": "MD-07", "reason": "usual"})
    assert not any("was given with" in one for one in found([*told, override]))


def test_dose_on_an_old_pressure_says_how_old():
    aged: Told = (-12, "setting", {"name": "hold_age_min", "value": 3})
    assert "0 Dose 1 was given 5:00 after the last blood pressure; 3 min are allowed." in found([*quiet(), aged])
    assert found(quiet()) == [], "a log of before the setting"


def test_second_dose_outside_its_window_is_told():
    for minute in (19.9, 60):
        told = [*WITHOUT_LEAVING, (minute, *SECOND[1:])]
        assert found(told)[0].endswith("planned between 20 and 60 min.")
    assert found([*WITHOUT_LEAVING, (20, *SECOND[1:])]) == []
    assert found([*changed("plan", second_from_min=None), SECOND]) == []


def test_second_dose_is_judged_by_the_moment_that_was_stated():
    stated: Told = (24, "dose", {**SECOND[2], "ago_min": 6})
    assert "18 Dose 2 was given at +18:00, planned between 20 and 60 min." in found([*WITHOUT_LEAVING, stated])
