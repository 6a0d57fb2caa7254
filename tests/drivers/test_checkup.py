import sys

from fake_app import FakeApp
from test_logstore import new_root
from test_verbs import ask, refusal
from verbs import IDLE, VERBS

from drivers import scratch
from sitter.access import OPEN_VERBS
from sitter.reading import Reading


class Bench:
    """The verbs over real drivers and fake parts; time goes on as main.py lets it."""

    def __init__(self):
        self.app = FakeApp(new_root()[0], {})
        self.parts, self.unit = self.app.parts, self.app.unit
        self.out = None
        self.run(5)

    def run(self, seconds, *inputs):
        app, clock = self.app, self.parts.clock
        for _ in range(int(seconds * 10)):
            clock.charge_us(100000)
            now_ms = app.board.ms = clock.now_ms()
            out = self.out = self.unit.step(now_ms, inputs)
            inputs = ()
            if app.trial and not app.trial.goes_on(now_ms, bool(out.signal.lamp)):
                app.trial = None
            self.unit.present(now_ms, out)
            if out.cues and app.cues is None:
                app.cues = out.cues
                app.light.want(now_ms, app.cues.kelvin, app.cues.brightness_pct, 0, 0, 0)
            app.display.show(out.screen or ())
            self._poll(now_ms)

    def _poll(self, now_ms):
        app = self.app
        app.nibp.poll(now_ms)
        app.light.poll(now_ms)
        for _ in range(5):
            app.display.poll(now_ms)
        fault = app.music.poll(now_ms)
        if fault:
            self.unit.faults["music"] = None if fault == "ok" else fault

    def press(self, key, gesture="short"):
        self.run(0.1, ("key", (key, "down")), ("key", (key, gesture)))

    def ask(self, part, **fields):
        return ask(self.app, "selftest", part=part, **fields)[0]

    def again(self, part, **fields):
        return self.ask(part, again=1, **fields)


def test_it_takes_the_key_and_no_session_open():
    assert VERBS["selftest"] is IDLE and "selftest" not in OPEN_VERBS
    bench = Bench()
    bench.press("NEXT")
    for part in ("light", "nibp", "keys", "signals"):
        assert refusal(bench.app, "selftest", part=part) == "session-open"


def test_a_part_that_there_is_not_is_refused_and_not_noted():
    bench = Bench()
    for part in ("relay", "", None, 3, ["light"], "light" * 9):
        assert refusal(bench.app, "selftest", part=part) == "bad-request"
    assert bench.app.notes == []


def test_each_run_is_written_down_and_a_second_look_is_not():
    bench = Bench()
    for part in ("nibp", "keys", "light"):
        bench.ask(part)
        bench.again(part)
    assert [(note[0], note[2]) for note in bench.app.notes] == [
        ("selftest", "nibp"), ("selftest", "keys"), ("selftest", "light")]  # fmt: skip


# --- measured ---------------------------------------------------------------------------------------------------------


def test_the_cuff_module_is_asked_and_nothing_is_inflated():
    bench = Bench()
    bench.ask("nibp")
    assert bench.app.nibp.cuff_mmhg is None
    bench.run(2)
    told = bench.again("nibp")
    assert (told["cuff_mmhg"], told["fault"], told["busy"]) == (0, None, False)
    bench.run(30)
    assert bench.parts.nibp.cycles == 0


def test_a_cuff_module_that_has_gone_says_nothing_whenever_it_is_asked():
    for tenth in range(12):
        bench = Bench()
        bench.app.nibp.reset(bench.app.board.now_ms())
        bench.run(4)
        bench.parts.nibp.absent = True
        bench.run(18 + tenth / 10)
        bench.ask("nibp")
        bench.run(2)
        assert bench.again("nibp")["cuff_mmhg"] is None, tenth


def test_a_cuff_module_that_is_not_there_says_nothing():
    bench = Bench()
    bench.parts.nibp.absent = True
    bench.ask("nibp")
    bench.run(2)
    assert bench.again("nibp")["cuff_mmhg"] is None


def test_pressure_found_in_a_cuff_at_rest_is_let_out():
    bench = Bench()
    bench.parts.nibp._start()
    bench.run(4)
    bench.ask("nibp")
    bench.run(3)
    assert bench.parts.nibp.cuff_pressure_mmhg() == 0


def test_a_clock_that_runs_is_further_on_when_it_is_asked_again():
    bench = Bench()
    first = bench.ask("clock")
    bench.run(1.2)
    second = bench.again("clock")
    assert first["trusted"]
    assert 1 <= second["utc_s"] - first["utc_s"] <= 2
    assert second["at_ms"] - first["at_ms"] == 1200
    bench.parts.rtc.lost_power()
    assert bench.ask("clock")["fault"] == "not set"


def test_storage_is_written_and_read_and_nothing_stays():
    import os

    bench = Bench()
    before = sorted(os.listdir(bench.app.root))
    told = bench.ask("storage")
    assert (told["works"], told["free_bytes"]) == (True, 1000000)
    assert sorted(os.listdir(bench.app.root)) == before
    assert not scratch.works("/nowhere/at/all")


def test_storage_that_takes_nothing_is_found_out():
    if sys.implementation.name != "micropython":
        return
    root, flash = new_root()
    assert scratch.works(root)
    flash.dead = True
    assert not scratch.works(root)


def test_the_oximeter_tells_what_it_sees():
    bench = Bench()
    assert bench.ask("oximeter")["reading"] is False
    bench.run(0.1, ("reading", Reading(72, 97, 240, 90, True)), ("part", ("oximeter", "LEDs swapped")))
    told = bench.again("oximeter")
    assert (told["finger"], told["perfusion_permyriad"], told["quality_pct"]) == (True, 240, 90)
    assert (told["fault"], told["lost"]) == ("LEDs swapped", 0)
    assert not {"pulse_bpm", "spo2_pct"} & set(told)


