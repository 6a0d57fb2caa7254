"""The power cut at every flash operation of an update, torn and whole, on LittleFS: what boot.py starts then is a
program of which nothing is missing, whenever it was."""

import json
from pathlib import Path

import pytest

from sitterctl import unix_port

SCRIPT = """
import hashlib, json, struct, sys
import vfs
TESTS = sys.argv[2]
vfs.mount(vfs.VfsPosix("/"), "/host")
sys.path[:] = ["/host" + path if path.startswith("/") else path for path in sys.path] + ["/host" + TESTS]
from sim.clock import Clock
from sim.flash import FakeFlash
import drivers, os, sitter, updating
from fake_app import KEY, FakeApp
from drivers.link import Refused
from sitter import manifest

# MicroPython's own mount, before boot.py: with smaller caches than the program's.
class Cut(FakeFlash):
    '''Cuts the power at the operation `cut_at`, with a part of what it was doing done: none, half or all of it.'''
    tear = 0
    def writeblocks(self, block, data, offset=0):
        if self.operations + 1 == self.cut_at and not self.dead:
            part = len(data) * self.tear // 2
            start = block * 4096 + offset
            for i in range(part):
                self.image[start + i] &= data[i]
        return FakeFlash.writeblocks(self, block, data, offset)
    def ioctl(self, operation, block):
        if operation == 6 and self.operations + 1 == self.cut_at and not self.dead:
            self.image[block * 4096 : block * 4096 + 2048 * self.tear] = b"\\xff" * (2048 * self.tear)
        return FakeFlash.ioctl(self, operation, block)
    def readblocks(self, block, into, offset=0):
        if self.dead:
            return -5
        into[:] = memoryview(self.image)[block * 4096 + offset : block * 4096 + offset + len(into)]
        return 0

class Module:
    pass
def nothing(*args, **more):
    return None
board, keys, machine, main = Module(), Module(), Module(), Module()
board.internal_i2c = board.keys_int = board.free_internal_i2c = None
for name in ("safe_outputs", "report", "restart", "take_service_flag"):
    setattr(board, name, nothing)
keys.Keys = lambda *parts: keys
keys.held_at_boot = nothing
machine.WDT = nothing
machine.RTC = lambda: machine
machine.memory = lambda data=b"": b""
class Partition:
    TYPE_DATA = 1
    find = staticmethod(lambda kind, label: [flash])
esp32 = sys.modules["esp32"] = Module()
esp32.Partition = Partition
sys.modules["board"], sys.modules["drivers.keys"] = board, keys
sys.modules["machine"], sys.modules["main"] = machine, main
started = []
main.start = lambda board: sys.path[0]
main.run = started.append

def power_on(flash):
    flash.dead, flash.cut_at = False, None
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(flash), "/")

def start():
    '''The folder that boot.py starts the program from.'''
    sys.modules.pop("boot", None)
    path = list(sys.path)
    import boot
    sys.path[:] = path
    return started.pop()

BACK = {"slots.mpy": b"s" * 20, "updating.mpy": b"u" * 200}
OLD = {"main.mpy": b"old" * 300, "board.mpy": b"o", "sitter/alarms.mpy": b"older" * 900, "drivers/nibp.mpy": b"o" * 50}
OLD.update(BACK)
NEW = {"main.mpy": b"new" * 300, "board.mpy": b"n", "sitter/alarms.mpy": b"newer" * 900, "drivers/light.mpy": b"n" * 60}
NEW.update(BACK)

def sha256(data):
    return hashlib.sha256(data).digest()
def digits(data):
    return "".join(["%02x" % b for b in data])
def text(files, version):
    rows = [manifest.row(digits(sha256(files[name])), len(files[name]), name) for name in sorted(files)]
    return (manifest.head(version, "esp32_devkitc") + "".join(rows)).encode()

def write(path, data):
    with open(path, "wb") as file:
        file.write(data)

def install():
    for part in ("/a", "/a/sitter", "/a/drivers"):
        os.mkdir(part)
    for name in OLD:
        write("/a/" + name, OLD[name])
    write("/a/manifest", text(OLD, "0.1.0"))
    write("/slot", b"a")

def ask(app, verb, **fields):
    answer = app.verbs.serve(dict(fields, do=verb), True)
    return answer if isinstance(answer, dict) else [piece for piece in answer if piece is not None][-1]

def put(app, what, data, **fields):
    have = ask(app, "put.begin", what=what, size=len(data), **fields)["have"]
    while have < len(data):
        have = app.verbs.take_data(struct.pack("<I", have) + data[have : have + 160])["have"]
    ask(app, "put.commit", sha256=digits(sha256(data)))

def update():
    '''The whole of it: put, switch, the start on trial, confirm; and the way back to the program before.'''
    app = FakeApp("", {}, folder=start())
    whole = text(NEW, "0.2.0")
    put(app, "manifest", whole)
    for name in sorted(NEW):
        put(app, "file", NEW[name], name=name, sha256=digits(sha256(NEW[name])))
    ask(app, "firmware", act="switch", mac=digits(manifest.mac(KEY, sha256(whole))))
    app = FakeApp("", {}, folder=start())
    ask(app, "firmware", act="confirm")
    ask(app, "firmware", act="switch")
    app = FakeApp("", {}, folder=start())
    ask(app, "firmware", act="confirm")

def whole(folder):
    '''Whether nothing of the program that lies there is missing or changed.'''
    with open(folder + "/manifest") as file:
        if manifest.parsed_head(file.readline()) is None:
            return False
        rows = [manifest.parsed_row(line) for line in file]
    return bool(rows) and all(updating._digest(folder + "/" + n) == (size, bytes.fromhex(d)) for d, size, n in rows)

def looked_at(flash, at):
    '''Where the unit starts after a cut, and after that, when nobody confirms.'''
    power_on(flash)
    for _ in range(3):
        folder = start()
        if not whole(folder):
            wrong.append([at, flash.tear, folder])
        folders.add(folder)

wrong, folders = [], set()
flash = Cut(Clock(), bytearray(b"\\xff" * 4096 * 64))
vfs.VfsLfs2.mkfs(flash)
power_on(flash)
install()
start()
image = bytes(flash.image)
before = flash.operations
update()
operations = flash.operations - before
assert start() == "/a" and whole("/a") and whole("/b")
cuts = 0
for at in range(1, operations + 1, EVERY):
    for tear in (0, 1, 2):
        flash.image[:] = image
        power_on(flash)
        flash.tear, flash.operations, flash.cut_at = tear, 0, at
        try:
            update()
        except (OSError, Refused, ValueError):
            pass
        cuts += 1
        looked_at(flash, at)
        if tear == 0 and at % 7 == 0:  # and the same command goes on
            if start() == "/a":
                update()
                if not whole(start()):
                    wrong.append([at, "again"])
print("RESULT", json.dumps([operations, cuts, wrong, sorted(folders)]))
"""


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_power_cut_anywhere_in_an_update_leaves_a_whole_program(every: int, tmp_path: Path) -> None:  # REQ-173
    (tmp_path / "run.py").write_text(SCRIPT.replace("EVERY", str(every)))
    said = unix_port.run_script(tmp_path / "run.py", tmp_path, Path(__file__).parents[1])
    operations, cuts, wrong, folders = json.loads(said)
    assert operations > 40
    assert cuts == 3 * len(range(0, operations, every))
    assert wrong == []
    assert folders == ["/a", "/b"]
