"""The unit's side of the serial link: requests in, answers and pieces of logs out.

`feed` takes what arrived and handles whole frames; `take` gives what should go out next, a few bytes at a time, because
writing blocks on the chip. A log is read from flash as fast as the line carries it away, so a pull needs no memory.
docs/protocol.md tells the verbs.
"""

import json
import struct

from sitter import frames
from sitter.records import SCHEMA_ID

_DATA_BYTES = 192
_MAX_READ = 8192


class Refused(Exception):
    """A request that can't be served: an error code and one sentence."""


class Link:
    def __init__(self, store, hello, status) -> None:
        """`hello()` and `status()` give the dictionaries that answer these verbs."""
        self._decoder = frames.Decoder()
        self._store = store
        self._hello = hello
        self._status = status
        self._out = bytearray()
        self._transfer: list | None = None  # [counter, name, offset, end, bytes in all, size of the log]

    # --- in -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        requests, _ = self._decoder.feed(data)
        for frame in requests:
            if frame.kind == frames.JSON:
                self._handle(frame.counter, frame.body)

    def _handle(self, counter: int, body: bytes) -> None:
        self._transfer = None  # one request is in flight; a new one means the host gave the last one up
        try:
            answer = self._serve(counter, self._parse(body))
        except Refused as refusal:
            answer = {"error": refusal.args[0], "text": refusal.args[1]}
        if answer is not None:
            self._send(frames.JSON, counter, json.dumps(answer).encode())

    def _parse(self, body: bytes) -> dict:
        try:
            request = json.loads(str(body, "utf-8"))
        except ValueError:
            raise Refused("bad-request", "not JSON")
        if not isinstance(request, dict) or not isinstance(request.get("do"), str):
            raise Refused("bad-request", "no verb")
        return request

    def _serve(self, counter: int, request: dict) -> dict | None:
        verb = request["do"]
        if verb == "hello":
            return dict(self._hello(), ok=True, schema=SCHEMA_ID)
        if verb == "status":
            return dict(self._status(), ok=True)
        if verb == "logs.list":
            return self._list(_number(request, "from", 0))
        if verb == "logs.read":
            return self._begin_transfer(counter, request)
        if verb == "logs.ack":
            return self._acknowledge(request)
        raise Refused("unknown-verb", "no such verb: " + verb)

    def _list(self, start: int) -> dict:
        logs = self._store.list()
        page = logs[start : start + 6]
        return {"ok": True, "logs": [[name, size, int(closed), int(pulled)] for name, size, closed, pulled in page],
                "more": start + 6 < len(logs)}  # fmt: skip

    def _begin_transfer(self, counter: int, request: dict) -> None:
        offset, count = _number(request, "offset", 0), _number(request, "count", _MAX_READ)
        size = self._size(request)
        end = min(size, offset + min(count, _MAX_READ))
        self._transfer = [counter, request["name"], min(offset, size), end, end - min(offset, size), size]

    def _acknowledge(self, request: dict) -> dict:
        if self._size(request) != _number(request, "size", -1):
            raise Refused("bad-request", "the log has another size by now")
        try:
            self._store.mark_pulled(request["name"])
        except OSError:
            raise Refused("bad-request", "the session of that log is still open")
        return {"ok": True}

    def _size(self, request: dict) -> int:
        name = request.get("name")
        try:
            if not isinstance(name, str):
                raise OSError(2)
            return self._store.size(name)
        except OSError:
            raise Refused("no-such-log", "no log of that name")

    # --- out ----------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return bool(self._out) or self._transfer is not None

    def take(self, most: int) -> bytes:
        """The next bytes for the line, at most `most` of them."""
        if not self._out and self._transfer:
            self._continue(self._transfer)
        piece = bytes(self._out[:most])
        self._out = self._out[most:]
        return piece

    def _continue(self, transfer: list) -> None:
        counter, name, offset, end, sent, size = transfer
        if offset >= end:
            self._transfer = None
            self._store.stop_reading()
            self._send(frames.JSON, counter, json.dumps({"ok": True, "sent": sent, "size": size}).encode())
            return
        try:
            data = self._store.read(name, offset, min(_DATA_BYTES, end - offset))
        except OSError:
            data = b""
        if not data:
            self._transfer = None
            self._send(frames.JSON, counter, b'{"error": "no-such-log", "text": "the log can not be read"}')
            return
        transfer[2] += len(data)
        self._send(frames.DATA, counter, struct.pack("<I", offset) + data)

    def _send(self, kind: int, counter: int, body: bytes) -> None:
        self._out += frames.encode(kind, counter, body)


def _number(request: dict, name: str, default: int) -> int:
    value = request.get(name, default)
    if type(value) is not int or value < 0:
        raise Refused("bad-request", name + " must be a whole number")
    return value
