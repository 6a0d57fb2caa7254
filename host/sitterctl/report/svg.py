"""The few pieces of SVG that the charts are made of; every text that goes in is escaped here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import escape

# How wide a character of the charts' sans-serif face is, as a share of its size: enough to keep labels apart.
_CHARACTER = 0.58


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    low_px: float
    high_px: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.low_px + share * (self.high_px - self.low_px)


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def text_width(text: str, size: float = 11) -> float:
    return len(text) * size * _CHARACTER


def element(tag: str, tip: str = "", **attributes: object) -> str:
    """One element; `klass` stands for class, an underscore for a dash, `tip` is shown when pointed at."""
    words = [f"<{tag}"]
    for name, value in attributes.items():
        shown = number(value) if isinstance(value, float) else escape(str(value))
        words.append(f' {"class" if name == "klass" else name.replace("_", "-")}="{shown}"')
    words.append(f"><title>{escape(tip)}</title></{tag}>" if tip else "/>")
    return "".join(words)


def line(x1: float, y1: float, x2: float, y2: float, klass: str) -> str:
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), klass=klass)


def rect(x1: float, y: float, x2: float, height: float, klass: str, tip: str = "", least: float = 0.0) -> str:
    """A box from x1 to x2, at least `least` wide."""
    width = max(x2 - x1, least)
    return element("rect", tip, x=float(x1), y=float(y), width=float(width), height=float(height), klass=klass)


def text(x: float, y: float, words: object, klass: str = "") -> str:
    return f'<text x="{number(x)}" y="{number(y)}" class="{escape(klass)}">{escape(str(words))}</text>'


def path(points: Iterable[tuple[float, float]], klass: str) -> str:
    """A line through the points; one point alone becomes a dot."""
    moves = [f"{number(x)} {number(y)}" for x, y in points]
    if len(moves) == 1:
        moves = moves * 2
    return f'<path class="{escape(klass)}" d="M{"L".join(moves)}"/>'


def area(points: Sequence[tuple[float, float]], base: float, klass: str) -> str:
    """The surface between the points and the level `base`."""
    closed = [(points[0][0], base), *points, (points[-1][0], base)]
    return f'<path class="{escape(klass)}" d="M{"L".join(f"{number(x)} {number(y)}" for x, y in closed)}Z"/>'


def levels(spans: Sequence[tuple[float, float]], gap: float = 3) -> list[int]:
    """For each span from left to right the lowest level on which it touches no earlier one."""
    ends: list[float] = []
    found = []
    for left, right in spans:
        level = next((i for i, end in enumerate(ends) if left >= end + gap), len(ends))
        ends[level : level + 1] = [right]
        found.append(level)
    return found


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most four points for each pixel column, its first, lowest, highest and last: a short dip stays visible."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    kept: list[tuple[float, float]] = []
    for column in columns.values():
        by_height = sorted(range(len(column)), key=lambda i: column[i][1])
        for i in sorted({0, by_height[0], by_height[-1], len(column) - 1}):
            if not kept or kept[-1] != column[i]:
                kept.append(column[i])
    return kept


def ticks(low: float, high: float, steps: Sequence[float], most: int) -> list[float]:
    """Round values between low and high, at the first step that gives no more than `most` of them."""
    step = next((s for s in steps if (high - low) / s <= most), (high - low) / most)
    first = -(-low // step)
    count = int((high / step) - first + 1e-9) + 1
    return [(first + i) * step for i in range(max(count, 0))]
