"""What is longer than a frame, over a connection: logs and settings off a unit, settings and plans onto it."""

import hashlib
import json
import struct
from collections.abc import Iterator

from sitter import frames
from sitterctl import answers
from sitterctl.connection import TRIES, Connection

_STRETCH = 32768
# A data frame of so much stays below the 200 bytes that the unit's receive ring has room for.
_PIECE = 160
_LARGEST_LOG, _LARGEST_SET = 8 * 1024 * 1024, 64 * 1024
_STORING_S = 20.0  # the unit writes on its flash before it answers


def read_log(connection: Connection, name: str, offset: int, end: int | None = None) -> Iterator[bytes]:
    """Pieces of a log in order, from `offset` to `end`, or to the log's end as it is now."""
    idle = 0
    while end is None or offset < end:
        at = offset
        count = _STRETCH if end is None else min(_STRETCH, end - offset)
        frame = None
        for frame in connection.pieces("logs.read", offset, count, name=name, count=count):
            if frame.kind == frames.DATA:
                offset += len(frame.body) - 4
                yield frame.body[4:]
        if offset > _LARGEST_LOG:
            raise answers.nonsense("a log larger than a unit's flash")
        if frame and frame.kind != frames.DATA:
            answer = answers.need(connection.checked(frame), size=int)
            if offset >= answer["size"]:
                return
        idle = idle + 1 if offset == at else 0
        if idle == TRIES:
            raise connection.silence()


def get(connection: Connection, what: str) -> object:
    """The unit's `settings` in force, or its `plan`."""
    for _ in range(TRIES):
        data, frame = b"", None
        for frame in connection.pieces("get", 0, _LARGEST_SET, what=what):
            data += frame.body[4:] if frame.kind == frames.DATA else b""
        if frame and frame.kind != frames.DATA:
            answer = connection.checked(frame)
            if answer.get("sha256") == hashlib.sha256(data).hexdigest():
                return json.loads(data)
    raise connection.silence()


def put(connection: Connection, what: str, value: object) -> dict:
    """Put settings or a plan onto the unit: the whole of it or nothing; the unit's answer, which says whether it
    restarts with them. Raises SitterError, with the unit's list of faults in its details when it refuses."""
    return put_bytes(connection, json.dumps(value, separators=(",", ":")).encode(), what=what)


def put_bytes(connection: Connection, whole: bytes, what: str, **named: str) -> dict:
    """Put bytes onto the unit, `named` as `put.begin` wants it; those that it has already are not sent. Raises
    SitterError."""
    request: dict = {"what": what, **named}
    have = _have(connection.ask("put.begin", size=len(whole), **request))
    idle = 0
    while have < len(whole):
        frame = connection.tell(struct.pack("<I", have) + whole[have : have + _PIECE])
        now = _have(connection.checked(frame)) if frame else have
        idle = idle + 1 if now == have else 0
        if idle == TRIES:
            raise connection.silence()
        have = now
    return connection.ask("put.commit", answer_s=_STORING_S, sha256=hashlib.sha256(whole).hexdigest())


def _have(answer: dict) -> int:
    return answers.need(answer, have=int)["have"]
