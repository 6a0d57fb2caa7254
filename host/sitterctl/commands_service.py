"""`service`: what a unit needs once a year."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options
from sitterctl.errors import CHECK_FAILED, OK, SESSION_OPEN, SitterError
from sitterctl.guided import AtTheTerminal

if TYPE_CHECKING:
    from sitterctl.guided import Result
    from sitterctl.service_run import Run


_AFTER = " --after %s"  # of a step alone, so that it completes the service


class _Step(click.ParamType):
    name = "step"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from sitterctl.service import PARTS

        if value not in PARTS:
            self.fail(f"there is no step {value!r}; there are: {', '.join(PARTS)}", param, ctx)
        return value


@click.group(epilog=examples("service nibp --unit 'BED 3'", "service nibp --show --unit 'BED 3'"))
def service() -> None:
    """Do what a unit needs once a year."""


@service.command(epilog=examples("service nibp --manometer 'No. 4711, checked 2026-02' --unit 'BED 3'",
                                 "service nibp leak overpressure --after service-nibp-0007.json",
                                 "service nibp --show --json"))  # fmt: skip
@click.argument("steps", nargs=-1, metavar="[STEP]...", type=_Step())
@click.option("--show", is_flag=True, help="Only show inflations so far, last service, and when the next is due.")
@click.option("--after", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.json",
              help="The record of an earlier run of the same day, whose passed steps count.")  # fmt: skip
@click.option("--manometer", metavar="TEXT", default="", help="Which reference manometer it was, for the record.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="The record, as FILE.json and FILE.txt.  [default: service-nibp-UNIT-TIME]")  # fmt: skip
@where_options
@json_option
def nibp(steps: tuple[str, ...], show: bool, after: Path | None, manometer: str, out: Path | None, where: Where,
         as_json: bool) -> int:  # fmt: skip
    """Service a unit's cuff module, all steps or those named: static, leak, overpressure.

    Guided, on stderr: it says what to connect and to pump, and asks what the reference manometer shows; each step can
    be repeated. NO ARM may be in a cuff meanwhile. The service counts, and the next is due a year later, when all steps
    have passed. Exit code 1 if a step failed or was skipped. Not while a session is open.
    """
    if show:
        return _show(where, as_json)
    from sitterctl import cut_short, device, guided_record
    from sitterctl import service as steps_of
    from sitterctl.service_run import Run

    named = [step.part for step in steps_of.chosen(steps)]
    more = {"manometer": manometer or "not named"}
    with unit(where, as_json) as connection:
        before = steps_of.passed_before(after, connection.hello["unit_id"]) if after else []
        before = [result for result in before if result.part not in named]
        named = [part for part in steps_of.PARTS if part in [*named, *(result.part for result in before)]]
        connection.prove_key()
        status = device.status(connection)
        if status["state"] not in ("idle", "closed"):  # before anybody is told to take the cuff off
            raise SitterError("a session is open", "the same command works once the session is closed",
                              exit_code=SESSION_OPEN)  # fmt: skip
        if not status["clock_trusted"]:
            raise SitterError("the unit's clock is not to be trusted, and a service takes a date",
                              "`sitterctl clock set`, then the same command", exit_code=CHECK_FAILED)  # fmt: skip
        run = Run(connection, AtTheTerminal(), _tell)
        try:
            run.all(steps_of.chosen(steps))
            more["service"] = _written_down(run, [*before, *run.results])
        except cut_short.ENDS as error:
            record = guided_record.made(connection, steps_of.KIND, named, [*before, *run.results], **more)
            record = guided_record.taken_up(record, out, _AFTER)
            raise guided_record.stopped(error, record, out, _AFTER) from error
        record = guided_record.made(connection, steps_of.KIND, named, [*before, *run.results], **more)
    if out or not as_json:  # else there is no file that could be taken up
        record = guided_record.taken_up(record, out, _AFTER)
    files = guided_record.keep(record, out, as_json)
    output.show(record, as_json, guided_record.page(record) + f"kept in {' and '.join(files)}")
    return OK if record["ok"] else CHECK_FAILED


def _tell(result: "Result") -> None:
    click.echo(f"{result.part}: {result.state}: {result.found}", err=True)


def _written_down(run: "Run", results: list["Result"]) -> str:
    """What came of the whole, once the unit has it; a part of a service that went well is none."""
    from sitterctl import service as steps_of
    from sitterctl.guided import FAILED, open_parts

    if any(result.state == FAILED for result in results):
        run.done("failed")
        return "failed, and written down as that"
    left = open_parts(steps_of.PARTS, results)
    if left:
        return f"not complete: {', '.join(left)}"
    cuff = steps_of.known(run.done("passed"))
    return f"passed; {steps_of.in_words(cuff)}" if cuff else "passed"


def _show(where: Where, as_json: bool) -> int:
    from sitterctl import device
    from sitterctl import service as steps_of

    with unit(where, as_json) as connection:
        status = device.status(connection)
    cuff = steps_of.known(status.get("cuff"))
    if cuff is None:
        raise SitterError("the unit does not count its cuff's cycles", "its firmware is older than this sitterctl",
                          exit_code=CHECK_FAILED)  # fmt: skip
    known = {**cuff, "due": cuff["due"] if cuff["served_s"] is not None else None}  # of one never serviced nobody knows
    output.show({"unit_id": status["unit_id"], **known}, as_json, steps_of.in_words(cuff))
    return OK
