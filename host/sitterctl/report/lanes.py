"""The lanes of the timeline below its curves: alarms, cues, technical faults and key presses.

Each function gives (drawing from its own top, height); a lane with nothing to show has height 0 and is left out.
"""

from sitterctl.report import moments
from sitterctl.report.model import Event, Session, words
from sitterctl.report.occurrences import Occurrence
from sitterctl.report.svg import Scale, area, element, line, rect, text, text_width

_ROW = 20


def all_lanes(session: Session, x: Scale) -> list[tuple[str, float]]:
    return [_alarms(session, x), _music(session, x), _light(session, x), _parts(session, x), moments.draw(session, x),
            _keys(session, x)]  # fmt: skip


def _name(x: Scale, y: float, words_: str, klass: str) -> str:
    return text(x.low_px - 8, y, words_, klass)


# --- alarms -----------------------------------------------------------------------------------------------------------


def _alarms(session: Session, x: Scale) -> tuple[str, float]:
    """A row for each kind of alarm, the most urgent first; hatched while somebody had paused its sound."""
    urgency = {"high": 0, "medium": 1, "low": 2}
    kinds = sorted({(urgency.get(a.priority, 3), a.alarm) for a in session.alarms})
    if not kinds:
        return _none(x, "Alarms")
    parts = [rect(x.low_px, 0, x.high_px, _ROW * len(kinds), "frame")]
    for row, (_, alarm) in enumerate(kinds):
        top = row * _ROW
        if row:
            parts.append(line(x.low_px, top, x.high_px, top, "grid"))
        parts.append(_name(x, top + 14, words(alarm), "row-name"))
        ones = [a for a in session.alarms if a.alarm == alarm]
        for i, occurrence in enumerate(ones):
            room = x(ones[i + 1].start or session.end) if i + 1 < len(ones) else x.high_px
            room = min(
                [room, *(x(off.start or 0) for off in session.offs if (off.start or 0) > (occurrence.start or 0))]
            )
            parts.append(_occurrence(session, occurrence, x, top, room))
    return "".join(parts), _ROW * len(kinds)


def _occurrence(session: Session, alarm: Occurrence, x: Scale, top: float, room: float) -> str:
    start = session.begin if alarm.start is None else alarm.start
    end = session.end if alarm.end is None else alarm.end
    right = max(x(end), x(start) + 3)
    value = "" if alarm.value is None else f" {alarm.value}"
    parts = [rect(x(start), top + 3, right, 14, f"alarm {alarm.priority}", f"{words(alarm.alarm)}{value}")]
    for begin, until, cause in alarm.pauses:
        parts.append(rect(x(begin), top + 3, min(max(x(until), x(begin) + 2), right), 14, "paused", cause))
        parts.append(line(x(begin), top + 1, x(begin), top + 19, "paused-mark"))
    said = _pause_words(alarm)
    if said and right + 6 + text_width(said, 10.5) < room:
        parts.append(text(right + 6, top + 14, said, "small"))
    return "".join(parts)


def _pause_words(alarm: Occurrence) -> str:
    if not alarm.pauses:
        return ""
    begin, until, cause = alarm.pauses[0]
    more = f" (and {len(alarm.pauses) - 1} more)" if len(alarm.pauses) > 1 else ""
    return f"paused {round((until - begin) * 60)} s: {cause or '–'}{more}"


def _none(x: Scale, name: str) -> tuple[str, float]:
    return _name(x, 14, name, "row-name") + text(x.low_px + 6, 14, "none recorded", "small"), _ROW


# --- cues -------------------------------------------------------------------------------------------------------------


def _faded(session: Session, x: Scale, y: Scale, name: str) -> list[tuple[float, float]]:
    """The commanded course of one value: from what it was to what was asked for, over the fade."""
    points: list[tuple[float, float]] = []
    level = 0.0
    fade = "music_fade_ms" if name == "volume" else "fade_ms"
    cues = [cue for last, cue in zip([None, *session.cues], session.cues, strict=False)
            if last is None or cue.fields.get(name) != last.fields.get(name)]  # fmt: skip
    for i, cue in enumerate(cues):
        until = cues[i + 1].at if i + 1 < len(cues) else session.end
        target = cue.fields.get(name) or 0
        fade_min = (cue.fields.get(fade) or 0) / 60000
        if not points:
            level = target if name != "volume" else 0.0
        reached = min(cue.at + fade_min, until)
        share = 1.0 if not fade_min else (reached - cue.at) / fade_min
        points.append((x(cue.at), y(level)))
        level += (target - level) * share
        points += [(x(reached), y(level)), (x(until), y(level))]
    return points


