"""Reads hardware/netlist.txt and hardware/kinds.txt: every part with its pins and nets, each with its line.

The form of both files stands in their heads. What can't be read is a fault with its line, not an exception.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sheet_faults import ROOT, Fault

HARDWARE = ROOT / "hardware"
TYPES = {"passive", "in", "out", "io", "od", "supply", "source", "ground", "far", "nc", "contact"}
OPEN = "-"


@dataclass(frozen=True)
class Kind:
    name: str
    symbol: str
    family: str  # "" for none
    pins: dict[str, str]  # name: type
    numbers: dict[str, str]  # name: as the maker counts it, where that is known


@dataclass
class Part:
    ref: str
    kind: Kind
    value: str
    line: int
    sheet: str
    nets: dict[str, str] = field(default_factory=dict)  # pin: net


@dataclass(frozen=True)
class Pin:
    part: Part
    name: str

    @property
    def type(self) -> str:
        return self.part.kind.pins[self.name]

    def __str__(self) -> str:
        return f"{self.part.ref}.{self.name}"


@dataclass
class Netlist:
    path: Path
    parts: dict[str, Part] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)  # name: title
    faults: list[Fault] = field(default_factory=list)

    def nets(self) -> dict[str, list[Pin]]:
        found: dict[str, list[Pin]] = defaultdict(list)
        for part in self.parts.values():
            for name, net in part.nets.items():
                if net != OPEN and name in part.kind.pins:
                    found[net].append(Pin(part, name))
        return dict(found)

    def on(self, sheet: str) -> list[Part]:
        return [part for part in self.parts.values() if part.sheet == sheet]


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """The words of every line, comments left out and indented lines joined to the one before."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if words and line[0].isspace() and found:
            found[-1][1].extend(words)
        elif words:
            found.append((number, words))
    return found


def read_kinds(path: Path = HARDWARE / "kinds.txt") -> dict[str, Kind]:
    kinds = {}
    for number, (name, symbol, family, *pins) in _lines(path):
        split = [pin.split(":") for pin in pins]
        typed = {pin[0]: pin[1] for pin in split}
        unknown = set(typed.values()) - TYPES
        if unknown:
            raise SystemExit(f"{path}:{number}: no such type of pin: {', '.join(sorted(unknown))}")
        kinds[name] = Kind(
            name, symbol, "" if family == "-" else family, typed, {pin[0]: pin[2] for pin in split if pin[2:]}
        )
    return kinds


def read(path: Path = HARDWARE / "netlist.txt", kinds: dict[str, Kind] | None = None) -> Netlist:
    kinds = kinds or read_kinds()
    netlist, sheet = Netlist(path), ""
    for number, words in _lines(path):
        if words[0] == "sheet":
            sheet = words[1]
            netlist.sheets[sheet] = " ".join(words[2:])
            continue
        fault = _take(netlist, kinds, sheet, number, words)
        if fault:
            netlist.faults.append(Fault(path, number, fault))
    return netlist


def _take(netlist: Netlist, kinds: dict[str, Kind], sheet: str, number: int, words: list[str]) -> str:
    """Add the part of one line; what is wrong with the line, or nothing."""
    if len(words) < 4:
        return f"{words[0]}: a part has a reference, a kind, a value and pins"
    ref, kind, value, *pins = words
    if kind not in kinds:
        return f"{ref}: there is no kind {kind}"
    if ref in netlist.parts:
        return f"{ref} is there already, line {netlist.parts[ref].line}"
    part = Part(ref, kinds[kind], value, number, sheet)
    netlist.parts[ref] = part
    for pin in pins:
        name, _, net = pin.rpartition("=")
        if name not in part.kind.pins:
            return f"{ref}: a {kind} has no pin {name or pin}"
        if name in part.nets:
            return f"{ref}: pin {name} is connected twice"
        part.nets[name] = net
    return ""
