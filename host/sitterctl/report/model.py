"""From a log to the plain data of the page: spans, curves, occurrences and key figures, in minutes from the dose.

Everything comes from the log. What the log does not say is None here and a dash on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sitter import records
from sitterctl import doses, saturation
from sitterctl.report import spans
from sitterctl.report.occurrences import Occurrence, occurrences
from sitterctl.report.spans import Curve, Span
from sitterctl.slog import Log, Record

PRIORITIES = ("high", "medium", "low")
# What a `cuff` record says of an attempt that brought no reading, and of a reading that did not begin when it was due.
_FAILED, _HELD_BACK = ("fault", "stopped"), ("deferred", "waits", "capped")


@dataclass
class Event:
    """Something at one moment."""

    at: float
    utc_s: float | None
    fields: dict


@dataclass
class Dose:
    """A dose at the moment at which it was given, as staff stated it; `void` took it back."""

    at: float
    utc_s: float | None
    ago_min: int
    pressed: Event
    void: Event | None

    @property
    def fields(self) -> dict:
        return self.pressed.fields


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
    cuff: list[Event]  # attempts that failed
    held_back: list[Event]
    limits: dict[str, list[tuple[float, int]]]
    alarms: list[Occurrence]
    cues: list[Event]
    parts: list[Span]
    doses: list[Dose]  # those that stand
    taken_back: list[Dose]
    marks: list[Event]
    keys: list[Event]
    offs: list[Span]
    boots: list[Event]
    walk_ins: list[Event]
    screenings: list[Event]
    reviews: list[Event]
    own_limits: list[Event]
    checks: list[Event]
    overrides: list[Event]
    baselines: list[Event]
    aways: list[Event]
    resumes: list[Event]
    events: list[Event]
    courses: list[Event]
    observed: list[Event]
    leavings: list[Event]
    unchecked: list[Event]
    spo2_mark: str  # what has to stand beside every saturation
    oximeters: list[str]  # the parts that measured
    knows: set[str]  # the records that the unit of this log could write; older ones lack some
    doubt: float | None = None  # from here on the seals vouch for nothing

    @property
    def readings(self) -> list[Event]:
        """Blood pressures, attempts that failed, and what held others back, in their order."""
        return sorted([*self.pressures, *self.cuff, *self.held_back], key=lambda event: event.at)

    @property
    def all_doses(self) -> list[Dose]:
        """In the order of the presses, those that were taken back included."""
        return sorted([*self.doses, *self.taken_back], key=lambda dose: dose.pressed.at)

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


def by_hand(reading: dict) -> bool:
    """Whether a blood pressure was taken by hand and keyed in; logs of before have only those of the cuff."""
    return reading.get("source") == "manual"


def since(minute: float | None) -> str:
    """A moment as minutes and seconds from the dose."""
    if minute is None:
        return "–"
    seconds = round(minute * 60)
    return f"{'−' if seconds < 0 else '+'}{abs(seconds) // 60}:{abs(seconds) % 60:02d}"


def lasting(minutes: float) -> str:
    """A length of time as minutes and seconds."""
    return since(abs(minutes))[1:]


def build(log: Log, zone: tzinfo | None = None) -> Session:
    """The session of a log; local times in `zone`, by default the machine's own."""
    seen = log.records
    begin = log.minutes(seen[0].elapsed_s) if seen else 0.0
    end = max([begin + 1, *(log.minutes(record.elapsed_s) for record in seen)])
    at = _at(log)
    boots, cuff = log.named("boot"), _events(log, "cuff", at)
    given = [_dose(dose, at) for dose in log.doses]
    offs = spans.offs(log, boots)
    vitals = log.named("vitals")
    curves = {name: _curve(vitals, at, name) for name in ("pulse_bpm", "spo2_pct")}
    fingerless = {at(record) for record in vitals if record.fields.get("finger") == 0}
    ties = [record.fields for record in seen if record.name in ("header", "boot")]
    return Session(
        header=log.header,
        plan=_first(log, "plan"),
        begin=begin,
        end=end,
        dosed=log.t0_s is not None,
        zone=zone,
        begin_utc_s=seen[0].utc_s if seen else None,
        end_utc_s=seen[-1].utc_s if seen else None,
        clock_trusted=all(tie.get("utc_trusted") for tie in ties),
        closed=bool(log.named("close")),
        phases=spans.phases(log.named("phase"), at, end),
        curves=curves,
        missing={name: spans.missing(curve, offs, fingerless) for name, curve in curves.items()},
        pressures=_events(log, "pressure", at),
        cuff=[event for event in cuff if event.fields.get("event") in _FAILED],
        held_back=[event for event in cuff if event.fields.get("event") in _HELD_BACK],
        limits={**_limits(log.named("setting"), at), **_baseline(log, at)},
        alarms=occurrences(seen, at),
        cues=_events(log, "cue", at),
        parts=spans.parts(log.named("part"), at, end),
        doses=[dose for dose in given if dose.void is None],
        taken_back=[dose for dose in given if dose.void is not None],
        marks=_events(log, "mark", at),
        keys=_events(log, "key", at),
        offs=offs,
        boots=_events(log, "boot", at),
        walk_ins=_events(log, "walk_in", at),
        screenings=_events(log, "screening", at),
        reviews=_events(log, "review", at),
        own_limits=_events(log, "own_limit", at),
        checks=_events(log, "check", at),
        overrides=_events(log, "override", at),
        baselines=_events(log, "baseline", at),
        aways=_events(log, "away", at),
        resumes=_events(log, "resume", at),
        events=_events(log, "event", at),
        courses=_events(log, "course", at),
        observed=_events(log, "observe", at),
        leavings=_events(log, "leaving", at),
        unchecked=_events(log, "unchecked", at),
        spo2_mark=saturation.mark(log),
        oximeters=saturation.parts(log),
        knows={row[1] for row in records.rows(log.header.get("schema") or "").values()},
    )


def _at(log: Log) -> Callable[[Record], float]:
    return lambda record: log.minutes(record.elapsed_s)


def _first(log: Log, name: str) -> dict:
    return next((record.fields for record in log.records if record.name == name), {})


def _events(log: Log, name: str, at: Callable[[Record], float]) -> list[Event]:
    return [_event(record, at) for record in log.named(name)]


def _event(record: Record, at: Callable[[Record], float]) -> Event:
    return Event(at(record), record.utc_s, record.fields)


def _dose(dose: doses.Dose, at: Callable[[Record], float]) -> Dose:
    pressed = _event(dose.record, at)
    return Dose(pressed.at - dose.ago_min, dose.utc_s, dose.ago_min, pressed, dose.void and _event(dose.void, at))


def _curve(vitals: list[Record], at: Callable[[Record], float], name: str) -> Curve:
    return [(at(record), record.fields.get(name)) for record in vitals]


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
