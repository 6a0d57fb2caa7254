"""The keyed hash chain over a log.

Every flush ends in a `seal` record whose `mac` is HMAC-SHA-256, cut to 16 bytes, under the unit's key over

    the mac of the previous seal (16 zero bytes at the start)  +  every byte since that seal, up to this mac

so that a byte changed, a record taken out, put in or moved, or two logs joined breaks the chain at the next seal, and
nobody without the key can mend it. Whoever cuts the log off exactly behind a seal leaves a chain that is intact but
has no `close` record: that is why verification tells "not closed" apart from "intact".

MicroPython has no `hmac`, and `digest()` of its hashes finalises them; so the inner hash is begun anew after each seal
from the key's padded block. HMAC: RFC 2104; the length of the cut: NIST SP 800-107, 5.3.1.
"""

import hashlib
import struct

MAC_BYTES = 16
FIRST = b"\0" * MAC_BYTES
SEAL_TAG = 16
# length, tag and at_ms of a seal record, in front of its mac
_PREFIX = "<HBI"
RECORD_BYTES = struct.calcsize(_PREFIX) + MAC_BYTES


def _pad(key: bytes, mask: int) -> bytes:
    return bytes(b ^ mask for b in key + b"\0" * (64 - len(key)))


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 of the joined parts, 32 bytes. `key` is at most 64 bytes."""
    inner = hashlib.sha256(_pad(key, 0x36))
    for part in parts:
        inner.update(part)
    return hashlib.sha256(_pad(key, 0x5C) + inner.digest()).digest()


def key_id(key: bytes) -> int:
    """A number that tells keys apart without giving them away; it stands in the header of each log."""
    return struct.unpack("<I", hmac_sha256(key, b"sitter key id")[:4])[0]


class Chain:
    """Writer's and verifier's side of the chain: `update` with every byte between seals, then `mac` or `record`."""

    def __init__(self, key: bytes, previous: bytes = FIRST) -> None:
        self._inner_block = _pad(key, 0x36)
        self._outer_block = _pad(key, 0x5C)
        self._begin(previous)

    def _begin(self, previous: bytes) -> None:
        self._inner = hashlib.sha256(self._inner_block)
        self._inner.update(previous)

    def update(self, data: bytes) -> None:
        self._inner.update(data)

    def record(self, at_ms: int) -> bytes:
        """The seal record for everything since the last one; the chain goes on behind it."""
        prefix = struct.pack(_PREFIX, 4 + MAC_BYTES, SEAL_TAG, at_ms)
        return prefix + self.mac(prefix)

    def mac(self, prefix: bytes) -> bytes:
        self._inner.update(prefix)
        mac = hashlib.sha256(self._outer_block + self._inner.digest()).digest()[:MAC_BYTES]
        self._begin(mac)
        return mac
