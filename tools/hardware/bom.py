"""The bill of materials against the netlist: every part bought once in each build, and nothing bought for no part.

References that begin with H are mechanical, or outside the box, and stand in no netlist.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from netlist import HARDWARE, Netlist
from sheet_faults import Fault

BUILDS = ("reference", "low-cost")
COLUMNS = ["ref", "build", "part", "maker", "number", "qty", "substitutes", "price_eur", "note"]
PRICES_OF = "2026-11"  # from memory of shops' pages, not asked for


@dataclass(frozen=True)
class Line:
    line: int
    refs: list[str]
    builds: tuple[str, ...]
    row: dict[str, str]

    @property
    def cost_eur(self) -> float | None:
        """For all of its parts; None where the price is not known."""
        price = self.row["price_eur"]
        return float(price) * int(self.row["qty"]) if price else None


def read(path: Path = HARDWARE / "bom.csv") -> list[Line]:
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        return [
            Line(reader.line_num, row["ref"].split(";"), BUILDS if row["build"] == "both" else (row["build"],), row)
            for row in reader
        ]


def check(netlist: Netlist, path: Path = HARDWARE / "bom.csv") -> list[Fault]:
    lines = read(path)
    faults = [Fault(path, line.line, text) for line in lines for text in _form(line)]
    bought: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        for ref in line.refs:
            if ref not in netlist.parts and not ref.startswith("H"):
                faults.append(Fault(path, line.line, f"{ref} is no part of {netlist.path.name}"))
            for build in line.builds:
                bought[ref, build].append(line)
    for (ref, build), found in bought.items():
        if len(found) > 1:
            faults.append(Fault(path, found[1].line, f"{ref} is bought twice for {build}, line {found[0].line} too"))
    for part in netlist.parts.values():
        missing = [build for build in BUILDS if not bought.get((part.ref, build))]
        if missing:
            faults.append(
                Fault(netlist.path, part.line, f"{part.ref} is in no line of {path.name} for {' and '.join(missing)}")
            )
    return faults


def _form(line: Line) -> list[str]:
    faults = []
    if None in line.row or None in line.row.values():
        return [f"{line.refs[0]}: has not {len(COLUMNS)} columns"]
    if not set(line.builds) <= set(BUILDS):
        faults.append(f"{line.refs[0]}: no such build: {line.row['build']}")
    if not line.refs[0].startswith("H") and line.row["qty"] != str(len(line.refs)):
        faults.append(f"{line.refs[0]}: {len(line.refs)} references and a quantity of {line.row['qty']}")
    return faults


def cost_eur(build: str) -> tuple[float, list[str]]:
    """The sum of a build, and the references whose price is not known."""
    lines = [line for line in read() if build in line.builds]
    return sum(line.cost_eur or 0 for line in lines), [line.refs[0] for line in lines if line.cost_eur is None]
