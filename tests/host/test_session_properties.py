"""Three hours of whatever keys, numbers and cuff readings: what may never happen does not, and the log tells it all."""

import bisect
import os

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from drivers.light import COLOUR_SCALE_MS, FULL_SCALE_MS, Light, duty_u16
from sim.clock import Clock
from sim.pins import FakePwm
from sim.practice import practice_plan
from sitter import cues, records
from sitter import settings as table
from sitter.alarm_table import HIGH
from sitter.doses import VOID_MS
from sitter.fading import COOL_K, WARM_K, mired
from sitter.reading import Reading
from sitter.session import STATED_MIN
from sitter.unit import Unit

THREE_HOURS_S = 3 * 3600
EXAMPLES = int(os.environ.get("SITTER_EXAMPLES", "4"))
CHOSEN = table.complete({"clinicians": ["MD-07"], "leave_after_min": 30, "leave_apart_min": 5, "baseline_readings": 1})
SIDES = ("systolic", "diastolic")
SEEN = [duty_u16(seen) for seen in range(1001)]
# What does not come of chance alone: the way to the dose, and choices deep in the menu.
READY = [("NEXT", "short")] * 7 + [("BP", "short")]
TAKEN_BACK = [("NEXT", "hold"), ("MARK", "hold"), ("NEXT", "short"), ("NEXT", "short"), ("NEXT", "hold")]

PRESSES = st.tuples(
    st.sampled_from(["NEXT", "NEXT", "NEXT", "MARK", "MARK", "BP", "SILENCE", "STOP", "CALL"]),
    st.sampled_from(["short", "short", "short", "hold"]),
)
ACTS = st.one_of(
    st.tuples(st.just("keys"), st.lists(PRESSES, min_size=1, max_size=8)),
    st.tuples(st.just("keys"), st.just(READY)),
    st.tuples(st.just("keys"), st.sampled_from([[("NEXT", "hold")], TAKEN_BACK])),
    st.tuples(st.just("menu"), st.integers(0, 12)),
    st.tuples(st.just("pulse_bpm"), st.sampled_from([None, 38, 60, 72, 96, 125])),
    st.tuples(st.just("spo2_pct"), st.sampled_from([None, 79, 88, 93, 98])),
    st.tuples(st.just("finger"), st.booleans()),
    st.tuples(st.just("pressure"), st.sampled_from([(122, 78), (152, 96), (188, 112), (205, 121), (84, 50)])),
    st.tuples(st.just("cuff"), st.sampled_from([0, 0x57])),
)
TIMELINES = st.lists(st.tuples(st.integers(0, 600), ACTS), min_size=20, max_size=80)


