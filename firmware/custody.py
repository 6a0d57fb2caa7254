"""What makes this unit this one: its label and its key, what its logs begin with, who may ask over the link
(access.py), and who has asked (auditlog.py).

The key comes once, by provisioning, and stays in the state store, twice, so that one slot may be damaged. A unit
without one seals nothing, and so begins no session.
"""

import binascii
import struct

from asked import plain

from drivers.auditlog import AuditLog
from sitter import VERSION
from sitter.access import KEY_BYTES, Access
from sitter.records import SCHEMA_ID, TABLE
from sitter.seal import key_id

_LABEL = 12


def as_label(value) -> str | None:
    """The same, if it is at most 12 plain characters."""
    return value if isinstance(value, str) and value == plain(value[:_LABEL]) else None


class Custody:
    """`fault` is None, "MISSING" or "DAMAGED"."""

    def __init__(self, board, state, root: str) -> None:
        self._board = board
        self._state = state
        self._root = root
        self.key, self.fault = self._load()
        label, _ = state.load("label")
        self.label = as_label(label) or ""
        if label is not None and as_label(label) is None:
            state.refuse("label")
        self.access = Access(self.key)
        self.audit = AuditLog(root, self.key)

    def _load(self) -> tuple[bytes | None, str | None]:
        digits, damage = self._state.load("key")
        try:
            key = binascii.unhexlify(digits or "")
        except (ValueError, TypeError):
            key = b""
        if len(key) == KEY_BYTES:
            return key, None
        return None, "DAMAGED" if digits is not None or damage else "MISSING"

    def take(self, key: bytes) -> bool:
        """The key of this unit from its next start on, its first act to be noted now; False if it can't be stored."""
        digits = str(binascii.hexlify(key), "ascii")
        stored = [self._state.save("key", digits) for _ in range(2)]
        if not any(stored):  # one of the slots is enough to have it
            return False
        self.key = key
        self.audit = AuditLog(self._root, key)
        return True

    def rename(self, label: str) -> bool:
        """What people call the unit from now on; False if it can't be stored."""
        if not self._state.save("label", label):
            return False
        self.label = label
        return True

    def nonce(self, utc_s: int) -> bytes:
        """16 bytes that no challenge has had before: random ones, and the moment, in case they are not so random."""
        return self._board.random_bytes(8) + struct.pack("<II", utc_s & 0xFFFFFFFF, self._board.now_ms())

    # --- logs -------------------------------------------------------------------------------------------------------

    def header(self, now_ms: int, utc_s: int, trusted: bool) -> dict:
        """The first record of a log."""
        board = self._board
        return {"at_ms": now_ms, "schema_id": SCHEMA_ID, "boot_id": board.boot_id, "utc_s": utc_s,
                "utc_trusted": int(trusted), "key_id": key_id(self.key or b""), "unit_id": board.unit_id(),
                "firmware": VERSION, "schema": TABLE}  # fmt: skip

    def boot(self, now_ms: int, utc_s: int, trusted: bool, gap_s: int | None) -> dict:
        """The record behind which at_ms counts anew."""
        return {"at_ms": now_ms, "boot_id": self._board.boot_id, "utc_s": utc_s, "utc_trusted": int(trusted),
                "gap_s": gap_s, "reset_cause": self._board.reset_cause()}  # fmt: skip

    def write_audit(self, now_ms: int, utc_s: int, trusted: bool) -> None:
        """Put who did what on flash."""
        if not self.audit.is_open:
            self.audit.begin(self.header(now_ms, utc_s, trusted), self.boot(now_ms, utc_s, trusted, None))
        self.audit.flush(now_ms)
