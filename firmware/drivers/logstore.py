"""Sealed session logs on LittleFS.

A log is written as `NNNNN.open`, one flush at a time; every flush ends in a seal and is synced, and LittleFS makes a
sync whole or not at all. Closing renames it to `NNNNN.slog`, so a name says whether a session ended. `NNNNN.pulled`
beside it says that a host has acknowledged a safe copy; only such logs are ever deleted, oldest first, when a session
needs the room. After a power cut `resume` goes on at the end of the open log: its last bytes are the last seal.
"""

import os
import struct

from sitter import records
from sitter.seal import RECORD_BYTES, SEAL_TAG, Chain

SESSION_BYTES = 400 * 1024
_ENOSPC = 28
_EXTENSIONS = (".slog", ".open")


class StorageFault(OSError):
    """The file system refused; the session goes on without a record and an alarm says so."""


class LogStore:
    """`fault` is None, "full" or "failed". Logs go to `root`/logs."""

    def __init__(self, root: str, key: bytes) -> None:
        self._logs = root + "/logs"
        self._root = root
        self._key = key
        self.fault: str | None = None
        self._file = None
        self._name = ""
        self._chain = Chain(key)
        self._buffer = bytearray()
        self._reader = None  # (name, file) of the log being pulled
        try:
            os.mkdir(self._logs)
        except OSError:
            pass  # it is there already; a volume that can't be written shows at the first file

    # --- one session's log ----------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def open(self, header: dict) -> None:
        """Begin a new log with its header."""
        self._name = "%05d" % (max([int(name) for name, *_ in self.list()] + [0]) + 1)
        self._chain = Chain(self._key)
        try:
            self._file = open(self._logs + "/" + self._name + ".open", "wb")  # noqa: SIM115 - open for hours
        except OSError:
            self.fault = "failed"
            return
        self._buffer = bytearray(records.MAGIC)
        self.append("header", header)
        self.fault = None

    def resume(self) -> int | None:
        """Go on with the log that a power cut left open; the at_ms of its last seal, None if there is no such log."""
        for name, size, closed, _ in self.list():
            if closed:
                continue
            path = self._logs + "/" + name + ".open"
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
            os.rename(path, self._logs + "/" + name + ".slog")  # nothing to go on from: keep it as it is
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
        self._chain.update(data)
        try:
            self._file.write(data)
            self._file.write(self._chain.record(at_ms))
            self._file.flush()
        except OSError as error:
            self.fault = "full" if error.errno == _ENOSPC else "failed"
            self._file = None  # what is on flash ends in its last seal and stays readable; nothing may follow a hole
            return False
        return True

    def close(self, at_ms: int) -> None:
        """Seal the rest and give the log its final name."""
        if self._file and self.flush(at_ms):
            self._file.close()
            path = self._logs + "/" + self._name
            os.rename(path + ".open", path + ".slog")
        self._file = None

    # --- all logs -------------------------------------------------------------------------------------------------

    def list(self) -> list[tuple[str, int, bool, bool]]:
        """(name, bytes, closed, pulled) of every log, oldest first."""
        found, pulled = [], []
        try:
            for file in os.listdir(self._logs):
                name, extension = file[:5], file[5:]
                if extension == ".pulled":
                    pulled.append(name)
                elif extension in _EXTENSIONS:
                    found.append((name, os.stat(self._logs + "/" + file)[6], extension == ".slog"))
        except OSError:
            self.fault = "failed"
        return [(name, size, closed, name in pulled) for name, size, closed in sorted(found)]

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
        for log, _, closed, _ in self.list():
            if log == name:
                return self._logs + "/" + name + (".slog" if closed else ".open")
        raise OSError(2)

    def stop_reading(self) -> None:
        if self._reader:
            self._reader[1].close()
        self._reader = None

    def mark_pulled(self, name: str) -> None:
        """A host has this log safely on its own disk."""
        with open(self._logs + "/" + name + ".pulled", "wb"):
            pass

    def free_bytes(self) -> int:
        try:
            stat = os.statvfs(self._root or "/")
        except OSError:
            return 0
        return stat[0] * stat[3]

    def make_room(self) -> bool:
        """Delete pulled logs, oldest first, until one more session fits; False if it does not."""
        for name, _, closed, pulled in self.list():
            if self.free_bytes() >= SESSION_BYTES:
                break
            if closed and pulled:
                os.remove(self._logs + "/" + name + ".slog")
                os.remove(self._logs + "/" + name + ".pulled")
        return self.free_bytes() >= SESSION_BYTES
