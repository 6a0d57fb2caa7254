from collections import namedtuple

from sim.practice import practice_plan
from sitter import keypad, live, settings
from sitter.unit import Unit

Reading = namedtuple("Reading", ("pulse_bpm", "spo2_pct", "perfusion_permyriad", "quality_pct", "finger"))
GOOD = Reading(72, 97, 120, 95, True)
PLAN = practice_plan("SIM-0001", 20260424, {"session": {"eye_shades": False}})
NO_LIST = {"checklist": [], "baseline_readings": 1, "leave_passes": 0}  # where a test is about something else


_CLOSELY_MS = 20000


class Bedside:
    """A unit on a fake clock, with a sensor that reads GOOD once a second until told otherwise."""

    def __init__(self, with_plan=True, **chosen):
        self.unit = Unit(settings.complete(dict(NO_LIST, **chosen)), PLAN if with_plan else None, "SIM-0001")
        self.now_ms = 0
        self.reading = GOOD
        self.records, self.outs = [], []
        self.give("clock", (1_777_000_000, True))

    def give(self, kind, value):
        return self._step([(kind, value)])

    def _step(self, inputs):
        out = self.unit.step(self.now_ms, inputs)
        self.unit.present(self.now_ms, out)
        self.records += out.records
        self.outs.append(out)
        return out

    def run(self, seconds):
        """In steps as the unit's, but for long times, of which all but the last seconds go by in steps of a second."""
        end = self.now_ms + int(seconds * 1000)
        while self.now_ms < end:
            far = end - self.now_ms > _CLOSELY_MS and self.now_ms % 1000 == 0
            self.now_ms += 1000 if far else 100
            inputs = [("reading", self.reading)] if self.now_ms % 1000 == 0 and self.reading else []
            self._step(inputs)

    def press(self, key, gesture="short"):
        self.give("key", (key, "down"))
        return self.give("key", (key, gesture))

    def choose(self, *texts):
        """Open the menu and do as somebody does who reads the screen: go down to each of these words and choose them,
        press the key that is labelled so, or hold NEXT where it has to be held."""
        if self.unit.menu.is_open(self.now_ms):
            self.answer("CLOSE MENU")
        self.press("MARK", "hold")
        for text in texts:
            self.answer(text)
        return self.outs[-1]

    def answer(self, text):
        for _ in range(24):
            labels = keypad.labels(self.now_ms, self.unit)
            prompt = keypad.prompt(self.now_ms, self.unit)
            if text in labels:
                return self.press(("BP", "NEXT", "MARK")[labels.index(text)])
            if text in prompt:
                return self.press("NEXT", "hold" if "HOLD NEXT" in text else "short")
            self.press("MARK")
        raise AssertionError("%s is not offered: %s" % (text, keypad.prompt(self.now_ms, self.unit)))

    def pressure(self, systolic=122, diastolic=78):
        self.give("pressure", (systolic, diastolic, 90, 72))

    def to_ready(self):
        self.press("NEXT")
        self.run(2)
        self.press("BP")
        self.run(30)
        self.pressure()
        self.press("NEXT")

    def dosed(self):
        self.to_ready()
        self.press("NEXT", "hold")

    def names(self):
        return [row.name for row, _, _ in self.unit.alarms.active()]

    def named(self):
        """On the screen, where a worse alarm covers the lesser."""
        return [row.name for row, _, _ in self.unit.alarms.named()]

    def of(self, name):
        return [fields for record, fields in self.records if record == name]


def test_a_unit_without_a_key_begins_no_session_and_says_so():
    bed = Bedside()
    bed.give("part", ("key", "MISSING"))
    assert bed.names() == ["key_fault"]
    assert bed.unit.alarms.sentence(*bed.unit.alarms.named()[0][:2]) == "UNIT KEY MISSING"
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle"
    bed.run(6)
    assert keypad.prompt(bed.now_ms, bed.unit) == "no key: provision first"


def test_no_session_begins_in_a_unit_that_is_about_to_restart():  # REQ-164
    bed = Bedside()
    bed.unit.restarting = "restarting"
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle"


