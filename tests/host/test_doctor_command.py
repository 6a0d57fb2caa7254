"""`sitterctl doctor`: what it asks, what it leaves alone, and how it ends."""

import json
from pathlib import Path

import pytest
from fake_computer import BOTH, Computer
from fake_unit import UNIT, FakeUnit

from sitterctl import port
from sitterctl.errors import CHECK_FAILED, OK

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_the_doctor_asks_a_unit_nothing_but_hello(unit: FakeUnit, run) -> None:
    asked, serve = [], unit.app.verbs.serve
    unit.app.verbs.serve = lambda request, keyed: (asked.append(request["do"]), serve(request, keyed))[1]
    unit.app.unit.session.phase = "peak"
    code, out, _ = run("doctor")
    assert code == OK
    assert f"ok       unit          unit {UNIT} on {unit.port}" in out
    assert f"the kernel keeps the lines when {unit.port} is closed" in out
    assert set(asked) == {"hello"}


def test_the_doctor_opens_no_strange_port(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # REQ-103
    opened, original = [], port.open_port
    monkeypatch.setattr("sitterctl.port.open_port", lambda path: opened.append(path) or original(path))
    computer = Computer(tmp_path / "root").usb().usb("cdc_acm", "ttyACM0", "1234:5678", "1-3")
    monkeypatch.setattr("sitterctl.machine.this_machine", computer.machine)
    code, out, _ = run("doctor")
    assert opened == ["/dev/ttyUSB0"]
    assert code == CHECK_FAILED  # it is not really there
    assert "problem  unit          there is no port /dev/ttyUSB0" in out


def test_a_problem_has_its_remedy_and_exit_code(unit: FakeUnit, run) -> None:
    unit.silent = True
    code, out, _ = run("doctor")
    assert code == CHECK_FAILED
    assert f"no answer on {unit.port}\n                       → is it" in out
    said = json.loads(run("doctor", "--json")[1])
    assert said["problems"] == 1
    assert {"check", "level", "sentence", "remedy"} == set(said["findings"][0])


def test_a_restart_is_what_the_doctor_says_too(unit: FakeUnit, run) -> None:
    unit.reboot()
    assert "look at the patient first" in run("doctor")[1]


def test_the_udev_rules_are_printed_whole_with_their_commands(run) -> None:
    code, out, _ = run("doctor", "--udev")
    assert code == OK
    assert all(text in out for text in BOTH.values())
    assert "sudo udevadm control --reload" in out
    assert json.loads(run("doctor", "--udev", "--json")[1])["rules"] == BOTH


def test_a_port_that_somebody_has_named_is_asked(
    unit: FakeUnit, run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SITTER_PORT")
    named = {"port": unit.port, "description": "named by you", "bridge": "named"}
    monkeypatch.setattr("sitterctl.machine.this_machine", lambda: Computer(tmp_path / "root").machine(ports=(named,)))
    assert f"unit {UNIT} on {unit.port}" in run("doctor")[1]


def test_a_unit_is_looked_for_by_its_name(unit: FakeUnit, run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITTER_PORT")
    monkeypatch.setenv("SITTER_PORTS", unit.port)
    assert f"unit {UNIT} on {unit.port}" in run("doctor", "--unit", UNIT)[1]
    code, out, _ = run("doctor", "--unit", "BED 9")
    assert code == CHECK_FAILED
    assert "no unit called BED 9 is connected" in out
    assert f"\n{' ' * 23}{unit.port}" in out  # what is there instead
