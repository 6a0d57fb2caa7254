"""`sitterctl`: the groups of commands, and what all of them share.

Commands live in a file per group and are imported only when they are called, so that `--help` is quick.
"""

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.errors import EXIT_CODES, INTERRUPTED, OK, USAGE, SitterError

if TYPE_CHECKING:
    from sitterctl.connection import Connection
    from sitterctl.simulator import Simulator

# command: (module, one line for --help)
_COMMANDS = {
    "ports": ("commands_units", "List serial ports and the units that answer on them."),
    "status": ("commands_units", "Show how a unit is: its parts, its clock, its storage."),
    "watch": ("commands_watch", "Look on at sessions: vitals, phase, alarms. No alarm system."),
    "doctor": ("commands_doctor", "Look for what may keep sitterctl from a unit, and what mends it."),
    "settings": ("commands_settings", "Look at a unit's settings and change them."),
    "plan": ("commands_plan", "Write a session plan, check it, clear it, and bring it onto its unit."),
    "cues": ("commands_cues", "Look at programmes of music and light, check them, see them in fast motion."),
    "music": ("commands_music", "Make a music card, and tell a unit what is on it."),
    "adjust": ("commands_adjust", "Tell a unit about its own sensor."),
    "clock": ("commands_clock", "Show or set a unit's clock."),
    "label": ("commands_clock", "Call a unit something that people say."),
    "check": ("commands_check", "Check whether units are fit to be taken to a bedside."),
    "logs": ("commands_logs", "List, pull, verify and show session logs."),
    "flash": ("commands_flash", "Put MicroPython and the program onto a chip."),
    "update": ("commands_update", "Bring a unit's program up to date, or go back to the one before."),
    "provision": ("commands_access", "Give a new unit its key."),
    "audit": ("commands_access", "Show who did what to a unit."),
    "selftest": ("commands_selftest", "Try a unit's parts out, guided, with a record to sign."),
    "service": ("commands_service", "Service the cuff module once a year, guided, with a record to sign."),
    "report": ("commands_report", "Write the report of a log as one HTML page."),
    "integration": (
        "commands_integration",
        "Make the patient's worksheet of a session, and a calendar of the days after.",
    ),
    "alarms": ("commands_alarms", "Try other alarm limits on logs that have been pulled."),
    "support-bundle": ("commands_support", "Collect what somebody far away needs to help."),
    "completion": ("commands_support", "Print what makes a shell complete words."),
    "sim": ("commands_sim", "Play scenarios on simulated units."),
}


def json_option(command: Callable) -> Callable:
    """--json and --quiet, which every command has."""
    command = click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=_be_quiet, is_eager=True,
                           help="Nothing beside the result: no bars, no notes.")(command)  # fmt: skip
    return click.option("--json", "as_json", is_flag=True,
                        help="Print one JSON value and nothing else on stdout.")(command)  # fmt: skip


def _be_quiet(ctx: click.Context, param: click.Parameter, quiet: bool) -> None:
    output.quiet = quiet


@dataclass(frozen=True)
class Where:
    """Which unit is meant, how long it may take to answer, and the key that was given."""

    port: str | None
    name: str | None
    key: str | None
    timeout_s: float

    @property
    def scenario(self) -> Path | None:
        """What to play, where a simulated unit is meant."""
        return Path(self.port[4:]) if self.port and self.port.startswith("sim:") else None

    def alone(self, path: str) -> "Where":
        """The same, but for the port."""
        return replace(self, port=path, name=None)


def where_options(command: Callable) -> Callable:
    """The options that every command for a unit has, as one argument `where`."""

    @functools.wraps(command)
    def wrapped(*args: object, port: str | None, unit: str | None, key: str | None, timeout_s: float | None,
                **kwargs: object) -> object:  # fmt: skip
        from sitterctl import config
        from sitterctl.connection import ANSWER_S

        chosen = config.load()
        if not port and not unit:
            port, unit = chosen.get("port"), chosen.get("unit")
        where = Where(port, unit, key, timeout_s or chosen.get("timeout_s") or ANSWER_S)
        return command(*args, where=where, **kwargs)

    for option in (
        click.option("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
                     help="How long an answer may take.  [default: 2]"),
        click.option("--key", metavar="HEX|FILE", help="The unit's key, instead of those in the keystore."),
        click.option("--unit", envvar="SITTER_UNIT", metavar="ID|LABEL", help="The unit, by its id or its label."),
        click.option("--port", envvar="SITTER_PORT", metavar="PATH|sim:FILE",
                     help="The unit's port, or a scenario to simulate one."),
    ):  # fmt: skip
        wrapped = option(wrapped)
    return wrapped