def test_the_chord_says_that_somebody_is_at_the_unit_for_as_long_as_it_is_held():
    bed = Bedside()
    bed.give("part", ("key", "MISSING"))
    bed.give("key", ("CHORD", "hold"))
    assert bed.unit.chord_held
    assert keypad.prompt(bed.now_ms, bed.unit) == "ready to be given its key"
    bed.give("key", ("CHORD", "free"))
    assert not bed.unit.chord_held


def test_another_plan_is_the_next_sessions():
    bed = Bedside()
    bed.unit.take_plan(
        practice_plan("SIM-0001", 20260424, {"code": "KAP-0043", "dose": {"route": "intramuscular", "dose_mg": 40}})
    )
    bed.run(1)
    assert shown(bed)["clock"] == "KAP-0043"
    bed.dosed()
    assert bed.of("plan")[-1]["code"] == "KAP-0043"
    bed.run(6 * 60)
    assert bed.unit.session.phase == "peak"  # five minutes after an injection; a lozenge takes twenty


def test_a_session_cannot_begin_without_a_valid_plan():  # REQ-081
    bed = Bedside(with_plan=False)
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle"
    assert keypad.prompt(bed.now_ms, bed.unit) == "no plan for a session"


def test_a_session_cannot_begin_without_room_for_its_record():
    bed = Bedside()
    bed.give("part", ("storage", "full"))
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle"


def test_checks_want_a_pulse_and_a_blood_pressure():
    bed = Bedside()
    bed.press("NEXT")
    bed.press("NEXT")
    assert keypad.prompt(bed.now_ms, bed.unit) == "needs a pulse reading"
    bed.run(2)
    bed.press("NEXT")
    assert keypad.prompt(bed.now_ms, bed.unit) == "needs a blood pressure"
    bed.pressure()
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"


def test_a_blood_pressure_over_the_hold_limit_holds():  # REQ-084
    bed = Bedside()
    bed.press("NEXT")
    bed.run(2)
    bed.pressure(152, 96)
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"
    assert "152/96" in keypad.prompt(bed.now_ms, bed.unit)
    bed.pressure(134, 86)
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"


def test_a_reading_of_an_earlier_session_does_not_count():  # REQ-084
    bed = Bedside()
    bed.pressure()
    bed.run(5)
    bed.press("NEXT")
    bed.run(2)
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"


def test_the_dose_needs_a_held_key():  # REQ-094
    bed = Bedside()
    bed.to_ready()
    bed.press("NEXT")
    assert bed.unit.session.phase == "ready"
    bed.press("NEXT", "hold")
    assert bed.unit.session.phase == "onset"
    assert [dose["number"] for dose in bed.of("dose")] == [1]


def test_a_second_dose_is_logged_and_leaves_the_clock():  # REQ-093
    bed = Bedside()
    bed.dosed()
    t0 = bed.unit.session.t0_ms
    bed.run(300)
    bed.press("NEXT", "hold")
    assert bed.unit.session.t0_ms == t0
    assert [dose["number"] for dose in bed.of("dose")] == [1, 2]


def test_no_finger_alarms_after_its_delay():  # REQ-023
    bed = Bedside(no_finger_delay_s=15)
    bed.dosed()
    bed.reading = Reading(None, None, None, 0, False)
    bed.run(15)
    assert bed.names() == []
    bed.run(2)
    assert bed.names() == ["no_finger"]


def test_a_sensor_that_falls_silent_alarms_by_the_clock():  # REQ-023
    bed = Bedside()
    bed.dosed()
    bed.run(5)
    bed.reading = None
    bed.run(9)
    assert bed.names() == []
    bed.run(2)
    assert bed.names() == ["sensor_fault"]
    assert bed.unit.vitals.reading(bed.now_ms) is None


def test_the_cuff_runs_by_schedule_after_the_dose():
    bed = Bedside(pressure_interval_peak_min=10)
    bed.dosed()
    bed.outs = []
    bed.run(601)
    assert [out.cuff for out in bed.outs if out.cuff] == ["start"]


