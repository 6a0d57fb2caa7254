"""`update`: another program for a unit, with a way back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options, yes_option
from sitterctl.commands_flash import bundle_option
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, OK, USAGE, SitterError

if TYPE_CHECKING:
    from sitterctl.bundle import Bundle
    from sitterctl.connection import Connection
    from sitterctl.update import Slots


@click.command(epilog=examples("update --unit 'BED 3'", "update --rollback --unit 'BED 3'",
                               "update --show --json"))  # fmt: skip
@click.option("--rollback", is_flag=True, help="Go back to the program before; nothing is sent.")
@click.option("--confirm", "confirm_only", is_flag=True, help="Keep the program that is on trial.")
@click.option("--show", "show_only", is_flag=True, help="Only say which programs the unit has.")
@bundle_option
@yes_option
@where_options
@json_option
def update(rollback: bool, confirm_only: bool, show_only: bool, bundle_folder: Path | None, yes: bool, where: Where,
           as_json: bool) -> int:  # fmt: skip
    """Bring a unit's program up to date.

    The program goes into the unit's other slot and is compared there, the unit starts with it, and it is kept once it
    answers and no part is worse off than before. Else, or when nobody says so within three minutes, the unit goes back
    to the one before by itself. Not while a session is open.
    """
    if rollback + confirm_only + show_only + bool(bundle_folder) > 1:
        raise SitterError("more than one of --rollback, --confirm, --show and --bundle", "give one", exit_code=USAGE)
    from sitterctl import update as updating

    with unit(where, as_json, any_schema=True) as connection:
        there = updating.slots(connection)
        if show_only:
            return _show(connection, there, as_json)
        if confirm_only:
            return _confirm(connection, there, as_json)
        return _update(connection, there, None if rollback else _program(bundle_folder, there), yes, as_json)


def _program(folder: Path | None, there: "Slots") -> "Bundle":
    from sitterctl import bundle

    return bundle.load(folder) if folder else bundle.own(there.board)


def _told(connection: "Connection", there: "Slots") -> dict:
    return {"unit_id": connection.hello["unit_id"], "version": there.version, "state": there.state,
            "running": there.running, "board": there.board, "other": there.other}  # fmt: skip


def _show(connection: "Connection", there: "Slots", as_json: bool) -> int:
    words = {"good": "confirmed", "trial": "on trial: not confirmed yet",
             "failed": "confirmed; the other one was tried last and not confirmed",
             "fallback": "the one in the other slot no longer starts, and so the one before it runs; "
                         "`update --confirm` keeps it, `update --bundle` sends another"}  # fmt: skip
    again = "can be tried again" if there.state in ("failed", "fallback") else "can be gone back to"
    back = f"{there.other} {again}" if there.other else "there is none to go back to"
    output.show(_told(connection, there), as_json,
                f"unit {connection.hello['unit_id']} runs {there.version} from slot {there.running}: "
                f"{words.get(there.state, there.state)}\n{back}")  # fmt: skip
    return OK


def _confirm(connection: "Connection", there: "Slots", as_json: bool) -> int:
    from sitterctl import update as updating

    if there.state not in (updating.ON_TRIAL, updating.FELL_BACK):
        raise SitterError(f"no program is on trial: the unit runs {there.version}", "`sitterctl update` tries one",
                          exit_code=CHECK_FAILED)  # fmt: skip
    updating.confirm(connection, there.version, None)
    return _done(connection, as_json)


def _update(connection: "Connection", there: "Slots", program: "Bundle | None", yes: bool, as_json: bool) -> int:
    from sitterctl import asking, cut_short, device
    from sitterctl import update as updating

    before = device.status(connection)["parts"]
    if program and updating.is_running(program, there):
        if there.state == updating.ON_TRIAL:
            return _confirm(connection, there, as_json)
        output.show(_told(connection, there), as_json, f"the unit runs this program already: {there.version}")
        return OK
    if not program and not there.other:
        raise SitterError("there is no program to go back to", "`sitterctl update --bundle FOLDER` sends one",
                          exit_code=CHECK_FAILED)  # fmt: skip
    asking.agree(_question(connection, there, program.version if program else str(there.other)), yes, as_json)
    if program:
        _send(connection, program, there, as_json)
    output.note("starting it, on trial") if not as_json else None
    try:
        version = updating.switch(connection, program)
    except cut_short.ENDS as error:
        raise _what_runs(there, error) from error
    try:
        updating.confirm(connection, version, before)
    except updating.Settled:
        raise
    except cut_short.ENDS as error:
        raise updating.on_trial(*cut_short.reason(error)) from error
    return _done(connection, as_json)


def _question(connection: "Connection", there: "Slots", version: str) -> str:
    name = f"{connection.hello['unit_id']} ({connection.hello['label'] or 'no label'})"
    return f"unit {name}: {there.version} -> {version}. Go on?"


def _send(connection: "Connection", program: "Bundle", there: "Slots", as_json: bool) -> None:
    from sitterctl import update as updating

    try:
        with output.Progress(f"sending {program.version}", as_json) as step:
            updating.send(connection, program, there, step)
    except KeyboardInterrupt as error:
        raise SitterError(f"stopped: the unit runs {there.version} as before", "the same command goes on from there",
                          exit_code=INTERRUPTED) from error  # fmt: skip
    except SitterError as error:
        error.message += f"; the unit runs {there.version} as before"
        error.remedy += "; the same command goes on from there"
        raise


def _what_runs(there: "Slots", error: BaseException) -> SitterError:
    """Behind the question to switch: a refusal left all as it was; anything else may have come too late for that."""
    from sitterctl import cut_short
    from sitterctl import update as updating

    why, remedy, code = cut_short.reason(error)
    if isinstance(error, SitterError) and "refusal" in error.details:
        return SitterError(f"{why}; the unit runs {there.version} as before", remedy.removesuffix("; "), exit_code=code,
                           details=error.details)  # fmt: skip
    return updating.on_trial(why, remedy, code)


def _done(connection: "Connection", as_json: bool) -> int:
    from sitterctl import update as updating

    there = updating.slots(connection)
    back = f"; `update --rollback` goes back to {there.other}" if there.other else ""
    output.show(_told(connection, there), as_json,
                f"unit {connection.hello['unit_id']} runs {there.version}, confirmed{back}")  # fmt: skip
    return OK
