"""Points of a saturation curve of one's own: what the sensor saw while another oximeter said something.

It is no calibration, and nothing here says that it is: a reference on a fingertip is itself off by some points, one
person's finger is one person's finger, and few are to be had at a low saturation. docs/sensor.md says what it is for.
"""

import time
from collections.abc import Callable
from statistics import median

from sitter.reading import MODULE
from sitterctl.connection import Connection
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

SECONDS = 20
_LEAST = 10  # of those seconds with a ratio
_SPREAD_PERMILLE = 40  # about two points of saturation at 90 %
NAMES = ("spo2_point1", "spo2_point2", "spo2_point3")


def measure(connection: Connection, wait: Callable[[float], None] = time.sleep) -> int:
    """The ratio of the light, in thousandths, over SECONDS. Raises SitterError when it is absent or not steady."""
    seen = []
    for _ in range(SECONDS):
        live = connection.ask("live")
        if live.get("spo2_mark") == MODULE:
            raise SitterError("the saturation is by the OEM module's own calibration: it has no curve to adjust",
                              "leave it; points of a curve are for a MAX30102", exit_code=USAGE)  # fmt: skip
        ratio = live.get("ratio_permille")
        if isinstance(ratio, int):
            seen.append(ratio)
        wait(1.0)
    return settled(seen)


def settled(seen: list[int]) -> int:
    """The middle of what was seen. Raises SitterError when it can't stand for anything."""
    if len(seen) < _LEAST:
        raise SitterError("there was no saturation for long enough", "warm the hand, keep it still, and try again",
                          exit_code=CHECK_FAILED)  # fmt: skip
    inner = sorted(seen)[len(seen) // 10 : len(seen) - len(seen) // 10]
    if inner[-1] - inner[0] > _SPREAD_PERMILLE:
        raise SitterError(f"the light was not steady: ratios from {inner[0]} to {inner[-1]}",
                          "keep the hand still and breathe evenly, and try again", exit_code=CHECK_FAILED)  # fmt: skip
    return round(median(seen))


def as_settings(points: list[tuple[int, int]]) -> dict[str, int]:
    """The settings for (ratio in thousandths, percent) pairs, in the order that the curve needs; none clears it."""
    whole = dict.fromkeys((f"{name}_{part}" for name in NAMES for part in ("ratio", "pct")), 0)
    for name, (ratio, pct) in zip(NAMES, sorted(points), strict=False):
        whole[f"{name}_ratio"], whole[f"{name}_pct"] = ratio, pct
    return whole
