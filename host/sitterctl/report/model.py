"""From a log to the plain data of the page: spans, curves, occurrences and key figures, in minutes from the dose.

Everything comes from the log. What the log does not say is None here and a dash on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sitter import records
from sitterctl.report.occurrences import Occurrence, occurrences
from sitterctl.slog import Log, Record

PRIORITIES = ("high", "medium", "low")
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


@dataclass
class Event:
    """Something at one moment."""

    at: float
    utc_s: float | None
    fields: dict


@dataclass
class Session:
    """One session, ready to be drawn and told."""

    header: dict
    plan: dict
    begin: float
    end: float
    dosed: bool
    zone: tzinfo | None
    begin_utc_s: float | None
    end_utc_s: float | None
    clock_trusted: bool
    closed: bool
    phases: list[Span]
    curves: dict[str, Curve]
    missing: dict[str, list[Span]]
    pressures: list[Event]
    cuff: list[Event]
    limits: dict[str, list[tuple[float, int]]]
    alarms: list[Occurrence]
    cues: list[Event]
    parts: list[Span]
    doses: list[Event]
    marks: list[Event]
    keys: list[Event]
    offs: list[Span]
    boots: list[Event]
    walk_ins: list[Event]
    checks: list[Event]
    overrides: list[Event]
    baselines: list[Event]
    aways: list[Event]
    resumes: list[Event]
    knows: set[str]  # the records that the unit of this log could write; older ones lack some
    doubt: float | None = None  # from here on the seals vouch for nothing

    @property
    def pressures_and_failures(self) -> list[Event]:
        return sorted([*self.pressures, *self.cuff], key=lambda event: event.at)

    @property
    def spo2_mark(self) -> str:
        """What has to stand beside every saturation: entering points of one's own makes it no more accurate."""
        points = [steps for name, steps in self.limits.items() if name.startswith("spo2_point")]
        return "user-adjusted" if any(value for steps in points for _, value in steps) else "uncalibrated"

    def in_force(self, setting: str, minute: float) -> int | None:
        """The value of a setting at a moment; None where the log does not hold it."""
        values = [value for since_min, value in self.limits.get(setting, ()) if since_min <= minute]
        return values[-1] if values else None

    @property
    def over(self) -> float:
        """When the session was closed, or else when the record ends."""
        return next((phase.start for phase in self.phases if phase.label == "closed" and phase.start), self.end)

    def local(self, utc_s: float | None) -> datetime | None:
        return None if utc_s is None else datetime.fromtimestamp(utc_s, UTC).astimezone(self.zone)

    def utc_at(self, minute: float) -> float | None:
        return None if self.begin_utc_s is None else self.begin_utc_s + (minute - self.begin) * 60


def words(name: str | None) -> str:
    """A name of the log as people write it: `spo2_low` -> `SpO2 low`."""
    text = (name or "–").replace("_", " ")
    return "SpO2" + text[4:] if text.startswith("spo2") else text[:1].upper() + text[1:]


def since(minute: float | None) -> str:
    """A moment as minutes and seconds from the dose."""
    if minute is None:
        return "–"
    seconds = round(minute * 60)
    return f"{'−' if seconds < 0 else '+'}{abs(seconds) // 60}:{abs(seconds) % 60:02d}"


