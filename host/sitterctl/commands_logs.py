"""`logs`: get the records off a unit, check them, read them."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, all_option, examples, json_option, key_option, no_port_option, unit, where_options
from sitterctl.errors import NOT_VERIFIED, PARTIAL, USAGE, SitterError

if TYPE_CHECKING:
    from sitterctl.connection import Connection
    from sitterctl.device import Pulled
    from sitterctl.slog import Log

_file = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog=examples("logs pull --port /dev/ttyUSB0 --out logs", "logs verify logs/*.slog"))
def logs() -> None:
    """List, pull, verify and show session logs."""


@logs.command("list", epilog=examples("logs list --port /dev/ttyUSB0", "logs list --json"))
@where_options
@json_option
def list_(where: Where, as_json: bool) -> None:
    """List the logs on a unit."""
    from sitterctl import device

    with unit(where, as_json) as connection:
        found = device.list_logs(connection)
    rows = [
        [log["name"], log["bytes"], "closed" if log["closed"] else "open", "pulled" if log["pulled"] else "-"]
        for log in found
    ]
    text = output.table(["log", "bytes", "state", "pulled"], rows) if rows else "the unit has no logs"
    output.show({"unit_id": connection.hello["unit_id"], "logs": found}, as_json, text)


@logs.command(epilog=examples("logs pull --unit 'BED 3' --out logs", "logs pull --all --out logs"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@all_option
@click.option("--again", is_flag=True, help="Every closed log, also those that have been pulled.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the logs.  [default: logs]")
@where_options
@json_option
def pull(names: tuple[str, ...], all_units: bool, again: bool, out: Path | None, where: Where, as_json: bool) -> int:
    """Pull logs into a folder and verify them.

    Without a NAME: the closed logs that have not been pulled yet. A pull that is cut off leaves a .part; the same
    command goes on where it stopped. With --all it pulls from every unit that is connected, side by side.
    """
    from sitterctl import config

    if names and (again or all_units):
        raise SitterError("both names and --all or --again were given", "give one or the other", exit_code=USAGE)
    folder = out or Path(config.load().get("logs", "logs"))
    if all_units:
        return _pull_all(again, folder, where, as_json)
    done: list[Pulled] = []
    with unit(where, as_json) as connection:
        for log in _chosen(connection, names, again):
            done.append(_pull_one(connection, log, folder, where, as_json, done))
    for pulled in done:
        for line in pulled.notes:
            output.note(f"{pulled.name}: {line}") if not as_json else None
    lines = [_sentence(p) for p in done]
    nothing = "nothing to pull: no closed log that has not been pulled (`logs list` shows all, --again pulls once more)"
    output.show({"pulled": [_row(p) for p in done]}, as_json, "\n".join(lines) or nothing)
    return max((_exit_code(p) for p in done), default=0)


def _pull_all(again: bool, folder: Path, where: Where, as_json: bool) -> int:
    from sitterctl import device, finding, fleet, keys

    at_hand = keys.at_hand(where.key)

    def work(one: finding.Found) -> tuple[dict, int]:
        done: list[Pulled] = []
        with finding.connected(one, at_hand, where.timeout_s) as connection:
            for log in _chosen(connection, (), again):
                done.append(device.pull(connection, log, folder, at_hand))
        return {"pulled": [_row(p) for p in done]}, max((_exit_code(p) for p in done), default=0)

    with output.Progress("pulling from every unit", as_json):
        came = fleet.each_as_far(finding.every_unit(), work)
    return fleet.show(*came, as_json, lambda value: _count_in_words(value["pulled"]))


def _count_in_words(rows: list[dict]) -> str:
    if not rows:
        return "nothing to pull"
    unlike = [f"{row['log']}: {row['sentence']}" for row in rows if row["verdict"] != "intact"]
    logs = "a log" if len(rows) == 1 else f"{len(rows)} logs"
    return "; ".join([f"{logs}, {sum(row['bytes'] for row in rows)} bytes", *(unlike or ["verified"])])


def _pull_one(connection: "Connection", log: dict, out: Path, where: Where, as_json: bool,
              done: list["Pulled"]) -> "Pulled":  # fmt: skip
    """Pull a log with a bar; an error takes along what had been pulled before it."""
    from sitterctl import device, keys

    try:
        with output.Progress(f"pulling {log['name']}", as_json) as step:
            return device.pull(connection, log, out, keys.at_hand(where.key), step)
    except SitterError as error:
        error.details["pulled"] = [_row(p) for p in done]
        for pulled in done:
            output.note(_sentence(pulled)) if not as_json else None
        raise


def _chosen(connection: "Connection", names: tuple[str, ...], again: bool) -> list[dict]:
    from sitterctl import device

    found = device.list_logs(connection)
    have = [log["name"] for log in found]
    missing = [name for name in names if name not in have]
    if missing:
        raise SitterError(f"the unit has no log {', '.join(missing)}", f"it has: {', '.join(have) or 'none'}",
                          exit_code=USAGE)  # fmt: skip
    if names:
        return [log for log in found if log["name"] in names]
    return [log for log in found if log["closed"] and (again or not log["pulled"])]


def _sentence(pulled: "Pulled") -> str:
    return f"{pulled.path}: {pulled.size_bytes} bytes. {pulled.verdict.sentence}"


def _row(pulled: "Pulled") -> dict:
    return {
        "log": pulled.name, "file": str(pulled.path), "bytes": pulled.size_bytes, "closed": pulled.closed,
        "acknowledged": pulled.acknowledged, "verdict": pulled.verdict.kind, "sentence": pulled.verdict.sentence,
        "notes": pulled.notes,
    }  # fmt: skip


def _exit_code(pulled: "Pulled") -> int:
    """A log of a session that still runs is intact as far as it goes: there is more to come."""
    from sitterctl.slog import NOT_CLOSED

    return PARTIAL if not pulled.closed and pulled.verdict.kind == NOT_CLOSED else pulled.verdict.exit_code


@logs.command(epilog=examples("logs verify logs/*.slog", "logs verify --key unit.key --json logs/SIM-0007-00001.slog"))
@click.argument("files", nargs=-1, required=True, type=_file)
@key_option
@json_option
@no_port_option
def verify(files: tuple[Path, ...], key: str | None, as_json: bool) -> int:
    """Verify logs by their seals, and by the .pull.json beside them if there is one. No unit is needed. Exit code 8 if
    one is not intact and closed."""
    from sitterctl import keys, pull_record, slog

    at_hand = keys.at_hand(key)
    rows, lines, worst = [], [], 0
    for path in files:
        verdict = slog.verify(slog.load(path), at_hand, pull_record.read(path))
        worst = max(worst, verdict.exit_code)
        lines += [f"{path}: {verdict.sentence}", *([f"  {verdict.remedy}"] if verdict.remedy else [])]
        rows.append({"file": str(path), "verdict": verdict.kind, "sentence": verdict.sentence,
                     "remedy": verdict.remedy, "record": verdict.record, "until": verdict.until,
                     "offset": verdict.offset, "development_key": verdict.development})  # fmt: skip
    output.show({"logs": rows, "ok": worst == 0}, as_json, "\n".join(lines))
    return worst


@logs.command(
    epilog=examples("logs show logs/SIM-0007-00001.slog", "logs show --only alarm --only dose logs/SIM-0007-00001.slog")
)
@click.argument("file", type=_file)
@click.option("--only", multiple=True, metavar="RECORD", help="Only records of this name; may be repeated.")
@json_option
@no_port_option
def show(file: Path, only: tuple[str, ...], as_json: bool) -> int:
    """Print the records of a log, up to the first that can not be read (then exit code 8)."""
    from sitterctl import slog

    log = slog.read(file)
    _check_names(only, log)
    wanted = [record for record in log.records if not only or record.name in only]
    damage = log.damage.sentence if log.damage else None
    if as_json:
        rows = [{"n": r.n, "record": r.name, "elapsed_s": round(r.elapsed_s, 3), **_printable(r.fields)}
                for r in wanted]  # fmt: skip
        output.show_rows("records", rows, {"damage": damage})
    else:
        for r in wanted:
            output.line(f"{r.n:6d} {r.elapsed_s:10.1f} s  {r.name:9s} {_in_words(r.fields)}")
        if only and not wanted:
            output.line(f"there are no records of {' or '.join(only)} in {file}")
        if damage:
            output.note(damage)
    return NOT_VERIFIED if damage else 0


def _check_names(only: tuple[str, ...], log: "Log") -> None:
    """Raises SitterError for a name that neither this table of records nor the log's own knows."""
    from sitter import records

    known = dict.fromkeys([name for _, name, _ in records.rows().values()] + [record.name for record in log.records])
    for name in only:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise SitterError(f"there is no record {name!r}", f"{hint}there are: {', '.join(known)}", exit_code=USAGE)


def _printable(fields: dict) -> dict:
    return {key: value.hex() if isinstance(value, bytes) else value for key, value in fields.items()}


def _in_words(fields: dict) -> str:
    shown = {k: v for k, v in _printable(fields).items() if k not in ("at_ms", "schema") and v is not None}
    return " ".join(f"{key}={value}" for key, value in shown.items())
