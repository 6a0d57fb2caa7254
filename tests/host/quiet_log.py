"""A session as planned, record by record, for tests that change one thing about it and look at what the report says."""

from datetime import UTC

from example_log import BASELINE, CHECKLIST, PLAN, SETTINGS, START_UTC_S, LogBuilder

from sitterctl import keys, report, slog
from sitterctl.report import model
from sitterctl.report.deviations import deviations

T0 = 12  # minutes from the beginning of the quiet session to its dose
Told = tuple[float, str, dict]  # minute from the dose, record, fields

PHASES = ((-12, "checks"), (-3, "ready"), (0, "onset"), (20, "peak"), (60, "return"), (120, "recovery"),
          (150, "closed"))  # fmt: skip
READ = (-8, -5, 10, 20, 30, 40, 50, 60, 75, 90, 105, 120)


def quiet() -> list[Told]:
    """A session as planned, in which nothing is to be looked at."""
    told: list[Told] = [(-12, "plan", {"code": "K-0417", **PLAN})]
    told += [(-12, "setting", {"name": name, "value": value}) for name, value in SETTINGS.items()]
    told += [(minute, "phase", {"phase": phase, "cause": "key NEXT"}) for minute, phase in PHASES]
    told += [(-11, "check", {"number": n, "count": len(CHECKLIST), "text": t}) for n, t in enumerate(CHECKLIST, 1)]
    told += [reading(minute) for minute in READ]
    told += [(0, "baseline", BASELINE), (0, "dose", {"number": 1, "dose_mg": 150, "route": "sublingual"})]
    told += [observe(40), leaving(122, 1), leaving(142, 2)]
    return [*told, (150, "close", {"reason": "key NEXT"})]


def reading(minute: float, systolic: int = 126, diastolic: int = 78) -> Told:
    return minute, "pressure", {"systolic_mmhg": systolic, "diastolic_mmhg": diastolic, "cause": "schedule"}


def observe(minute: float, occasion: str = "40 min", **changes: object) -> Told:
    seen = {"moaas": 5, "breaths_per_min": "8 to 20", "dissociation": "none", "nausea": "none"}
    return minute, "observe", {"occasion": occasion, **seen, **changes}


def leaving(minute: float, number: int, passed: int = 1) -> Told:
    parts = dict.fromkeys(("vitals", "activity", "nausea", "orientation", "sedation", "dissociation"), 2)
    return minute, "leaving", {**parts, "escort": 1, "total": 12, "passed": passed, "number": number,
                               "since_dose_min": round(minute), "pulse_bpm": 74, "systolic_mmhg": 126}  # fmt: skip


def alarm(minute: float, event: str, priority: str = "high") -> Told:
    return minute, "alarm", {"alarm": "spo2_low", "event": event, "priority": priority, "value": 88, "limit": 90}


def without(*names: str) -> list[Told]:
    return [one for one in quiet() if one[1] not in names]


def changed(name: str, **fields: object) -> list[Told]:
    return [(minute, said, {**old, **fields} if said == name else old) for minute, said, old in quiet()]


def log_of(told: list[Told], **header) -> bytes:
    """In order of time; a `boot` begins a start of its own, 60 s after power-on."""
    log, base_min = LogBuilder(**header), -T0
    for minute, name, fields in sorted(told, key=lambda one: one[0]):
        if name == "boot":
            base_min = minute
            fields = {"utc_s": START_UTC_S + round((minute + T0) * 60), "utc_trusted": 1, **fields}
        log.add(name, 1000 + round((minute - base_min) * 60_000), **fields)
    return log.seal(12_000_000).data()


def found(told: list[Told], **header) -> list[str]:
    """The moments, in minutes from the dose, and sentences of what there is to look at."""
    session = model.build(slog.read(log_of(told, **header)), UTC)
    return [f"{'–' if one.at is None else f'{one.at:.4g}'} {one.sentence}" for one in deviations(session)]


def page_of(told: list[Told], **header) -> str:
    data = log_of(told, **header)
    return report.render(slog.read(data), slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC)
