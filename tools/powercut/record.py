"""Runs on MicroPython: plays the session and writes down every erase and program of its flash, and every promise.

A promise is what the firmware believes to be safe: after a flush the log up to that length, after a save the value.
`micropython record.py FOLDER` leaves base.img (the flash before the first operation), journal.bin (the operations),
marks.json (the promises, each with the number of operations that had been done by then) and the logs as they should be.
"""

import json
import os
import struct
import sys

import sim.tasks

sys.modules["_asyncio"] = sim.tasks  # before asyncio is first imported

import main
import sim.flash
import sim.stage
from sim import board, world

FOLDER = sys.argv[1]
ENTRY = "<BIHHI"  # kind (0 erase, 1 program), at_ms, block, offset, length
SETTINGS_AT_S = (200, 400, 800, 1000)
marks = []
operations = 0
journal = open(FOLDER + "/journal.bin", "wb")  # noqa: SIM115 - closed by finish


def note(kind, block, offset, data):
    global operations
    operations += 1
    journal.write(struct.pack(ENTRY, kind, world.clock.now_us // 1000, block, offset, len(data)))
    journal.write(data)


def watch(flash):
    """Put the journal between the firmware and its flash."""
    write, ioctl = flash.writeblocks, flash.ioctl

    def writeblocks(block, data, offset=0):
        note(1, block, offset, bytes(data))
        return write(block, data, offset)

    def watched_ioctl(operation, block):
        if operation == sim.flash._ERASE:
            note(0, block, 0, b"")
        return ioctl(operation, block)

    flash.writeblocks, flash.ioctl = writeblocks, watched_ioctl


class Watched:
    """A block device whose methods can be replaced: LittleFS asks for them once, at the mount."""

    def __init__(self, flash):
        self.readblocks = flash.readblocks
        self.writeblocks = lambda block, data, offset=0: flash.writeblocks(block, data, offset)
        self.ioctl = lambda operation, block: flash.ioctl(operation, block)


def promise(kind, name, value):
    marks.append([operations, world.clock.now_us // 1000, kind, name, value])


def keep_promises(app):
    flush, close, save = app.store.flush, app.store.close, app.state.save

    def watched_flush(at_ms):
        name = app.store._name
        done = flush(at_ms)
        if done and app.store.is_open:
            promise("log", name, app.store.size(name))
        return done

    def watched_close(at_ms):
        name = app.store._name
        close(at_ms)
        promise("closed", name, app.store.size(name))

    def watched_save(name, value):
        done = save(name, value)
        if done:
            promise("state", name, json.dumps(value))
        return done

    app.store.flush, app.store.close, app.state.save = watched_flush, watched_close, watched_save


def earlier_session(store):
    """A log that lies there unpulled."""
    store.open({"at_ms": 0, "unit_id": "U", "firmware": "0", "schema": "", "schema_id": 1, "boot_id": 2, "key_id": 3})
    for k in range(40):
        store.append("mark", {"at_ms": k, "number": k})
        store.flush(k)
    store.append("close", {"at_ms": 50})
    store.close(50)


def finish(self):
    journal.close()
    store = app.store
    logs = [name for name, *_ in store.list()]
    for name in logs:
        with open(FOLDER + "/" + name + ".log", "wb") as file:
            file.write(content(name))
    flash = self.flash
    counts = {"erases": flash.erases, "programs": flash.programs}
    with open(FOLDER + "/marks.json", "w") as file:
        json.dump({"marks": marks, "logs": logs, "flash": counts, "operations": operations}, file)
    print("RESULT ok")
    sys.exit(0)


def content(name):
    return app.store.read(name, 0, app.store.size(name))


sim.stage.Stage._finish = finish
board.open_board(FOLDER)
_flash = board._stage.flash
board._stage.flash = Watched(_flash)
app = main.start(board)
board._stage.flash = _flash
earlier_session(app.store)
with open(FOLDER + "/base.img", "wb") as file:
    file.write(_flash.image)
watch(_flash)
keep_promises(app)
for at_s in SETTINGS_AT_S:
    world.clock.at_us(
        at_s * 1000000,
        lambda at_s=at_s: app.state.save("settings", {"volume_cap": 10 + at_s // 100, "spo2_low_pct": 90}),
    )
os.chdir("/")
main.run(app)
