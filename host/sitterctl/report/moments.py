"""The lane of single moments below the curves: doses, marks, events, and what staff saw of the patient."""

from sitterctl.report.model import Dose, Event, Session
from sitterctl.report.observed import answered
from sitterctl.report.svg import Scale, element, levels, line, number, path, rect, text, text_width

_ROW = 20


def draw(session: Session, x: Scale) -> tuple[str, float]:
    """A row each for doses and marks, and for events and questions where the log has any."""
    rows = [("Doses", _doses(session, x)), ("Marks", _marks(session, x))]
    rows += [("Events", _events(session, x))] if session.events else []
    rows += [("Observed", _observed(session, x))] if session.observed or session.leavings else []
    parts = [rect(x.low_px, 0, x.high_px, _ROW * len(rows), "frame")]
    for n, (name, inside) in enumerate(rows):
        parts += [line(x.low_px, n * _ROW, x.high_px, n * _ROW, "grid")] if n else []
        parts.append(text(x.low_px - 8, n * _ROW + 14, name, "row-name strong"))
        parts.append(f'<g transform="translate(0 {n * _ROW})">{inside}</g>')
    return "".join(parts), _ROW * len(rows)


def _doses(session: Session, x: Scale) -> str:
    """Diamonds at the moments at which they were given, with a line to the press where it came later. What was taken
    back is hollow and struck through."""
    return "".join(_dose(dose, x, session.begin) for dose in session.all_doses)


def _dose(dose: Dose, x: Scale, begin: float) -> str:
    centre, pressed = x(max(dose.at, begin)), x(dose.pressed.at)
    shape = f"M{number(centre)} 3l6 7l-6 7l-6 -7z"
    tip = f"dose {dose.fields.get('number')}"
    tip += f", stated {dose.ago_min} min later" if dose.ago_min else ""
    parts = [line(centre, 10, pressed, 10, "dose-stated"), line(pressed, 5, pressed, 15, "dose-stated")]
    parts = parts if dose.ago_min else []
    if dose.void:
        tip += f", taken back: {dose.void.fields.get('reason') or 'no reason given'}"
        parts.append(element("path", tip, d=shape, klass="taken-back"))
        return "".join([*parts, path([(centre - 9, 17), (centre + 9, 3)], "struck")])
    size = dose.fields.get("dose_mg")
    parts.append(element("path", tip, d=shape, klass="dose"))
    beside = max(centre + 6, pressed) + 4
    return "".join([*parts, text(beside, 14, "–" if size is None else f"{size} mg", "small strong")])


def _marks(session: Session, x: Scale) -> str:
    """Numbered circles; those that would cover another stay without a number."""
    parts = []
    places = [x(mark.at) for mark in session.marks]
    for mark, row in zip(session.marks, levels([(p - 8, p + 8) for p in places], gap=1), strict=True):
        centre = x(mark.at)
        parts.append(element("circle", _mark_tip(mark), cx=centre, cy=10.0, r=7.5, klass="mark"))
        if not row:
            parts.append(text(centre, 13.5, mark.fields.get("number"), "mark-number"))
    return "".join(parts)


def _mark_tip(mark: Event) -> str:
    """What the record has of that moment."""
    said = mark.fields
    known = (("folder", "folder {}"), ("track", "track {}"), ("pulse_bpm", "pulse {} bpm"), ("spo2_pct", "SpO2 {} %"),
             ("systolic_mmhg", "systolic {} mmHg"))  # fmt: skip
    return ", ".join(["mark", *(words.format(said[name]) for name, words in known if said.get(name) is not None)])


def _events(session: Session, x: Scale) -> str:
    """Ticks with their words, where there is room for them before the next."""
    parts = []
    for i, event in enumerate(session.events):
        left, words = x(event.at), event.fields.get("code") or "–"
        room = x(session.events[i + 1].at) if i + 1 < len(session.events) else x.high_px
        parts.append(element("rect", words, x=left - 1.5, y=4, width=3.0, height=12, klass="event"))
        if left + 5 + text_width(words, 10.5) < room:
            parts.append(text(left + 5, 14, words, "small"))
    return "".join(parts)


def _observed(session: Session, x: Scale) -> str:
    """Questions as squares, hollow where nobody answered; checks before leaving as triangles, hollow if not passed."""
    parts = []
    for one in session.observed:
        klass = "observed" if answered(one.fields) else "observed missing"
        tip = f"observed, {one.fields.get('occasion') or '–'}"
        parts.append(element("rect", tip, x=x(one.at) - 4, y=6, width=8.0, height=8, klass=klass))
    for one in session.leavings:
        klass = "leaving" if one.fields.get("passed") else "leaving missing"
        shape = f"M{number(x(one.at))} 4l6 11h-12z"
        parts.append(element("path", f"check before leaving, {one.fields.get('total')} of 12", d=shape, klass=klass))
    return "".join(parts)
