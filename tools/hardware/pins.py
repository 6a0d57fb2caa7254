"""The pin tables of the board files: read without importing them, and checked against what the chip can do.

A table is `_PINS = {"name": gpio,  # direction: reason`, one row a line; direction is `in`, `out` or `both`.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from chips import CHIPS, NEVER, Chip
from sheet_faults import ROOT, Fault

BOARDS = ROOT / "firmware" / "boards"
_COMMENT = re.compile(r"#\s*(in|out|both): (\S.*)$")
_OTHER_MODE = {"OUT": "in", "IN": "out"}


@dataclass(frozen=True)
class Row:
    name: str
    gpio: int
    line: int
    direction: str  # "" where the comment does not say
    reason: str


def read(path: Path) -> list[Row]:
    """The rows of a board file's table; none if it has no table."""
    lines = path.read_text().splitlines()
    rows = []
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and _names(node) == "_PINS":
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                assert isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
                said = _COMMENT.search(lines[key.lineno - 1])
                rows.append(
                    Row(str(key.value), int(str(value.value)), key.lineno, *(said.groups() if said else ("", "")))
                )
    return rows


def _names(node: ast.Assign) -> str:
    return " ".join(target.id for target in node.targets if isinstance(target, ast.Name))


def check(path: Path) -> list[Fault]:
    """Every fault of a board file's table: twice used, forbidden, impossible in its direction, without a reason."""
    chip = CHIPS.get(path.stem)
    rows = read(path)
    if chip is None:
        return [Fault(path, 1, f"no chip is known for this board; known are {', '.join(CHIPS)}")]
    if not rows:
        return [Fault(path, 1, "has no table of pins")]
    taken: dict[int, Row] = {}
    faults = []
    for row in rows:
        faults += [Fault(path, row.line, text) for text in _faults(row, chip)]
        if row.gpio in taken:
            first = taken[row.gpio]
            faults.append(Fault(path, row.line, f"GPIO {row.gpio} of {row.name} is {first.name}'s, line {first.line}"))
        taken.setdefault(row.gpio, row)
    return faults + _misused(path, {row.name: row for row in rows})


def _faults(row: Row, chip: Chip) -> list[str]:
    where = f"GPIO {row.gpio} of {row.name}"
    faults = []
    if row.gpio in chip.forbidden:
        faults.append(f"{where} {chip.forbidden[row.gpio]}")
    elif row.gpio not in chip.gpios:
        faults.append(f"{where} is not brought out on this board")
    elif chip.straps.get(row.gpio) == NEVER:
        faults.append(f"{where} decides how the chip starts")
    if not row.direction:
        faults.append(f"{where} says no direction and reason in a comment")
    elif row.gpio in chip.input_only and row.direction != "in":
        faults.append(f"{where} is to be {row.direction}, and can only be an input")
    if row.gpio in chip.straps and row.direction and "strap" not in row.reason:
        faults.append(f"{where} is a strap, and its reason does not say so")
    return faults


def _misused(path: Path, rows: dict[str, Row]) -> list[Fault]:
    """`Pin(_PINS["name"], Pin.OUT)` on a row that says `in`, or the reverse; and a name that is in no row."""
    faults = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "_PINS":
            name = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if name is not None and name not in rows:
                faults.append(Fault(path, node.lineno, f"{name} is in no row of the table"))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Pin"
            and len(node.args) > 1
        ):
            subject, mode = node.args[:2]
            if (
                isinstance(subject, ast.Subscript)
                and isinstance(subject.slice, ast.Constant)
                and isinstance(mode, ast.Attribute)
            ):
                row = rows.get(str(subject.slice.value))
                if row and row.direction == _OTHER_MODE.get(mode.attr):
                    faults.append(
                        Fault(
                            path, node.lineno, f"{row.name} is made Pin.{mode.attr}, and its row says {row.direction}"
                        )
                    )
    return faults


def check_all() -> list[Fault]:
    return [fault for path in sorted(BOARDS.glob("*.py")) for fault in check(path)]
