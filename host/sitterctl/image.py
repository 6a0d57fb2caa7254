"""MicroPython itself, as esptool writes it onto a chip: a file that somebody has, or a release that is known by its
SHA-256, downloaded once and kept.
"""

import hashlib
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from sitterctl import bundle
from sitterctl.errors import CHECK_FAILED, NOT_VERIFIED, USAGE, SitterError

_DOWNLOAD_S = 30.0
_MOST_BYTES = 16 * 1024 * 1024
MAGIC = 0xE9  # what an image for the ESP32 begins with


@dataclass(frozen=True)
class Release:
    """An image as its makers publish it; `offset` is where it begins on the flash."""

    url: str
    sha256: str
    chip: str
    offset: int


# The hashes are those that independent projects have pinned for these files, three of the first and two of the second,
# of which one compared it with a fresh download; nobody here has had the files. That of the ESP32-S3 is for modules
# with octal PSRAM, such as N8R8 and N16R8; one with quad PSRAM (N8R2) wants another, named with --image.
RELEASES = {
    "esp32-1.28.0": Release(
        "https://micropython.org/resources/firmware/ESP32_GENERIC-20260406-v1.28.0.bin",
        "cd7820d02c35d34dd403b44263129c6a511b350aea8446c229890753fe240784",
        "esp32", 0x1000,
    ),
    "esp32s3-octal-1.28.0": Release(
        "https://micropython.org/resources/firmware/ESP32_GENERIC_S3-SPIRAM_OCT-20260406-v1.28.0.bin",
        "67c19ae123d84152019b57526ed5291dd0a2b4edd87655c5f76b46c9a62ff5dd",
        "esp32s3", 0,
    ),
}  # fmt: skip
# board: the release that is taken when none is named, None where an image has to be named.
FOR_BOARD: dict[str, str | None] = {"esp32_devkitc": "esp32-1.28.0", "esp32s3_devkitc": "esp32s3-octal-1.28.0",
                                    bundle.SIMULATOR: "esp32-1.28.0"}  # fmt: skip
# board: its chip, and where an image in a file begins on its flash. The ESP32-S3's ROM looks at 0 (esptool, targets).
PLACES = {"esp32_devkitc": ("esp32", 0x1000), "esp32s3_devkitc": ("esp32s3", 0), bundle.SIMULATOR: ("esp32", 0x1000)}


@dataclass(frozen=True)
class Image:
    """An image that is here, and looked at."""

    path: Path
    name: str
    sha256: str
    chip: str
    offset: int


def find(board: str, chosen: str | None, sha256: str | None = None) -> Image:
    """The image for a board: a file, a release by its name, or the board's own. Raises SitterError."""
    if board not in FOR_BOARD:
        raise SitterError(f"nobody has said yet where MicroPython begins on board {board}",
                          f"known are: {', '.join(FOR_BOARD)}", exit_code=USAGE)  # fmt: skip
    if board == bundle.SIMULATOR and not chosen:
        return _stand_in()
    if chosen and chosen not in RELEASES:
        path = Path(chosen)
        if not path.is_file():
            raise SitterError(f"there is no file {chosen}, and no release of that name",
                              f"there are: {', '.join(RELEASES)}", exit_code=USAGE)  # fmt: skip
        found = _looked_at(path, sha256)
        return Image(path, path.name, found, *PLACES[board])
    name = chosen or FOR_BOARD[board]
    if name is None or RELEASES[name].chip != PLACES[board][0]:
        raise SitterError(f"no release of MicroPython for board {board} is known here",
                          "get one for its chip and name the file with --image", exit_code=USAGE)  # fmt: skip
    release = RELEASES[name]
    path = bundle.cache() / "images" / release.url.rpartition("/")[2]
    if not path.exists():
        _download(release, path)
    return Image(path, name, _looked_at(path, sha256 or release.sha256), release.chip, release.offset)


def _stand_in() -> Image:
    """What is written onto a simulated chip, which has a MicroPython of its own."""
    path = bundle.cache() / "images" / "simulator.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes([MAGIC]) + b"this stands in for MicroPython on a simulated chip ".ljust(63) * 1024)
    return Image(path, "a stand-in", _looked_at(path, None), "esp32", 0x1000)


def _looked_at(path: Path, wanted: str | None) -> str:
    """The SHA-256 of an image. Raises SitterError when it is another one, or the file is no image."""
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if wanted and found != wanted.lower():
        raise SitterError(f"{path} has the SHA-256 {found}, and not {wanted.lower()}",
                          "delete it and get it again; nothing was written", exit_code=NOT_VERIFIED)  # fmt: skip
    if data[:1] != bytes([MAGIC]):
        raise SitterError(f"{path} is no image for an ESP32", "take the .bin file that is meant for the board",
                          exit_code=USAGE)  # fmt: skip
    return found


def _download(release: Release, path: Path) -> None:
    """Get it and keep it, if it is what was meant. Raises SitterError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    try:
        with urllib.request.urlopen(release.url, timeout=_DOWNLOAD_S) as answer:
            data = answer.read(_MOST_BYTES)
    except OSError as error:  # urllib's own errors are some
        raise SitterError(f"{release.url} can not be had: {getattr(error, 'reason', None) or error}",
                          f"get the file elsewhere and give it with --image, or put it at {path}",
                          exit_code=CHECK_FAILED) from error  # fmt: skip
    found = hashlib.sha256(data).hexdigest()
    if found != release.sha256:
        raise SitterError(f"what {release.url} gives has the SHA-256 {found}, and not {release.sha256}",
                          "do not use it; nothing was written", exit_code=NOT_VERIFIED)  # fmt: skip
    new.write_bytes(data)
    os.replace(new, path)
