"""A serial line in front of a simulated unit: a pseudo-terminal behind which bytes take their time.

A pseudo-terminal alone carries hundreds of kilobytes a second; a UART carries baud / 10. The line pumps both ways and
never faster than that; a byte waits for those before it.
"""

import contextlib
import os
import select
import threading
import time
import tty

_BITS_PER_BYTE = 10  # start bit, eight, stop bit
_PIECE_BYTES = 64
_IDLE_S = 0.005  # a line without anything to carry for so long has been idle


class Line:
    """`port` is what a host opens; bytes go on to the port of the unit at `baud` bits a second. A context manager."""

    def __init__(self, unit_port: str, baud: int) -> None:
        self._byte_s = _BITS_PER_BYTE / baud
        self._unit = os.open(unit_port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._unit)
        self._ours, self._hosts = os.openpty()
        tty.setraw(self._hosts)
        self.port = os.ttyname(self._hosts)
        self._stop, self._wake = os.pipe()
        self._threads = [threading.Thread(target=self._pump, args=pair, daemon=True)
                         for pair in ((self._unit, self._ours), (self._ours, self._unit))]  # fmt: skip
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._wake)
        for thread in self._threads:
            thread.join(timeout=2)
        for end in (self._stop, self._unit, self._ours, self._hosts):
            with contextlib.suppress(OSError):
                os.close(end)

    def _pump(self, source: int, target: int) -> None:
        free_at = time.monotonic()
        while True:
            ready, _, _ = select.select([source, self._stop], [], [])
            if self._stop in ready:
                return
            with contextlib.suppress(OSError):
                data = os.read(source, _PIECE_BYTES)
                if time.monotonic() - free_at > _IDLE_S:
                    free_at = time.monotonic()
                free_at += len(data) * self._byte_s  # a sleep that took too long is made up for
                time.sleep(max(0.0, free_at - time.monotonic()))
                os.write(target, data)
