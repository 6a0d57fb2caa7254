"""One test a clause fact of IEC 60601-1-8 and ISO 80601-2-61, as docs/alarms.md quotes them. The wave of the sounder
is measured in tests/host/test_sound.py, the time from condition to pins in tests/system/test_alarm_timing.py.

The standards' own texts were not at hand: clause numbers and ranges are those that design teams quote (docs/alarms.md).
"""

from test_unit import GOOD, Bedside, Reading, with_spo2

from drivers.annunciator import BURSTS, Annunciator
from sitter import settings
from sitter.alarm_table import HIGH, LOW, MEDIUM, ROWS
from sitter.alarms import Signal

OFF = Reading(None, None, 0, 0, False)


class Pins:
    """What an annunciator drives, as its lamps and sounder would be seen and heard."""

    def __init__(self):
        self.hz = self.duty = 0
        self.level = 0
        self.trains = []

    def freq(self, hz):
        self.hz = hz

    def duty_u16(self, duty):
        self.duty = duty

    def value(self, level):
        self.level = level

    def play(self, times_us):
        self.trains.append(times_us)


def shown(priority, seconds=60):
    """(red, levels of yellow, levels of cyan, moments of bursts in seconds) under one alarm of this priority."""
    red, yellow, cyan, sounder = Pins(), Pins(), Pins(), Pins()
    annunciator = Annunciator(red, yellow, cyan, sounder, Pins())
    yellows, cyans, bursts = [], [], []
    for k in range(seconds * 20):
        heard = len(sounder.trains)
        annunciator.show(k * 50, Signal(priority, priority, True, 1, False))
        yellows.append(yellow.level)
        cyans.append(cyan.level)
        if len(sounder.trains) > heard:
            bursts.append(k * 0.05)
    return red, yellows, cyans, bursts


def gaps(moments):
    return [moments[k + 1] - moments[k] for k in range(len(moments) - 1)]


# --- lamps -------------------------------------------------------------------------------------------------------


def test_high_flashes_red_at_1_4_to_2_8_hz_and_20_to_60_percent():
    red, yellows, cyans, _ = shown(HIGH)
    assert 1.4 <= red.hz <= 2.8
    assert 0.2 <= red.duty / 65535 <= 0.6
    assert not any(yellows) and not any(cyans)


def test_medium_flashes_yellow_at_0_4_to_0_8_hz_and_20_to_60_percent():
    red, yellows, cyans, _ = shown(MEDIUM)
    rises = sum(1 for k in range(1, len(yellows)) if yellows[k] > yellows[k - 1])
    assert 0.4 <= rises / 60 <= 0.8
    assert 0.2 <= sum(yellows) / len(yellows) <= 0.6
    assert red.duty == 0 and not any(cyans)


def test_low_is_steady_cyan():
    red, yellows, cyans, _ = shown(LOW)
    assert all(cyans)
    assert red.duty == 0 and not any(yellows)


def test_the_lamp_shows_the_highest_priority_of_several_alarms():
    bed = Bedside()
    bed.dosed()
    bed.give("part", ("music", "absent"))
    assert bed.outs[-1].signal.lamp == LOW
    bed.reading = OFF
    bed.run(17)
    assert bed.outs[-1].signal.lamp == MEDIUM
    bed.press("STOP")
    assert bed.outs[-1].signal.lamp == HIGH


# --- bursts ------------------------------------------------------------------------------------------------------


def test_a_high_burst_comes_again_after_2_5_to_15_s():
    assert all(2.5 <= gap <= 15 for gap in gaps(shown(HIGH)[3]))


def test_a_medium_burst_comes_again_after_2_5_to_30_s():
    assert all(2.5 <= gap <= 30 for gap in gaps(shown(MEDIUM)[3]))


def test_a_low_burst_comes_again_after_more_than_15_s():
    assert all(gap > 15 for gap in gaps(shown(LOW)[3]))


def test_high_has_ten_pulses_medium_three_low_one_or_two():  # REQ-041
    assert [len(BURSTS[p][0]) for p in (HIGH, MEDIUM)] == [10, 3]
    assert len(BURSTS[LOW][0]) in (1, 2)


def test_6_10_a_short_condition_still_gets_a_whole_burst():
    """A burst is handed over whole and nothing takes it back: the end of the alarm plays nothing and cuts nothing."""
    sounder = Pins()
    annunciator = Annunciator(Pins(), Pins(), Pins(), sounder, Pins())
    annunciator.show(0, Signal(MEDIUM, MEDIUM, True, 1, False))
    annunciator.show(100, Signal(0, 0, False, 1, False))
    annunciator.show(200, Signal(0, 0, False, 1, False))
    assert len(sounder.trains) == 1


# --- pausing and acknowledging --------------------------------------------------------------------------------------


def test_6_8_1_acknowledging_silences_only_what_is_active():  # REQ-025
    bed = Bedside()
    bed.dosed()
    bed.reading = OFF
    bed.run(17)
    bed.press("SILENCE")
    assert bed.outs[-1].signal.sound == 0
    bed.give("key", ("CALL", "down"))
    assert bed.outs[-1].signal.sound == MEDIUM


