"""Draws front and back of the box with their holes and measures, as they are seen from outside."""

import box
from canvas import FAINT, NET, Canvas

SCALE = 3.4  # pixels a millimetre
LEFT, TOP = 60, 80
COLOURS = {"red": "#e03c31", "yellow": "#f2b824", "cyan": "#3fb8c9"}


def draw() -> Canvas:
    canvas = Canvas()
    _front(canvas, TOP)
    _back(canvas, TOP + box.HEIGHT * SCALE + 130)
    return canvas


def _outline(canvas: Canvas, top: float, title: str) -> None:
    wide, high = box.WIDTH * SCALE, box.HEIGHT * SCALE
    canvas.text(LEFT, top - 44, title, size=16, bold=True)
    canvas.box(LEFT, top, wide, high, "#f7f7f7")
    canvas.line(LEFT, top + high + 16, LEFT + wide, top + high + 16, FAINT)
    canvas.text(LEFT + wide / 2, top + high + 30, f"{box.WIDTH:g} mm", "centre", 12)
    canvas.line(LEFT - 16, top, LEFT - 16, top + high, FAINT)
    canvas.text(LEFT - 20, top + high / 2, f"{box.HEIGHT:g}", "right", 12)


def _front(canvas: Canvas, top: float) -> None:
    _outline(canvas, top, "Front. Measures in mm from the lower left corner: x, y, across")

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + x * SCALE, top + (box.HEIGHT - y) * SCALE

    for name, x in box.LAMPS.items():
        canvas.circle(*at(x, box.LAMP_Y), box.LAMP / 2 * SCALE, COLOURS[name])
        _measure(canvas, *at(x, box.LAMP_Y - box.LAMP / 2 - 4), f"{name}: {x:g}, {box.LAMP_Y:g}, {box.LAMP:g}")
    x, y = at(box.SCREEN_AT[0] - box.SCREEN[0] / 2, box.SCREEN_AT[1] + box.SCREEN[1] / 2)
    canvas.box(x, y, box.SCREEN[0] * SCALE, box.SCREEN[1] * SCALE, "#20282e")
    _measure(canvas, *at(box.WIDTH / 2, box.SCREEN_AT[1] - box.SCREEN[1] / 2 - 4),
             f"screen: {box.SCREEN_AT[0]:g}, {box.SCREEN_AT[1]:g}, {box.SCREEN[0]:g} x {box.SCREEN[1]:g}")  # fmt: skip
    for name, x in box.KEYS.items():
        canvas.circle(*at(x, box.KEY_Y), box.KEY / 2 * SCALE, "#c3392f" if name == "STOP" else "#5a626a")
        _measure(canvas, *at(x, box.KEY_Y + box.KEY / 2 + 4), f"{x:g}, {box.KEY_Y:g}, {box.KEY:g}")
        label_x, label_y = at(x, box.LABEL_Y)
        canvas.text(label_x, label_y, name, "centre", box.LETTERS * SCALE * 1.2, bold=True)
    for x, y in box.posts():
        canvas.circle(*at(x, y), 3.4 / 2 * SCALE, "white")


def _back(canvas: Canvas, top: float) -> None:
    _outline(canvas, top, "Back, from behind. Measures in mm as in the front: x counts from the right here")

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + (box.WIDTH - x) * SCALE, top + (box.HEIGHT - y) * SCALE

    for name, x, y, across in box.SOCKETS:
        canvas.circle(*at(x, y), across / 2 * SCALE, "white")
        canvas.text(*at(x, y + across / 2 + 5), name, "centre", 13, bold=True)
        _measure(canvas, *at(x, y - across / 2 - 4), f"{x:g}, {y:g}, {across:g}")
    for x, y in box.corners(box.VESA, box.VESA, (box.WIDTH / 2, box.HEIGHT / 2)):
        canvas.circle(*at(x, y), 4.4 / 2 * SCALE, "white")
    canvas.text(*at(box.WIDTH / 2, box.HEIGHT / 2), "VESA 75", "centre", 13)
    long = box.SERVICE[0] * SCALE
    x, y = at(box.SERVICE_AT[0], 0)
    canvas.box(x - long / 2, y - 6, long, 6, "#d9d9d9")
    canvas.text(x, y - 18, "below: service opening, J2 and S6", "centre", 12)


def _measure(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.text(x, y, text, "centre", 11, NET)
