from sitter import settings
from sitter.alarm_table import HIGH, LOW, MEDIUM, ROWS
from sitter.alarms import Alarms

QUIET = {"pulse_bpm": 72, "spo2_pct": 97, "systolic_mmhg": 120, "diastolic_mmhg": 78}


class Stand:
    """Alarms on a fake clock, with facts that a test changes."""

    def __init__(self, **chosen):
        self.alarms = Alarms(settings.complete(chosen))
        self.facts = dict(QUIET)
        self.now_ms = 0
        self.edges = []

    def run(self, seconds, watching=True, **facts):
        self.facts.update(facts)
        end = self.now_ms + int(seconds * 1000)
        while self.now_ms < end:
            self.now_ms += 100
            for edge in self.alarms.step(self.now_ms, self.facts, watching):
                self.edges.append((self.now_ms, edge.row.name, edge.event))
        return self.names()

    def step(self, now_ms, watching=True):
        """One step at this moment; its edges."""
        self.now_ms = now_ms
        return self.alarms.step(now_ms, self.facts, watching)

    def names(self):
        return [row.name for row, _, _ in self.alarms.active()]

    def signal(self):
        return self.alarms.signal(self.now_ms)


def test_nothing_alarms_while_all_is_well():
    stand = Stand()
    assert stand.run(300) == []
    assert stand.signal()[:3] == (0, 0, False)


def test_a_low_saturation_alarms_after_its_delay_and_not_before():  # REQ-021
    stand = Stand(spo2_delay_s=10)
    assert stand.run(9.9, spo2_pct=87) == []
    assert stand.run(0.3) == ["spo2_low"]
    assert stand.signal()[:3] == (HIGH, HIGH, True)


def test_a_dip_shorter_than_the_delay_does_not_alarm():  # REQ-052
    stand = Stand()
    stand.run(9, spo2_pct=87)
    stand.run(1, spo2_pct=93)
    assert stand.run(9, spo2_pct=87) == []


def test_an_alarm_ends_a_little_inside_its_limit():  # REQ-051
    stand = Stand()
    stand.run(11, spo2_pct=89)
    assert stand.run(1, spo2_pct=91) == ["spo2_low"]
    assert stand.run(1, spo2_pct=92) == []


def test_a_number_that_goes_away_does_not_end_an_alarm():  # REQ-022
    stand = Stand()
    stand.run(11, spo2_pct=85)
    assert stand.run(60, spo2_pct=None) == ["spo2_low"]
    assert stand.run(1, spo2_pct=96) == []


def test_a_missing_number_does_not_begin_an_alarm():
    stand = Stand()
    assert stand.run(60, spo2_pct=None, pulse_bpm=None, systolic_mmhg=None, diastolic_mmhg=None) == []


def test_silence_pauses_the_sound_and_leaves_the_lamp():  # REQ-044
    stand = Stand()
    stand.run(11, spo2_pct=85)
    stand.alarms.silence(stand.now_ms)
    assert stand.signal()[:3] == (HIGH, 0, True)


def test_the_sound_comes_back_after_the_pause():
    stand = Stand(audio_pause_s=120)
    stand.run(11, spo2_pct=85)
    stand.alarms.silence(stand.now_ms)
    stand.run(119.5)
    assert stand.signal().sound == 0
    stand.run(1)
    assert stand.signal().sound == HIGH


def test_another_alarm_sounds_through_a_pause():  # REQ-025
    stand = Stand()
    stand.run(11, spo2_pct=85)
    stand.alarms.silence(stand.now_ms)
    stand.run(11, pulse_bpm=150)
    assert stand.signal().sound == MEDIUM
    assert stand.signal().lamp == HIGH


def test_silence_ends_with_the_occurrence():
    stand = Stand()
    stand.run(11, spo2_pct=85)
    stand.alarms.silence(stand.now_ms)
    stand.run(2, spo2_pct=97)
    stand.run(11, spo2_pct=85)
    assert stand.signal().sound == HIGH


def test_one_alarm_ending_leaves_the_others():
    stand = Stand()
    stand.run(11, spo2_pct=85, pulse_bpm=150)
    assert stand.run(1, spo2_pct=97) == ["pulse_high"]


def test_a_latching_alarm_stays_until_somebody_has_seen_it():
    stand = Stand()
    stand.run(1, restarted=True)
    assert stand.run(60, restarted=False) == ["unit_restarted"]
    stand.alarms.silence(stand.now_ms)
    assert stand.run(1) == []


