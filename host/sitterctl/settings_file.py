"""Settings as a file that people read and edit: TOML, with each setting's unit, range and default beside it.

A file may name a few settings only; the others stay as the unit has them. Whatever is wrong with it is told together,
with the line, by the same check that the unit makes.
"""

import difflib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_dir

from sitter import settings
from sitterctl import toml_file, whole_file
from sitterctl.errors import USAGE, SitterError

# VERSION goes up when a setting is taken away or comes to mean something else: then a file of before is refused, as a
# name in it might not say what it said. A setting more changes nothing for it.
KIND, VERSION = "sitter settings", 1
_HEADER = ("kind", "version")
ROWS = {row[0]: row for row in settings.SETTINGS}
TEXTS = {row[0]: row for row in settings.TEXTS}
NAMES = (*ROWS, *TEXTS)
DEFAULTS = settings.defaults()


def about(name: str) -> str:
    """`bpm, 80 to 200, default 120`; `at most 8 texts of 2 to 20 characters`."""
    if name in TEXTS:
        low, high = settings.TEXT_LENGTH
        return f"at most {TEXTS[name][1]} texts of {low} to {high} characters"
    _, unit, default, low, high = ROWS[name]
    return f"{unit + ', ' if unit else ''}{low} to {high}, default {default}"


def shown(value: object) -> object:
    """A value as it stands in the file: a number as it is, a list of texts in quotes."""
    return json.dumps(value) if isinstance(value, list) else value


def text(values: dict, whose: str) -> str:
    """A whole set as a file."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [f"# Settings of {whose}, {now}.", f'kind = "{KIND}"', f"version = {VERSION}", "", "[settings]"]
    lines += [f"{f'{name} = {shown(values[name])}':40s}  # {about(name)}" for name in NAMES if name in values]
    return "\n".join(lines) + "\n"


def read(path: Path) -> dict:
    """The checked settings that a file names. Raises SitterError with every fault, each with its line."""
    whole, source = toml_file.read(path)
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
    return {name: value for name, value in whole.items() if name not in _HEADER}


def _faults(whole: dict) -> list[str]:
    """Every fault of a file, each a sentence that begins with its dotted key."""
    if other := _other_schema(whole):
        return other  # its names may mean something else
    faults, table = [], "settings." if "settings" in whole else ""
    if table:
        faults = [f"{name}: does not belong here" for name in whole if name not in (*_HEADER, "settings")]
        if not isinstance(whole["settings"], dict):
            return [*faults, "settings: must be a table"]
    values = _values(whole)
    return faults + [table + fault for fault in _meant(settings.value_faults(values) + _crossed(values), table)]


def _other_schema(whole: dict) -> list[str]:
    """What says that a file is not one of these settings; one without such words is taken for one."""
    kind, version = whole.get("kind", KIND), whole.get("version", VERSION)
    said = f"this is {kind!r}, version {version!r}; {KIND!r}, version {VERSION}, is wanted"
    wrong = {"kind": kind != KIND, "version": type(version) is not int or version != VERSION}
    return [f"{name}: {said}" for name in _HEADER if wrong[name]]


def _crossed(values: dict) -> list[str]:
    """Limits that cross, of those that are good by themselves and both named; the unit may have others for the rest."""
    good = {name: value for name, value in values.items() if not settings.value_faults({name: value})}
    crossed = settings.check(good)
    if len(good) == len(NAMES):
        return crossed
    named = [set(re.findall(r"\w+", fault)) & ROWS.keys() for fault in crossed]
    return [fault for fault, names in zip(crossed, named, strict=True) if names and names <= good.keys()]


def check(values: dict) -> list[str]:
    """The faults of a whole set: of each value, and of limits that cross."""
    return _meant(settings.check(values))


def _meant(faults: list[str], table: str = "") -> list[str]:
    """The faults, with what was probably meant, in a table of the file."""
    told = []
    for fault in faults:
        name = fault.partition(":")[0]
        near = [] if name in NAMES else difflib.get_close_matches(name, NAMES, 1)
        told.append(fault + (f"; did you mean {table}{near[0]}?" if near else ""))
    return told


def _line(source: str, fault: str) -> int:
    """Where the key that a fault begins with stands; 1 if it can't be seen."""
    name = re.escape(fault.partition(":")[0].removeprefix("settings."))
    key = rf"[\"']?{name}\b"
    found = re.search(rf"^[ \t[]*(settings[ \t]*\.[ \t]*)?{key}", source, re.MULTILINE) or re.search(key, source)
    return source.count("\n", 0, found.start()) + 1 if found else 1


def differences(now: dict, then: dict) -> list[dict]:
    """The settings that would change, in the order of the table."""
    return [
        {
            "setting": name,
            "now": now.get(name),
            "then": then[name],
            "unit": ROWS[name][1] if name in ROWS else "",
            "about": about(name),
        }
        for name in NAMES
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
