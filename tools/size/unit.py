"""What the program costs a unit's heap; runs on the MicroPython unix port, beside the fakes: see __main__.py.

`micropython unit.py FOLDER IMAGE MINUTES`: the scenario job.json of FOLDER, whose flash.img is the flash and stays a
file; the program is in the ROMFS image IMAGE, or on MICROPYPATH where that is empty. Prints one line of JSON for each
figure. MINUTES of the session are played; 0 for none.
"""

import gc
import json
import sys

import micropython
import vfs

folder, image_path, minutes = sys.argv[1], sys.argv[2], int(sys.argv[3])
if image_path:
    with open(image_path, "rb") as file:
        image = file.read()
    vfs.mount(vfs.VfsRom(image), "/rom")
    sys.path.append("/rom")

import sim.tasks

sys.modules["_asyncio"] = sim.tasks
import select
import time

import machine  # which the fakes stand in for

from sim import world


def used() -> int:
    gc.collect()
    return gc.mem_alloc()


def tell(what: str, **figures) -> None:
    print("FIGURE " + json.dumps(dict(figures, what=what)))


if gc.mem_free() < 1000000:  # as boot.py does
    gc.threshold(8192)
interpreter = used()
import main

for name in ("startup", "drivers.light_oximeter"):  # what the start itself will load
    __import__(name)
imported = used() - interpreter
tell("import", bytes=imported)
import sim.flash
import sim.stage

BLOCK = sim.flash.BLOCK_BYTES
COUNT = 512


class FlashFile(sim.flash.FakeFlash):
    """The same flash, but not in the heap that is measured."""

    def __init__(self, clock, image) -> None:
        super().__init__(clock, image)
        self._on_disk = open(folder + "/flash.img", "r+b")  # noqa: SIM115 - until the end
        self._block = bytearray(BLOCK)

    def readblocks(self, block, into, offset=0):
        self.reads += 1
        self._on_disk.seek(block * BLOCK + offset)
        self._on_disk.readinto(into)
        return 0 if self._spend(sim.flash.costs.READ_US) else -5

    def writeblocks(self, block, data, offset=0):
        self.programs += 1
        there = memoryview(self._block)[: len(data)]
        self._on_disk.seek(block * BLOCK + offset)
        self._on_disk.readinto(there)
        for i in range(len(data)):
            there[i] &= data[i]
        self._on_disk.seek(block * BLOCK + offset)
        self._on_disk.write(there)
        return 0 if self._spend(sim.flash.costs.PROGRAM_US * ((len(data) + 255) // 256)) else -5

    def ioctl(self, operation, block):
        if operation == 4:
            return COUNT
        if operation == 6:
            self.erases += 1
            for i in range(BLOCK):
                self._block[i] = 0xFF
            self._on_disk.seek(block * BLOCK)
            self._on_disk.write(self._block)
            return 0 if self._spend(sim.flash.costs.ERASE_US) else -5
        return BLOCK if operation == 5 else 0


sim.stage.FakeFlash = FlashFile
sim.stage.read_image = lambda path: bytearray()
from sim import board

board.open_board(folder)
board.sys.path = sys.path
fakes = used() - imported  # and the interpreter with its image
tell("fakes", bytes=fakes, heap=fakes + imported + gc.mem_free())
app = main.start(board)
tell("start", bytes=used() - fakes)
stage, most = board._stage, 0


def look(minute: int) -> None:
    """Once a minute: what is in use; and what the fakes have noted meanwhile is let go."""
    global most
    for notes in (stage.sounder.trace, stage.sounder.trains, stage.lamp_red.trace, stage.music.trace):
        notes.clear()
    most = max(most, used() - fakes)
    if minute < minutes:
        world.clock.at_us(world.clock.now_us + 60000000, lambda: look(minute + 1))
        return
    tell("session", bytes=most, free=gc.mem_free(), phase=app.unit.session.phase, lateness_ms=app.lateness_ms)
    micropython.mem_info()  # which alone knows the largest piece
    copy_logs()
    sys.exit(0)


def copy_logs() -> None:
    for k in range(len(app.store.list())):
        name = app.store.list()[k][0]
        with open(folder + "/session.slog", "wb") as copy:
            for at in range(0, app.store.list()[k][1], 1024):
                copy.write(app.store.read(name, at, 1024))


if minutes:
    world.clock.at_us(world.clock.now_us + 60000000, lambda: look(1))
    main.run(app)