def test_patient_alarms_rest_while_no_session_is_watched():
    stand = Stand()
    assert stand.run(60, watching=False, spo2_pct=80, no_finger=True) == []
    assert stand.run(1, watching=False, clock_fault="not set") == ["clock_not_trusted"]


def test_the_relay_follows_the_occurrence_from_medium_on():
    stand = Stand()
    stand.run(1, music_fault="absent")
    assert stand.signal()[:3] == (LOW, LOW, False)
    stand.run(1, storage_fault="full")
    stand.alarms.silence(stand.now_ms)
    assert stand.signal().calling


def test_the_sentence_gives_value_and_limit():
    stand = Stand()
    stand.run(11, spo2_pct=87)
    row, value, _ = stand.alarms.active()[0]
    assert stand.alarms.sentence(row, value) == "SpO2 LOW 87 < 90"


def test_the_most_urgent_alarm_is_listed_first():
    stand = Stand()
    stand.run(1, music_fault="absent", systolic_mmhg=190)
    assert stand.run(11, spo2_pct=88) == ["spo2_low", "systolic_high", "music_fault"]


def test_a_worse_alarm_covers_the_lesser_on_the_screen_only():  # REQ-053
    stand = Stand()
    assert stand.run(11, spo2_pct=82) == ["spo2_very_low", "spo2_low"]
    assert [row.name for row, _, _ in stand.alarms.named()] == ["spo2_very_low"]


def test_a_worse_value_sounds_through_the_pause_of_a_lesser_one():  # REQ-026
    stand = Stand()
    stand.run(11, spo2_pct=88)
    stand.alarms.silence(stand.now_ms)
    stand.run(1)
    assert stand.signal().sound == 0
    stand.run(1, spo2_pct=86)
    assert stand.signal().sound == 0
    stand.run(1, spo2_pct=85)  # three points below the value that was paused
    assert stand.signal().sound == HIGH


def test_a_better_value_does_not_end_a_pause():
    stand = Stand()
    stand.run(1, systolic_mmhg=190)
    stand.alarms.silence(stand.now_ms)
    stand.run(5, systolic_mmhg=181)
    assert stand.signal().sound == 0
    stand.run(1, systolic_mmhg=199)
    assert stand.signal().sound == 0
    stand.run(1, systolic_mmhg=200)
    assert stand.signal().sound == MEDIUM


def test_an_alarm_that_nobody_answers_rises_by_one_priority():  # REQ-047
    stand = Stand(escalation_s=60)
    stand.run(16, no_finger=True)
    assert stand.signal().lamp == MEDIUM
    started = stand.signal().started
    stand.run(60)
    assert stand.signal()[:2] == (HIGH, HIGH)
    assert stand.signal().started == started + 1
    assert stand.edges[-1][1:] == ("no_finger", "escalated")
    assert stand.run(1, no_finger=False) == []


def test_an_answer_puts_off_escalation_until_the_pause_is_over():
    stand = Stand(escalation_s=60, audio_pause_s=120)
    stand.run(50, no_finger=True)
    stand.alarms.silence(stand.now_ms)
    stand.run(170)
    assert stand.signal().lamp == MEDIUM
    stand.run(15)
    assert stand.signal().lamp == HIGH


def test_the_call_of_lesser_alarms_can_wait_and_that_of_high_ones_never_does():
    stand = Stand(call_delay_s=30)
    stand.run(16, no_finger=True)
    assert not stand.signal().calling
    stand.run(30)
    assert stand.signal().calling
    stand.run(1, no_finger=False)
    stand.run(0.2, help_called=True)
    assert stand.signal().calling


def test_the_call_follows_the_occurrence_and_not_the_sound():  # REQ-046
    stand = Stand(call_delay_s=30)
    stand.run(16, no_finger=True)
    stand.alarms.silence(stand.now_ms)
    stand.run(31)
    assert stand.signal().calling
    assert stand.signal().sound == 0


def test_a_gentle_first_burst_is_a_choice_and_never_for_high_priority():
    for gentle, spo2_pct, soft in ((0, 97, False), (1, 97, True), (1, 88, False)):
        stand = Stand(gentle_first_burst=gentle)
        stand.run(15.2, no_finger=True, spo2_pct=spo2_pct)
        assert stand.signal().soft == soft
        stand.run(10)
        assert not stand.signal().soft


