"""The host's side of the serial link: questions and answers over frames, and the pieces of a log.

A question is repeated when no answer comes; that is safe, because every verb can be. What arrives late for a question
that was given up carries the wrong counter and is passed over. docs/protocol.md tells the verbs.
"""

import json
import os
import struct
import time
from collections.abc import Iterator

from sitter import frames
from sitter.records import SCHEMA_ID
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, RESTARTED, SESSION_OPEN, SitterError
from sitterctl.port import open_port

ANSWER_S = 2.0
_TRIES = 3
_STRETCH = 8192
# A unit that has been up for hardly longer than the port has been open was restarted by that, or just before it by
# whatever program had the port.
_RESTART_MARGIN_MS = 3000
_HEARD_BYTES = 200


class Connection:
    """An open line to a unit that speaks our schema; `hello` is what it said of itself."""

    def __init__(self, path: str, timeout_s: float = ANSWER_S) -> None:
        self.path = path
        self.hello: dict = {}
        self._timeout_s = timeout_s
        self._opened_at = time.monotonic()
        self._line = open_port(path)
        self._decoder = frames.Decoder()
        self._frames: list[frames.Frame] = []
        self._heard = b""
        self._counter = os.urandom(1)[0]  # not the numbers of a program that was killed a moment ago

    def close(self) -> None:
        self._line.close()

    def greet(self) -> dict:
        """Say hello and check that this is a unit we can talk to and that opening the port did not restart it."""
        self._write(b"\0")  # ends whatever stood half-sent on the line
        self.hello = self.ask("hello")
        since_open_ms = (time.monotonic() - self._opened_at) * 1000
        if self.hello.get("schema") != SCHEMA_ID:
            version = self.hello.get("version")
            raise SitterError(
                f"unit {self.hello.get('unit_id')} speaks another schema than this sitterctl (its firmware: {version})",
                f"install sitterctl {version}, or update the unit; logs that were pulled can be read by any version",
                exit_code=CHECK_FAILED,
            )
        if self.hello.get("uptime_ms", 1 << 30) < since_open_ms + _RESTART_MARGIN_MS:
            raise self._restarted(f"when {self.path} was opened")
        return self.hello

    def check_start(self) -> None:
        """Raises SitterError when this is no longer the start of the unit that was greeted, or no longer the unit."""
        if self.ask("hello").get("boot_id") != self.hello.get("boot_id"):
            raise self._restarted("while it was connected")

    def ask(self, verb: str, **fields: object) -> dict:
        """The unit's answer. Raises SitterError when none comes or it is a refusal."""
        for _ in range(_TRIES):
            counter = self._send(verb, fields)
            frame = self._receive(counter)
            while frame and frame.kind != frames.JSON:
                frame = self._receive(counter)
            if frame:
                return self._checked(frame)
        raise self._silence()

    def read_log(self, name: str, offset: int, end: int | None = None) -> Iterator[bytes]:
        """Pieces of a log in order, from `offset` to `end`, or to the log's end as it is now."""
        idle = 0
        while end is None or offset < end:
            at = offset
            count = _STRETCH if end is None else min(_STRETCH, end - offset)
            counter = self._send("logs.read", {"name": name, "offset": offset, "count": count})
            frame = self._receive(counter)
            while frame and frame.kind == frames.DATA:
                if frame.body[:4] != struct.pack("<I", offset):
                    break  # a hole before it: ask again, from the hole on
                offset += len(frame.body) - 4
                yield frame.body[4:]
                frame = self._receive(counter)
            if frame and frame.kind == frames.JSON and offset >= self._checked(frame)["size"]:
                return
            idle = idle + 1 if offset == at else 0
            if idle == _TRIES:
                raise self._silence()

    # --- the line -----------------------------------------------------------------------------------------------

    def _send(self, verb: str, fields: dict) -> int:
        self._counter = (self._counter + 1) % 256
        body = json.dumps({"do": verb, **fields}, separators=(",", ":")).encode()
        coded = frames.encode(frames.JSON, self._counter, body)
        assert len(coded) <= frames.MAX_HOST_FRAME, "a question longer than the unit's receive ring"
        self._write(coded)
        return self._counter

    def _write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, counter: int) -> frames.Frame | None:
        """The next frame that answers the question `counter`; None when none comes for too long."""
        quiet_at = time.monotonic() + self._timeout_s
        while True:
            while self._frames:
                frame = self._frames.pop(0)
                if frame.counter == counter:
                    return frame
            if time.monotonic() >= quiet_at:
                return None
            self._frames, _ = self._decoder.feed(self._read())

    def _read(self) -> bytes:
        try:
            data = self._line.read(self._line.in_waiting or 1)
        except OSError as error:
            raise self._gone() from error
        self._heard = (self._heard + data)[-_HEARD_BYTES:]
        return data

    # --- what can be wrong --------------------------------------------------------------------------------------

    def _checked(self, frame: frames.Frame) -> dict:
        try:
            answer = json.loads(frame.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {"text": "its answer made no sense", "error": ""}
        if "error" in answer:
            code = SESSION_OPEN if answer["error"] == "session-open" else CHECK_FAILED
            raise SitterError(f"the unit refused: {answer.get('text')}", "docs/protocol.md lists what it can be asked",
                              exit_code=code)  # fmt: skip
        return answer

    def _restarted(self, when: str) -> SitterError:
        return SitterError(
            f"the unit restarted {when}",
            "look at the patient first; then try another cable or port (docs/operation.md)",
            exit_code=RESTARTED,
        )

    def _silence(self) -> SitterError:
        if self.hello:
            return SitterError(f"the unit on {self.path} answers no longer", "is it switched on, and the cable in?",
                               exit_code=NO_ANSWER)  # fmt: skip
        said = "".join(c for c in self._heard.decode("ascii", "ignore") if c.isprintable())[-60:]
        if ">>>" in said:
            return SitterError(f"{self.path} answers with MicroPython's prompt: the unit's program does not run",
                               "reset the unit, and leave service mode if it is on", exit_code=NO_ANSWER)  # fmt: skip
        if self._heard:
            return SitterError(f"something on {self.path} talks, but not as a unit does: {said!r}",
                               "is it the unit's port, and at 115200 baud?", exit_code=NO_ANSWER)  # fmt: skip
        return SitterError(f"no answer on {self.path}", "is it the unit's port, and is the unit switched on?",
                           exit_code=NO_ANSWER)  # fmt: skip

    def _gone(self) -> SitterError:
        return SitterError(f"{self.path} went away", "plug the cable in again", exit_code=NO_ANSWER)
