"""What the firmware costs: bytes of .mpy a module, and heap after import and after start.

The heap is measured on the 64-bit unix port, without the simulator's own share, after a collection: with the bundle's
.mpy files, which are loaded into it, and with the same files in a ROMFS image, from which bytecode runs where it is.

The 32-bit figures are estimates. A module of 9.6 KB of bytecode took 27.5 KB there from a file and 17.9 KB from ROMFS,
and 23 KB on an ESP32_GENERIC image from a file. So figures from files are multiplied by 23 / 27.5; and as bytecode has
the same size everywhere, those from ROMFS by (23 - 9.6) / 17.9.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sitterctl import bundle as bundles
from sitterctl import scenario, sim_chip, unix_port

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
RATIO_FILES, RATIO_ROMFS = 23 / 27.5, (23 - 9.6) / 17.9
BUDGET_KB = 110
MEASURE = """
import sys, gc, vfs
if len(sys.argv) > 2:
    with open(sys.argv[2], "rb") as file:
        image = file.read()
    vfs.mount(vfs.VfsRom(image), "/rom")
    sys.path.append("/rom")
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board
board.open_board(sys.argv[1])
board.sys.path = sys.path
import asyncio, select, json, os, struct, hashlib, binascii, vfs
gc.collect(); before = gc.mem_alloc()
import main
gc.collect(); imported = gc.mem_alloc()
app = main.start(board)
gc.collect(); started = gc.mem_alloc()
print(imported - before, started - before)
"""


def rom_image(bundle: Path) -> Path:
    """The bundle as the image that a ROMFS partition would hold."""
    image = bundle.with_suffix(".romfs")
    command = [sys.executable, "-m", "mpremote", "romfs", "-o", str(image), "build", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mpremote could not build the image\n{done.stdout}{done.stderr}")
    return image


def heap(bundle: Path | None, image: Path | None = None) -> tuple[int, int]:
    """(bytes after import, bytes after start) on the unix port, from files or from an image."""
    with tempfile.TemporaryDirectory() as folder:
        job = scenario.load(ROOT / "tests" / "scenarios" / "quiet_session.json")
        (Path(folder) / "job.json").write_text(json.dumps(job))
        (Path(folder) / "flash.img").write_bytes(b"\xff" * sim_chip.FLASH_BYTES)
        (Path(folder) / "measure.py").write_text(MEASURE)
        sim_only = Path(folder) / "path"
        sim_only.mkdir()
        (sim_only / "sim").symlink_to(FIRMWARE / "sim")
        done = subprocess.run(
            [unix_port.interpreter(), "-X", "heapsize=32m", str(Path(folder) / "measure.py"), folder,
             *([str(image)] if image else [])],
            env={"MICROPYPATH": ":".join(map(str, (FIRMWARE / "sim" / "shadow", *([bundle] if bundle else []), sim_only,
                                                  ".frozen")))},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    try:
        imported, started = done.stdout.split()
        return int(imported), int(started)
    except ValueError:
        sys.exit(f"the unix port could not start the bundle\n{done.stderr}")


def main() -> int:
    bundle = ROOT / "build" / "mpy"
    shutil.rmtree(bundle, ignore_errors=True)
    made = bundles.build(bundles.SIMULATOR, bundle, FIRMWARE)
    sizes = {row.name: row.size for row in made.rows if row.name != "board.mpy"}  # which is the simulator's
    if "-v" in sys.argv:
        for name, size in sizes.items():
            print(f"{size:7d}  {name}")
    print(f"size: {sum(sizes.values())} bytes of .mpy in {len(sizes)} modules, budget {BUDGET_KB} KB of heap")
    ways = (("files", heap(bundle), RATIO_FILES), ("a ROMFS image", heap(None, rom_image(bundle)), RATIO_ROMFS))
    for where, (imported, started), ratio in ways:
        print(
            f"size: from {where}, heap after import {imported // 1024} KB, after start {started // 1024} KB on the "
            f"64-bit unix port; estimated on the chip {imported * ratio / 1024:.0f} and {started * ratio / 1024:.0f} KB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