def test_a_blood_pressure_that_never_comes_alarms_as_overdue():  # REQ-023
    bed = Bedside(pressure_overdue_s=180)
    bed.dosed()
    bed.run(601)
    bed.give("cuff", ("fault", 0x57))
    assert "cuff_fault" in bed.names()
    bed.run(180)
    assert "pressure_overdue" in bed.names()
    bed.pressure()
    bed.run(1)
    assert bed.names() == []


def test_bp_takes_a_reading_and_deflates_at_once_while_one_runs():  # REQ-122
    bed = Bedside()
    bed.press("NEXT")
    assert bed.give("key", ("BP", "down")).cuff == "start"
    bed.run(5)
    assert bed.give("key", ("BP", "down")).cuff == "abort"


def test_stop_deflates_on_the_press_whatever_follows():  # REQ-122
    bed = Bedside()
    bed.dosed()
    bed.run(40)
    bed.give("key", ("BP", "down"))
    assert bed.give("key", ("STOP", "down")).cuff == "abort"


def with_spo2(pct):
    return Reading(72, pct, 120, 95, True)


def test_a_sustained_fall_from_the_baseline_alarms_above_the_limit():
    bed = Bedside()
    bed.press("NEXT")
    bed.run(90)
    bed.dosed()
    assert bed.of("baseline")[0]["spo2_pct"] == 97
    bed.reading = with_spo2(94)
    bed.run(60)
    assert bed.names() == []
    bed.reading = with_spo2(93)
    bed.run(29)
    assert bed.names() == []
    bed.run(3)
    assert bed.names() == ["spo2_fallen"]
    row, value, _ = bed.unit.alarms.active()[0]
    assert bed.unit.alarms.sentence(row, value) == "SpO2 FELL BY 4, LIMIT 4"
    bed.reading = with_spo2(95)
    bed.run(2)
    assert bed.names() == []


def test_without_a_baseline_no_fall_alarms_and_the_record_says_so():
    bed = Bedside()
    bed.dosed()  # after half a minute: too few values
    assert bed.of("baseline") == [{"spo2_pct": None, "pulse_bpm": None, "systolic_mmhg": 122, "at_ms": bed.now_ms}]
    bed.reading = with_spo2(91)
    bed.run(60)
    assert bed.names() == []


def test_the_baseline_of_one_session_is_not_the_next_ones():
    bed = Bedside()
    bed.press("NEXT")
    bed.run(90)
    bed.press("STOP", "hold")
    bed.press("NEXT")
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"
    assert bed.unit.baseline.spo2_pct is None


def test_the_baseline_survives_a_restart():  # REQ-071
    bed = Bedside()
    bed.press("NEXT")
    bed.run(90)
    bed.dosed()
    saved = [out.saved for out in bed.outs if out.saved][-1]
    again = Bedside()
    again.unit.resume(again.now_ms, saved, saved["utc_s"], 0)
    again.reading = with_spo2(92)
    again.run(35)
    assert "spo2_fallen" in again.names()


CURVE = {"spo2_point1_ratio": 500, "spo2_point1_pct": 97, "spo2_point2_ratio": 900, "spo2_point2_pct": 85}


def test_the_screen_says_that_the_saturation_is_uncalibrated_or_user_adjusted():  # REQ-017
    for chosen, note in (
        ({}, "uncalibrated"),
        (CURVE, "user-adjusted"),
    ):
        bed = Bedside(**chosen)
        bed.run(2)
        assert shown(bed)["spo2_note"] == note


def test_the_mark_is_that_of_the_part_and_not_of_a_setting():  # REQ-215
    bed = Bedside(oximeter_module=1, **CURVE)  # from the next start on
    bed.run(2)
    assert shown(bed)["spo2_note"] == "user-adjusted"
    bed.unit.oximeter = ("Nonin module", True)
    bed.run(2)
    assert shown(bed)["spo2_note"] == "OEM module"
    assert live.fields(bed.now_ms, bed.unit)["spo2_mark"] == "OEM module"


