"""Draws the schematic from the netlist: a sheet for each function, boxes above, and below them what hangs between nets.

Same names are one wire, on one sheet or several. Nothing is placed by hand, so that the drawing can't tell another
story than the netlist. Two parts that nothing else meets between are drawn as one chain.
"""

from canvas import FAINT, INK, NET, Canvas
from netlist import OPEN, Netlist, Part
from symbols import LONG, TWO_ENDS, transistor

BOX, STEP, STUB = 132, 22, 14
COLUMN, COLUMNS = 430, 3
CHAIN_ROW, LABEL = 58, 125
LEFT_TYPES = ("supply", "in", "ground", "passive", "far", "nc")
Chain = list[tuple[Part, bool]]  # parts from left to right, and whether each is turned round


def draw(netlist: Netlist, sheet: str) -> Canvas:
    canvas = Canvas()
    number = list(netlist.sheets).index(sheet) + 1
    canvas.text(20, 24, f"{number}/{len(netlist.sheets)}  {netlist.sheets[sheet]}", size=17, bold=True)
    parts = netlist.on(sheet)
    small = [part for part in parts if part.kind.symbol in TWO_ENDS]
    transistors = [part for part in parts if part.kind.symbol in ("nfet", "pfet")]
    boxes = [part for part in parts if part not in small and part not in transistors]
    bottom = _boxes(canvas, boxes, 80)
    for place, part in enumerate(transistors):
        _transistor(canvas, part, LABEL + 20 + place % 4 * 320, bottom + 50 + place // 4 * 110)
    bottom += (len(transistors) + 3) // 4 * 110 + 30
    _chains(canvas, _chained(netlist, small), bottom)
    return canvas


# --- boxes ------------------------------------------------------------------------------------------------------------


def _boxes(canvas: Canvas, parts: list[Part], top: float) -> float:
    """Tallest first, each into the column that ends highest; where the lowest one ends."""
    ends = [top] * COLUMNS
    for part in sorted(parts, key=lambda part: -max(map(len, _sides(part)))):
        column = ends.index(min(ends))
        ends[column] = _box(canvas, part, LABEL + 50 + column * COLUMN, ends[column]) + 50
    return max(ends) - 20


def _sides(part: Part) -> tuple[list[str], list[str]]:
    """The pins on the left and on the right: what comes in, what goes out; those of a large part half and half."""
    names = list(part.kind.pins)
    if part.kind.symbol == "connector":
        return names, []
    left = [name for name in names if part.kind.pins[name] in LEFT_TYPES]
    if len(names) > 12 or abs(len(names) - 2 * len(left)) > 6:
        left = names[: (len(names) + 1) // 2]
    return left, [name for name in names if name not in left]


def _box(canvas: Canvas, part: Part, x: float, top: float) -> float:
    left, right = _sides(part)
    height = (max(len(left), len(right)) + 0.5) * STEP
    canvas.box(x, top, BOX, height)
    canvas.text(x, top - 12, part.ref, bold=True)
    canvas.text(x + 16 + 9 * len(part.ref), top - 12, part.value)
    for names, edge, way in ((left, x, -1), (right, x + BOX, 1)):
        outside = "right" if way < 0 else "left"
        for row, name in enumerate(names):
            y, net = top + (row + 0.75) * STEP, part.nets[name]
            canvas.text(edge - way * 6, y, name, "left" if way < 0 else "right", 11)
            canvas.line(edge, y, edge + way * STUB, y, FAINT if net == OPEN else INK)
            canvas.text(edge + way * 2, y - 6, part.kind.numbers.get(name, ""), outside, 8)
            canvas.text(
                edge + way * (STUB + 4), y, "open" if net == OPEN else net, outside, 11, FAINT if net == OPEN else NET
            )
    return top + height


# --- what hangs between nets ------------------------------------------------------------------------------------------


def _chained(netlist: Netlist, parts: list[Part]) -> list[Chain]:
    """Chains of parts; a net that only two of them are on is inside one."""
    nets = netlist.nets()
    inside = {net for net, pins in nets.items() if len(pins) == 2 and all(pin.part in parts for pin in pins)}
    left, chains = list(parts), []
    while left:
        chain: Chain = [(left.pop(0), False)]
        for at_end in (True, False):
            while True:
                part, turned = chain[-1 if at_end else 0]
                net = _end(part, turned != at_end)
                nearby = [other for other in left if net in inside and net in other.nets.values()]
                if not nearby:
                    break
                left.remove(nearby[0])
                link = (nearby[0], _end(nearby[0], not at_end) != net)
                chain.insert(len(chain) if at_end else 0, link)
        chains.append(chain)
    return chains


def _end(part: Part, last: bool) -> str:
    return part.nets[list(part.kind.pins)[-1 if last else 0]]


def _chains(canvas: Canvas, chains: list[Chain], top: float) -> None:
    """In rows of four, long ones first; a chain of n takes the place of n."""
    x, y, most = 0.0, top, 4 * (2 * LABEL + LONG)
    for chain in sorted(chains, key=lambda chain: -len(chain)):
        width = 2 * LABEL + len(chain) * LONG
        if x + width > most + 1:
            x, y = 0.0, y + CHAIN_ROW
        _chain(canvas, chain, x + LABEL, y)
        x += width


def _chain(canvas: Canvas, chain: Chain, x: float, y: float) -> None:
    first, last = chain[0], chain[-1]
    canvas.text(x - 4, y, _end(first[0], first[1]), "right", 11, NET)
    for part, turned in chain:
        canvas.text(
            x + LONG / 2, y - 27 if part.kind.symbol == "speaker" else y - 22, f"{part.ref} {part.value}", "centre", 10
        )
        if turned and part.kind.symbol not in ("resistor", "fuse", "capacitor", "switch", "speaker"):
            raise ValueError(f"{part.ref} would be drawn the wrong way round: change the order of the chain")
        TWO_ENDS[part.kind.symbol](canvas, x, y)
        x += LONG
    canvas.text(x + 4, y, _end(last[0], not last[1]), "left", 11, NET)


def _transistor(canvas: Canvas, part: Part, x: float, y: float) -> None:
    p_channel = part.kind.symbol == "pfet"
    transistor(canvas, x, y, p_channel)
    canvas.text(x - 4, y, part.nets["G"], "right", 11, NET)
    canvas.text(x + 52, y, f"{part.ref} {part.value}", size=11)
    upper, lower = ("S", "D") if p_channel else ("D", "S")
    canvas.text(x + 46, y - 24, f"{part.nets[upper]}", size=11, colour=NET)
    canvas.text(x + 46, y + 24, f"{part.nets[lower]}", size=11, colour=NET)
