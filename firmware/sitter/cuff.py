"""The cuff: whether a reading is under way, who asked for it, and what has become of it.

The schedule says when the next one is wanted; whether it may begin now is decided here. A pressure that no patient has
is a fault of the reading, whatever the module says of it.
"""

from sitter import logbook
from sitter.cuff_codes import IMPLAUSIBLE
from sitter.schedule import Schedule


class Cuff:
    def __init__(self, settings: dict) -> None:
        self.schedule = Schedule(settings)
        self.busy = False
        self.code: int | None = None  # of the last attempt, if it failed
        self.service_due = False
        self._cause = ""

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

    def run(self, now_ms: int, unit, out) -> None:
        """Begin what is due, where nothing stands against it."""
        if self.busy or unit.assessing or unit.asking or unit.away.reason:
            return
        if self.schedule.wants_reading(now_ms, unit.session):
            self.start(now_ms, unit, "schedule", out)

    def start(self, now_ms: int, unit, cause: str, out) -> None:
        out.cuff = "start"
        self.busy = True
        self._cause = cause
        unit.record(out, "cuff", now_ms, event="started", cause=cause)

    def deflate(self, out) -> None:
        """Pressure out of the cuff, if a reading is under way."""
        if self.busy:
            out.cuff = "abort"
