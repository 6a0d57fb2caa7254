"""The one place that prints: text for people, or with --json one JSON value (`watch`: one a line) and nothing else on
stdout."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from sitterctl.errors import CHECK_FAILED, SitterError

quiet = False  # --quiet: nothing beside the result


def show(data: dict, as_json: bool, text: str) -> None:
    """Print `data` as JSON, or `text` for people."""
    _print(json.dumps(data, indent=1) if as_json else text)


def show_rows(name: str, rows: Sequence[dict], rest: dict) -> None:
    """One JSON value, `{name: rows, **rest}`, with a line to each row, so that `grep` is of use."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    _print(f'{{"{name}": [\n{lines}\n], {json.dumps(rest)[1:]}')


def row(data: dict) -> None:
    """One JSON object of many, on a line of its own, for who reads them as they come."""
    _print(json.dumps(data))


def line(text: str) -> None:
    """One line of many, for people."""
    _print(text)


def note(text: str) -> None:
    """Something for people beside the result, on stderr. Whether anybody reads it makes no difference to the work."""
    if not quiet:
        _print_if_possible(text, sys.stderr)


def show_error(error: SitterError, as_json: bool) -> None:
    """What failed and what mends it: on stderr; with --json on stdout, as one object."""
    if as_json:
        said = {"error": error.message, "remedy": error.remedy, "exit": error.exit_code, **error.details}
        _print_if_possible(json.dumps(said, indent=1), sys.stdout)
    else:
        _print_if_possible(f"sitterctl: {error.message}\n{error.remedy}", sys.stderr)


def _print(text: str) -> None:
    """On stdout. Raises BrokenPipeError when nobody reads any more, which ends the command without a word, and
    SitterError when there is no room for it."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        _give_up(sys.stdout)
        sys.stdout = sys.stderr  # where the error goes, with --json too
        raise SitterError(f"what the command was to do is done, but its result could not be printed: {error.strerror}",
                          "make room where stdout goes and give the same command again",
                          exit_code=CHECK_FAILED) from error  # fmt: skip


def _print_if_possible(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError:
        _give_up(stream)


def _give_up(stream: TextIO) -> None:
    """Have what is left in a stream that takes no more go nowhere, or Python complains about it at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as their widest cell, numbers to the right."""
    cells = [list(head), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    right = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(head))]
    lines = []
    for row in cells:
        columns = zip(row, widths, right, strict=True)
        lines.append("  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in columns).rstrip())
    return "\n".join(lines)


class Progress:
    """A bar on stderr, on a terminal only: `with Progress("pulling", as_json) as step: step(done, total)`."""

    def __init__(self, what: str, as_json: bool) -> None:
        self._what = what
        self._bar = None
        self._quiet = as_json or quiet or not sys.stderr.isatty()

    def __enter__(self) -> Callable[[int, int], None]:
        if not self._quiet:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=None)
        return self._step

    def __exit__(self, *exc: object) -> None:
        if self._bar:
            self._bar.stop()

    def _step(self, done: int, total: int) -> None:
        if self._bar:
            self._bar.update(self._task, completed=done, total=total)
