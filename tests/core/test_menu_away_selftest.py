from test_unit import GOOD, Bedside, Reading, with_spo2

from sitter.alarm_table import HIGH, LOW, MEDIUM

OFF = Reading(None, None, 0, 0, False)


def prompt(bed):
    shown = [out.screen for out in bed.outs if out.screen][-1]
    return {tile: text for tile, text, _ in shown}["prompt"]


def in_return(**chosen):
    """A session in its return phase, where the patient may go to the bathroom."""
    bed = Bedside(**chosen)
    bed.dosed()
    bed.press("NEXT")
    bed.press("NEXT")
    assert bed.unit.session.phase == "return"
    return bed


def choose(bed, words):
    bed.choose(words)


# --- menu ----------------------------------------------------------------------------------------------------------


def test_the_menu_moves_both_ways_and_closes_by_itself():
    bed = in_return()
    bed.press("MARK", "hold")
    assert prompt(bed) == "1/12 AWAY: BATHROOM"
    bed.press("MARK")
    assert prompt(bed) == "2/12 AWAY: OTHER REASON"
    bed.press("BP")
    bed.press("BP")
    assert prompt(bed) == "12/12 CLOSE MENU"
    assert not any(out.cuff for out in bed.outs[-6:])
    bed.run(21)
    assert prompt(bed) == ""


def test_an_open_menu_keeps_the_session_where_it_is():
    bed = in_return()
    bed.choose("EVENT ...", "CLOSE MENU")
    assert bed.unit.session.phase == "return"
    assert bed.of("mark") == []
    bed.press("NEXT")
    assert bed.unit.session.phase == "recovery"


def test_silence_and_stop_mean_the_same_in_the_menu():
    bed = in_return()
    bed.press("MARK", "hold")
    bed.press("STOP")
    assert "help_called" in bed.names()
    bed.press("SILENCE")
    assert bed.outs[-1].signal.sound == 0


# --- AWAY ----------------------------------------------------------------------------------------------------------


def test_away_excuses_the_probe_and_shows_a_cyan_lamp_with_a_countdown():  # REQ-055
    bed = in_return()
    choose(bed, "BATHROOM")
    bed.reading = OFF
    bed.run(60)
    assert bed.names() == ["away"]
    assert bed.outs[-1].signal.lamp == LOW
    row, value, _ = bed.unit.alarms.active()[0]
    assert bed.unit.alarms.sentence(row, value) == "PATIENT AWAY, 9:00 LEFT"
    assert bed.of("away")[0]["reason"] == "BATHROOM"


def test_a_number_that_does_come_in_is_watched_while_away():
    bed = in_return()
    choose(bed, "BATHROOM")
    bed.reading = with_spo2(87)
    bed.run(12)
    assert bed.names()[0] == "spo2_low"


def test_away_ends_by_itself_when_the_pulse_is_back():  # REQ-152
    bed = in_return()
    choose(bed, "BATHROOM")
    bed.run(30)
    assert bed.names() == ["away"]  # the probe is still on: nobody has left yet
    bed.reading = OFF
    bed.run(30)
    bed.reading = GOOD
    bed.run(7)
    assert bed.names() == []
    assert [a["event"] for a in bed.of("away")] == ["began", "ended"]
    bed.reading = OFF
    bed.run(17)
    assert bed.names() == ["no_finger"]


def test_away_for_too_long_alarms_with_all_that_is_missing():  # REQ-152
    bed = in_return()
    choose(bed, "OTHER REASON")
    bed.reading = OFF
    bed.run(599)
    assert bed.names() == ["away"]
    bed.run(18)
    assert "away_too_long" in bed.names() and "no_finger" in bed.names()
    assert bed.outs[-1].signal.lamp == MEDIUM
    choose(bed, "WATCH AGAIN")
    bed.run(0.2)
    assert bed.names()[0] == "no_finger" and "away_too_long" not in bed.names()


def test_away_is_not_offered_around_the_peak():  # REQ-153
    bed = Bedside()
    bed.dosed()
    for phase in ("onset", "peak"):
        assert bed.unit.session.phase == phase
        bed.press("MARK", "hold")
        for _ in range(10):
            assert "/" in prompt(bed) and "AWAY" not in prompt(bed)
            bed.press("MARK")
        bed.press("BP")
        assert prompt(bed) == "10/10 CLOSE MENU"
        bed.press("NEXT")
        bed.press("NEXT")


