"""What a reviewer should look at of the session itself: alarms, readings that were due, the unit, and the length."""

from quiet_log import Told, alarm, changed, found, quiet, reading, without

# --- alarms -----------------------------------------------------------------------------------------------------------


def test_high_alarm_says_how_long_it_waited_for_somebody():
    told = [*quiet(), alarm(30, "started"), (30.5, "silence", {"alarm": "spo2_low", "cause": "key SILENCE"}),
            alarm(32, "ended")]  # fmt: skip
    assert found(told) == [
        "30 SpO2 low 88, limit 90, high priority: sound paused after 0:30 (key SILENCE); it ended after 2:00."
    ]


def test_high_alarm_that_nobody_answered_is_heavier():
    answered = [alarm(30, "started"), (30.5, "silence", {"alarm": "spo2_low"}), alarm(32, "ended")]
    sentences = found([*quiet(), *answered, alarm(140, "started")])
    assert "nobody paused its sound; it stands where the record ends" in sentences[0]
    assert "sound paused after 0:30" in sentences[1]


def test_alarm_that_rose_unanswered_says_after_how_long():
    told = [*quiet(), alarm(30, "started", "medium"), alarm(33, "escalated"), alarm(34, "ended")]
    assert found(told)[0].startswith("30 SpO2 low 88, limit 90, high priority after 3:00 unanswered: nobody")
    assert found([*quiet(), alarm(30, "started", "medium"), alarm(31, "ended", "medium")]) == []


# --- readings that were due -------------------------------------------------------------------------------------------


def without_readings(first: float, last: float) -> list[Told]:
    return [one for one in quiet() if one[1] != "pressure" or not first <= one[0] <= last]


def test_missing_reading_at_forty_minutes_is_told_by_its_name():
    assert found(without_readings(40, 40)) == ["40 The reading at 40 minutes came 10:00 late."]


def test_reading_that_came_late_says_what_else_was_then():
    told = [*without_readings(75, 75), (75, "away", {"event": "began"}), (79, "away", {"event": "ended"}),
            (76, "cuff", {"event": "fault", "code": 87}), reading(80)]  # fmt: skip
    assert found(told) == [
        "75 The reading due at +75:00 came 5:00 late; meanwhile the patient was away, 1 attempt of the cuff failed.",
        "76 1 attempt of the cuff brought no reading (code 87).",
    ]


def test_reading_that_never_came_is_told():
    assert found(without_readings(105, 120)) == ["105 The reading due at +105:00 was not taken."]


def test_reading_within_the_time_the_unit_waits_is_not_late():
    assert found([*without_readings(75, 75), reading(77.5)]) == []


def test_high_reading_is_due_again_after_five_minutes():
    told = [*without_readings(30, 30), reading(30, 170, 96)]
    assert found(told) == ["35 The reading due at +35:00 came 5:00 late."]


def test_log_without_intervals_is_judged_at_forty_minutes_alone():
    told = [one for one in without_readings(10, 120) if not str(one[2].get("name")).startswith("pressure_interval")]
    assert found(told) == ["40 The reading at 40 minutes was not taken."]


# --- the unit, and the session's length -------------------------------------------------------------------------------


def test_restart_is_told_and_an_answer_only_asked_for_after_a_long_gap():
    assert found([*quiet(), (65, "boot", {"gap_s": 24, "reset_cause": "power on"})]) == [
        "60 The unit restarted: unit off 24 s, reset cause: power on."
    ]
    long = (85, "boot", {"gap_s": 1500, "reset_cause": "power on"})
    assert found([*quiet(), long, (86, "resume", {"answer": "yes"})])[0].startswith("75 The unit restarted")
    assert found([*quiet(), long])[0].endswith("asked whether the session goes on, and nobody answered.")
    assert found([*quiet(), long, (86, "resume", {"answer": "no"})])[0].endswith("that the session does not go on.")


def test_part_at_fault_is_told_once_with_all_its_time():
    faults = [(m, "part", {"part": "music", "fault": f}) for m, f in ((5, "absent"), (6, None), (8, "busy"), (9, None))]
    assert found([*quiet(), *faults]) == ["5 Part at fault: music (absent, busy) for 2:00 in all, 2 times."]


def test_clock_that_was_not_trusted_is_told():
    assert "dates and times of day may be wrong" in found(quiet(), utc_trusted=0)[0]


def test_times_without_a_record_are_told_together():
    numbers = [(m + s / 60, "vitals", {"pulse_bpm": 70}) for m in (5, 6.5, 8) for s in range(30)]
    assert found([*quiet(), *numbers]) == [
        "5.483 No numbers were written down for 2:02 in all, 2 times, though the unit ran."
    ]


def test_early_stop_says_in_which_phase_and_why():
    told = [one for one in quiet() if one[0] < 45]
    told += [(45, "phase", {"phase": "stopped", "cause": "key STOP held"}), (50, "phase", {"phase": "closed"}),
             (50, "close", {})]  # fmt: skip
    assert found(told)[-1] == "45 Stopped early, in the phase peak: key STOP held."


def test_session_longer_than_planned_says_by_how_much():
    assert found(changed("plan", planned_min=120)) == ["108 The session lasted 162 min, 120 min were planned."]


def test_record_that_was_not_closed_is_told():
    assert found(without("close"))[-1].endswith("whether anything followed is not known.")
