"""`alarms`: what other limits would have meant."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, no_port_option
from sitterctl.errors import USAGE, SitterError

if TYPE_CHECKING:
    from sitterctl.replay import Replayed

_file = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog=examples("alarms replay logs/*.slog --settings quieter.toml",
                             "alarms replay logs/SIM-0001-00001.slog --settings quieter.toml --json"))  # fmt: skip
def alarms() -> None:
    """Try other alarm limits on sessions that have been."""


@alarms.command(epilog=examples("alarms replay logs/*.slog --settings quieter.toml",
                                "alarms replay logs/SIM-0001-00001.slog --settings quieter.toml --json"))  # fmt: skip
@click.argument("logs", nargs=-1, required=True, type=_file)
@click.option("--settings", "settings_path", type=_file, required=True,
              help="TOML file with the settings to try, such as pulse_high_bpm = 130.")  # fmt: skip
@json_option
@no_port_option
def replay(logs: tuple[Path, ...], settings_path: Path, as_json: bool) -> None:
    """Judge pulled logs anew, with their own settings changed as the file says: alarms per hour before and after.

    The firmware's own alarm code judges. What people would have done otherwise nobody knows: pauses stay where they
    were, and readings that other settings would have taken are missing. Fewer alarms are not better ones; who decides
    on limits is the clinic.
    """
    from sitterctl import replay as judging
    from sitterctl import saturation, settings_file, slog

    wanted = settings_file.read(settings_path)
    before: list[Replayed] = []
    after: list[Replayed] = []
    sources: list[str] = []
    for path in logs:
        log = slog.read(path)
        own = judging.settings_of(log)
        sources.append(f"{', '.join(saturation.parts(log))}, {saturation.mark(log)}")
        _check({**own, **wanted}, settings_path)
        before.append(judging.replay(log, own))
        after.append(judging.replay(log, {**own, **wanted}))
    rows = _rows(before, after)
    hours = sum(one.watched_h for one in before)
    value = {
        "logs": [str(path) for path in logs],
        "saturation": sources,
        "watched_h": round(hours, 2),
        "settings": wanted,
        "alarms": rows,
    }
    lines = output.table(
        ["alarm", "before", "an hour", "after", "an hour"],
        [
            [r["alarm"], r["before"], f"{r['before_per_hour']:.1f}", r["after"], f"{r['after_per_hour']:.1f}"]
            for r in rows
        ],
    )
    output.show(value, as_json, f"{len(logs)} logs, {hours:.1f} hours of watching\n{_whence(sources)}\n{lines}")


def _whence(sources: list[str]) -> str:
    """Where the saturations came from, and in how many logs."""
    counts = {source: sources.count(source) for source in sources}
    if len(counts) == 1:
        return f"saturation of a {sources[0]}"
    return "saturation of a " + "; of a ".join(f"{source} (in {count})" for source, count in counts.items())


def _rows(before: list["Replayed"], after: list["Replayed"]) -> list[dict]:
    """One for each alarm that occurred, the sum last."""
    hours = sum(one.watched_h for one in before) or 1.0
    names = sorted({o.alarm for one in before + after for o in one.occurrences})
    rows = []
    for name in [*names, "all"]:
        counts = [sum(name in ("all", o.alarm) for one in side for o in one.occurrences) for side in (before, after)]
        rows.append({"alarm": name, "before": counts[0], "before_per_hour": round(counts[0] / hours, 2),
                     "after": counts[1], "after_per_hour": round(counts[1] / hours, 2)})  # fmt: skip
    return rows


def _check(chosen: dict, path: Path) -> None:
    """Whether the log's own settings, changed so, can be used."""
    from sitterctl import settings_file

    faults = settings_file.check(chosen)
    if faults:
        listed = "\n".join(f"  {path}: {fault}" for fault in faults)
        raise SitterError(f"these settings can't be used:\n{listed}", "mend the file and try again", exit_code=USAGE)
