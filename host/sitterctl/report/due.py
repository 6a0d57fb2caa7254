"""The blood pressures that were due by the schedule, and came late or not at all.

The unit's own schedule is played again with what the log holds: phases, settings and readings, in their order. It is
the schedule of this version of Sitter; a log of an older one is judged by it all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sitter import schedule
from sitterctl.report.model import Event, Session

MANDATORY_MIN = schedule.MANDATORY_MS / 60000
_INTERVALS = tuple(f"pressure_interval_{phase}_min" for phase in ("peak", "return", "recovery"))
_OVERDUE_S = 180  # where the log does not say after how long a reading counts as overdue


@dataclass(frozen=True)
class Overdue:
    """A reading by the minutes at which it was due and came; `read` is None if the session ended without it."""

    due: float
    read: float | None
    over: float

    @property
    def late(self) -> float:
        return (self.over if self.read is None else self.read) - self.due


@dataclass
class _Now:
    """As much of a session as the schedule looks at."""

    phase: str
    t0_ms: int = 0


def mandatory(session: Session) -> Overdue | None:
    """The reading at 40 minutes, whatever the intervals are, if it was late."""
    if not session.dosed:
        return None
    read = next((event.at for event in session.pressures if event.at >= MANDATORY_MIN), None)
    found = Overdue(MANDATORY_MIN, read, session.over)
    return found if _counts(session, found) else None


def overdue(session: Session) -> list[Overdue]:
    """All readings that came later than the unit waits before it alarms; none where the intervals are not known."""
    if not session.dosed or any(name not in session.limits for name in _INTERVALS):
        return []
    return [one for one in _replayed(session) if _counts(session, one)]


def _counts(session: Session, one: Overdue) -> bool:
    after_s = session.in_force("pressure_overdue_s", one.due)
    return one.late * 60 > (_OVERDUE_S if after_s is None else after_s)


def _replayed(session: Session) -> Iterator[Overdue]:
    """Between two changes the next reading is due at one moment; a change of phase can put it off again."""
    settings = {name: session.limits[name][0][1] for name in _INTERVALS}
    plan, now = schedule.Schedule(settings), _Now("idle")
    since: float | None = None
    previous = session.begin
    for at, change in _changes(session):
        due = _due(plan, now)
        if due is None or due > at:
            since = None
        elif since is None or due > previous:
            since = max(due, previous)
        if isinstance(change, str):
            now.phase = change
        elif isinstance(change, tuple):
            settings[change[0]] = change[1]
        else:
            if since is not None:
                yield Overdue(since, None if change is None else at, session.over)
            plan.succeeded(round(at * 60000), again=change is not None and _is_high(session, change))
            since = None
        previous = at


def _due(plan: schedule.Schedule, now: _Now) -> float | None:
    due_ms = plan.due_ms(now)
    return None if due_ms is None else due_ms / 60000


def _changes(session: Session) -> list[tuple[float, str | tuple[str, int] | Event | None]]:
    """Phases as their names, settings as name and value, readings as events; None is the end."""
    found: list[tuple[float, str | tuple[str, int] | Event | None]] = []
    found += [(phase.start or 0.0, phase.label) for phase in session.phases]
    found += [(at, (name, value)) for name in _INTERVALS for at, value in session.limits[name]]
    found += [(reading.at, reading) for reading in session.pressures]
    kept = [change for change in found if change[0] < session.over]
    return [*sorted(kept, key=lambda change: change[0]), (session.over, None)]


def _is_high(session: Session, reading: Event) -> bool:
    """Over a limit of its alarm, and so to be taken again soon."""
    for side in ("systolic", "diastolic"):
        limit, value = session.in_force(f"{side}_high_mmhg", reading.at), reading.fields.get(f"{side}_mmhg")
        if limit is not None and value is not None and value > limit:
            return True
    return False
