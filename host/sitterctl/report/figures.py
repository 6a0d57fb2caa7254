"""The line of key figures at the top of the page. A figure the log does not hold is a dash."""

from sitterctl.report.model import PRIORITIES, Event, Session, by_hand


def figures(session: Session) -> list[tuple[str, str, str]]:
    """(what, value, detail) of each figure."""
    return [_baseline(session), _highest(session), _lowest_spo2(session), _pulse_range(session),
            _alarm_count(session), _without_number(session)]  # fmt: skip


def _reading(event: Event) -> str:
    return f"{_shown(event.fields.get('systolic_mmhg'))}/{_shown(event.fields.get('diastolic_mmhg'))}"


def _how(event: Event) -> str:
    return ", keyed in by hand" if by_hand(event.fields) else ""


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _zero(session: Session) -> str:
    return "after the dose" if session.dosed else "after the start"


def _moment(session: Session, minute: float) -> str:
    whole = round(abs(minute))
    if minute >= 0:
        return f"{whole} min {_zero(session)}"
    return f"{whole} min before the dose"


def _baseline(session: Session) -> tuple[str, str, str]:
    before = [event for event in session.pressures if session.dosed and event.at <= 0]
    detail = f"last of {len(before)} before the dose" if len(before) > 1 else "before the dose"
    if not before:
        return "Baseline blood pressure", "–", detail
    return "Baseline blood pressure", _reading(before[-1]), detail + _how(before[-1])


def _highest(session: Session) -> tuple[str, str, str]:
    after = [e for e in session.pressures if e.fields.get("systolic_mmhg") and (e.at > 0 or not session.dosed)]
    if not after:
        return "Highest blood pressure", "–", "no reading after the dose"
    top = max(after, key=lambda event: event.fields["systolic_mmhg"])
    return "Highest blood pressure", _reading(top), _moment(session, top.at) + _how(top)


def _lowest_spo2(session: Session) -> tuple[str, str, str]:
    known = [(value, minute) for minute, value in session.curves["spo2_pct"] if value is not None]
    if not known:
        return "Lowest SpO2", "–", session.spo2_mark
    value, minute = min(known)
    before = session.limits.get("spo2_baseline_pct")
    baseline = f", {before[-1][1]} % before the dose" if before else ""
    return "Lowest SpO2", f"{value} %", f"{_moment(session, minute)}{baseline}, {session.spo2_mark}"


def _pulse_range(session: Session) -> tuple[str, str, str]:
    known = [value for _, value in session.curves["pulse_bpm"] if value is not None]
    return "Pulse", f"{min(known)}–{max(known)}" if known else "–", "bpm, lowest and highest"


def _alarm_count(session: Session) -> tuple[str, str, str]:
    counts = [(sum(alarm.priority == name for alarm in session.alarms), name) for name in PRIORITIES]
    return "Alarms", str(len(session.alarms)), " · ".join(f"{count} {name}" for count, name in counts)


def _without_number(session: Session) -> tuple[str, str, str]:
    """The share of the time, from the dose on, in which no pulse could be shown: not trusted, not recorded or off."""
    start = 0.0 if session.dosed else session.begin
    times = [minute for minute, _ in session.curves["pulse_bpm"] if minute >= start]
    if not times or times[-1] <= start:
        return "Time without a number", "–", "pulse"
    gaps = [*session.missing["pulse_bpm"], *session.offs]
    lost = sum(max(0.0, min(gap.end or 0, times[-1]) - max(gap.start or 0, start)) for gap in gaps)
    return "Time without a number", f"{100 * lost / (times[-1] - start):.1f} %", f"pulse, from {_zero(session)[6:]} on"
