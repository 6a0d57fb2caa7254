"""Finding serial ports, and opening one without resetting the unit. The only place that makes a serial object.

lines.py has the rules of each operating system. On Linux and macOS pyserial's defaults hold both lines up and are left
alone, and HUPCL is cleared so that closing does not lower them; on Windows both are held down from before opening.
Traced on pseudo-terminals and read in source, never tried on a board.
"""

import contextlib
import errno
import os
import sys
from typing import Any

import serial
from serial.tools import list_ports

from sitterctl import config, lines
from sitterctl.errors import BUSY, NO_UNIT, PERMISSION, SitterError

try:
    import termios
except ImportError:  # Windows has none
    termios = None

BAUD = 115200
# A read returns what is there, or nothing after this time.
READ_S = 0.1
# What carries the USB side of ESP32 boards. Other ports may lead to anything, so nothing is ever sent to them unasked.
BRIDGES = {
    (0x10C4, 0xEA60): "CP210x",
    (0x1A86, 0x7523): "CH340",
    (0x1A86, 0x55D4): "CH9102",
    (0x303A, 0x1001): "ESP32 USB",
}

_FAILURES = (OSError, termios.error) if termios else (OSError,)
_NOT_THERE = (errno.ENOENT, errno.ENODEV, errno.ENXIO)
_IN_USE = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)


def available() -> list[dict]:
    """Every serial port of this machine, unopened: path, description, and the bridge when a unit may be behind it;
    ports that somebody has named as units' are, whatever they look like."""
    found = {
        p.device: {"port": p.device, "description": p.description or "", "bridge": BRIDGES.get((p.vid, p.pid))}
        for p in list_ports.comports()
    }
    for path in config.named_ports():
        found[path] = {"port": path, "description": "named by you", "bridge": "named"}
    return sorted(found.values(), key=lambda row: row["port"])


def open_port(path: str, system: str = sys.platform) -> serial.Serial:
    """An open port, exclusively ours; a read waits at most READ_S. Raises SitterError."""
    kind = serial.Serial if lines.held_up(system) else _closing_in_order(serial.Serial)
    opened = kind(None, BAUD, timeout=READ_S, write_timeout=2, exclusive=True)
    if not lines.held_up(system):
        opened.dtr = opened.rts = False
    opened.port = path
    try:
        opened.open()
    except _FAILURES as error:  # serial.SerialException is an OSError
        raise _explained(path, error) from error
    _keep_lines_on_close(opened)
    return opened


def _closing_in_order(kind: Any) -> Any:
    """Windows' `kind` of port, lowering RTS before DTR at the very last. Windows itself lowers DTR first; and where
    opening fails half-way, its driver may have raised both before anybody could ask it not to."""

    class InOrder(kind):
        def _close(self) -> None:  # pyserial's way out, of `close` and of an `open` that fails
            if self._port_handle is not None:
                self._rts_state = self._dtr_state = False
                self._update_rts_state()
                self._update_dtr_state()
            super()._close()

    return InOrder


def _explained(path: str, error: Exception) -> SitterError:
    number, said = getattr(error, "errno", None), str(error)
    if number in (errno.EACCES, errno.EPERM):
        return SitterError(
            f"you may not open {path}",
            f"add yourself to the group that owns it, `sudo usermod -aG {group(path)} $USER`, and log in again",
            exit_code=PERMISSION,
        )
    if number in _IN_USE or "PermissionError" in said:  # so says Windows of a port that somebody has
        return SitterError(
            f"{path} is in use by another program",
            f"close it; `sitterctl doctor` and `fuser {path}` name it (ModemManager and brltty like to take new ports)",
            exit_code=BUSY,
        )
    if number in _NOT_THERE or "FileNotFoundError" in said:  # so says Windows
        return SitterError(
            f"there is no port {path}", "`sitterctl ports` lists those that are there", exit_code=NO_UNIT
        )
    return SitterError(
        f"{path} can not be opened as a serial port", "`sitterctl ports` lists those that can", exit_code=NO_UNIT
    )


def group(path: str) -> str:
    """The group whose members may open the port."""
    with contextlib.suppress(ImportError, OSError, KeyError):
        import grp

        name = grp.getgrgid(os.stat(path).st_gid).gr_name
        return "dialout" if name == "root" else name
    return "dialout"


def _keep_lines_on_close(opened: serial.Serial) -> None:
    """Clear HUPCL, where there is such a thing: at closing the system then leaves DTR and RTS as they are."""
    if termios:
        with contextlib.suppress(*_FAILURES):
            attributes = termios.tcgetattr(opened.fileno())
            attributes[2] &= ~termios.HUPCL
            termios.tcsetattr(opened.fileno(), termios.TCSANOW, attributes)


def hangs_up(opened: serial.Serial) -> bool | None:
    """Whether HUPCL is still set; None where there is no such thing, or no telling."""
    if termios:
        with contextlib.suppress(*_FAILURES):
            return bool(termios.tcgetattr(opened.fileno())[2] & termios.HUPCL)
    return None
