import os
import sys

from both import raises
from drivers.logstore import LogStore
from sitter import records
from sitter.seal import MAC_BYTES, RECORD_BYTES, SEAL_TAG, Chain, hmac_sha256

KEY = b"key of a unit under test"
_mounted = []


def new_root():
    """A place for logs: real LittleFS on a simulated flash under MicroPython, a folder under CPython."""
    if sys.implementation.name != "micropython":
        import tempfile

        return tempfile.mkdtemp(), None
    import vfs

    from drivers.volume import open_volume
    from sim.clock import Clock
    from sim.flash import FakeFlash

    flash = FakeFlash(Clock(), bytearray(b"\xff" * 4096 * 64))
    vfs.VfsLfs2.mkfs(flash)
    root = "/t%d" % len(_mounted)
    vfs.mount(open_volume(flash), root)
    _mounted.append(root)
    return root, flash


def header(at_ms=0):
    return {"at_ms": at_ms, "unit_id": "U", "firmware": "0", "schema": "", "schema_id": 1, "boot_id": 2, "key_id": 3}


def content(root, name):
    folder = "/open/" if name.endswith(".open") else "/logs/"
    with open(root + folder + name, "rb") as file:
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
    with open(root + "/open/00007.open", "wb") as file:
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


def with_logs(count, pulled=()):
    root, _ = new_root()
    store = LogStore(root, KEY)
    for _ in range(count):
        store.open(header())
        store.close(1)
    for name in pulled:
        store.mark_pulled(name)
    return store


def left(store):
    return [name for name, *_ in store.list()]


def test_a_unit_without_a_key_keeps_no_record_and_that_is_a_fault():
    root, _ = new_root()
    store = LogStore(root, None)
    store.open(header())
    store.append("mark", {"at_ms": 5, "number": 1})
    assert (store.is_open, store.fault, store.list()) == (False, "failed", [])
    assert store.resume() is None


def test_only_pulled_logs_make_room():  # REQ-114
    store = with_logs(3, pulled=("00002",))
    store.free_bytes = lambda: 0
    assert not store.make_room()
    assert left(store) == ["00001", "00003"]


def test_no_more_is_deleted_than_one_session_needs():
    store = with_logs(4, pulled=("00001", "00002", "00003"))
    free = [100 * 1024, 100 * 1024, 500 * 1024]
    store.free_bytes = lambda: free[min(2, 4 - len(store.list()) + 1)]
    assert store.make_room()
    assert left(store) == ["00002", "00003", "00004"]


def test_of_pulled_logs_the_newest_four_stay():
    names = ["%05d" % k for k in range(1, 8)]
    store = with_logs(7, pulled=names[:6])
    store.free_bytes = lambda: 1000000
    assert store.make_room()
    assert left(store) == names[2:]


def test_the_newest_log_stays_so_that_no_number_is_used_twice():
    store = with_logs(1, pulled=("00001",))
    store.free_bytes = lambda: 0
    assert not store.make_room()
    store.open(header())
    assert left(store) == ["00001", "00002"]


def test_a_pulled_log_is_still_there_to_be_read_and_pulled_again():
    store = with_logs(2)
    before = store.read("00001", 0, 1000)
    store.mark_pulled("00001")
    store.mark_pulled("00001")
    assert [log[2:] for log in store.list()] == [(True, True), (True, False)]
    assert store.read("00001", 0, 1000) == before
    assert store.size("00001") == len(before)


def test_an_open_log_does_not_count_as_pulled():
    root, _ = new_root()
    store = LogStore(root, KEY)
    store.open(header())
    store.flush(1)
    raises(OSError, store.mark_pulled, "00001")
    raises(OSError, store.mark_pulled, "00009")
    assert store.list() == [("00001", store.size("00001"), False, False)]


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
    assert os.stat(root + "/open/00001.open")[6] == len(data)


def fill(store, until=2000):
    """Records and flushes until the volume is full; how many were flushed."""
    for i in range(until):
        store.append("phase", {"at_ms": i, "phase": "x" * 200, "cause": "y" * 200})
        if not store.flush(i):
            return i
    return until


def test_on_a_full_volume_a_pulled_log_gives_way_and_the_open_one_goes_on():
    root, flash = new_root()
    if flash is None:
        return
    store = LogStore(root, KEY)
    store.open(header())
    fill(store, 100)
    store.close(1)
    store.mark_pulled("00001")
    store.open(header())
    alone = fill(store)
    assert left(store) == ["00002"]  # the first has given way before the volume was full for good
    assert alone > 250
    data = content(root, "00002.open")
    assert names(data).count("phase") == alone
    chain, at = Chain(KEY), 4
    for offset, tag, body in records.walk(data, len(records.MAGIC)):
        if tag == SEAL_TAG:
            chain.update(data[at - 4 : offset] if at == 4 else data[at:offset])
            assert chain.mac(data[offset : offset + 7]) == body[4:]
            at = offset + RECORD_BYTES


def test_a_log_that_was_left_open_without_a_record_ends_where_it_is():
    root, flash = new_root()
    if flash is None:
        return
    store = LogStore(root, KEY)
    store.open(header())
    fill(store)
    assert store.fault == "full"
    store.close(5)  # the session is over; nothing can be written
    assert [log[2] for log in store.list()] == [False]
    store.open(header())
    assert store.list()[0][2] is True