class Room:
    """A unit, a patient, a cuff and the light, in steps of a second and at each key."""

    def __init__(self, headphones: bool = False) -> None:
        chosen = dict(CHOSEN, music_on_headphones=int(headphones))
        self.unit = Unit(chosen, practice_plan("SIM-0001", 20260424), "SIM-0001")
        self.now_ms = 0
        self.vitals = {"pulse_bpm": 72, "spo2_pct": 97, "finger": True}
        self.pressure, self.fault = (122, 78), 0
        self.cuff_ends_ms: int | None = None
        self.log = b""
        self.volume = 0
        self.course = Course()
        self.clock = Clock()
        self.warm, self.cool = FakePwm(self.clock), FakePwm(self.clock)
        self.light, self.seen, self.mired, self.fading = Light(self.warm, self.cool), 0, mired(WARM_K), False
        self.step(("clock", (1_777_000_000, True)))

    def step(self, *inputs) -> None:
        unit = self.unit
        out = unit.step(self.now_ms, list(inputs))
        unit.present(self.now_ms, out)
        if out.cuff == "start":
            self.cuff_ends_ms = self.now_ms + 35000
        elif out.cuff == "abort" and self.cuff_ends_ms is not None:
            self.cuff_ends_ms = self.now_ms
            self.fault = -1
        for name, fields in out.records:
            self.log += records.encode(name, fields)
        if out.cues:
            self.volume = out.cues.volume if out.cues.folder else 0
            self.light.want(self.now_ms, out.cues.kelvin, out.cues.brightness_pct, out.cues.breaths_per_min,
                            out.cues.depth_pct, out.cues.fade_ms)  # fmt: skip
            self.fading = True
        self.course.look(unit, self.now_ms, out.records)
        if out.signal and out.signal.sound == HIGH:
            assert self.volume <= cues.DUCKED, "music over an alarm of high priority"

    def press(self, key: str, gesture: str) -> None:
        self.step(("key", (key, "down")))
        self.step(("key", (key, gesture)))

    def second(self) -> None:
        for _ in range(10):
            self.now_ms += 100
            if self.fading:
                self.fading = self.light.poll(self.now_ms)
                self.look_at_light()
        inputs: list = [("reading", self.reading())]
        if self.cuff_ends_ms is not None and self.now_ms >= self.cuff_ends_ms:
            self.cuff_ends_ms = None
            inputs.append(self.cuff())
        self.step(*inputs)

    def reading(self) -> Reading:
        finger = self.vitals["finger"]
        pulse, spo2 = (self.vitals["pulse_bpm"], self.vitals["spo2_pct"]) if finger else (None, None)
        return Reading(pulse, spo2 if pulse else None, 120, 90 if pulse else 20, finger)

    def cuff(self) -> tuple:
        fault, self.fault = self.fault, max(0, self.fault)
        if fault:
            return "cuff", ("stopped", 0x56) if fault < 0 else ("fault", fault)
        return "pressure", (*self.pressure, sum(self.pressure) // 2, 72)

    def look_at_light(self) -> None:
        warm, cool = self.warm.duty, self.cool.duty
        seen = bisect.bisect_left(SEEN, warm + cool)
        assert abs(seen - self.seen) <= 1000 * 100 // FULL_SCALE_MS + 1, "the light leaps"
        self.seen = seen
        now_mired = self.light._mired
        assert abs(now_mired - self.mired) <= (mired(WARM_K) - mired(COOL_K)) * 100 // COLOUR_SCALE_MS + 1
        self.mired = now_mired

    def act(self, what: str, value) -> None:
        if what == "keys":
            for key, gesture in value:
                self.press(key, gesture)
                self.second()
        elif what == "menu":
            for key, gesture in [("MARK", "hold")] + [("MARK", "short")] * value + [("NEXT", "short")] * 2:
                self.press(key, gesture)
            self.press("NEXT", "hold")
        elif what == "pressure":
            self.pressure = value
        elif what == "cuff":
            self.fault = value
        else:
            self.vitals[what] = value

    def live(self, timeline) -> None:
        for wait_s, (what, value) in timeline:
            self.act(what, value)
            for _ in range(min(wait_s, THREE_HOURS_S - self.now_ms // 1000)):
                self.second()


class Course:
    """The rules of phase and t0, held against every step."""

    def __init__(self) -> None:
        self.phase, self.t0_ms = "idle", None
        self.checked = self.readings = 0
        self.pressure = self.answered_ms = None  # the last, and when somebody answered for it

    def look(self, unit, now_ms: int, told: list) -> None:
        for name, fields in told:
            self._take(name, fields)
        self._look_at_t0(unit, now_ms, told)
        assert unit.session.phase == self.phase

    def _take(self, name: str, fields: dict) -> None:
        if name == "check":
            self.checked += 1
        elif name == "pressure":
            self.readings += 1
            self.pressure, self.answered_ms = fields, None
        elif name == "override":
            self.answered_ms = fields["at_ms"]
        elif name == "dose":
            self._look_at_dose(fields)
        elif name == "phase":
            before, self.phase = self.phase, fields["phase"]
            if self.phase == "checks":
                assert before == "idle"
                self.checked = self.readings = 0
            elif self.phase == "ready":
                assert before == "checks" or fields["cause"] == "dose taken back"
                assert self.checked == len(CHOSEN["checklist"]) and self.readings >= 1
            elif self.phase == "onset":
                assert before == "ready" or fields["cause"] == "back by menu"

    def _look_at_dose(self, dose: dict) -> None:
        """Never on a pressure that is old or too high, unless somebody has answered for it."""
        pressure, form = self.pressure, "hold_{}_mmhg" if dose["number"] == 1 else "{}_high_mmhg"
        over = any(pressure[f"{side}_mmhg"] > CHOSEN[form.format(side)] for side in SIDES)
        assert not over or self.answered_ms is not None, (dose, pressure)
        since_ms = pressure["at_ms"] if self.answered_ms is None else self.answered_ms
        assert dose["at_ms"] - dose["ago_min"] * 60000 - since_ms < CHOSEN["hold_age_min"] * 60000, (dose, pressure)

    def _look_at_t0(self, unit, now_ms: int, told: list) -> None:
        before, self.t0_ms = self.t0_ms, unit.session.t0_ms
        if self.t0_ms == before:
            return
        names = dict(told)
        if self.t0_ms is None:
            voided = names.get("void", {}).get("number") == 1
            assert voided or self.phase == "idle", "t0 went by itself"
            assert not voided or now_ms - self.pressed_ms <= VOID_MS
        else:
            dose = names["dose"]
            assert before is None and dose["number"] == 1, "t0 moved"
            assert dose["ago_min"] <= STATED_MIN and self.t0_ms == now_ms - dose["ago_min"] * 60000
            self.pressed_ms = now_ms


def replayed(log: bytes) -> dict:
    """What the records alone say of the end."""
    state: dict = {"phase": "idle", "t0_ms": None, "doses": 0, "marks": 0, "alarms": set(), "away": None}
    for _, tag, body in records.walk(log):
        name, fields = records.decode(tag, body)
        if name == "phase":
            state["phase"] = fields["phase"]
            if fields["phase"] in ("idle", "checks"):
                state.update(t0_ms=None, doses=0, marks=0)
        elif name == "dose":
            state["doses"] = fields["number"]
            if fields["number"] == 1:
                state["t0_ms"] = fields["at_ms"] - fields["ago_min"] * 60000
        elif name == "void":
            state["doses"] = fields["number"] - 1
            if fields["number"] == 1:
                state["t0_ms"] = None
        elif name == "mark":
            state["marks"] = fields["number"]
        elif name == "away":
            state["away"] = fields["reason"] if fields["event"] == "began" else None
        elif name == "alarm":
            (state["alarms"].discard if fields["event"] == "ended" else state["alarms"].add)(fields["alarm"])
    return state


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate])
@given(TIMELINES, st.booleans(), st.booleans())
def test_three_hours_of_anything_keep_the_rules_and_replay_from_the_log(
    timeline: list, well_begun: bool, headphones: bool
) -> None:  # REQ-097, REQ-143, REQ-231, REQ-232
    room = Room(headphones)
    if well_begun:
        for _ in range(90):
            room.second()
        room.live([(60, ("keys", READY)), (30, ("keys", [("NEXT", "short")])), (0, ("keys", [("NEXT", "hold")]))])
    room.live(timeline)
    session, unit = room.unit.session, room.unit
    assert replayed(room.log) == {
        "phase": session.phase, "t0_ms": session.t0_ms, "doses": session.doses, "marks": session.marks,
        "alarms": {edge.row.name for edge in unit.alarms.standing()}, "away": unit.away.reason,
    }  # fmt: skip
