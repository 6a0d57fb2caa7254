"""The electrical rules: each is a function that takes the netlist and returns what breaks it, by part and line.

They know types of pins, not circuits: what they let through may still be wrong, what they name is.
"""

from collections.abc import Callable, Iterator

import pins
from chips import CHIPS, NO_PULL_DOWN, NO_PULL_UP
from netlist import OPEN, Netlist, Part
from sheet_faults import Fault

Found = Iterator[tuple[Part, str]]
DRIVERS = {"out", "source"}
RAILS = ("+3V3", "+5V", "+5VH", "+12V")
# Address on its bus; the program's drivers have the same.
ADDRESSES = {"M1": 0x57, "U4": 0x36, "U9": 0x20, "U10": 0x68}
PROCESSOR, BOARD = "U1", "esp32_devkitc"


def every_pin_is_said(netlist: Netlist) -> Found:
    for part in netlist.parts.values():
        for name, kind in part.kind.pins.items():
            net = part.nets.get(name)
            if net is None:
                yield part, f"{part.ref}.{name} is not mentioned; `{name}=-` leaves it open"
            elif kind == "nc" and net != OPEN:
                yield part, f"{part.ref}.{name} must stay open and is on {net}"
            elif net == OPEN and kind in ("in", "supply", "ground"):
                yield part, f"{part.ref}.{name} is left open and may not be"


def no_net_ends_nowhere(netlist: Netlist) -> Found:
    for net, found in netlist.nets().items():
        if len(found) < 2:
            yield found[0].part, f"{net} has one pin only, {found[0]}"


def one_driver(netlist: Netlist) -> Found:
    for net, found in netlist.nets().items():
        drivers = [pin for pin in found if pin.type in DRIVERS]
        if len(drivers) > 1:
            yield drivers[1].part, f"{net} is driven by {' and '.join(map(str, drivers))}"


def supplied(netlist: Netlist) -> Found:
    """Directly, or through a fuse, a diode or the body of a transistor."""
    nets = netlist.nets()
    for net, found in nets.items():
        takers = [pin for pin in found if pin.type == "supply"]
        if takers and not _reaches(netlist, net, "source"):
            yield takers[0].part, f"{net} supplies {takers[0]} and nothing supplies it"


def _reaches(netlist: Netlist, net: str, wanted: str) -> bool:
    nets, seen, left = netlist.nets(), set(), [net]
    while left:
        here = left.pop()
        seen.add(here)
        for pin in nets[here]:
            if pin.type == wanted:
                return True
            if pin.part.kind.name in ("fuse", "schottky", "diode", "pfet"):
                left += [other for other in pin.part.nets.values() if other not in seen]
    return False


def inputs_have_a_level(netlist: Netlist) -> Found:
    for net, found in netlist.nets().items():
        inputs = [pin for pin in found if pin.type == "in"]
        driven = any(pin.type in ("out", "io", "source", "ground") for pin in found) or net in RAILS
        if inputs and not driven and not _pulls(netlist, net) and not _far_end(netlist, net):
            yield inputs[0].part, f"{net} floats: {inputs[0]} has neither driver nor pull"


def _far_end(netlist: Netlist, net: str) -> bool:
    """Whether a driver stands behind one series resistor."""
    for pin in netlist.nets()[net]:
        if pin.part.kind.name == "resistor":
            other = next(there for name, there in pin.part.nets.items() if name != pin.name)
            if any(one.type in ("out", "io", "od") for one in netlist.nets()[other]):
                return True
    return False


def _pulls(netlist: Netlist, net: str) -> list[tuple[Part, str]]:
    """The resistors from a net to a rail or to ground, and which."""
    found = []
    for pin in netlist.nets()[net]:
        if pin.part.kind.name == "resistor":
            other = next(there for name, there in pin.part.nets.items() if name != pin.name)
            if other in (*RAILS, "GND"):
                found.append((pin.part, other))
    return found


def open_drains_are_pulled_up(netlist: Netlist) -> Found:
    for net, found in netlist.nets().items():
        drains = [pin for pin in found if pin.type == "od" and pin.part.kind.family not in ("uln", "fet")]
        if drains and not any(rail != "GND" for _, rail in _pulls(netlist, net)) and not _far_pull(netlist, net):
            yield drains[0].part, f"{net} is open drain and nothing pulls it up"


