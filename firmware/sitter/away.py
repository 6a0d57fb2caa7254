"""AWAY: the patient is in the bathroom, with a reason and for ten minutes at most.

Only what is missing is excused, the probe off the finger and the reading that is due; a number that does come in is
watched as always. It ends by itself when a pulse has been back for five seconds. When the time is over, everything that
is missing alarms again, and the overstaying itself. It survives a restart, with the time that is left.
"""

LIMIT_MS = 600000
_BACK_MS = 5000
REASONS = ("BATHROOM", "OTHER REASON")


class Away:
    """`reason` is None while the patient is here."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._until_ms = 0
        self._pulse_since_ms: int | None = None
        self._left = False  # the pulse has been gone since AWAY began

    def begin(self, now_ms: int, reason: str) -> None:
        self.reason = reason
        self._until_ms = now_ms + LIMIT_MS
        self._pulse_since_ms = None
        self._left = False

    def end(self) -> None:
        self.reason = None

    def is_back(self, now_ms: int, pulse_bpm: int | None) -> bool:
        """Whether the pulse went away and has now been there again for long enough."""
        if pulse_bpm is None:
            self._pulse_since_ms = None
            self._left = True
        elif self._pulse_since_ms is None:
            self._pulse_since_ms = now_ms
        since_ms = self._pulse_since_ms
        return self._left and since_ms is not None and now_ms - since_ms >= _BACK_MS

    def excuses(self, now_ms: int) -> bool:
        return self.reason is not None and now_ms < self._until_ms

    def overstayed(self, now_ms: int) -> bool:
        return self.reason is not None and now_ms >= self._until_ms

    def left_text(self, now_ms: int) -> str:
        """The time that is left: `9:12`."""
        left_s = max(0, self._until_ms - now_ms + 999) // 1000
        return "%d:%02d" % (left_s // 60, left_s % 60)

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self.reason, self._until_ms, self._left]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its end shifted onto this start's clock."""
        self.reason, until_ms, self._left = saved
        self._until_ms = until_ms + shift_ms
        self._pulse_since_ms = None
