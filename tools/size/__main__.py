"""`make size`: what the firmware costs, in bytes and in heap; `make heap`: a whole session in a chip's heap.

The heap is measured on the 64-bit unix port, without the share of the interpreter and of the simulated parts, after a
collection: unit.py. From the bundle's .mpy files, which are loaded into it, and from the same files in a ROMFS image,
from which bytecode runs where it is. What it is on the chip follows from RATIO: that of the same program on a 32-bit
MicroPython 1.28.0 to this one, which `make heap32` measures (on_32_bit.mjs). The chip itself has not been measured.

With --cap the session is played with as much heap as the chip would have. On this interpreter that is

    what interpreter and fakes take + 164 KB / RATIO

and 164 KB is what an ESP32_GENERIC image of MicroPython 1.24 had free at its prompt. --minutes of the quiet session are
played; all of it is held against what the scenario expects.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sitterctl import bundle as bundles
from sitterctl import expectations, keys, scenario, sim_chip, slog, unix_port

ROOT = Path(__file__).parent.parent.parent
FIRMWARE = ROOT / "firmware"
QUIET = ROOT / "tests" / "scenarios" / "quiet_session.json"
UNIT = Path(__file__).parent / "unit.py"
RATIO = {"files": 0.69, "a ROMFS image": 0.56}
CHIP_BYTES = 164 * 1024
TARGET_KB, PIECE_KB = 110, 30
USABLE = 0.988  # of what heapsize says, the rest being the collector's own tables
WHOLE_MIN = 179
NPM = "@micropython/micropython-webassembly-pyscript@1.28.0-6"


def rom_image(bundle: Path) -> Path:
    """The bundle as the image that a ROMFS partition would hold."""
    image = bundle.with_suffix(".romfs")
    command = [sys.executable, "-m", "mpremote", "romfs", "-o", str(image), "build", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mpremote could not build the image\n{done.stdout}{done.stderr}")
    return image


class Unit:
    """A simulated unit in a folder of its own, with the program in an image or as files."""

    def __init__(self, folder: Path, files: Path | None, image: Path | None) -> None:
        self._folder, self._image = folder, image
        self.job = scenario.load(QUIET)
        (folder / "job.json").write_text(json.dumps(self.job))
        only_parts = folder / "path"
        only_parts.mkdir()
        (only_parts / "sim").symlink_to(FIRMWARE / "sim")
        path = [FIRMWARE / "sim" / "shadow", *([files] if files else []), only_parts, ".frozen"]
        self._environment = {"MICROPYPATH": ":".join(map(str, path))}

    def figures(self, minutes: int = 0, heap_bytes: int = 32 << 20) -> dict[str, dict]:
        """What unit.py tells, by name."""
        (self._folder / "flash.img").write_bytes(b"\xff" * sim_chip.FLASH_BYTES)
        done = subprocess.run(
            [unix_port.interpreter(), "-X", f"heapsize={heap_bytes}", str(UNIT), str(self._folder),
             str(self._image or ""), str(minutes)],
            env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        told = [json.loads(line.removeprefix("FIGURE ")) for line in done.stdout.splitlines() if "FIGURE" in line]
        faults = [line for line in done.stderr.splitlines() if not line.startswith("AT ")]
        found = {row.pop("what"): row for row in told}
        if faults or done.returncode or (minutes and "session" not in found):
            sys.exit("size: the unit did not get through\n" + "\n".join(faults[-12:]))
        if minutes:
            blocks = re.findall(r"max free sz: (\d+)", done.stdout)
            found["session"]["piece"] = int(blocks[-1]) * 32
        return found

    def failures(self) -> list[str]:
        """What the scenario expects and the log does not say; sounds are not kept here."""
        log = slog.read(self._folder / "session.slog")
        verdict = slog.verify((self._folder / "session.slog").read_bytes(), [keys.DEVELOPMENT_KEY])
        expect = {name: value for name, value in self.job["expect"].items() if name != "bursts"}
        return expectations.check(expect, log, verdict, self.job["start_utc_s"], {})


def kb(count: float) -> str:
    return f"{count / 1024:.0f} KB"


def print_heap(files: Path, image: Path) -> None:
    for where, folder, rom in (("files", files, None), ("a ROMFS image", None, image)):
        with tempfile.TemporaryDirectory() as temporary:
            found = Unit(Path(temporary), folder, rom).figures()
        imported, started = found["import"]["bytes"], found["start"]["bytes"]
        print(f"size: from {where}, heap after import {kb(imported)}, after start {kb(started)} on the 64-bit unix "
              f"port; estimated on the chip {kb(imported * RATIO[where])} and {kb(started * RATIO[where])}, of "
              f"{kb(CHIP_BYTES)}")  # fmt: skip


def print_ratio(files: Path, image: Path) -> int:
    """The same on 32 bits, beside what it is here."""
    place = ROOT / "build" / "heap32"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parent / "on_32_bit.mjs", place / "on_32_bit.mjs")
    (place / "job.json").write_text(json.dumps(scenario.load(QUIET)))
    for command in (["npm", "install", "--silent", "--prefix", str(place), NPM],
                    ["node", "on_32_bit.mjs", str(FIRMWARE), "job.json", str(image), str(files)]):  # fmt: skip
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"size: {command[0]} did not do it\n{done.stderr[-1000:]}")
    for row in [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]:
        rom = row["where"] != "files"
        with tempfile.TemporaryDirectory() as temporary:
            here = Unit(Path(temporary), None if rom else files, image if rom else None).figures()
        for name, what in (("imported", "import"), ("started", "start")):
            ratio = row[name] / here[what]["bytes"]
            print(f"size: from {row['where']}, {row[name]} bytes after {what} on 32 bits, {ratio:.3f} of what it is "
                  f"here; reckoned with {RATIO[row['where']]}")  # fmt: skip
    return 0


def play_in_cap(image: Path, minutes: int) -> int:
    """Play with the chip's heap, and print how much was left."""
    ratio = RATIO["a ROMFS image"]
    with tempfile.TemporaryDirectory() as temporary:
        unit = Unit(Path(temporary), None, image)
        fakes = unit.figures()["fakes"]["bytes"]
        heap = int((fakes + CHIP_BYTES / ratio) / USABLE)
        print(f"size: cap {heap} = (interpreter and fakes {fakes} + chip {CHIP_BYTES} / {ratio}) / {USABLE}")
        session = unit.figures(minutes, heap)["session"]
        failures = unit.failures() if minutes == WHOLE_MIN else []
    print(f"size: {minutes} minutes of the quiet session passed in it: at most {session['bytes']} bytes in use by the "
          f"program, {session['free']} free at the end, {session['piece']} in one piece; on the chip "
          f"{kb(session['bytes'] * ratio)}, {kb(session['free'] * ratio)} and {kb(session['piece'] * ratio)} "
          f"(targets: under {TARGET_KB} KB, and {PIECE_KB} KB in one piece)")  # fmt: skip
    print(*(f"size: {failure}" for failure in failures), sep="\n" if failures else "", end="\n" if failures else "")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="what the firmware costs")
    parser.add_argument("-v", action="store_true", help="the size of each module")
    parser.add_argument("--cap", action="store_true", help="play the quiet session in the heap of a chip")
    parser.add_argument("--32", action="store_true", dest="on_32", help="measure on a 32-bit MicroPython too")
    parser.add_argument("--minutes", type=int, default=WHOLE_MIN, help="of it")
    options = parser.parse_args()
    bundle = ROOT / "build" / "mpy"
    shutil.rmtree(bundle, ignore_errors=True)
    made = bundles.build(bundles.SIMULATOR, bundle, FIRMWARE)
    sizes = {row.name: row.size for row in made.rows if row.name != "board.mpy"}  # which is the simulator's
    if options.v:
        for name, size in sizes.items():
            print(f"{size:7d}  {name}")
    print(f"size: {sum(sizes.values())} bytes of .mpy in {len(sizes)} modules")
    image = rom_image(bundle)
    if options.on_32:
        return print_ratio(bundle, image)
    if options.cap:
        return play_in_cap(image, options.minutes)
    print_heap(bundle, image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
