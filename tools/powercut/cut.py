"""Runs on MicroPython: cuts the power at operations of the journal, mounts what is left, and looks for broken promises.

`micropython cut.py FOLDER FIRST LAST STRIDE WHAT` takes the operations FIRST, FIRST + STRIDE, ... below LAST, each one
torn after its first, its middle and all but its last byte, as nobody knows how far the part got. After each cut

    the volume mounts
    the log is the log that would have been, up to a flush, and at least up to the last one that was promised
    at most 10 s of vitals are missing
    each state value is the last one that was promised or one begun after it, and no slot is damaged
    the log that lay there before is whole, and a closed log keeps its name
    the log goes on: its chain is taken up at its last seal, and what is written then is there

WHAT is `check`; or `leave`, to leave the flash as each of them, half done, would have left it, as OPERATION.img; or it
makes the check wrong on purpose, so that it can be seen to fail: `early` promises one flush too much, `rot` flips a bit
in what was written a while ago, `lazy` takes the state of ten saves before for the newest.
"""

import json
import struct
import sys

import vfs

from drivers.logstore import LogStore
from drivers.statestore import StateStore
from drivers.volume import open_volume
from sitter.seal import RECORD_BYTES

FOLDER, FIRST, LAST, STRIDE, WHAT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
ENTRY = "<BIHHI"
BLOCK = 4096
ERASED = b"\xff" * BLOCK
VITALS_MS = 10000
ROTTEN_AGO = 20
HALF = 1  # of the three ways to tear
KEY = b"sitter simulator: published key!"


class Overlay:
    """A block device over blocks that it never changes."""

    def __init__(self, blocks):
        self._blocks = blocks
        self._changed = {}

    def block(self, number):
        """The block as it may be changed."""
        if number not in self._changed:
            self._changed[number] = bytearray(self._blocks[number])
        return self._changed[number]

    def readblocks(self, number, into, offset=0):
        into[:] = memoryview(self._changed.get(number) or self._blocks[number])[offset : offset + len(into)]

    def writeblocks(self, number, data, offset=0):
        program(self.block(number), offset, data)

    def ioctl(self, operation, number):
        if operation == 4:
            return len(self._blocks)
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.block(number)[:] = ERASED
        return 0

    def write_to(self, path):
        with open(path, "wb") as file:
            for number in range(len(self._blocks)):
                file.write(self._changed.get(number) or self._blocks[number])


def program(block, offset, data):
    end = offset + len(data)
    if block[offset:end] == ERASED[: len(data)]:
        block[offset:end] = data
    else:
        for i, value in enumerate(data):
            block[offset + i] &= value


def do(block, kind, offset, data):
    """A whole operation."""
    if kind == 0:
        block[:] = ERASED
    else:
        program(block, offset, data)


