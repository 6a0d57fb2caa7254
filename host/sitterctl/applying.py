"""New settings onto a unit: backed up, put as a whole, and read back from the unit that has restarted with them."""

from dataclasses import dataclass
from pathlib import Path

from sitterctl import cut_short, settings_file, transfer
from sitterctl.connection import Connection
from sitterctl.errors import CHECK_FAILED, RESTARTED, SitterError

_RESTART_S = 20.0


@dataclass(frozen=True)
class Change:
    """What would become of a unit's settings."""

    unit_id: str
    now: dict
    then: dict
    rows: list[dict]


def compare(connection: Connection, wanted: dict) -> Change:
    """The unit's settings beside those that are wanted. Raises SitterError when together they can't be used."""
    now = transfer.get(connection, "settings")
    assert isinstance(now, dict)
    then = {**now, **wanted}
    faults = settings_file.check(then)
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise SitterError(f"with what the unit has, these settings can't be used:\n{listed}",
                          "name the others in the file too", exit_code=CHECK_FAILED)  # fmt: skip
    return Change(connection.hello["unit_id"], now, then, settings_file.differences(now, then))


def _put(connection: Connection, values: dict) -> None:
    """A unit that restarts before its answer has arrived has stored them; reading back tells."""
    try:
        transfer.put(connection, "settings", values)
    except SitterError as error:
        if error.exit_code != RESTARTED:
            raise


def apply(connection: Connection, change: Change) -> Path:
    """Make the change; where the settings before it are kept. Raises SitterError, whose words say what the unit has."""
    unit, backup = f"unit {change.unit_id}", settings_file.new_backup(change.unit_id)
    before, either = f"{unit} has its old settings", f"{unit} has all of its old settings or all of the new ones"
    which = f"`sitterctl settings diff` tells which; the old ones are in {backup}"
    try:
        with cut_short.change(connection, "put.commit", before, either, which):
            settings_file.back_up(backup, change.unit_id, change.now)
            _put(connection, change.then)
            connection.await_restart(_RESTART_S)
            after = transfer.get(connection, "settings")
    except SitterError:
        if "put.commit" not in connection.may_have_done:
            backup.unlink(missing_ok=True)  # `restore` would take it for what was before a change
        raise
    if after != change.then:
        left = ", ".join(row["setting"] for row in settings_file.differences(after, change.then))  # type: ignore[arg-type]
        raise SitterError(f"unit {change.unit_id} came back without {left}",
                          f"look at `sitterctl audit`; the old settings are in {backup}",
                          exit_code=CHECK_FAILED)  # fmt: skip
    return backup
