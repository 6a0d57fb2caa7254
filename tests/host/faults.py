"""Faults put in at a certain step: on the serial line, or where a file is written."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from sitterctl import device, output, port, replay, settings_file, slog, whole_file


class Fault:
    """`act` happens at step number `at`, from 0, and with `lasts` at every one behind it; `steps` have been seen."""

    def __init__(self, act: Callable[[], None], at: int, lasts: bool = False) -> None:
        self._act, self._at, self._lasts = act, at, lasts
        self.steps = 0

    @property
    def happened(self) -> bool:
        return self.steps > self._at

    def step(self) -> None:
        n, self.steps = self.steps, self.steps + 1
        if n == self._at or (self._lasts and n > self._at):
            self._act()


def cable_pulled() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def disk_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def ctrl_c() -> None:
    raise KeyboardInterrupt


def ctrl_c_from_a_thread() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def on_the_line(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Each write and each read of a serial line is a step."""
    original = port.open_port

    def opened(path: str):
        line = original(path)
        for name in ("write", "read"):
            setattr(line, name, _after(fault, getattr(line, name)))
        return line

    monkeypatch.setattr("sitterctl.port.open_port", opened)


def in_files(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Each opening, writing, syncing and renaming of a file that the tool writes is a step."""
    real_open, real_append = os.open, device._append

    def opened(path: object, flags: int, *more: int, **named: int) -> int:
        if flags & os.O_CREAT and str(path).endswith(".new"):
            fault.step()
        return real_open(path, flags, *more, **named)

    def written(handle: int, mode: str):
        return _Stepping(open(handle, mode), fault)

    def appended(file, piece: bytes) -> None:
        fault.step()
        real_append(file, piece)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(whole_file, "open", written, raising=False)
    monkeypatch.setattr(device, "_append", appended)
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, _after(fault, getattr(os, name)))


def in_reading_and_printing(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Each reading of a log or of settings, each log that is judged anew, and each piece on stdout is a step."""

    def printed(*texts: object, file: TextIO | None = None, flush: bool = False) -> None:
        if file is not sys.stderr:
            fault.step()
        print(*texts, file=file, flush=flush)

    monkeypatch.setattr(sys, "stdout", sys.stdout)  # for one that takes no more stderr is put in its place
    monkeypatch.setattr(output, "print", printed, raising=False)
    for module, name in ((slog, "load"), (settings_file, "read"), (replay, "replay")):
        monkeypatch.setattr(module, name, _after(fault, getattr(module, name)))


class _Stepping:
    """A file, each write to which is a step."""

    def __init__(self, file, fault: Fault) -> None:
        self._file, self._fault = file, fault

    def __enter__(self) -> "_Stepping":
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        self._file.write(data[: len(data) // 2])  # what had room
        self._fault.step()
        return self._file.write(data[len(data) // 2 :])


def _after(fault: Fault, call: Callable) -> Callable:
    def stepping(*arguments, **named):
        fault.step()
        return call(*arguments, **named)

    return stepping


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
