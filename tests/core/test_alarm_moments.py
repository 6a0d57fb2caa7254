from test_alarms import Stand

from sitter.alarm_table import HIGH, LOW, MEDIUM

# Each boundary to the millisecond, with the numbers written out and at moments that are no round number of anything.
AT = 71237


def begun(at_ms=AT, **facts):
    """Alarms whose facts became so at `at_ms`, judged then and when each delay of the default settings is over."""
    chosen = {name: facts.pop(name) for name in list(facts) if name.endswith(("_s", "_burst"))}
    stand = Stand(**chosen)
    stand.step(at_ms - 1)
    stand.facts.update(facts)
    stand.step(at_ms)
    return stand


def test_an_alarm_begins_in_the_millisecond_in_which_its_delay_is_over():
    stand = begun(spo2_pct=88)
    assert stand.step(AT + 9999) == []
    edge = stand.step(AT + 10000)[0]
    assert (edge.row.name, edge.event, edge.value, edge.limit) == ("spo2_low", "started", 88, 90)
    assert (edge.delay_ms, edge.waited_ms, edge.late_ms) == (10000, 10000, 0)


def test_what_a_late_step_makes_of_a_delay_is_told():
    edge = begun(spo2_pct=88).step(AT + 10777)[0]
    assert (edge.delay_ms, edge.waited_ms, edge.late_ms) == (10000, 10777, 777)


def test_only_the_beginning_of_an_occurrence_tells_how_late_it_was():
    stand = begun(spo2_pct=88)
    stand.step(AT + 10777)
    standing = stand.alarms.standing()[0]
    assert (standing.event, standing.waited_ms, standing.late_ms) == ("started", 10777, None)
    stand.facts["spo2_pct"] = 97
    ended = stand.step(AT + 20000)[0]
    assert (ended.event, ended.waited_ms, ended.late_ms) == ("ended", 0, None)


def test_limits_are_strict_and_hysteresis_is_part_of_them():
    for row, begins, stays, ends in (
        ("spo2_pct", 89, 91, 92),
        ("pulse_bpm", 121, 118, 117),
        ("pulse_bpm", 49, 52, 53),
        ("spo2_fall_pct", 4, 3, 2),
    ):
        stand = begun(**{row: begins})
        stand.step(AT + 31000)
        assert stand.names(), row
        stand.facts[row] = stays
        assert stand.step(AT + 32000) == [], (row, stays)
        stand.facts[row] = ends
        stand.step(AT + 33000)
        assert stand.names() == [], (row, ends)
    for row, good in (("spo2_pct", 90), ("pulse_bpm", 120), ("pulse_bpm", 50), ("spo2_fall_pct", 3)):
        stand = begun(**{row: good})
        stand.step(AT + 400000)
        assert stand.names() == [], (row, good)


def test_a_pause_ends_in_its_last_millisecond_and_is_counted_down_to_it():
    stand = begun(help_called=True)
    assert stand.signal().sound == HIGH
    assert stand.alarms.pause_left_ms(stand.now_ms) == 0
    ((row, until_ms),) = stand.alarms.silence(AT)
    assert (row.name, until_ms) == ("help_called", AT + 120000)
    assert stand.alarms.pause_left_ms(AT + 119000) == 1000
    stand.step(AT + 119999)
    assert stand.signal().sound == 0
    assert stand.alarms.pause_left_ms(stand.now_ms) == 1
    stand.step(AT + 120000)
    assert stand.signal().sound == HIGH
    assert stand.alarms.pause_left_ms(stand.now_ms) == 0
    stand.step(AT + 125000)
    assert stand.alarms.pause_left_ms(stand.now_ms) == 0


def test_an_alarm_escalates_when_its_time_is_over_or_at_the_next_step_after():
    for after_ms, escalates in ((179999, False), (180000, True), (180700, True)):
        stand = begun(away_too_long=True)
        edges = stand.step(AT + after_ms)
        assert [edge.event for edge in edges] == (["escalated"] if escalates else [])
        assert stand.signal().lamp == (HIGH if escalates else MEDIUM)


def test_escalation_is_one_priority():
    stand = begun(pressure_due=True)
    stand.step(AT + 180000)
    assert stand.signal().lamp == LOW
    stand.step(AT + 360000)
    assert stand.signal().lamp == MEDIUM
    stand.step(AT + 720000)
    assert stand.signal().lamp == MEDIUM


def test_each_beginning_rise_and_worsening_counts_once():
    stand = begun(systolic_mmhg=190, away_too_long=True)
    assert stand.signal().started == 2
    stand.step(AT + 180000)  # only the second escalates
    assert stand.signal().started == 3
    stand.alarms.silence(stand.now_ms)
    stand.facts["systolic_mmhg"] = 200
    stand.step(AT + 181000)
    assert stand.signal().started == 4
    stand.step(AT + 182000)
    assert stand.signal().started == 4


def test_nothing_has_begun_at_first():
    assert Stand().signal() == (0, 0, False, 0, False)


def test_a_worsening_by_more_than_enough_is_one_too():
    for source, first, then in (("systolic_mmhg", 190, 200), ("systolic_mmhg", 190, 260), ("systolic_mmhg", 88, 70),
                                ("spo2_fall_pct", 4, 7), ("spo2_fall_pct", 5, 12)):  # fmt: skip
        stand = begun(**{source: first})
        stand.step(AT + 30000)
        stand.alarms.silence(stand.now_ms)
        stand.facts[source] = then
        stand.step(AT + 30100)
        assert stand.signal().sound >= MEDIUM
        assert stand.alarms.pause_left_ms(stand.now_ms) == 0


