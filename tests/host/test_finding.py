"""Which unit is meant: found by id, label or being alone; never guessed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_unit import FakeUnit
from plugged import CP2102, plug_in

from sitterctl import config, finding, port
from sitterctl.errors import NO_UNIT, USAGE, SitterError

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeUnit]]:
    with FakeUnit() as one, FakeUnit() as other:
        one.unit_id, other.unit_id = "AA01", "AA02"
        one.app.custody.label, other.app.custody.label = "BED 1", "BED 2"
        monkeypatch.setenv("SITTER_PORTS", os.pathsep.join((one.port, other.port)))
        yield [one, other]


def not_found(name: str | None = None) -> SitterError:
    with pytest.raises(SitterError) as caught:
        finding.choose(name)
    assert caught.value.exit_code == NO_UNIT
    return caught.value


def test_the_only_likely_port_is_taken_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, {"device": "/dev/ttyS0"}, {"device": "/dev/ttyUSB1", **CP2102})
    assert finding.choose(None) == "/dev/ttyUSB1"


@pytest.mark.parametrize("name", ["AA02", "aa02", "BED 2", "bed 2"])
def test_a_unit_is_found_by_its_id_or_label(two: list[FakeUnit], name: str) -> None:
    assert finding.choose(name) == two[1].port


def test_several_units_are_listed_and_none_is_guessed(two: list[FakeUnit]) -> None:
    error = not_found()
    for said in ("AA01", "AA02", "BED 1", "BED 2", two[0].port, two[1].port):
        assert said in error.message
    assert "--unit" in error.remedy
    assert [row["unit_id"] for row in error.details["ports"]] == sorted(
        ("AA01", "AA02"), key=lambda name: two[name == "AA02"].port
    )


def test_a_label_that_two_units_have_names_neither(two: list[FakeUnit]) -> None:
    two[1].app.custody.label = "BED 1"
    assert "2 units are called BED 1" in not_found("BED 1").message
    assert finding.choose("AA02") == two[1].port


def test_a_name_that_no_unit_has_is_said_with_those_that_are_there(two: list[FakeUnit]) -> None:
    error = not_found("BED 9")
    assert "no unit called BED 9 is connected" in error.message
    assert "BED 1" in error.message


def test_a_unit_without_a_label_is_not_called_nothing(two: list[FakeUnit]) -> None:
    two[0].app.custody.label = ""
    not_found("")


@pytest.mark.parametrize("others", [[], [{"device": "/dev/ttyACM0", "vid": 1, "pid": 2, "description": "modem"}]])
def test_a_port_that_may_lead_to_anything_is_not_taken(
    others: list, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-103
    plug_in(monkeypatch, *others)
    monkeypatch.setattr(finding.device, "connect", lambda *a, **k: pytest.fail("asked"))
    error = not_found()
    assert all(other["device"] in error.message for other in others)
    assert [row["port"] for row in error.details["ports"]] == [row["port"] for row in port.available()]


def test_a_port_that_does_not_answer_is_listed_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITTER_PORTS", "/dev/none1" + os.pathsep + "/dev/none2")
    error = not_found("BED 1")
    assert "there is no port /dev/none1" in error.message


# --- configuration ----------------------------------------------------------------------------------------------------


def test_the_projects_file_goes_before_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.user_file().parent.mkdir(parents=True, exist_ok=True)
    config.user_file().write_text('unit = "BED 1"\nlogs = "archive"\n')
    (tmp_path / "sitter.toml").write_text('unit = "BED 2"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert config.load() == {"unit": "BED 2", "logs": "archive"}


def test_ports_come_from_the_environment_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitter.toml").write_text('ports = ["/dev/one", "/dev/two"]\n')
    assert config.named_ports() == ["/dev/one", "/dev/two"]
    assert [row["bridge"] for row in port.available()] == ["named", "named"]
    monkeypatch.setenv("SITTER_PORTS", "/dev/three")
    assert config.named_ports() == ["/dev/three"]


def test_every_fault_of_a_file_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "sitter.toml"
    path.write_text('unit = 3\nprot = "x"\ntimeout_s = 0\nports = "one"\n')
    with pytest.raises(SitterError) as caught:
        config.load()
    assert caught.value.exit_code == USAGE
    for said in (f"{path}: unit: must be text", "prot: no such key; did you mean port?", "timeout_s: must be a number",
                 "ports: must be a list"):  # fmt: skip
        assert said in caught.value.message


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "sitter.toml").write_text("unit = \n")
    with pytest.raises(SitterError, match="line 1"):
        config.load()
