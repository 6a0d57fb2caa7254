"""The measures of the box, in millimetres. x goes right and y up as one looks at the front; z = 0 is the back.

The sockets' are those of the makers' drawings as remembered: compare them with the parts before printing.
"""

from itertools import pairwise
from math import hypot

WIDTH, HEIGHT, DEPTH, ROUND, WALL = 240.0, 160.0, 80.0, 8.0, 3.0
FRONT = 4.0  # thickness; the labels are let into its outer 0.6
LABEL_DEEP = 0.6
POST, INSERT, INSERT_DEEP = 12.0, 4.2, 9.0  # corner posts for brass inserts M3
BOARD = (160.0, 100.0)  # perforated board
BOARD_HOLES, BOARD_POST = (152.0, 92.0), 8.0
BOARD_AT = (WIDTH / 2, 66.0)
GAP = 0.3  # between parts that go into each other

LAMPS = {"red": 45.0, "yellow": WIDTH / 2, "cyan": WIDTH - 45.0}
LAMP_Y, LAMP, LAMP_SEAT = 134.0, 24.0, 28.0  # window, and the seat of an opal disc of 2 mm behind it
SCREEN, SCREEN_AT, SCREEN_SEAT = (58.0, 43.6), (WIDTH / 2, 88.0), (71.0, 52.0)
KEYS = {"SILENCE": 40.0, "STOP": 80.0, "BP": 120.0, "NEXT": 160.0, "MARK": 200.0}
KEY_Y, KEY, KEY_FLANGE, LABEL_Y, LETTERS = 38.0, 16.2, 19.0, 17.5, 5.6
SOUNDER, MUSIC = 42.0, 56.0  # across the openings in the side walls
# In the lower wall, where the edge of the board has the flashing port J2, the switch S6 and the processor's own keys.
SERVICE_AT, SERVICE = (WIDTH / 2 + 20, 29.0), (90.0, 30.0)  # x and z; along x and z
COVER_EDGE, COVER = 10.0, 2.5
VESA = 75.0

# Holes in the back: name, x, y, across.
SOCKETS = (
    ("J1 12 V", 24.0, 132.0, 12.0), ("J7 line", 62.0, 132.0, 6.4),
    ("J6 call", 100.0, 132.0, 17.0), ("J8 light", 140.0, 132.0, 17.0), ("J3 probe", 24.0, 66.0, 12.0),
    ("J4 button", 24.0, 96.0, 9.7), ("cuff", 24.0, 36.0, 10.0),
)  # fmt: skip


def corners(width: float, height: float, at: tuple[float, float]) -> list[tuple[float, float]]:
    return [(at[0] + i * width / 2, at[1] + j * height / 2) for i in (-1, 1) for j in (-1, 1)]


def posts() -> list[tuple[float, float]]:
    """The corner posts, into which the front is screwed."""
    inset = WALL + POST / 2 - 1
    return corners(WIDTH - 2 * inset, HEIGHT - 2 * inset, (WIDTH / 2, HEIGHT / 2))


def misfits() -> list[str]:
    """What could not be used, whatever the pieces look like."""
    found = [f"{name} is too close to another hole" for name in crowded()]
    across = sorted(KEYS.values())
    if min(b - a for a, b in pairwise(across)) < KEY_FLANGE + 12:
        found.append("the keys are too close for gloves: 12 mm between them")
    if LETTERS < 5:
        found.append("the letters of the keys are under 5 mm")
    if LAMP < 20:
        found.append("a lamp is under 20 mm across: 17 minutes of arc at 4 m")
    if SERVICE_AT[1] + SERVICE[1] / 2 > DEPTH - FRONT - 4 or SERVICE_AT[1] - SERVICE[1] / 2 < WALL + 4:
        found.append("the service opening leaves the lower wall")
    return found


def crowded() -> list[str]:
    """Sockets nearer than 4 mm, rim to rim, to another hole in the back or to a post."""
    others = [("", x, y, 4.4) for x, y in corners(VESA, VESA, (WIDTH / 2, HEIGHT / 2))]
    others += [("", x, y, POST) for x, y in posts()] + [
        ("", x, y, BOARD_POST) for x, y in corners(*BOARD_HOLES, BOARD_AT)
    ]
    found = []
    for name, x, y, across in SOCKETS:
        for other, u, v, wide in (*SOCKETS, *others):
            if other != name and hypot(x - u, y - v) < (across + wide) / 2 + 4:
                found.append(name)
    return found
