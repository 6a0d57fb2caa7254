"""DTR and RTS never reach the state that resets a unit, whatever opens, fails or ends: the rules of lines.py, played
under pyserial's own code."""

import pytest
import serial
from fake_lines import PATH, Posix, Windows, Wire

from sitterctl import lines, port
from sitterctl.errors import BUSY, SitterError

SYSTEMS = ("linux", "darwin", "win32")
# What another program has left behind. One that leaves the state that resets has the unit stand still since then.
BEFORE = ((False, False), (True, True), (True, False))
POSIX_FAULTS = ("flock", "tcgetattr", "tcsetattr", "tcflush", "ioctl")
WINDOWS_FAULTS = ("CreateFile", "SetCommState")

CASES = [(system, before, {"falls": falls}) for system in SYSTEMS[:2] for before in BEFORE for falls in (False, True)]
CASES += [("win32", (False, False), {"asked_before": asked}) for asked in BEFORE]
FAULTS = [(system, call) for system in SYSTEMS[:2] for call in POSIX_FAULTS]
FAULTS += [("win32", call) for call in WINDOWS_FAULTS]


def machine(patch: pytest.MonkeyPatch, system: str, before: tuple[bool, bool] = BEFORE[0], **knobs) -> Wire:
    """A machine of that kind in the place of this one; its lines."""
    wire = Wire(system, before)
    (Windows if system == "win32" else Posix)(wire, **knobs).install(patch)
    return wire


def end(opened: serial.Serial, wire: Wire) -> None:
    """The process is killed: nothing of it runs any more, and the system closes what it has open."""
    if wire.rules["ended"].system == "win32":
        wire.follow("ended", False, False)
        opened._port_handle = None
    else:
        serial.serialposix.os.close(opened.fd)
    opened.is_open = False


@pytest.mark.parametrize(("system", "before", "knobs"), CASES)
def test_opening_using_and_closing_never_resets(
    system: str, before: tuple, knobs: dict, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-101
    wire = machine(monkeypatch, system, before, **knobs)
    for _ in range(2):
        with port.open_port(PATH, system) as opened:
            assert opened.is_open
            opened.timeout = 1
            assert wire.states[-1] == (lines.held_up(system),) * 2
    assert len(wire.states) > 5
    assert lines.RESET not in wire.states


@pytest.mark.parametrize(("system", "before", "knobs"), CASES)
def test_a_process_that_is_killed_never_resets(
    system: str, before: tuple, knobs: dict, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-101
    wire = machine(monkeypatch, system, before, **knobs)
    end(port.open_port(PATH, system), wire)
    port.open_port(PATH, system).close()
    assert lines.RESET not in wire.states


@pytest.mark.parametrize(("system", "call"), FAULTS)
def test_an_opening_that_fails_never_resets(system: str, call: str, monkeypatch: pytest.MonkeyPatch) -> None:  # REQ-101
    wire = machine(monkeypatch, system, broken=call)
    with pytest.raises(SitterError):
        port.open_port(PATH, system)
    assert lines.RESET not in wire.states


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_error_while_open_never_resets(system: str, monkeypatch: pytest.MonkeyPatch) -> None:  # REQ-101
    wire = machine(monkeypatch, system)
    with pytest.raises(KeyboardInterrupt), port.open_port(PATH, system):
        raise KeyboardInterrupt
    assert lines.RESET not in wire.states


@pytest.mark.parametrize("system", SYSTEMS[:2])
def test_lines_stay_as_they_are_between_two_openings(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = machine(monkeypatch, system)
    port.open_port(PATH, system).close()
    assert wire.states[-1] == (True, True)


def test_a_driver_that_keeps_hupcl_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = machine(monkeypatch, "linux", broken="clearing HUPCL")
    port.open_port(PATH, "linux").close()
    assert wire.states[-1] == (False, False)
    assert lines.RESET not in wire.states


def test_a_port_of_windows_that_somebody_has_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "win32", broken="CreateFile")
    with pytest.raises(SitterError) as caught:
        port.open_port("COM3", "win32")
    assert caught.value.exit_code == BUSY


# --- that the fakes can tell: what others do is caught ----------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS[:2])
def test_lines_that_are_asked_down_reset_on_linux_and_macos(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = machine(monkeypatch, system)
    monkeypatch.setattr(lines, "held_up", lambda system: False)
    monkeypatch.setattr(port, "_closing_in_order", lambda kind: kind)
    port.open_port(PATH, system)
    assert lines.RESET in wire.states


def test_lines_that_are_held_up_reset_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = machine(monkeypatch, "win32", asked_before=(False, False))
    opened = serial.Serial(PATH)
    assert wire.states == [(False, False), (False, False), (False, False), lines.RESET, (True, True)]
    opened.close()
    assert wire.states[-2:] == [lines.RESET, (False, False)]


def test_windows_own_way_to_close_resets_where_opening_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = machine(monkeypatch, "win32", broken="SetCommState")
    monkeypatch.setattr(port, "_closing_in_order", lambda kind: kind)
    with pytest.raises(SitterError):
        port.open_port(PATH, "win32")
    assert lines.RESET in wire.states


# --- the table itself -------------------------------------------------------------------------------------------------


def test_each_system_has_a_rule_for_each_moment() -> None:
    moments = [(rule.system, rule.moment) for rule in lines.RULES]
    assert moments == [(system, moment) for system in SYSTEMS for moment in ("opened", "asked", "closed", "ended")]


def test_each_rule_says_where_it_is_from_and_how_sure_it_is() -> None:
    for rule in lines.RULES:
        assert set(rule.order) <= {"DTR", "RTS", "DTR+RTS"}
        assert rule.to in (lines.UP, lines.DOWN, lines.AS_ASKED, lines.AS_BEFORE)
        assert all((rule.sure, rule.source, rule.answer))
        assert "tried" not in rule.sure
