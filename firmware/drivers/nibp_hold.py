"""A cuff module as a manometer, for its service: valves closed, pump off, the pressure asked for five times a second.

What is pumped in by hand then stays, to be compared with a reference manometer, watched for leaks, and raised until the
module's own protection lets it out. Nobody's arm is in that cuff. All the same it is never closed for longer than
somebody looks: the hold ends three seconds after the last `go_on`, after five minutes, beyond 330 mmHg, with a module
that refuses or falls silent, and whenever it is told to. Nibp then opens the valves and sees to it that the pressure
goes.

That `0C 00 01 01` closes both valves and `0C 00 00 00` opens them is what two open code bases do, ak-git/DesktopFX and
Appciton, the latter for its own manometer; which letters a module answers with is not known, so either acknowledgement
counts. Never tried on a module.
"""

from drivers.nibp_frames import GET_CUFF

CLOSE_VALVES = b"\x3a\x0c\x00\x01\x01\xb8"

LEASE_MS = 3000
MOST_MS = 300000
MOST_MMHG = 330  # what an adult's cuff may reach with a single fault: docs/decisions/0017
_EVERY_MS = 200
_ANSWER_MS = 1000
_TRIES = 5


class Hold:
    """`step` says what to send. `ended` is None, or why it is over; pressures are in mmHg, as the module tells them."""

    def __init__(self, now_ms: int) -> None:
        self._began_ms = now_ms
        self._until_ms = now_ms + LEASE_MS
        self._asked_ms = now_ms - _ANSWER_MS
        self._tries = 0  # frames sent in a row without an answer
        self.closed = False
        self.cuff_mmhg: int | None = None
        self.peak_mmhg = 0
        self.ended: str | None = None

    def go_on(self, now_ms: int) -> None:
        """Somebody is there and looks."""
        self._until_ms = now_ms + LEASE_MS

    def end(self, why: str) -> None:
        self.ended = self.ended or why

    def step(self, now_ms: int, received) -> bytes | None:
        """The frame that is due, if one is, after the data of those that came."""
        for data in received:
            self._take(data)
        if now_ms >= self._until_ms:
            self.end("host gone")
        elif now_ms - self._began_ms >= MOST_MS:
            self.end("time is up")
        elif self._tries >= _TRIES and now_ms - self._asked_ms >= _ANSWER_MS:
            self.end("no answer")
        if self.ended or now_ms - self._asked_ms < (_ANSWER_MS if self._tries else _EVERY_MS):
            return None
        self._tries += 1
        self._asked_ms = now_ms
        return GET_CUFF if self.closed else CLOSE_VALVES

    def _take(self, data: bytes) -> None:
        if len(data) == 2 and self.closed:
            cuff_mmhg = data[0] | data[1] << 8
            self.cuff_mmhg = cuff_mmhg if cuff_mmhg < 0x8000 else None
            if self.cuff_mmhg is not None:  # what is out of its range is no answer, or nobody would see it rise
                self._tries = 0
            self.peak_mmhg = max(self.peak_mmhg, self.cuff_mmhg or 0)
            if self.peak_mmhg > MOST_MMHG:
                self.end("too much pressure")
        elif len(data) == 1 and not self.closed and self._tries:
            self._tries = 0
            self.closed = data in (b"O", b"K")
            if not self.closed:
                self.end("refused")