def test_the_supply_tells_whether_a_battery_is_fitted():
    bench = Bench()
    bench.run(0.1, ("battery", (80, False)))
    told = bench.ask("supply")
    assert (told["level_pct"], told["emptying"]) == (80, False)
    assert told["fitted"] == bool(bench.unit.settings["battery_fitted"])


# --- shown ------------------------------------------------------------------------------------------------------------


def test_the_light_goes_up_and_comes_back_by_itself():
    bench = Bench()
    room = bench.parts.warm.duty, bench.parts.cool.duty
    bench.ask("light")
    bench.run(4)
    assert bench.parts.warm.duty + bench.parts.cool.duty == 65535
    assert min(bench.parts.warm.duty, bench.parts.cool.duty) > 30000
    assert bench.again("light")["running"]
    bench.run(7)
    assert (bench.parts.warm.duty, bench.parts.cool.duty) == room
    assert not bench.again("light")["running"]


def test_the_music_plays_quietly_and_stops_by_itself():
    bench = Bench()
    bench.ask("music")
    bench.run(5)
    assert bench.parts.music.playing == (1, 1)
    assert bench.parts.music.volume == 10
    bench.run(6)
    assert bench.parts.music.playing is None


def test_music_is_never_louder_than_the_cap():
    bench = Bench()
    bench.unit.settings["volume_cap"] = 3
    bench.ask("music")
    bench.run(5)
    assert bench.parts.music.volume == 3


def test_a_player_without_a_card_is_a_fault():
    bench = Bench()
    bench.parts.music.no_card = True
    bench.ask("music")
    bench.run(5)
    assert bench.again("music")["fault"] == "no card"


def test_the_screen_is_filled_and_comes_back_by_itself():
    bench = Bench()
    before = bytes(bench.parts.screen.ram)
    bench.ask("display")
    bench.run(5)
    assert bytes(bench.parts.screen.ram) != before
    assert all(bench.app.display._shown[name][0].startswith("888") for name in bench.app.display._wanted)
    bench.run(7)
    assert all(bench.app.display._shown[name] == value for name, value in bench.app.display._wanted.items())


def test_an_alarm_ends_what_is_shown_and_none_begins_beside_it():  # REQ-150
    for part in ("light", "music", "display"):
        bench = Bench()
        room = bench.parts.warm.duty
        bench.ask(part)
        bench.run(3)
        bench.press("STOP")
        bench.run(0.2)
        assert bench.app.trial is None
        assert bench.out.signal.lamp
        bench.run(4)
        assert bench.parts.music.playing is None
        assert bench.parts.warm.duty == room
        for other in ("light", "music", "display", "keys", "signals"):
            assert refusal(bench.app, "selftest", part=other) == "alarm"


def test_a_session_that_begins_meanwhile_ends_it():  # REQ-150
    bench = Bench()
    room = bench.parts.warm.duty
    bench.ask("light")
    bench.run(3)
    bench.press("NEXT")
    assert bench.unit.session.watching
    assert bench.app.trial is None
    bench.run(3)
    assert bench.parts.warm.duty == room


def test_one_thing_is_shown_at_a_time():
    bench = Bench()
    bench.ask("light")
    bench.run(3)
    bench.ask("music")
    bench.run(3)
    assert bench.parts.warm.duty < 65535
    assert bench.parts.music.playing == (1, 1)
    bench.ask("signals")
    bench.run(2)
    assert bench.parts.music.playing is None
    assert bench.out.signal.lamp


# --- keys and signals -------------------------------------------------------------------------------------------------


def test_keys_that_are_tested_mean_nothing_else():
    bench = Bench()
    bench.ask("keys")
    for key in ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL"):
        bench.press(key)
        bench.press(key, "hold")
    told = bench.again("keys")
    assert told["running"]
    assert len(told["seen"]) == 18
    assert {"STOP down", "CALL short", "NEXT hold"} <= set(told["seen"])
    assert bench.unit.session.phase == "idle"
    assert bench.unit.alarms.named() == []


def test_keys_mean_what_they_mean_when_the_host_has_gone():
    bench = Bench()
    bench.ask("keys")
    bench.run(5)
    bench.again("keys")
    bench.run(5)
    bench.press("NEXT")
    assert bench.unit.session.phase == "idle"
    bench.run(6.5)
    assert not bench.again("keys")["running"]
    bench.press("NEXT")
    assert bench.unit.session.phase == "checks"


def test_an_alarm_gives_the_keys_back():
    bench = Bench()
    bench.ask("keys")
    bench.run(0.1, ("key", ("BP", "stuck")))
    assert bench.unit.alarms.named()[0][0].name == "key_stuck"
    bench.press("STOP")
    assert "help_called" in [row.name for row, _, _ in bench.unit.alarms.named()]


def test_signals_are_shown_and_the_hosts_answer_stands():
    for answer, result in ((1, "confirmed"), (0, "denied")):
        bench = Bench()
        assert bench.ask("signals")["running"]
        bench.run(1)
        assert bench.again("signals", answer=answer)["result"] != result  # not before all of it has been shown
        assert bench.out.signal.calling
        bench.run(9)
        assert bench.again("signals")["asking"]
        assert bench.again("signals", answer=answer)["result"] == result
        assert bench.again("signals", answer=answer)["result"] == result


def test_signals_that_were_denied_can_be_tested_again():
    bench = Bench()
    for answer in (0, 1):
        assert bench.ask("signals")["running"]
        bench.run(10)
        bench.again("signals", answer=answer)
        bench.run(0.2)
    assert bench.unit.self_test.result == "confirmed"
    assert bench.unit.alarms.named() == []