def test_the_cuff_does_not_inflate_while_away():  # REQ-126
    bed = in_return(pressure_interval_return_min=5)
    choose(bed, "BATHROOM")
    bed.reading = OFF
    begun = len(bed.outs)
    bed.run(590)
    assert not any(out.cuff == "start" for out in bed.outs[begun:])
    assert bed.names() == ["away"]


# --- self-test -----------------------------------------------------------------------------------------------------


def test_the_power_on_test_shows_each_lamp_and_sounds_low_only():
    bed = Bedside()
    bed.unit.self_test.begin(bed.now_ms, full=False)
    begun = len(bed.outs)
    bed.run(5)
    signals = [out.signal for out in bed.outs[begun:]]
    assert {s.lamp for s in signals} == {0, LOW, MEDIUM, HIGH}
    assert {s.sound for s in signals} == {0, LOW}
    assert not any(s.calling for s in signals)
    assert bed.unit.self_test.result == "shown"


def test_beside_a_patient_the_power_on_test_makes_no_sound():  # REQ-065
    bed = Bedside()
    bed.unit.self_test.begin(bed.now_ms, full=False, quiet=True)
    begun = len(bed.outs)
    bed.run(5)
    assert {out.signal.sound for out in bed.outs[begun:]} == {0}


def test_the_full_test_asks_and_the_answer_is_in_the_next_log():  # REQ-048
    for key, result in (("NEXT", "confirmed"), ("MARK", "denied")):
        bed = Bedside()
        choose(bed, "TEST LAMPS AND SOUND")
        begun = len(bed.outs)
        bed.run(10)
        signals = [out.signal for out in bed.outs[begun:]]
        assert {(s.lamp, s.sound) for s in signals} == {(0, 0), (LOW, LOW), (MEDIUM, MEDIUM), (HIGH, HIGH)}
        assert any(s.calling for s in signals)
        assert prompt(bed) == "ALL SEEN AND HEARD?"
        bed.press(key)
        bed.run(0.2)
        assert bed.names() == (["signals_denied"] if result == "denied" else [])
        bed.press("NEXT")
        assert bed.of("selftest")[0]["result"] == result


def test_a_question_that_nobody_answers_is_told_so():
    bed = Bedside()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(75)
    assert bed.unit.self_test.result == "unanswered"


def denied():
    bed = Bedside()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(10)
    bed.press("MARK")
    bed.run(0.2)
    assert bed.names() == ["signals_denied"]
    return bed


def test_a_test_that_was_denied_can_be_done_again_and_confirmed():
    bed = denied()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(10)
    assert prompt(bed) == "ALL SEEN AND HEARD?"
    bed.press("NEXT")
    bed.run(0.2)
    assert bed.names() == []


def test_a_denied_test_stays_denied_when_the_next_is_not_answered_or_is_cut_short():
    bed = denied()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(75)
    assert bed.names() == ["signals_denied"]
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(3)
    bed.press("STOP")
    bed.run(1)
    assert sorted(bed.names()) == ["help_called", "signals_denied"]


def test_a_session_that_begins_ends_the_test():
    bed = Bedside()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(2)
    bed.press("NEXT")
    bed.run(0.2)
    assert bed.unit.session.phase == "checks"
    assert bed.outs[-1].signal.lamp == 0


def test_a_real_alarm_ends_the_test():
    bed = Bedside()
    choose(bed, "TEST LAMPS AND SOUND")
    bed.run(5)
    assert bed.outs[-1].signal.lamp == MEDIUM
    bed.press("STOP")
    assert bed.outs[-1].signal[:3] == (HIGH, HIGH, True)
    bed.press("SILENCE")
    bed.run(1)
    assert bed.outs[-1].signal.lamp == 0
    assert not bed.unit.self_test.asking


def test_the_test_is_not_offered_in_a_session():
    bed = in_return()
    bed.press("MARK", "hold")
    for _ in range(4):
        assert "TEST" not in prompt(bed)
        bed.press("MARK")
