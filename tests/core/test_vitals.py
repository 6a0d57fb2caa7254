from collections import namedtuple

from sitter.vitals import APART_MS, READING_LAPSES_MS, Vitals, are_numbers, is_pressure

Reading = namedtuple("Reading", ("pulse_bpm", "spo2_pct"))
_IMPOSSIBLE = ((19, 18), (301, 80), (120, 19), (300, 301), (80, 80), (79, 80), (120.0, 80), (120, None))
AT = 70000  # a moment that is no round number of anything


def with_pressures(*rows):
    """Vitals that took (at_ms, systolic, diastolic), in this order."""
    vitals = Vitals()
    for at_ms, systolic, diastolic in rows:
        assert vitals.take_pressure(at_ms, (systolic, diastolic, 99, 70))
    return vitals


def test_nothing_is_known_at_first():
    vitals = Vitals()
    assert vitals.reading(0) is None
    assert vitals.pulse_bpm(0) is None
    assert vitals.spo2_pct(0) is None
    assert vitals.pressure is None
    assert vitals.pressure_ms == 0
    assert vitals.pressure_age_ms(AT) is None
    assert vitals.twice() == (None, None)


def test_a_reading_lapses_after_five_seconds_of_silence():  # REQ-013
    vitals = Vitals()
    vitals.take_reading(AT, Reading(72, 97))
    assert vitals.pulse_bpm(AT) == 72
    assert vitals.spo2_pct(AT + READING_LAPSES_MS) == 97
    assert vitals.reading(AT + READING_LAPSES_MS + 1) is None
    assert vitals.pulse_bpm(AT + READING_LAPSES_MS + 1) is None


def test_the_times_of_the_rules_are_these():
    vitals = Vitals()
    vitals.take_reading(4001, Reading(72, 97))
    assert vitals.pulse_bpm(9001) == 72
    assert vitals.pulse_bpm(9002) is None
    assert vitals.pulse_bpm(12003) is None  # three times its own time later
    assert with_pressures((AT, 190, 120), (AT + 269999, 185, 115)).twice() == (None, None)
    assert with_pressures((AT, 190, 120), (AT + 270000, 185, 115)).twice() == (185, 115)


def test_a_reading_from_the_future_is_none():
    vitals = Vitals()
    vitals.take_reading(AT, Reading(72, 97))
    assert vitals.reading(AT - 1) is None


def test_numbers_of_no_living_patient_are_none_and_the_outermost_ones_count():  # REQ-014
    vitals = Vitals()
    for pulse, spo2, known in ((20, 50, True), (300, 100, True), (19, 49, False), (301, 101, False)):
        vitals.take_reading(AT, Reading(pulse, spo2))
        assert (vitals.pulse_bpm(AT), vitals.spo2_pct(AT)) == ((pulse, spo2) if known else (None, None))
    for value in (72.0, "72", None, True):
        vitals.take_reading(AT, Reading(value, value))
        assert vitals.pulse_bpm(AT) is None
        assert vitals.spo2_pct(AT) is None


def test_a_pressure_stands_with_its_age_until_the_next():
    vitals = with_pressures((AT, 120, 80))
    assert vitals.pressure == (120, 80, 99, 70)
    assert vitals.pressure_ms == AT
    assert vitals.pressure_age_ms(AT + 1000) == 1000
    vitals.take_pressure(AT + 5000, (130, 85, 99, 70))
    assert vitals.pressure == (130, 85, 99, 70)
    assert vitals.pressure_ms == AT + 5000
    assert vitals.pressure_age_ms(AT + 5000) == 0


def test_a_pressure_that_cannot_be_is_refused_and_the_last_one_stands():
    vitals = with_pressures((AT, 120, 80))
    for systolic, diastolic in (
        (19, 18),
        (301, 80),
        (120, 19),
        (300, 301),
        (80, 80),
        (79, 80),
        (120.0, 80),
        (120, None),
    ):
        assert not vitals.take_pressure(AT + 1, (systolic, diastolic, 99, 70)), (systolic, diastolic)
    assert vitals.pressure == (120, 80, 99, 70)
    assert vitals.take_pressure(AT + 1, (300, 20, 99, 70))


def test_two_readings_count_together_from_five_minutes_apart_on():
    assert with_pressures((AT, 190, 120)).twice() == (None, None)
    assert with_pressures((AT, 190, 120), (AT + APART_MS - 1, 185, 115)).twice() == (None, None)
    assert with_pressures((AT, 190, 120), (AT + APART_MS, 185, 115)).twice() == (185, 115)


def test_of_two_readings_the_lower_counts_for_either_number():
    assert with_pressures((AT, 190, 105), (AT + APART_MS, 185, 115)).twice() == (185, 105)
    assert with_pressures((AT, 180, 115), (AT + APART_MS, 185, 105)).twice() == (180, 105)


def test_the_newest_reading_that_lies_far_enough_back_counts():
    rows = ((AT, 150, 90), (AT + 100000, 190, 110), (AT + 200000, 200, 120), (AT + 100000 + APART_MS, 188, 112))
    assert with_pressures(*rows).twice() == (188, 110)


def test_a_pressure_taken_as_often_as_the_cuff_may_is_still_compared_with_that_of_five_minutes_ago():
    vitals = Vitals()
    for at_ms in range(0, 900000, 35000):
        vitals.take_pressure(at_ms, (190, 115, 99, 70))
        assert (vitals.twice() == (190, 115)) == (at_ms >= APART_MS)


def test_pressures_come_back_shifted_onto_the_new_clock():
    vitals = with_pressures((AT, 190, 120), (AT + 270000, 185, 115))
    again = Vitals()
    again.restore(vitals.saved(), -54321)
    assert again.saved() == [[285679, [185, 115, 99, 70], 0], [15679, [190, 120, 99, 70], 0]]
    assert again.pressure == (185, 115, 99, 70)
    assert again.pressure_ms == 285679
    assert again.twice() == (185, 115)


def test_a_stored_pressure_is_four_numbers_that_a_patient_may_have():
    assert is_pressure([185, 115, 99, 70]) and is_pressure([185, 115, 99, 0])
    for wrong in (None, (185, 115, 99, 70), [185, 115, 99], [115, 185, 99, 70], [185, 115, 0, 70], [185, 115, 99, -1],
                  [185, 115, 99, 999], ["185", 115, 99, 70]):  # fmt: skip
        assert not is_pressure(wrong), wrong


def test_a_stored_baseline_is_three_numbers_or_none_of_them():
    assert are_numbers([97, 70, 120]) and are_numbers([None, None, None])
    for wrong in (None, [97, 70], [97, 70, 120, 1], [30, 70, 120], [97, 7, 120], [97, 70, "120"]):
        assert not are_numbers(wrong), wrong


def test_another_patient_has_no_pressure_yet():
    vitals = Vitals()
    vitals.take_pressure(1000, (122, 78, 90, 72))
    vitals.forget_pressures()
    assert (vitals.pressure, vitals.pressure_age_ms(2000), vitals.twice()) == (None, None, (None, None))
