"""When the cuff takes its readings.

Before the dose staff take readings with BP. From t0 on the cuff runs by itself, at an interval that depends on the
phase, and always at 40 minutes: blood pressure peaks about then (docs/therapy.md). A reading is *due* from its moment
until one has succeeded; an attempt that failed is repeated after a minute, then after five. The cuff always rests
between two inflations, and the schedule does not inflate it more often than `cuff_per_hour` (hour.py).

A reading over a limit is taken again after five minutes, so that one high value is told from two. That confirmation is
never put off. It is wanted after the dose too where the last pressure before it was over a limit, and somebody had
answered for that: then five minutes after t0, on purpose. Ketamine raises the pressure, and nobody's is to be known
less than that one's.

Any other reading may be put off by staff, within limits (put_off.py). Its due moment stays, and it is *missing* from
the end of that; an alarm counts the time.
"""

from sitter.hour import Hour
from sitter.put_off import DEFER_MS, MOST_MANDATORY_MS, MOST_MS, WAIT_MS, PutOff

REST_MS = 30000
RETRY_MS = 60000
AGAIN_MS = 5 * 60000
MANDATORY_MS = 40 * 60000
MANDATORY = "40 min"

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
        self._tried_ms: int | None = None  # the end of the last attempt
        self.begin()

    def begin(self) -> None:
        """Another session, another arm: nothing of the last one's counts, but that the cuff rests."""
        self._read_ms: int | None = None  # the last reading that succeeded
        self._next_try_ms = 0
        self._retried = self._again = False
        self._put_off = PutOff()
        self._hour = Hour()

    # --- what is due --------------------------------------------------------------------------------------------------

    def due_ms(self, session) -> int | None:
        """The moment at which the next reading is due, or None where the schedule does not run."""
        if session.phase not in _INTERVAL or session.t0_ms is None:
            return None
        interval_ms = self._settings[_INTERVAL[session.phase]] * 60000
        last_ms = session.t0_ms if self._read_ms is None else max(self._read_ms, session.t0_ms)
        due_ms = last_ms + (min(AGAIN_MS, interval_ms) if self._again else interval_ms)
        mandatory_ms = session.t0_ms + MANDATORY_MS
        return mandatory_ms if last_ms < mandatory_ms < due_ms else due_ms

    def missing(self, now_ms: int, session) -> bool:
        """Whether a reading is due, and nobody has put it off in time."""
        due_ms = self.due_ms(session)
        return due_ms is not None and now_ms >= self._put_off.excused_ms(due_ms, self._latest_ms(due_ms, session))

    def _latest_ms(self, due_ms: int, session) -> int:
        """How far this reading may be put off; one that is due before the reading at 40 minutes stands for that too."""
        if self._again:
            return due_ms
        mandatory_ms = session.t0_ms + MANDATORY_MS
        latest_ms = due_ms + MOST_MS
        return min(latest_ms, mandatory_ms + MOST_MANDATORY_MS) if due_ms <= mandatory_ms else latest_ms

    def cause(self, start_ms: int, session) -> str:
        """What a reading of this moment is taken for: the first one from 40 minutes on is marked in screen and log."""
        mandatory_ms = (session.t0_ms or 0) + MANDATORY_MS
        stands_for_it = start_ms >= mandatory_ms and (self._read_ms is None or self._read_ms < mandatory_ms)
        return MANDATORY if stands_for_it else "schedule"

    # --- when the cuff may take it ------------------------------------------------------------------------------------

    def may_start(self, now_ms: int) -> bool:
        """Whether the cuff has rested since the last inflation."""
        return self._tried_ms is None or now_ms - self._tried_ms >= REST_MS

    def start_ms(self, session) -> int | None:
        """The moment from which on the reading that is due next is to be taken, but for the hour's limit."""
        due_ms = self.due_ms(session)
        if due_ms is None:
            return None
        wanted_ms = self._put_off.until_ms(due_ms, self._latest_ms(due_ms, session))
        rested_ms = due_ms if self._tried_ms is None else self._tried_ms + REST_MS
        return max(wanted_ms, rested_ms, self._next_try_ms)

    def free_ms(self) -> int | None:
        """From when on the schedule may inflate again after so many inflations within an hour; None: at any time."""
        return self._hour.free_ms(self._settings["cuff_per_hour"])

    def rest(self, now_ms: int) -> None:
        """The cuff may have been under pressure until now, as after a restart of the unit."""
        self._tried_ms = now_ms

    # --- putting off --------------------------------------------------------------------------------------------------

    def may_defer(self, session) -> bool:
        """Whether the reading that is due next may still be put off by two minutes: once, and within its limit."""
        due_ms, start_ms = self.due_ms(session), self.start_ms(session)
        if due_ms is None or start_ms is None or self._put_off.deferred:
            return False
        return start_ms + DEFER_MS <= self._latest_ms(due_ms, session)

    def defer(self, now_ms: int, session) -> None:
        """Two minutes later than it would have begun."""
        start_ms = self.start_ms(session)
        later_ms = DEFER_MS + (now_ms if start_ms is None else max(now_ms, start_ms))
        self._put_off.until(later_ms, not self.missing(now_ms, session))
        self._put_off.deferred = True

    def may_wait(self, now_ms: int, session) -> bool:
        """Whether a delicate moment that is marked now could keep a reading back."""
        due_ms = self.due_ms(session)
        return due_ms is not None and not self._again and now_ms < self._latest_ms(due_ms, session)

    def wait(self, now_ms: int, session) -> None:
        """Staff mark a delicate moment."""
        self._put_off.until(now_ms + WAIT_MS, not self.missing(now_ms, session))

    def waits_ms(self, now_ms: int, session) -> int:
        """For how long a reading that is due is still put off; 0 if none is."""
        due_ms = self.due_ms(session)
        if due_ms is None or now_ms < due_ms:
            return 0
        return max(0, self._put_off.until_ms(due_ms, self._latest_ms(due_ms, session)) - now_ms)

    # --- what became of it --------------------------------------------------------------------------------------------

    def started(self, now_ms: int) -> None:
        """The cuff is inflated, whoever asked for it."""
        self._hour.add(now_ms)

    def succeeded(self, now_ms: int, again: bool = False) -> None:
        """A reading has come; `again` where it should be confirmed soon."""
        self._again = again
        self._read_ms = self._tried_ms = now_ms
        self._retried = self._put_off.deferred = False
        self._next_try_ms = 0

    def failed(self, now_ms: int) -> None:
        """An attempt brought no reading: once more after a minute, then after five."""
        self._tried_ms = now_ms
        self._next_try_ms = now_ms + (5 * RETRY_MS if self._retried else RETRY_MS)
        self._retried = not self._retried

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self._read_ms, self._tried_ms, self._next_try_ms, self._retried, self._again, self._put_off.saved(),
                self._hour.saved()]  # fmt: skip

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        read_ms, tried_ms, next_try_ms, self._retried, self._again, put_off, begun_ms = saved
        self._read_ms = None if read_ms is None else read_ms + shift_ms
        self._tried_ms = None if tried_ms is None else tried_ms + shift_ms
        self._next_try_ms = next_try_ms + shift_ms
        self._put_off.restore(put_off, shift_ms)
        self._hour.restore(begun_ms, shift_ms)