def test_the_log_of_a_session_says_what_measures():  # REQ-216
    for part, calibrated in (("MAX30102", False), ("Nonin module", True)):
        bed = Bedside(oximeter_module=1)
        bed.unit.oximeter = (part, calibrated)
        bed.press("NEXT")
        records = [fields for name, fields in bed.records if name == "oximeter"]
        assert [(r["part"], r["calibrated"]) for r in records] == [(part, int(calibrated))]


def test_stop_short_calls_for_help_and_keeps_watching():
    bed = Bedside()
    bed.dosed()
    out = bed.press("STOP")
    assert out.cues.folder == 0
    assert out.signal.calling
    assert bed.unit.session.phase == "onset"
    assert bed.names() == ["help_called"]


def test_help_ends_when_somebody_has_silenced_it_and_cues_resume_on_next():
    bed = Bedside()
    bed.dosed()
    bed.press("STOP")
    bed.press("SILENCE", "short")
    bed.run(1)
    assert bed.names() == []
    assert keypad.labels(bed.now_ms, bed.unit)[1] == "RESUME"
    assert bed.press("NEXT").cues.folder == 2
    assert bed.unit.session.phase == "onset"


def test_stop_held_ends_the_cues_and_keeps_watching():
    bed = Bedside()
    bed.dosed()
    out = bed.press("STOP", "hold")
    assert bed.unit.session.phase == "stopped"
    assert out.cues.folder == 0
    bed.reading = Reading(60, 87, 100, 90, True)
    bed.run(12)
    assert bed.names() == ["spo2_low"]


def test_silence_is_logged_with_the_alarm_it_silenced():
    bed = Bedside()
    bed.dosed()
    bed.reading = Reading(72, 87, 100, 90, True)
    bed.run(12)
    bed.press("SILENCE")
    silence = bed.of("silence")[0]
    assert silence["alarm"] == "spo2_low"
    assert silence["until_ms"] == silence["at_ms"] + 120000


def test_a_task_that_fell_over_is_an_alarm_until_seen():  # REQ-028
    bed = Bedside()
    bed.give("part", ("program", "music_task"))
    bed.run(5)
    assert bed.names() == ["task_restarted"]
    bed.press("SILENCE")
    bed.run(1)
    assert bed.names() == []


def test_alarms_are_judged_before_anything_is_presented():
    bed = Bedside()
    bed.dosed()
    bed.reading = Reading(72, 87, 100, 90, True)
    bed.run(9)
    bed.now_ms += 5000
    out = bed.unit.step(bed.now_ms, [("reading", bed.reading)])
    assert out.signal.sound == 3
    assert out.screen is None


def test_closing_closes_the_log_and_deflates():
    bed = Bedside()
    bed.dosed()
    bed.press("STOP", "hold")
    bed.run(40)
    bed.give("key", ("BP", "down"))
    out = bed.press("NEXT")
    assert bed.unit.session.phase == "closed"
    assert out.log == "close"
    assert out.cuff == "abort"
    assert out.records[-1][0] == "close"


def test_the_close_record_stands_behind_the_ends_of_the_alarms():
    bed = Bedside()
    bed.dosed()
    bed.press("STOP", "hold")
    bed.reading = Reading(72, 87, 100, 90, True)
    bed.run(15)
    assert bed.names() == ["spo2_low"]
    out = bed.press("NEXT")
    assert [name for name, _ in out.records][-2:] == ["alarm", "close"]


def test_an_alarm_that_stood_before_the_session_is_in_its_log():
    bed = Bedside()
    bed.give("part", ("settings", "REFUSED: DEFAULTS"))
    bed.run(1)
    (stood,) = bed.names()
    bed.records.clear()
    bed.press("NEXT")
    assert (stood, "started") in [(a["alarm"], a["event"]) for a in bed.of("alarm")]


def test_a_clock_lost_in_mid_session_does_not_take_the_time_along():  # REQ-092
    bed = Bedside()
    bed.dosed()
    before = bed.unit.utc_s(bed.now_ms)
    bed.give("clock", (0, False))
    assert bed.unit.utc_s(bed.now_ms) == before
    bed.run(1)
    assert "clock_not_trusted" in bed.names()


