"""The parts of a unit that are tried out one after another: what a person is asked about each, what an answer means,
and where to go on when a part does not do what it should.

Measured parts are judged on two answers of the unit, some time apart; shown ones on what a person says, unless the unit
itself knows of a fault. Nothing here talks to a unit or a person: that is selftest_run.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from sitterctl.guided import FAILED, PASSED, Kind, Result
from sitterctl.part_help import remedy

KIND = Kind("selftest", "SELF-TEST")
# As the unit names them; the patient's button is the last.
KEYS = ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL")

_EMPTY_MMHG = 20
_CLOCK_OFF_S = 1.5  # the unit counts whole seconds
_ROOM_BYTES = 400 * 1024  # of a session
_DIE_CENTIDEGC = (500, 5500)
_QUALITY_PCT = 50
_SENSOR = "MAX30102"


Judge = Callable[[dict, dict], str | None]  # on two answers: None if all is well, else what is wrong


@dataclass(frozen=True)
class Step:
    """One part. `question` is put to a person; a measured part has a `judge` and none. The unit is asked about it a
    second time, `pause_s` later at the soonest."""

    part: str
    about: str
    go_on: str
    question: str = ""
    judge: Judge | None = None
    pause_s: float = 0.0

    def result(self, state: str, found: str, go_on: str | None = None) -> Result:
        if state == PASSED:
            return Result(self.part, state, found)
        first = f"{go_on or self.go_on}; then" if state == FAILED else "it is still to be done:"
        return Result(self.part, state, found, f"{first} `sitterctl selftest {self.part}`")

    def measured(self, first: dict, second: dict) -> Result:
        """What the two answers come to."""
        assert self.judge
        if second.get("fault"):
            return self.result(FAILED, f"the unit says: {second['fault']}", remedy(self.part, str(second["fault"])))
        wrong = self.judge(first, second)
        return self.result(FAILED, wrong) if wrong else self.result(PASSED, _in_words(self.part, second))

    def seen(self, well: bool, told: dict) -> Result:
        """What a person's word comes to, beside what the unit says of the part afterwards."""
        if told.get("fault"):
            return self.result(FAILED, f"the unit says: {told['fault']}")
        return (
            self.result(PASSED, "a person says so") if well else self.result(FAILED, "a person says that it is not so")
        )


# --- what is measured -------------------------------------------------------------------------------------------------


def _oximeter(first: dict, second: dict) -> str | None:
    lost, degrees = _difference(first, second, "lost"), second.get("die_temperature_centidegc")
    if second.get("reading") is not True:
        return "no readings come"
    if lost is None or lost > 0:
        return f"{'packets' if _is_module(second) else 'samples'} get lost ({lost} in two seconds)"
    if not _is_module(second) and (not _number(degrees) or not _DIE_CENTIDEGC[0] <= degrees <= _DIE_CENTIDEGC[1]):
        return "its own temperature makes no sense"
    if second.get("finger") and (second.get("quality_pct") or 0) < _QUALITY_PCT:
        return f"a finger is in it, and the signal is poor ({second.get('quality_pct')} %)"
    return None


def _is_module(told: dict) -> bool:
    """An OEM module, which says nothing of its temperature; units of before have the sensor only."""
    return told.get("source", _SENSOR) != _SENSOR


def _nibp(first: dict, second: dict) -> str | None:
    pressure = second.get("cuff_mmhg")
    if not second.get("answers", _number(pressure)):
        return "the module does not answer"
    return None if not _number(pressure) or pressure < _EMPTY_MMHG else f"{pressure} mmHg in a cuff that rests"


def _clock(first: dict, second: dict) -> str | None:
    went_s, passed_ms = _difference(first, second, "utc_s"), _difference(first, second, "at_ms")
    if second.get("trusted") is not True:
        return "not to be trusted: it has lost its power"
    if went_s is None or passed_ms is None:
        return "it says nothing"
    return (
        None
        if abs(went_s - passed_ms / 1000) <= _CLOCK_OFF_S and went_s > 0
        else f"it went {went_s} s in {passed_ms} ms"
    )


def _storage(first: dict, second: dict) -> str | None:
    free = second.get("free_bytes")
    if second.get("works") is not True:
        return "a small file could not be written and read back"
    return None if _number(free) and free >= _ROOM_BYTES else f"no room for one more session ({free} bytes)"


def _supply(first: dict, second: dict) -> str | None:
    if second.get("fitted") is False:
        return None
    return None if _number(second.get("level_pct")) else "the gauge has not said how full the battery is"


def _number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _difference(first: dict, second: dict, name: str) -> int | None:
    was, is_now = first.get(name), second.get(name)
    return is_now - was if _number(was) and _number(is_now) else None


def _in_words(part: str, told: dict) -> str:
    """What a part that is well has said."""
    if part == "oximeter":
        finger = f"a finger, quality {told.get('quality_pct')} %" if told.get("finger") else "no finger in it"
        if _is_module(told):
            return f"{finger}; {told['source']}; no packet lost"
        return f"{finger}; {told['die_temperature_centidegc'] / 100:.1f} °C; no sample lost"
    if part == "nibp":
        pressure = told["cuff_mmhg"]
        in_cuff = "it tells no pressure at rest" if pressure is None else f"{pressure} mmHg in the cuff"
        return f"it answers; {in_cuff}"
    if part == "clock":
        return "it runs, and is to be trusted"
    if part == "storage":
        return f"written and read back; {told['free_bytes'] // 1024} KB free"
    battery = f"battery at {told.get('level_pct')} %" + (", emptying" if told.get("emptying") else "")
    return battery if told.get("fitted") else "no battery is fitted (setting battery_fitted)"


STEPS = (
    Step("oximeter", "With a finger in the probe it is judged too, without one only the sensor.",
         "look at the plug and the cable of the probe, keep the finger still and warm", judge=_oximeter, pause_s=2.5),
    Step("nibp", "The cuff module is asked for what it has to say; nothing is inflated.",
         "look at the module's supply and cable; take the cuff off an arm", judge=_nibp, pause_s=2.5),
    Step("clock", "It is read twice.", "`sitterctl clock set`, and a new cell if it comes back", judge=_clock,
         pause_s=2.2),
    Step("storage", "A small file is written and read back.", "pull the logs: pulled ones make room", judge=_storage),
    Step("supply", "The battery's gauge is asked.", "look at the battery and its gauge", judge=_supply),
    Step("display", "Every tile of the screen is filled for eight seconds, in five colours.",
         "look at the screen's cable", "Was every tile full, in all colours, and is the screen as before again?"),
    Step("light", "Warm and cool white go up for eight seconds, and back.",
         "look at the light's two channels and their supply", "Did both whites go up evenly, without a flash?"),
    Step("music", "Folder 1 plays quietly for eight seconds.",
         "look at the card, the player's cables and the loudspeaker", "Was music to be heard, and is it gone again?",
         pause_s=6.0),
    Step("keys", "Press the keys one after another as they are named. They mean nothing else meanwhile.",
         "look at the key's cable, and at the expander's", "press"),
    Step("signals", "Red, yellow and cyan lamp, the sound of each priority, and the staff call: ten seconds.",
         "look at lamps, sounder and relay; the alarm about it stands until a test passes",
         "Were three lamps seen, three sounds heard, and did the staff call?"),
)  # fmt: skip
PARTS = tuple(step.part for step in STEPS)


def chosen(parts: tuple[str, ...]) -> list[Step]:
    """The steps of these parts in the order of the table; of all, if none is named."""
    return [step for step in STEPS if step.part in parts or not parts]