def tear(block, kind, offset, data, share):
    """Do the first part of an operation: one byte, half, or all but one."""
    whole = BLOCK if kind == 0 else len(data)
    part = (1, whole // 2, whole - 1)[share]
    if kind == 0:
        block[:part] = ERASED[:part]
    else:
        program(block, offset, data[:part])


def journal():
    """(number, kind, at_ms, block, offset, data) of every operation."""
    size = struct.calcsize(ENTRY)
    number = 0
    with open(FOLDER + "/journal.bin", "rb") as file:
        while True:
            head = file.read(size)
            if not head:
                return
            kind, at_ms, block, offset, length = struct.unpack(ENTRY, head)
            yield number, kind, at_ms, block, offset, file.read(length)
            number += 1


def content(name):
    with open(FOLDER + "/" + name, "rb") as file:
        return file.read()


class Promises:
    """What the firmware believed to be safe at each operation."""

    def __init__(self, said):
        self.logs = {name: content(name + ".log") for name in said["logs"]}
        self.marks = said["marks"]
        self._at = 0
        self.log = {}  # name: (length promised, at_ms)
        self.lengths = {}  # name: lengths at which a flush ended
        self.closed = []
        self.saved = {}  # name: index of the last value promised
        self.values = {}  # name: all values in order
        for _, _, kind, name, value in self.marks:
            if kind == "state":
                self.values.setdefault(name, []).append(json.loads(value))
            else:
                self.lengths.setdefault(name, set()).add(value)
        for name in self.logs:
            if name not in self.lengths:  # the earlier session's
                self.lengths[name] = {len(self.logs[name])}
                self.log[name] = (len(self.logs[name]), 0)
                self.closed.append(name)

    def until(self, operation):
        """Take up every promise that had been made when this operation began."""
        early = 1 if WHAT == "early" else 0
        while self._at + early < len(self.marks) + early and self._at < len(self.marks):
            done = self.marks[max(0, self._at - early)][0]
            if done > operation:
                return
            _, at_ms, kind, name, value = self.marks[self._at]
            if kind == "state":
                self.saved[name] = self.saved.get(name, -1) + 1
            else:
                self.log[name] = (value, at_ms)
                if kind == "closed":
                    self.closed.append(name)
            self._at += 1


def check(device, promises, at_ms):
    """Every promise that is broken on this device, as sentences."""
    root = "/cut"
    vfs.mount(open_volume(device), root)
    try:
        store, state = LogStore(root, KEY), StateStore(root)
        found = {name: (size, closed) for name, size, closed, _ in store.list()}
        wrong = []
        for name, (promised, _) in promises.log.items():
            wrong += check_log(store, found, promises, name, promised)
        wrong += check_vitals(found, promises, at_ms)
        for name, values in promises.values.items():
            wrong += check_state(state, promises, name, values)
        if not wrong:
            wrong += check_goes_on(root, found, promises)
        return wrong
    finally:
        vfs.umount(root)


def check_log(store, found, promises, name, promised):
    if name not in found:
        return ["log %s is gone" % name]
    size, closed = found[name]
    data = store.read(name, 0, size)
    store.stop_reading()
    wrong = []
    if data != promises.logs[name][:size]:
        wrong.append("log %s is not what was written" % name)
    if size < promised:
        wrong.append("log %s ends at %d, %d were promised" % (name, size, promised))
    if size and size not in promises.lengths[name]:
        wrong.append("log %s ends at %d, in the middle of a flush" % (name, size))
    if name in promises.closed and not closed:
        wrong.append("log %s is open again" % name)
    return wrong


def check_vitals(found, promises, at_ms):
    for name, (_, safe_ms) in promises.log.items():
        if name not in promises.closed and at_ms - safe_ms > VITALS_MS:
            return ["%d ms of vitals are missing" % (at_ms - safe_ms)]
    return []


def check_state(state, promises, name, values):
    value, damage = state.load(name)
    least = promises.saved.get(name, -1)
    wrong = []
    if damage:
        wrong.append("state %s is %s" % (name, damage))
    if WHAT == "lazy" and least >= 10:
        value = values[least - 10]
    if least >= 0 and value not in values[least : least + 2]:
        wrong.append("state %s is not the last one promised" % name)
    return wrong


def check_goes_on(root, found, promises):
    """Take up the open log on what is left and write on, as the unit does when it starts."""
    open_logs = [name for name, (size, closed) in found.items() if not closed and size]
    store = LogStore(root, KEY)
    sealed_ms = store.resume()
    if (sealed_ms is not None) != bool(open_logs):
        return ["the open log is not taken up"]
    if sealed_ms is None:
        return []
    store.append("mark", {"at_ms": 1, "number": 1})
    if not store.flush(2):
        return ["nothing can be written any more"]
    name = open_logs[0]
    size, _ = found[name]
    data = store.read(name, 0, store.size(name))
    store.stop_reading()
    if data[:size] != promises.logs[name][:size] or len(data) <= size + RECORD_BYTES:
        return ["what is written behind the cut is not there"]
    return []


def run():
    image = content("base.img")
    blocks = [bytearray(image[at : at + BLOCK]) for at in range(0, len(image), BLOCK)]
    with open(FOLDER + "/marks.json") as file:
        promises = Promises(json.load(file))
    cuts, failures, left = 0, [], []
    programmed = []  # where the last programs went
    for number, kind, at_ms, block, offset, data in journal():
        if number >= LAST:
            break
        if number >= FIRST and (number - FIRST) % STRIDE == 0:
            promises.until(number)
            for share in (HALF,) if WHAT == "leave" else range(3):
                device = Overlay(blocks)
                tear(device.block(block), kind, offset, data, share)
                if WHAT == "leave":
                    device.write_to("%s/%d.img" % (FOLDER, number))
                    left.append((number, at_ms))
                    continue
                if WHAT == "rot" and len(programmed) == ROTTEN_AGO:
                    rotten_block, rotten_offset = programmed[0]
                    device.block(rotten_block)[rotten_offset] ^= 0x10
                cuts += 1
                failures += [
                    "operation %d, part %d: %s" % (number, share, w) for w in found_on(device, promises, at_ms)
                ]
        do(blocks[block], kind, offset, data)
        if kind == 1:
            programmed.append((block, offset))
            del programmed[:-ROTTEN_AGO]
    print("RESULT", json.dumps(left if WHAT == "leave" else [cuts, len(failures), failures[:5]]))


def found_on(device, promises, at_ms):
    try:
        return check(device, promises, at_ms)
    except OSError as error:
        return ["the volume does not mount: %s" % error]


run()
