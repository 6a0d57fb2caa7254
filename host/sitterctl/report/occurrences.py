"""Alarms as a session had them: each occurrence from its beginning to its end, from the edges in the log."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sitterctl.slog import Record


@dataclass
class Occurrence:
    """An alarm from its beginning to its end, and when its sound was paused: (from, until, cause)."""

    alarm: str
    priority: str
    start: float | None
    end: float | None
    utc_s: float | None
    value: int | None
    limit: int | None
    delay_ms: int | None
    pauses: list[tuple[float, float, str]] = field(default_factory=list)
    cut_off: bool = False
    rose: float | None = None  # when it became more urgent, as nobody had answered

    @property
    def minutes(self) -> float | None:
        return None if self.start is None or self.end is None else self.end - self.start

    @property
    def silenced_after(self) -> float | None:
        return self.pauses[0][0] - self.start if self.pauses and self.start is not None else None


def occurrences(seen: list[Record], at: Callable[[Record], float]) -> list[Occurrence]:
    """Occurrences from their edges. A restart cuts off what was active: the unit judges anew after it."""
    found: list[Occurrence] = []
    active: dict[str, Occurrence] = {}
    for i, record in enumerate(seen):
        if record.name == "boot":
            for occurrence in active.values():
                occurrence.end, occurrence.cut_off = at(seen[i - 1]), True
            active.clear()
        elif record.name == "alarm":
            _edge(record, at(record), found, active)
        elif record.name == "silence" and record.fields.get("alarm") in active:
            pause_min = max(0, (record.fields.get("until_ms") or 0) - record.at_ms) / 60000
            pauses = active[record.fields["alarm"]].pauses
            pauses.append((at(record), at(record) + pause_min, record.fields.get("cause") or ""))
    return found


def _edge(record: Record, minute: float, found: list[Occurrence], active: dict[str, Occurrence]) -> None:
    said = record.fields
    alarm = said.get("alarm") or "–"
    ended = said.get("event") == "ended"
    if said.get("event") == "escalated" and alarm in active:
        active[alarm].priority = said.get("priority") or active[alarm].priority
        active[alarm].rose = minute
        return
    if ended and alarm in active:
        active.pop(alarm).end = minute
        return
    occurrence = Occurrence(alarm, said.get("priority") or "low", None if ended else minute, minute if ended else None,
                            None if ended else record.utc_s, said.get("value"), said.get("limit"),
                            said.get("delay_ms"))  # fmt: skip
    found.append(occurrence)
    if not ended:
        active[alarm] = occurrence
