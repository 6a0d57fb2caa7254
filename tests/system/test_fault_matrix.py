"""Every sensor and bus, absent, stuck, garbled and late: the right alarm within its time, raised by the clock.

The table is tests/fault_matrix.json and is printed in docs/alarms.md. `alarm` null is a fault that the unit mends by
itself, or cannot know of. Each row is a session of its own on the simulated unit, all tasks running; the alarm has to
begin within its time and the sounder to play within a quarter of a second of that.
"""

import json
from pathlib import Path

import pytest
from on_board import run_script

ROOT = Path(__file__).parents[2]
ROWS = json.loads((ROOT / "tests" / "fault_matrix.json").read_text())
FAULT_S = 90
LONGER_S = 10  # than the alarm may take: how long is watched after the fault
TASK_S = 30  # the same where a task hangs or falls over
SIGNAL_S = 0.25
SCRIPT = """
import json, sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
import main, sim.stage
from sim import board
edges = []
def finish(self):
    print("RESULT", json.dumps([edges, self.sounder.trace]))
    sys.exit(0)
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
app = main.start(board)
judge = app.unit.alarms.step
def watched(now_ms, facts, watching, since_ms=None):
    found = judge(now_ms, facts, watching, since_ms)
    edges.extend([now_ms, edge.row.name, edge.event] for edge in found)
    return found
app.unit.alarms.step = watched
def broken(*args):
    raise ValueError("planted")
def plant():
    {plant}
board.world.clock.at_us({fault_us}, plant)
main.run(app)
"""
HANGS = {"oximeter": "oximeter", "cuff": "nibp", "music": "music", "display": "display"}
WATCHING = ("oximeter", "cuff")
FALLS = {**HANGS, "keys": "keys"}
MODULES = {"nonin": {"oximeter": "nonin", "settings": {"oximeter_module": 1}},
           "ascii": {"cuff": "ascii", "settings": {"cuff_module": 1}}}  # fmt: skip


def timeline(row: dict) -> list[dict]:
    begin = [{"at_s": 5, "key": "NEXT"}, {"at_s": 8, "key": "BP"}, {"at_s": 70, "key": "NEXT"},
             {"at_s": 75, "key": "NEXT", "hold_s": 2.5}]  # fmt: skip
    what = {name: row[name] for name in ("fault", "patient") if name in row}
    if what:
        begin.append({"at_s": FAULT_S, **what})
    if "key" in row:
        begin.append({"at_s": FAULT_S + 0.1, "key": row["key"], "hold_s": row.get("hold_s", 0.3)})
    if "later_fault" in row:
        begin.append({"at_s": FAULT_S + 10, "fault": row["later_fault"]})
    return begin


def end_s(row: dict) -> float:
    return FAULT_S + LONGER_S + row["within_s"][1] if row else FAULT_S + TASK_S


def play(row: dict, folder: Path, plant: str = "pass") -> tuple[dict[str, float], list[float]]:
    """(seconds after the fault at which each alarm first began, those of every burst)."""
    script = SCRIPT.replace("{plant}", plant).replace("{fault_us}", str(FAULT_S * 1000000))
    module = MODULES.get(row.get("oximeter") or row.get("cuff"), {})
    said = run_script(script, folder, timeline=timeline(row), end_s=end_s(row), **module)
    edges, trace = json.loads(said)
    begun: dict[str, float] = {}
    for at_ms, name, event in edges:
        if event == "started":
            begun.setdefault(name, at_ms / 1000 - FAULT_S)
    heard = [at_ms / 1000 - FAULT_S for at_ms, _ in trace]
    assert len([at_s for at_s in heard if at_s < 0]) == 1, "the power-on test and nothing else before the fault"
    return begun, heard[1:]


def hang(task: str, seconds: int) -> str:
    """It waits: what a lost event does to a task. Longer work would hold the step, and the watchdog bites."""
    part = f"type(app.{HANGS[task]})"
    mended_us = (FAULT_S + seconds) * 1000000
    mend = f"board.world.clock.at_us({mended_us}, lambda: setattr({part}, 'poll_every_ms', was))"
    return f"was = {part}.poll_every_ms; {part}.poll_every_ms = 100000000; {mend}"


@pytest.mark.parametrize("task", HANGS)
def test_a_task_that_hangs_is_begun_anew_with_an_alarm(task: str, tmp_path: Path) -> None:
    begun, bursts = play({}, tmp_path, hang(task, 3))
    assert 2 <= begun["task_restarted"] <= 6.5, begun
    assert "task_silent" not in begun
    assert any(0 <= at_s - begun["task_restarted"] <= SIGNAL_S for at_s in bursts)


@pytest.mark.parametrize("task", WATCHING)
def test_a_task_that_hangs_for_good_ends_this_start(task: str, tmp_path: Path) -> None:  # REQ-028
    """Begun anew once, then the watchdog: the process ends as with a power cut."""
    script = SCRIPT.replace("{plant}", hang(task, 10000)).replace("{fault_us}", str(FAULT_S * 1000000))
    bitten = "sim.stage.Stage.bite = lambda self: (print('RESULT', world.clock.now_us // 1000000), sys.exit(0))\n"
    script = script.replace("board.open_board", "from sim import world\n" + bitten + "board.open_board")
    at_s = int(run_script(script, tmp_path, timeline=timeline({}), end_s=end_s({})))
    assert 9 <= at_s - FAULT_S <= 18


@pytest.mark.parametrize("task", [task for task in HANGS if task not in WATCHING])
def test_music_and_screen_may_hang_for_good(task: str, tmp_path: Path) -> None:
    begun, _ = play({}, tmp_path, hang(task, 10000))
    assert 7 <= begun["task_silent"] <= 14, begun


@pytest.mark.parametrize("task", FALLS)
def test_a_task_that_falls_over_is_an_alarm_at_once(task: str, tmp_path: Path) -> None:
    begun, bursts = play({}, tmp_path, f"app.{FALLS[task]}.poll = broken")
    assert 0 <= begun["task_restarted"] <= 2, begun
    assert any(0 <= at_s - begun["task_restarted"] <= SIGNAL_S for at_s in bursts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['part']}: {row['how']}".replace(" ", "_"))
def test_fault(row: dict, tmp_path: Path) -> None:  # REQ-024
    begun, bursts = play(row, tmp_path)
    assert all(at_s > 0 for at_s in begun.values()), f"an alarm before the fault: {begun}"
    if row["alarm"] is None:
        assert not begun
        assert not bursts
        return
    earliest_s, latest_s = row["within_s"]
    at_s = begun.get(row["alarm"])
    assert at_s is not None, f"only {begun}"
    assert earliest_s <= at_s <= latest_s, begun
    assert any(at_s <= burst_s <= at_s + SIGNAL_S for burst_s in bursts)
