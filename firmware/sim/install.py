"""Puts a program on a blank simulated flash, as `sitterctl flash` would: `micropython install.py FLASH BUNDLE BOOT`."""

import os
import sys

import vfs

from sim.clock import Clock
from sim.flash import FakeFlash, read_image


def copy(source: str, target: str) -> None:
    if os.stat(source)[0] & 0x4000:
        os.mkdir(target)
        for name in os.listdir(source):
            copy(source + "/" + name, target + "/" + name)
        return
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(data)


path, bundle, boot = sys.argv[1:]
flash = FakeFlash(Clock(), read_image(path))
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/flash")
copy(bundle, "/flash/a")
copy(boot, "/flash/boot.py")
with open("/flash/slot", "w") as file:
    file.write("a")
vfs.umount("/flash")
with open(path, "wb") as file:
    file.write(flash.image)
