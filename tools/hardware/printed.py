"""The printed parts of hardware/*.md, `<!-- printed: NAME -->` to `<!-- end -->`, from netlist, BOM and board files."""

import re

import bom
import budgets
import pins
from netlist import HARDWARE, Netlist

_PART = re.compile(r"(<!-- printed: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _pins(netlist: Netlist) -> str:
    """Every name that a board file has, its GPIO on each board, and why there on the first of them."""
    boards = {path.stem: {row.name: row for row in pins.read(path)} for path in sorted(pins.BOARDS.glob("*.py"))}
    names = list(dict.fromkeys(name for rows in boards.values() for name in rows))
    rows = []
    for name in names:
        found = [table.get(name) for table in boards.values()]
        reasons = [f"{row.direction}: {row.reason}" if row else "–" for row in found]
        rows.append([f"`{name}`", *(str(row.gpio) if row else "–" for row in found), *reasons])
    head = ["name", *(f"`{board}`" for board in boards), *(f"why on `{board}`" for board in boards)]
    return _table(head, rows)


def _budgets(netlist: Netlist) -> str:
    return "\n".join(f"### {table.title}\n\n" + _table(table.head, table.rows) for table in budgets.tables(netlist))


def _bom(netlist: Netlist) -> str:
    rows = []
    for line in bom.read():
        row = line.row
        price = f"{line.cost_eur:.2f}" if line.cost_eur is not None else "?"
        number = f"{row['maker']} {row['number']}".strip()
        rows.append([", ".join(line.refs), row["build"], row["part"], number, row["qty"], price, row["substitutes"],
                     row["note"]])  # fmt: skip
    head = ["reference", "build", "part", "maker and number", "qty", "EUR", "instead", "note"]
    return _table(head, rows)


def _costs(netlist: Netlist) -> str:
    rows = []
    for build in bom.BUILDS:
        total, unknown = bom.cost_eur(build)
        rows.append([build, f"{total:.0f}", ", ".join(unknown)])
    return _table(["build", f"EUR, {bom.PRICES_OF}", "price not known"], rows)


def _nets(netlist: Netlist) -> str:
    rows = [[f"`{net}`", ", ".join(map(str, found))] for net, found in sorted(netlist.nets().items())]
    return _table(["net", "pins"], rows)


def _cables(netlist: Netlist) -> str:
    rows = []
    for row in budgets.read_csv("cables.csv"):
        drawn = netlist.parts[row["connector"]].value
        rows.append([row["connector"], drawn, row["plug"], row["wires"], row["length_m"], row["what"]])
    return _table(["connector", "on the drawing", "plug", "wires", "at most, m", "what for"], rows)


_PARTS = {"pins": _pins, "budgets": _budgets, "bom": _bom, "costs": _costs, "nets": _nets, "cables": _cables}


def pages(netlist: Netlist) -> dict[str, str]:
    """Each page of hardware/ that has a printed part, anew."""
    found = {}
    for path in sorted(HARDWARE.glob("*.md")):
        text = path.read_text()
        anew = _PART.sub(lambda part: part[1] + _PARTS[part[2]](netlist) + part[3], text)
        if _PART.search(text):
            found[path.name] = anew
    return found
