"""The cuff module that talks ASCII in a whole unit: which driver is there, and what a wrong setting comes to."""

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
print("RESULT", *sorted(name for name in sys.modules if name.startswith("drivers.nibp")))
"""


def test_only_the_chosen_driver_is_loaded(tmp_path: Path) -> None:
    other = run_script(LOADED, tmp_path, timeline=[], settings={"cuff_module": 1}, cuff="ascii")
    assert other == "drivers.nibp_ascii drivers.nibp_ascii_frames drivers.nibp_ascii_witness"
    assert "ascii" not in run_script(LOADED, tmp_path, timeline=[])


@pytest.mark.parametrize(("setting", "fitted"), [(1, "suntech"), (0, "ascii")])
def test_a_module_that_is_not_the_one_set_is_silent_and_inflates_nothing(
    setting: int, fitted: str, tmp_path: Path
) -> None:  # REQ-226
    job = json.loads((SCENARIOS / "cuff_ascii.json").read_text())
    timeline = [entry for entry in job["timeline"] if "fault" not in entry and entry["at_s"] < 200]
    job = {**job, "cuff": fitted, "timeline": timeline, "end_s": 200, "expect": {}}
    job["settings"]["cuff_module"] = setting
    (tmp_path / "job.json").write_text(json.dumps(job))
    log = slog.read(simulator.play(tmp_path / "job.json", tmp_path / "out")["slog"])
    assert {"part": "nibp", "fault": "silent"}.items() <= log.named("part")[0].fields.items()
    assert "cuff_silent" in [record.fields["alarm"] for record in log.named("alarm")]
    assert not log.named("pressure")


def test_an_old_result_is_no_reading_while_the_stream_is_cut() -> None:  # REQ-227
    log = slog.read(played("cuff_ascii_stale")["slog"])
    told = [record.fields["systolic_mmhg"] for record in log.named("pressure")]
    assert told == [118, 170]
    assert [record.fields["code"] for record in log.named("cuff") if record.fields["event"] == "fault"] == [202]


def test_every_number_of_a_module_at_its_worst_is_right() -> None:  # REQ-221, REQ-223
    log = slog.read(played("cuff_ascii")["slog"])
    told = [(r.fields["systolic_mmhg"], r.fields["diastolic_mmhg"]) for r in log.named("pressure")]
    assert len(told) >= 4
    for systolic, diastolic in told:
        assert min(abs(systolic - 118), abs(systolic - 136)) <= 4, told
        assert min(abs(diastolic - 76), abs(diastolic - 84)) <= 4, told
