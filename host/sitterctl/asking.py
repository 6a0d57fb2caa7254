"""The question before a change, the same for every command that asks one: no is exit code 1, with nothing changed."""

import click

from sitterctl.errors import CHECK_FAILED, USAGE, SitterError


def agreed(question: str, yes: bool, as_json: bool, shown: str = "") -> bool:
    """Whether somebody who was `shown` something says yes, or has said it with --yes. Raises SitterError when nobody
    can be asked."""
    if yes:
        return True
    if as_json:
        raise SitterError("nobody can be asked with --json", "look at the change without --json first, then add --yes",
                          exit_code=USAGE)  # fmt: skip
    if shown:
        click.echo(shown, err=True)
    return click.confirm(question, err=True)


def agree(question: str, yes: bool, as_json: bool, shown: str = "") -> None:
    """The same, where no ends the command. Raises SitterError then too."""
    if not agreed(question, yes, as_json, shown):
        raise SitterError("nothing was changed, as you answered no", "the same command asks again",
                          exit_code=CHECK_FAILED)  # fmt: skip
