"""The unit's side of the serial link: frames in, answers and pieces of data out.

`feed` takes what arrived and handles whole frames; `take` gives what should go out next, a few bytes at a time, because
writing blocks on the chip. What is asked for is no business of this module: `verbs.serve` answers with a dictionary, or
with a generator that yields bytes for data frames, None where it only needed time, and the answer's dictionary last.
A log is read from flash as fast as the line carries it away, so a pull needs no memory. A request that came with a mac
is answered with one. docs/protocol.md tells the rest.
"""

import json

from sitter import frames
from sitter.access import UNIT

_TEXT_BYTES = 120


class Refused(Exception):
    """A request that can't be served: an error code, one sentence, and what else the answer should hold."""

    def answer(self) -> dict:
        code, text, *more = self.args
        return dict(more[0] if more else {}, error=code, text=text[:_TEXT_BYTES])


class Link:
    def __init__(self, access, verbs) -> None:
        self._decoder = frames.Decoder(frames.MAX_HOST_FRAME)
        self._access = access
        self._verbs = verbs
        self._out = bytearray()
        self._work = None  # what an answer is still being made of
        self._answering = (frames.JSON, 0)  # kind and counter of that answer

    # --- in -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take what arrived. Of several requests in it only the last is served: a host has one in flight, and whoever
        has more must not keep the unit from its work."""
        found = [f for f in self._decoder.feed(data)[0] if f.kind in (frames.JSON, frames.SEALED, frames.DATA)]
        if found:
            self._handle(found[-1])

    def _handle(self, frame: frames.Frame) -> None:
        self._drop_work()  # a new request means that the host gave the last one up, with all that was to be said to it
        self._out = bytearray()
        self._answering = (frames.JSON, frame.counter)
        try:
            self._serve(frame)
        except Refused as refusal:
            self._answer(refusal.answer())

    def _serve(self, frame: frames.Frame) -> None:
        if frame.kind == frames.DATA:
            self._answer(self._verbs.take_data(frame.body))
            return
        body = frame.body
        if frame.kind == frames.SEALED:
            channel = self._access.channel
            body = channel.accept(frame.counter, body) if channel else None
            if body is None:
                raise Refused("auth-needed", "no such connection, or not its next request")
            self._answering = (frames.SEALED, frame.counter)
        answer = self._verbs.serve(_parsed(body), frame.kind == frames.SEALED)
        if isinstance(answer, dict):
            self._answer(answer)
        else:
            self._work = answer

    # --- out ----------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return bool(self._out) or self._work is not None

    def take(self, most: int) -> bytes:
        """The next bytes for the line, at most `most` of them; none where an answer needs more time."""
        if not self._out and self._work is not None:
            self._go_on(self._work)
        piece = bytes(self._out[:most])
        self._out = self._out[most:]
        return piece

    def _go_on(self, work) -> None:
        self._work = None  # what falls over is not gone on with
        try:
            made = next(work)
        except Refused as refusal:
            made = refusal.answer()
        if isinstance(made, dict):
            work.close()
            self._answer(made)
            return
        self._work = work
        if made is not None:
            self._send(frames.DATA, made)

    def _drop_work(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            work.close()

    def _answer(self, answer: dict) -> None:
        body = json.dumps(answer).encode()
        kind = self._answering[0]
        if kind == frames.SEALED:
            body = self._access.channel.seal(UNIT, body)
        self._send(kind, body)

    def _send(self, kind: int, body: bytes) -> None:
        self._out += frames.encode(kind, self._answering[1], body)


def _parsed(body: bytes) -> dict:
    try:
        request = json.loads(str(body, "utf-8"))
    except ValueError:
        raise Refused("bad-request", "not JSON")
    if not isinstance(request, dict) or not isinstance(request.get("do"), str):
        raise Refused("bad-request", "no verb")
    return request
