from test_unit import GOOD, Bedside, Reading, shown

from sitter import same_arm

SQUEEZED = Reading(None, None, 30, 10, True)


def read(bed, gone_s=20, back=True):
    """A reading by key, in which the pulse goes for so long."""
    bed.run(31)
    bed.press("BP")
    bed.run(5)
    if gone_s:
        bed.reading = SQUEEZED
        bed.run(gone_s)
    bed.pressure()
    bed.run(2)
    if back:
        bed.reading = GOOD
    bed.run(5)


def suspected(bed):
    return shown(bed)["pulse_note"] == "cuff arm?"


def at_rest():
    bed = Bedside()
    bed.dosed()
    bed.run(2)
    return bed


def test_a_pulse_that_goes_with_two_readings_in_a_row_is_told():
    bed = at_rest()
    read(bed)
    assert not suspected(bed)
    read(bed)
    assert suspected(bed) and shown(bed)["prompt"] == same_arm.WORDS
    assert [row["code"] for row in bed.of("event")] == [same_arm.EVENT]


def test_a_reading_in_which_the_pulse_stays_ends_it():
    bed = at_rest()
    read(bed)
    read(bed)
    read(bed, gone_s=0)
    assert not suspected(bed)
    read(bed)
    assert not suspected(bed), "one by itself is chance"


def test_a_hand_that_moves_for_a_moment_is_no_cuff():
    bed = at_rest()
    for _ in range(3):
        read(bed, gone_s=4)
    assert not suspected(bed)


def test_a_pulse_that_does_not_come_back_is_not_the_cuffs_doing():
    bed = at_rest()
    read(bed)
    read(bed, back=False)
    assert not suspected(bed)


def test_a_pulse_that_was_missing_before_tells_nothing_of_the_cuff():
    bed = at_rest()
    bed.reading = SQUEEZED
    bed.run(10)
    read(bed)
    read(bed)
    assert not suspected(bed)


def test_no_alarm_waits_for_it():
    bed = at_rest()
    read(bed)
    read(bed)
    bed.run(31)
    bed.press("BP")
    bed.reading = SQUEEZED
    bed.run(32)
    assert "no_reading" in bed.names()
