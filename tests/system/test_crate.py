"""A crate of ten units on one hub, each with the real firmware in it, and one of them unplugged."""

import contextlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from sitterctl import simulator
from sitterctl.cli import cli
from sitterctl.errors import OK, PARTIAL

SCENARIO = Path(__file__).parents[1] / "scenarios" / "stop.json"
COUNT = 10
# A session that ends before it has begun: enough for a log.
TIMELINE = [{"at_s": 5, "key": "NEXT"}, {"at_s": 15, "key": "STOP", "hold_s": 2.5}]


def scenario(folder: Path, number: int) -> Path:
    whole = {**json.loads(SCENARIO.read_text()), "seed": 100 + number, "timeline": TIMELINE, "end_s": 25, "expect": {}}
    path = folder / f"unit{number}.json"
    path.write_text(json.dumps(whole))
    return path


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with contextlib.ExitStack() as stack:
        units = [stack.enter_context(simulator.Simulator(scenario(tmp_path, k))) for k in range(COUNT)]
        with ThreadPoolExecutor(COUNT) as pool:
            list(pool.map(lambda unit: unit.wait_ready(), units))
        yield [unit.port for unit in units]


def pull_all(ports: list[str], monkeypatch: pytest.MonkeyPatch, folder: str) -> tuple[int, list[dict]]:
    monkeypatch.setenv("SITTER_PORTS", os.pathsep.join(ports))
    done = CliRunner().invoke(
        cli, ["logs", "pull", "--all", "--again", "--out", folder, "--json"], standalone_mode=False
    )
    assert done.exception is None, done.exception
    return done.return_value, json.loads(done.stdout)["units"]


def test_ten_units_are_pulled_side_by_side_and_one_that_is_unplugged_stops_no_other(
    ports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, rows = pull_all(ports, monkeypatch, "all")
    assert code == OK
    assert [log["verdict"] for row in rows for log in row["pulled"]] == ["intact"] * COUNT
    assert len(list(Path("all").glob("SIM-*.slog"))) == COUNT
    code, rows = pull_all([*ports[:-1], "/dev/unplugged"], monkeypatch, "nine")
    assert code == PARTIAL
    assert [log["verdict"] for row in rows for log in row.get("pulled", [])] == ["intact"] * (COUNT - 1)
    assert [row["error"] for row in rows if row["error"]] == ["there is no port /dev/unplugged"]
