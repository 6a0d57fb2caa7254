import hashlib
import json
import struct

from drivers.link import Link, Refused
from sitter import frames
from sitter.access import HOST, OPENED, UNIT, Access, Handshake

KEY = b"k" * 32
H, U = b"h" * 16, b"u" * 16


class Verbs:
    """Answers what a test has laid ready, and notes what it was asked."""

    def __init__(self):
        self.asked = []
        self.answers = {}
        self.ended = 0

    def serve(self, request, keyed):
        self.asked.append((request["do"], keyed))
        answer = self.answers.get(request["do"], {"ok": True})
        if isinstance(answer, Refused):
            raise answer
        return answer

    def take_data(self, body):
        self.asked.append(("data", body))
        return {"ok": True, "have": len(body)}

    def pieces(self, *pieces):
        try:
            yield from pieces
        finally:
            self.ended += 1


class Host:
    """Talks to a Link as a host does: one request, then everything that comes back."""

    def __init__(self):
        self.verbs = Verbs()
        self.access = Access(KEY)
        self.link = Link(self.access, self.verbs)
        self.channel = None
        self.counter = 0

    def prove(self):
        handshake = Handshake(KEY, H, U)
        self.access.challenge(H, U)
        assert self.access.prove(1, handshake.proof(HOST)) == OPENED
        self.channel = handshake.channel()

    def ask(self, **request):
        return self.raw(json.dumps(request).encode())

    def raw(self, body, kind=frames.JSON):
        self.counter += 1
        self.link.feed(frames.encode(kind, self.counter, body))
        got = self.drain()
        assert all(frame.counter == self.counter for frame in got)
        assert got[-1].kind == frames.JSON
        return json.loads(str(got[-1].body, "utf-8")), got[:-1]

    def sealed(self, **request):
        self.channel.number += 1
        body = self.channel.seal(HOST, json.dumps(request).encode())
        coded = frames.encode(frames.SEALED, self.channel.number & 0xFF, body)
        self.link.feed(coded)
        return coded

    def drain(self):
        decoder, got = frames.Decoder(), []
        while self.link.busy:
            piece = self.link.take(100)
            assert len(piece) <= 100
            got += decoder.feed(piece)[0]
        return got


def test_an_answer_has_the_counter_of_its_question():
    host = Host()
    assert host.ask(do="hello")[0] == {"ok": True}
    assert host.verbs.asked == [("hello", False)]


def test_requests_that_make_no_sense_are_answered_and_reach_no_verb():
    host = Host()
    for body in (b"", b"{", b"[]", b'{"do": 3}', b'"hello"', b"\xff\xfe", b"[" * 180, b'{"do":' * 30):
        assert host.raw(body)[0]["error"] == "bad-request"
    assert host.verbs.asked == []


def test_a_refusal_is_a_code_and_a_sentence():
    host = Host()
    host.verbs.answers["x"] = Refused("denied", "no " * 100, {"wait_s": 3})
    answer, _ = host.ask(do="x")
    assert answer["error"] == "denied"
    assert answer["wait_s"] == 3
    assert len(answer["text"]) <= 120


def test_what_takes_long_comes_in_pieces_and_takes_its_time():
    host = Host()
    host.verbs.answers["x"] = host.verbs.pieces(b"one", None, b"two", {"ok": True, "sent": 6})
    answer, data = host.ask(do="x")
    assert [frame.body for frame in data] == [b"one", b"two"]
    assert answer["sent"] == 6
    assert host.verbs.ended == 1


def test_a_refusal_in_the_middle_ends_it():
    def failing():
        yield b"one"
        raise Refused("no-such-log", "gone")

    host = Host()
    host.verbs.answers["x"] = failing()
    answer, data = host.ask(do="x")
    assert answer["error"] == "no-such-log"
    assert len(data) == 1


