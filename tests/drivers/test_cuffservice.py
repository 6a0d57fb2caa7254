from cuffcare import YEAR_S
from test_checkup import Bench
from test_verbs import ask, refusal
from verbs import IDLE, VERBS

from sitter.access import OPEN_VERBS

MAY_2026 = 1777885200


class Workshop(Bench):
    """A bench with a rigid vessel and a bulb at the cuff module, and a clock that is set."""

    def __init__(self):
        Bench.__init__(self)
        self.run(0.1, ("clock", (MAY_2026, True)))

    def act(self, act, **fields):
        return ask(self.app, "nibp.service", act=act, **fields)[0]

    def refused(self, act, **fields):
        return refusal(self.app, "nibp.service", act=act, **fields)

    def closed(self, mmhg=0):
        """Valves closed, and so much pumped in."""
        self.act("close", step="static")
        self.look(1)
        self.parts.nibp.bulb_mmhg = mmhg
        self.look(mmhg // 40 + 1)
        return self

    def look(self, seconds):
        for _ in range(seconds):
            told = self.act("look")
            self.run(1)
        return told

    @property
    def pressure(self):
        return self.parts.nibp.cuff_pressure_mmhg()


def test_it_takes_the_key_and_no_session_open():  # REQ-184
    assert VERBS["nibp.service"] is IDLE and "nibp.service" not in OPEN_VERBS
    shop = Workshop()
    shop.press("NEXT")
    for act in ("close", "look", "open", "done"):
        assert shop.refused(act, result="passed") == "session-open"


def test_what_is_no_act_is_refused():
    shop = Workshop()
    for act in ("shut", "", None, 3, ["close"]):
        assert shop.refused(act) == "bad-request"
    assert shop.refused("look") == "bad-request"
    assert shop.refused("done", result="maybe") == "bad-request"
    assert shop.app.notes == []


def test_what_is_pumped_in_is_told_as_long_as_somebody_looks():
    shop = Workshop().closed(150)
    told = shop.look(20)
    assert (told["closed"], told["cuff_mmhg"], told["peak_mmhg"], told["ended"]) == (True, 150, 150, None)
    shop.act("open")
    shop.run(3)
    assert shop.pressure == 0
    assert shop.act("look")["ended"] == "opened"
    shop.run(30)
    assert shop.parts.nibp.cycles == 0


def test_a_host_that_is_gone_leaves_no_pressure_behind():
    shop = Workshop().closed(250)
    shop.run(6)
    assert shop.pressure == 0
    assert shop.app.trial is None


def test_an_alarm_opens_the_valves_and_none_are_closed_beside_it():  # REQ-184
    shop = Workshop().closed(250)
    shop.press("STOP")
    shop.run(2.5)
    assert shop.pressure == 0
    assert shop.act("look")["ended"] == "alarm"
    assert shop.refused("close") == "alarm"


def test_a_session_that_begins_opens_the_valves():  # REQ-184
    shop = Workshop().closed(250)
    shop.press("NEXT")
    shop.run(2.5)
    assert shop.unit.session.watching
    assert shop.pressure == 0
    assert shop.app.nibp.hold.ended == "session"


def test_what_else_is_tried_out_opens_the_valves():
    shop = Workshop().closed(250)
    shop.ask("light")
    shop.run(2.5)
    assert shop.pressure == 0


def test_a_module_at_work_or_absent_is_not_closed():
    shop = Workshop()
    shop.app.nibp.start(shop.app.board.now_ms())
    shop.run(3)
    assert shop.refused("close") == "busy"
    shop = Workshop()
    shop.parts.nibp.absent = True
    shop.run(60)
    shop.unit.faults["nibp"] = None
    assert shop.refused("close") in ("busy", "alarm")
    assert shop.app.notes == []


def test_a_service_that_was_passed_is_written_down_with_its_date_and_cycles():
    shop = Workshop()
    shop.app.nibp.cycles = 421
    told = shop.act("done", result="passed")
    assert (told["cycles"], told["due"], told["due_s"] - told["served_s"]) == (421, False, YEAR_S)
    assert shop.app.notes[-1][0] == "nibp service"
    assert shop.app.notes[-1][2:] == ("passed", "never", "421 cycles")
    assert shop.app.notes_safe == len(shop.app.notes)
    assert shop.app.state.load("cuff")[0] == [421, told["served_s"], 421]
    assert ask(shop.app, "status", keyed=False)[0]["cuff"]["served_s"] == told["served_s"]


def test_a_service_that_failed_is_written_down_and_moves_no_date():
    shop = Workshop()
    told = shop.act("done", result="failed")
    assert (told["served_s"], shop.app.notes[-1][2]) == (None, "failed")


def test_a_service_counts_only_with_a_date_and_once_it_is_written_down():
    shop = Workshop()
    shop.unit._utc = (0, 0, False)
    assert shop.refused("done", result="passed") == "clock"
    shop = Workshop()
    shop.app.audit_fails = True
    assert shop.refused("done", result="passed") == "storage"
    assert shop.app.care.served_s is None
    shop.app.audit_fails, shop.app.state.fails = False, True
    assert shop.refused("done", result="passed") == "storage"
    assert shop.app.care.served_s is None


def test_a_service_that_was_due_is_not_any_more():
    shop = Workshop()
    shop.app.care.served_s = MAY_2026 - YEAR_S
    shop.app.care.remind(shop.app.board.now_ms(), shop.unit)
    assert shop.unit.cuff.service_due
    shop.act("done", result="passed")
    assert not shop.unit.cuff.service_due