def test_time_that_goes_backwards_lengthens_no_delay_and_no_pause():  # REQ-033
    stand = Stand(spo2_delay_s=10)
    stand.run(5, spo2_pct=88)
    at_ms, stand.now_ms = stand.now_ms, 100
    stand.run(1)
    stand.now_ms = at_ms
    assert stand.run(5.2) == ["spo2_low"]
    stand.alarms.silence(stand.now_ms)
    stand.now_ms -= 60000
    stand.alarms.silence(stand.now_ms)
    stand.now_ms += 60000
    stand.run(120.2)
    assert stand.signal().sound == HIGH


def test_a_condition_that_begins_while_time_is_back_waits_for_its_whole_delay():  # REQ-033
    stand = Stand(spo2_delay_s=10)
    stand.run(60)
    at_ms, stand.now_ms = stand.now_ms, 100
    stand.run(1)
    stand.run(1, spo2_pct=88)
    stand.now_ms = at_ms
    assert stand.run(9.5) == []
    assert stand.run(0.7) == ["spo2_low"]


def test_a_condition_counts_from_when_its_cause_came_in():  # REQ-032
    stand = Stand(spo2_delay_s=10)
    stand.alarms.step(3000, {"spo2_pct": 97}, True)
    stand.alarms.step(3900, {"spo2_pct": 88}, True, 3100)
    assert stand.alarms.step(13000, {"spo2_pct": 88}, True) == []
    edge = stand.alarms.step(13100, {"spo2_pct": 88}, True)[0]
    assert (edge.row.name, edge.waited_ms, edge.late_ms) == ("spo2_low", 10000, 0)


def test_a_cause_is_never_older_than_the_last_step_nor_newer_than_this_one():
    for said_ms, since_ms in ((1000, 3000), (9000, 4000)):
        stand = Stand()
        stand.alarms.step(3000, {"spo2_pct": 97}, True)
        stand.alarms.step(4000, {"spo2_pct": 80}, True, said_ms)
        assert stand.alarms.step(since_ms + 1999, {"spo2_pct": 80}, True) == []
        edge = stand.alarms.step(since_ms + 2000, {"spo2_pct": 80}, True)[0]
        assert (edge.row.name, edge.waited_ms, edge.late_ms) == ("spo2_very_low", 2000, 0)


def test_slow_work_can_ask_whether_an_alarm_is_due():
    stand = Stand(spo2_delay_s=10)
    assert not stand.alarms.due_within(0, 400)
    stand.run(9.5, spo2_pct=88)
    assert not stand.alarms.due_within(stand.now_ms, 400)
    stand.run(0.3)
    assert stand.alarms.due_within(stand.now_ms, 400)
    stand.run(0.5)
    assert stand.names() == ["spo2_low"]
    assert not stand.alarms.due_within(stand.now_ms, 400)


def test_the_delays_of_an_alarm_are_told_with_it():  # REQ-032
    stand = Stand(spo2_delay_s=10)
    stand.facts["spo2_pct"] = 88
    for now_ms in (0, 4000, 10070):  # a loop that was held up
        edges = stand.alarms.step(now_ms, stand.facts, True)
    edge = edges[0]
    assert (edge.row.name, edge.delay_ms, edge.waited_ms, edge.late_ms) == ("spo2_low", 10000, 10070, 70)


def test_every_row_of_the_table_can_begin_and_end():  # REQ-021
    for row in ROWS:
        stand = Stand()
        limit = settings.defaults().get(row.limit, 0)
        bad = {"above": limit + 1, "below": limit - 1, "reached": limit}.get(row.kind, 1)
        good = {"above": limit - 20, "below": limit + 20, "reached": 0}.get(row.kind)
        assert row.name in stand.run(stand.alarms.delay_ms(row) // 1000 + 2, **{row.source: bad}), row.name
        if row.latching:
            stand.alarms.silence(stand.now_ms)
        assert row.name not in stand.run(1, **{row.source: good}), row.name


def test_every_row_hangs_together():
    known = settings.defaults()
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    for row in ROWS:
        assert row.limit == "" or row.limit in known
        assert type(row.delay) is int or row.delay in known
        assert row.covered_by == "" or row.covered_by in names
        assert not (row.covered_by and row.priority > ROWS[names.index(row.covered_by)].priority)


def test_a_fault_of_the_cuff_is_told_by_a_word_beside_its_code():
    alarms = Alarms(settings.defaults())
    row = next(row for row in ROWS if row.name == "cuff_fault")
    said = [alarms.sentence(row, code) for code in (87, 202, 303)]
    assert said == ["CUFF LEAK 87: CHECK IT", "CUFF NUMBERS 202: CHECK IT", "CUFF FAULT 303: CHECK IT"]
