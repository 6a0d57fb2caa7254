"""How a cycle of the cuff module is begun, and which acknowledgement belongs to it.

    set first inflation   where one is wanted; whatever the module says to that, if anything
    ask for the pressure  a mark: what comes before the answer to this is not the start's
    start                 answered with `O`, and with `K` when the cycle is over

Acknowledgements carry no number, but they come in order: until the start is out and the mark is answered they are meant
for something earlier, and `K` and `A` are until `O` has come. One that comes late all the same can't end the cycle
either: within five seconds no cuff is inflated, emptied and read, so no `K` or `A` counts. Where one came then, the
pressure in the cuff tells after ten seconds whether the cycle goes on; if there is none, it is given up.

No comfort may keep a reading from being taken. The start goes out 600 ms after the first frame whatever has come by
then. With the mark's answer lost, the start's `O` does not count; the start is sent again after a second, and the
module says that it is busy with it. One that can't just now, or did not understand, is asked again in a second, five
times.
"""

from drivers.nibp_frames import GET_CUFF, START_ADULT, first_inflation

RECEIVED, FINISHED, ABORTED, BUSY = 0x4F, 0x4B, 0x41, 0x42  # the letters of acknowledgements
BEGUN, LATER, REFUSED = "begun", "later", "refused"
_TRIES = 5
_START_WITHIN_MS = 600
_EARLY_MS = 5000
_DECIDED_MS = 10000
_PRESSURE_MMHG = 20


class Start:
    def __init__(self, first_mmhg: int | None = None) -> None:
        self._before = [] if first_mmhg is None else [GET_CUFF, first_inflation(first_mmhg)]  # the next one last
        self._marked = first_mmhg is None  # nothing that comes now can be for what was sent before the start
        self._began_ms: int | None = None  # the first frame, then the cycle
        self._starts = self._refusals = 0
        self._ended_early = False
        self.dead = False  # the cycle was said to be over when it could not be, and does not go on

    def frame(self, now_ms: int) -> bytes | None:
        """What is to be sent now; None while the mark's answer may still come."""
        if self._began_ms is None:
            self._began_ms = now_ms
        if self._before:
            return self._before.pop()
        if not self._marked and self._since_ms(now_ms) < _START_WITHIN_MS:
            return None
        self._starts += 1
        self._marked = self._marked or self._starts > 1
        return START_ADULT

    def take(self, now_ms: int, code: int, tries: int) -> str | None:
        """What an acknowledgement means, after so many starts without an answer; None: it is for something earlier."""
        if code in (FINISHED, ABORTED) or not tries or not self._marked:
            return None
        if code == RECEIVED or (code == BUSY and tries > 1):
            self._began_ms = now_ms
            return BEGUN  # busy after a start without an answer: it is at work, only its `O` was lost
        self._refusals += 1
        return REFUSED if self._refusals >= _TRIES else LATER

    def take_pressure(self, now_ms: int, cuff_mmhg: int) -> None:
        """The module has told its cuff's pressure."""
        self._marked = self._marked or not self._before
        if self._ended_early and self._since_ms(now_ms) >= _DECIDED_MS:
            self._ended_early = False
            self.dead = 0 <= cuff_mmhg < _PRESSURE_MMHG

    def may_end(self, now_ms: int) -> bool:
        """Whether the `K` or `A` that has come now is this cycle's."""
        self._ended_early = self._since_ms(now_ms) < _EARLY_MS
        return not self._ended_early

    def _since_ms(self, now_ms: int) -> int:
        return 0 if self._began_ms is None else now_ms - self._began_ms
