"""Prints the tables of docs/ from the code: `python tools/print_docs.py`; with --check it fails when one is stale.

Each page is prose written by hand around a marked part, `<!-- printed: NAME -->` to `<!-- end -->`, that is replaced.
"""

import json
import re
import sys
from pathlib import Path

import error_gallery

from sitter import alarm_table, programme, records, session, settings
from sitterctl import lines
from sitterctl.alarm_help import ACTIONS
from sitterctl.errors import EXIT_CODES
from sitterctl.report.deviations import RULES

ROOT = Path(__file__).parent.parent
_PART = re.compile(r"(<!-- printed: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def print_settings() -> str:
    return _table(
        ["setting", "unit", "default", "lowest", "highest"],
        [
            [f"`{name}`", unit, str(default), str(low), str(high)]
            for name, unit, default, low, high in settings.SETTINGS
        ],
    )


def print_alarms() -> str:
    rows = []
    for row in sorted(alarm_table.ROWS, key=lambda row: -row.priority):
        names = [f"`{row.name}`", alarm_table.PRIORITY_NAMES[row.priority] + ("+" if row.escalates else "")]
        rows.append([*names, _condition(row), _delay(row), _end(row), row.sentence, ACTIONS[row.name]])
    return _table(["alarm", "priority", "condition", "delay", "ends", "sentence", "what to do"], rows)


def _condition(row: alarm_table.Row) -> str:
    limit = f"{row.kind} `{row.limit}` ({settings.defaults()[row.limit]})" if row.limit else ""
    return f"`{row.source}` {limit}".strip() + (", in a session" if row.when else "")


def _delay(row: alarm_table.Row) -> str:
    if isinstance(row.delay, int):
        return f"{row.delay} s" if row.delay else "none"
    return f"`{row.delay}` ({settings.defaults()[row.delay]} s)"


def _end(row: alarm_table.Row) -> str:
    if row.latching:
        return "when seen"
    return f"{row.hysteresis} inside the limit" if row.hysteresis else "with its condition"


def print_faults() -> str:
    rows = []
    for row in json.loads((ROOT / "tests" / "fault_matrix.json").read_text()):
        low, high = row["within_s"]
        alarm = f"`{row['alarm']}`" if row["alarm"] else "none"
        rows.append([row["part"], row["how"], alarm, f"{low} to {high} s" if row["alarm"] else "–"])
    return _table(["part", "fault", "alarm", "within"], rows)


def print_records() -> str:
    rows = []
    for tag, name, fields in records.rows().values():
        cells = ", ".join(f"`{field}` {form}{' ' + unit if unit else ''}" for field, form, unit in fields[1:])
        rows.append([str(tag), f"`{name}`", cells])
    return f"SCHEMA_ID of this table: `{records.SCHEMA_ID:08x}`.\n\n" + _table(["tag", "record", "fields"], rows)


def print_phases() -> str:
    rows = [[f"`{phase}`", event, f"`{after}`"] for (phase, event), after in session.TRANSITIONS.items()]
    ends = [[f"`{route}`", *(f"{ends[p]} min" for p in ("onset", "peak", "return"))] for route, ends in
            session.ENDS_MIN.items()]  # fmt: skip
    return (
        _table(["phase", "event", "next phase"], rows)
        + "\n"
        + _table(["route", "onset ends", "peak ends", "return ends"], ends)
    )


def print_cues() -> str:
    tables = []
    for route, scenes in programme.DEFAULTS.items():
        rows = [[f"`{phase}`", str(row.folder) if row.folder else "silence", _volume(row.volume), f"{row.kelvin} K",
                 f"{row.brightness_pct} %", _breathing(row), f"{row.fade_s} s"]
                for phase, row in {**programme.FIXED, **scenes}.items()]  # fmt: skip
        tables.append(_table([route, "folder", "volume of 30", "white", "as bright", "breathing", "fade"], rows))
    return "\n".join(tables)


def _volume(volume: int | tuple) -> str:
    """`12`, or `14 at 0 min, 17 at 20 min`."""
    if isinstance(volume, int):
        return str(volume)
    return ", ".join(f"{step} at {minute} min" for minute, step in volume)


def _breathing(row: programme.Scene) -> str:
    return f"{row.breaths_per_min}/min by {row.depth_pct} %" if row.depth_pct else "none"


def print_review() -> str:
    return "".join(f"{weight}. {rule.looks_for}\n" for weight, rule in enumerate(RULES, 1))


def print_hazards() -> str:
    parts = []
    for hazard in json.loads((ROOT / "tests" / "hazards.json").read_text())["hazards"]:
        rows = [[r["id"], r["text"], r["design"], "<br>".join(f"`{test}`" for test in r["tests"])]
                for r in hazard["requirements"]]  # fmt: skip
        parts.append(f"### {hazard['id']} {hazard['hazard']}\n\n*{hazard['harm']}.*\n\n"
                     + _table(["requirement", "what must hold", "how", "tests"], rows))  # fmt: skip
    return "\n".join(parts)


def print_errors() -> str:
    return _table(["exit", "sentence", "what mends it"], error_gallery.host_rows())


def print_refusals() -> str:
    return _table(["error", "the unit says", "sitterctl says", "exit"], error_gallery.unit_rows())


def print_exit_codes() -> str:
    return _table(["exit", "meaning"], [[str(code), meaning] for code, meaning in EXIT_CODES])


def print_lines() -> str:
    rows = [[rule.system, rule.moment, ", then ".join(rule.order), rule.to, rule.answer, rule.sure, rule.source]
            for rule in lines.RULES]  # fmt: skip
    return _table(["system", "when", "what moves", "to", "what sitterctl does", "how sure", "source"], rows)


PRINTERS = {
    "errors": print_errors,
    "refusals": print_refusals,
    "exit_codes": print_exit_codes,
    "settings": print_settings,
    "alarms": print_alarms,
    "faults": print_faults,
    "review": print_review,
    "hazards": print_hazards,
    "records": print_records,
    "phases": print_phases,
    "cues": print_cues,
    "lines": print_lines,
}


def main() -> int:
    stale = []
    for page in sorted((ROOT / "docs").glob("*.md")):
        old = page.read_text()
        new = _PART.sub(lambda m: m[1] + PRINTERS[m[2]]() + m[3], old)
        if new != old:
            stale.append(page.name)
            if "--check" not in sys.argv:
                page.write_text(new)
    if stale and "--check" in sys.argv:
        print("stale: " + ", ".join(stale) + "; run `make docs`")
        return 1
    print("printed: " + ", ".join(stale) if stale else "docs: all printed tables are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
