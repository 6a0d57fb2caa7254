"""Values of the state store that are valid JSON and something else than they should be: the unit starts, is safe, says
what is damaged, and nothing in it throws. On the real interpreter, with the whole app on the simulated board."""

import json
from pathlib import Path

import pytest
from on_board import run_script

SCRIPT = """
import json, sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board, world
import main
from drivers.statestore import StateStore
from sitter.liveness import LIMITS_MS
board.open_board(sys.argv[1])
root = board.mount()
mount, board.mount = board.mount, lambda: root
fell = []
board.report = lambda error: fell.append(repr(error))
with open(sys.argv[1] + "/cases.json") as file:
    cases = json.load(file)

def started(name, value):
    state = StateStore(root)
    before, _ = state.load(name)
    for _ in range(2):
        state.save(name, value)
    app = main.start(board)
    for tenth in range(30):
        world.clock.charge_us(100000)
        for task in LIMITS_MS:  # nobody runs them here
            app.beat(task)
        if tenth == 10:
            app.post("key", ("STOP", "down"))
            app.post("key", ("STOP", "short"))
        app.step()
        if tenth == 15:
            app.write_log()
            app.write_state()
    for ask in ("hello", "status"):
        app.link._verbs.serve({"do": ask}, False)
    said = [app.unit.alarms.sentence(row, value) for row, value, _ in app.unit.alarms.active()]
    relay = board._stage.call_relay.value()
    for _ in range(2):
        state.save(name, before)
    for _ in range(2):
        state.save("session", None)
    return [said, relay, app.unit.session.phase]

found = []
for name, value in cases:
    try:
        found.append(started(name, value))
    except Exception as error:
        sys.print_exception(error)
        found.append([["raised " + repr(error)], 0, ""])
    found[-1].append(list(fell))
    del fell[:]
print("RESULT", json.dumps(found))
"""
# What a unit that is well says in the same place.
CALLED = "HELP CALLED"
ANYTHING = [[], {}, "", "x", 0, -1, 1.5, True, False, 2**40, "x" * 3000, [1, 2, 3], [[]], {"": None}, {"a": {"b": []}}]
SESSION = {
    "at_ms": 60000, "utc_s": 1777000000, "phase": "stopped", "since_utc_s": 1776999000, "t0_utc_s": 1776998000,
    "doses": 1, "marks": 0, "route": "sublingual", "utc_trusted": True, "baseline": [97, 70, 120],
    "pressures": [[50000, [120, 80, 93, 70]]],
    "alarms": [["spo2_low", 86, 0, 50000, None, 50000, False, False]],
    "schedule": [50000, 50000, 0, False, False, [False, None, None], [50000]],
    "away": [None, 0, False], "calls": [False, False, False],
}  # fmt: skip
NEEDED = ("at_ms", "utc_s", "phase", "since_utc_s", "doses", "marks", "route")
PARTS = ("baseline", "pressures", "alarms", "schedule", "away", "calls")
# Right at first sight.
ODD = {
    "at_ms": [2**31], "utc_s": [-1, 2**33], "phase": ["away", None], "since_utc_s": [0, 1777000001], "doses": [300],
    "marks": [70000], "route": ["nasal"], "t0_utc_s": [None, 5, 1777000001], "baseline": [[97, 70, 5000]],
    "pressures": [[[0, [80, 120, 93, 70]]], [[0, [120, 80]]], [[2**40, [120, 80, 93, 70]]]],
    "alarms": [[["spo2_low", "low", 0, 0, None, 0, False, False]], [["spo2_low", 86, None, 0, None, 0, False, False]],
               [["spo2_low", 86, 0, None, None, 0, False, False]], [[["x"], 1, 1, 0, None, 0, False, False]],
               [["no_finger", 2**20, 0, 0, None, 0, False, False]]],
    "schedule": [[0, 0, None, False, False, [False, None, None], []], [0, 0, 0, False, False, [0, None, None], []],
                 [0, 0, 0, False, False, [False, None, None], [None]], [0, 0, 0, False, False],
                 [0, 0, 0, False, False, [False, None, None], [0] * 31]],
    "away": [["GONE", 0, False], ["BATHROOM", None, False]],
    "calls": [[0, 0, 0]],
}  # fmt: skip


