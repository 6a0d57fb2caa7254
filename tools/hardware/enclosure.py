"""The box, in millimetres: a tray, a front with keys, lamps and screen, a service cover, and the labels as an inlay.

All measures stand in box.py.
"""

from dataclasses import dataclass

import numpy as np
from box import (
    BOARD_AT,
    BOARD_HOLES,
    BOARD_POST,
    COVER,
    COVER_EDGE,
    DEPTH,
    FRONT,
    GAP,
    HEIGHT,
    INSERT,
    INSERT_DEEP,
    KEY,
    KEY_FLANGE,
    KEY_Y,
    KEYS,
    LABEL_DEEP,
    LABEL_Y,
    LAMP,
    LAMP_SEAT,
    LAMP_Y,
    LAMPS,
    LETTERS,
    MUSIC,
    POST,
    ROUND,
    SCREEN,
    SCREEN_AT,
    SCREEN_SEAT,
    SERVICE,
    SERVICE_AT,
    SOCKETS,
    SOUNDER,
    VESA,
    WALL,
    WIDTH,
    corners,
    posts,
)
from manifold3d import CrossSection, FillRule, JoinType, Manifold
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath


@dataclass(frozen=True)
class Piece:
    name: str
    solid: Manifold
    colour: tuple[int, int, int]


def pieces() -> list[Piece]:
    return [
        Piece("tray", tray(), (205, 212, 218)),
        Piece("front", front(), (235, 238, 240)),
        Piece("cover", cover(), (150, 160, 170)),
        Piece("labels", labels(), (40, 50, 60)),
    ]


def _plate(width: float, height: float, thick: float, round_: float = ROUND) -> Manifold:
    """A plate with round corners, its lower left corner at the origin."""
    flat = CrossSection.square((width - 2 * round_, height - 2 * round_)).translate((round_, round_))
    return Manifold.extrude(flat.offset(round_, JoinType.Round, circular_segments=64), thick)


def _hole(x: float, y: float, across: float, z: float, deep: float) -> Manifold:
    return Manifold.cylinder(deep, across / 2, circular_segments=64).translate((x, y, z))


def _slab(at: tuple[float, float], size: tuple[float, float], z: float, deep: float) -> Manifold:
    """A box centred at `at`."""
    return Manifold.cube((*size, deep)).translate((at[0] - size[0] / 2, at[1] - size[1] / 2, z))


def tray() -> Manifold:
    high = DEPTH - FRONT
    inner = _plate(WIDTH - 2 * WALL, HEIGHT - 2 * WALL, high, ROUND - WALL).translate((WALL, WALL, WALL))
    solid = _plate(WIDTH, HEIGHT, high) - inner
    for x, y in posts():
        solid += _hole(x, y, POST, WALL - 1, high - WALL + 1)
        solid -= _hole(x, y, INSERT, high - INSERT_DEEP, INSERT_DEEP + 1)
    for x, y in corners(*BOARD_HOLES, BOARD_AT):
        solid += _hole(x, y, BOARD_POST, WALL - 1, 9)
        solid -= _hole(x, y, 2.8, WALL, 10)
    for _, x, y, across in SOCKETS:
        solid -= _hole(x, y, across, -1, WALL + 2)
    for x, y in corners(VESA, VESA, (WIDTH / 2, HEIGHT / 2)):
        solid -= _hole(x, y, 4.4, -1, WALL + 2)
    solid -= _in_lower_wall(SERVICE, -1, WALL + 2)
    for x in _cover_screws():
        solid += _across_lower_wall(x, 8, WALL - 1, 8) - _across_lower_wall(x, 2.8, WALL - 2, 11)
        solid -= _across_lower_wall(x, 2.8, -1, 11)
    return solid - _grille(0, SOUNDER) - _grille(WIDTH, MUSIC)


def _grille(x: float, across: float) -> Manifold:
    """Slots in a side wall, which nobody wipes, that run down so that what drips runs off."""
    slots = Manifold()
    for k in range(-3, 4):
        z = DEPTH / 2 + k * across / 7
        long = float(np.sqrt(max(0.0, (across / 2) ** 2 - (k * across / 7) ** 2))) * 2
        slots += Manifold.cube((WALL * 4, long, 3)).translate((x - WALL * 2, 88 - long / 2, z - 1.5))
    return slots


