"""Opening a port: no guess, no reset, and five ways to fail told apart."""

import errno
import fcntl
import os
import termios
import tty
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import serial

from sitterctl import port
from sitterctl.errors import BUSY, NO_UNIT, PERMISSION, SitterError


@pytest.fixture
def line() -> Iterator[str]:
    unit_end, host_end = os.openpty()
    tty.setraw(host_end)
    yield os.ttyname(host_end)
    os.close(unit_end)
    os.close(host_end)


def refusal(path: str) -> SitterError:
    with pytest.raises(SitterError) as caught:
        port.open_port(path)
    return caught.value


def fail_to_open(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(path: str, flags: int) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(serial.serialposix.os, "open", refuse)


def test_a_port_that_is_not_there() -> None:
    error = refusal("/dev/ttyUSB99")
    assert error.exit_code == NO_UNIT
    assert "no port /dev/ttyUSB99" in error.message
    assert "sitterctl ports" in error.remedy


def test_a_cable_pulled_while_its_port_is_opened(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def went_away(*_: object) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(serial.serialposix.Serial, "_reset_input_buffer", went_away)
    assert refusal(line).exit_code == NO_UNIT
    ends = os.pipe()
    port._keep_lines_on_close(SimpleNamespace(fileno=lambda: ends[0]))  # no terminal any more: the next byte will tell
    for end in ends:
        os.close(end)


def test_a_port_without_permission_names_the_group(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_to_open(monkeypatch, errno.EACCES)
    error = refusal(line)
    assert error.exit_code == PERMISSION
    assert "usermod -aG" in error.remedy


def test_a_port_that_another_program_has_locked(line: str) -> None:
    with open(line, "rb", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        error = refusal(line)
    assert error.exit_code == BUSY
    assert f"fuser {line}" in error.remedy


def test_a_port_that_another_program_has_made_exclusive(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_to_open(monkeypatch, errno.EBUSY)  # what TIOCEXCL answers to everybody but root
    assert refusal(line).exit_code == BUSY


def test_two_of_us_can_not_have_one_port(line: str) -> None:
    with port.open_port(line):
        assert refusal(line).exit_code == BUSY
    port.open_port(line).close()


def test_a_file_is_no_port(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    error = refusal(str(tmp_path / "file"))
    assert error.exit_code == NO_UNIT
    assert "serial port" in error.message


def test_opening_never_lowers_a_line_and_closing_keeps_them(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-101
    asked, ioctl = [], fcntl.ioctl
    with open(line, "rb", buffering=0) as terminal:
        attributes = termios.tcgetattr(terminal)
        attributes[2] |= termios.HUPCL  # as a real port has it
        termios.tcsetattr(terminal, termios.TCSANOW, attributes)
    monkeypatch.setattr(serial.serialposix.fcntl, "ioctl", lambda fd, op, *a: (asked.append(op), ioctl(fd, op, *a))[1])
    opened = port.open_port(line)
    assert not termios.tcgetattr(opened.fileno())[2] & termios.HUPCL
    opened.close()
    assert serial.serialposix.TIOCMBIS in asked
    assert serial.serialposix.TIOCMBIC not in asked
    assert serial.serialposix.TIOCMSET not in asked


def test_a_read_returns_without_waiting_for_more(line: str) -> None:
    with port.open_port(line) as opened:
        assert opened.read(10) == b""
