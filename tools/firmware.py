"""`make firmware`: the program for every board: compiled, with a manifest, as a ROMFS image, with a table of sizes.

Into build/firmware/BOARD: program/ with the .mpy files and their manifest, boot.py, program.romfs, sizes.md, and
SHA256SUMS over all of it. Everything is made twice and has to be the same byte for byte; what differs, or a manifest
that does not fit its files, is named with file and line, and nothing is left behind. What each is for: docs/image.md.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sitterctl import bundle as bundles
from sitterctl.errors import CHECK_FAILED, SitterError

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
OUT = ROOT / "build" / "firmware"


def build(board: str, into: Path) -> None:
    """All files of one board into a new folder. Raises SitterError."""
    program = bundles.build(board, into / "program", FIRMWARE)
    shutil.copyfile(FIRMWARE / "boot.py", into / "boot.py")
    _rom_image(into / "program", into / "program.romfs")
    (into / "sizes.md").write_text(sizes(program))
    files = sorted(path for path in into.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(into).as_posix()}\n" for path in files]
    (into / "SHA256SUMS").write_text("".join(sums))


def _rom_image(program: Path, image: Path) -> None:
    command = [sys.executable, "-m", "mpremote", "romfs", "-o", str(image), "build", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SitterError(f"mpremote could not build the image: {(done.stdout + done.stderr).strip()}", "mend it there",
                          exit_code=CHECK_FAILED)  # fmt: skip


def sizes(program: bundles.Bundle) -> str:
    """A table of the modules, the largest first."""
    rows = sorted(program.rows, key=lambda row: (-row.size, row.name))
    lines = [f"| {row.name} | {row.size} |\n" for row in rows]
    head = f"| module of {program.version} for {program.board} | bytes |\n|---|---:|\n"
    return head + "".join(lines) + f"| **all {len(rows)}** | **{program.size}** |\n"


def differing(one: Path, other: Path) -> list[str]:
    """Files that are not the same in both folders."""
    names = {path.relative_to(top) for top in (one, other) for path in top.rglob("*") if path.is_file()}
    return [str(name) for name in sorted(names) if _bytes(one / name) != _bytes(other / name)]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def main() -> int:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=OUT.parent) as folder:
        for board in (name for name in bundles.boards(FIRMWARE) if name != bundles.SIMULATOR):
            made, again = Path(folder) / "made" / board, Path(folder) / "again" / board
            try:
                for into in (made, again):
                    build(board, into)
                program = bundles.load(made / "program")
            except SitterError as error:
                print(f"firmware: {board}: {error.message}")
                return 1
            other = differing(made, again)
            if other:
                print(f"firmware: {board}: not the same when it was made again: {', '.join(other)}")
                return 1
            shutil.move(made, OUT / board)
            print((OUT / board / "sizes.md").read_text())
            image = (OUT / board / "program.romfs").stat().st_size
            print(f"firmware: {board}: {len(program.rows)} files, {program.size} bytes, ROMFS image {image} bytes, "
                  "twice the same")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
