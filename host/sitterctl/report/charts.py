"""The timeline: everything of a session above one axis of minutes from the dose.

Each panel draws itself from its own top at y = 0 and says how high it is; `timeline` stacks them and lays phases, the
dose and the times without power behind all of them.
"""

from collections.abc import Sequence

from markupsafe import Markup

from sitterctl.report import lanes, phase_band
from sitterctl.report.model import Session, by_hand
from sitterctl.report.phase_band import WIDTH
from sitterctl.report.svg import (
    Scale,
    element,
    levels,
    line,
    number,
    path,
    rect,
    text,
    thinned,
    ticks,
)
from sitterctl.saturation import MODULE

LEFT, RIGHT, GAP = 128, 94, 14
# Minutes between the ticks of the axis.
_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 720, 1440)
_VALUES = (5, 10, 20, 50, 100, 200, 500)

# setting, what the thin line is called
_LIMITS = {
    "pulse": (("pulse_high_bpm", "high"), ("pulse_low_bpm", "low")),
    "spo2": (("spo2_low_pct", "low"), ("spo2_baseline_pct", "before")),
    "pressure": (("systolic_high_mmhg", "sys. high"), ("diastolic_high_mmhg", "dia. high"),
                 ("systolic_low_mmhg", "sys. low")),
}  # fmt: skip


def timeline(session: Session) -> Markup:
    """The whole figure as one SVG element."""
    x = Scale(session.begin, session.end, LEFT, WIDTH - RIGHT)
    panels = [
        phase_band.draw(session, x),
        _curve(session, x, "pulse", "pulse_bpm", "Pulse", ("bpm",), (50, 110), 132),
        _curve(session, x, "spo2", "spo2_pct", "SpO2", _spo2_words(session), (88, 100), 118),
        _pressure(session, x),
        *lanes.all_lanes(session, x),
    ]
    drawn, y = [], 0.0
    for inside, height in panels:
        if height:
            drawn.append(f'<g transform="translate(0 {number(y)})">{inside}</g>')
            y += height + GAP
    behind, before = phase_band.backdrop(session, x, y - GAP)
    axis, axis_height = _axis(session, x, y - GAP + 4)
    height = y - GAP + 4 + axis_height
    label = "Pulse, oxygen saturation, blood pressure, alarms, cues and events over the minutes from the dose"
    return Markup(
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {number(height)}" role="img" aria-label="{label}">'
        f"{_PATTERNS}{behind}{''.join(drawn)}{before}{axis}</svg>"
    )


_PATTERNS = (
    '<defs><pattern id="absent" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" class="absent-ground"/><line x1="0" y1="0" x2="0" y2="5" class="absent-line"/>'
    "</pattern>"
    '<pattern id="paused" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="4" class="paused-line"/></pattern></defs>'
)


# --- the axis ---------------------------------------------------------------------------------------------------------


def _axis(session: Session, x: Scale, top: float) -> tuple[str, float]:
    parts = [line(x(session.begin), top, x(session.end), top, "axis")]
    for minute in ticks(session.begin, session.end, _MINUTES, 24):
        at = session.local(session.utc_at(minute))
        parts.append(line(x(minute), top, x(minute), top + 5, "axis"))
        parts.append(text(x(minute), top + 18, f"{minute:g}".replace("-", "−"), "tick middle"))
        if at:
            parts.append(text(x(minute), top + 32, f"{at:%H:%M}", "clock middle"))
    zone = session.local(session.begin_utc_s)
    parts.append(text(x.high_px + 22, top + 18, "min from dose" if session.dosed else "min from start", "axis-name"))
    parts.append(text(x.high_px + 22, top + 32, f"{zone:%Z}" if zone else "", "axis-name"))
    return "".join(parts), 38


# --- curves -----------------------------------------------------------------------------------------------------------


def _label(height: float, name: str, *small: str) -> str:
    """Name of a panel, left of it, with smaller lines beneath."""
    top = height / 2 - 7 * len(small)
    lines = [text(LEFT - 34, top + 4, name, "name")]
    lines += [text(LEFT - 34, top + 18 + 13 * i, words, "unit") for i, words in enumerate(small)]
    return "".join(lines)


def _frame(x: Scale, y: Scale, height: float) -> str:
    parts = [rect(x.low_px, 0, x.high_px, height, "frame")]
    for value in ticks(y.low, y.high, _VALUES, 5):
        parts.append(line(x.low_px, y(value), x.high_px, y(value), "grid"))
        parts.append(text(LEFT - 6, y(value) + 4, f"{value:g}", "tick end"))
    return "".join(parts)


def _limit_lines(session: Session, panel: str, x: Scale, y: Scale) -> str:
    """The limits in force, as steps: a setting holds until the next record of it."""
    parts, labels = [], []
    for name, called in _LIMITS[panel]:
        changes = [change for change in session.limits.get(name, ()) if y.low <= change[1] <= y.high]
        if not changes:
            continue
        points: list[tuple[float, float]] = []
        for i, (minute, value) in enumerate(changes):
            until = changes[i + 1][0] if i + 1 < len(changes) else session.end
            points += [(x(minute), y(value)), (x(until), y(value))]
        parts.append(path(points, "limit"))
        labels.append((points[-1][1], f"{called} {changes[-1][1]}"))
    lowest = -99.0
    for level, words_ in sorted(labels):
        lowest = max(level + 3.5, lowest + 11)
        parts.append(text(x.high_px + 5, lowest, words_, "limit-name"))
    return "".join(parts)


