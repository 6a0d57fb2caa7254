"""What the running program does when a part of it throws: on the real interpreter, with the simulated board."""

from pathlib import Path

import pytest
from on_board import run_script

SCRIPT = """
import sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board, world
import main
board.open_board(sys.argv[1])
app = main.start(board)
def broken(*args):
    raise ValueError("planted")
{plant}
bursts = board._stage.sounder.trace
from sitter.liveness import LIMITS_MS
for tenth in range(600):
    world.clock.charge_us(100000)
    for task in LIMITS_MS:  # nobody runs them here
        app.beat(task)
    if tenth == 100:
        app.post("key", ("STOP", "down"))
        app.post("key", ("STOP", "short"))
    app.step()
    board.watchdog.feed()
names = [row.name for row, _, _ in app.unit.alarms.active()]
print("RESULT", len(bursts), board._stage.call_relay.value(), ",".join(names))
"""


def run(plant: str, folder: Path) -> tuple[int, int, list[str]]:
    """(bursts, level of the call relay, active alarms) after a minute of steps with something broken."""
    bursts, relay, names = run_script(SCRIPT.format(plant=plant), folder, timeline=[]).split(" ")
    return int(bursts), int(relay), names.split(",")


@pytest.mark.parametrize(
    "plant",
    [
        "app.music.want = broken",
        "app.light.want = broken",
        "app.display.show = broken",
        "app.store.append = broken",
        "app.unit.present = broken",
    ],
)
def test_a_help_call_sounds_and_calls_whatever_is_broken(plant: str, tmp_path: Path) -> None:  # REQ-029
    bursts, relay, names = run(plant, tmp_path)
    assert bursts >= 5  # 50 s of a high priority alarm, a burst every 8 s
    assert relay == 0
    assert "help_called" in names


def test_what_is_broken_is_an_alarm_itself(tmp_path: Path) -> None:
    assert "task_restarted" in run("app.display.show = broken", tmp_path)[2]


def test_nothing_broken_nothing_restarted(tmp_path: Path) -> None:
    assert "task_restarted" not in run("pass", tmp_path)[2]


HANGING = """
import sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board, world
import main, sim.stage
sim.stage.Stage.bite = lambda self: finish(self, "bitten")
def finish(self, how="ended"):
    print("RESULT", how, world.clock.now_us // 1000000)
    sys.exit(0)
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
app = main.start(board)
def broken(*args):
    raise ValueError("planted")
def plant():
    {plant}
world.clock.at_us(20000000, plant)
main.run(app)
"""


@pytest.mark.parametrize("plant", ["app.step = broken", "app.unit.step = broken", "app.annunciator.show = broken"])
def test_a_step_that_never_gets_through_is_ended_by_the_watchdog(plant: str, tmp_path: Path) -> None:  # REQ-155
    how, at_s = run_script(HANGING.format(plant=plant), tmp_path, timeline=[], end_s=60).split()
    assert how == "bitten"
    assert 24 <= int(at_s) <= 31


def test_a_step_that_gets_through_is_left_alone(tmp_path: Path) -> None:
    assert run_script(HANGING.format(plant="pass"), tmp_path, timeline=[], end_s=60) == "ended 60"


STARTING = """
import sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board
import main
board.open_board(sys.argv[1])
real = board.mount
def damage(path):
    with open(path, "r+b") as file:
        file.seek(20)
        file.write(b"\\0")
def mount():
    root = real()
    state = board.StateStore(root)
    {plant}
    return root
board.mount = mount
app = main.start(board)
app.step()
row = [app.unit.alarms.sentence(row, value) for row, value, _ in app.unit.alarms.active()]
print("RESULT", app.unit.settings["spo2_low_pct"], app.unit.plan["code"] if app.unit.plan else "-", "/".join(row))
"""


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("pass", "92 KAP-0042 "),
        ('state.save("settings", {"spo2_low_pct": 20})', "90 KAP-0042 SETTINGS REFUSED: DEFAULTS"),
        ('damage(root + "/state/settings.0")', "90 KAP-0042 SETTINGS DAMAGED: DEFAULTS"),
        ('state.save("settings", {"spo2_low_pct": 91}); damage(root + "/state/settings.1")',
         "92 KAP-0042 SETTINGS DAMAGED: OLD ONES"),
        ('state.save("plan", state.load("plan")[0]); damage(root + "/state/plan.1")',
         "92 - STORED PLAN UNUSABLE"),
    ],
)  # fmt: skip
def test_settings_that_were_refused_or_damaged_are_told(plant: str, found: str, tmp_path: Path) -> None:  # REQ-156
    said = run_script(STARTING.format(plant=plant), tmp_path, timeline=[], settings={"spo2_low_pct": 92})
    assert said.strip() == found.strip()
