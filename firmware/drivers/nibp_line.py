"""The line to the cuff module: frames out, not too close upon each other, and whole frames in.

The module wants about 100 ms between two frames and loses one that comes sooner. An abort does not wait for that: it is
sent at once, and again (nibp.py).
"""

from drivers.nibp_frames import Parser

GAP_MS = 110  # between two frames to the module
_QUIET_MS = 100  # a frame whose bytes stop coming for so long is none


class Line:
    def __init__(self, uart) -> None:
        self._uart = uart
        self._parser = Parser()
        self.asked_ms = 0  # when the last frame went out
        self.heard_ms = 0  # when the last bytes came in
        self.next_ms = 0  # not before then the next one

    def send(self, now_ms: int, frame: bytes) -> None:
        self._uart.write(frame)
        self.asked_ms = now_ms
        self.next_ms = now_ms + GAP_MS

    def received(self, now_ms: int) -> list[bytes] | tuple:
        """The data of the frames that have come."""
        if self._uart.any():
            self.heard_ms = now_ms
            return self._parser.feed(self._uart.read() or b"")
        return self._parser.end() if now_ms - self.heard_ms >= _QUIET_MS else ()
