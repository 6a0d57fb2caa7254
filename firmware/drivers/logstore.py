"""Sealed session logs on LittleFS.

A log is written as `open/NNNNN.open`, one flush at a time; every flush ends in a seal and is synced, and LittleFS makes
a sync whole or not at all. It has a folder of its own because each flush adds to its folder's metadata, which LittleFS
reads again for every file that lies there. Closing moves it to `logs/NNNNN.slog`, and when a host has acknowledged a
safe copy it becomes `NNNNN.pulled`: where a log lies and what it is called says whether its session ended and whether
it is safe elsewhere. Only pulled logs are ever deleted, oldest first: when a session needs the room, and beyond the
newest four. After a power cut `resume` goes on at the end of the open log: its last bytes are the last seal.
"""

import os
import struct

from sitter import records
from sitter.seal import RECORD_BYTES, SEAL_TAG, Chain

SESSION_BYTES = 400 * 1024
_ENOSPC = 28
_OPEN, _CLOSED, _PULLED = ".open", ".slog", ".pulled"
_KEPT_PULLED = 4


class StorageFault(OSError):
    """The file system refused; the session goes on without a record and an alarm says so."""


class LogStore:
    """`fault` is None, "full" or "failed". Logs go to `root`/logs."""

    def __init__(self, root: str, key: bytes) -> None:
        self._logs = root + "/logs"
        self._at_work = root + "/open"
        self._root = root
        self._key = key
        self.fault: str | None = None
        self._file = None
        self._name = ""
        self._chain = Chain(key)
        self._buffer = bytearray()
        self._reader = None  # (name, file) of the log being pulled
        for folder in (self._logs, self._at_work):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there already; a volume that can't be written shows at the first file

    # --- one session's log ----------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def open(self, header: dict) -> None:
        """Begin a new log with its header. One that was left open is kept as it is."""
        self._chain = Chain(self._key)
        try:
            self._keep_what_was_left()
            self._name = "%05d" % (max([int(name) for name, *_ in self.list()] + [0]) + 1)
            self._file = open(self._at_work + "/" + self._name + _OPEN, "wb")  # noqa: SIM115 - open for hours
        except OSError:
            self.fault = "failed"
            return
        self._buffer = bytearray(records.MAGIC)
        self.append("header", header)
        self.fault = None

    def _keep_what_was_left(self) -> None:
        """A session that ended without a record leaves its log open: it ends where the record does."""
        for name, _, closed, _ in self.list():
            if not closed:
                os.rename(self._at_work + "/" + name + _OPEN, self._logs + "/" + name + _CLOSED)

    def resume(self) -> int | None:
        """Go on with the log that a power cut left open; the at_ms of its last seal, None if there is no such log."""
        for name, size, closed, _ in self.list():
            if closed:
                continue
            path = self._at_work + "/" + name + _OPEN
            with open(path, "rb") as file:
                file.seek(max(0, size - RECORD_BYTES))
                tail = file.read()
            size, tag, at_ms = struct.unpack("<HBI", tail[:7]) if len(tail) == RECORD_BYTES else (0, 0, 0)
            if size == RECORD_BYTES - 3 and tag == SEAL_TAG:
                self._name = name
                self._chain = Chain(self._key, tail[-16:])
                self._file = open(path, "ab")  # noqa: SIM115
                self._buffer = bytearray()
                return at_ms
            os.rename(path, self._logs + "/" + name + _CLOSED)  # nothing to go on from: keep it as it is
        return None

    def append(self, name: str, fields: dict) -> None:
        if self._file:
            self._buffer += records.encode(name, fields)

    @property
    def waiting(self) -> int:
        """Bytes not yet on flash."""
        return len(self._buffer)

    def flush(self, at_ms: int) -> bool:
        """Seal and sync what is waiting; False if the file system refused (`fault` says so from then on)."""
        if not self._file or not self._buffer:
            return True
        data, self._buffer = self._buffer, bytearray()
        if self._write(self._file, data, at_ms) or (
            self.fault == "full" and self._write_after_making_way(self._file, data, at_ms)
        ):
            return True
        self._file = None  # what is on flash ends in its last seal and stays readable; nothing may follow a hole
        return False

    def _write(self, file, data: bytearray, at_ms: int) -> bool:
        self._chain.update(data)
        try:
            file.write(data)
            file.write(self._chain.record(at_ms))
            file.flush()
        except OSError as error:
            self.fault = "full" if error.errno == _ENOSPC else "failed"
            return False
        return True

    def _write_after_making_way(self, file, data: bytearray, at_ms: int) -> bool:
        """The volume is full: a log that is safe elsewhere gives way, and this one goes on at its last seal."""
        safe = self._safe_elsewhere()
        if not safe:
            return False
        try:
            file.close()
        except OSError:
            pass  # it can't be written any more: that is why we are here
        try:
            os.remove(self._logs + "/" + safe[0] + _PULLED)
            if self.resume() is None or not self._write(self._file, data, at_ms):
                return False
        except OSError:
            return False
        self.fault = None
        return True

    def _safe_elsewhere(self) -> list[str]:
        """Pulled logs, oldest first. The newest log of all stays in any case: the next one is numbered after it."""
        return [name for name, _, _, pulled in self.list()[:-1] if pulled]

    def close(self, at_ms: int) -> None:
        """Seal the rest and give the log its final name."""
        if self._file and self.flush(at_ms):
            self._file.close()
            os.rename(self._at_work + "/" + self._name + _OPEN, self._logs + "/" + self._name + _CLOSED)
        self._file = None

    # --- all logs -------------------------------------------------------------------------------------------------

    def list(self) -> list[tuple[str, int, bool, bool]]:
        """(name, bytes, closed, pulled) of every log, oldest first."""
        found = []
        try:
            for folder in (self._logs, self._at_work):
                for file in os.listdir(folder):
                    name, extension = file[:5], file[5:]
                    if extension in (_OPEN, _CLOSED, _PULLED):
                        size = os.stat(folder + "/" + file)[6]
                        found.append((name, size, extension != _OPEN, extension == _PULLED))
        except OSError:
            self.fault = "failed"
        return sorted(found)

    def read(self, name: str, offset: int, count: int) -> bytes:
        """A piece of a log. Raises OSError when there is none of that name."""
        if self._reader is None or self._reader[0] != name:
            self.stop_reading()
            self._reader = (name, open(self._path(name), "rb"))  # noqa: SIM115
        file = self._reader[1]
        file.seek(offset)
        return file.read(count)

    def size(self, name: str) -> int:
        return os.stat(self._path(name))[6]

    def _path(self, name: str) -> str:
        for log, _, closed, pulled in self.list():
            if log == name:
                if not closed:
                    return self._at_work + "/" + name + _OPEN
                return self._logs + "/" + name + (_PULLED if pulled else _CLOSED)
        raise OSError(2)

    def stop_reading(self) -> None:
        if self._reader:
            self._reader[1].close()
        self._reader = None

    def mark_pulled(self, name: str) -> None:
        """A host has this closed log safely on its own disk. Raises OSError when there is none of that name."""
        self.stop_reading()
        path = self._logs + "/" + name
        if self._path(name) != path + _PULLED:
            os.rename(path + _CLOSED, path + _PULLED)

    def free_bytes(self) -> int:
        try:
            stat = os.statvfs(self._root or "/")
        except OSError:
            return 0
        return stat[0] * stat[3]

    def make_room(self) -> bool:
        """Delete pulled logs, oldest first, until one more session fits and few are left; False if it does not fit."""
        safe = self._safe_elsewhere()
        while safe and (len(safe) > _KEPT_PULLED or self.free_bytes() < SESSION_BYTES):
            os.remove(self._logs + "/" + safe.pop(0) + _PULLED)
        return self.free_bytes() >= SESSION_BYTES
