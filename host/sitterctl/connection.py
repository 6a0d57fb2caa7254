"""The host's side of the serial link: questions and answers over frames.

A question is repeated when no answer comes; that is safe, because every verb can be. What arrives late for a question
that was given up carries the wrong counter and is passed over. The first question that needs the unit's key proves it,
once the unit has proven that it knows it too; from then on questions and answers carry macs, and an answer without a
right one is none. docs/protocol.md tells the verbs, sitter/access.py the proofs.
"""

import json
import os
import struct
import time
from collections.abc import Iterable, Iterator

from sitter import frames
from sitter.access import HOST, NONCE_BYTES, UNIT, Channel, Handshake, same
from sitter.records import SCHEMA_ID
from sitter.seal import key_id
from sitterctl import keys, who
from sitterctl.errors import (
    CHECK_FAILED,
    NO_ANSWER,
    NOT_VERIFIED,
    PERMISSION,
    RESTARTED,
    SESSION_OPEN,
    SitterError,
)
from sitterctl.port import open_port

ANSWER_S = 2.0
_TRIES = 3
# A unit that has been up for hardly longer than the port has been open was restarted by that, or just before it by
# whatever program had the port.
_RESTART_MARGIN_MS = 3000
_HEARD_BYTES = 600
_LOOK_S = 0.2
# What anybody may ask; all else needs the unit's key.
_OPEN = ("hello", "status", "auth.begin", "auth.prove", "provision")
_NEEDS_KEY = "auth-needed"
# What a refusal means to a script, and what mends it.
_REFUSALS = {
    "session-open": (SESSION_OPEN, "the same command works once the session is closed"),
    "no-key": (PERMISSION, "give the unit its key: `sitterctl provision`"),
    "has-key": (PERMISSION, "a unit is given its key once; docs/security.md tells how one begins anew"),
    "no-chord": (PERMISSION, "it shows that you are at the unit, not somebody far away"),
    "denied": (PERMISSION, "is it the right --key?"),
    "locked": (PERMISSION, "wait, and use the right key"),
    _NEEDS_KEY: (PERMISSION, "the unit was asked by somebody else meanwhile: try again"),
}


