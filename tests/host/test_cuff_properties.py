"""Whatever staff, patient and cuff do, in any order: the cuff's rules hold. The core alone, a second a step."""

from itertools import pairwise
from types import SimpleNamespace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sitter import settings as table
from sitter.cuff import NOTICE_MS, Cuff
from sitter.hour import HOUR_MS, KEPT
from sitter.put_off import MOST_MANDATORY_MS, MOST_MS
from sitter.schedule import MANDATORY_MS, REST_MS
from sitter.session import DOSE, NEXT, Session
from sitter.vitals import Vitals

PER_HOUR = 6
LONG_ENOUGH_S = 100 * 60
LONGEST_INTERVAL_MS = 10 * 60000  # in the phases that are played
# Seconds until it happens, and what.
ACTIONS = st.lists(
    st.tuples(
        st.integers(1, 400), st.sampled_from(("BP", "wait", "HELP", "RESUME", "fails", "works", "high", "usual"))
    ),
    max_size=40,
)


class Room:
    """As much of a unit as the cuff looks at, with a cuff that takes half a minute."""

    def __init__(self, per_hour: int) -> None:
        self.session = Session("sublingual")
        for event in (NEXT, NEXT, DOSE):
            self.session.event(0, event)
        self.vitals, self.cuff = Vitals(), Cuff(table.complete({"cuff_per_hour": per_hour}))
        self.away = SimpleNamespace(reason="")
        self.assessing = self.asking = self.fails = False
        self.systolic = 120
        self.records: list[tuple[str, str, int]] = []
        self.out = SimpleNamespace()
        self.ends_s: int | None = None

    def record(self, _out: object, _name: str, now_ms: int, **fields: object) -> None:
        self.records.append((str(fields.get("event", "pressure")), str(fields["cause"]), now_ms))

    def note_pressure(self, _pressure: tuple) -> None: ...

    def is_high(self, pressure: tuple) -> bool:
        return pressure[0] > 180

    def second(self, s: int, action: str | None) -> None:
        if self.ends_s == s:
            self.ends_s = None
            if self.fails:
                self.cuff.take_event(s * 1000, self, ("fault", 2), self.out)
            else:
                self.cuff.take_pressure(s * 1000, self, (self.systolic, 70, 90, 80), self.out)
        self._do(s * 1000, action)
        self.cuff.run(s * 1000, self, self.out)
        if self.cuff.busy and self.ends_s is None:
            self.ends_s = s + 30

    def _do(self, now_ms: int, action: str | None) -> None:
        if action == "BP" and self.cuff.may_defer(self.session):
            self.cuff.defer(now_ms, self, "key BP", self.out)
        elif action == "BP" and not self.cuff.busy and self.cuff.schedule.may_start(now_ms):
            self.cuff.start(now_ms, self, "key BP", self.out)
        elif action == "wait" and self.cuff.may_wait(now_ms, self):
            self.cuff.wait(now_ms, self, self.out)
        elif action in ("HELP", "RESUME"):
            self.assessing = action == "HELP"
        elif action in ("fails", "works"):
            self.fails = action == "fails"
        elif action in ("high", "usual"):
            self.systolic = 190 if action == "high" else 120

    def moments_ms(self, *events: str) -> list[int]:
        return [at_ms for event, _, at_ms in self.records if event in events]


def played(actions: list[tuple[int, str]], per_hour: int) -> Room:
    room, at, s = Room(per_hour), {}, 0
    for after_s, action in actions:
        s += after_s
        at[s] = action
    for second in range(1, LONG_ENOUGH_S):
        room.second(second, at.get(second))
    return room


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
@example([(281, "HELP"), (400, "RESUME")])
def test_whatever_happens_the_cuff_keeps_its_rules(actions: list[tuple[int, str]]) -> None:  # REQ-197
    room = played(actions, PER_HOUR)
    every, ends = room.moments_ms("started"), room.moments_ms("pressure", "fault")
    for k, (event, cause, at_ms) in enumerate(room.records):
        if event == "started" and cause in ("schedule", "40 min"):
            assert len([one for one in every if at_ms - HOUR_MS < one <= at_ms]) <= PER_HOUR
            said, _, said_ms = room.records[k - 1]  # and nothing between
            assert said == "announced" and at_ms - said_ms >= NOTICE_MS
        if event == "started":
            assert all(at_ms - one >= REST_MS for one in ends if one <= at_ms)


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_no_reading_is_put_off_beyond_its_limit(actions: list[tuple[int, str]]) -> None:
    """With a cuff that works, nobody who calls HELP, and room within the hour."""
    spared = [(after_s, action) for after_s, action in actions if action in ("BP", "wait", "high", "usual")]
    read_ms = played(spared, KEPT).moments_ms("pressure")
    cycle_ms = 30000 + 2000
    for earlier_ms, later_ms in pairwise([0, *read_ms]):
        assert later_ms - earlier_ms <= LONGEST_INTERVAL_MS + MOST_MS + cycle_ms
    first_ms = next(at_ms for at_ms in read_ms if at_ms >= MANDATORY_MS)
    assert first_ms <= MANDATORY_MS + MOST_MANDATORY_MS + cycle_ms
