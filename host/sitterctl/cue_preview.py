"""The preview of a programme: one HTML file with a drawing of music and light over time, without outside references.

A line runs through it in fast motion, a minute in a third of a second, and a room beside it is lit as the patient's
would be. The browser moves both by itself (SVG's own animation): there is no script in the page.
"""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import escape

from sitter.cues import Wanted, light_of
from sitterctl.card_file import Card
from sitterctl.cue_file import Cues
from sitterctl.cue_play import ASSUMED_S, Played, Sample, samples
from sitterctl.report.svg import Scale, area, element, line, number, path, rect, text, text_width, ticks

WIDTH, LEFT, RIGHT = 1160, 110, 30
_EVERY_S = 10
_SECONDS_A_MINUTE = 1 / 3
_PHASES_Y, _MUSIC_Y, _TRACKS_Y, _LIGHT_Y, _ROOM_Y = 40, 74, 186, 222, 342
_HEIGHT = 470
_FRAMES = 60  # of the room's animation
_WARM, _COOL = (255, 176, 97), (255, 250, 244)  # 2700 and 6500 K as a screen can show them

STYLE = (Path(__file__).parent / "cue_preview.css").read_text(encoding="utf-8")


def page(programme: Cues, played: Played, card: Card | None) -> str:
    """The whole file."""
    course = samples(played, _EVERY_S)
    lengths = "" if card else f" No card was named, so each track is taken to last {ASSUMED_S // 60} minutes."
    about = (f"{programme.route}, {played.end_s // 60} minutes from {played.phases[0][0]} to the end of "
             f"{played.phases[-1][0]}, at {_SECONDS_A_MINUTE:.2f} s a minute.{lengths} A track that a phase left "
             "playing is drawn darker: none is cut.")  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(programme.title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(programme.title)}</h1><p>{escape(about)}</p>\n"
        f'<div class="wide" tabindex="0">{drawing(programme, played, course, card)}</div>\n'
        f'<div class="wide">{_table(played)}</div>\n</main></body></html>\n'
    )


def drawing(programme: Cues, played: Played, course: Sequence[Sample], card: Card | None) -> str:
    x = Scale(0, played.end_s, LEFT, WIDTH - RIGHT)
    lanes = [_ticks(x, played), _phases(x, played), _music(x, course), _tracks(x, played, card), _light(x, course),
             _light_words(x, played), _room(course, played), _moving(x, played)]  # fmt: skip
    label = f"Music and light of {programme.title} over {played.end_s // 60} minutes"
    head = f'<svg class="timeline" viewBox="0 0 {WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
    return head + "\n".join(lanes) + "</svg>"


def _name(y: float, words: str, unit: str = "") -> str:
    return text(LEFT - 10, y, words, "name") + (text(LEFT - 10, y + 14, unit, "unit") if unit else "")


def _ticks(x: Scale, played: Played) -> str:
    parts = []
    for minute in ticks(0, played.end_s / 60, (5, 10, 15, 20, 30), 16):
        at = x(minute * 60)
        parts += [line(at, 26, at, _ROOM_Y - 14, "grid"), text(at, 18, f"{minute:.0f} min", "small quiet middle")]
    return "".join(parts)


def _phases(x: Scale, played: Played) -> str:
    parts = [_name(_PHASES_Y + 15, "Phase")]
    for name, begin_s, end_s in played.phases:
        parts.append(rect(x(begin_s), _PHASES_Y, x(end_s), 22, "phase", f"{name}, {(end_s - begin_s) // 60} min"))
        if text_width(name, 12) < x(end_s) - x(begin_s) - 4:
            parts.append(text((x(begin_s) + x(end_s)) / 2, _PHASES_Y + 15, name, "middle"))
        parts.append(line(x(begin_s), _PHASES_Y, x(begin_s), _ROOM_Y - 14, "edge"))
    return "".join(parts)


def _music(x: Scale, course: Sequence[Sample]) -> str:
    top, bottom = _MUSIC_Y, _MUSIC_Y + 100
    y = Scale(0, 30, bottom, top)
    points = []
    for before, sample in zip([course[0], *course], course, strict=False):
        points += [(x(sample.at_s), y(before.step))] if before.step != sample.step else []
        points.append((x(sample.at_s), y(sample.step)))
    parts = [_name(top + 16, "Music", "step of 30"), rect(x.low_px, top, x.high_px, 100, "frame")]
    parts += [line(x.low_px, y(step), x.high_px, y(step), "grid") for step in (10, 20)]
    parts += [text(LEFT - 10, y(step) + 4, str(step), "unit") for step in (10,)]
    return "".join([*parts, area(points, bottom, "volume")])


def _tracks(x: Scale, played: Played, card: Card | None) -> str:
    sung = {(one.folder, one.track) for one in card.tracks if one.lyrics} if card else set()
    parts = [_name(_TRACKS_Y + 15, "Tracks")]
    for folder, track, begin_s, end_s in played.tracks:
        title = card.title(folder, track) if card else ""
        tip = f"folder {folder}, track {track}: {title or 'length not known'}, {(end_s - begin_s) // 60} min"
        klass = "track sung" if (folder, track) in sung else "track"
        parts.append(rect(x(begin_s), _TRACKS_Y, x(end_s), 22, klass, tip))
        over_s = next((begin for _, begin, _ in played.phases if begin_s < begin < end_s), None)
        if over_s is not None:
            parts.append(rect(x(over_s), _TRACKS_Y, x(end_s), 22, "track late", tip))
        fits = (words for words in (title, f"{folder}/{track}", str(track)) if words)
        shown = next((words for words in fits if text_width(words, 10.5) < x(end_s) - x(begin_s) - 4), "")
        parts.append(text((x(begin_s) + x(end_s)) / 2, _TRACKS_Y + 15, shown, "small middle"))
    return "".join(parts)


