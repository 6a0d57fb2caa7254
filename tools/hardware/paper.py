"""SVG drawings as one PDF, a page each."""

import io
from pathlib import Path

import cairosvg
from pypdf import PdfWriter


def bind(drawings: list[Path], pdf: Path) -> None:
    writer = PdfWriter()
    for drawing in drawings:
        writer.append(io.BytesIO(cairosvg.svg2pdf(url=str(drawing))))
    writer.write(pdf)