def build(log: Log, zone: tzinfo | None = None) -> Session:
    """The session of a log; local times in `zone`, by default the machine's own."""
    seen = log.records
    begin = log.minutes(seen[0].elapsed_s) if seen else 0.0
    end = max([begin + 1, *(log.minutes(record.elapsed_s) for record in seen)])
    at = _at(log)
    boots = log.named("boot")
    offs = _offs(log, boots)
    vitals = log.named("vitals")
    curves = {name: _curve(vitals, at, name) for name in ("pulse_bpm", "spo2_pct")}
    fingerless = {at(record) for record in vitals if record.fields.get("finger") == 0}
    ties = [record.fields for record in seen if record.name in ("header", "boot")]
    return Session(
        header=log.header,
        plan=_first(log, "plan"),
        begin=begin,
        end=end,
        dosed=log.t0 is not None,
        zone=zone,
        begin_utc_s=seen[0].utc_s if seen else None,
        end_utc_s=seen[-1].utc_s if seen else None,
        clock_trusted=all(tie.get("utc_trusted") for tie in ties),
        closed=bool(log.named("close")),
        phases=_phases(log.named("phase"), at, end),
        curves=curves,
        missing={name: _missing(curve, offs, fingerless) for name, curve in curves.items()},
        pressures=_events(log, "pressure", at),
        cuff=[event for event in _events(log, "cuff", at) if event.fields.get("event") in ("fault", "stopped")],
        limits={**_limits(log.named("setting"), at), **_baseline(log, at)},
        alarms=occurrences(seen, at),
        cues=_events(log, "cue", at),
        parts=_parts(log.named("part"), at, end),
        doses=_events(log, "dose", at),
        marks=_events(log, "mark", at),
        keys=_events(log, "key", at),
        offs=offs,
        boots=_events(log, "boot", at),
        walk_ins=_events(log, "walk_in", at),
        checks=_events(log, "check", at),
        overrides=_events(log, "override", at),
        baselines=_events(log, "baseline", at),
        aways=_events(log, "away", at),
        resumes=_events(log, "resume", at),
        knows={row[1] for row in records.parse_table(log.header.get("schema") or "").values()},
    )


def _at(log: Log) -> Callable[[Record], float]:
    t0_s = log.t0.elapsed_s if log.t0 else 0.0
    return lambda record: (record.elapsed_s - t0_s) / 60


def _first(log: Log, name: str) -> dict:
    return next((record.fields for record in log.records if record.name == name), {})


def _events(log: Log, name: str, at: Callable[[Record], float]) -> list[Event]:
    return [Event(at(record), record.utc_s, record.fields) for record in log.named(name)]


def _phases(changes: list[Record], at: Callable[[Record], float], end: float) -> list[Span]:
    starts = [*(at(change) for change in changes), end]
    return [
        Span(starts[i], starts[i + 1], change.fields.get("phase") or "–", change.fields.get("cause") or "")
        for i, change in enumerate(changes)
    ]


def _curve(vitals: list[Record], at: Callable[[Record], float], name: str) -> Curve:
    return [(at(record), record.fields.get(name)) for record in vitals]


def _offs(log: Log, boots: list[Record]) -> list[Span]:
    """The times in which the unit was off or starting: from the last record before a boot to the boot."""
    found = []
    for boot in boots:
        before = log.records[boot.n - 2]
        gap_s = boot.fields.get("gap_s")
        label = "unit off, for how long is unknown" if gap_s is None else f"unit off {gap_s} s"
        detail = f"reset cause: {boot.fields.get('reset_cause') or '–'}"
        found.append(Span(log.minutes(before.elapsed_s), log.minutes(boot.elapsed_s), label, detail))
    return found


def _missing(curve: Curve, offs: list[Span], fingerless: set[float]) -> list[Span]:
    """The times without a trusted number; those in which the unit was off are left out."""
    found: list[Span] = []
    running: Span | None = None
    previous = curve[0][0] if curve else 0.0
    for minute, value in curve:
        hole = minute - previous > HOLE_MIN
        if running is not None:
            running.end = previous if hole else minute
        if hole and not _within(offs, previous, minute):
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


def _limits(settings: list[Record], at: Callable[[Record], float]) -> dict[str, list[tuple[float, int]]]:
    found: dict[str, list[tuple[float, int]]] = {}
    for record in settings:
        if record.fields.get("name") and record.fields.get("value") is not None:
            found.setdefault(record.fields["name"], []).append((at(record), record.fields["value"]))
    return found


def _baseline(log: Log, at: Callable[[Record], float]) -> dict[str, list[tuple[float, int]]]:
    """The saturation before the dose, which holds from then on like a limit."""
    known = [record for record in log.named("baseline") if record.fields.get("spo2_pct") is not None]
    return {"spo2_baseline_pct": [(at(record), record.fields["spo2_pct"]) for record in known]} if known else {}


def _parts(changes: list[Record], at: Callable[[Record], float], end: float) -> list[Span]:
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