def test_the_cuff_rests_after_a_restart():  # REQ-121
    bed = Bedside()
    bed.dosed()
    saved = bed.unit.session.saved(bed.now_ms, 1_777_000_040)
    again = Bedside()
    again.unit.resume(0, saved, 1_777_000_040 + 3600, 300)
    again.run(29)
    assert not any(out.cuff for out in again.outs)
    again.run(2)
    assert [out.cuff for out in again.outs if out.cuff] == ["start"]


def test_a_resumed_session_says_that_the_unit_restarted():  # REQ-072
    bed = Bedside()
    bed.dosed()
    saved = bed.unit.session.saved(bed.now_ms, 1_777_000_040)
    again = Bedside()
    again.unit.resume(0, saved, 1_777_000_060, 20)
    again.run(1)
    assert again.names() == ["unit_restarted"]
    assert again.unit.session.phase == "onset"
    again.press("SILENCE")
    again.run(1)
    assert again.names() == []


def test_the_screen_never_shows_a_number_that_is_not_current():  # REQ-013
    bed = Bedside()
    bed.dosed()
    bed.run(3)
    assert _tile(bed, "pulse") == "72"
    bed.reading = None
    bed.run(7)
    assert _tile(bed, "pulse") == "---"
    assert _tile(bed, "spo2") == "---"


def test_the_unit_says_first_that_it_is_no_medical_device():  # REQ-158
    bed = Bedside()
    bed.unit.introduce(bed.now_ms)
    bed.run(7)
    assert _tile(bed, "prompt") == "NOT A MEDICAL DEVICE"
    bed.run(2)
    assert _tile(bed, "prompt") == "press NEXT"


def test_limits_in_force_are_in_the_log_each_once_and_a_few_at_a_time():
    bed = Bedside(spo2_low_pct=92)
    bed.to_ready()
    bed.run(3)
    told = bed.of("setting")
    assert {one["name"]: one["value"] for one in told} == {
        name: value for name, value in bed.unit.settings.items() if type(value) is int
    }
    assert len(told) == len({one["name"] for one in told})
    assert max([one["at_ms"] for one in told]) <= 3000
    for at_ms in {one["at_ms"] for one in told}:
        assert len([one for one in told if one["at_ms"] == at_ms]) <= 8


def test_a_log_that_is_closed_at_once_still_has_them_all():
    bed = Bedside()
    bed.press("NEXT")
    bed.press("STOP", "hold")
    bed.press("NEXT")
    assert bed.unit.session.phase in ("closed", "idle")
    assert len(bed.of("setting")) == len([v for v in bed.unit.settings.values() if type(v) is int])


def _tile(bed, name):
    shown = [out.screen for out in bed.outs if out.screen][-1]
    return {tile: text for tile, text, _ in shown}[name]


def test_one_high_pressure_is_taken_again_and_two_are_high_priority():
    bed = Bedside()
    bed.dosed()
    bed.pressure(186, 100)
    bed.run(1)
    assert bed.named() == ["systolic_high"]
    starts = len([out for out in bed.outs if out.cuff == "start"])
    bed.run(301)
    assert len([out for out in bed.outs if out.cuff == "start"]) == starts + 1
    bed.pressure(188, 100)
    bed.run(1)
    assert bed.named() == ["systolic_stays_high"]
    bed.pressure(150, 90)
    bed.run(1)
    assert bed.names() == []


def test_a_single_very_high_pressure_does_not_wait_for_a_second():
    bed = Bedside()
    bed.dosed()
    bed.pressure(206, 100)
    bed.run(1)
    assert "systolic_very_high" in bed.names()


def test_changes_from_the_patients_own_numbers_alarm_below_the_limits():
    bed = Bedside()
    bed.press("NEXT")
    bed.run(70)
    bed.dosed()
    bed.reading = Reading(115, 97, 100, 90, True)  # 43 above
    bed.pressure(122 + 40, 78)
    bed.run(70)
    assert bed.names() == []
    bed.reading = Reading(119, 97, 100, 90, True)
    bed.unit.settings["pulse_rise_bpm"] = 45
    bed.pressure(122 + 46, 78)
    bed.run(70)
    assert bed.names() == ["systolic_risen", "pulse_risen"]


