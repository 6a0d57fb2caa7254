"""Draws the wiring: the processor in the middle, and each thing that is wired to it beside its own pins.

Which pins a thing has, and where they go, is the netlist's; only the order of the things is said here.
"""

from canvas import NET, Canvas
from netlist import OPEN, Netlist, Part

# From top to bottom, beside the processor. A colour for each function, as the wires should have.
LEFT = (
    ("M3", "#7a5195"),
    ("U8", "#ef5675"),
    ("M2", "#ef5675"),
    ("M4", "#2a9d8f"),
    ("Q3", "#2a9d8f"),
    ("Q4", "#2a9d8f"),
)
RIGHT = (("M1", "#00509e"), ("U9", "#7a4a00"), ("U10", "#7a4a00"), ("U4", "#7a4a00"), ("U11", "#c1121f"))
NAMES = {
    "M1": "finger probe, MAX30102", "M2": "cuff module", "M3": "display, ST7789", "M4": "music, DFPlayer",
    "U4": "battery gauge", "U8": "buffer, CD74HC4050", "U9": "keys, MCP23017", "U10": "clock, DS3231",
    "U11": "drivers, ULN2003A", "Q3": "warm light, IRLZ44N", "Q4": "cool light, IRLZ44N",
}  # fmt: skip
STEP, BOX, WIRE, TOP, CENTRE = 22, 250, 300, 110, 150
VIA = ("resistor",)


def draw(netlist: Netlist) -> Canvas:
    canvas = Canvas()
    canvas.text(20, 26, "Wiring: processor and what is wired to it", size=18, bold=True)
    canvas.text(
        20, 52, "Below the line in a box: its other pins. Their nets, and every resistor, are in the schematic."
    )
    x_left, x_mid = 30, 30 + BOX + WIRE
    x_right = x_mid + CENTRE + WIRE
    left = _side(canvas, netlist, LEFT, x_left, x_mid, -1)
    right = _side(canvas, netlist, RIGHT, x_right, x_mid + CENTRE, 1)
    canvas.box(x_mid, TOP - 20, CENTRE, max(left, right) - TOP)
    canvas.text(x_mid + CENTRE / 2, TOP - 34, "U1  ESP32-DevKitC V4", "centre", 13, bold=True)
    return canvas


def _side(
    canvas: Canvas, netlist: Netlist, things: tuple[tuple[str, str], ...], x: float, edge: float, way: int
) -> float:
    y = TOP
    for ref, colour in things:
        y = _thing(canvas, netlist, netlist.parts[ref], colour, x, y, edge, way) + 34
    return y


def _thing(
    canvas: Canvas, netlist: Netlist, part: Part, colour: str, x: float, y: float, edge: float, way: int
) -> float:
    ends = {name: _processor_pin(netlist, net) for name, net in part.nets.items()}
    wires = [(name, end) for name, end in ends.items() if end]
    others = [(name, net) for name, net in part.nets.items() if net != OPEN and not ends[name]]
    text = [f"{name}: {net}" for name, net in others]
    lines = [", ".join(text[i : i + 2]) for i in range(0, len(text), 2)]
    height = (len(wires) + 0.6) * STEP + len(lines) * 15 + 4
    canvas.box(x, y, BOX, height, "#ffffff", colour)
    canvas.text(x, y - 10, f"{part.ref}  {NAMES[part.ref]}", size=12, bold=True, colour=colour)
    near, far = (x + BOX, edge) if way < 0 else (x, edge)
    for row, (name, (pin, via)) in enumerate(wires):
        at = y + (row + 0.7) * STEP
        canvas.line(near, at, far, at, colour, 2)
        canvas.text(near + (-8 if way < 0 else 8), at, name, "right" if way < 0 else "left", 11)
        label = netlist.parts["U1"].nets[pin] + (f", through {via}" if via else "")
        canvas.text((near + far) / 2, at - 8, label, "centre", 10, NET)
        canvas.text(far + (8 if way < 0 else -8), at, pin, "left" if way < 0 else "right", 11, bold=True)
    under = y + (len(wires) + 0.35) * STEP
    canvas.line(x, under, x + BOX, under, colour, 0.7)
    for row, line in enumerate(lines):
        canvas.text(x + 8, y + (len(wires) + 0.9) * STEP + row * 15, line, size=10, colour="#444444")
    return y + height


def _processor_pin(netlist: Netlist, net: str) -> tuple[str, str] | None:
    """The processor's pin on a net, and the resistor in between, if there is one."""
    if net in (OPEN, "GND") or net.startswith("+"):
        return None
    pins = netlist.nets()[net]
    for pin in pins:
        if pin.part.ref == "U1":
            return pin.name, ""
    for pin in pins:
        if pin.part.kind.name in VIA:
            for other in pin.part.nets.values():
                if other not in (net, "GND") and not other.startswith("+"):
                    for there in netlist.nets()[other]:
                        if there.part.ref == "U1":
                            return there.name, pin.part.ref
    return None
