import os
import sys

from drivers.logstore import LogStore
from sitter import records
from sitter.seal import MAC_BYTES, RECORD_BYTES, hmac_sha256

KEY = b"key of a unit under test"
_mounted = []


def new_root():
    """A place for logs: real LittleFS on a simulated flash under MicroPython, a folder under CPython."""
    if sys.implementation.name != "micropython":
        import tempfile

        return tempfile.mkdtemp(), None
    import vfs

    from sim.clock import Clock
    from sim.flash import FakeFlash

    flash = FakeFlash(Clock(), bytearray(b"\xff" * 4096 * 64))
    vfs.VfsLfs2.mkfs(flash)
    root = "/t%d" % len(_mounted)
    vfs.mount(vfs.VfsLfs2(flash), root)
    _mounted.append(root)
    return root, flash


def header(at_ms=0):
    return {"at_ms": at_ms, "unit_id": "U", "firmware": "0", "schema": "", "schema_id": 1, "boot_id": 2, "key_id": 3}


def content(root, name):
    with open(root + "/logs/" + name, "rb") as file:
        return file.read()


def names(data):
    return [records.decode(tag, body)[0] for _, tag, body in records.walk(data, len(records.MAGIC))]


def test_a_closed_log_is_header_records_and_seals():
    root, _ = new_root()
    store = LogStore(root, KEY)
    store.open(header())
    store.append("mark", {"at_ms": 5, "number": 1})
    store.flush(10)
    store.append("close", {"at_ms": 20})
    store.close(20)
    data = content(root, "00001.slog")
    assert data[:4] == records.MAGIC
    assert names(data) == ["header", "mark", "seal", "close", "seal"]
    assert store.list() == [("00001", len(data), True, False)]


def test_the_first_seal_covers_everything_before_it():
    root, _ = new_root()
    store = LogStore(root, KEY)
    store.open(header())
    store.flush(10)
    data = content(root, "00001.open")
    assert hmac_sha256(KEY, b"\0" * 16, data[:-MAC_BYTES])[:MAC_BYTES] == data[-MAC_BYTES:]


def test_nothing_is_written_before_a_flush_and_everything_after():
    root, _ = new_root()
    store = LogStore(root, KEY)
    store.open(header())
    assert content(root, "00001.open") == b""
    assert store.flush(1)
    assert store.waiting == 0
    assert len(content(root, "00001.open")) > RECORD_BYTES


def test_a_cut_off_log_is_taken_up_in_the_same_chain():  # REQ-074
    root, _ = new_root()
    store = LogStore(root, KEY)
    store.open(header())
    store.append("mark", {"at_ms": 5, "number": 1})
    store.flush(1234)
    before = content(root, "00001.open")
    again = LogStore(root, KEY)
    assert again.resume() == 1234
    again.append("boot", {"at_ms": 1})
    again.close(50)
    data = content(root, "00001.slog")
    assert data[: len(before)] == before
    assert names(data) == ["header", "mark", "seal", "boot", "seal"]
    since = data[len(before) : -MAC_BYTES]
    assert hmac_sha256(KEY, before[-MAC_BYTES:], since)[:MAC_BYTES] == data[-MAC_BYTES:]


def test_a_log_without_a_seal_at_its_end_is_left_as_it_is():
    root, _ = new_root()
    store = LogStore(root, KEY)
    with open(root + "/logs/00007.open", "wb") as file:
        file.write(b"SLG1 torn")
    assert store.resume() is None
    assert store.list() == [("00007", 9, True, False)]


def test_logs_are_numbered_on():
    root, _ = new_root()
    store = LogStore(root, KEY)
    for _ in range(3):
        store.open(header())
        store.close(1)
    assert [log[0] for log in store.list()] == ["00001", "00002", "00003"]


def test_only_pulled_logs_make_room():  # REQ-114
    root, _ = new_root()
    store = LogStore(root, KEY)
    for _ in range(2):
        store.open(header())
        store.close(1)
    store.mark_pulled("00002")
    store.free_bytes = lambda: 0
    assert not store.make_room()
    assert store.list() == [("00001", store.size("00001"), True, False)]


def test_a_dead_flash_is_a_fault_and_not_an_end():
    root, flash = new_root()
    if flash is None:
        return  # needs a file system that can fail
    store = LogStore(root, KEY)
    store.open(header())
    store.flush(1)
    flash.dead = True
    store.append("mark", {"at_ms": 5, "number": 1})
    assert not store.flush(2)
    assert store.fault is not None
    store.append("mark", {"at_ms": 6, "number": 2})
    assert store.flush(3)


def test_a_full_volume_keeps_what_was_sealed():
    root, flash = new_root()
    if flash is None:
        return
    store = LogStore(root, KEY)
    store.open(header())
    sealed = 0
    for i in range(2000):
        store.append("phase", {"at_ms": i, "phase": "x" * 200, "cause": "y" * 200})
        if not store.flush(i):
            break
        sealed = i + 1
    assert store.fault == "full"
    data = content(root, "00001.open")
    assert names(data).count("phase") == sealed
    assert os.stat(root + "/logs/00001.open")[6] == len(data)
