"""Looking on at a unit whose program really runs, through a start of it in mid-session."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_killed import running_session

from sitterctl import audit, device, keys, simulator, watcher
from sitterctl.watching import LIVE, LOST, Shown, shown

pytestmark = pytest.mark.real_time


def until(board: watcher.Board, done: Callable[[Shown], bool], within_s: float = 20.0) -> Shown:
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        (row,) = board.look()
        now = shown(row, watcher.now_s())
        if done(now):
            return now
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {now}")


def test_a_session_is_looked_on_at_through_a_restart_and_the_audit_names_the_looker_once(tmp_path: Path) -> None:
    with simulator.Simulator(running_session(tmp_path)) as unit:
        unit.wait_ready()
        at_hand = keys.at_hand()
        with contextlib.closing(watcher.Board(watcher.OneUnit(unit.port), at_hand, watcher.PACE)) as board:
            now = until(board, lambda now: now.state == LIVE)
            assert (now.phase, now.pulse, now.spo2, now.alarms) == ("ONSET", "72", "98", ())
            unit.kill(2)
            assert until(board, lambda now: now.state == LOST).last == "last seen in ONSET"
            now = until(board, lambda now: now.state == LIVE)
            assert now.restart.startswith("RESTARTED")
            assert [name for name, _, _ in now.alarms] == ["unit_restarted"]
        assert unit.started == 2  # looking on has restarted nothing
        with device.connect(unit.port) as line:
            (trail,) = audit.pull(line)
    assert [event["event"] for event in trail.events].count("connected") <= 2  # one a start of the unit