def started(cases: list[tuple[str, object]], folder: Path) -> list:
    """What each start said: alarms, level of the relay (0 calls), phase, and what fell over."""
    (folder / "cases.json").write_text(json.dumps(cases))
    return json.loads(run_script(SCRIPT, folder, timeline=[]))


@pytest.mark.parametrize(("name", "words"), [
    ("settings", "SETTINGS REFUSED: DEFAULTS"), ("plan", "STORED PLAN UNUSABLE"), ("key", "UNIT KEY DAMAGED"),
    ("label", "STORED LABEL UNUSABLE"), ("cuff", "STORED CUFF COUNT UNUSABLE"), ("session", "STORED SESSION UNUSABLE"),
])  # fmt: skip
def test_a_value_of_another_shape_is_said_and_the_unit_starts(name: str, words: str, tmp_path: Path) -> None:  # REQ-070
    fine = {"settings": ({},), "label": ("", "x"), "key": (), "plan": (), "cuff": ([1, 2, 3],), "session": ()}[name]
    values = [value for value in ANYTHING if not any(value == one and type(value) is type(one) for one in fine)]
    for value, (said, relay, _, fell) in zip(values, started([(name, v) for v in values], tmp_path), strict=True):
        assert (fell, relay) == ([], 0), value
        assert words in said and CALLED in said, (value, said)
        assert ("OFF ?: SEE PATIENT" in said) == (name == "session"), value


def test_values_as_they_should_be_are_taken_without_a_word(tmp_path: Path) -> None:
    cases = [("label", "BED 3"), ("cuff", [5, None, 0]), ("cuff", [5, 1777000000, 4, "newer"]), ("settings", {}),
             ("session", SESSION), ("session", {**SESSION, "newer": [1]})]  # fmt: skip
    for case, (said, _, phase, fell) in zip(cases, started(cases, tmp_path), strict=True):
        assert not fell
        assert not any("DAMAGED" in words or "REFUSED" in words for words in said), (case, said)
        assert phase == ("stopped" if case[0] == "session" else "idle")


def test_a_session_is_taken_up_without_the_parts_that_are_not_known(tmp_path: Path) -> None:  # REQ-070
    changed = [(name, value) for name in PARTS for value in [*ANYTHING, *ODD[name]]]
    known = {"baseline": (), "pressures": ([],), "alarms": ([],), "schedule": (), "away": (), "calls": ()}
    changed = [(name, value) for name, value in changed if value not in known[name]]
    found = started([("session", {**SESSION, name: value}) for name, value in changed], tmp_path)
    for case, (said, relay, phase, fell) in zip(changed, found, strict=True):
        assert (fell, relay, phase) == ([], 0, "stopped"), case
        assert "STORED SESSION UNUSABLE" in said, (case, said)


def test_a_session_of_which_the_heart_is_not_known_is_left_and_the_patient_is_looked_for(
    tmp_path: Path,
) -> None:  # REQ-070
    changed = [{**SESSION, name: value} for name in (*NEEDED, "t0_utc_s") for value in [*ANYTHING[:8], *ODD[name]]
               if not (name in ("doses", "marks") and value == 0 and type(value) is int)]  # fmt: skip
    changed += [{key: SESSION[key] for key in SESSION if key != name} for name in (*NEEDED, "t0_utc_s")]
    changed = [one for one in changed if one != {**SESSION, "at_ms": 0} or type(one["at_ms"]) is not int]
    found = started([("session", one) for one in changed], tmp_path)
    for case, (said, relay, phase, fell) in zip(changed, found, strict=True):
        assert (fell, relay, phase) == ([], 0, "idle"), case
        assert "STORED SESSION UNUSABLE" in said and "OFF ?: SEE PATIENT" in said, (case, said)
