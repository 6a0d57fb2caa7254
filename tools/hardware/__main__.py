"""`make hardware`: every check of the hardware, then every drawing, table and model from its source.

With --light without what requirements-hardware.txt adds: checks, tables and drawings as SVG. With --check nothing is
written, and a committed file that its source would not make again is named.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import barriers
import bom
import box
import budgets
import erc
import netlist
import panels
import pins
import printed
import schematic
import wiring
from sheet_faults import ROOT, Fault

DRAWINGS = netlist.HARDWARE / "drawings"
# The pictures of the box can't be made without manifold3d; beside them stands the hash of what they were made from.
PICTURED = [ROOT / "tools" / "hardware" / name for name in ("box.py", "enclosure.py", "solid.py")]
BUILT = ROOT / "build" / "hardware"


def check() -> list[Fault]:
    found = netlist.read()
    faults = pins.check_all() + erc.check(found)
    faults += [Fault(Path(box.__file__), 0, text) for text in box.misfits()]
    return faults or bom.check(found) + budgets.check(found)


def light(found: netlist.Netlist) -> dict[Path, str]:
    """What is made without anything installed: file and content."""
    made = {netlist.HARDWARE / name: text for name, text in printed.pages(found).items()}
    for sheet in found.sheets:
        made[DRAWINGS / f"schematic-{sheet}.svg"] = schematic.draw(found, sheet).svg()
    made[DRAWINGS / "wiring.svg"] = wiring.draw(found).svg()
    made[DRAWINGS / "barriers.svg"] = barriers.draw(found).svg()
    made[DRAWINGS / "panels.svg"] = panels.draw().svg()
    return made


def sources() -> str:
    """SHA-256 of the sources of the box's pictures, as sha256sum prints it."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in PICTURED)


def stale(found: netlist.Netlist) -> list[Fault]:
    """Committed files that are not what their sources make; and drawings that no source makes any more."""
    made = light(found)
    faults = [
        Fault(path, 0, "is stale: `make hardware` makes it anew")
        for path, text in made.items()
        if not path.exists() or path.read_text() != text
    ]
    kept = DRAWINGS / "enclosure.sha256"
    if not kept.exists() or kept.read_text() != sources():
        faults.append(Fault(kept, 0, "the pictures of the box are stale: `make hardware` makes them anew"))
    return faults + [Fault(path, 0, "is made by nothing") for path in DRAWINGS.glob("*.svg") if path not in made]


def heavy(found: netlist.Netlist) -> list[str]:
    """The model and the PDF into build/hardware, and the pictures of the model; what does not fit."""
    import enclosure
    import paper
    import solid

    BUILT.mkdir(parents=True, exist_ok=True)
    sheets = [DRAWINGS / f"schematic-{sheet}.svg" for sheet in found.sheets]
    paper.bind(
        [*sheets, *(DRAWINGS / f"{name}.svg" for name in ("barriers", "wiring", "panels"))], BUILT / "schematic.pdf"
    )
    pieces = enclosure.pieces()
    for piece in pieces:
        solid.save_stl(piece.solid, BUILT / f"{piece.name}.stl")
    for name, image in solid.views(pieces, enclosure.shown()).items():
        solid.keep_if_changed(image, DRAWINGS / f"enclosure-{name}.png")
    (DRAWINGS / "enclosure.sha256").write_text(sources())
    return enclosure.faults()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    faults = check()
    found = netlist.read()
    if not faults and args.check:
        faults = stale(found)
    if faults:
        print("\n".join(map(str, faults)), file=sys.stderr)
        return 1
    if args.check:
        print(f"hardware: {len(found.parts)} parts, {len(found.nets())} nets; drawings and tables are current")
        return 0
    DRAWINGS.mkdir(exist_ok=True)
    for path, text in light(found).items():
        path.write_text(text)
    if args.light:
        return 0
    misfits = heavy(found)
    print("\n".join(misfits) or f"hardware: drawn; STL and PDF are in {BUILT.relative_to(ROOT)}")
    return 1 if misfits else 0


if __name__ == "__main__":
    sys.exit(main())
