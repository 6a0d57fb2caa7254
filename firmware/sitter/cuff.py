"""The cuff: whether a reading is under way, who asked for it, and what has become of it.

The schedule says when the next one is wanted; whether it may begin now is decided here. Ten seconds before it inflates
by itself the unit says so on the screen, in time for the reading to begin when it is due; whoever sits beside the
patient may let go of the arm, or defer the reading with BP. What somebody asks for with BP comes at once.

The cuff is first inflated to 30 mmHg above the last systolic pressure, where that is recent, and not to what the module
would take for anybody: less squeeze where pressure is low, no second pumping where it is high. After an attempt that
failed the module does as it thinks best.

A pressure that no patient has is a fault of the reading, whatever the module says of it.
"""

from sitter import logbook
from sitter.cuff_codes import IMPLAUSIBLE
from sitter.schedule import MANDATORY, Schedule

NOTICE_MS = 10000
FIRST_ABOVE_MMHG = 30
FIRST_MMHG = (120, 220)
_RECENT_MS = 60 * 60000


class Cuff:
    def __init__(self, settings: dict) -> None:
        self.schedule = Schedule(settings)
        self.busy = False
        self.code: int | None = None  # of the last attempt, if it failed
        self.service_due = False
        self._cause = ""
        self._announced_ms: int | None = None  # since when the screen says that a reading is about to begin
        self._capped = False  # it has been said that the hour's limit holds a reading back

    # --- what came of it ----------------------------------------------------------------------------------------------

    def take_pressure(self, now_ms: int, unit, pressure, out) -> None:
        """A reading has come."""
        if not unit.vitals.take_pressure(now_ms, pressure):
            self.take_event(now_ms, unit, ("fault", IMPLAUSIBLE), out)
            return
        self.busy = False
        self.code = None
        unit.note_pressure(pressure)
        self.schedule.succeeded(now_ms, again=unit.is_high(pressure))
        logbook.pressure(now_ms, unit, pressure, self._cause, out)

    def take_manual(self, now_ms: int, unit, pressure, out) -> bool:
        """A reading that was taken by hand and keyed in: it counts for the schedule, and says nothing of the module.
        False if no patient has such a pressure."""
        if not unit.vitals.take_pressure(now_ms, pressure, by_hand=True):
            return False
        unit.note_pressure(pressure)
        self.schedule.succeeded(now_ms, again=unit.is_high(pressure))
        logbook.pressure(now_ms, unit, pressure, "keyed in", out, "manual")
        return True

    def take_event(self, now_ms: int, unit, value, out) -> None:
        """The module's fault, or that it was stopped: ("fault" or "stopped", code)."""
        event, code = value
        self.busy = False
        self.schedule.failed(now_ms)
        if event == "fault":
            self.code = code
        unit.record(out, "cuff", now_ms, event=event, code=code, cause=self._cause)

    # --- by schedule --------------------------------------------------------------------------------------------------

    def run(self, now_ms: int, unit, out) -> None:
        """Announce and begin what is due, where nothing stands against it."""
        if self.busy or unit.assessing or unit.asking or unit.away.reason:
            self._announced_ms = None
            return
        start_ms = self.schedule.start_ms(unit.session)
        if start_ms is not None:
            start_ms = self._uncapped_ms(now_ms, unit, start_ms, out)
        if start_ms is None or now_ms < start_ms - NOTICE_MS:
            self._announced_ms = None
        elif self._announced_ms is None:
            self._announced_ms = now_ms
            unit.record(out, "cuff", now_ms, event="announced", cause=self.schedule.cause(start_ms, unit.session))
        elif now_ms >= self._begins_ms(start_ms):
            self.start(now_ms, unit, self.schedule.cause(start_ms, unit.session), out)

    def _uncapped_ms(self, now_ms: int, unit, start_ms: int, out) -> int:
        """When it may begin, with the hour's limit; that it waits for that is said once, not for some seconds' sake."""
        free_ms = self.schedule.free_ms()
        if free_ms is None or free_ms <= start_ms:
            return start_ms
        if start_ms <= now_ms < free_ms and not self._capped and self._announced_ms is None:
            self._capped = True
            unit.record(out, "cuff", now_ms, event="capped", cause=self.schedule.cause(start_ms, unit.session))
        return free_ms

    def _begins_ms(self, start_ms: int) -> int:
        """With the whole of its notice, also where it became due without warning."""
        return start_ms if self._announced_ms is None else max(start_ms, self._announced_ms + NOTICE_MS)

    def begin(self) -> None:
        """Another session."""
        self.schedule.begin()
        self._announced_ms = None
        self._capped = False

    # --- by people ----------------------------------------------------------------------------------------------------

    def start(self, now_ms: int, unit, cause: str, out) -> None:
        out.cuff = "start"
        out.first_mmhg = self._first_mmhg(now_ms, unit.vitals)
        self.busy = True
        self._announced_ms = None
        self._capped = False
        self._cause = cause
        self.schedule.started(now_ms)
        unit.record(out, "cuff", now_ms, event="started", cause=cause)

    def _first_mmhg(self, now_ms: int, vitals) -> int | None:
        """How far to inflate at first; None for what the module takes by itself."""
        age_ms = vitals.pressure_age_ms(now_ms)
        if self.code is not None or age_ms is None or age_ms > _RECENT_MS:
            return None
        wanted_mmhg = (vitals.pressure[0] + FIRST_ABOVE_MMHG + 5) // 10 * 10
        return min(max(wanted_mmhg, FIRST_MMHG[0]), FIRST_MMHG[1])

    def deflate(self, out) -> None:
        """Pressure out of the cuff, if a reading is under way."""
        if self.busy:
            out.cuff = "abort"

    @property
    def announced(self) -> bool:
        """Whether the screen says that a reading is about to begin."""
        return self._announced_ms is not None

    def may_defer(self, session) -> bool:
        """Whether BP defers the reading that is announced; one that was deferred already it begins."""
        return self._announced_ms is not None and self.schedule.may_defer(session)

    def defer(self, now_ms: int, unit, cause: str, out) -> None:
        """The reading that is announced, two minutes later."""
        self.schedule.defer(now_ms, unit.session)
        unit.record(out, "cuff", now_ms, event="deferred", cause=cause)

    def may_wait(self, now_ms: int, unit) -> bool:
        """Whether a delicate moment may be marked: where readings come by themselves, and none is to be confirmed."""
        return self.schedule.may_wait(now_ms, unit.session)

    def wait(self, now_ms: int, unit, out) -> None:
        """A delicate moment: for five minutes no reading by schedule, within what put_off.py says."""
        self.schedule.wait(now_ms, unit.session)
        unit.record(out, "cuff", now_ms, event="waits", cause="delicate moment")

    def words(self, now_ms: int, unit) -> str:
        """What staff should know of the reading that comes next; empty while there is nothing to know."""
        start_ms = self.schedule.start_ms(unit.session)
        if start_ms is not None and self._announced_ms is not None:
            left_s = (max(0, self._begins_ms(start_ms) - now_ms) + 999) // 1000
            which = "40 MIN " if self.schedule.cause(start_ms, unit.session) == MANDATORY else ""
            return "%sCUFF IN %d s" % (which, left_s)
        left_s = (self.schedule.waits_ms(now_ms, unit.session) + 999) // 1000
        return "CUFF WAITS %d:%02d" % (left_s // 60, left_s % 60) if left_s and not self.busy else ""
