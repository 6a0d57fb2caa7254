"""`selftest`: every part of a unit tried out, with somebody at it, and a record of it to sign."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options
from sitterctl.errors import CHECK_FAILED, OK, SitterError

if TYPE_CHECKING:
    from sitterctl.connection import Connection
    from sitterctl.selftest import Result, Step
    from sitterctl.selftest_run import Run

_SETTLED_MS = 16000  # a unit that has just started has seen too little of a pulse to judge it
_WORDS = {"y": "[y]es", "n": "[n]o", "r": "[r]epeat", "s": "[s]kip"}


class _AtTheTerminal:
    """The person, on stderr and stdin: stdout is for the result."""

    def tell(self, text: str) -> None:
        click.echo(text, err=True)

    def choose(self, question: str, options: str) -> str:
        words = ", ".join(_WORDS[option] for option in options)
        kind = click.Choice(list(options), case_sensitive=False)
        return click.prompt(f"{question} ({words})", type=kind, show_choices=False, err=True)


class _Part(click.ParamType):
    name = "part"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from sitterctl.selftest import PARTS

        if value not in PARTS:
            self.fail(f"there is no part {value!r}; there are: {', '.join(PARTS)}", param, ctx)
        return value


@click.command(epilog=examples("selftest --unit 'BED 3'", "selftest keys music --out records/bed3",
                               "selftest --json --port /dev/ttyUSB0"))  # fmt: skip
@click.argument("parts", nargs=-1, metavar="[PART]...", type=_Part())
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="The record, as FILE.json and FILE.txt.  [default: selftest-UNIT-TIME]")  # fmt: skip
@where_options
@json_option
def selftest(parts: tuple[str, ...], out: Path | None, where: Where, as_json: bool) -> int:
    """Try a unit's parts out, all or those named: oximeter, nibp, clock, storage, supply, display, light, music, keys,
    signals.

    Guided: it says what happens and asks what you saw and heard; each part can be repeated. With --json nobody is
    asked: what can be measured is, and the rest is marked "not asked". The cuff is never inflated. Exit code 1 if a
    part failed or was skipped. Not while a session is open.
    """
    from sitterctl import cut_short, selftest_record
    from sitterctl import selftest as steps_of
    from sitterctl.selftest_run import Run

    steps = steps_of.chosen(parts)
    with unit(where, as_json) as connection:
        connection.prove_key()
        connection.outgrow_start(_SETTLED_MS)
        run = Run(connection, None if as_json else _AtTheTerminal(), lambda result: _tell(result, as_json))
        try:
            run.all(steps)
        except cut_short.ENDS as error:
            raise _stopped(error, connection, steps, run, out) from error
        record = selftest_record.made(connection, steps, run.results)
    try:
        files = _keep(record, out, as_json)
    except SitterError as error:
        output.note(selftest_record.page(record)) if not as_json else None
        error.details.update(record)
        raise
    output.show(record, as_json, selftest_record.page(record) + f"kept in {' and '.join(files)}")
    return OK if record["ok"] else CHECK_FAILED


def _tell(result: "Result", as_json: bool) -> None:
    if not as_json:
        click.echo(f"{result.part}: {result.state}: {result.found}", err=True)


def _keep(record: dict, out: Path | None, as_json: bool) -> list[str]:
    """Where the record went; a script has it on stdout and asks for files if it wants them."""
    from sitterctl import selftest_record

    if out is None and as_json:
        return []
    return [str(path) for path in selftest_record.write(record, out or selftest_record.default_path(record))]


def _what_was_done(record: dict, out: Path | None) -> str:
    """Where it is kept, or why it is not."""
    from sitterctl import selftest_record

    try:
        path = selftest_record.write(record, out or selftest_record.default_path(record))[-1]
    except SitterError as error:
        return f"what was done could not be kept: {error.message}"
    return f"what was done is in {path}"


def _stopped(error: BaseException, connection: "Connection", steps: list["Step"], run: "Run",
             out: Path | None) -> SitterError:  # fmt: skip
    """Whatever ends it early: what was done is kept, and the error says where and how to go on."""
    from sitterctl import cut_short, selftest_record

    if not run.results and isinstance(error, SitterError):
        return error
    why, remedy, code = cut_short.reason(error)
    record = selftest_record.made(connection, steps, run.results)
    kept = f"; {_what_was_done(record, out)}" if run.results else ""
    return SitterError(f"{why}{kept}", f"{remedy}`sitterctl selftest {' '.join(record['open'])}` goes on",
                       exit_code=code, details={"open": record["open"], "results": record["results"]})  # fmt: skip
