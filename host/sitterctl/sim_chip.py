"""A simulated chip with a flash of its own, in a unit's folder: blank, or with MicroPython and the program on it."""

import os
import subprocess
import threading
from pathlib import Path

from sitterctl import unix_port
from sitterctl.errors import CHECK_FAILED, SitterError
from sitterctl.firmware_tree import firmware_folder

FLASH_BYTES = 2 * 1024 * 1024
_FLASH = "flash.img"
_IMAGE = "micropython.txt"  # there once MicroPython is on the chip


def environment(folder: Path) -> dict[str, str]:
    """What MicroPython needs on a chip: of all that lies here it has the simulated parts alone, through a link in its
    folder."""
    parts = folder / "chip"
    parts.mkdir(exist_ok=True)
    link = parts / "sim"
    if not link.exists():
        link.symlink_to(firmware_folder() / "sim")
    return {"MICROPYPATH": f"{link / 'shadow'}:{parts}:.frozen", "PATH": os.environ.get("PATH", "")}


def install(folder: Path) -> None:
    """What `flash` does, at once. Raises SitterError."""
    from sitterctl import bundle

    firmware, program = firmware_folder(), bundle.own(bundle.SIMULATOR)
    new = folder / "flash.new"
    new.write_bytes(b"\xff" * FLASH_BYTES)
    done = subprocess.run(
        [unix_port.interpreter(), "-X", "heapsize=32m", str(firmware / "sim" / "install.py"), str(new),
         str(program.folder), str(firmware / "boot.py")],
        env=unix_port.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SitterError(f"the simulated flash could not be written: {(done.stdout + done.stderr)[-300:]}",
                          "is the disk full?", exit_code=CHECK_FAILED)  # fmt: skip
    (folder / _IMAGE).touch()
    os.replace(new, folder / _FLASH)


def is_blank(folder: Path) -> bool:
    """Whether there is no MicroPython on it, and so only its ROM answers."""
    return not (folder / _IMAGE).exists()


def serve_rom(folder: Path, line: int, stop: threading.Event) -> None:
    """Until somebody has written an image onto the chip."""
    from sitterctl import rom

    if rom.serve(line, folder / _FLASH, stop):
        (folder / _IMAGE).touch()
