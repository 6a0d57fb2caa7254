"""`settings`: look at them, keep them in a file, check, compare, apply and restore them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, all_option, examples, json_option, no_port_option, unit, where_options, yes_option
from sitterctl.errors import CHECK_FAILED, OK

if TYPE_CHECKING:
    from sitterctl.applying import Change
    from sitterctl.finding import Found

_QUESTION = "change this?"
_file = click.Path(path_type=Path, dir_okay=False)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")


@click.group(epilog=examples("settings pull -o bed3.toml --unit 'BED 3'", "settings apply bed3.toml --unit 'BED 3'"))
def settings() -> None:
    """Look at a unit's settings and change them.

    They are kept in a file that people can read; docs/settings.md says what each is for. A change is shown, asked
    about, backed up, made as a whole or not at all, read back and compared. Not while a session is open.
    """


@settings.command(epilog=examples("settings show --unit 'BED 3'", "settings show --changed --json"))
@click.option("--changed", is_flag=True, help="Only those that are not as shipped.")
@where_options
@json_option
def show(changed: bool, where: Where, as_json: bool) -> None:
    """Show the settings in force."""
    from sitterctl import settings_file, transfer

    with unit(where, as_json) as connection:
        values = transfer.get(connection, "settings")
    assert isinstance(values, dict)
    as_shipped = settings_file.DEFAULTS
    rows = [name for name in settings_file.NAMES if not changed or values[name] != as_shipped[name]]
    cells = [[name, settings_file.shown(values[name]), "" if values[name] == as_shipped[name] else "*",
              settings_file.about(name)] for name in rows]  # fmt: skip
    text = output.table(["setting", "value", "", "unit, range, default"], cells) if cells else "all are as shipped"
    output.show({"unit_id": connection.hello["unit_id"], "settings": {name: values[name] for name in rows}}, as_json,
                text)  # fmt: skip


@settings.command(epilog=examples("settings pull -o bed3.toml --unit 'BED 3'", "settings pull > bed3.toml"))
@click.option("-o", "--out", type=_file, help="The file to write; else it is printed.")
@where_options
@json_option
def pull(out: Path | None, where: Where, as_json: bool) -> None:
    """Write the settings in force into a file that can be edited and applied."""
    from sitterctl import settings_file, transfer, whole_file

    with unit(where, as_json) as connection:
        values = transfer.get(connection, "settings")
    assert isinstance(values, dict)
    hello = connection.hello
    text = settings_file.text(values, f"unit {hello['unit_id']}" + (f", {hello['label']}" if hello["label"] else ""))
    if out:
        whole_file.write(out, text)
    output.show({"unit_id": hello["unit_id"], "file": str(out) if out else None, "settings": values}, as_json,
                f"written to {out}" if out else text.rstrip("\n"))  # fmt: skip


@settings.command(epilog=examples("settings check bed3.toml", "settings check bed3.toml --json"))
@click.argument("file", type=_file)
@json_option
@no_port_option
def check(file: Path, as_json: bool) -> None:
    """Check a file without a unit: every fault, with its line and the range allowed. Exit code 2 if it has one."""
    from sitterctl import settings_file

    values = settings_file.read(file)
    output.show({"file": str(file), "settings": values}, as_json, f"{file}: {len(values)} settings, no fault")


@settings.command(epilog=examples("settings diff bed3.toml --unit 'BED 3'", "settings diff bed3.toml --json"))
@click.argument("file", type=_file)
@where_options
@json_option
def diff(file: Path, where: Where, as_json: bool) -> int:
    """Show what applying a file would change. Exit code 1 if it would change something."""
    from sitterctl import applying, settings_file

    wanted = settings_file.read(file)
    with unit(where, as_json) as connection:
        change = applying.compare(connection, wanted)
    output.show({"unit_id": change.unit_id, "changes": change.rows}, as_json, _in_words(change))
    return CHECK_FAILED if change.rows else OK


@settings.command(epilog=examples("settings apply bed3.toml --unit 'BED 3'", "settings apply house.toml --all"))
@click.argument("file", type=_file)
@all_option
@dry_run_option
@yes_option
@where_options
@json_option
def apply(file: Path, all_units: bool, dry_run: bool, yes: bool, where: Where, as_json: bool) -> int:
    """Apply the settings in a file; those that it does not name stay as they are.

    The unit restarts with them. With --all the change is shown and asked about for each unit that is connected, and
    then made on all of them side by side.
    """
    from sitterctl import settings_file

    wanted = settings_file.read(file)
    if all_units:
        return _apply_all(wanted, dry_run, yes, where, as_json)
    return apply_wanted(lambda connection: wanted, dry_run, yes, where, as_json)


@settings.command(epilog=examples("settings restore --unit 'BED 3'", "settings restore bed3.toml --unit 'BED 3'"))
@click.argument("file", type=_file, required=False)
@dry_run_option
@yes_option
@where_options
@json_option
def restore(file: Path | None, dry_run: bool, yes: bool, where: Where, as_json: bool) -> int:
    """Go back to the settings of a file, or to those before the last change that was made from this computer."""
    from sitterctl import settings_file

    def wanted(connection) -> dict:
        path = file or settings_file.newest_backup(connection.hello["unit_id"])
        output.note(f"restoring {path}") if not as_json else None
        return settings_file.read(path)

    return apply_wanted(wanted, dry_run, yes, where, as_json)


# --- one unit, and all of them ----------------------------------------------------------------------------------------


def apply_wanted(wanted, dry_run: bool, yes: bool, where: Where, as_json: bool) -> int:
    """Ask about a change of settings and make it; `wanted(connection)` gives those that are meant."""
    from sitterctl import applying, asking

    with unit(where, as_json) as connection:
        change = applying.compare(connection, wanted(connection))
        told = {"unit_id": change.unit_id, "changes": change.rows, "applied": False, "backup": None}
        if change.rows and not dry_run:
            asking.agree(_QUESTION, yes, as_json, _shown(change, change.unit_id))
            told.update(applied=True, backup=str(applying.apply(connection, change)))
    words = [_in_words(change)] if dry_run or not change.rows or yes else []
    words += [f"applied and read back; the settings before are in {told['backup']}"] if told["applied"] else []
    output.show(told, as_json, "\n".join(words))
    return OK


def _shown(change: "Change", name: str) -> str:
    return f"{name}:\n{_in_words(change)}"


def _in_words(change: "Change") -> str:
    if not change.rows:
        return "nothing would change"
    from sitterctl.settings_file import shown

    cells = [[r["setting"], shown(r["now"]), "->", shown(r["then"]), r["about"]] for r in change.rows]
    return output.table(["setting", "now", "", "then", "unit, range, default"], cells)


def _apply_all(wanted: dict, dry_run: bool, yes: bool, where: Where, as_json: bool) -> int:
    from sitterctl import applying, asking, finding, fleet, keys

    at_hand, units = keys.at_hand(where.key), finding.every_unit()

    def look(one: "Found") -> tuple[dict, int]:
        with finding.connected(one, at_hand, where.timeout_s) as connection:
            return {"change": applying.compare(connection, wanted)}, OK

    def work(one: "Found") -> tuple[dict, int]:
        told = {"changes": changes[one.port].rows, "applied": False, "declined": one.port in declined}
        if dry_run or not told["changes"] or told["declined"]:
            return told, CHECK_FAILED if told["declined"] else OK
        with finding.connected(one, at_hand, where.timeout_s) as connection:
            backup = applying.apply(connection, changes[one.port])
        return {**told, "applied": True, "backup": str(backup)}, OK

    looked = fleet.each(units, look)
    changes: dict[str, Change] = {o.unit.port: o.value["change"] for o in looked if o.error is None}
    declined = {
        o.unit.port
        for o in looked
        if not dry_run and o.error is None and changes[o.unit.port].rows
        and not asking.agreed(_QUESTION, yes, as_json, _shown(changes[o.unit.port], o.name))
    }  # fmt: skip
    came, stopped = fleet.each_as_far([o.unit for o in looked if o.error is None], work)
    made = {o.unit.port: o for o in came}
    return fleet.show([made.get(o.unit.port, o) for o in looked], stopped, as_json, _outcome_in_words)


def _outcome_in_words(value: dict) -> str:
    names = ", ".join(f"{row['setting']} {row['now']} -> {row['then']}" for row in value["changes"])
    if not names:
        return "nothing to change"
    done = "applied" if value["applied"] else "left as it was" if value["declined"] else "would change"
    return f"{done}: {names}"
