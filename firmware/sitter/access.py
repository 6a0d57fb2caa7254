"""Who may ask what over the serial link: proofs of the unit's key, and the channel that follows.

A unit and its technicians share one key of 32 bytes. Whoever wants more than `hello` and `status` proves to know it,
and is told first that the unit knows it too, without the key ever being on the line:

    host -> unit    nonce h
    unit -> host    nonce u, HMAC(access key, "unit proof" + h + u)
    host -> unit    HMAC(access key, "host proof" + h + u + who), and who it says it is

Both nonces are new each time, so that neither side's proof is of use again. From then on both ends have the channel key
HMAC(access key, "channel" + h + u), and each request and each answer ends in a mac under it of its direction, its
number and its text. Numbers rise; only their last byte is sent, in the frame's counter, and the whole number goes into
the mac. A frame that is recorded and sent again, that comes out of order, or that is thrown back where it came from
has therefore no right mac.

The access key is derived from the unit's key, so that nothing that is said here can ever pass for a seal of a log.
HMAC: RFC 2104, cut to 16 bytes as NIST SP 800-107, 5.3.1 allows. Guessing is hopeless at that length; wrong proofs are
limited all the same, so that nobody fills the audit log with them or keeps the unit busy.
"""

from sitter.seal import MAC_BYTES, hmac_sha256

KEY_BYTES = 32
NONCE_BYTES = 16
HOST, UNIT = b"host", b"unit"
WRONG_ALLOWED = 3
# What anybody may ask; every other verb is sealed. Both ends go by this list.
OPEN_VERBS = ("hello", "status", "auth.begin", "auth.prove", "provision")
LOCKED_MS = 60000


def same(one: bytes, other: bytes) -> bool:
    """Whether two macs are equal, in a time that does not tell where they differ."""
    different = len(one) ^ len(other)
    for i in range(min(len(one), len(other))):
        different |= one[i] ^ other[i]
    return different == 0


class Handshake:
    """What both ends can say once they have each other's nonce."""

    def __init__(self, unit_key: bytes, host_nonce: bytes, unit_nonce: bytes) -> None:
        self._key = hmac_sha256(unit_key, b"sitter access")
        self._nonces = host_nonce + unit_nonce

    def proof(self, side: bytes, who: bytes = b"") -> bytes:
        """What `side` says to show that it knows the key, 16 bytes; `who` is what it calls itself."""
        return hmac_sha256(self._key, side, b" proof", self._nonces, who)[:MAC_BYTES]

    def channel(self) -> "Channel":
        return Channel(hmac_sha256(self._key, b"channel", self._nonces))


class Channel:
    """Both ends' share of a connection on which the key has been proven. `number` is that of the last request."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.number = 0

    def seal(self, side: bytes, body: bytes) -> bytes:
        """The body with its mac, as `side` says it in the exchange `number`."""
        return body + self._mac(side, self.number, body)

    def opened(self, side: bytes, sealed: bytes) -> bytes | None:
        """The body that `side` has sealed in the exchange `number`; None if it has not."""
        return self._checked(side, self.number, sealed)

    def accept(self, counter: int, sealed: bytes) -> bytes | None:
        """The unit takes a request whose number ends in `counter`: one behind all before it, or it is None."""
        ahead = (counter - self.number) & 0xFF or 256
        body = self._checked(HOST, self.number + ahead, sealed)
        if body is not None:
            self.number += ahead
        return body

    def _checked(self, side: bytes, number: int, sealed: bytes) -> bytes | None:
        body = sealed[:-MAC_BYTES]
        right = len(sealed) >= MAC_BYTES and same(sealed[-MAC_BYTES:], self._mac(side, number, body))
        return body if right else None

    def _mac(self, side: bytes, number: int, body: bytes) -> bytes:
        return hmac_sha256(self._key, side, number.to_bytes(4, "little"), body)[:MAC_BYTES]


# What came of a proof.
NOT_ASKED, WRONG, REPEATED, OPENED = 0, 1, 2, 3


class Access:
    """The unit's side: one challenge at a time, and one channel, which the next one that is proven replaces."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._handshake: Handshake | None = None
        self._proof = b""  # the right one that opened the channel
        self.channel: Channel | None = None
        self.wrong = 0  # proofs since the last right one
        self._locked_until_ms: int | None = None

    def challenge(self, host_nonce: bytes, unit_nonce: bytes) -> bytes | None:
        """Begin; the unit's own proof, None from a unit without a key."""
        if not self._key:
            return None
        self._handshake = Handshake(self._key, host_nonce, unit_nonce)
        return self._handshake.proof(UNIT)

    def locked_ms(self, now_ms: int) -> int:
        """For how long no proof is looked at."""
        return 0 if self._locked_until_ms is None else max(0, self._locked_until_ms - now_ms)

    def prove(self, now_ms: int, proof: bytes, who: bytes = b"") -> int:
        """OPENED if the host knows the key: the channel is open. Each challenge is good for one answer; the right one
        may be REPEATED, as the host does when nothing came back, and then does nothing."""
        handshake, self._handshake = self._handshake, None
        if handshake is None:
            return REPEATED if self.channel and same(proof, self._proof) else NOT_ASKED
        if self.locked_ms(now_ms):
            return WRONG
        if same(proof, handshake.proof(HOST, who)):
            self.wrong = 0
            self.channel, self._proof = handshake.channel(), proof
            return OPENED
        self.wrong += 1
        if self.wrong >= WRONG_ALLOWED:
            self._locked_until_ms = now_ms + LOCKED_MS
        return WRONG
