"""Reads the screen from its memory, dot by dot, as somebody in front of it does: small letters are capitals there."""

from drivers.display import TILES
from drivers.font import GLYPHS, HEIGHT, WIDTH
from sim.st7789 import WIDTH as SCREEN_WIDTH

_LETTERS = {glyph: letter for letter, glyph in GLYPHS.items()}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


def read(ram, tile: str) -> str:
    """The text of a tile; "" where there is none that can be read."""
    x, y, width, height, scale, centred = TILES[tile]
    above = y + (height - HEIGHT * scale) // 2
    cell = WIDTH * scale
    for count in range(width // cell, 0, -1) if centred else (width // cell,):
        left = x + ((width - count * cell) // 2 if centred else 0)
        text = "".join(_letter(ram, left + k * cell, above, scale) for k in range(count))
        if "\0" not in text and text.strip() and (not centred or text == text.strip()):
            return text.strip()
    return ""


def _letter(ram, x: int, y: int, scale: int) -> str:
    """One letter; NUL where the dots are none."""
    back = _pixel(ram, x + 5 * scale, y)  # the gap behind it
    rows = []
    for row in range(HEIGHT):
        bits = 0
        for column in range(5):
            bits = bits * 2 + (_pixel(ram, x + column * scale, y + row * scale) != back)
        rows.append(_DIGITS[bits])
    return _LETTERS.get("".join(rows), "\0")


def _pixel(ram, x: int, y: int):
    at = (y * SCREEN_WIDTH + x) * 2
    return ram[at] << 8 | ram[at + 1]
