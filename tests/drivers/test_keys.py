from drivers import i2c_bus
from drivers.keys import Keys
from sim.clock import Clock
from sim.i2c import FakeI2C
from sim.mcp23017 import FakeMcp23017
from sim.pins import FakePin


class Stand:
    def __init__(self, bounce_ms=0):
        self.clock = Clock()
        self.int = FakePin(1)
        self.part = FakeMcp23017(self.clock, self.int)
        self.part.bounce_ms = bounce_ms
        self.bus = FakeI2C(self.clock)
        self.bus.attach(0x20, self.part)
        self.keys = Keys(self.bus, self.int, self._free)
        self.interrupts = 0
        self.int.irq(self._count)
        self.run(200)

    def _free(self):
        bus = self.bus
        return bus if i2c_bus.free(bus.scl, bus.sda, self.clock.charge_us) else None

    def _count(self, pin):
        self.interrupts += 1

    def run(self, ms):
        """Poll as main does: often while something is going on, else on the interrupt or twice a second."""
        events, end_us = [], self.clock.now_us + ms * 1000
        due_us = self.clock.now_us
        while self.clock.now_us < end_us:
            if self.clock.now_us >= due_us or self.int.value() == 0:
                events += self.keys.poll(self.clock.now_ms())
                due_us = self.clock.now_us + self.keys.poll_every_ms * 1000
            self.clock.charge_us(5000)
        return events

    def press(self, name, ms):
        self.part.press(name)
        events = self.run(ms)
        self.part.release(name)
        return events + self.run(200)


def test_a_short_press_is_down_then_short():
    assert Stand().press("SILENCE", 150) == [("SILENCE", "down"), ("SILENCE", "short")]


def test_a_held_key_is_down_then_hold_and_not_short():
    assert Stand().press("STOP", 2200) == [("STOP", "down"), ("STOP", "hold")]


def test_a_key_let_go_just_before_its_hold_time_is_short():
    assert Stand().press("NEXT", 1900) == [("NEXT", "down"), ("NEXT", "short")]


def test_the_press_is_reported_within_a_tenth_of_a_second():
    stand = Stand()
    stand.part.press("STOP")
    assert stand.run(100) == [("STOP", "down")]
    assert stand.interrupts >= 1


def test_a_bouncing_contact_gives_one_press():
    for bounce_ms in (2, 5, 10, 15):
        assert Stand(bounce_ms).press("MARK", 300) == [("MARK", "down"), ("MARK", "short")]


def test_a_glitch_shorter_than_the_debounce_is_ignored():
    stand = Stand()
    stand.part.press("STOP")
    stand.run(10)
    stand.part.release("STOP")
    assert stand.run(300) == []


def test_two_keys_are_followed_side_by_side():
    stand = Stand()
    stand.part.press("MARK")
    stand.part.press("SILENCE")
    assert sorted(stand.run(1200)) == [("MARK", "down"), ("MARK", "hold"), ("SILENCE", "down"), ("SILENCE", "hold")]


def test_a_stuck_key_is_said_once():
    stand = Stand()
    stand.part.press("BP")
    assert stand.run(60000).count(("BP", "stuck")) == 1


def test_a_part_that_lost_its_settings_presses_no_phantom_key():
    # Its contacts read as pressed, all of them, until the pull-ups are back: STOP held would end the session.
    stand = Stand()
    for after_ms in (0, 5, 250, 700):
        stand.run(after_ms)
        stand.part.reset()
        assert stand.run(40000) == []
        assert stand.keys.fault is None


def test_a_part_that_lost_its_settings_is_set_up_again():
    stand = Stand()
    stand.part.reset()
    stand.run(600)
    stand.interrupts = 0
    assert stand.press("STOP", 100) == [("STOP", "down"), ("STOP", "short")]
    assert stand.interrupts >= 1


def test_a_press_goes_on_through_a_loss_of_settings():
    stand = Stand()
    stand.part.press("STOP")
    assert stand.run(500) == [("STOP", "down")]
    stand.part.reset()
    assert stand.run(2000) == [("STOP", "hold")]
    stand.part.release("STOP")
    assert stand.run(200) == []


def test_a_part_that_keeps_no_settings_is_a_fault():  # REQ-157
    stand = Stand()
    write = stand.part.write
    stand.part.write = lambda register, data: None
    stand.part.reset()
    assert stand.run(3000) == []
    assert stand.keys.fault == "absent"
    stand.part.write = write
    stand.run(1000)
    assert stand.keys.fault is None


def test_a_press_outlives_one_lost_transfer():
    stand = Stand()
    stand.part.press("STOP")
    assert stand.run(300) == [("STOP", "down")]
    stand.part.absent = True
    stand.run(100)
    stand.part.absent = False
    stand.part.release("STOP")
    assert stand.run(1000) == [("STOP", "short")]


