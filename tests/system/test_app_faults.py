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
for tenth in range(600):
    world.clock.charge_us(100000)
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
def test_a_help_call_sounds_and_calls_whatever_is_broken(plant: str, tmp_path: Path) -> None:
    bursts, relay, names = run(plant, tmp_path)
    assert bursts >= 5  # 50 s of a high priority alarm, a burst every 8 s
    assert relay == 0
    assert "help_called" in names


def test_what_is_broken_is_an_alarm_itself(tmp_path: Path) -> None:
    assert "task_restarted" in run("app.display.show = broken", tmp_path)[2]


def test_nothing_broken_nothing_restarted(tmp_path: Path) -> None:
    assert "task_restarted" not in run("pass", tmp_path)[2]
