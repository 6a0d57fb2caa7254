"""Sealed session logs on LittleFS.

A log is written as `open/NNNNN.open`, one flush at a time, sealed and synced (sealedlog.py). It has a folder of its own
because each flush adds to its folder's metadata, which LittleFS reads again for every file that lies there. Closing
moves it to `logs/NNNNN.slog`, and when a host has acknowledged a safe copy it becomes `NNNNN.pulled`: where a log lies
and what it is called says whether its session ended and whether it is safe elsewhere. Only pulled logs are ever
deleted, oldest first: when a session needs the room, and beyond the newest four. After a power cut `resume` goes on at
the end of the open log.
"""

import os

from drivers.sealedlog import SealedLog

SESSION_BYTES = 400 * 1024
_ENOSPC = 28
_OPEN, _CLOSED, _PULLED = ".open", ".slog", ".pulled"
_KEPT_PULLED = 4


class LogStore:
    """`fault` is None, "full" or "failed": the file system refused, and the session goes on without a record."""

    def __init__(self, root: str, key: bytes | None) -> None:
        """A unit without a key can't seal, and so keeps no record."""
        self._logs = root + "/logs"
        self._at_work = root + "/open"
        self._root = root
        self.fault: str | None = None
        self._log = SealedLog(key)
        self._name = ""
        self._reader = None  # (name, file) of the log being pulled
        for folder in (self._logs, self._at_work):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there already; a volume that can't be written shows at the first file

    # --- one session's log ----------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._log.is_open

    @property
    def waiting(self) -> int:
        """Bytes not yet on flash."""
        return self._log.waiting

    def open(self, header: dict) -> None:
        """Begin a new log with its header. One that was left open is kept as it is."""
        try:
            self._keep_what_was_left()
            self._name = "%05d" % (max([int(name) for name, *_ in self.list()] + [0]) + 1)
            self._log.begin(self._path_at_work(self._name), header)
        except OSError:
            self.fault = "failed"
            return
        self.fault = None

    def _path_at_work(self, name: str) -> str:
        return self._at_work + "/" + name + _OPEN

    def _keep_what_was_left(self) -> None:
        """A session that ended without a record leaves its log open: it ends where the record does."""
        self._log.leave()
        for name, _, closed, _ in self.list():
            if not closed:
                self._put_away(name)

    def _put_away(self, name: str) -> None:
        os.rename(self._path_at_work(name), self._logs + "/" + name + _CLOSED)

    def resume(self) -> int | None:
        """Go on with the log that a power cut left open; the at_ms of its last seal, None if there is no such log."""
        for name, _, closed, _ in self.list():
            if closed or not self._log.has_key:
                continue
            sealed_ms = self._log.resume(self._path_at_work(name))
            if sealed_ms is not None:
                self._name = name
                return sealed_ms
            self._put_away(name)  # nothing to go on from: keep it as it is
        return None

    def append(self, name: str, fields: dict) -> None:
        self._log.append(name, fields)

    def flush(self, at_ms: int) -> bool:
        """Seal and sync what is waiting; False if the file system refused (`fault` says so from then on)."""
        if self._write(at_ms) or (self.fault == "full" and self._write_after_making_way(at_ms)):
            return True
        self._log.leave()  # what is on flash ends in its last seal and stays readable; nothing may follow a hole
        return False

    def _write(self, at_ms: int) -> bool:
        try:
            self._log.flush(at_ms)
        except OSError as error:
            self.fault = "full" if error.errno == _ENOSPC else "failed"
            return False
        return True

    def _write_after_making_way(self, at_ms: int) -> bool:
        """The volume is full: a log that is safe elsewhere gives way, and this one goes on at its last seal."""
        safe = self._safe_elsewhere()
        if not safe:
            return False
        self._log.release()
        try:
            os.remove(self._logs + "/" + safe[0] + _PULLED)
            if self._log.resume(self._path_at_work(self._name)) is None or not self._write(at_ms):
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
        if self._log.is_open and self.flush(at_ms):
            self._log.leave()
            self._put_away(self._name)

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
        """Where a log lies. Raises OSError when there is none of that name."""
        if len(name) != 5 or not name.isdigit():
            raise OSError(2)
        for folder, extension in ((self._logs, _CLOSED), (self._logs, _PULLED), (self._at_work, _OPEN)):
            path = folder + "/" + name + extension
            try:
                os.stat(path)
                return path
            except OSError:
                pass
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
