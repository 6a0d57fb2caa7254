import json
import struct

from drivers.link import Link
from sitter import frames
from sitter.records import SCHEMA_ID

LOG = bytes(i * 7 % 251 for i in range(5000))


class Store:
    def __init__(self):
        self.logs = {"00001": LOG}
        self.pulled = []

    def list(self):
        return [(name, len(data), True, name in self.pulled) for name, data in sorted(self.logs.items())]

    def size(self, name):
        if name not in self.logs:
            raise OSError(2)
        return len(self.logs[name])

    def read(self, name, offset, count):
        return self.logs[name][offset : offset + count]

    def stop_reading(self):
        pass

    def mark_pulled(self, name):
        self.pulled.append(name)


class Host:
    """Talks to a Link as a host does: one request, then everything that comes back."""

    def __init__(self):
        self.store = Store()
        self.link = Link(self.store, lambda: {"unit_id": "SIM-1"}, lambda: {"state": "idle"})
        self.counter = 0

    def ask(self, **request):
        return self.raw(json.dumps(request).encode())

    def raw(self, body):
        self.counter += 1
        self.link.feed(frames.encode(frames.JSON, self.counter, body))
        got = self.drain()
        assert all(frame.counter == self.counter for frame in got)
        assert got[-1].kind == frames.JSON
        return json.loads(str(got[-1].body, "utf-8")), got[:-1]

    def drain(self):
        decoder, got = frames.Decoder(), []
        while self.link.busy:
            piece = self.link.take(100)
            assert len(piece) <= 100
            got += decoder.feed(piece)[0]
        return got


def test_hello_names_schema_and_unit():
    answer, _ = Host().ask(do="hello")
    assert answer == {"ok": True, "schema": SCHEMA_ID, "unit_id": "SIM-1"}


def test_a_log_arrives_in_contiguous_pieces():
    host = Host()
    answer, pieces = host.ask(do="logs.read", name="00001", offset=100, count=4000)
    got = b""
    for piece in pieces:
        assert struct.unpack("<I", piece.body[:4])[0] == 100 + len(got)
        got += piece.body[4:]
    assert got == LOG[100:4100]
    assert answer == {"ok": True, "sent": 4000, "size": 5000}


def test_reading_past_the_end_sends_nothing_and_says_the_size():
    answer, pieces = Host().ask(do="logs.read", name="00001", offset=9000, count=10)
    assert pieces == []
    assert answer == {"ok": True, "sent": 0, "size": 5000}


def test_logs_are_listed_in_pages():
    host = Host()
    for i in range(2, 10):
        host.store.logs["%05d" % i] = b""
    first, _ = host.ask(do="logs.list")
    rest, _ = host.ask(**{"do": "logs.list", "from": 6})
    assert [row[0] for row in first["logs"] + rest["logs"]] == ["%05d" % i for i in range(1, 10)]
    assert first["more"]
    assert not rest["more"]


def test_an_acknowledged_log_counts_as_pulled():
    host = Host()
    assert host.ask(do="logs.ack", name="00001", size=5000)[0] == {"ok": True}
    assert host.store.pulled == ["00001"]


def test_a_log_that_grew_since_is_not_acknowledged():
    host = Host()
    assert host.ask(do="logs.ack", name="00001", size=4999)[0]["error"] == "bad-request"
    assert host.store.pulled == []


def test_requests_that_make_no_sense_are_answered_and_change_nothing():
    host = Host()
    for body in (b"", b"{", b"[]", b'{"do": 3}', b'"hello"', b"\xff\xfe"):
        assert host.raw(body)[0]["error"] == "bad-request"
    assert host.ask(do="format")[0]["error"] == "unknown-verb"
    assert host.ask(do="logs.read", name="../boot.py", offset=0)[0]["error"] == "no-such-log"
    assert host.ask(do="logs.read", name=None, offset=0)[0]["error"] == "no-such-log"
    assert host.ask(do="logs.read", name="00001", offset=-1)[0]["error"] == "bad-request"


def test_a_new_request_ends_the_transfer_before_it():
    host = Host()
    host.link.feed(frames.encode(frames.JSON, 9, json.dumps({"do": "logs.read", "name": "00001"}).encode()))
    host.link.take(100)
    while host.link._out:
        host.link.take(100)
    host.link.feed(frames.encode(frames.JSON, 10, b'{"do": "hello"}'))
    kinds = [(frame.kind, frame.counter) for frame in host.drain()]
    assert kinds == [(frames.JSON, 10)]


def test_brackets_without_end_are_answered_and_no_end():
    host = Host()
    for body in (b"[" * 900, b'{"do":' * 150, b'{"do":"hello","name":' + b"[" * 800):
        answer, _ = host.raw(body)
        assert answer["error"] == "bad-request"
    assert host.ask(do="hello")[0]["ok"]