def test_a_pulse_without_saturation_is_an_alarm_of_its_own():
    bed = Bedside()
    bed.dosed()
    bed.reading = Reading(72, None, 100, 60, True)
    bed.run(59)
    assert bed.names() == []
    bed.run(3)
    assert bed.names() == ["no_saturation"]


def test_a_poor_signal_is_told_before_no_reading_is():
    bed = Bedside()
    bed.dosed()
    bed.reading = Reading(None, None, 20, 10, True)
    bed.run(17)
    assert bed.names() == ["poor_signal"]
    bed.run(15)
    assert bed.names() == ["no_reading", "poor_signal"]
    assert bed.named() == ["no_reading"]


def test_numbers_that_no_patient_has_are_no_numbers():  # REQ-014
    for pulse, spo2 in ((0, 97), (500, 97), (float("nan"), 97), (72.5, 97)):
        bed = Bedside()
        bed.dosed()
        bed.reading = Reading(pulse, spo2, 100, 90, True)
        bed.run(32)
        assert "no_reading" in bed.names(), pulse
    for pressure in ((0, 0), (500, 90), (80, 120), (float("nan"), 80)):
        bed = Bedside()
        bed.dosed()
        bed.pressure(*pressure)
        bed.run(1)
        assert bed.names() == ["cuff_fault"], pressure
        assert bed.of("cuff")[-1]["code"] == 202


def test_the_patients_button_calls_until_somebody_has_seen_it():
    bed = Bedside()
    bed.give("key", ("CALL", "down"))
    bed.give("key", ("CALL", "short"))
    bed.run(1)
    assert bed.names() == ["patient_calls"]
    assert bed.outs[-1].signal.calling
    bed.press("SILENCE")
    bed.run(0.2)
    assert bed.names() == []


def test_a_call_line_that_is_cut_calls_and_is_then_named():
    bed = Bedside()
    bed.give("key", ("CALL", "down"))
    bed.give("key", ("CALL", "stuck"))
    bed.press("SILENCE")
    bed.run(1)
    assert bed.names() == ["call_line"]
    bed.give("key", ("CALL", "free"))
    bed.run(0.2)
    assert bed.names() == []


def test_a_stuck_key_is_named_until_it_is_free():
    bed = Bedside()
    bed.give("key", ("MARK", "stuck"))
    row, value, _ = bed.unit.alarms.active()[0]
    assert bed.unit.alarms.sentence(row, value) == "KEY STUCK: MARK"
    bed.give("key", ("MARK", "free"))
    bed.run(0.2)
    assert bed.names() == []


def test_a_fault_of_the_cuff_module_itself_asks_for_the_cuff_to_come_off():  # REQ-127
    for code, name in ((87, "cuff_fault"), (89, "cuff_unsafe"), (99, "cuff_unsafe"), (201, "cuff_unsafe"),
                       (202, "cuff_fault"), (203, "cuff_unsafe")):  # fmt: skip
        bed = Bedside()
        bed.dosed()
        bed.give("cuff", ("fault", code))
        assert bed.names() == [name], code


def test_music_makes_way_for_an_alarm_and_comes_back_by_fade():  # REQ-141
    bed = Bedside()
    bed.dosed()
    bed.run(16)
    bed.reading = Reading(None, None, 0, 0, False)
    bed.run(16)
    cue = [out.cues for out in bed.outs if out.cues][-1]
    assert (cue.volume, cue.music_fade_ms) == (4, 300)
    assert cue.fade_ms == 60000  # the light goes on as it was
    bed.press("SILENCE")
    cue = [out.cues for out in bed.outs if out.cues][-1]
    assert (cue.volume, cue.music_fade_ms) == (14, 5000)