# Commands that work on files take --port too, so that a script can give every command the same options.
no_port_option = click.option("--port", expose_value=False, hidden=True)
key_option = click.option("--key", metavar="HEX|FILE", help="The unit's key, instead of those in the keystore.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
all_option = click.option("--all", "all_units", is_flag=True, help="Every unit that is connected, side by side.")


def examples(*lines: str) -> str:
    """The end of a help page."""
    return "\b\nExamples:\n" + "\n".join(f"  sitterctl {line}" for line in lines)


class _Lazy(click.Group):
    """A group that knows its commands by name and imports them when asked for one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        return getattr(importlib.import_module(f"sitterctl.{_COMMANDS[cmd_name][0]}"), cmd_name.replace("-", "_"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES])


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("status --port /dev/ttyUSB0", "sim run tests/scenarios/stop.json --out build/stop"),
)
@click.version_option(package_name="sitterctl")
def cli() -> None:
    """Look after Sitter units: find them, pull and verify their logs, play sessions on simulated ones.

    Sitter is not a medical device.
    """


@contextlib.contextmanager
def place(where: Where, as_json: bool) -> Iterator[str]:
    """The port of the unit that is meant; `sim:FILE` plays a scenario for it first."""
    from sitterctl import finding

    if where.scenario:
        with play_simulator(where.scenario, as_json) as simulator:
            yield simulator.port
    else:
        yield where.port or finding.choose(where.name)


@contextlib.contextmanager
def unit(where: Where, as_json: bool, any_schema: bool = False) -> Iterator["Connection"]:
    """A connection to the unit that is meant, closed at the end."""
    from sitterctl import device, finding, keys

    at_hand = keys.at_hand(where.key)
    with place(where, as_json) as path, device.connect(path, at_hand, where.timeout_s, any_schema) as line:
        if where.name and not where.scenario:
            finding.check_name(line, where.name)
        yield line


def play_simulator(scenario: Path, as_json: bool, state: Path | None = None) -> "Simulator":
    """A simulated unit that has played a scenario and serves its line; to be closed."""
    from sitterctl.scenario import load
    from sitterctl.simulator import Simulator

    end_s = int(load(scenario)["end_s"])
    with output.Progress(f"playing {scenario.stem}", as_json) as step:
        simulator = Simulator(scenario, state, on_progress=lambda at_s: step(at_s, end_s))
        try:
            simulator.wait_ready()
        except BaseException:
            simulator.close()
            raise
    return simulator


def main(args: Sequence[str] | None = None) -> None:
    """Run a command; whatever can be foreseen to go wrong becomes a sentence and its exit code, never a traceback."""
    words = sys.argv[1:] if args is None else list(args)
    try:
        code = _run(words, as_json="--json" in words)
    except KeyboardInterrupt:  # another one, while the first was being told
        code = INTERRUPTED
    sys.exit(code)


def _run(words: list[str], as_json: bool) -> int:
    try:
        code = cli.main(words, prog_name="sitterctl", standalone_mode=False)
        return code if isinstance(code, int) else OK
    except (SitterError, click.ClickException, click.Abort, OSError) as error:
        explained = _explained(error)
        output.show_error(explained, as_json)
        return explained.exit_code


def _explained(error: Exception) -> SitterError:
    from sitterctl import cut_short

    if isinstance(error, SitterError):
        return error
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "sitterctl"
        return SitterError(error.format_message(), f"`{command} --help` tells more", exit_code=USAGE)
    why, remedy, code = cut_short.reason(error)
    return SitterError(f"{why}; nothing was left half-done", f"{remedy}the same command begins again", exit_code=code)


if __name__ == "__main__":
    main()