def _far_pull(netlist: Netlist, net: str) -> bool:
    for pin in netlist.nets()[net]:
        if pin.part.kind.name == "resistor":
            other = next(there for name, there in pin.part.nets.items() if name != pin.name)
            if any(rail != "GND" for _, rail in _pulls(netlist, other)):
                return True
    return False


def addresses_differ(netlist: Netlist) -> Found:
    taken: dict[tuple[str, int], str] = {}
    for part in netlist.parts.values():
        if part.kind.family not in ("i2c", "mcp"):
            continue
        if part.ref not in ADDRESSES:
            yield part, f"{part.ref} is on a bus and has no address"
            continue
        key = (part.nets["SDA"], ADDRESSES[part.ref])
        if key in taken:
            yield part, f"{part.ref} has address {key[1]:#x} on {key[0]}, which is {taken[key]}'s"
        taken[key] = part.ref


def straps_start_the_chip(netlist: Netlist) -> Found:
    """A pull, or a part that is driven at reset, must not turn a strap the wrong way."""
    processor = netlist.parts[PROCESSOR]
    for gpio, rule in CHIPS[BOARD].straps.items():
        net = processor.nets.get(f"IO{gpio}", OPEN)
        rails = [rail for _, rail in _pulls(netlist, net)] if net != OPEN else []
        if rule == NO_PULL_UP and (any(rail != "GND" for rail in rails) or ("GND" not in rails and net != OPEN)):
            yield processor, f"IO{gpio} ({net}) has to be pulled down and nothing else, or the chip does not start"
        if rule == NO_PULL_DOWN and "GND" in rails:
            yield processor, f"IO{gpio} ({net}) is pulled down and is high at reset"


def pins_are_the_boards(netlist: Netlist) -> Found:
    processor = netlist.parts[PROCESSOR]
    wanted = {f"IO{row.gpio}": row.name.upper() for row in pins.read(pins.BOARDS / f"{BOARD}.py")}
    for name, net in processor.nets.items():
        if name.startswith("IO") and net != wanted.get(name, OPEN):
            yield processor, f"{PROCESSOR}.{name} is on {net}, and {BOARD}.py has {wanted.get(name, 'nothing')} there"
    for name in wanted.keys() - processor.nets.keys():
        yield processor, f"{BOARD}.py uses {name}, which {PROCESSOR} does not have"


def laptop_is_apart(netlist: Netlist) -> Found:
    """No net of the laptop's side reaches anything but the isolator and its own inlet."""
    for net, found in netlist.nets().items():
        far = [pin for pin in found if pin.type == "far"]
        near = [pin for pin in found if pin.type != "far"]
        if far and near:
            yield near[0].part, f"{net} bridges the isolation: {far[0]} and {near[0]}"


def gates_rest_low(netlist: Netlist) -> Found:
    """What a transistor switches is off while the chip is in reset: each gate or driver input has a way to ground."""
    for part in netlist.parts.values():
        if part.kind.name == "nfet":
            behind = [part.nets["G"], *_over_resistors(netlist, part.nets["G"])]
            if not any(rail == "GND" for net in behind for _, rail in _pulls(netlist, net)):
                yield part, f"{part.ref}'s gate floats while the chip is in reset"


def _over_resistors(netlist: Netlist, net: str) -> list[str]:
    return [
        other
        for pin in netlist.nets()[net]
        if pin.part.kind.name == "resistor"
        for other in pin.part.nets.values()
        if other not in (net, "GND", *RAILS)
    ]


RULES: tuple[Callable[[Netlist], Found], ...] = (
    every_pin_is_said, no_net_ends_nowhere, one_driver, supplied, inputs_have_a_level, open_drains_are_pulled_up,
    addresses_differ, straps_start_the_chip, pins_are_the_boards, laptop_is_apart, gates_rest_low,
)  # fmt: skip


def check(netlist: Netlist) -> list[Fault]:
    """All faults of the netlist: of its form first, and then, if it can be read, of every rule."""
    if netlist.faults:
        return netlist.faults
    return [Fault(netlist.path, part.line, text) for rule in RULES for part, text in rule(netlist)]