def _range(
    values: Sequence[float], limits: Sequence[float], usual: tuple[float, float], step: int
) -> tuple[float, float]:
    """Low and high end of a scale that holds the usual range, the values and the limits, rounded outwards."""
    everything = [*values, *limits, *usual]
    return min(everything) // step * step, -(-max(everything) // step) * step


def _in_force(session: Session, panel: str) -> list[int]:
    return [value for name, _ in _LIMITS[panel] for _, value in session.limits.get(name, ())]


def _spo2_words(session: Session) -> tuple[str, ...]:
    """What stands beneath the name of the panel: the unit, and how far to trust it."""
    if session.spo2_mark == MODULE:
        return "%, by the", "module's own", "calibration"
    return f"%, {session.spo2_mark}:", "trust the change,", "not the value"


def _curve(session: Session, x: Scale, panel: str, name: str, title: str, small: tuple[str, ...],
           usual: tuple[float, float], height: float) -> tuple[str, float]:  # fmt: skip
    """One curve of vitals. The line breaks wherever a number is absent."""
    known = [value for _, value in session.curves[name] if value is not None]
    low, high = _range(known, _in_force(session, panel), usual, 5)
    y = Scale(low - 1, high + 1, height, 0)
    parts = [_frame(x, y, height)]
    for gap in session.missing[name]:
        if gap.end is not None and gap.start is not None and gap.end - gap.start > 0.05:
            klass = "absent" if x(gap.end) - x(gap.start) > 4 else "absent-thin"
            parts.append(rect(x(gap.start), 0, x(gap.end), height, klass, gap.label, least=1))
    parts.append(_limit_lines(session, panel, x, y))
    for stretch in stretches(session, name):
        parts.append(path(thinned([(x(minute), y(value)) for minute, value in stretch]), f"curve {panel}"))
    return "".join(parts) + _label(height, title, *small), height


def stretches(session: Session, name: str) -> list[list[tuple[float, float]]]:
    """The pieces of a curve between its gaps."""
    breaks = sorted(span.start for span in [*session.missing[name], *session.offs] if span.start is not None)
    pieces: list[list[tuple[float, float]]] = [[]]
    for minute, value in session.curves[name]:
        if breaks and minute > breaks[0] and pieces[-1]:
            pieces.append([])
        while breaks and minute > breaks[0]:
            breaks.pop(0)
        if value is not None:
            pieces[-1].append((minute, value))
    return [piece for piece in pieces if piece]


# --- blood pressure ---------------------------------------------------------------------------------------------------


def _pressure(session: Session, x: Scale) -> tuple[str, float]:
    """Readings as bars from diastolic to systolic with a tick at the mean, hollow where they were keyed in by hand;
    attempts that failed as crosses."""
    height = 172
    whole = [e for e in session.pressures if e.fields.get("systolic_mmhg") and e.fields.get("diastolic_mmhg")]
    values = [e.fields[name] for e in whole for name in ("systolic_mmhg", "diastolic_mmhg")]
    low, high = _range(values, _in_force(session, "pressure"), (70, 150), 10)
    y = Scale(low - 12, high + 12, height, 0)
    parts = [_frame(x, y, height), _limit_lines(session, "pressure", x, y)]
    rows = levels([(x(e.at) - 10, x(e.at) + 10) for e in whole], gap=1)
    for event, row in zip(whole, rows, strict=True):
        parts.append(_bar(session, event.fields, x(event.at), y, min(row, 2)))
    for event in session.cuff:
        centre = x(event.at)
        name = f"{event.fields.get('event') or '–'} {event.fields.get('code') or ''}".strip()
        cross = f"M{number(centre - 4)} {height - 22}l8 8m0 -8l-8 8"
        parts.append(element("path", f"cuff {name}, {event.fields.get('cause') or '–'}", d=cross, klass="cross"))
        parts.append(text(centre, height - 3, name, "small middle"))
    return "".join(parts) + _label(height, "Blood pressure", "mmHg"), height


def _bar(session: Session, values: dict, centre: float, y: Scale, row: int) -> str:
    systolic, diastolic, mean = (values.get(f"{name}_mmhg") for name in ("systolic", "diastolic", "mean"))
    top, bottom = y(systolic or 0), y(diastolic or 0)
    tip = f"{systolic}/{diastolic} mmHg, mean {'–' if mean is None else mean}, {values.get('cause') or '–'}"
    tip, klass = (f"{tip}, keyed in by hand", "pressure-bar manual") if by_hand(values) else (tip, "pressure-bar")
    parts = [element("rect", tip, x=centre - 2.5, y=top, width=5.0, height=bottom - top, rx=1, klass=klass)]
    if mean is not None:
        parts.append(line(centre - 6, y(mean), centre + 6, y(mean), "pressure-mean"))
    parts.append(text(centre, top - 5 - 11 * row, systolic, "value middle"))
    parts.append(text(centre, bottom + 12 + 11 * row, diastolic, "value middle"))
    return "".join(parts)
