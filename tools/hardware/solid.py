"""Solids as STL, and as a picture: seen from a direction, each triangle shaded by how it faces the light."""

from pathlib import Path

import numpy as np
from enclosure import Piece
from manifold3d import Manifold
from PIL import Image

_TO_LIGHT = np.array([-0.35, 0.55, 0.76])


def save_stl(solid: Manifold, path: Path) -> None:
    """Binary STL in millimetres."""
    mesh = solid.to_mesh()
    corners = mesh.vert_properties[:, :3][mesh.tri_verts]
    rows = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    rows["normal"] = _normals(corners)
    rows["corners"] = corners
    path.write_bytes(b"Sitter".ljust(80) + len(rows).to_bytes(4, "little") + rows.tobytes())


def _normals(corners: np.ndarray) -> np.ndarray:
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.where(length == 0, 1, length)


def picture(
    pieces: list[tuple[Piece, tuple[float, float, float]]], turn_deg: float, tilt_deg: float, width: int
) -> Image.Image:
    """Pieces, each moved by so much, turned about y and then tilted about x; without perspective."""
    turned = []
    for piece, move in pieces:
        solid = piece.solid.translate(move).rotate((0, turn_deg, 0)).rotate((tilt_deg, 0, 0))
        mesh = solid.to_mesh()
        turned.append((np.asarray(mesh.vert_properties)[:, :3][mesh.tri_verts], piece.colour))
    points = np.concatenate([corners.reshape(-1, 3) for corners, _ in turned])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (width * 2 - 80) / (high[0] - low[0])
    size = (width * 2, int((high[1] - low[1]) * scale) + 80)
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    depth = np.full((size[1], size[0]), -np.inf)
    for corners, colour in turned:
        shade = 0.35 + 0.65 * np.clip(_normals(corners) @ _TO_LIGHT, 0, 1)
        screen = (corners - low) * scale + 40
        for triangle, light in zip(screen, shade, strict=True):
            _fill(image, depth, triangle, np.array(colour) * light)
    return Image.fromarray(image[::-1]).resize((width, size[1] // 2), Image.Resampling.LANCZOS)


def _fill(image: np.ndarray, depth: np.ndarray, corners: np.ndarray, colour: np.ndarray) -> None:
    """One triangle, where it is nearer than what is there."""
    x0, y0 = np.floor(corners[:, :2].min(axis=0)).astype(int)
    x1, y1 = np.ceil(corners[:, :2].max(axis=0)).astype(int) + 1
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if abs(area) < 1e-9:
        return
    x, y = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
    b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    z = az + b * (bz - az) + c * (cz - az)
    there = (b >= -1e-6) & (c >= -1e-6) & (b + c <= 1 + 1e-6)
    part = depth[y0:y1, x0:x1]
    nearer = there & (z > part)
    part[nearer] = z[nearer]
    image[y0:y1, x0:x1][nearer] = colour.astype(np.uint8)


def views(pieces: list[Piece], shown: list[Piece]) -> dict[str, Image.Image]:
    """The box as staff see it, and its pieces apart, from behind and below."""
    still, apart = (0.0, 0.0, 0.0), {"front": (0.0, 0.0, 90.0), "cover": (0.0, -60.0, 0.0)}
    behind = [(piece, apart.get(piece.name, still)) for piece in pieces if piece.name != "labels"]
    return {
        "front": picture([(piece, still) for piece in [*pieces, *shown]], -22, 18, 700),
        "back": picture(behind, 150, -32, 700),
    }


def keep_if_changed(image: Image.Image, path: Path) -> None:
    """Write a picture, unless the one that is there differs in less than a thousandth: processors round differently."""
    if path.exists():
        old = Image.open(path).convert("RGB")
        if old.size == image.size:
            apart = np.abs(np.asarray(old, int) - np.asarray(image, int)).max(axis=2) > 24
            if apart.mean() < 0.001:
                return
    image.save(path, optimize=True)
