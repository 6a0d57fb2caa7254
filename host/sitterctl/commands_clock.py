"""`clock` and `label`: what time a unit thinks it is, and what people call it."""

from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options, yes_option
from sitterctl.errors import CHECK_FAILED

if TYPE_CHECKING:
    from sitterctl.connection import Connection


@click.group(epilog=examples("clock show --unit 'BED 3'", "clock set --unit 'BED 3'"))
def clock() -> None:
    """Show or set a unit's clock."""


@clock.command(epilog=examples("clock show --port /dev/ttyUSB0", "clock show --json"))
@where_options
@json_option
def show(where: Where, as_json: bool) -> int:
    """Show the unit's clock beside this computer's. Exit code 1 if it is not to be trusted."""
    from sitterctl import device
    from sitterctl.clock import offset_s

    with unit(where, as_json) as connection:
        status = device.status(connection)
    told = {"unit_id": status["unit_id"], "utc_s": status["utc_s"], "trusted": status["clock_trusted"],
            "offset_s": offset_s(status)}  # fmt: skip
    output.show(told, as_json, _in_words(told))
    return 0 if told["trusted"] else CHECK_FAILED


def _in_words(told: dict) -> str:
    from sitter import utc

    words = "" if told["trusted"] else ", NOT TRUSTED: it lost its power; `sitterctl clock set` sets it"
    return f"{utc.iso(told['utc_s'])}, {told['offset_s']:+.1f} s from this computer's{words}"


@clock.command("set", epilog=examples("clock set --port /dev/ttyUSB0", "clock set --unit 'BED 3' --json"))
@where_options
@json_option
def set_(where: Where, as_json: bool) -> None:
    """Set the unit's clock to this computer's. Not while a session is open."""
    from sitterctl import clock as clocks
    from sitterctl import cut_short, device

    with unit(where, as_json) as connection:
        was_s = clocks.offset_s(device.status(connection))
        _set(connection)
        with cut_short.told(
            f"the clock of unit {connection.hello['unit_id']} is set", "`sitterctl clock show` shows it"
        ):
            is_s = clocks.offset_s(device.status(connection))
        told = {"unit_id": connection.hello["unit_id"], "offset_before_s": was_s, "offset_s": is_s}
    output.show(told, as_json, f"it was {was_s:+.1f} s from this computer's, and is {is_s:+.1f} s now")


def _set(connection: "Connection") -> None:
    from sitterctl import clock as clocks
    from sitterctl import cut_short

    what = f"the clock of unit {connection.hello['unit_id']} is"
    with cut_short.change(connection, "clock.set", f"{what} as it was", f"{what} as it was, or set",
                          "`sitterctl clock show` tells which"):  # fmt: skip
        clocks.set_to_now(connection)


@click.command(epilog=examples("label 'BED 3' --port /dev/ttyUSB0", "label '' --unit 'BED 3'"))
@click.argument("text")
@yes_option
@where_options
@json_option
def label(text: str, yes: bool, where: Where, as_json: bool) -> None:
    """Call a unit something that people say, such as a bed. At most 12 characters; no patient's name.

    An empty text takes its label away, which it asks about first: `--unit` finds it by its id alone then.
    """
    from sitterctl import asking, cut_short

    with unit(where, as_json) as connection:
        was = connection.hello["label"]
        if was and not text:
            asking.agree(
                f"unit {connection.hello['unit_id']} is called {was!r}, and then nothing. Go on?", yes, as_json
            )
        what = f"unit {connection.hello['unit_id']} is called what it was"
        with cut_short.change(connection, "label.set", what, f"{what}, or {text!r}",
                              "`sitterctl status` tells which"):  # fmt: skip
            connection.ask("label.set", label=text)
        told = {"unit_id": connection.hello["unit_id"], "label": text}
    output.show(told, as_json, f"unit {told['unit_id']} {f'is called {text!r}' if text else 'has no label now'}")
