"""What to say of work that ends early, by Ctrl-C, a pulled cable or a full disk: what there is of it, what goes on."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sitterctl.errors import CHECK_FAILED, INTERRUPTED, SitterError

if TYPE_CHECKING:
    from sitterctl.connection import Connection

ENDS = (SitterError, OSError, KeyboardInterrupt, click.Abort)


def reason(error: BaseException) -> tuple[str, str, int]:
    """Why one of ENDS ended it, what mends that with a `; ` behind it, and the exit code."""
    if isinstance(error, SitterError):
        return error.message, f"{error.remedy}; ", error.exit_code
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return f"{name}{error.strerror or error}", "mend that; ", CHECK_FAILED
    return "stopped", "", INTERRUPTED


@contextlib.contextmanager
def told(what: str, goes_on: str) -> Iterator[None]:
    """Around what comes after something that is done: what ends it early says so, and what goes on."""
    try:
        yield
    except ENDS as error:
        why, remedy, code = reason(error)
        raise SitterError(f"{why}: {what}", f"{remedy}{goes_on}", exit_code=code) from error


@contextlib.contextmanager
def change(connection: "Connection", verb: str, before: str, either: str, which: str) -> Iterator[None]:
    """Around a change of a unit that is made by `verb`. What ends it early says that the unit is as it was, `before`,
    or, where the unit may have been told, that it is `either`, and what tells `which`."""
    try:
        yield
    except ENDS as error:
        why, remedy, code = reason(error)
        if verb in connection.may_have_done:
            raise SitterError(f"{why}: {either}", f"{remedy}{which}", exit_code=code) from error
        if isinstance(error, SitterError) and "refusal" in error.details:
            raise  # the unit's own sentence
        raise SitterError(f"{why}: {before}", f"{remedy}the same command begins again", exit_code=code) from error
