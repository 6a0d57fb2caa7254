"""The symbols of small parts: those with two ends lie between (x, y) and (x + LONG, y), the first pin on the left."""

from collections.abc import Callable

from canvas import Canvas

LONG = 64
_HALF = LONG / 2


def _leads(canvas: Canvas, x: float, y: float, body: float) -> None:
    canvas.line(x, y, x + _HALF - body, y)
    canvas.line(x + _HALF + body, y, x + LONG, y)


def resistor(canvas: Canvas, x: float, y: float) -> None:
    _leads(canvas, x, y, 16)
    canvas.box(x + _HALF - 16, y - 6, 32, 12)


def fuse(canvas: Canvas, x: float, y: float) -> None:
    resistor(canvas, x, y)
    canvas.line(x + _HALF - 16, y, x + _HALF + 16, y)


def capacitor(canvas: Canvas, x: float, y: float) -> None:
    _leads(canvas, x, y, 3)
    for side in (-3, 3):
        canvas.line(x + _HALF + side, y - 11, x + _HALF + side, y + 11, width=2)


def polarised(canvas: Canvas, x: float, y: float) -> None:
    _leads(canvas, x, y, 4)
    canvas.box(x + _HALF - 6, y - 11, 4, 22)
    canvas.box(x + _HALF + 2, y - 11, 4, 22, fill="black")
    canvas.text(x + _HALF - 14, y - 8, "+", "centre", 11)


def diode(canvas: Canvas, x: float, y: float) -> None:
    """Anode on the left."""
    _leads(canvas, x, y, 9)
    canvas.polygon([(x + _HALF - 9, y - 9), (x + _HALF - 9, y + 9), (x + _HALF + 9, y)])
    canvas.line(x + _HALF + 9, y - 9, x + _HALF + 9, y + 9, width=2)


def zener(canvas: Canvas, x: float, y: float) -> None:
    diode(canvas, x, y)
    canvas.line(x + _HALF + 9, y - 9, x + _HALF + 14, y - 12, width=2)
    canvas.line(x + _HALF + 9, y + 9, x + _HALF + 4, y + 12, width=2)


def schottky(canvas: Canvas, x: float, y: float) -> None:
    diode(canvas, x, y)
    for side in (-1, 1):
        canvas.line(x + _HALF + 9, y + side * 9, x + _HALF + 9 - side * 5, y + side * 9, width=2)
        canvas.line(x + _HALF + 9 - side * 5, y + side * 9, x + _HALF + 9 - side * 5, y + side * 5, width=2)


def led(canvas: Canvas, x: float, y: float) -> None:
    diode(canvas, x, y)
    for start in (0, 8):
        canvas.line(x + _HALF + start, y + 11, x + _HALF + start + 7, y + 18)
        canvas.polygon(
            [(x + _HALF + start + 9, y + 20), (x + _HALF + start + 3, y + 18), (x + _HALF + start + 7, y + 14)], "black"
        )


def switch(canvas: Canvas, x: float, y: float) -> None:
    _leads(canvas, x, y, 14)
    for side in (-12, 12):
        canvas.circle(x + _HALF + side, y, 2.5, "white")
    canvas.line(x + _HALF - 10, y - 2, x + _HALF + 11, y - 10)


def battery(canvas: Canvas, x: float, y: float) -> None:
    """Plus on the left."""
    _leads(canvas, x, y, 4)
    canvas.line(x + _HALF - 4, y - 12, x + _HALF - 4, y + 12, width=1.5)
    canvas.line(x + _HALF + 4, y - 6, x + _HALF + 4, y + 6, width=3.5)
    canvas.text(x + _HALF - 12, y - 9, "+", "centre", 11)


def speaker(canvas: Canvas, x: float, y: float) -> None:
    _leads(canvas, x, y, 8)
    canvas.box(x + _HALF - 8, y - 5, 16, 10)
    canvas.polygon([(x + _HALF - 8, y - 5), (x + _HALF + 8, y - 5), (x + _HALF + 15, y - 15), (x + _HALF - 15, y - 15)])


def transistor(canvas: Canvas, x: float, y: float, p_channel: bool) -> None:
    """Gate at (x, y), channel at x + 24, upper end at y - 26 (source of a P channel), lower at y + 26."""
    canvas.line(x, y, x + (12 if p_channel else 18), y)
    if p_channel:
        canvas.circle(x + 15, y, 3)
    canvas.line(x + 18, y - 12, x + 18, y + 12, width=2)
    canvas.line(x + 23, y - 16, x + 23, y + 16, width=2)
    for side in (-1, 1):
        canvas.line(x + 23, y + side * 12, x + 40, y + side * 12)
        canvas.line(x + 40, y + side * 12, x + 40, y + side * 26)
    arrow = y - 12 if p_channel else y + 12
    canvas.polygon([(x + 33, arrow - 4), (x + 33, arrow + 4), (x + 26, arrow)] if p_channel else
                   [(x + 28, arrow - 4), (x + 28, arrow + 4), (x + 35, arrow)], "black")  # fmt: skip


TWO_ENDS: dict[str, Callable[[Canvas, float, float], None]] = {
    "resistor": resistor, "fuse": fuse, "capacitor": capacitor, "polarised": polarised, "diode": diode, "led": led,
    "schottky": schottky, "zener": zener, "tvs": zener, "switch": switch, "battery": battery, "speaker": speaker,
}  # fmt: skip
