"""Why a reading that is due may come later than its moment: staff deferred it, or marked a delicate moment.

A cuff that squeezes in the wrong minute undoes what the session is for; a reading that never comes is no watching. So
both are bounded: each reading is deferred once, by two minutes, and a delicate moment lasts five, but nothing is put
off beyond ten minutes from its due moment, and the reading at 40 minutes not beyond five. Who bounds that is the
schedule, which knows what is due.

What is put off is *excused* until then: `pressure_overdue` counts from the end of it and not from the due moment, for
an alarm that sounds into the moment that was to be spared would teach staff not to spare any. Only what was asked for
in time is excused: a reading that is missing already goes on missing, whatever is marked.
"""

DEFER_MS = 2 * 60000
WAIT_MS = 5 * 60000
MOST_MS = 10 * 60000  # beyond the due moment
MOST_MANDATORY_MS = 5 * 60000


class PutOff:
    def __init__(self) -> None:
        self.deferred = False  # the reading that comes next, by key
        self._until_ms: int | None = None
        self._excused_ms: int | None = None

    def until(self, until_ms: int, excused: bool) -> None:
        """No reading before that; whatever was longer goes on."""
        self._until_ms = until_ms if self._until_ms is None else max(until_ms, self._until_ms)
        if excused:
            self._excused_ms = self._until_ms

    def until_ms(self, due_ms: int, latest_ms: int) -> int:
        """From when on a reading that is due then, and may be put off so far, is to be taken."""
        return _within(self._until_ms, due_ms, latest_ms)

    def excused_ms(self, due_ms: int, latest_ms: int) -> int:
        """From when on it is missing."""
        return _within(self._excused_ms, due_ms, latest_ms)

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self.deferred, self._until_ms, self._excused_ms]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self.deferred, until_ms, excused_ms = saved
        self._until_ms = None if until_ms is None else until_ms + shift_ms
        self._excused_ms = None if excused_ms is None else excused_ms + shift_ms


def _within(moment_ms: int | None, due_ms: int, latest_ms: int) -> int:
    return due_ms if moment_ms is None else max(due_ms, min(moment_ms, latest_ms))
