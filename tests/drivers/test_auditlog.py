from test_logstore import header, names, new_root

from both import raises
from drivers.auditlog import AGAIN_MS, CONNECTED, FILE_BYTES, MOST_WAITING, WRONG_PROOF, AuditLog
from sitter import records
from sitter.seal import MAC_BYTES, hmac_sha256

KEY = b"key of a unit under test"
BOOT = {"at_ms": 0, "boot_id": 9, "utc_s": 1777000000, "utc_trusted": 1}


class Stand:
    def __init__(self, key=KEY, root=None):
        self.root = root or new_root()[0]
        self.audit = AuditLog(self.root, key)

    def note(self, at_ms, event, who="tech@bench", **fields):
        return self.audit.note(at_ms, event, dict({"utc_s": 1, "who": who}, **fields))

    def flush(self, at_ms):
        if self.audit.waiting and not self.audit.is_open:
            self.audit.begin(header(), BOOT)
        self.audit.flush(at_ms)

    def kept(self, name="current"):
        return self.audit.read(name, 0, 100000)

    def events(self, name="current"):
        rows = [records.decode(tag, body) for _, tag, body in records.walk(self.kept(name), len(records.MAGIC))]
        return [(row["event"], row["count"]) for kind, row in rows if kind == "audit"]


def test_what_was_done_is_there_after_a_flush_sealed():
    stand = Stand()
    stand.note(5, "setting", name="spo2_low_pct", old="90", new="88")
    assert stand.audit.waiting
    stand.flush(6)
    assert not stand.audit.waiting
    data = stand.kept()
    assert names(data) == ["header", "audit", "seal"]
    assert hmac_sha256(KEY, b"\0" * 16, data[:-MAC_BYTES])[:MAC_BYTES] == data[-MAC_BYTES:]


def test_a_start_alone_writes_nothing():
    stand = Stand()
    stand.flush(1)
    raises(OSError, stand.audit.size, "current")


def test_another_start_goes_on_in_the_same_chain_and_says_so():
    stand = Stand()
    stand.note(5, "plan")
    stand.flush(6)
    before = stand.kept()
    again = Stand(root=stand.root)
    again.note(3, "restart")
    again.flush(4)
    data = again.kept()
    assert data[: len(before)] == before
    assert names(data) == ["header", "audit", "seal", "boot", "audit", "seal"]
    since = data[len(before) : -MAC_BYTES]
    assert hmac_sha256(KEY, before[-MAC_BYTES:], since)[:MAC_BYTES] == data[-MAC_BYTES:]


def test_wrong_proofs_are_written_once_in_ten_minutes_and_counted():  # REQ-161
    stand = Stand()
    for k in range(500):
        stand.note(1000 + k, WRONG_PROOF, who="stranger %d" % k)
    stand.note(1000 + AGAIN_MS, WRONG_PROOF)
    stand.flush(AGAIN_MS + 2000)
    assert stand.events() == [(WRONG_PROOF, 1), (WRONG_PROOF, 500)]


def test_more_wrong_proofs_than_a_record_counts_are_as_many_as_it_can():
    stand = Stand()
    stand.audit._last[WRONG_PROOF] = [0, "x", 65533]
    stand.note(1, WRONG_PROOF)
    stand.note(AGAIN_MS, WRONG_PROOF)
    stand.flush(AGAIN_MS)
    assert stand.events() == [(WRONG_PROOF, 65534)]


def test_another_host_that_connects_is_written_down_at_once():
    stand = Stand()
    for who in ("one@bench", "one@bench", "two@bench", "one@bench"):
        stand.note(1, CONNECTED, who=who)
    stand.flush(2)
    assert [event for event, _ in stand.events()] == [CONNECTED] * 3


def test_what_changes_the_unit_is_written_down_every_time():
    stand = Stand()
    for _ in range(5):
        stand.note(1, "plan")
    stand.flush(2)
    assert stand.events() == [("plan", 1)] * 5


def test_its_room_is_bounded():
    stand = Stand()
    for k in range(1200):
        stand.note(k, "setting", name="spo2_low_pct", old="90", new=str(k))
        stand.flush(k)
        if k % 50 == 0:
            for name in ("current", "before"):
                try:
                    assert stand.audit.size(name) < FILE_BYTES + 200
                except OSError:
                    pass  # not there yet
    assert names(stand.kept("before"))[0] == "header"
    assert stand.events("current")[-1] == ("setting", 1)


def test_a_file_that_does_not_end_in_a_seal_is_kept_aside():
    stand = Stand()
    with open(stand.root + "/audit/current", "wb") as file:
        file.write(b"SLG1 torn")
    stand.note(1, "plan")
    stand.flush(2)
    assert stand.kept("before") == b"SLG1 torn"
    assert stand.events() == [("plan", 1)]


def test_without_a_key_nothing_is_noted():
    stand = Stand(key=None)
    assert stand.note(1, "plan") is None
    stand.flush(2)
    raises(OSError, stand.audit.size, "current")


def test_a_dead_flash_is_a_fault_and_not_an_end():
    root, flash = new_root()
    if flash is None:
        return  # needs a file system that can fail
    stand = Stand(root=root)
    stand.note(1, "plan")
    flash.dead = True
    stand.flush(2)
    assert stand.audit.fault == "failed"
    stand.note(3, "label")
    stand.flush(4)
    flash.dead = False
    stand.flush(5)
    assert stand.audit.fault is None
    assert stand.events() == [("plan", 1), ("label", 1)]  # nothing was lost meanwhile


def test_nothing_is_written_before_a_flush_and_what_waits_is_bounded():
    stand = Stand()
    for _ in range(MOST_WAITING):
        stand.note(1, "plan")
    raises(OSError, stand.audit.size, "current")
    assert stand.audit.fault is None
    stand.note(2, "plan")
    assert stand.audit.fault == "failed"
    stand.flush(3)
    assert len(stand.events()) == MOST_WAITING


def test_only_its_own_two_names_are_read():
    stand = Stand()
    stand.note(1, "plan")
    stand.flush(2)
    for name in ("../state/key.0", "", "/", "CURRENT", "before"):
        raises(OSError, stand.audit.size, name)
        raises(OSError, stand.audit.read, name, 0, 10)
