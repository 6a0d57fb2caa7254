"""A session plan as a file that people read and edit: TOML, with what each field may hold beside it.

On the unit dates are whole numbers like 20260504; here they are TOML's own. An integration meeting may have a time of
day, which is for the calendar: the unit and the seal of the clearance know its day alone.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from sitter import catalogue, clearance, plan, programme, settings
from sitterctl import cue_file, toml_file
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

KIND, VERSION = "sitter plan", 1
_HEADER = {"kind": KIND, "version": VERSION}
_NOTES = {
    "id": "drawn by `plan new`; a plan serves one session",
    "code": "a pseudonym: who it stands for is kept elsewhere",
    "unit_id": "the unit that the plan is for",
    "expires": "the last day (UTC) on which a session may begin",
    "screening.by": "the code of who asked",
    "session.music": "as agreed to; [cues] says the same, for the unit plays by that",
    "session.eye_shades": "as agreed to; [cues] says the same",
    "dose.second_dose_mg": "leave all three out where no second dose is planned",
    "clearance.seal": "made by `plan clear`; any edit breaks it",
}


def today() -> date:
    """By UTC, as on the unit."""
    return datetime.now(UTC).date()


def day(value: date) -> int:
    return value.year * 10000 + value.month * 100 + value.day


def date_of(value: int) -> date:
    return date(value // 10000, value // 100 % 100, value % 100)


# --- reading ----------------------------------------------------------------------------------------------------------


def load(path: Path) -> dict:
    """The plan in a file as the unit has it, whatever its faults. Raises SitterError when it is no such file."""
    return {name: _on_unit(value) for name, value in tables(path).items()}


def tables(path: Path) -> dict:
    """The same as it stands there, with TOML's own dates."""
    whole, _ = toml_file.read(path)
    kind, version = whole.pop("kind", None), whole.pop("version", None)
    if (kind, version) != (KIND, VERSION):
        raise SitterError(f"{path} is {kind!r}, version {version!r}; {KIND!r}, version {VERSION}, is wanted",
                          "`sitterctl plan new` writes one", exit_code=USAGE)  # fmt: skip
    return whole


