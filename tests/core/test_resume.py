import json

from test_unit import GOOD, Bedside, Reading, with_spo2

from sitter import keypad, resume, session
from sitter.alarm_table import HIGH, MEDIUM

UTC_S = 1_777_000_000
OFF = Reading(None, None, 0, 0, False)


def cut(bed, off_s=20, alive_s=0, **chosen):
    """The unit after a power cut of `off_s`, begun `alive_s` after the last thing it kept; its clock begins anew."""
    kept = json.loads(json.dumps([out.saved for out in bed.outs if out.saved][-1]))
    again = Bedside(**chosen)
    again.records = []
    utc_s = kept["utc_s"] + alive_s + off_s
    again.give("clock", (utc_s, True))
    again.unit.resume(again.now_ms, kept, utc_s, off_s)
    again.records, again.outs = [], []
    return again


def dosed(**chosen):
    bed = Bedside(**chosen)
    bed.press("NEXT")
    bed.run(90)
    bed.dosed()
    return bed


def shown(bed):
    return {tile: text for tile, text, _ in [out.screen for out in bed.outs if out.screen][-1]}


def test_phase_doses_marks_and_the_time_since_the_dose_go_on():
    bed = dosed()
    bed.run(300)
    bed.press("MARK")
    bed.press("NEXT", "hold")
    again = cut(bed, off_s=40)
    again.run(1)
    unit = again.unit
    assert (unit.session.phase, unit.session.doses, unit.session.marks) == ("onset", 2, 1)
    assert shown(again)["clock"] == "dose +0:05"
    assert again.names() == ["unit_restarted"]
    row, value, _ = unit.alarms.active()[0]
    assert unit.alarms.sentence(row, value) == "OFF 40 s: SEE PATIENT"


def test_an_alarm_that_stood_stands_and_sounds_at_once():  # REQ-078
    bed = dosed()
    bed.reading = with_spo2(86)
    bed.run(12)
    again = cut(bed)
    out = again._step([])
    assert again.names() == ["spo2_low", "unit_restarted"]
    assert out.signal.sound == HIGH
    assert [a["alarm"] for a in again.of("alarm") if a["event"] == "started"] == ["spo2_low", "unit_restarted"]


def test_a_pause_goes_on_for_what_is_left_of_it():  # REQ-078
    bed = dosed(audio_pause_s=120)
    bed.reading = with_spo2(86)
    bed.run(12)
    bed.press("SILENCE")
    again = cut(bed, off_s=20, alive_s=30)
    again.reading = with_spo2(86)
    again.run(1)
    quiet = [a for a in again.unit.alarms.saved() if a[0] == "spo2_low"][0][4]  # noqa: RUF015
    assert quiet == 70000
    assert shown(again)["notice"].startswith("SOUND PAUSED 1:09")
    again.run(70)
    assert again.outs[-1].signal.sound == HIGH


def test_a_pause_whose_time_is_over_does_not_outlive_the_cut():
    bed = dosed(audio_pause_s=30)
    bed.reading = with_spo2(86)
    bed.run(12)
    bed.press("SILENCE")
    again = cut(bed, off_s=31)
    assert again._step([]).signal.sound == HIGH


def test_what_stood_is_given_time_to_speak_before_it_ends():
    bed = dosed()
    bed.reading = OFF
    bed.run(20)
    again = cut(bed)
    again.reading = None
    again.run(8)
    assert "no_finger" in again.names()
    again.reading = GOOD
    again.run(6)
    assert again.names() == ["unit_restarted"]
    assert [a["alarm"] for a in again.of("alarm") if a["event"] == "ended"] == ["sensor_fault", "no_finger"]


def test_an_escalated_alarm_stays_so():
    bed = dosed(escalation_s=60)
    bed.reading = OFF
    bed.run(80)
    again = cut(bed)
    again.reading = OFF
    assert again._step([]).signal.lamp == HIGH


def test_help_goes_on_until_somebody_resumes():
    bed = dosed()
    bed.press("STOP")
    again = cut(bed)
    out = again._step([])
    assert "help_called" in again.names()
    assert out.signal.calling
    assert keypad.labels(again.now_ms, again.unit)[1] == "RESUME"


def test_away_goes_on_with_the_time_that_is_left():  # REQ-078
    bed = dosed()
    bed.press("NEXT")
    bed.press("NEXT")
    bed.press("MARK", "hold")
    bed.press("NEXT")
    bed.reading = OFF
    bed.run(120)
    bed.press("MARK")
    again = cut(bed, off_s=60)
    again.reading = OFF
    again.run(30)
    assert again.names() == ["unit_restarted", "away"]
    row, value, _ = again.unit.alarms.active()[1]
    assert again.unit.alarms.sentence(row, value) == "PATIENT AWAY, 6:30 LEFT"
    again.run(400)
    assert "away_too_long" in again.names()


def test_the_second_of_two_high_pressures_is_known_after_a_cut():
    bed = dosed()
    bed.run(40)
    bed.pressure(190, 100)
    again = cut(bed, off_s=60)
    again.run(240)
    again.pressure(188, 100)
    again.run(1)
    assert "systolic_stays_high" in again.names()


def test_the_cuff_keeps_its_schedule_and_rests():  # REQ-078
    bed = dosed(pressure_interval_peak_min=10)
    bed.run(600)
    bed.pressure()
    bed.run(300)
    bed.press("MARK")
    again = cut(bed, off_s=20)
    again.run(279)
    assert not any(out.cuff for out in again.outs)  # ten minutes after the last one, and not before
    again.run(2)
    assert [out.cuff for out in again.outs if out.cuff] == ["start"]


