"""Draws how power flows through the unit, what a battery holds up, and what keeps mains, laptop and nurse call apart.

Its boxes are placed by hand; that each part in them exists, and is on the rail it is drawn on, is asked of the netlist.
"""

from canvas import FAINT, NET, Canvas
from netlist import Netlist

WIDE, HIGH, STEP_X, STEP_Y = 170, 46, 250, 84
LEFT, TOP = 40, 110
HELD, PLAIN, APART = "#e8f3e8", "#f7f7f7", "#c1121f"

# Column, row, title, parts or text below it, whether the battery holds it up.
BOXES = (
    (0, 1, "H1 supply", "medical, 12 V 60 W", False),
    (1, 1, "J1 F1 D1 Q1", "fuse, surge, polarity", False),
    (2, 0, "F4 Q3 Q4", "room light", False),
    (2, 1, "F3 M2", "cuff module", False),
    (2, 2, "U2", "5 V", False),
    (3, 1, "M4 LS2", "music", False),
    (3, 2, "U3 BT1 U4", "charger, boost, gauge", True),
    (4, 1, "U11 L1 L2 L3 LS1 K1", "lamps, sounder, relay", True),
    (4, 2, "D3 U1", "processor, 3.3 V", True),
    (4, 3, "Q2", "backlight", True),
    (5, 1, "J6", "nurse call", False),
    (5, 2, "J2", "laptop", False),
    (5, 3, "U9 U10 M3 U8", "keys, clock, screen", True),
    (5, 4, "F2 U6 M1", "finger probe", True),
)
# From box to box, as (column, row), and the rail.
WIRES = (
    ((0, 1), (1, 1), ""),
    ((1, 1), (2, 0), "+12V"),
    ((1, 1), (2, 1), "+12V"),
    ((1, 1), (2, 2), "+12V"),
    ((2, 2), (3, 1), "+5V"),
    ((2, 2), (3, 2), "+5V"),
    ((3, 2), (4, 1), "+5VH"),
    ((3, 2), (4, 2), "+5VH"),
    ((3, 2), (4, 3), "+5VH"),
    ((4, 2), (5, 3), "+3V3"),
    ((4, 2), (5, 4), "+3V3"),
)
# Isolated from the unit: between these two, by what.
BARRIERS = (((4, 1), (5, 1), "K1's contacts"), ((4, 2), (5, 2), "U5, USB isolator"))
# A part in the box, and the rail that has to be on it.
ON = (
    *((ref, "+12V") for ref in ("U2", "F4", "F3")),
    *((ref, "+5V") for ref in ("M4", "U3")),
    *((ref, "+5VH") for ref in ("U3", "D3", "K1", "Q2")),
    *((ref, "+3V3") for ref in ("U9", "U10", "M3", "U8", "F2")),
)


def draw(netlist: Netlist) -> Canvas:
    for ref, rail in ON:
        if rail not in netlist.parts[ref].nets.values():
            raise ValueError(f"{ref} is drawn on {rail} and is not on it")
    canvas = Canvas()
    canvas.text(LEFT, 26, "Power and isolation", size=18, bold=True)
    canvas.box(LEFT, 46, 26, 16, HELD)
    canvas.text(LEFT + 34, 54, "goes on without mains, from BT1", size=12)
    canvas.line(LEFT + 300, 46, LEFT + 300, 64, APART, 4)
    canvas.text(LEFT + 312, 54, "isolated: nothing conducts across", size=12)
    for start, end, by in BARRIERS:
        _barrier(canvas, start, end, by)
    for start, end, rail in WIRES:
        _wire(canvas, start, end, rail)
    _mains(canvas)
    for column, row, parts, what, held in BOXES:
        x, y = _at(column, row)
        canvas.box(x, y, WIDE, HIGH, HELD if held else PLAIN)
        canvas.text(x + WIDE / 2, y + 15, parts, "centre", 12, bold=True)
        canvas.text(x + WIDE / 2, y + 33, what, "centre", 11)
    return canvas


def _at(column: int, row: int) -> tuple[float, float]:
    return LEFT + column * STEP_X, TOP + row * STEP_Y


def _wire(canvas: Canvas, start: tuple[int, int], end: tuple[int, int], rail: str) -> None:
    """Out of the right side, soon up or down, and into the left side."""
    x1, y1 = _at(*start)
    x2, y2 = _at(*end)
    x1, y1, y2 = x1 + WIDE, y1 + HIGH / 2, y2 + HIGH / 2
    middle = x1 + 22
    for ax, ay, bx, by in ((x1, y1, middle, y1), (middle, y1, middle, y2), (middle, y2, x2, y2)):
        canvas.line(ax, ay, bx, by, width=2)
    canvas.text(x2 - 5, y2 - 9, rail, "right", 10, NET)


def _mains(canvas: Canvas) -> None:
    x, y = _at(0, 1)
    canvas.text(x + WIDE / 2, y - 44, "mains", "centre", 12)
    canvas.line(x + WIDE / 2, y - 34, x + WIDE / 2, y, FAINT, 2)
    canvas.line(x + WIDE / 2 - 40, y - 12, x + WIDE / 2 + 40, y - 12, APART, 4)


def _barrier(canvas: Canvas, start: tuple[int, int], end: tuple[int, int], by: str) -> None:
    x1, y1 = _at(*start)
    x2, _ = _at(*end)
    middle, y = x2 - 30, y1 + HIGH / 2
    canvas.line(x1 + WIDE, y, x2, y, FAINT, 2)
    canvas.line(middle, y - 18, middle, y + 18, APART, 4)
    canvas.text(middle, y - 30, by, "centre", 10, APART)
