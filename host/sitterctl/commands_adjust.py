"""`adjust`: what a unit can be told about its own sensor."""

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, unit, where_options, yes_option
from sitterctl.commands_settings import apply_wanted
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

_MOST = 3


class _Point(click.ParamType):
    name = "RATIO:PERCENT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """`0.52:97` as (520, 97)."""
        ratio, _, pct = str(value).partition(":")
        try:
            return round(float(ratio) * 1000), int(pct)
        except ValueError:
            self.fail(f"{value} is not a ratio and a percentage such as 0.52:97", param, ctx)


@click.group(epilog=examples("adjust spo2 --unit 'BED 3'", "adjust spo2 --clear --unit 'BED 3'"))
def adjust() -> None:
    """Tell a unit about its own sensor. It is no calibration."""


@adjust.command(epilog=examples("adjust spo2 --unit 'BED 3'", "adjust spo2 --point 0.50:98 --point 0.85:90 --yes"))
@click.option("--point", "points", type=_Point(), multiple=True, help="A point that is known; two or three of them.")
@click.option("--clear", is_flag=True, help="Back to the published curve.")
@yes_option
@where_options
@json_option
def spo2(points: tuple[tuple[int, int], ...], clear: bool, yes: bool, where: Where, as_json: bool) -> int:
    """Give a unit two or three points of a saturation curve of its own.

    Without --point it measures them: the unit's probe on one finger, another oximeter on the next, and somebody types
    what that one says. From then on the screen and every report say `user-adjusted`, never "calibrated".
    """
    from sitterctl import adjusting

    if clear and points:
        raise SitterError("both --point and --clear were given", "give one or the other", exit_code=USAGE)
    if len(points) == 1 or len(points) > _MOST:
        raise SitterError("a curve needs two points or three", "give --point as often", exit_code=USAGE)
    if not points and not clear:
        if as_json:
            raise SitterError("nobody can be asked with --json", "give --point twice or three times, or --clear",
                              exit_code=USAGE)  # fmt: skip
        points = _measured(where)
    return apply_wanted(lambda connection: adjusting.as_settings(list(points)), False, yes, where, as_json)


def _measured(where: Where) -> tuple[tuple[int, int], ...]:
    """Points taken with somebody's help, two at least."""
    from sitterctl import adjusting

    found: list[tuple[int, int]] = []
    with unit(where, False) as connection:
        while len(found) < _MOST:
            output.note(f"point {len(found) + 1}: probe on, hand still; measuring for {adjusting.SECONDS} s")
            try:
                ratio = adjusting.measure(connection)
            except SitterError as error:
                if error.exit_code != CHECK_FAILED:
                    raise  # no steadier hand mends that
                output.note(f"{error.message}: {error.remedy}")
                if click.confirm("try this point again?", default=True, err=True):
                    continue
                break
            pct = click.prompt(f"ratio {ratio / 1000:.3f}; the other oximeter says, in percent", type=int, err=True)
            found.append((ratio, pct))
            if len(found) >= 2 and not click.confirm("another point?", default=False, err=True):
                break
    if len(found) < 2:
        raise SitterError("a curve needs two points or three, and nothing was changed", "begin again",
                          exit_code=CHECK_FAILED)  # fmt: skip
    return tuple(found)
