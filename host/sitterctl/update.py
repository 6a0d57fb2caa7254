"""A unit's program brought up to date over its link: into the slot that does not run, tried, and confirmed or left.

firmware/updating.py has the unit's side. Until the unit has switched it runs on as if nothing were; from then on it is
on trial, and goes back by itself unless it is confirmed. Whoever confirms has seen that it answers, that it is the
program that was meant, and that no part is worse off than before.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from sitter import manifest
from sitterctl import answers, device, transfer
from sitterctl.bundle import Bundle
from sitterctl.connection import Connection
from sitterctl.errors import CHECK_FAILED, RESTARTED, USAGE, SitterError

GOOD, ON_TRIAL, FAILED, FELL_BACK = "good", "trial", "failed", "fallback"
_COMPARING_S = 60.0  # the unit reads all of it again
_RESTART_S = 60.0
_SETTLE_S = 12.0  # a part that is slow to answer is not a part that is broken


class Settled(SitterError):
    """An error whose words say already what the unit runs."""


@dataclass(frozen=True)
class Slots:
    """What a unit says of its two programs; `other` is the version that it can go back to."""

    running: str
    state: str
    version: str
    board: str
    other: str | None
    manifest: str | None


def slots(connection: Connection) -> Slots:
    """Raises SitterError."""
    said = answers.need(connection.ask("firmware", act="show"), running=str, state=str, version=str, board=str,
                        other=(str, type(None)), manifest=(str, type(None)))  # fmt: skip
    return Slots(**{name: said[name] for name in Slots.__annotations__})


def is_running(program: Bundle, there: Slots) -> bool:
    return there.manifest == hashlib.sha256(program.manifest).hexdigest()


def send(connection: Connection, program: Bundle, there: Slots, on_progress: Callable[[int, int], None]) -> None:
    """Put the program into the slot that does not run; what is there already is not sent again. Raises SitterError."""
    if program.board != there.board:
        raise SitterError(f"the bundle is for board {program.board}, and the unit's is {there.board}",
                          "take the bundle for its board", exit_code=USAGE)  # fmt: skip
    transfer.put_bytes(connection, program.manifest, what="manifest")
    done = 0
    for row in program.rows:
        data = (program.folder / row.name).read_bytes()
        transfer.put_bytes(connection, data, what="file", name=row.name, sha256=row.sha256)
        done += row.size
        on_progress(done, program.size)


def switch(connection: Connection, program: Bundle | None) -> str:
    """Start the unit anew with the program, or with the one before; its version. Raises SitterError."""
    fields = {}
    if program:
        assert connection.key is not None
        fields["mac"] = manifest.mac(connection.key, hashlib.sha256(program.manifest).digest()).hex()
    said = connection.ask("firmware", answer_s=_COMPARING_S, act="switch", **fields)
    version = answers.need(said, version=str)["version"]
    connection.await_restart(_RESTART_S)
    return version


def worse(connection: Connection, before: dict) -> list[str]:
    """The parts that have a fault that they had not before, once they had time to settle. Raises SitterError."""
    give_up_at = time.monotonic() + _SETTLE_S
    while True:
        parts = device.status(connection)["parts"]
        left = [f"{name}: {said}" for name, said in sorted(parts.items()) if said not in ("ok", before.get(name))]
        if not left or time.monotonic() > give_up_at:
            return left
        time.sleep(1.0)


def confirm(connection: Connection, version: str, before: dict | None) -> None:
    """From now on it is the unit's program, if all is well. Raises SitterError, whose words say what runs."""
    there = slots(connection)
    if there.state not in (ON_TRIAL, FELL_BACK) or there.version != version:
        raise Settled(f"the unit went back by itself: it runs {there.version}, as before",
                          "`sitterctl doctor`; then the same command", exit_code=CHECK_FAILED)  # fmt: skip
    left = [] if before is None else worse(connection, before)  # who confirms by hand has looked
    if left:
        connection.ask("restart")
        raise Settled(f"not confirmed: {', '.join(left)}, which was not so before; the unit goes back by "
                          "itself", "look at the part; then the same command", exit_code=CHECK_FAILED)  # fmt: skip
    connection.ask("firmware", act="confirm", answer_s=20.0)


def on_trial(why: str, remedy: str, code: int) -> SitterError:
    """What is to be said when it ends between the switch and the confirmation, whatever ended it."""
    return SitterError(
        f"{why}; the new program is on trial, or was: unless it is confirmed the unit goes back to the one before "
        "within three minutes",
        f"{remedy}`sitterctl update --confirm` before that keeps it; `sitterctl update --show` tells",
        exit_code=CHECK_FAILED if code == RESTARTED else code,
    )
