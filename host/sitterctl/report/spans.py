"""What lasts in a session, from the records of its edges: phases, faults of parts, and the times without numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from sitterctl.slog import Log, Record

# Vitals come once a second; records further apart than this have a hole between them.
HOLE_MIN = 3.5 / 60
NO_RECORD = "no record"

Curve = list[tuple[float, float | None]]


@dataclass
class Span:
    """Something that lasts. `start` or `end` is None when the log does not hold it."""

    start: float | None
    end: float | None
    label: str
    detail: str = ""


def phases(changes: list[Record], at: Callable[[Record], float], end: float) -> list[Span]:
    starts = [*(at(change) for change in changes), end]
    return [
        Span(starts[i], starts[i + 1], change.fields.get("phase") or "–", change.fields.get("cause") or "")
        for i, change in enumerate(changes)
    ]


def offs(log: Log, boots: list[Record]) -> list[Span]:
    """The times in which the unit was off or starting: from the last record before a boot to the boot."""
    found = []
    for boot in boots:
        before = log.records[boot.n - 2]
        gap_s = boot.fields.get("gap_s")
        label = "unit off, for how long is unknown" if gap_s is None else f"unit off {gap_s} s"
        detail = f"reset cause: {boot.fields.get('reset_cause') or '–'}"
        found.append(Span(log.minutes(before.elapsed_s), log.minutes(boot.elapsed_s), label, detail))
    return found


def missing(curve: Curve, without_power: list[Span], fingerless: set[float]) -> list[Span]:
    """The times without a trusted number; those in which the unit was off are left out."""
    found: list[Span] = []
    running: Span | None = None
    previous = curve[0][0] if curve else 0.0
    for minute, value in curve:
        hole = minute - previous > HOLE_MIN
        if running is not None:
            running.end = previous if hole else minute
        if hole and not _within(without_power, previous, minute):
            found.append(Span(previous, minute, NO_RECORD))
        if value is not None or hole:
            running = None
        if value is None:
            if running is None:
                running = Span(minute, minute, "no trusted number")
                found.append(running)
            if minute in fingerless:
                running.label = "no finger in the probe"
        previous = minute
    return found


def _within(offs: list[Span], start: float, end: float) -> bool:
    return any(off.start is not None and start <= off.start + HOLE_MIN and off.start <= end for off in offs)


def parts(changes: list[Record], at: Callable[[Record], float], end: float) -> list[Span]:
    """Each fault of a part, until the part says that it works, or has another fault."""
    found: list[Span] = []
    running: dict[str, Span] = {}
    for change in changes:
        part, fault = change.fields.get("part") or "–", change.fields.get("fault")
        if part in running:
            running.pop(part).end = at(change)
        if fault:
            running[part] = Span(at(change), None, part, fault)
            found.append(running[part])
    for span in running.values():
        span.end = end
    return found
