"""The program killed where it stands, in real time, by a signal that it can't know of."""

import json
import time
from pathlib import Path

import pytest
from on_board import AT_ONCE

from sitterctl import device, keys, report, simulator, slog

pytestmark = pytest.mark.real_time

SCENARIO = Path(__file__).parents[1] / "scenarios" / "stop.json"
OFF_S = 25


def running_session(folder: Path) -> Path:
    """A scenario that ends in the middle of a session: from there on the unit runs in real time."""
    whole = json.loads(SCENARIO.read_text())
    whole["settings"] = AT_ONCE
    whole["timeline"] = [{"at_s": 5, "key": "NEXT"}, {"at_s": 8, "key": "BP"}, {"at_s": 60, "key": "NEXT"},
                         {"at_s": 62, "key": "NEXT", "hold_s": 2.5}]  # fmt: skip
    path = folder / "running.json"
    path.write_text(json.dumps({**whole, "end_s": 70, "expect": {}}))
    return path


def pulled(unit: simulator.Simulator, folder: Path) -> Path:
    with device.connect(unit.port) as connection:
        return device.pull_newest(connection, folder)


def test_a_killed_unit_resumes_its_session_and_the_report_shows_the_gap(tmp_path: Path) -> None:
    with simulator.Simulator(running_session(tmp_path)) as unit:
        unit.wait_ready()
        time.sleep(1.5)
        before = slog.read(pulled(unit, tmp_path / "before"))
        unit.kill(OFF_S)
        unit.wait_ready()
        time.sleep(3.5)
        with device.connect(unit.port) as connection:
            assert connection.ask("status")["state"] == "onset"
        path = pulled(unit, tmp_path / "after")
        assert unit.started == 2
        assert not unit.messages
    data = path.read_bytes()
    log = slog.read(data)
    verdict = slog.verify(data, [keys.DEVELOPMENT_KEY])
    assert verdict.kind == slog.NOT_CLOSED  # whole as far as it goes: the session is still open
    (boot,) = log.named("boot")
    assert OFF_S <= boot.fields["gap_s"] <= OFF_S + 20
    kept = [r.offset for r in before.records]
    assert [r.offset for r in log.records][: len(kept)] == kept  # nothing that had been pulled is gone
    started = [r.fields["alarm"] for r in log.named("alarm") if r.fields["event"] == "started" and r.n > boot.n]
    assert started[0] == "unit_restarted"
    assert f"unit off {boot.fields['gap_s']} s" in report.render(log, verdict)
