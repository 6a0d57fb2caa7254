"""DTR and RTS as the circuit on a board sees them, under pyserial's own code for each operating system.

What lies below pyserial is played by the rules of sitterctl/lines.py: for Linux and macOS the calls that serialposix.py
makes, for Windows those of serialwin32.py, which is imported here over a kernel32 of three dozen lines.
"""

import ctypes
import errno
import fcntl
import importlib
import os
import struct
import sys
import termios
from types import ModuleType

import pytest
import serial

from sitterctl import lines, port

PATH = "/dev/ttyUSB0"
_HANDLE, _EVENT = 7, 8


class Wire:
    """The two lines, and every state they have been in."""

    def __init__(self, system: str, before: tuple[bool, bool]) -> None:
        self.rules = {rule.moment: rule for rule in lines.RULES if rule.system == system}
        self.states = [before]

    def set(self, dtr: bool | None = None, rts: bool | None = None) -> None:
        was = self.states[-1]
        self.states.append((was[0] if dtr is None else dtr, was[1] if rts is None else rts))

    def follow(self, moment: str, dtr: bool, rts: bool) -> None:
        """Move as the rule of a moment says; where the rule leaves it open, to what was asked."""
        rule = self.rules[moment]
        dtr, rts = {lines.UP: (True, True), lines.DOWN: (False, False)}.get(rule.to, (dtr, rts))
        for step in rule.order:
            self.set(dtr if "DTR" in step else None, rts if "RTS" in step else None)


class Posix:
    """The system calls of serialposix.py. `falls` is a bridge that lowers its lines at each last close, HUPCL or not;
    `broken` is a call that fails."""

    def __init__(self, wire: Wire, falls: bool = False, broken: str = "") -> None:
        self.wire, self.falls, self.broken = wire, falls, broken
        self.attributes = [0, 0, termios.HUPCL, 0, 0, 0, [b"\0"] * 32]
        self.fd: int | None = None

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(serial.serialposix, "os", _over(os, open=self.open, close=self.close))
        patch.setattr(serial.serialposix, "fcntl", _over(fcntl, ioctl=self.ioctl, flock=self.flock, fcntl=_nothing))
        terminal = _over(termios, tcgetattr=self.tcgetattr, tcsetattr=self.tcsetattr, tcflush=self.tcflush)
        patch.setattr(serial.serialposix, "termios", terminal)
        patch.setattr(port, "termios", terminal)

    def open(self, path: str, flags: int) -> int:
        self.fd = os.open(os.devnull, os.O_RDWR)
        self.wire.follow("opened", True, True)
        return self.fd

    def close(self, fd: int) -> None:
        os.close(fd)
        if fd == self.fd and (self.falls or self.attributes[2] & termios.HUPCL):
            self.wire.follow("closed", False, False)

    def flock(self, fd: int, how: int) -> None:
        self._may_break("flock", OSError(errno.EWOULDBLOCK, "locked"))

    def tcgetattr(self, fd: int) -> list:
        self._may_break("tcgetattr", termios.error(errno.EIO, "gone"))
        return list(self.attributes)

    def tcsetattr(self, fd: int, when: int, attributes: list) -> None:
        self._may_break("tcsetattr", termios.error(errno.EIO, "gone"))
        if not attributes[2] & termios.HUPCL:
            self._may_break("clearing HUPCL", termios.error(errno.EINVAL, "not that"))
        self.attributes = attributes

    def tcflush(self, fd: int, queue: int) -> None:
        self._may_break("tcflush", termios.error(errno.EIO, "gone"))

    def ioctl(self, fd: int, op: int, bits: bytes) -> bytes:
        self._may_break("ioctl", OSError(errno.EPROTO, "refused"))
        up = {serial.serialposix.TIOCMBIS: True, serial.serialposix.TIOCMBIC: False}.get(op)
        (mask,) = struct.unpack("I", bits)
        if up is not None:
            self.wire.set(up if mask & termios.TIOCM_DTR else None, up if mask & termios.TIOCM_RTS else None)
        return bits

    def _may_break(self, call: str, error: Exception) -> None:
        if self.broken == call:
            raise error


class Windows:
    """The part of kernel32 that serialwin32.py uses. `asked_before` is what the port was asked for last, which its
    driver goes back to when it is opened; `broken` is a call that fails."""

    def __init__(self, wire: Wire, asked_before: tuple[bool, bool] = (True, True), broken: str = "") -> None:
        self.wire, self.asked, self.broken = wire, asked_before, broken

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setitem(sys.modules, "serial.win32", self._kernel32())
        patch.setattr(serial, "win32", sys.modules["serial.win32"], raising=False)
        patch.delitem(sys.modules, "serial.serialwin32", raising=False)
        patch.setattr(ctypes, "WinError", lambda: PermissionError(13, "Access is denied."), raising=False)
        patch.setattr(serial, "Serial", importlib.import_module("serial.serialwin32").Serial)

    def _kernel32(self) -> ModuleType:
        module = ModuleType("serial.win32")
        fields = ("BaudRate", "ByteSize", "fDtrControl", "fRtsControl", "fBinary", "StopBits", "Parity")
        shape = [(name, ctypes.c_ulong) for name in fields]
        module.DCB = type("DCB", (ctypes.Structure,), {"_fields_": shape})
        event = {"_fields_": [("hEvent", ctypes.c_ulong)]}
        module.COMMTIMEOUTS = module.COMSTAT = module.OVERLAPPED = type("Overlapped", (ctypes.Structure,), event)
        module.DWORD = ctypes.c_ulong
        for name in ("CreateFile", "SetCommState", "EscapeCommFunction", "CloseHandle"):
            setattr(module, name, getattr(self, name))
        module.CreateEvent = lambda *a: _EVENT
        module.GetOverlappedResult = module.GetLastError = lambda *a: 0
        constants = ("DTR_CONTROL_DISABLE", "DTR_CONTROL_ENABLE", "RTS_CONTROL_DISABLE", "RTS_CONTROL_ENABLE")
        vars(module).update(zip(constants, (0, 1, 0, 1), strict=True))
        vars(module).update(SETRTS=3, CLRRTS=4, SETDTR=5, CLRDTR=6, INVALID_HANDLE_VALUE=-1, ERROR_IO_PENDING=997)
        module.__getattr__ = lambda name: _nothing if name[0].isupper() and not name.isupper() else 1  # type: ignore
        return module

    def CreateFile(self, *arguments: object) -> int:  # noqa: N802 - kernel32's names
        if self.broken == "CreateFile":
            return -1
        self.wire.follow("opened", *self.asked)
        return _HANDLE

    def SetCommState(self, handle: int, dcb) -> int:  # noqa: N802
        if self.broken == "SetCommState":
            return 0
        self.asked = (bool(dcb._obj.fDtrControl), bool(dcb._obj.fRtsControl))
        self.wire.follow("asked", *self.asked)
        return 1

    def EscapeCommFunction(self, handle: int, what: int) -> int:  # noqa: N802
        self.wire.set(**{"dtr" if what > 4 else "rts": what in (3, 5)})
        return 1

    def CloseHandle(self, handle: int) -> int:  # noqa: N802
        if handle == _HANDLE:
            self.wire.follow("closed", False, False)
        return 1


def _nothing(*arguments: object) -> int:
    return 1


class _over:  # noqa: N801 - used like a function
    """A module, with some of its names replaced."""

    def __init__(self, module: ModuleType, **names: object) -> None:
        self._module = module
        vars(self).update(names)

    def __getattr__(self, name: str) -> object:
        return getattr(self._module, name)
