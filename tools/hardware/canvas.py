"""A drawing as SVG, in pixels. The same calls give the same bytes, and nothing has to be installed for it."""

from pathlib import Path
from xml.sax.saxutils import escape

NET, FAINT, INK = "#00509e", "#999999", "#000000"
_ANCHORS = {"left": "start", "right": "end", "centre": "middle"}


class Canvas:
    def __init__(self) -> None:
        self._shapes: list[str] = []
        self._width = self._height = 0.0

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 1.3) -> None:
        self._reach(max(x1, x2), max(y1, y2))
        self._shapes.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" stroke-width="{width:g}"/>'
        )

    def polygon(self, points: list[tuple[float, float]], fill: str = "none", colour: str = INK) -> None:
        self._reach(max(x for x, _ in points), max(y for _, y in points))
        text = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._shapes.append(f'<polygon points="{text}" fill="{fill}" stroke="{colour}" stroke-width="1.3"/>')

    def box(self, x: float, y: float, width: float, height: float, fill: str = "none", colour: str = INK) -> None:
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill, colour)

    def circle(self, x: float, y: float, radius: float, fill: str = "none") -> None:
        self._reach(x + radius, y + radius)
        self._shapes.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{INK}" stroke-width="1.3"/>'
        )

    def text(
        self, x: float, y: float, text: str, side: str = "left", size: float = 12, colour: str = INK, bold: bool = False
    ) -> None:
        """`side` is the end of the text that stands at x; y is its middle. A letter is taken as 0.62 of the size."""
        long = len(text) * size * 0.62
        self._reach(x + {"left": long, "right": 0, "centre": long / 2}[side], y + size)
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{x:g}" y="{y + size * 0.35:g}" font-size="{size:g}" fill="{colour}"{weight} '
            f'text-anchor="{_ANCHORS[side]}">{escape(text)}</text>'
        )

    def _reach(self, x: float, y: float) -> None:
        self._width, self._height = max(self._width, x), max(self._height, y)

    def svg(self) -> str:
        width, height = self._width + 20, self._height + 20
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="DejaVu Sans, Verdana, sans-serif">'
        )
        return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *self._shapes, "</svg>\n"])

    def save(self, path: Path) -> None:
        path.write_text(self.svg())