def test_in_headphones_only_high_priority_makes_music_give_way_and_slowly():  # REQ-142
    bed = Bedside(music_on_headphones=1)
    bed.dosed()
    bed.reading = Reading(None, None, 0, 0, False)
    bed.run(17)
    assert bed.names() == ["no_finger"]
    assert [out.cues for out in bed.outs if out.cues][-1].volume == 14
    bed.press("STOP")
    bed.press("NEXT")  # cues resume
    cue = [out.cues for out in bed.outs if out.cues][-1]
    assert (cue.volume, cue.music_fade_ms) == (4, 2000)


def shown(bed):
    """The texts on the screen, by tile."""
    return {tile: text for tile, text, _ in [out.screen for out in bed.outs if out.screen][-1]}


def test_the_plans_code_is_on_the_screen_until_the_dose():  # REQ-083
    bed = Bedside()
    bed.run(2)
    assert shown(bed)["clock"] == PLAN["code"]
    bed.to_ready()
    assert shown(bed)["clock"] == PLAN["code"]
    bed.press("NEXT", "hold")
    assert shown(bed)["clock"] == "dose +0:00"


def test_the_screen_says_that_a_service_is_due_but_not_beside_a_patient():
    bed = Bedside()
    bed.run(1)
    assert shown(bed)["bp_note"] == ""
    bed.unit.cuff.service_due = True
    bed.run(1)
    assert shown(bed)["bp_note"] == "CUFF SERVICE DUE"
    bed.press("NEXT")
    bed.run(1)
    assert shown(bed)["bp_note"] == ""


def test_the_screen_says_when_nobody_is_watched():  # REQ-151
    bed = Bedside()
    bed.run(2)
    assert shown(bed)["notice"] == "NOT WATCHING"
    bed.press("NEXT")
    assert shown(bed)["notice"] == ""
    bed.press("STOP", "hold")
    assert bed.unit.session.phase == "closed"
    assert shown(bed)["notice"] == "NOT WATCHING"


def test_a_paused_sound_is_counted_down_on_the_screen():  # REQ-154
    bed = Bedside()
    bed.dosed()
    bed.reading = with_spo2(80)
    bed.run(3)
    bed.press("SILENCE")
    assert shown(bed)["notice"] == "SOUND PAUSED 2:00"
    bed.run(61)
    assert shown(bed)["notice"].startswith("SOUND PAUSED 0:59")
    bed.run(60)
    assert "PAUSED" not in shown(bed)["notice"]


def test_the_battery_is_an_alarm_while_it_carries_the_unit():  # REQ-076
    bed = Bedside(battery_low_pct=20)
    bed.give("battery", (15, False))
    bed.run(1)
    assert bed.names() == []  # it is being charged
    bed.give("battery", (85, True))
    bed.run(1)
    assert bed.names() == ["on_battery"]
    bed.give("battery", (20, True))
    bed.run(1)
    assert bed.named() == ["battery_low"]
    row, value, _ = bed.unit.alarms.active()[0]
    assert bed.unit.alarms.sentence(row, value) == "BATTERY LOW: 20 %"
    bed.give("battery", (0, True))
    bed.run(1)
    assert bed.named() == ["battery_low"]  # nought is still a number
    bed.give("battery", (21, False))
    bed.run(1)
    assert bed.names() == []


def test_a_battery_that_nobody_knows_of_is_told_after_a_while():
    bed = Bedside()
    bed.give("battery", None)
    bed.give("part", ("supply", "absent"))
    bed.run(19)
    assert bed.names() == []
    bed.run(2)
    assert bed.names() == ["battery_unknown"]


def test_the_battery_is_in_the_log_when_it_matters():
    bed = Bedside()
    bed.give("battery", (100, False))
    assert bed.of("battery") == []
    bed.press("NEXT")
    for level_pct, emptying in ((100, False), (99, True), (95, True), (89, True), (88, True), (89, False)):
        bed.give("battery", (level_pct, emptying))
    assert [(b["level_pct"], b["emptying"]) for b in bed.of("battery")] == [(100, 0), (99, 1), (89, 1), (89, 0)]