def test_6_8_1_the_end_of_one_alarm_changes_no_other():
    bed = Bedside()
    bed.dosed()
    bed.reading = OFF
    bed.give("part", ("music", "absent"))
    bed.run(17)
    bed.give("part", ("music", None))
    assert bed.names() == ["no_finger"]
    assert bed.outs[-1].signal[:3] == (MEDIUM, MEDIUM, True)


def test_6_8_1_a_pause_leaves_lamp_words_and_call():
    bed = Bedside()
    bed.dosed()
    bed.reading = OFF
    bed.run(17)
    bed.press("SILENCE")
    bed.run(30)
    assert bed.outs[-1].signal[:3] == (MEDIUM, 0, True)
    words = {tile: text for tile, text, _ in [out.screen for out in bed.outs if out.screen][-1]}
    assert words["alarm"] == "FINGER PROBE OFF"
    assert words["notice"].startswith("SOUND PAUSED 1:")


def test_80601_2_61_an_oximeters_sound_is_paused_for_two_minutes_at_most():  # REQ-027
    row = next(row for row in settings.SETTINGS if row[0] == "audio_pause_s")
    assert row[4] <= 120
    bed = Bedside()
    bed.dosed()
    bed.reading = with_spo2(87)
    bed.run(12)
    bed.press("SILENCE")
    bed.run(119.7)
    assert bed.outs[-1].signal.sound == 0
    bed.run(0.5)
    assert bed.outs[-1].signal.sound == HIGH


def test_6_8_5_no_key_turns_a_sound_off_for_longer_than_the_pause():
    bed = Bedside()
    bed.dosed()
    bed.reading = with_spo2(87)
    bed.run(12)
    for key in ("SILENCE", "BP", "MARK"):
        for gesture in ("short", "hold"):
            bed.press(key, gesture)
    bed.run(121)
    assert bed.outs[-1].signal.sound == HIGH


def test_6_10_a_sound_ends_by_a_key_or_with_its_condition_only():
    bed = Bedside()
    bed.dosed()
    bed.reading = with_spo2(87)
    bed.run(12)
    begun = len(bed.outs)
    bed.run(600)
    assert all(out.signal.sound == HIGH for out in bed.outs[begun:])
    bed.reading = GOOD
    bed.run(2)
    assert bed.outs[-1].signal.sound == 0


# --- words, delays and the log ------------------------------------------------------------------------------------


def test_6_3_2_2_several_alarms_are_paged_the_most_urgent_first():
    bed = Bedside()
    bed.dosed()
    bed.give("part", ("music", "absent"))
    bed.reading = OFF
    bed.run(24)
    texts = [text for out in bed.outs[-80:] if out.screen for tile, text, _ in out.screen if tile == "alarm"]
    assert set(texts) == {"FINGER PROBE OFF", "NO MUSIC: CHECK PLAYER"}


def test_the_delay_of_the_condition_and_that_of_the_signal_are_told_apart():
    bed = Bedside()
    bed.dosed()
    bed.reading = OFF
    bed.run(20)
    alarm = next(a for a in bed.of("alarm") if a["alarm"] == "no_finger")
    assert alarm["delay_ms"] == 15000
    assert alarm["waited_ms"] >= alarm["delay_ms"]
    assert alarm["signal_ms"] == alarm["waited_ms"] - alarm["delay_ms"]


def test_6_12_the_log_holds_identity_priority_value_limit_and_both_ends():
    bed = Bedside()
    bed.dosed()
    bed.reading = with_spo2(87)
    bed.run(12)
    bed.press("SILENCE")
    bed.reading = GOOD
    bed.run(2)
    begun, ended = [a for a in bed.of("alarm") if a["alarm"] == "spo2_low"]
    assert (begun["event"], begun["priority"], begun["value"], begun["limit"]) == ("started", "high", 87, 90)
    assert ended["event"] == "ended"
    assert bed.of("silence")[0]["cause"] == "key SILENCE"
    assert [one["value"] for one in bed.of("setting") if one["name"] == "spo2_low_pct"] == [90]


# --- the oximeter ----------------------------------------------------------------------------------------------------


def test_201_12_4_101_a_number_older_than_30_s_is_not_shown_as_current():
    bed = Bedside()
    bed.dosed()
    bed.run(2)
    bed.reading = None
    bed.run(30)
    words = {tile: text for tile, text, _ in [out.screen for out in bed.outs if out.screen][-1]}
    assert words["pulse"] == "---" and words["spo2"] == "---"


def test_the_lowest_default_limit_of_saturation_is_not_below_85():
    defaults = settings.defaults()
    assert defaults["spo2_low_pct"] >= 85
    assert defaults["spo2_very_low_pct"] >= 85


def test_an_inadequate_signal_is_told():
    bed = Bedside()
    bed.dosed()
    bed.reading = Reading(None, None, 20, 10, True)
    bed.run(20)
    assert "poor_signal" in bed.names()


def test_every_priority_is_used_and_every_row_has_one():
    assert {row.priority for row in ROWS} == {LOW, MEDIUM, HIGH}
