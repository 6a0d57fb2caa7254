"""What a session's alarms would have been with other limits: its log through the unit's own alarms.py.

The log has the numbers, the states of the parts, the keys and the phases as they came in, so that facts and judging are
the firmware's. What is not known is what people would have done: pauses are replayed where they were, a reading of the
cuff that other settings would have taken is not there. Numbers come once a second in the log, and so times are right to
a second.
"""

from dataclasses import dataclass
from types import SimpleNamespace

from sitter import records, settings
from sitter.alarm_table import PRIORITY_NAMES
from sitter.alarms import Alarms
from sitter.facts import facts
from sitter.reading import Reading
from sitter.resume import gap_text
from sitter.unit import Unit
from sitterctl.slog import Log, Record

STEP_MS = 1000


@dataclass
class Occurrence:
    """One alarm of a session; seconds from the log's first record, `end_s` None where it stood at the end."""

    alarm: str
    priority: str
    start_s: float
    end_s: float | None = None


@dataclass
class Replayed:
    occurrences: list[Occurrence]
    watched_h: float

    def per_hour(self, alarm: str | None = None) -> float:
        """How often, or how often this one, began in an hour of watching."""
        count = sum(alarm in (None, one.alarm) for one in self.occurrences)
        return count / self.watched_h if self.watched_h else 0.0


def settings_of(log: Log) -> dict[str, int]:
    """The settings in force when the log was opened, defaults for what an older firmware did not have."""
    known = settings.defaults()
    told = [(r.fields.get("name"), r.fields.get("value")) for r in log.named("setting")]
    said = {name: value for name, value in told if name in known and value is not None}
    return settings.complete(said)


def recorded(log: Log) -> Replayed:
    """The alarms as the unit raised them."""
    found: list[Occurrence] = []
    for record in log.named("alarm"):
        said = _whole(record)
        _note(found, said.event, said.alarm or "–", said.priority or "–", record.elapsed_s)
    return Replayed(found, _watched_h(log))


def replay(log: Log, chosen: dict[str, int]) -> Replayed:
    """The same session judged by these settings."""
    state, alarms, found = _State(chosen), Alarms(chosen), []
    now_ms = 0
    for record in log.records:
        at_ms = int(record.elapsed_s * 1000)
        while now_ms + STEP_MS < at_ms:
            now_ms += STEP_MS
            _judge(now_ms, state, alarms, found)
        now_ms = max(now_ms, at_ms)
        state.take(now_ms, record, alarms)
        _judge(now_ms, state, alarms, found)
    return Replayed(found, _watched_h(log))


def _judge(now_ms: int, state: "_State", alarms: Alarms, found: list[Occurrence]) -> None:
    for edge in alarms.step(now_ms, facts(now_ms, state.unit), state.unit.session.watching):
        _note(found, edge.event, edge.row.name, PRIORITY_NAMES[edge.row.priority], now_ms / 1000)


def _note(found: list[Occurrence], event: str, alarm: str, priority: str, at_s: float) -> None:
    standing = next((one for one in reversed(found) if one.alarm == alarm and one.end_s is None), None)
    if event == "started":
        if standing is None:  # a log says again behind a restart what goes on from before it
            found.append(Occurrence(alarm, priority, at_s))
        return
    if standing and event == "escalated":
        standing.priority += "+"
    elif standing:
        standing.end_s = at_s


def _whole(record: Record) -> SimpleNamespace:
    """The fields of a record, absent where the log's own table has none."""
    return SimpleNamespace(**{**_FIELDS.get(record.name, {}), **record.fields})


_FIELDS = {name: dict.fromkeys(field for field, _, _ in fields) for _, name, fields in records.rows().values()}


def _watched_h(log: Log) -> float:
    phases = log.named("phase")
    if not phases:
        return 0.0
    closed = next((r for r in phases if r.fields.get("phase") == "closed"), log.records[-1])
    return (closed.elapsed_s - phases[0].elapsed_s) / 3600


