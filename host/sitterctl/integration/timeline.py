"""The worksheet's timeline, drawn downwards so that a phone and a sheet of A4 can hold it: phases with their times,
music, marked moments and, where it was asked for, the pulse."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from sitterctl.integration.sheet import Sheet
from sitterctl.report.svg import Scale, element, line, number, path, rect, text, text_width, thinned, ticks

_TOP, _BOTTOM, _LEAST_PX, _ROW_PX = 30, 12, 430, 24
_PHASE, _MUSIC, _CIRCLE, _PULSE = (132, 156), (159, 245), 277, (355, 435)
_WIDTH, _WIDTH_WITH_PULSE = 350, 442
# Beats a minute between the lines of the pulse.
_STEPS = (10, 20, 50, 100)
_LEAST_BPM = 30  # the width of the scale: an even pulse is to look even


def draw(sheet: Sheet) -> Markup:
    """The whole figure as one SVG element, with the same in words for who can not see it."""
    rows = max(len(sheet.moments), len(sheet.phases) + 1)
    y = Scale(sheet.begin, sheet.end, _TOP, _TOP + max(_LEAST_PX, rows * _ROW_PX))
    parts = [_heads(sheet), _phases(sheet, y), _music(sheet, y), _offs(sheet, y), _moments(sheet, y)]
    parts += [_pulse(sheet.pulse, y)] if sheet.pulse is not None else []
    width = _WIDTH if sheet.pulse is None else _WIDTH_WITH_PULSE
    return Markup(
        f'<svg class="timeline" viewBox="0 0 {width} {number(y.high_px + _BOTTOM)}" role="img" '
        f'aria-labelledby="timeline-title timeline-words"><title id="timeline-title">Timeline of the session</title>'
        f'<desc id="timeline-words">{escape(in_words(sheet))}</desc>{"".join(parts)}</svg>'
    )


def in_words(sheet: Sheet) -> str:
    """What the figure shows, as sentences."""
    said = [f"From {sheet.from_to[0]} to {sheet.from_to[1]}."]
    for name, some in (("Phases", sheet.phases), ("Music", sheet.music)):
        said += [f"{name}: " + ", ".join(f"{one.called} from {one.when}" for one in some) + "."] if some else []
    marked = "; ".join(f"{m.number} at {m.when}, {m.phase}, {m.music}" for m in sheet.moments)
    return " ".join([*said, f"Marked moments: {marked or 'none'}."])


def spread(wanted: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Places near those wanted, which are in order, at least `gap` apart, between `low` and `high` if there is room."""
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + gap if placed else low))
    limit = high
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - gap
    return placed


def _heads(sheet: Sheet) -> str:
    heads = [(_PHASE[0] - 10, "Phase", "head end"), (_MUSIC[0] + 5, "Music", "head"), (_CIRCLE - 10, "Marked", "head")]
    heads += [] if sheet.pulse is None else [(_PULSE[0], "Pulse, bpm", "head")]
    return "".join(text(x, 13, words, klass) for x, words, klass in heads)


def _phases(sheet: Sheet, y: Scale) -> str:
    """A bar of the phases; their names and times beside it, apart from each other however short a phase was."""
    left, right = _PHASE
    parts = []
    for i, one in enumerate(sheet.phases):
        parts.append(rect(left, y(one.start), right, y(one.end) - y(one.start), f"phase tint-{i % 2}", one.called))
    names = [(y(one.start), f"{one.when}  {one.called}") for one in sheet.phases]
    names.append((y(sheet.end), f"{sheet.from_to[1]}  End"))
    places = spread([at for at, _ in names], _TOP, y.high_px, _ROW_PX - 7)
    for (at, words), place in zip(names, places, strict=True):
        parts.append(path([(left, at), (left - 6, place)], "leader"))
        parts.append(text(left - 9, place + 4.5, words, "end"))
    return "".join(parts)


def _music(sheet: Sheet, y: Scale) -> str:
    """A bar of the music, named where there is room; the list of moments names it at each."""
    left, right = _MUSIC
    parts = []
    for i, one in enumerate(sheet.music):
        top, height = y(one.start), y(one.end) - y(one.start)
        parts.append(rect(left, top, right, height, f"music tint-{i % 2}", one.called))
        if height > 16 and text_width(one.called, 13) < right - left:
            parts.append(text(left + 5, top + 14, one.called))
    return "".join(parts)


def _offs(sheet: Sheet, y: Scale) -> str:
    parts = []
    for off in sheet.offs:
        parts.append(rect(_PHASE[0], y(off.start), _MUSIC[1], max(y(off.end) - y(off.start), 2), "off", off.called))
    return "".join(parts)


def _moments(sheet: Sheet, y: Scale) -> str:
    """A line across both bars at the moment, and its number and time beside them."""
    parts = []
    places = spread([y(one.at) for one in sheet.moments], _TOP + 4, y.high_px, _ROW_PX)
    for one, place in zip(sheet.moments, places, strict=True):
        parts.append(line(_PHASE[0], y(one.at), _MUSIC[1], y(one.at), "moment"))
        parts.append(path([(_MUSIC[1], y(one.at)), (_CIRCLE - 11, place)], "moment"))
        parts.append(element("circle", cx=_CIRCLE, cy=place, r=11, klass="mark"))
        parts.append(text(_CIRCLE, place + 4.5, one.number, "mark-number"))
        parts.append(text(_CIRCLE + 16, place + 4.5, one.when))
    return "".join(parts)


def _pulse(pieces: list[list[tuple[float, float]]], y: Scale) -> str:
    """The curve downwards; it breaks where there is no number."""
    known = [bpm for piece in pieces for _, bpm in piece]
    if not known:
        return text(_PULSE[0], _TOP + 14, "none recorded")
    low = min(known) - 3
    x = Scale(low, max(max(known) + 3, low + _LEAST_BPM), *_PULSE)
    parts = [rect(_PULSE[0], y.low_px, _PULSE[1], y.high_px - y.low_px, "frame")]
    for bpm in ticks(x.low, x.high, _STEPS, 3):
        parts.append(line(x(bpm), y.low_px, x(bpm), y.high_px, "grid"))
        parts.append(text(x(bpm), y.low_px - 4, f"{bpm:g}", "middle"))
    for piece in pieces:
        points = thinned([(y(minute), x(bpm)) for minute, bpm in piece])
        parts.append(path([(across, down) for down, across in points], "pulse"))
    return "".join(parts)
