"""How what is watched looks on a terminal: one unit large, or a board with a row a chair.

First comes what staff look for: who, phase, alarms, and a unit that is lost. What does not fit on a small terminal is
cut off at the bottom, so the sentence that this is no alarm system stands at the top. Colours are never the only sign.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sitterctl.watching import LIVE, LOST, NONE, NOT_AN_ALARM_SYSTEM, SPO2_MARKS, Shown

# By priority: none, low, medium, high, in the colours of the unit's lamps.
_ALARM = ("default", "bold black on cyan", "bold black on yellow", "bold white on red")
_MARK = ("", "! ", "!! ", "!!! ")
_LOST = "bold white on magenta"
_UNSEEN = "bold yellow"
_TITLES = ("pulse /min", "SpO2 %", "blood pressure mmHg")
_COLOURS = ("green", "cyan", "white")
_MOST_DIGITS = len("300100300/200")
_GAP = 4
_ALARM_LINES = 2  # of one chair, on the board
_NEXT_COLUMNS = 9
# Rows of three bits, five a digit.
_DIGITS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 1, 2, 2), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
    "/": (1, 1, 2, 4, 4), "-": (0, 0, 7, 0, 0),
}  # fmt: skip


def large(text: str, colour: str, bit_columns: int) -> Text:
    """Digits five lines high, of reversed spaces: those every terminal has. Plain ones with no columns for a bit."""
    if not bit_columns:
        return Text(text, "bold")
    drawn = Text(no_wrap=True)
    for row in range(5):
        for digit in text:
            for bit in (4, 2, 1):
                drawn.append(" " * bit_columns, f"reverse {colour}" if _DIGITS[digit][row] & bit else None)
            drawn.append(" ")
        drawn.append("\n" if row < 4 else "")
    return drawn


def _bit_columns(width: int) -> int:
    """How large digits may be so that none is ever cut off at the right: half a number is a wrong one."""
    return next((n for n in (2, 1) if 1 + 2 * _GAP + _MOST_DIGITS * (3 * n + 1) <= width), 0)


def _alarm_bar(name_priority_sentence: tuple[str, int, str]) -> tuple[str, str]:
    _, priority, sentence = name_priority_sentence
    return _MARK[priority] + sentence, _ALARM[priority]


def _top(text: str, clock: str) -> Iterator[RenderableType]:
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column()
    line.add_column(justify="right")
    line.add_row(Text(f" {text}", "bold"), Text(f"{clock} ", "bold"))
    yield Padding(line, style="reverse", expand=True)
    yield Text(f" {NOT_AN_ALARM_SYSTEM}", "bold")


def _bottom(told: Sequence[str]) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(style="dim")
    for line in told:
        yield Text(f" {line}", "dim", no_wrap=True, overflow="ellipsis")


# --- one unit ---------------------------------------------------------------------------------------------------------


def one(now: Shown, told: Sequence[str], clock: str, width: int) -> RenderableType:
    """The view of a single unit on a terminal of so many columns. `told` are lines of what has happened, the oldest
    first."""
    parts = [*_top(_headline(now), clock), Text(), *_bars(_loud(now))]
    if now.state == LIVE:
        parts += [*_bars(_alarm_bar(alarm) for alarm in now.alarms), *_notices(now), Text(), _numbers(now, width)]
    return Group(*parts, *_bottom(told))


def _headline(now: Shown) -> str:
    doses = f" ({now.doses} doses)" if now.doses > 1 else ""
    dose = f"dose +{now.since_dose}{doses}" if now.since_dose != NONE else ""
    return "   ".join(filter(None, (now.who, now.phase, dose, now.code)))


def _loud(now: Shown) -> Iterator[tuple[str, str]]:
    """What is wrong with the watching itself."""
    if now.state == LOST:
        yield f"{now.loss}, {now.last}: look at the patient\n{now.why}", _LOST
    elif now.state != LIVE:
        yield now.why, _UNSEEN
    if now.restart:
        yield now.restart, _LOST


def _bars(lines: Iterator[tuple[str, str]]) -> Iterator[RenderableType]:
    """Bars across the terminal, the first of them high."""
    for n, (text, style) in enumerate(lines):
        yield Padding(Text(text, style), (0 if n else 1, 2), style=style, expand=True)


def _notices(now: Shown) -> Iterator[RenderableType]:
    if not now.alarms:
        yield Text(" no alarm", "dim")
    for notice in now.notices:
        yield Text(f" {notice}", "bold")


def _numbers(now: Shown, width: int) -> RenderableType:
    following = "" if now.next_reading == NONE else f"next {now.next_reading}"
    notes = (now.finger, now.spo2_mark, "   ".join(filter(None, (now.pressure_age, following))))
    values = (now.pulse, now.spo2, now.pressure)
    bit, grid = _bit_columns(width), Table.grid(padding=(0, _GAP))
    grid.add_row(*(Text(title, "dim") for title in _TITLES))
    grid.add_row(*(large(value, colour, bit) for value, colour in zip(values, _COLOURS, strict=True)))
    grid.add_row(*(Text(note) for note in notes))
    return Padding(grid, (0, 0, 0, 1))


# --- the board --------------------------------------------------------------------------------------------------------

# Title, and whether the column's text may go on in a next line. Numbers may not.
_HEAD = (("chair", False), ("phase,\ndose", False), ("pulse", False), ("SpO2", False),
         ("pressure,\nage", False), ("next", True), ("alarms", True))  # fmt: skip


def board(rows: Sequence[Shown], told: Sequence[str], clock: str) -> RenderableType:
    """Two lines a chair, always in the same order, so that a place on the board is a place in the room."""
    table = Table(expand=True, box=None, padding=(0, 1), header_style="dim")
    for title, wraps in _HEAD:
        table.add_column(title, no_wrap=not wraps, ratio=1 if title == "alarms" else None,
                         max_width=_NEXT_COLUMNS if title == "next" else None)  # fmt: skip
    for row in rows:
        if row.state == LIVE:
            table.add_row(*_cells(row))
        else:
            table.add_row(*_cells_of_a_loss(row), style=_LOST if row.state == LOST else _UNSEEN)
    return Group(*_top(_summary(rows), clock), Text(), table, *_bottom(told))


def _summary(rows: Sequence[Shown]) -> str:
    alarms, lost = sum(bool(row.alarms) for row in rows), sum(row.state != LIVE for row in rows)
    if not rows:
        return "no unit is connected"
    counts = ((len(rows), "chair" if len(rows) == 1 else "chairs"), (alarms, "with alarms"), (lost, "LOST"))
    return "   ".join(f"{count} {what}" for count, what in counts if count)


def _cells(row: Shown) -> Iterator[Text]:
    yield Text(f" {row.who} ", _ALARM[row.worst] if row.alarms else "bold")
    yield Text(f"{row.phase}\n" + ("" if row.since_dose == NONE else f"+{row.since_dose}"))
    yield Text(row.pulse, "bold")
    yield Text.assemble((row.spo2, "bold"), "\n" + SPO2_MARKS[row.spo2_mark])
    yield Text.assemble((row.pressure, "bold"), "\n" + row.pressure_age.removesuffix(" ago"))
    yield Text(row.next_reading)
    yield Text("\n").join(_alarm_lines(row))


def _alarm_lines(row: Shown) -> Iterator[Text]:
    """The most urgent alarms, how many more there are, and what else is out of the ordinary."""
    if row.restart:
        yield Text(f" {row.restart} ", _LOST)
    for text, style in map(_alarm_bar, islice(row.alarms, _ALARM_LINES)):
        yield Text(f" {text} ", style)
    more = [f"and {len(row.alarms) - _ALARM_LINES} more"] if len(row.alarms) > _ALARM_LINES else []
    rest = ", ".join([*more, *row.notices])
    if rest or not row.alarms:
        yield Text(f" {rest or 'no alarm'}", "bold" if rest else "dim")


def _cells_of_a_loss(row: Shown) -> Iterator[str]:
    yield f" {row.who} "
    yield from [NONE] * (len(_HEAD) - 2)
    yield "\n".join(filter(None, (f"{row.loss}, {row.last}" if row.loss else "", row.why, row.restart)))
