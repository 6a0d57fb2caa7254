"""`watch`: how sessions are at this moment. Read only."""

import contextlib
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sitterctl import output
from sitterctl.cli import Where, all_option, examples, json_option, place, where_options
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, NO_UNIT, NOT_VERIFIED, PERMISSION, USAGE, SitterError

if TYPE_CHECKING:
    from rich.console import Console

    from sitterctl.watcher import Board
    from sitterctl.watching import Seen, Shown

Show = Callable[[Sequence["Seen"]], None]

# What no waiting mends, if it is so from the beginning.
_HOPELESS = (PERMISSION, NO_UNIT, CHECK_FAILED, NOT_VERIFIED)
_FIRST_LOOK_S = 0.05
_LINES = 4


@click.command(epilog=examples("watch --unit 'BED 3'", "watch --all"))
@all_option
@click.option("--for", "for_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Stop after so long.")
@where_options
@json_option
@click.pass_context
def watch(ctx: click.Context, all_units: bool, for_s: float | None, where: Where, as_json: bool) -> int:
    """Show vitals, phase, alarms and the next reading, until Ctrl-C. It only reads, and is no alarm system.

    With --all it is the board of a group session, with a row for each unit. A unit that is unplugged is shown as lost,
    without numbers, and found again on whatever port it comes back. Without a terminal it prints a line when something
    changes; --json prints an object a line, each second for each unit. After --for the exit code is 0 only if every
    unit was answering.
    """
    from sitterctl import keys
    from sitterctl.watcher import PACE, Board, EveryUnit, OneUnit

    named = [ctx.get_parameter_source(option) is ParameterSource.COMMANDLINE for option in ("port", "unit")]
    if all_units and any(named):
        raise SitterError("both --all and a unit were given", "give one or the other", exit_code=USAGE)
    at_hand, pace = keys.at_hand(where.key), replace(PACE, greet_s=max(PACE.greet_s, where.timeout_s))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.nullcontext() if all_units else place(where, as_json) as path:
            places = OneUnit(path, None if where.scenario else where.name) if path else EveryUnit()
            with (
                _shown_to(as_json, one=not all_units) as show,
                contextlib.closing(Board(places, at_hand, pace)) as board,
            ):
                return _watch(board, show, not all_units, pace.print_s if as_json else pace.show_s, for_s)
    except KeyboardInterrupt:
        return 0


def _watch(board: "Board", show: Show, one: bool, every_s: float, for_s: float | None) -> int:
    """Look and show until the time is over; whether all was well then, as an exit code."""
    from sitterctl.watcher import now_s

    begun_s = now_s()
    while True:
        rows = [_the_unit(board.look())] if one else board.look()
        show(rows)
        told, past_s = any(row.tried for row in rows), now_s() - begun_s
        time.sleep(_until_next(every_s if told or past_s > 1 else _FIRST_LOOK_S, past_s, for_s))
        if for_s is not None and now_s() - begun_s >= for_s and (told or not rows):
            return _code(rows, now_s())


def _until_next(every_s: float, past_s: float, for_s: float | None) -> float:
    """Until the next look, or until the time is over."""
    left_s = every_s if for_s is None else for_s - past_s
    return min(every_s, left_s) if left_s > 0 else _FIRST_LOOK_S


def _the_unit(rows: Sequence["Seen"]) -> "Seen":
    """The one that is watched; the others are ports on which it is looked for. Raises SitterError when there is no use
    in going on."""
    from sitterctl.watcher import is_left_alone

    row = next((row for row in rows if row.unit_id), rows[0])
    if row.error and (is_left_alone(row) or (row.live is None and row.error.exit_code in _HOPELESS)):
        raise row.error
    return row


def _code(rows: Sequence["Seen"], now_s: float) -> int:
    if not rows:
        raise SitterError(
            "no unit is connected", "connect them, or name their ports in SITTER_PORTS", exit_code=NO_UNIT
        )
    lost = [row.error.exit_code if row.error else NO_ANSWER for row in rows if not row.is_current(now_s)]
    return lost[0] if lost else 0


# --- three ways of showing --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _shown_to(as_json: bool, one: bool) -> Iterator[Show]:
    """For a program, for a terminal, or for a file of lines."""
    from rich.console import Console

    console = Console()
    if as_json:
        yield _print_rows
    elif console.is_terminal and not console.is_dumb_terminal:
        with _screen(console, one) as show:
            yield show
    else:
        yield _lines()


def _print_rows(rows: Sequence["Seen"]) -> None:
    from sitterctl import watcher, watching

    utc = datetime.now(UTC).isoformat(timespec="milliseconds")
    for row in rows:
        if row.tried:
            output.row(watching.as_row(row, watcher.now_s(), utc))


def _lines() -> Show:
    from sitterctl.watching import NOT_AN_ALARM_SYSTEM

    said, first = _Said(), [NOT_AN_ALARM_SYSTEM]

    def show(rows: Sequence["Seen"]) -> None:
        new = said.take(rows)
        for line in [*first, *new] if new or not rows else []:
            output.line(line)
            first.clear()

    return show


@contextlib.contextmanager
def _screen(console: "Console", one: bool) -> Iterator[Show]:
    """The whole terminal; when it is left no number stays behind on it."""
    from rich.live import Live

    from sitterctl import watch_view

    said = _Said()
    with Live(console=console, screen=True, auto_refresh=False) as live:

        def show(rows: Sequence["Seen"]) -> None:
            said.take(rows)
            if one:
                view = watch_view.one(said.now[0], said.last, _clock(), console.width)
            else:
                view = watch_view.board(said.now, said.last, _clock())
            live.update(view, refresh=True)

        yield show


class _Said:
    """What is shown now, and the lines that have been made of changes."""

    def __init__(self) -> None:
        self.now: list[Shown] = []
        self.last: deque[str] = deque(maxlen=_LINES)
        self._was: dict[str, Shown] = {}

    def take(self, rows: Sequence["Seen"]) -> list[str]:
        """Look at rows; what is new about them."""
        from sitterctl import watcher, watching

        self.now = [watching.shown(row, watcher.now_s()) for row in rows]
        new = [line for row, now in zip(rows, self.now, strict=True) for line in self._of(row, now)]
        self.last.extend(new)
        return new

    def _of(self, row: "Seen", now: "Shown") -> list[str]:
        from sitterctl.watch_news import news

        key = row.unit_id or row.port
        if not row.tried:
            return []
        told = news(self._was.get(key), now)
        self._was[key] = now
        return [f"{_clock()}  {now.who}  {what}" for what in told]


def _clock() -> str:
    """The time of day, here: a picture on which it stands still is not a live one."""
    return datetime.now().astimezone().strftime("%H:%M:%S")
