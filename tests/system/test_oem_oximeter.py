"""An OEM oximeter in a whole unit: which driver is there, what comes of a setting that does not fit, how fast it is."""

import json
from pathlib import Path

import pytest
from on_board import run_script
from played import SCENARIOS, played

from sitterctl import simulator, slog

LOADED = """
import sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board
import main
board.open_board(sys.argv[1])
app = main.start(board)
print("RESULT", app.oximeter.part, *[name for name in sys.modules if name in
      ("drivers.nonin", "drivers.light_oximeter", "drivers.max30102", "sitter.ppg", "sitter.ppg_rate")])
"""


def test_only_the_chosen_driver_is_loaded(tmp_path: Path) -> None:
    module = run_script(LOADED, tmp_path, timeline=[], settings={"oximeter_module": 1}, oximeter="nonin")
    assert module == "Nonin module drivers.nonin"
    sensor = run_script(LOADED, tmp_path, timeline=[])
    assert sensor.startswith("MAX30102 ")
    assert "nonin" not in sensor


@pytest.mark.parametrize(
    ("setting", "fitted", "fault"), [(1, "max30102", "silent"), (1, "none", "silent"), (0, "nonin", "absent")]
)
def test_a_part_that_is_not_the_one_set_alarms_and_shows_nothing(
    setting: int, fitted: str, fault: str, tmp_path: Path
) -> None:  # REQ-214
    job = json.loads((SCENARIOS / "module_without_uart.json").read_text())
    job = {**job, "oximeter": fitted, "oximeter_uart": True, "expect": {}}
    job["settings"]["oximeter_module"] = setting
    (tmp_path / "job.json").write_text(json.dumps(job))
    log = slog.read(simulator.play(tmp_path / "job.json", tmp_path / "out")["slog"])
    assert {"part": "oximeter", "fault": fault}.items() <= log.named("part")[0].fields.items()
    assert "sensor_fault" in [r.fields["alarm"] for r in log.named("alarm")]
    assert not [r for r in log.named("vitals") if r.fields["spo2_pct"] is not None]


def alarm_s(name: str, alarm: str) -> float:
    begun = [r for r in slog.read(played(name)["slog"]).named("alarm") if r.fields["alarm"] == alarm]
    return begun[0].fields["at_ms"] / 1000


def test_a_torn_line_makes_no_desaturation_later_than_the_sensor_of_ones_own() -> None:
    """By as much as a torn packet and the wait for the next one take."""
    for alarm in ("spo2_low", "spo2_fallen"):
        assert alarm_s("module_desaturation", alarm) <= alarm_s("desaturation", alarm) + 2