class _State:
    """A unit that is told what happened instead of asking; only what the facts need."""

    def __init__(self, chosen: dict[str, int]) -> None:
        self.unit = Unit(chosen, None)

    def take(self, now_ms: int, record: Record, alarms: Alarms) -> None:
        handler = getattr(self, "_take_" + record.name, None)
        if record.name == "silence":
            self._seen()
            alarms.silence(now_ms)
        elif handler:
            handler(now_ms, _whole(record))

    def _seen(self) -> None:
        unit = self.unit
        unit.help_called = unit.patient_calls = False
        unit.restarted = None
        unit.faults["program"] = None

    def _take_vitals(self, now_ms: int, said: SimpleNamespace) -> None:
        reading = Reading(
            said.pulse_bpm, said.spo2_pct, said.perfusion_permyriad, said.quality_pct or 0, bool(said.finger)
        )
        self.unit.vitals.take_reading(now_ms, reading)
        if not self.unit.session.dosed:
            self.unit.baseline.take_reading(now_ms, reading)

    def _take_pressure(self, now_ms: int, said: SimpleNamespace) -> None:
        unit = self.unit
        pressure = (said.systolic_mmhg, said.diastolic_mmhg, said.mean_mmhg, said.pulse_bpm)
        if unit.vitals.take_pressure(now_ms, pressure):
            if said.source != "manual":  # which says nothing of the cuff
                unit.cuff.code = None
            if not unit.session.dosed:
                unit.baseline.take_pressure(said.systolic_mmhg)
            unit.cuff.schedule.succeeded(now_ms, again=unit.is_high(pressure))

    def _take_cuff(self, now_ms: int, said: SimpleNamespace) -> None:
        unit = self.unit
        if said.event == "fault":
            unit.cuff.code = said.code
        elif said.event == "waits":  # a reading that was put off is missing later
            unit.cuff.schedule.wait(now_ms, unit.session)
        elif said.event == "deferred":
            unit.cuff.schedule.defer(now_ms, unit.session)

    def _take_part(self, now_ms: int, said: SimpleNamespace) -> None:
        self.unit.faults[said.part] = said.fault

    def _take_battery(self, now_ms: int, said: SimpleNamespace) -> None:
        self.unit.battery = None if said.level_pct is None else (said.level_pct, bool(said.emptying))

    def _take_phase(self, now_ms: int, said: SimpleNamespace) -> None:
        self.unit.session.phase, self.unit.session.since_ms = said.phase, now_ms

    def _take_dose(self, now_ms: int, said: SimpleNamespace) -> None:
        if self.unit.session.t0_ms is None:
            self.unit.session.t0_ms = now_ms - (said.ago_min or 0) * 60_000
            self.unit.baseline.settle(now_ms, said.ago_min or 0)

    def _take_void(self, now_ms: int, said: SimpleNamespace) -> None:
        """The first dose was not given: there is no t0, and the baseline is open again."""
        if said.number == 1:
            self.unit.session.t0_ms = None
            self.unit.baseline.open()

    def _take_key(self, now_ms: int, said: SimpleNamespace) -> None:
        unit = self.unit
        if (said.key, said.gesture) == ("STOP", "short"):
            unit.help_called = True
        elif said.key == "CALL":
            unit.patient_calls = unit.patient_calls or said.gesture in ("short", "hold")
            unit.call_held = said.gesture == "stuck"
        elif said.gesture in ("stuck", "free"):
            unit.stuck_key = said.key if said.gesture == "stuck" else None

    def _take_away(self, now_ms: int, said: SimpleNamespace) -> None:
        if said.event == "began":
            self.unit.away.begin(now_ms, said.reason)
        else:
            self.unit.away.end()

    def _take_boot(self, now_ms: int, said: SimpleNamespace) -> None:
        self.unit.restarted = gap_text(said.gap_s)