def _on_unit(value: object) -> object:
    if isinstance(value, dict):
        return {name: _on_unit(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_on_unit(inner) for inner in value]
    return day(value) if isinstance(value, date) else value  # a datetime is one too


def faults(whole: dict, cleared: bool, chosen: dict | None = None) -> list[str]:
    """Those of the plan itself, and if it has none those under these settings, or the shipped ones."""
    found = plan.check(whole, cleared)
    return found or clearance.settings_faults(whole, settings.complete(chosen or {}))


def read(path: Path, cleared: bool = True, chosen: dict | None = None) -> dict:
    """A plan without fault. Raises SitterError with every fault and its line."""
    whole = load(path)
    found = faults(whole, cleared, chosen) + copied(path, whole)
    if found:
        source = path.read_text(encoding="utf-8")
        told = [f"{path}:{_line(source, fault)}: {fault}" for fault in found]
        listed = "\n".join(f"  {fault}" for fault in told)
        raise SitterError(f"this plan can't be used:\n{listed}", "mend the file and try again", exit_code=USAGE,
                          details={"faults": told})  # fmt: skip
    return whole


def misfits(whole: dict, card: catalogue.Catalogue) -> list[str]:
    """What a plan without fault asks for and the card hasn't got, or has with words before the return."""
    cues = whole.get("cues", {})
    if not cues.get("music", True):
        return []
    found = card.misfits(cues, whole["dose"]["route"])
    return [f"cues.{cue_file.misfit_words(*row)}{'' if row[0] in cues else ' (by the default programme)'}"
            for row in found]  # fmt: skip


def fit(path: Path, whole: dict, card: catalogue.Catalogue) -> None:
    """Raise SitterError with all of that and the lines, if there is any."""
    found = misfits(whole, card)
    if found:
        source = path.read_text(encoding="utf-8")
        told = [f"{path}:{_line(source, fault)}: {fault}" for fault in found]
        listed = "\n".join(f"  {fault}" for fault in told)
        raise SitterError(f"this plan does not fit the card:\n{listed}", "another programme or another card",
                          exit_code=CHECK_FAILED, details={"faults": told})  # fmt: skip


def copied(path: Path, whole: dict) -> list[str]:
    """What says that this plan was made from the file of another session, of those that lie beside it."""
    for other in sorted(path.parent.glob("*.toml")):
        if other.resolve() != path.resolve():
            try:
                theirs = load(other)
            except SitterError:
                continue  # some other file
            if theirs.get("id") == whole.get("id"):
                return [f"id: that of {other.name} ({theirs.get('code')}); `sitterctl plan new` draws another"]
    return []


def _line(source: str, fault: str) -> int:
    """Where the key that a fault begins with stands, in its table if that is there; 1 if it can't be seen."""
    key = fault.partition(":")[0]
    table, _, name = key.rpartition(".")
    begin = re.search(rf"^\[+{re.escape(table)}\b.*\]", source, re.MULTILINE) if table else None
    at = begin.start() if begin else 0
    bare = re.escape(name.partition("[")[0])
    found = re.compile(rf"^(\[+([\w.]+\.)?)?[\"']?{bare}\b", re.MULTILINE).search(source, at)
    return source.count("\n", 0, found.start() if found else at) + 1


# --- writing ----------------------------------------------------------------------------------------------------------


def text(whole: dict) -> str:
    """A plan as a file."""
    lines = ["# A session plan. It names nobody.", *[f"{name} = {_toml(_HEADER[name])}" for name in _HEADER]]
    for table, rows in plan.FIELDS.items():
        values = whole.get(table, {}) if table else whole
        if not values:
            continue
        lines += ["", f"[{table}]"] if table else []
        for name, kind, low, high in rows:
            if name in values:
                shown = date_of(values[name]) if kind is plan.DATE else values[name]
                lines.append(_field(name, _toml(shown), _about(table, name, kind, low, high)))
        lines += _lists(table, values)
        if table == "screening":
            lines += _preparation(whole)
    lines += _own(whole, "limits", "alarm limits, hold and volume", plan.LIMITS)
    lines += _own(whole, "schedule", "intervals of the cuff", plan.SCHEDULE)
    return "\n".join(lines + _cues(whole.get("cues", {}))) + "\n"


def _own(whole: dict, table: str, what: str, names: tuple) -> list[str]:
    """What is this patient's own in the place of the unit's; what is not set stands there as a comment."""
    own, shipped = whole.get(table) or {}, settings.defaults()
    lines = [
        "",
        f"# This patient's own {what}, in the place of the unit's. Here as shipped: take the # away from",
        "# the name in brackets, and from the lines that you change.",
        f"[{table}]" if own else f"# [{table}]",
    ]
    return lines + [f"{name} = {own[name]}" if name in own else f"# {name} = {shipped[name]}"
                    for name in [*names, *(name for name in own if name not in names)]]  # fmt: skip


def _cues(cues: dict) -> list[str]:
    """What was agreed to, and the phases that differ from the default programme."""
    if not cues:
        return []
    lines = ["", "[cues]", *[f"{name} = {_toml(cues[name])}" for name in programme.CHOICES if name in cues]]
    for phase in programme.PHASES:
        if phase in cues:
            lines += ["", f"[cues.{phase}]", *[f"{name} = {_toml(value)}" for name, value in cues[phase].items()]]
    return lines


def _field(name: str, value: str, about: str) -> str:
    return f"{f'{name} = {value}':40s}  # {about}"


def _about(table: str, name: str, kind: object, low: int, high: int) -> str:
    note = _NOTES.get(f"{table}.{name}" if table else name)
    if note:
        return note
    if isinstance(kind, tuple):
        return "one of " + ", ".join(kind)
    words = {plan.NUMBER: f"{low} to {high}", plan.FLAG: "true or false", plan.DATE: "a date"}
    return words.get(str(kind), f"a code of {low} to {high} characters")


def _lists(table: str, values: dict) -> list[str]:
    if table == "integration":
        dates = ", ".join(date_of(one).isoformat() for one in values.get("meetings", []))
        return [_field("meetings", f"[{dates}]", "those that are planned; a time may be given: 2026-05-06T10:00")]
    lines = []
    for name, review in (values.get("reviews") or {}).items():
        lines += ["", f"[screening.reviews.{name}]", f"by = {_toml(review['by'])}", f"on = {date_of(review['on'])}"]
    return lines


def _preparation(whole: dict) -> list[str]:
    lines = []
    for meeting in whole["preparation"]["meetings"]:
        lines += ["", "[[preparation.meetings]]", f"on = {date_of(meeting['on'])}"]
        lines += [f"{name} = {_toml(meeting[name])}" for name in plan.MEETING]
    return lines or ["", "[preparation]", "meetings = []"]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def with_clearance(source: str, cleared: dict) -> str:
    """The text of a plan with this clearance in the place of the one it had."""
    kept, inside = [], False
    for line in source.splitlines():
        if line.startswith("["):
            inside = line.startswith("[clearance]")
        if not inside:
            kept.append(line)
    rows = [
        f"{name} = {_toml(date_of(cleared[name]) if name == 'on' else cleared[name])}" for name in ("by", "on", "seal")
    ]
    return "\n".join(kept).rstrip() + "\n\n[clearance]\n" + "\n".join(rows) + "\n"
