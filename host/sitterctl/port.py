"""Finding serial ports, and opening one without resetting the unit. The only place that makes a serial object.

Espressif's auto-reset circuit resets the chip while DTR is low and RTS high. On Linux pyserial's defaults raise both
at once and never pass through that state, while setting `dtr = False; rts = False` before opening does. So the
defaults stay, the lines are left alone, and HUPCL is cleared so that closing does not drop them. Traced on
pseudo-terminals and in source, never on a board.
"""

import contextlib
import errno
import os

import serial
from serial.tools import list_ports

from sitterctl import config
from sitterctl.errors import BUSY, NO_UNIT, PERMISSION, SitterError

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

try:
    import termios

    _FAILURES = (OSError, termios.error)  # serial.SerialException is an OSError; a cable pulled just now is the other
except ImportError:  # Windows
    _FAILURES = (OSError,)

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


def open_port(path: str) -> serial.Serial:
    """An open port, exclusively ours; a read waits at most READ_S. Raises SitterError."""
    try:
        opened = serial.Serial(path, BAUD, timeout=READ_S, write_timeout=2, exclusive=True)
    except _FAILURES as error:
        raise _explained(path, error) from error
    _keep_lines_on_close(opened)
    return opened


def _explained(path: str, error: Exception) -> SitterError:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return SitterError(
            f"you may not open {path}",
            f"add yourself to the group that owns it, `sudo usermod -aG {_group(path)} $USER`, and log in again",
            exit_code=PERMISSION,
        )
    if number in _IN_USE:
        return SitterError(
            f"{path} is in use by another program",
            f"close it; `fuser {path}` names it (ModemManager and brltty like to take new ports)",
            exit_code=BUSY,
        )
    if number in _NOT_THERE or "FileNotFoundError" in str(error):  # so says Windows
        return SitterError(
            f"there is no port {path}", "`sitterctl ports` lists those that are there", exit_code=NO_UNIT
        )
    return SitterError(
        f"{path} can not be opened as a serial port", "`sitterctl ports` lists those that can", exit_code=NO_UNIT
    )


def _group(path: str) -> str:
    """The group whose members may open the port."""
    with contextlib.suppress(ImportError, OSError, KeyError):
        import grp

        name = grp.getgrgid(os.stat(path).st_gid).gr_name
        return "dialout" if name == "root" else name
    return "dialout"


def _keep_lines_on_close(opened: serial.Serial) -> None:
    """Clear HUPCL, where there is such a thing: closing then leaves DTR and RTS as they are."""
    with contextlib.suppress(ImportError, *_FAILURES):
        import termios

        attributes = termios.tcgetattr(opened.fileno())
        attributes[2] &= ~termios.HUPCL
        termios.tcsetattr(opened.fileno(), termios.TCSANOW, attributes)
