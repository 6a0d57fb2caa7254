"""One file of sealed records, to which every flush adds: what waited, then a seal over it, synced.

LittleFS makes a sync whole or not at all, so whatever ends a start, the file ends in its last seal, and `resume` goes
on from there in the same chain. What the file is for and where it lies is its owner's business: a session's log
(logstore.py) or the log of who did what (auditlog.py).
"""

import struct

from sitter import records
from sitter.seal import RECORD_BYTES, SEAL_TAG, Chain

_EPERM = 1


class SealedLog:
    def __init__(self, key: bytes | None) -> None:
        """Without a key nothing can be sealed, and so nothing is opened."""
        self.has_key = key is not None
        self._key = key or b""
        self._chain = Chain(self._key)
        self._file = None
        self._records: list[
            bytes
        ] = []  # each by itself: a session begins with 5 KB, which no heap may have in one piece

    @property
    def is_open(self) -> bool:
        return self._file is not None

    @property
    def waiting(self) -> int:
        """Bytes not yet on flash."""
        return sum([len(record) for record in self._records])

    def begin(self, path: str, header: dict) -> None:
        """Begin a new file with its header. Raises OSError."""
        if not self.has_key:
            raise OSError(_EPERM)
        self._file = open(path, "wb")  # noqa: SIM115 - open for hours
        self._chain = Chain(self._key)
        self._records = [records.MAGIC]
        self.append("header", header)

    def resume(self, path: str) -> int | None:
        """Go on behind the last seal of a file; its at_ms, None if the file does not end in one. What waits still
        waits. Raises OSError when there is no such file."""
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - RECORD_BYTES))
            tail = file.read()
        if len(tail) != RECORD_BYTES:
            return None
        body_bytes, tag, at_ms = struct.unpack("<HBI", tail[:7])
        if body_bytes != RECORD_BYTES - 3 or tag != SEAL_TAG:
            return None
        self._chain = Chain(self._key, tail[-16:])
        self._file = open(path, "ab")  # noqa: SIM115
        return at_ms

    def append(self, name: str, fields: dict) -> None:
        """Let a record wait for the next flush; nothing where no file is open."""
        if self._file:
            self._records.append(records.encode(name, fields))

    def flush(self, at_ms: int) -> None:
        """Seal and sync what waits. Raises OSError; then it still waits, and only `resume` or `leave` may follow."""
        if not self._file or not self._records:
            return
        for record in self._records:
            self._chain.update(record)
            self._file.write(record)
        self._file.write(self._chain.record(at_ms))
        self._file.flush()
        self._records = []

    def leave(self) -> None:
        """Let go of the file; what waits goes with it."""
        self.release()
        self._records = []

    def release(self) -> None:
        """Let go of the file, and keep what waits for `resume`."""
        file, self._file = self._file, None
        try:
            if file:
                file.close()
        except OSError:
            pass  # it can't be written any more; what is on flash ends in its last seal
