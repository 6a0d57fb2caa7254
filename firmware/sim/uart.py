"""A UART as `machine.UART` offers it, with a part at the other end; bytes take ten bits of time each.

The part gives its receiver as `on_receive(data)` and answers with `send(data)`. What arrives waits in a ring of 256
bytes; more is lost, as on the chip. The unit's own transmitter is a queue that the hardware empties, so `write` does
not block.
"""

_RING_BYTES = 256


class FakeUart:
    def __init__(self, clock, baud: int) -> None:
        self._clock = clock
        self._byte_us = 10000000 // baud
        self.on_receive = None
        self.lost = 0
        self._ring = bytearray()
        self._sent_until_us = 0
        self._answered_until_us = 0

    # --- the unit's side --------------------------------------------------------------------------------------------

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
        self._sent_until_us = start_us + len(data) * self._byte_us
        if self.on_receive:
            copy = bytes(data)
            self._clock.at_us(self._sent_until_us, lambda: self.on_receive(copy))
        return len(data)

    # --- the part's side ----------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        start_us = max(self._clock.now_us, self._answered_until_us)
        half = (len(data) + 1) // 2  # in two pieces, so that a receiver has to wait for the rest
        for piece, count in ((data[:half], half), (data[half:], len(data))):
            if piece:
                self._clock.at_us(start_us + count * self._byte_us, lambda piece=piece: self._arrive(piece))
        self._answered_until_us = start_us + len(data) * self._byte_us

    def _arrive(self, piece: bytes) -> None:
        room = _RING_BYTES - len(self._ring)
        self.lost += max(0, len(piece) - room)
        self._ring += piece[:room]
