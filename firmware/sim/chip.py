"""The simulated chip with MicroPython on it: its flash is mounted at /, and /boot.py is run if there is one.

`micropython chip.py FOLDER`, MICROPYPATH as simulator.py of the host sets it. None of the firmware's sources is on the
path then: what runs is what lies on the flash, compiled. Exit codes as play.py's; 76 too when there is no boot.py.
`micropython -i chip.py FOLDER prompt` leaves MicroPython's prompt to whoever has the line, with the same flash.
"""

import os
import sys

import sim.tasks

sys.modules["_asyncio"] = sim.tasks  # before asyncio is first imported

import vfs

from sim import kept, world
from sim.flash import FakeFlash, read_image

HOST = "/host"  # where the laptop's files are, which a chip does not have


def switch_on(folder: str) -> None:
    """The flash as MicroPython for the ESP32 mounts it, making a file system on a blank one."""
    path = folder + "/flash.img"
    world.host = HOST
    world.folder = HOST + folder
    state = kept.load(folder)
    world.clock.now_us = world.boot_us = state["at_us"]
    world.rtc_memory = state.get("rtc_memory", "").encode()
    world.flash = flash = FakeFlash(world.clock, read_image(path))
    flash.keep_in(path, whole=False)
    vfs.mount(vfs.VfsPosix(), HOST)
    sys.path[:] = [""] + [HOST + entry for entry in sys.path[1:] if entry.startswith("/")] + [".frozen"]
    sim.__path__ = HOST + sim.__path__
    vfs.umount("/")
    try:
        volume = vfs.VfsLfs2(flash)
    except OSError:
        vfs.VfsLfs2.mkfs(flash)
        volume = vfs.VfsLfs2(flash)
    vfs.mount(volume, "/")
    os.chdir("/")


def run_boot() -> None:
    try:
        with open("/boot.py") as file:
            boot = file.read()
    except OSError:
        return
    exec(boot, {"__name__": "__main__"})


if __name__ == "__main__":
    switch_on(sys.argv[1])
    if len(sys.argv) < 3:
        run_boot()
        if world.stage:
            world.stage.leave_to_prompt()
        sys.exit(world.EXIT_SERVICE)