def front() -> Manifold:
    z = DEPTH - FRONT
    solid = _plate(WIDTH, HEIGHT, FRONT).translate((0, 0, z))
    lip = _plate(WIDTH - 2 * (WALL + GAP), HEIGHT - 2 * (WALL + GAP), 2, ROUND - WALL)
    lip -= _plate(WIDTH - 2 * (WALL + 3), HEIGHT - 2 * (WALL + 3), 2, 2).translate((3 - GAP, 3 - GAP, 0))
    lip = lip.translate((WALL + GAP, WALL + GAP, z - 2))
    for x, y in posts():
        lip -= _hole(x, y, POST + 2 * GAP, z - 3, 4)
        solid -= _hole(x, y, 3.4, z - 1, FRONT + 2) + _hole(x, y, 6.4, DEPTH - 2, 3)
    solid += lip
    for x in LAMPS.values():
        solid -= _hole(x, LAMP_Y, LAMP, z - 1, FRONT + 2) + _hole(x, LAMP_Y, LAMP_SEAT, z - 1, 3)
    for x in KEYS.values():
        solid -= _hole(x, KEY_Y, KEY, z - 1, FRONT + 2)
    solid -= _slab(SCREEN_AT, SCREEN, z - 1, FRONT + 2) + _slab(SCREEN_AT, SCREEN_SEAT, z - 1, 3)
    return solid - labels()


def labels() -> Manifold:
    """Let in flush, in another colour: nothing to catch dirt, and nothing to rub off."""
    found = Manifold()
    for text, x in KEYS.items():
        found += _text(text, x, LABEL_Y, LETTERS)
    return found + _text("SITTER  ·  not a medical device", WIDTH / 2, 6.5, 3.6)


def _text(text: str, x: float, y: float, size: float) -> Manifold:
    path = TextPath((0, 0), text, size=size * 1.4, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    outlines = [outline[:-1] for outline in path.to_polygons() if len(outline) > 3]
    flat = CrossSection([outline.tolist() for outline in outlines], FillRule.EvenOdd)
    left, low, right, high = flat.bounds()
    return Manifold.extrude(flat.translate((x - (left + right) / 2, y - (low + high) / 2)), LABEL_DEEP).translate(
        (0, 0, DEPTH - LABEL_DEEP)
    )


def cover() -> Manifold:
    size = (SERVICE[0] + 2 * COVER_EDGE, SERVICE[1] + 8)
    solid = _in_lower_wall(size, -COVER, COVER)
    solid += _in_lower_wall((SERVICE[0] - 2 * GAP, SERVICE[1] - 2 * GAP), -0.5, WALL)
    for x in _cover_screws():
        solid -= _across_lower_wall(x, 3.4, -COVER - 1, 10)
    return solid


def _in_lower_wall(size: tuple[float, float], y: float, deep: float) -> Manifold:
    """A box of `size` along x and z, centred on the service opening."""
    return Manifold.cube((size[0], deep, size[1])).translate(
        (SERVICE_AT[0] - size[0] / 2, y, SERVICE_AT[1] - size[1] / 2)
    )


def _across_lower_wall(x: float, across: float, y: float, deep: float) -> Manifold:
    bar = Manifold.cylinder(deep, across / 2, circular_segments=64).rotate((-90, 0, 0))
    return bar.translate((x, y, SERVICE_AT[1]))


def _cover_screws() -> list[float]:
    half = SERVICE[0] / 2 + COVER_EDGE / 2
    return [SERVICE_AT[0] - half, SERVICE_AT[0] + half]


def shown() -> list[Piece]:
    """What is no part of the print: for the picture only."""
    lamps = {"red": (205, 40, 40), "yellow": (240, 190, 30), "cyan": (40, 190, 210)}
    z = DEPTH - FRONT
    found = [Piece("lamp", _hole(x, LAMP_Y, LAMP, z, 2.6), lamps[name]) for name, x in LAMPS.items()]
    for name, x in KEYS.items():
        found.append(
            Piece("key", _hole(x, KEY_Y, KEY_FLANGE, DEPTH, 4), (190, 40, 40) if name == "STOP" else (90, 98, 106))
        )
    return [*found, Piece("screen", _slab(SCREEN_AT, SCREEN, z, 2), (25, 32, 40))]


def faults() -> list[str]:
    """What would not fit: pieces that run into each other, or fall apart. box.py has the rest."""
    found = []
    made = {piece.name: piece.solid for piece in pieces()}
    for name, solid in made.items():
        if solid.is_empty() or (name != "labels" and len(solid.decompose()) != 1):
            found.append(f"{name} is not one piece")
    for one, other in (("tray", "front"), ("tray", "cover"), ("front", "labels")):
        if (made[one] ^ made[other]).volume() > 1:
            found.append(f"{one} and {other} run into each other by {(made[one] ^ made[other]).volume():.0f} mm3")
    return found