def test_a_new_request_ends_what_the_one_before_it_began():
    host = Host()
    host.verbs.answers["x"] = host.verbs.pieces(b"one", b"two", b"three", {"ok": True})
    host.link.feed(frames.encode(frames.JSON, 9, b'{"do": "x"}'))
    while host.link.take(100):
        if not host.link._out:
            break
    host.link.feed(frames.encode(frames.JSON, 10, b'{"do": "hello"}'))
    assert [(frame.kind, frame.counter) for frame in host.drain()] == [(frames.JSON, 10)]
    assert host.verbs.ended == 1


def test_of_several_requests_at_once_the_last_is_served():
    host = Host()
    host.link.feed(b"".join([frames.encode(frames.JSON, k, b'{"do": "status"}') for k in range(11)]))
    assert host.verbs.asked == [("status", False)]
    assert [frame.counter for frame in host.drain()] == [10]


def test_what_was_to_be_said_to_a_request_that_was_given_up_is_not():
    host = Host()
    for k in range(50):
        host.link.feed(frames.encode(frames.JSON, k, b'{"do": "status"}'))
        assert len(host.link._out) < 100
    assert [frame.counter for frame in host.drain()] == [49]


def test_a_frame_longer_than_a_host_sends_is_noise():
    host = Host()
    host.link.feed(frames.encode(frames.JSON, 1, b'{"do": "hello", "x": "' + b"x" * 200 + b'"}'))
    assert not host.link.busy


def test_an_answer_that_falls_over_is_not_begun_again():
    def failing():
        yield b"one"
        raise ValueError("planted")

    host = Host()
    host.verbs.answers["x"] = failing()
    host.link.feed(frames.encode(frames.JSON, 1, b'{"do": "x"}'))
    while host.link._out or host.link._work is not None:
        try:
            host.link.take(100)
        except ValueError:
            break
    assert not host.link.busy


def test_a_piece_that_is_put_is_answered_with_how_far_it_is():
    host = Host()
    answer, _ = host.raw(struct.pack("<I", 0) + b"abc", frames.DATA)
    assert answer == {"ok": True, "have": 7}


def test_a_sealed_request_is_known_as_the_key_holders_and_answered_with_a_mac():
    host = Host()
    host.prove()
    host.sealed(do="logs.list")
    assert host.verbs.asked == [("logs.list", True)]
    (frame,) = host.drain()
    assert frame.kind == frames.SEALED
    assert host.channel.opened(UNIT, frame.body) == b'{"ok": true}'


def test_data_and_refusals_of_a_sealed_request_end_in_a_mac_too():
    host = Host()
    host.prove()
    host.verbs.answers["x"] = host.verbs.pieces(b"data", {"ok": True})
    host.sealed(do="x")
    data, last = host.drain()
    assert (data.kind, data.body) == (frames.DATA, b"data")
    assert host.channel.opened(UNIT, last.body)
    host.verbs.answers["x"] = Refused("session-open", "no")
    host.sealed(do="x")
    (frame,) = host.drain()
    assert b"session-open" in host.channel.opened(UNIT, frame.body)


def refused_without_being_asked(host, coded):
    host.link.feed(coded)
    (frame,) = host.drain()
    return frame.kind == frames.JSON and json.loads(str(frame.body, "utf-8"))["error"] == "auth-needed"


def test_a_sealed_request_sent_again_reaches_no_verb():  # REQ-162
    host = Host()
    host.prove()
    coded = host.sealed(do="restart")
    host.drain()
    assert refused_without_being_asked(host, coded)
    assert host.verbs.asked == [("restart", True)]


def test_a_sealed_request_without_a_channel_or_with_a_wrong_mac_reaches_no_verb():  # REQ-162
    host = Host()
    assert refused_without_being_asked(host, frames.encode(frames.SEALED, 1, b'{"do": "restart"}' + b"m" * 16))
    host.prove()
    assert refused_without_being_asked(host, frames.encode(frames.SEALED, 1, b'{"do": "restart"}' + b"m" * 16))
    assert refused_without_being_asked(host, frames.encode(frames.SEALED, 1, b""))
    assert host.verbs.asked == []


def test_frames_of_no_kind_are_passed_over():
    host = Host()
    host.link.feed(frames.encode(0x41, 1, hashlib.sha256(b"").digest()))
    assert not host.link.busy