def _light(x: Scale, course: Sequence[Sample]) -> str:
    """The height is the brightness as seen, the colour the white."""
    top, bottom = _LIGHT_Y, _LIGHT_Y + 100
    y = Scale(0, max(10.0, *(sample.brightness_pct for sample in course)) * 1.3, bottom, top)
    stops = "".join(element("stop", offset=f"{sample.at_s / course[-1].at_s:.4f}", stop_color=_white(sample.kelvin))
                    for sample in course[:: len(course) // 120 + 1])  # fmt: skip
    gradient = f'<defs><linearGradient id="whites">{stops}</linearGradient></defs>'
    outline = [(x(sample.at_s), y(sample.brightness_pct)) for sample in course[::3]]
    return gradient + "".join([
        _name(top + 16, "Light", "as bright, white"), rect(x.low_px, top, x.high_px, 100, "frame"),
        area(outline, bottom, "lit"), path(outline, "light"),
    ])  # fmt: skip


def _light_words(x: Scale, played: Played) -> str:
    """Above each scene what it is, as far as there is room."""
    scenes = [(told.at_s, light_of(told.wanted)) for told in played.told]
    scenes = [one for last, one in zip([None, *scenes], scenes, strict=False) if last is None or last[1] != one[1]]
    parts = []
    for i, (at_s, (kelvin, bright, breaths, _)) in enumerate(scenes):
        until_s = scenes[i + 1][0] if i + 1 < len(scenes) else played.end_s
        often = f", {breaths} breaths/min" if breaths else ""
        short = f", {breaths}/min" if breaths else ""
        wordings = (f"{bright} %, {kelvin} K{often}", f"{bright} %{often}", f"{bright} %{short}", f"{bright} %")
        fits = (words for words in wordings if text_width(words, 10.5) + 8 < x(until_s) - x(at_s))
        parts.append(text(x(at_s) + 5, _LIGHT_Y + 13, next(fits, ""), "small"))
    return "".join(parts)


def _white(kelvin: float, brightness_pct: float = 100.0) -> str:
    """As a screen shows it; `brightness_pct` dims evenly as seen."""
    share = (1 / 2700 - 1 / kelvin) / (1 / 2700 - 1 / 6500)
    mixed = (warm + (cool - warm) * share for warm, cool in zip(_WARM, _COOL, strict=True))
    return "#" + "".join(f"{round(part * brightness_pct / 100):02x}" for part in mixed)


def _room(course: Sequence[Sample], played: Played) -> str:
    """A room in fast motion, and its brightness spread over what a screen can show."""
    frames = [course[round(i * (len(course) - 1) / _FRAMES)] for i in range(_FRAMES + 1)]
    colours = ";".join(_white(frame.kelvin, min(100.0, 12 + 2.6 * frame.brightness_pct)) for frame in frames)
    levels = ";".join(number(110 * frame.step / 30) for frame in frames)
    bars = ";".join(number(_ROOM_Y + 112 - 110 * frame.step / 30) for frame in frames)
    first = _white(frames[0].kelvin, min(100.0, 12 + 2.6 * frames[0].brightness_pct))
    return "".join([
        _name(_ROOM_Y + 22, "Fast motion", "light, volume"),
        f'<rect x="{LEFT}" y="{_ROOM_Y}" width="300" height="112" rx="6" fill="{first}">',
        _animate("fill", colours, played), "</rect>",
        f'<rect x="{LEFT + 320}" y="{_ROOM_Y}" width="26" height="112" class="frame"/>',
        f'<rect x="{LEFT + 321}" y="{_ROOM_Y + 112}" width="24" height="0" class="volume">',
        _animate("height", levels, played), _animate("y", bars, played), "</rect>",
    ])  # fmt: skip


def _moving(x: Scale, played: Played) -> str:
    ends = f"{number(x.low_px)};{number(x.high_px)}"
    return (f'<line x1="{LEFT}" x2="{LEFT}" y1="30" y2="{_ROOM_Y - 14}" class="now">'
            + _animate("x1", ends, played) + _animate("x2", ends, played) + "</line>")  # fmt: skip


def _animate(name: str, values: str, played: Played) -> str:
    seconds = f"{played.end_s / 60 * _SECONDS_A_MINUTE:.1f}s"
    return element("animate", attributeName=name, values=values, dur=seconds, repeatCount="indefinite")


def _table(played: Played) -> str:
    """Every phase in words, also where the drawing has no room for them."""
    rows = []
    for phase, begin_s, end_s in played.phases:
        told = [t.wanted for t in played.told if begin_s <= t.at_s < end_s]
        steps = sorted({t.volume for t in told if t.folder}) or [0]
        tracks = sum(1 for track in played.tracks if begin_s <= track[2] < end_s)
        lights = dict.fromkeys(_light_in_words(t) for t in told)
        cells = (
            phase,
            begin_s // 60,
            (end_s - begin_s) // 60,
            tracks,
            f"{steps[0]} to {steps[-1]}",
            ", then ".join(lights),
        )
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heads = ("Phase", "From minute", "Minutes", "Tracks begun", "Steps", "Light")
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in heads)}</tr>{''.join(rows)}</table>"


def _light_in_words(wanted: Wanted) -> str:
    kelvin, bright, breaths, depth = light_of(wanted)
    return f"{bright} %, {kelvin} K" + (f", {breaths} breaths/min by {depth} %" if breaths and depth else "")