def test_a_press_that_nobody_followed_gives_no_late_gesture():
    for let_go in (True, False):
        stand = Stand()
        stand.part.press("NEXT")
        assert stand.run(300) == [("NEXT", "down")]
        stand.bus.stuck = True
        assert stand.run(5000) == []
        if let_go:
            stand.part.release("NEXT")
        stand.bus.stuck = False
        assert stand.run(5000) == []
        stand.part.release("NEXT")
        stand.run(200)
        assert stand.press("NEXT", 100) == [("NEXT", "down"), ("NEXT", "short")]


def test_the_patients_call_is_told_like_a_key():
    stand = Stand()
    assert stand.press("CALL", 300) == [("CALL", "down"), ("CALL", "short")]
    assert stand.interrupts >= 1


def test_a_call_line_that_is_cut_calls_and_is_stuck_until_it_is_mended():
    stand = Stand()
    stand.part.press("CALL")  # closed at rest: cut looks like pressed
    assert stand.run(32000) == [("CALL", "down"), ("CALL", "hold"), ("CALL", "stuck")]
    stand.part.release("CALL")
    assert stand.run(1000) == [("CALL", "free")]


def test_a_stuck_bus_holds_one_poll_for_no_more_than_fifty_milliseconds():
    stand = Stand()
    stand.bus.stuck = True
    before = stand.clock.now_ms()
    stand.keys.poll(before)
    assert stand.clock.now_ms() - before <= 50
    assert stand.keys.fault == "absent"
    assert stand.keys.poll_every_ms >= 500


def test_a_part_that_holds_the_data_line_is_clocked_free_before_a_press_is_lost():  # REQ-159
    stand = Stand()
    stand.bus.held_clocks = 9
    stand.part.press("STOP")
    assert stand.run(100)[:1] == [("STOP", "down")]
    assert stand.bus.held_clocks == 0
    assert stand.keys.fault is None


def test_an_absent_part_is_a_fault_and_comes_back():  # REQ-157
    stand = Stand()
    stand.part.absent = True
    stand.run(1000)
    assert stand.keys.fault == "absent"
    stand.part.absent = False
    stand.run(1000)
    assert stand.keys.fault is None


def test_the_service_chord_is_mark_and_bp_alone():
    stand = Stand()
    assert not stand.keys.held_at_boot()
    stand.part.press("MARK")
    assert not stand.keys.held_at_boot()
    stand.part.press("BP")
    assert stand.keys.held_at_boot()
    stand.part.press("STOP")
    assert not stand.keys.held_at_boot()


def test_the_service_chord_is_seen_by_a_part_fresh_from_power_on():
    for keys, held in ((("MARK", "BP"), True), ((), False)):
        stand = Stand()
        stand.part.reset()
        for name in keys:
            stand.part.press(name)
        assert stand.keys.held_at_boot() is held
        stand.part.absent = True
        assert not stand.keys.held_at_boot()


def hold_chord(stand, ms):
    for key in ("MARK", "BP"):
        stand.part.press(key)
    return stand.run(ms)


def test_mark_and_bp_held_together_are_the_chord_and_open_no_menu():
    stand = Stand()
    assert hold_chord(stand, 2500) == [("BP", "down"), ("MARK", "down"), ("CHORD", "hold")]
    stand.part.release("BP")
    assert stand.run(100) == [("CHORD", "free")]
    stand.part.release("MARK")
    assert stand.run(300) == []
    assert stand.press("MARK", 300) == [("MARK", "down"), ("MARK", "short")]


def test_mark_and_bp_pressed_for_a_moment_are_two_presses():
    stand = Stand()
    assert ("CHORD", "hold") not in hold_chord(stand, 700)
    for key in ("MARK", "BP"):
        stand.part.release(key)
    assert sorted(stand.run(200)) == [("BP", "short"), ("MARK", "short")]


def test_a_moments_chatter_of_another_key_does_not_end_the_chord():
    stand = Stand()
    hold_chord(stand, 1500)
    stand.part.press("NEXT")
    assert stand.run(10) == []
    stand.part.release("NEXT")
    assert stand.run(300) == []
    assert stand.keys._chord


def test_a_third_key_makes_it_no_chord():
    stand = Stand()
    stand.part.press("NEXT")
    assert ("CHORD", "hold") not in hold_chord(stand, 1500)


def test_a_chord_that_nobody_sees_any_more_is_over():
    stand = Stand()
    hold_chord(stand, 1500)
    stand.part.absent = True
    assert ("CHORD", "free") in stand.run(300)
