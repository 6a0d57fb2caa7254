"""The head of the timeline: the phases, what staff did with them, and what all panels below share."""

from collections.abc import Sequence

from sitterctl.report.model import Event, Session, words
from sitterctl.report.spans import Span
from sitterctl.report.svg import Scale, element, levels, line, number, rect, text, text_width

WIDTH = 1150
_PX, _ROW = 24, 14
# What staff did with a phase, as the band and the report's table say it.
COURSES = {"hold": "held", "go on": "went on", "longer": "longer", "shorter": "shorter", "back": "stepped back"}


def draw(session: Session, x: Scale) -> tuple[str, float]:
    """Names of the phases; those too short for their names, and single moments, are named a row higher."""
    inside: list[str] = []
    above: list[tuple[float, str, str]] = []
    for phase in _lasting(session.phases):
        left, right, name = x(phase.start or 0), x(phase.end or 0), words(phase.label)
        tip = f"{name}: {phase.detail}"
        inside.append(rect(left, 0, right, _PX - 1, f"phase phase-{phase.label}", tip))
        if right - left > text_width(name, 12) + 8:
            inside.append(text((left + right) / 2, 16, name, "phase-name"))
        else:
            above.append((left, name, "phase-short"))
    inside += [_course_mark(course, x) for course in session.courses]
    above += [(x(course.at), course_words(course.fields), "course-name") for course in session.courses]
    above += [(x(off.end or 0) + 5, off.label, "flag") for off in session.offs]
    above += [(_zero(session, x) + 5, "dose", "flag")] if session.dosed else []
    above += [(x(session.doubt) + 5, "not vouched for from here", "flag doubtful")] if session.doubt is not None else []
    above = sorted((min(left, WIDTH - text_width(name)), name, klass) for left, name, klass in above)
    rows = levels([(left - 6, left + text_width(name)) for left, name, _ in above])
    lift = _ROW * (max(rows) + 1) + 2 if rows else 0
    flags = [
        text(left, lift - 5 - _ROW * row, name, klass) for (left, name, klass), row in zip(above, rows, strict=True)
    ]
    return f'<g transform="translate(0 {lift})">{"".join(inside)}</g>{"".join(flags)}', lift + _PX


def course_words(course: dict) -> str:
    action = course.get("action") or "–"
    return COURSES.get(action, action)


def _course_mark(course: Event, x: Scale) -> str:
    """A wedge in the band, at the moment at which staff decided about the phase."""
    ends_min = course.fields.get("ends_min")
    until = "" if ends_min is None else f", it now ends by itself at {ends_min} min"
    wedge = f"M{number(x(course.at) - 5)} 0h10l-5 8z"
    tip = f"{words(course.fields.get('phase'))}: {course_words(course.fields)}{until}"
    return element("path", tip, d=wedge, klass="course")


def _lasting(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.start is not None and span.end is not None and span.end > span.start]


def _zero(session: Session, x: Scale) -> float:
    """Where t0 is drawn; a dose that was given before the record begins stands at its edge."""
    return x(max(0.0, session.begin))


def backdrop(session: Session, x: Scale, height: float) -> tuple[str, str]:
    """What all panels share: tinted phases behind, times without power and the dose before them."""
    behind = [
        rect(x(phase.start or 0), 0, x(phase.end or 0), height, f"tint phase-{phase.label}")
        for phase in _lasting(session.phases)
    ]
    before = [
        rect(x(off.start or 0), 2, x(off.end or 0), height - 2, "off", f"{off.label}, {off.detail}", least=3)
        for off in session.offs
    ]
    if session.dosed:
        before.append(line(_zero(session, x), 2, _zero(session, x), height, "zero"))
    if session.doubt is not None:
        before.append(line(x(session.doubt), 2, x(session.doubt), height, "doubt"))
    return "".join(behind), "".join(before)