def _music(session: Session, x: Scale) -> tuple[str, float]:
    height = 42
    if not session.cues:
        return "", 0
    y = Scale(0, 30, height, 17)
    parts = [rect(x.low_px, 0, x.high_px, height, "frame"), area(_faded(session, x, y, "volume"), height, "volume")]
    for i, cue in enumerate(session.cues):
        if i and _same(cue, session.cues[i - 1], "folder", "track"):
            continue
        if i and _same(cue, session.cues[i - 1], "folder"):  # the next track of a playlist
            tip = f"folder {cue.fields.get('folder')}, track {cue.fields.get('track')}"
            parts.append(rect(x(cue.at) - 0.5, height - 6, x(cue.at) + 0.5, 6, "track", tip))
            continue
        until = next((c.at for c in session.cues[i + 1 :] if not _same(c, cue, "folder")), session.end)
        parts.append(line(x(cue.at), 0, x(cue.at), height, "change"))
        parts.append(_fitting(x(cue.at), x(until), 12, _music_words(cue)))
    for fault in session.parts:
        if fault.label == "music":
            parts.append(rect(x(fault.start or 0), 0, x(fault.end or 0), height, "absent", fault.detail, least=2))
    return "".join(parts) + _two(x, "Music", "folder, volume"), height


def _same(one: Event, other: Event, *names: str) -> bool:
    return all(one.fields.get(name) == other.fields.get(name) for name in names)


def _music_words(cue: Event) -> tuple[str, str]:
    folder, volume = cue.fields.get("folder"), cue.fields.get("volume")
    if not folder:
        return "silence", ""
    return f"folder {folder}, volume {volume}", f"{folder} · {volume}"


def _fitting(left: float, right: float, y: float, choices: tuple[str, ...]) -> str:
    """The first of the wordings that has room between left and right."""
    fits = (words_ for words_ in choices if words_ and text_width(words_, 10.5) + 8 < right - left)
    found = next(fits, "")
    return text(left + 5, y, found, "small") if found else ""


def _light(session: Session, x: Scale) -> tuple[str, float]:
    height = 42
    if not session.cues:
        return "", 0
    brightest = max(cue.fields.get("brightness_pct") or 0 for cue in session.cues)
    y = Scale(0, max(brightest, 10), height, 17)
    level = _faded(session, x, y, "brightness_pct")
    parts = [rect(x.low_px, 0, x.high_px, height, "frame"), area(level, height, "warm")]
    changes = [cue for last, cue in zip([None, *session.cues], session.cues, strict=False)
               if last is None or not _same(cue, last, "brightness_pct", "kelvin", "breaths_per_min")]  # fmt: skip
    for i, cue in enumerate(changes):
        until = changes[i + 1].at if i + 1 < len(changes) else session.end
        parts.append(_fitting(x(cue.at), x(until), 12, _light_words(cue)))
    return "".join(parts) + _two(x, "Light", "as bright, white"), height


def _light_words(cue: Event) -> tuple[str, str]:
    bright, breaths = cue.fields.get("brightness_pct"), cue.fields.get("breaths_per_min")
    breathing = f", {breaths} breaths/min" if breaths else ""
    return f"{bright} %, {cue.fields.get('kelvin')} K{breathing}", f"{bright} %"


def _two(x: Scale, name: str, small: str) -> str:
    return _name(x, 20, name, "row-name strong") + _name(x, 33, small, "row-name unit")


# --- faults and keys -----------------------------------------------------------------------------------------------


def _parts(session: Session, x: Scale) -> tuple[str, float]:
    names = sorted({span.label for span in session.parts})
    parts = [rect(x.low_px, 0, x.high_px, _ROW * len(names), "frame")]
    for row, name in enumerate(names):
        parts.append(_name(x, row * _ROW + 14, f"fault: {name}", "row-name"))
        for span in session.parts:
            if span.label == name:
                left, right = x(span.start or 0), x(span.end or 0)
                parts.append(rect(left, row * _ROW + 5, right, 10, "fault", span.detail, least=2))
                parts.append(text(max(right, left + 2) + 5, row * _ROW + 14, span.detail, "small"))
    return "".join(parts), _ROW * len(names)


def _keys(session: Session, x: Scale) -> tuple[str, float]:
    """A thin row for each key that was pressed; a key that was held is drawn longer."""
    order = {"SILENCE": 0, "STOP": 1, "BP": 2, "NEXT": 3, "MARK": 4}
    names = sorted({event.fields.get("key") or "–" for event in session.keys}, key=lambda n: (order.get(n, 5), n))
    parts = [rect(x.low_px, 0, x.high_px, 13 * len(names), "frame")]
    for row, name in enumerate(names):
        middle = 13 * row + 6.5
        parts.append(_name(x, middle + 4, f"key {name}", "row-name"))
        for event in session.keys:
            if (event.fields.get("key") or "–") == name:
                held = event.fields.get("gesture") == "hold"
                width = 12.0 if held else 5.0
                parts.append(element("rect", f"{name} {event.fields.get('gesture')}", x=x(event.at) - 2.5,
                                     y=middle - 4, width=width, height=8, rx=2, klass="key"))  # fmt: skip
    return "".join(parts), 13 * len(names)
