"""`sitterctl selftest` on a unit whose program really runs, on MicroPython behind a pseudo-terminal, in real time."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_access_live import running

from sitterctl import audit, commands_selftest, device, simulator
from sitterctl.cli import cli
from sitterctl.errors import SESSION_OPEN, SitterError

pytestmark = pytest.mark.real_time

KEYS = ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL")


class AtTheUnit:
    """Somebody who says yes to everything, and to a fault that it is not to be repeated."""

    def tell(self, text: str) -> None:
        pass

    def choose(self, question: str, options: str) -> str:
        time.sleep(1.5)  # as somebody does who looks first
        return "y" if "y" in options else "n"


def given(unit: simulator.Simulator, *words: str) -> Result:
    return CliRunner().invoke(cli, ["selftest", *words, "--port", unit.port], standalone_mode=False)


def rows(path: Path) -> dict[str, dict]:
    return {row["part"]: row for row in json.loads(path.read_text())["results"]}


def test_keys_signals_and_a_player_without_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_selftest, "AtTheTerminal", AtTheUnit)
    pressed = [{"at_s": 26 + 2 * i, "key": key} for i, key in enumerate(KEYS)]
    with running(tmp_path, end_s=20, timeline=[{"at_s": 5, "fault": {"music.no_card": True}}, *pressed]) as unit:
        done = given(unit, "keys", "--out", str(tmp_path / "keys"))
        assert done.return_value == 0, done.output
        assert rows(tmp_path / "keys.json")["keys"]["state"] == "passed"
        done = given(unit, "music", "light", "display", "signals", "--out", str(tmp_path / "rest"))
        assert done.return_value == 1
        found = rows(tmp_path / "rest.json")
        assert {part: row["state"] for part, row in found.items()} == {
            "display": "passed", "light": "passed", "music": "failed", "signals": "passed"}  # fmt: skip
        assert "no card" in found["music"]["found"]
        with device.connect(unit.port) as line:
            assert line.ask("status")["state"] == "idle"  # NEXT has begun no session
            assert line.ask("live")["alarms"] == []
            assert device.list_logs(line) == []
            (trail,) = audit.pull(line)
        assert not unit.messages
    tried = [event["name"] for event in trail.events if event["event"] == "selftest"]
    assert [part for part in tried if part != "keys"][-4:] == ["display", "light", "music", "signals"]


def test_without_people_what_can_be_measured_is(tmp_path: Path) -> None:
    fault = [{"at_s": 5, "fault": {"nibp.absent": True}}]
    with running(tmp_path, end_s=20, timeline=fault) as unit:
        done = given(unit, "--json")
    said = json.loads(done.stdout)
    found = {row["part"]: row for row in said["results"]}
    assert done.return_value == 1
    assert {part for part, row in found.items() if row["state"] == "passed"} == {
        "oximeter", "clock", "storage", "supply"}, said  # fmt: skip
    assert found["nibp"]["found"] in ("the module does not answer", "the unit says: silent")
    assert found["light"]["state"] == "not asked"


def test_in_a_session_nothing_is_tried(tmp_path: Path) -> None:
    with running(tmp_path, timeline=[{"at_s": 5, "key": "NEXT"}], end_s=20) as unit:
        for words in (["light"], ["--json"]):
            done = given(unit, *words)
            assert isinstance(done.exception, SitterError)
            assert done.exception.exit_code == SESSION_OPEN
        with device.connect(unit.port) as line:
            assert line.ask("status")["state"] == "checks"