class Connection:
    """An open line to a unit that speaks our schema; `hello` is what it said of itself."""

    def __init__(self, path: str, timeout_s: float = ANSWER_S, keys: Iterable[bytes] = ()) -> None:
        """`keys` are those at hand; the unit says which is its own."""
        self.path = path
        self.hello: dict = {}
        self._keys = list(keys)
        self._channel: Channel | None = None
        self._timeout_s = timeout_s
        self._opened_at = time.monotonic()
        self._line = open_port(path)
        self._decoder = frames.Decoder()
        self._frames: list[frames.Frame] = []
        self._heard = b""
        self._expect = frames.JSON
        self._counter = os.urandom(1)[0]  # not the numbers of a program that was killed a moment ago

    def close(self) -> None:
        self._line.close()

    def greet(self) -> dict:
        """Say hello and check that this is a unit we can talk to and that opening the port did not restart it."""
        self._write(b"\r\0")  # ends whatever stood half-sent on the line, and gets MicroPython to show its prompt
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

    def await_restart(self, within_s: float) -> None:
        """Until the unit, which has said that it will, has started anew. Raises SitterError when it has not."""
        give_up_at = time.monotonic() + within_s
        while time.monotonic() < give_up_at:
            counter = self._send("hello", {})
            frame = self._receive(counter)
            hello = self.checked(frame) if frame else {}
            if hello and hello.get("boot_id") != self.hello.get("boot_id"):
                self.hello, self._channel = hello, None
                return
            time.sleep(_LOOK_S)
        raise self.silence()

    def add_key(self, key: bytes) -> None:
        """One more key at hand."""
        self._keys.append(key)

    def ask(self, verb: str, *, answer_s: float | None = None, **fields: object) -> dict:
        """The unit's answer, at most `answer_s` later. Raises SitterError when none comes or it is a refusal."""
        for _ in range(_TRIES):
            counter = self._send(verb, fields)
            frame = self._receive(counter, answer_s)
            while frame and frame.kind == frames.DATA:
                frame = self._receive(counter, answer_s)
            if frame and not self._channel_is_gone(frame):
                return self.checked(frame)
        raise self.silence()

    def pieces(self, verb: str, offset: int, **fields: object) -> Iterator[frames.Frame]:
        """Data frames in order from `offset` on, then the answer; it ends early at a hole, or when nothing comes."""
        counter = self._send(verb, {"offset": offset, **fields})
        while frame := self._receive(counter):
            if frame.kind == frames.DATA:
                if frame.body[:4] != struct.pack("<I", offset):
                    return  # a hole before it: ask again, from the hole on
                offset += len(frame.body) - 4
            elif self._channel_is_gone(frame):
                return
            yield frame
            if frame.kind != frames.DATA:
                return

    def tell(self, piece: bytes) -> frames.Frame | None:
        """A piece of what is being put, and the answer to it."""
        return self._receive(self._send_frame(frames.DATA, piece))

    def prove_key(self) -> None:
        """Open a channel under the unit's key. Raises SitterError when it is not at hand, or the unit has another."""
        key, nonce = self._key(), os.urandom(NONCE_BYTES)
        said = self.ask("auth.begin", nonce=nonce.hex())
        handshake = Handshake(key, nonce, bytes.fromhex(said["nonce"]))
        if not same(bytes.fromhex(said["proof"]), handshake.proof(UNIT)):
            raise SitterError(
                f"what answers on {self.path} names the right key but does not know it",
                "this is not the unit that it says it is: do not go on with it",
                exit_code=NOT_VERIFIED,
            )
        self.ask("auth.prove", proof=handshake.proof(HOST).hex(), who=who.am_i())
        self._channel = handshake.channel()

    def _key(self) -> bytes:
        """The unit's key, of those at hand."""
        wanted = self.hello.get("key_id")
        for key in self._keys:
            if key_id(key) == wanted:
                return key
        if wanted is None:
            raise self._refused({"error": "no-key", "text": "it has no key yet"})
        raise SitterError(
            f"the key of unit {self.hello.get('unit_id')}, {wanted:08x}, is not at hand",
            f"give it with --key, or put it in {keys.folder()}",
            exit_code=PERMISSION,
        )

    def _channel_is_gone(self, frame: frames.Frame) -> bool:
        """Whether the unit knows of no such channel: somebody else has proven the key since, or it has restarted,
        which raises SitterError. The next question proves it anew."""
        if self._channel is None or frame.kind != frames.JSON or _NEEDS_KEY.encode() not in frame.body:
            return False
        self._channel = None
        self.check_start()
        return True

    # --- the line -----------------------------------------------------------------------------------------------

    def _send(self, verb: str, fields: dict) -> int:
        """Ask, with a mac if it takes the key; the counter of the answer."""
        body = json.dumps({"do": verb, **fields}, separators=(",", ":")).encode()
        if verb in _OPEN:
            return self._send_frame(frames.JSON, body)
        if self._channel is None:
            self.prove_key()
        channel = self._channel
        assert channel is not None
        channel.number += 1
        counter = channel.number & 0xFF
        self._write(self._short(frames.encode(frames.SEALED, counter, channel.seal(HOST, body))))
        self._expect = frames.SEALED
        return counter

    def _send_frame(self, kind: int, body: bytes) -> int:
        self._counter = (self._counter + 1) % 256
        self._write(self._short(frames.encode(kind, self._counter, body)))
        self._expect = frames.JSON
        return self._counter

    def _short(self, coded: bytes) -> bytes:
        assert len(coded) <= frames.MAX_HOST_FRAME, "a question longer than the unit's receive ring"
        return coded

    def _write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, counter: int, answer_s: float | None = None) -> frames.Frame | None:
        """The next frame that answers the question `counter`; None when none comes for too long."""
        wait_s = max(self._timeout_s, answer_s or 0)
        quiet_at = time.monotonic() + wait_s
        while True:
            while self._frames:
                frame = self._opened(self._frames.pop(0))
                if frame and frame.counter == counter:
                    return frame
            if time.monotonic() >= quiet_at:
                return None
            self._frames, _ = self._decoder.feed(self._read())

    def _opened(self, frame: frames.Frame) -> frames.Frame | None:
        """The frame, if it is one that may answer: to a question with a mac only an answer with a right one does, the
        data that it vouches for, and the news that the unit knows of no such channel."""
        if frame.kind == frames.SEALED and self._expect == frames.SEALED and self._channel:
            body = self._channel.opened(UNIT, frame.body)
            return None if body is None else frames.Frame(frames.SEALED, frame.counter, body)
        if frame.kind == frames.JSON and self._expect == frames.SEALED:
            return frame if _NEEDS_KEY.encode() in frame.body else None
        return None if frame.kind == frames.SEALED else frame

    def _read(self) -> bytes:
        try:
            data = self._line.read(self._line.in_waiting or 1)
        except OSError as error:
            raise self._gone() from error
        self._heard = (self._heard + data)[-_HEARD_BYTES:]
        return data

    # --- what can be wrong --------------------------------------------------------------------------------------

    def checked(self, frame: frames.Frame) -> dict:
        """What an answer says. Raises SitterError when it is a refusal."""
        try:
            answer = json.loads(frame.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {"text": "its answer made no sense", "error": ""}
        if "error" in answer:
            raise self._refused(answer)
        return answer

    def _refused(self, answer: dict) -> SitterError:
        code, remedy = _REFUSALS.get(answer["error"], (CHECK_FAILED, "docs/protocol.md lists what it can be asked"))
        faults = answer.get("faults") or []
        listed = "".join(f"\n  {fault}" for fault in faults)
        return SitterError(f"the unit refused: {answer.get('text')}{listed}", remedy, exit_code=code,
                           details={"refusal": answer["error"], **({"faults": faults} if faults else {})})  # fmt: skip

    def _restarted(self, when: str) -> SitterError:
        return SitterError(
            f"the unit restarted {when}",
            "look at the patient first; then try another cable or port (docs/operation.md)",
            exit_code=RESTARTED,
        )

    def silence(self) -> SitterError:
        """What to say when no answer comes, by what has been heard."""
        if self.hello:
            return SitterError(f"the unit on {self.path} answers no longer", "is it switched on, and the cable in?",
                               exit_code=NO_ANSWER)  # fmt: skip
        said = "".join(c for c in self._heard.decode("ascii", "ignore") if c.isprintable())[-60:]
        if b">>>" in self._heard:
            return SitterError(f"{self.path} answers with MicroPython's prompt: the unit's program does not run",
                               "reset the unit, and leave service mode if it is on", exit_code=NO_ANSWER)  # fmt: skip
        if self._heard:
            return SitterError(f"something on {self.path} talks, but not as a unit does: {said!r}",
                               "is it the unit's port, and at 115200 baud?", exit_code=NO_ANSWER)  # fmt: skip
        return SitterError(f"no answer on {self.path}", "is it the unit's port, and is the unit switched on?",
                           exit_code=NO_ANSWER)  # fmt: skip

    def _gone(self) -> SitterError:
        return SitterError(f"{self.path} went away", "plug the cable in again", exit_code=NO_ANSWER)
