"""Settings as a file that people read and edit: TOML, with each setting's unit, range and default beside it.

A file may name a few settings only; the others stay as the unit has them. Whatever is wrong with it is told together,
with the line, by the same check that the unit makes.
"""

import difflib
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_dir

from sitter import settings
from sitterctl import whole_file
from sitterctl.errors import USAGE, SitterError

KIND, VERSION = "sitter settings", 1
ROWS = {row[0]: row for row in settings.SETTINGS}


def about(name: str) -> str:
    """`bpm, 80 to 200, default 120`."""
    _, unit, default, low, high = ROWS[name]
    return f"{unit + ', ' if unit else ''}{low} to {high}, default {default}"


def text(values: dict, whose: str) -> str:
    """A whole set as a file."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [f"# Settings of {whose}, {now}.", f'kind = "{KIND}"', f"version = {VERSION}", "", "[settings]"]
    lines += [f"{f'{name} = {values[name]}':40s}  # {about(name)}" for name in ROWS if name in values]
    return "\n".join(lines) + "\n"


def read(path: Path) -> dict:
    """The checked settings that a file names. Raises SitterError with every fault, each with its line."""
    try:
        source = path.read_text(encoding="utf-8")
        whole = tomllib.loads(source)
    except OSError as error:
        raise SitterError(f"can't read {path}: {error.strerror}", "check the path", exit_code=USAGE) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SitterError(f"{path} is not TOML: {error}", "mend the line it names", exit_code=USAGE) from error
    faults = [f"{path}:{_line(source, fault)}: {fault}" for fault in _faults(whole)]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise SitterError(f"these settings can't be used:\n{listed}", "mend the file and try again",
                          exit_code=USAGE, details={"faults": faults})  # fmt: skip
    return _values(whole)


def _values(whole: dict) -> dict:
    """What stands under [settings], or at the top of a file that has no such part."""
    if "settings" in whole:
        return whole["settings"]
    return {name: value for name, value in whole.items() if name not in ("kind", "version")}


def _faults(whole: dict) -> list[str]:
    kind, version = whole.get("kind", KIND), whole.get("version", VERSION)
    if kind != KIND or version != VERSION:
        return [f"kind: this is {kind!r}, version {version!r}; {KIND!r}, version {VERSION}, is wanted"]
    faults = []
    if "settings" in whole:
        faults = [f"{name}: does not belong here" for name in whole if name not in ("kind", "version", "settings")]
        if not isinstance(whole["settings"], dict):
            return [*faults, "settings: must be a table"]
    values = _values(whole)
    return faults + (check(values) if len(values) == len(ROWS) else _meant(settings.value_faults(values)))


def check(values: dict) -> list[str]:
    """The faults of a whole set: of each value, and of limits that cross."""
    return _meant(settings.check(values))


def _meant(faults: list[str]) -> list[str]:
    """The faults, with what was probably meant."""
    told = []
    for fault in faults:
        name = fault.partition(":")[0]
        near = [] if name in ROWS else difflib.get_close_matches(name, ROWS, 1)
        told.append(fault + (f"; did you mean {near[0]}?" if near else ""))
    return told


def _line(source: str, fault: str) -> int:
    """Where the key that a fault begins with stands; 1 if it can't be seen."""
    name = re.escape(fault.partition(":")[0])
    found = re.search(rf"^[ \t\"'[]*{name}\b", source, re.MULTILINE)
    return source.count("\n", 0, found.start()) + 1 if found else 1


def differences(now: dict, then: dict) -> list[dict]:
    """The settings that would change, in the order of the table."""
    return [
        {"setting": name, "now": now.get(name), "then": then[name], "unit": ROWS[name][1], "about": about(name)}
        for name in ROWS
        if name in then and now.get(name) != then[name]
    ]


# --- backups ----------------------------------------------------------------------------------------------------------


def backup_folder() -> Path:
    return Path(user_data_dir("sitter", appauthor=False)) / "settings"


def new_backup(unit_id: str) -> Path:
    """The file for a backup that is made now."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return backup_folder() / f"{unit_id}-{moment}.toml"


def back_up(path: Path, unit_id: str, values: dict) -> None:
    """Keep a unit's settings as they are. Raises SitterError."""
    whole_file.write(path, text(values, f"unit {unit_id}"))


def newest_backup(unit_id: str) -> Path:
    """The last one of a unit. Raises SitterError when there is none."""
    found = sorted(backup_folder().glob(f"{unit_id}-*.toml"))
    if not found:
        raise SitterError(f"there is no backup of unit {unit_id} in {backup_folder()}",
                          "name a file: `settings restore FILE`", exit_code=USAGE)  # fmt: skip
    return found[-1]
