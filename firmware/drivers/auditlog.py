"""Who did what to this unit over its link: a sealed log of its own, whether a session is open or not.

It is written in `audit/current`; when that has grown to 16 KB it becomes `audit/before`, and what was that is gone. So
it takes a bounded room and never stands in the way of a session. Wrong proofs come as often as somebody likes, and one
host's connections as often as its programs do: they are written down once, and then counted, at most one record in ten
minutes, so that they can neither wear the flash nor soon push everything else out.
"""

import os

from drivers.sealedlog import SealedLog

# One that anybody with a cable can cause, and one that a program may cause every few seconds.
WRONG_PROOF, CONNECTED = "wrong proof", "connected"

NAMES = ("before", "current")
FILE_BYTES = 16 * 1024
AGAIN_MS = 600000
MOST_WAITING = 100  # a whole set of settings and more
_ENOENT = 2
_MOST_COUNTED = 65533  # in the record's two bytes


class AuditLog:
    """`fault` is None, or "failed" since something could not be written down."""

    def __init__(self, root: str, key: bytes | None) -> None:
        self._folder = root + "/audit"
        self._log = SealedLog(key)
        self._notes: list[dict] = []  # not yet on flash
        self._last: dict[str, list] = {}  # by event that may come often: [at_ms, who, how many since]
        self.fault: str | None = None
        try:
            os.mkdir(self._folder)
        except OSError:
            pass  # it is there already

    def note(self, at_ms: int, event: str, fields: dict) -> dict | None:
        """Let an event wait for the next flush; its record, None if it was only counted. Touches no flash."""
        if not self._log.has_key:
            return None
        count = self._count(at_ms, event, fields["who"])
        if not count:
            return None
        record = dict(fields, at_ms=at_ms, event=event, count=count)
        if len(self._notes) < MOST_WAITING:
            self._notes.append(record)
        else:
            self.fault = "failed"
        return record

    def _count(self, at_ms: int, event: str, who: str) -> int:
        """How many this record is to stand for; 0 if it need not be written down yet."""
        if event not in (WRONG_PROOF, CONNECTED):
            return 1
        last = self._last.get(event)
        if last and at_ms - last[0] < AGAIN_MS and (event == WRONG_PROOF or who == last[1]):
            last[2] = min(last[2] + 1, _MOST_COUNTED)
            return 0
        self._last[event] = [at_ms, who, 0]
        return 1 + (last[2] if last else 0)

    @property
    def waiting(self) -> bool:
        return bool(self._notes)

    @property
    def is_open(self) -> bool:
        return self._log.is_open

    def begin(self, header: dict, boot: dict) -> None:
        """Take up the file that is there and say with `boot` that this is another start, or begin one with `header`."""
        try:
            self._open(self._log, header, boot)
        except OSError:
            self.fault = "failed"

    def _open(self, log: SealedLog, header: dict, boot: dict) -> None:
        path = self._path("current")
        try:
            if log.resume(path) is not None:
                log.append("boot", boot)
                return
            os.rename(path, self._path("before"))  # it does not end in a seal: nothing may follow it
        except OSError as error:
            if error.errno != _ENOENT:
                raise
        log.begin(path, header)

    def flush(self, at_ms: int) -> None:
        """Put what waits on flash, once `begin` has been called. Behind a file that is full begins a new one; what the
        flash does not take waits for the next time."""
        log = self._log
        if not log.is_open or not self._notes:
            return
        try:
            for record in self._notes:
                log.append("audit", record)
            log.flush(at_ms)
            self._notes = []
            self.fault = None
            if self.size("current") >= FILE_BYTES:
                log.leave()
                os.rename(self._path("current"), self._path("before"))
        except OSError:
            log.leave()
            self.fault = "failed"

    # --- reading ----------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return self._folder + "/" + name

    def size(self, name: str) -> int:
        """Bytes of one of NAMES. Raises OSError when it is not there."""
        if name not in NAMES:
            raise OSError(_ENOENT)
        return os.stat(self._path(name))[6]

    def read(self, name: str, offset: int, count: int) -> bytes:
        self.size(name)
        with open(self._path(name), "rb") as file:
            file.seek(offset)
            return file.read(count)