def test_what_worsened_begins_its_wait_for_an_answer_anew():
    stand = begun(systolic_mmhg=88)
    stand.alarms.silence(AT)
    stand.facts["systolic_mmhg"] = 70
    stand.step(AT + 100000)
    assert stand.step(AT + 279999) == []
    assert [edge.event for edge in stand.step(AT + 280000)] == ["escalated"]


def test_a_lesser_alarm_calls_when_its_delay_is_over():
    stand = begun(away_too_long=True, call_delay_s=30)
    stand.step(AT + 29999)
    assert not stand.signal().calling
    stand.step(AT + 30000)
    assert stand.signal().calling
    stand.step(AT + 31007)
    assert stand.signal().calling


def test_the_soft_beginning_of_low_and_medium_lasts_ten_seconds():
    for source in ("away_too_long", "away"):
        stand = begun(gentle_first_burst=1, **{source: True})
        assert stand.signal().soft is True
        stand.step(AT + 9999)
        assert stand.signal().soft is True
        for later_ms in (AT + 10000, 2 * AT + 77):
            stand.step(later_ms)
            assert stand.signal().soft is False


def test_nothing_that_sounds_is_not_soft():
    stand = Stand(gentle_first_burst=1)
    stand.step(AT)
    assert stand.signal().soft is False
    stand = begun(away=True, gentle_first_burst=1)
    stand.alarms.silence(AT)
    assert stand.signal().soft is False


def test_an_alarm_that_is_due_soon_is_known_to_the_millisecond():
    stand = begun(spo2_pct=88)
    due_ms = AT + 10000
    for before_ms, due in ((401, False), (400, True), (1, True)):
        assert stand.alarms.due_within(due_ms - before_ms, 400) is due


def test_the_oldest_of_equal_priority_is_listed_first():
    stand = begun(systolic_mmhg=88)
    stand.step(AT + 500)
    stand.facts["keys_fault"] = "absent"
    stand.step(AT + 600)
    stand.step(AT + 9000)
    stand.facts["help_called"] = True
    stand.step(AT + 9100)
    assert stand.names() == ["help_called", "systolic_low", "keys_absent"]


def test_what_was_seen_ends_with_its_condition_and_what_was_not_stands_until_it_is():
    stand = begun(help_called=True)
    stand.facts["help_called"] = False
    assert stand.step(AT + 100) == []
    assert stand.names() == ["help_called"]
    stand.alarms.silence(AT + 200)
    assert [edge.event for edge in stand.step(AT + 300)] == ["ended"]
    assert stand.names() == []


def test_the_words_of_an_alarm_have_its_value_and_limit():
    stand = begun(systolic_mmhg=207, keys_fault="absent")
    stand.step(AT + 2000)
    said = [stand.alarms.sentence(row, value) for row, value, _ in stand.alarms.named()]
    assert said == ["SYS VERY HIGH 207 > 200", "KEYS NOT WORKING"]


def test_a_number_that_goes_away_leaves_the_alarm_with_its_last_one():
    stand = begun(spo2_pct=88)
    stand.step(AT + 10000)
    stand.facts["spo2_pct"] = None
    assert stand.step(AT + 60000) == []
    assert [(row.name, value) for row, value, _ in stand.alarms.active()] == [("spo2_low", 88)]


SHIFT_MS = -54321


def restarted(stand, now_ms):
    """Other alarms that took up what these had, on a clock that is SHIFT_MS behind the old one."""
    again = Stand()
    again.alarms.restore(now_ms, stand.alarms.saved(), SHIFT_MS)
    again.now_ms = now_ms
    return again


def paused_and_escalated():
    stand = begun(away_too_long=True, systolic_mmhg=190)
    stand.step(AT + 180003)
    stand.alarms.silence(AT + 180011)
    return stand


def test_every_moment_of_an_occurrence_is_shifted_onto_the_new_clock():
    stand = paused_and_escalated()
    assert stand.alarms.saved() == [
        ["systolic_high", 190, 190, AT, AT + 300011, AT + 300011, False, True],
        ["away_too_long", True, True, AT, AT + 300011, AT + 300011, True, True],
    ]
    again = restarted(stand, 130000)
    assert [row[3:6] for row in again.alarms.saved()] == [[16916, 316927, 316927]] * 2
    assert [row[:3] + row[6:] for row in again.alarms.saved()] == [row[:3] + row[6:] for row in stand.alarms.saved()]
    assert [(edge.row.name, edge.waited_ms) for edge in again.alarms.standing()] == [
        ("systolic_high", 113084),
        ("away_too_long", 113084),
    ]


def test_each_occurrence_that_is_taken_up_counts_as_begun_once():
    again = restarted(paused_and_escalated(), 130000)
    assert again.signal().started == 2
    assert again.signal()[:2] == (HIGH, 0)
    again.now_ms = 316926
    assert again.signal().sound == 0
    again.now_ms = 316927
    assert again.signal().sound == HIGH


def test_what_was_unanswered_before_a_restart_goes_on_waiting():
    again = restarted(begun(away_too_long=True), 130000)
    again.facts["away_too_long"] = True
    assert again.step(16916 + 179999) == []
    assert [edge.event for edge in again.step(16916 + 180000)] == ["escalated"]


def test_what_stood_before_a_restart_is_held_for_twelve_seconds():
    stand = begun(away_too_long=True)
    for after_ms, ended in ((11999, []), (12000, ["ended"])):
        again = restarted(stand, 130003)
        assert [edge.event for edge in again.step(130003 + after_ms)] == ended


def test_an_unknown_row_leaves_the_ones_behind_it():
    saved = paused_and_escalated().alarms.saved()
    saved[0][0] = "of another firmware"
    again = Stand()
    again.alarms.restore(130000, saved, SHIFT_MS)
    assert again.names() == ["away_too_long"]
