"""`provision` and `audit`: a unit's key, and who did what with it."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options
from sitterctl.errors import PERMISSION, SitterError

if TYPE_CHECKING:
    from sitterctl.audit import Trail
    from sitterctl.connection import Connection

_ASK_EVERY_S = 0.5
_RESTART_S = 20.0


@click.command(
    epilog=examples("provision --port /dev/ttyUSB0 --label 'BED 3'", "provision --port /dev/ttyUSB0 --wait 120 --json")
)
@click.option("--wait", "wait_s", type=click.IntRange(1, 600), default=60, show_default=True,
              help="Seconds to wait for MARK and BP at the unit.")  # fmt: skip
@click.option("--label", metavar="TEXT", help="What people call the unit, such as 'BED 3'; at most 12 characters.")
@where_options
@json_option
def provision(wait_s: int, label: str | None, where: Where, as_json: bool) -> None:
    """Give a new unit its key, its label and the time.

    The key is made here, kept in this computer's keystore, and sent once, in the clear: do it on the bench. Somebody
    has to hold MARK and BP at the unit meanwhile. A unit takes one key in its life.
    """
    from sitterctl import clock, keys

    with unit(where, as_json) as connection:
        if connection.hello.get("key_id") is not None:
            raise SitterError(f"unit {connection.hello['unit_id']} has its key already",
                              "docs/security.md tells how one begins anew", exit_code=PERMISSION)  # fmt: skip
        key = secrets.token_bytes(32)
        path = keys.path_of(key)
        with _told_where_the_key_is(connection, path):
            keys.keep(key, connection.hello["unit_id"])  # before anybody else has it: an answer may get lost
            output.note("hold MARK and BP at the unit until this says that it is done") if not as_json else None
            _send_key(connection, key, wait_s)
            connection.await_restart(_RESTART_S)
            connection.add_key(key)
            connection.prove_key()
            if label is not None:
                connection.ask("label.set", label=label)
            clock.set_to_now(connection)
        told = {"unit_id": connection.hello["unit_id"], "key_id": f"{connection.hello['key_id']:08x}",
                "label": label, "kept_in": str(path)}  # fmt: skip
    output.show(told, as_json, f"unit {told['unit_id']} has its key, {told['key_id']}\n"
                               f"this computer keeps it in {path}: make a copy that is safe")  # fmt: skip


@contextlib.contextmanager
def _told_where_the_key_is(connection: "Connection", path: Path) -> Iterator[None]:
    """Whatever ends it early, as long as the unit may have the key its file stays, and the error says so. A key that
    was surely not taken is forgotten again."""
    from sitterctl import cut_short

    try:
        yield
    except cut_short.ENDS as error:
        if "provision" not in connection.may_have_done:
            path.unlink(missing_ok=True)
            raise
        why, _, code = cut_short.reason(error)
        raise SitterError(f"{why}; the unit may have its key: {path} keeps it",
                          "`sitterctl status`, then `label` and `clock set`, go on from there; `provision` once more "
                          "if it has none", exit_code=code) from error  # fmt: skip


def _send_key(connection: "Connection", key: bytes, wait_s: int) -> None:
    """Until the unit takes it. Raises SitterError when it will not."""
    from sitterctl import who

    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            connection.ask("provision", key=key.hex(), who=who.am_i())
            return
        except SitterError as error:
            if error.details.get("refusal") != "no-chord" or time.monotonic() > give_up_at:
                raise
        time.sleep(_ASK_EVERY_S)


@click.command(epilog=examples("audit --port /dev/ttyUSB0", "audit --out audit --json"))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Also keep the sealed files, in a folder."
)
@where_options
@json_option
def audit(out: Path | None, where: Where, as_json: bool) -> int:
    """Show who did what to a unit: keys, settings, plans, pulls, restarts, and wrong proofs of the key.

    Names are what each computer said of itself. Exit code 8 if the unit's own seals do not hold.
    """
    from sitterctl import audit as auditing
    from sitterctl import device

    with unit(where, as_json) as connection:
        trails = auditing.pull(connection)
        unit_id = device.safe(connection.hello["unit_id"])
    for trail in trails if out else []:
        _keep(out, unit_id, trail)
    events = [event for trail in trails for event in trail.events]
    cells = [[e["utc"], e["event"], e["count"], e["who"], auditing.in_words(e)] for e in events]
    text = output.table(["UTC", "event", "times", "who", "what"], cells) if events else "nothing was done yet"
    verdicts = [f"{trail.name}: {trail.damage.sentence if trail.damage else trail.verdict.sentence}"
                for trail in trails if not trail.whole]  # fmt: skip
    output.show({"unit_id": unit_id, "events": events, "whole": not verdicts}, as_json, "\n".join([text, *verdicts]))
    return max((trail.exit_code for trail in trails), default=0)


def _keep(out: Path | None, unit_id: str, trail: "Trail") -> None:
    from sitterctl import whole_file

    assert out is not None
    whole_file.write(out / f"{unit_id}-audit-{trail.name}.slog", trail.data)
