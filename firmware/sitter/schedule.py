"""When the cuff takes its readings.

Before the dose staff take readings with BP. From t0 on the cuff runs by itself, at an interval that depends on the
phase, and always at 40 minutes: blood pressure peaks about then (docs/therapy.md). A reading is *due* from its moment
until one has succeeded, and an alarm counts that time; an attempt that failed is repeated after a minute, then after
five. A reading over a limit is taken again after five minutes, so that one high value is told from two. The cuff always
rests between two inflations.
"""

REST_MS = 30000
RETRY_MS = 60000
AGAIN_MS = 5 * 60000
MANDATORY_MS = 40 * 60000

_INTERVAL = {
    "onset": "pressure_interval_peak_min",
    "peak": "pressure_interval_peak_min",
    "return": "pressure_interval_return_min",
    "recovery": "pressure_interval_recovery_min",
    "stopped": "pressure_interval_return_min",
}


class Schedule:
    def __init__(self, settings: dict[str, int]) -> None:
        self._settings = settings
        self._read_ms: int | None = None  # the last reading that succeeded
        self._tried_ms: int | None = None  # the end of the last attempt
        self._next_try_ms = 0
        self._retried = self._again = False

    def due_ms(self, session) -> int | None:
        """The moment at which the next reading is due, or None where the schedule does not run."""
        if session.phase not in _INTERVAL or session.t0_ms is None:
            return None
        interval_ms = self._settings[_INTERVAL[session.phase]] * 60000
        last_ms = session.t0_ms if self._read_ms is None else max(self._read_ms, session.t0_ms)
        due_ms = last_ms + (min(AGAIN_MS, interval_ms) if self._again else interval_ms)
        mandatory_ms = session.t0_ms + MANDATORY_MS
        return mandatory_ms if last_ms < mandatory_ms < due_ms else due_ms

    def due(self, now_ms: int, session) -> bool:
        due_ms = self.due_ms(session)
        return due_ms is not None and now_ms >= due_ms

    def may_start(self, now_ms: int) -> bool:
        """Whether the cuff has rested since the last inflation."""
        return self._tried_ms is None or now_ms - self._tried_ms >= REST_MS

    def wants_reading(self, now_ms: int, session) -> bool:
        return self.due(now_ms, session) and now_ms >= self._next_try_ms and self.may_start(now_ms)

    def rest(self, now_ms: int) -> None:
        """The cuff may have been under pressure until now, as after a restart of the unit."""
        self._tried_ms = now_ms

    def succeeded(self, now_ms: int, again: bool = False) -> None:
        """A reading has come; `again` where it should be confirmed soon."""
        self._again = again
        self._read_ms = self._tried_ms = now_ms
        self._retried = False
        self._next_try_ms = 0

    def failed(self, now_ms: int) -> None:
        """An attempt brought no reading: once more after a minute, then after five."""
        self._tried_ms = now_ms
        self._next_try_ms = now_ms + (5 * RETRY_MS if self._retried else RETRY_MS)
        self._retried = not self._retried

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self._read_ms, self._tried_ms, self._next_try_ms, self._retried, self._again]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        read_ms, tried_ms, next_try_ms, self._retried, self._again = saved
        self._read_ms = None if read_ms is None else read_ms + shift_ms
        self._tried_ms = None if tried_ms is None else tried_ms + shift_ms
        self._next_try_ms = next_try_ms + shift_ms
