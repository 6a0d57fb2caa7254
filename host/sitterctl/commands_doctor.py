"""`doctor`: what is wrong between sitterctl and a unit, and what mends it."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options
from sitterctl.errors import CHECK_FAILED, OK, USAGE, SitterError

if TYPE_CHECKING:
    from sitterctl.diagnosis import Finding
    from sitterctl.doctor import Heard
    from sitterctl.machine import Machine


@click.command(epilog=examples("doctor", "doctor --port /dev/ttyUSB0 --json", "doctor --udev"))
@click.option("--udev", is_flag=True, help="Print the udev rules for Linux, and the commands that install them.")
@where_options
@json_option
def doctor(udev: bool, where: Where, as_json: bool) -> int:
    """Look for what may keep sitterctl from a unit, and say what mends it.

    Nothing is changed. Units are only asked hello, so it does no harm while a session is open; a port that may lead to
    something else is not opened, unless somebody names it. Exit code 1 if there is a problem.
    """
    if udev:
        _show_rules(as_json)
        return OK
    from sitterctl import diagnosis, machine
    from sitterctl import doctor as doctoring

    computer = machine.this_machine()
    ports = _ports(computer, where)
    heard = [_heard(where.alone(path), as_json) for path in doctoring.to_ask(computer, ports)]
    if where.name or (where.port and not ports):
        heard.append(_heard(where, as_json))
    found = doctoring.examine(computer, ports, heard, importlib.metadata.version("sitterctl"))
    problems = sum(finding.level == diagnosis.PROBLEM for finding in found)
    output.show({"findings": [asdict(f) for f in found], "problems": problems}, as_json, _in_words(found))
    return CHECK_FAILED if problems else OK


def _ports(computer: "Machine", where: Where) -> list[str]:
    """The one that is named, or all that may lead to a unit; none for a scenario, nor where a unit is named."""
    if where.port or where.name:
        return [where.port] if where.port and not where.name and not where.port.startswith("sim:") else []
    return [*(bridge.port for bridge in computer.bridges() if bridge.port), *computer.named]


def _heard(where: Where, as_json: bool) -> "Heard":
    """What answers hello. A scenario that can't be played is a mistake in the command, and nothing about the port."""
    from sitterctl.doctor import Heard

    try:
        with unit(where, as_json) as connection:
            return Heard(connection.path, connection.hello, hangs_up=connection.hangs_up())
    except SitterError as error:
        if error.exit_code == USAGE and (where.port or "").startswith("sim:"):
            raise
        return Heard(where.port or where.name or "", error=error)


def _in_words(found: "Sequence[Finding]") -> str:
    rows: list[list[str]] = []
    for finding in found:
        sentence, *more = finding.sentence.splitlines()
        rows.append([finding.level, finding.check, sentence])
        rows += [["", "", line] for line in [*more, f"→ {finding.remedy}" * bool(finding.remedy)] if line]
    return output.table(["", "what", "finding"], rows)


def _show_rules(as_json: bool) -> None:
    from sitterctl import udev_rules

    rules = udev_rules.texts()
    commands, without = udev_rules.commands(*rules), udev_rules.commands(udev_rules.PORTS)
    text = "\n".join(f"# ----- {name}\n{rule}" for name, rule in rules.items())
    text += "\n".join(["# ----- to install both, and then plug the cable in again:", *commands,
                       "# ----- where somebody uses a braille display, only the first:", *without])  # fmt: skip
    output.show({"rules": rules, "commands": commands, "commands_with_braille": without}, as_json, text)
