"""`sitterctl service nibp` on a unit whose program really runs, on MicroPython behind a pseudo-terminal, in real time;
whenever the valves are closed, the scenario pumps."""

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_access_live import running

from sitterctl import audit, commands_service, device, service, service_run
from sitterctl.cli import cli

pytestmark = pytest.mark.real_time

PUMPED = [[50, 100], [252], [320], [80]]
_LONGEST_S = 20
_LOOK_S, _STILL = 0.3, 6  # a manometer that shows the same so often stands still


class Technician:
    """Waits until the pressure is what it has to be, as their manometer would show, and then says so."""

    valves: service_run.Closed

    def tell(self, text: str) -> None:
        pass

    def _see(self, well) -> None:
        give_up_at = time.monotonic() + _LONGEST_S
        while not well(self.valves.look()) and time.monotonic() < give_up_at:
            time.sleep(0.1)

    def number(self, question: str, options: str) -> float:
        point = int(re.search(r"about (\d+)", question)[1])  # type: ignore[index]
        self._see(lambda told: told["cuff_mmhg"] == point)
        return point

    def choose(self, question: str, options: str) -> str:
        if "250 mmHg" in question:
            self._see(lambda told: told["cuff_mmhg"] == 252)
        elif "300 mmHg" in question:
            self._see(lambda told: told["peak_mmhg"] > 270 and told["cuff_mmhg"] == 0)
        return "y" if "y" in options else "n"


class Practising:
    """The same by the commands of the simulator alone: they pump, and read the manometer until it stands still."""

    folder: str

    def tell(self, text: str) -> None:
        pass

    def _sim(self, *words: object) -> dict:
        given = ["sim", *map(str, words), "--state", self.folder, "--json"]
        done = CliRunner().invoke(cli, given, standalone_mode=False)
        assert not done.exception, done.output
        return json.loads(done.stdout)

    def _pumped(self, top: int) -> int:
        self._sim("pump", top)
        shown: list[int] = []
        while len(shown) < _LONGEST_S / _LOOK_S and (len(shown) < _STILL or len(set(shown[-_STILL:])) > 1):
            time.sleep(_LOOK_S)
            shown.append(self._sim("manometer")["mmhg"])
        return shown[-1]

    def number(self, question: str, options: str) -> float:
        return self._pumped(int(re.search(r"about (\d+)", question)[1]))  # type: ignore[index]

    def choose(self, question: str, options: str) -> str:
        if "250 mmHg" in question:
            assert self._pumped(252) == 252
        elif "300 mmHg" in question:
            assert self._pumped(320) == 0
        return "y" if "y" in options else "n"


def test_a_service_is_practised_by_commands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_service, "AtTheTerminal", Practising)
    monkeypatch.setattr(service, "POINTS_MMHG", (50, 100))
    monkeypatch.setattr(service_run, "_REST_S", 0.3)
    monkeypatch.setattr(service_run, "_LEAK_S", 1.0)
    with running(tmp_path, end_s=20) as unit:
        Practising.folder = str(unit.folder)
        words = ["service", "nibp", "--out", str(tmp_path / "record"), "--port", unit.port]
        done = CliRunner().invoke(cli, words, standalone_mode=False)
        assert done.return_value == 0, done.output
    record = json.loads((tmp_path / "record.json").read_text())
    static = next(row for row in record["results"] if row["part"] == "static")
    assert static["found"] == "50: 50 (+0), 100: 100 (+0) mmHg"


def test_a_service_from_end_to_end_and_a_host_that_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_service, "AtTheTerminal", Technician)
    monkeypatch.setattr(service, "POINTS_MMHG", (50, 100))
    monkeypatch.setattr(service_run, "_REST_S", 0.3)
    monkeypatch.setattr(service_run, "_LEAK_S", 1.0)
    entered = service_run.Closed.__enter__
    monkeypatch.setattr(
        service_run.Closed, "__enter__", lambda self: setattr(Technician, "valves", self) or entered(self)
    )
    knobs = [{"at_s": 5, "fault": {"nibp.pumps": PUMPED, "nibp.bulb_mmhg_s": 80}}]
    with running(tmp_path, end_s=20, timeline=knobs) as unit:
        words = ["service", "nibp", "--out", str(tmp_path / "record"), "--port", unit.port]
        done = CliRunner().invoke(cli, words, standalone_mode=False)
        assert done.return_value == 0, done.output
        record = json.loads((tmp_path / "record.json").read_text())
        assert {row["state"] for row in record["results"]} == {"passed"}, record
        with device.connect(unit.port) as line:
            assert device.status(line)["cuff"]["served_s"] is not None
            service_run.Closed(line, "static")._close()
            time.sleep(1.8)
            assert line.ask("nibp.service", act="look")["cuff_mmhg"] > 30
        time.sleep(3.4)
        with device.connect(unit.port) as line:
            assert line.ask("nibp.service", act="look")["ended"] == "host gone"
            told = [line.ask("selftest", part="nibp")["cuff_mmhg"]]
            while told[-1] != 0 and len(told) < 10:
                time.sleep(1.1)
                told.append(line.ask("selftest", part="nibp", again=1)["cuff_mmhg"])
            assert told[-1] == 0
            (trail,) = audit.pull(line)
        assert not unit.messages
    noted = [event["name"] for event in trail.events if event["event"] == "nibp service"]
    assert noted == ["static", "leak", "overpressure", "passed", "static"]
