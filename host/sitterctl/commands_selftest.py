"""`selftest`: every part of a unit tried out, with somebody at it, and a record of it to sign."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options
from sitterctl.errors import CHECK_FAILED, OK
from sitterctl.guided import AtTheTerminal

if TYPE_CHECKING:
    from sitterctl.guided import Result

_SETTLED_MS = 16000  # a unit that has just started has seen too little of a pulse to judge it


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
    from sitterctl import cut_short, guided_record
    from sitterctl import selftest as steps_of
    from sitterctl.selftest_run import Run

    steps = steps_of.chosen(parts)
    named = [step.part for step in steps]
    with unit(where, as_json) as connection:
        connection.prove_key()
        connection.outgrow_start(_SETTLED_MS)
        run = Run(connection, None if as_json else AtTheTerminal(), lambda result: _tell(result, as_json))
        try:
            run.all(steps)
        except cut_short.ENDS as error:
            record = guided_record.made(connection, steps_of.KIND, named, run.results)
            raise guided_record.stopped(error, record, out) from error
        record = guided_record.made(connection, steps_of.KIND, named, run.results)
    files = guided_record.keep(record, out, as_json)
    output.show(record, as_json, guided_record.page(record) + f"kept in {' and '.join(files)}")
    return OK if record["ok"] else CHECK_FAILED


def _tell(result: "Result", as_json: bool) -> None:
    if not as_json:
        click.echo(f"{result.part}: {result.state}: {result.found}", err=True)
