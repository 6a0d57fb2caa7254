"""A UART as `machine.UART` offers it, with a part at the other end; bytes take ten bits of time each.

The part gives its receiver as `on_receive(data)` and answers with `send(data)`. What arrives waits in a ring of 256
bytes; more is lost, as on the chip. The unit's own transmitter is a queue that the hardware empties, so `write` does
not block.

`part_baud` is the part's rate, which the unit's may differ from after `init`: what either then makes of the other's
bytes is noise, of a length by the ratio of the two.
"""

_RING_BYTES = 256


class FakeUart:
    def __init__(self, clock, baud: int) -> None:
        self._clock = clock
        self._baud = self.part_baud = baud
        self.on_receive = None
        self.lost = 0
        self._ring = bytearray()
        self._sent_until_us = 0
        self._answered_until_us = 0

    # --- the unit's side --------------------------------------------------------------------------------------------

    def init(self, baudrate: int = 9600) -> None:
        self._baud = baudrate

    def any(self) -> int:
        return len(self._ring)

    def read(self, n: int | None = None) -> bytes | None:
        if not self._ring:
            return None
        n = len(self._ring) if n is None else n
        out = bytes(self._ring[:n])
        self._ring = self._ring[n:]
        return out

    def write(self, data) -> int:
        """The part receives it whole once the last byte is through."""
        start_us = max(self._clock.now_us, self._sent_until_us)
        self._sent_until_us = start_us + len(data) * _byte_us(self._baud)
        if self.on_receive:
            copy = _heard(bytes(data), self._baud, self.part_baud)
            self._clock.at_us(self._sent_until_us, lambda: self.on_receive(copy))
        return len(data)

    # --- the part's side ----------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        start_us = max(self._clock.now_us, self._answered_until_us)
        byte_us = _byte_us(self.part_baud)
        heard = _heard(data, self.part_baud, self._baud)
        half = (len(heard) + 1) // 2  # in two pieces, so that a receiver has to wait for the rest
        for piece, count in ((heard[:half], (len(data) + 1) // 2), (heard[half:], len(data))):
            if piece:
                self._clock.at_us(start_us + count * byte_us, lambda piece=piece: self._arrive(piece))
        self._answered_until_us = start_us + len(data) * byte_us

    def _arrive(self, piece: bytes) -> None:
        room = _RING_BYTES - len(self._ring)
        self.lost += max(0, len(piece) - room)
        self._ring += piece[:room]


def _byte_us(baud: int) -> int:
    return 10000000 // baud


def _heard(data: bytes, sent_baud: int, read_baud: int) -> bytes:
    """What a receiver at another rate makes of bytes: others, more of them where it is faster, fewer where slower."""
    if sent_baud == read_baud:
        return data
    count = max(1, len(data) * read_baud // sent_baud)
    return bytes((data[k * len(data) // count] * 37 + k * 91 + 0x80) & 0xFF for k in range(count))
