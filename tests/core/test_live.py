import json

from test_unit import GOOD, Bedside

from sitter import live


def seen(bed):
    return live.fields(bed.now_ms, bed.unit)


def test_before_a_session_there_is_nothing_to_see():
    now = seen(Bedside())
    assert now["phase"] == "idle"
    assert (now["pulse_bpm"], now["pressure"], now["t0_s"], now["next_reading_s"]) == (None, None, None, None)
    assert now["alarms"] == []


def test_a_session_shows_numbers_ages_and_the_next_reading():
    bed = Bedside()
    bed.dosed()
    bed.run(60)
    now = seen(bed)
    assert (now["phase"], now["t0_s"], now["doses"]) == ("onset", 60, 1)
    assert (now["pulse_bpm"], now["spo2_pct"]) == (GOOD.pulse_bpm, GOOD.spo2_pct)
    assert now["pressure"] == [122, 78, 90, 72]
    assert now["pressure_age_s"] == 60
    assert now["next_reading_s"] == 9 * 60
    assert now["code"] == "KAP-0042"


def test_a_number_that_is_not_current_is_not_shown():
    bed = Bedside()
    bed.dosed()
    bed.reading = None
    bed.run(30)
    now = seen(bed)
    assert (now["pulse_bpm"], now["spo2_pct"], now["finger"]) == (None, None, False)
    assert [alarm[0] for alarm in now["alarms"]] == ["sensor_fault"]


def test_alarms_come_most_urgent_first_with_what_staff_read():
    bed = Bedside()
    bed.dosed()
    bed.pressure(205, 99)
    bed.run(1)
    bed.give("key", ("STOP", "short"))
    assert [alarm[1:] for alarm in seen(bed)["alarms"]] == [[3, "SYS VERY HIGH 205 > 200"], [3, "HELP CALLED"]]
    bed.press("SILENCE")
    assert seen(bed)["pause_s"] == 120


def test_it_fits_into_an_answer_whatever_goes_on():
    bed = Bedside()
    bed.dosed()
    for part in ("oximeter", "music", "keys", "storage", "room", "memory", "settings", "key", "supply", "program"):
        bed.give("part", (part, "x" * 20))
    bed.pressure(239, 159)
    bed.run(100)
    assert len(json.dumps(seen(bed))) < 900