def test_after_a_long_gap_staff_are_asked_and_nothing_touches_the_patient_until_they_answer():  # REQ-079
    bed = dosed(resume_ask_min=10)
    bed.run(300)
    bed.press("MARK")
    again = cut(bed, off_s=601, pressure_interval_peak_min=10)
    again.reading = with_spo2(80)
    again.run(40)
    assert keypad.prompt(again.now_ms, again.unit) == "GO ON WITH THIS SESSION?"
    assert keypad.labels(again.now_ms, again.unit) == ("BP", "GO ON", "HOLD: END")
    assert not any(out.cuff for out in again.outs)
    assert not any(out.cues and out.cues.folder for out in again.outs)
    assert "spo2_very_low" in again.names()  # it watches all the same
    again.press("NEXT")
    again.run(11)  # the reading that is due has its notice too
    assert again.of("resume") == [{"answer": "yes", "at_ms": 40000}]
    assert again.unit.session.phase == "onset"
    assert [out.cuff for out in again.outs if out.cuff] == ["start"]
    assert [out.cues.folder for out in again.outs if out.cues][-1] > 0


def test_a_gap_within_the_limit_is_not_asked_about():
    again = cut(dosed(), off_s=600)
    again.run(1)
    assert not again.unit.asking


def test_a_gap_of_unknown_length_is_asked_about():  # REQ-079
    bed = dosed()
    again = Bedside()
    again.unit.resume(0, [out.saved for out in bed.outs if out.saved][-1], UTC_S, None)
    again.run(1)
    assert again.unit.asking
    row, value, _ = again.unit.alarms.active()[0]
    assert again.unit.alarms.sentence(row, value) == "OFF ?: SEE PATIENT"


def test_a_session_that_does_not_go_on_is_closed_with_its_reason():
    for phase in ("checks", "onset", "recovery"):
        bed = Bedside()
        bed.press("NEXT")
        if phase != "checks":
            bed.dosed()
        if phase == "recovery":
            for _ in range(3):
                bed.press("NEXT")
        assert bed.unit.session.phase == phase
        again = cut(bed, off_s=5000)
        again.run(1)
        again.press("MARK")  # pressed short it answers nothing
        assert again.unit.asking
        out = again.press("MARK", "hold")
        assert again.unit.session.phase == "closed"
        assert out.log == "close"
        assert again.of("close")[0]["reason"] == "not resumed"
        assert not session.may_resume(out.saved)


def test_a_kept_session_of_an_older_firmware_is_taken_up_without_what_it_lacks():
    bed = dosed()
    kept = bed.unit.session.saved(bed.now_ms, UTC_S)
    again = Bedside()
    again.unit.resume(0, kept, UTC_S + 20, 20)
    again.run(1)
    assert again.names() == ["unit_restarted"]


def test_an_alarm_that_this_firmware_does_not_have_is_left_out():
    bed = dosed()
    bed.reading = with_spo2(86)
    bed.run(12)
    kept = [out.saved for out in bed.outs if out.saved][-1]
    kept["alarms"][0][0] = "gone"
    again = Bedside()
    again.unit.resume(0, kept, UTC_S + 200, 20)
    assert again.names() == []


def test_a_clock_that_runs_back_or_far_ahead_breaks_nothing():
    bed = dosed()
    bed.reading = with_spo2(86)
    bed.run(12)
    for utc_s in (1, 2_000_000_000):
        again = Bedside()
        again.unit.resume(0, [out.saved for out in bed.outs if out.saved][-1], utc_s, None)
        assert "spo2_low" in again.names()
        assert again._step([]).signal.sound == HIGH


def test_everything_that_matters_is_kept_when_it_happens():
    bed = dosed()
    for key, gesture in (("MARK", "short"), ("STOP", "short"), ("SILENCE", "short"), ("NEXT", "short")):
        assert bed.press(key, gesture).saved, key
    assert bed.give("pressure", (122, 78, 90, 72)).saved
    assert bed.give("cuff", ("fault", 2)).saved
    assert not bed.give("reading", GOOD).saved
    bed = Bedside()
    assert not bed.press("MARK").saved  # no session


def test_the_gap_is_told_in_seconds_then_in_minutes():
    told = [resume.gap_text(gap_s) for gap_s in (None, 0, 24, 119, 120, 3600, 10_000_000)]
    assert told == ["?", "0 s", "24 s", "119 s", "2 min", "60 min", "999 min"]


def test_a_medium_alarm_stays_medium():
    bed = dosed()
    bed.reading = OFF
    bed.run(20)
    assert cut(bed)._step([]).signal.lamp == MEDIUM


def test_a_key_pressed_before_the_first_step_silences_nothing_that_nobody_has_heard():
    again = cut(dosed())
    again.press("SILENCE")
    assert again.names() == ["unit_restarted"]
    bed = dosed()
    bed._step([("key", ("STOP", "down")), ("key", ("STOP", "short")), ("key", ("SILENCE", "down"))])
    assert bed.names() == ["help_called"]
    assert bed.outs[-1].signal.sound == HIGH


def test_the_settings_in_force_are_told_again_after_a_restart():
    bed = dosed(resume_ask_min=10, spo2_low_pct=91)
    again = cut(bed, 20, resume_ask_min=10, spo2_low_pct=91)
    again.run(3)
    told = {one["name"]: one["value"] for one in again.of("setting")}
    assert told == {name: value for name, value in again.unit.settings.items() if type(value) is int}
    assert told["spo2_low_pct"] == 91
