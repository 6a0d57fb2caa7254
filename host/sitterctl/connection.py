"""The host's side of the serial link: questions and answers over frames.

A question is repeated when no answer comes; that is safe, because every verb can be. What arrives late for a question
that was given up carries the wrong counter and is passed over. The first question that needs the unit's key proves it,
once the unit has proven that it knows it too; from then on questions and answers carry macs, and an answer without a
right one is none. docs/protocol.md tells the verbs, sitter/access.py the proofs.
"""

import contextlib
import json
import os
import struct
import threading
import time
from collections.abc import Iterable, Iterator

from sitter import frames
from sitter.access import HOST, NONCE_BYTES, OPEN_VERBS, UNIT, Channel, Handshake, same
from sitter.records import SCHEMA_ID
from sitter.seal import MAC_BYTES, key_id
from sitterctl import answers, keys, port, who
from sitterctl.errors import (
    CHECK_FAILED,
    NO_ANSWER,
    NOT_VERIFIED,
    PERMISSION,
    RESTARTED,
    SitterError,
)
from sitterctl.refusals import NEEDS_KEY, refused

ANSWER_S = 2.0
TRIES = 3
# A unit that has been up for hardly longer than the port has been open was restarted by that, or just before it by
# whatever program had the port.
_RESTART_MARGIN_MS = 3000
_HEARD_BYTES = 600
_LOOK_S = 0.2

stopped = threading.Event()  # Ctrl-C, for the lines of other threads: each use of one raises KeyboardInterrupt


class Connection:
    """An open line to a unit that speaks our schema; `hello` is what it said of itself."""

    def __init__(self, path: str, timeout_s: float = ANSWER_S, keys: Iterable[bytes] = ()) -> None:
        """`keys` are those at hand; the unit says which is its own."""
        self.path = path
        self.hello: dict = {}
        self._keys = list(keys)
        self._channel: Channel | None = None
        self.key: bytes | None = None  # the unit's own, once it has been proven
        self.timeout_s = timeout_s
        self.may_have_done: set[str] = set()  # verbs that were sent, but for those that the unit refused
        self._opened_at = time.monotonic()
        self._line = port.open_port(path)
        self._decoder = frames.Decoder()
        self._frames: list[frames.Frame] = []
        self._heard = b""
        self._expect = frames.JSON
        self._counter = os.urandom(1)[0]  # not the numbers of a program that was killed a moment ago

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of a cable that is out
            self._line.close()

    def hangs_up(self) -> bool | None:
        """Whether closing this line would lower DTR and RTS; None if there is no telling."""
        return port.hangs_up(self._line)

    def rouse(self, out_of_raw: bool = False) -> None:
        """End whatever stood half-sent on the line, and get MicroPython to show its prompt; `out_of_raw` where somebody
        who talked to it was stopped. To a unit's program all of that is noise."""
        self._write(b"\r\x03\x02\0" if out_of_raw else b"\r\0")

    @property
    def at_prompt(self) -> bool:
        """Whether MicroPython's prompt has been heard, and so no program runs."""
        return b">>>" in self._heard

    def greet(self, any_schema: bool = False) -> dict:
        """Say hello and check that this is a unit we can talk to and that opening the port did not restart it. To
        bring its program up to date the `schema` of its records need not be ours."""
        self.rouse()
        said = self.ask("hello")
        if "schema" not in said:  # the answer to a program that was stopped a moment ago
            said = self.ask("hello")
        hello = answers.need(said, schema=int, uptime_ms=int)
        since_open_ms = (time.monotonic() - self._opened_at) * 1000
        if hello["schema"] != SCHEMA_ID and not any_schema:
            version = hello.get("version")
            raise SitterError(
                f"unit {hello.get('unit_id')} speaks another schema than this sitterctl (its firmware: {version})",
                f"install sitterctl {version}, or update the unit; logs that were pulled can be read by any version",
                exit_code=CHECK_FAILED,
            )
        self.take_hello(hello)
        if self.hello["uptime_ms"] < since_open_ms + _RESTART_MARGIN_MS:
            raise self._restarted(f"when {self.path} was opened")
        return self.hello

    def take_hello(self, hello: dict) -> None:
        """Go on from what the unit has said already. Raises SitterError when it makes no sense."""
        self.hello = _checked_hello(hello)

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
            hello = _checked_hello(self.checked(frame)) if frame else self.hello
            if hello["boot_id"] != self.hello["boot_id"]:
                self.hello, self._channel = hello, None
                self.outgrow_start()
                return
            time.sleep(_LOOK_S)
        raise self.silence()

    def outgrow_start(self, up_ms: int = _RESTART_MARGIN_MS) -> None:
        """Until the unit is up for so long; at least until nobody who opens its port would believe that this has
        restarted it."""
        while self.hello["uptime_ms"] < up_ms:
            time.sleep(min(5.0, (up_ms - self.hello["uptime_ms"]) / 1000 + _LOOK_S))
            self.hello = _checked_hello(self.ask("hello"))

    def add_key(self, key: bytes) -> None:
        """One more key at hand."""
        self._keys.append(key)

    def ask(self, verb: str, *, answer_s: float | None = None, **fields: object) -> dict:
        """The unit's answer, at most `answer_s` later. Raises SitterError when none comes or it is a refusal."""
        for sent_before in range(TRIES):
            counter = self._send(verb, fields)
            frame = self._receive(counter, answer_s)
            give_up_at = time.monotonic() + self.timeout_s + (answer_s or 0)
            while frame and frame.kind == frames.DATA and time.monotonic() < give_up_at:  # of a pull given up before
                frame = self._receive(counter, answer_s)
            if frame and frame.kind != frames.DATA and not self._channel_is_gone(frame):
                return self._answered(verb, frame, sent_before > 0)
        raise self.silence()

    def _answered(self, verb: str, frame: frames.Frame, sent_before: bool) -> dict:
        """What an answer says. Raises SitterError when it is a refusal: then the unit has not done it, unless it had
        when it was asked before, or had begun to store it."""
        try:
            return self.checked(frame)
        except SitterError as error:
            if error.details.get("refusal") not in (None, "storage") and not sent_before:
                self.may_have_done.discard(verb)
            raise

    def pieces(self, verb: str, offset: int, most: int, **fields: object) -> Iterator[frames.Frame]:
        """Data frames in order from `offset` on, at most so many bytes, then the answer; it ends early at a hole, or
        when nothing comes. Raises SitterError when more comes than was asked for."""
        end = offset + most
        counter = self._send(verb, {"offset": offset, **fields})
        while frame := self._receive(counter):
            if frame.kind == frames.DATA:
                if frame.body[:4] != struct.pack("<I", offset):
                    return  # a hole before it: ask again, from the hole on
                offset += len(frame.body) - 4
                if offset > end:
                    raise answers.nonsense("more than was asked for")
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
        key, nonce, me = self._key(), os.urandom(NONCE_BYTES), who.am_i()
        said = self.ask("auth.begin", nonce=nonce.hex())
        handshake = Handshake(key, nonce, answers.raw(said, "nonce", NONCE_BYTES))
        if not same(answers.raw(said, "proof", MAC_BYTES), handshake.proof(UNIT)):
            raise SitterError(
                f"what answers on {self.path} names the right key but does not know it",
                "this is not the unit that it says it is: do not go on with it",
                exit_code=NOT_VERIFIED,
            )
        self.ask("auth.prove", proof=handshake.proof(HOST, me.encode()).hex(), who=me)
        self._channel, self.key = handshake.channel(), key

    def _key(self) -> bytes:
        """The unit's key, of those at hand. Raises SitterError when it is not, or is another unit's."""
        wanted, unit_id = self.hello["key_id"], self.hello["unit_id"]
        if wanted is None:
            raise refused({"error": "no-key", "text": "it has no key yet"})
        key = next((key for key in self._keys if key_id(key) == wanted), None)
        if key is None:
            raise SitterError(f"the key of unit {unit_id}, {wanted:08x}, is not at hand",
                              f"give it with --key, or put it in {keys.folder()}", exit_code=PERMISSION)  # fmt: skip
        owner = keys.unit_of(key)
        if (owner or unit_id) != unit_id or (key == keys.DEVELOPMENT_KEY and not unit_id.startswith("SIM-")):
            raise SitterError(f"what calls itself unit {unit_id} has the key of {owner or 'simulated units'}",
                              "this is not the unit that it says it is: do not go on with it",
                              exit_code=NOT_VERIFIED)  # fmt: skip
        return key

    def _channel_is_gone(self, frame: frames.Frame) -> bool:
        """Whether the unit knows of no such channel: somebody else has proven the key since, or it has restarted,
        which raises SitterError. The next question proves it anew."""
        if self._channel is None or frame.kind != frames.JSON or NEEDS_KEY.encode() not in frame.body:
            return False
        self._channel = None
        self.check_start()
        return True

    # --- the line -----------------------------------------------------------------------------------------------

    def _send(self, verb: str, fields: dict) -> int:
        """Ask, with a mac if it takes the key; the counter of the answer."""
        body = json.dumps({"do": verb, **fields}, separators=(",", ":")).encode()
        if verb in OPEN_VERBS:
            self.may_have_done.add(verb)
            return self._send_frame(frames.JSON, body)
        if self._channel is None:
            self.prove_key()
        channel = self._channel
        assert channel is not None
        self.may_have_done.add(verb)
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
        self._hear_ctrl_c()
        try:
            self._line.write(data)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, counter: int, answer_s: float | None = None) -> frames.Frame | None:
        """The next frame that answers the question `counter`; None when none comes for too long."""
        wait_s = max(self.timeout_s, answer_s or 0)
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
            return frame if NEEDS_KEY.encode() in frame.body else None
        return None if frame.kind == frames.SEALED else frame

    def _hear_ctrl_c(self) -> None:
        if stopped.is_set() and threading.current_thread() is not threading.main_thread():
            raise KeyboardInterrupt

    def _read(self) -> bytes:
        self._hear_ctrl_c()
        try:
            data = self._line.read(self._line.in_waiting or 1)
        except OSError as error:
            raise self._gone() from error
        self._heard = (self._heard + data)[-_HEARD_BYTES:]
        return data

    # --- what can be wrong --------------------------------------------------------------------------------------

    def checked(self, frame: frames.Frame) -> dict:
        """What an answer says. Raises SitterError when it is a refusal, or makes no sense."""
        answer = answers.parsed(frame.body)
        if "error" in answer:
            raise refused(answer)
        return answer

    def _restarted(self, when: str) -> SitterError:
        return SitterError(
            f"the unit restarted {when}",
            "look at the patient first; if somebody has just switched it on, give the command again, else try another "
            "cable or port (docs/operation.md)",
            exit_code=RESTARTED,
        )

    def silence(self) -> SitterError:
        """What to say when no answer comes, by what has been heard."""
        if self.hello:
            return SitterError(f"the unit on {self.path} answers no longer", "is it switched on, and the cable in?",
                               exit_code=NO_ANSWER)  # fmt: skip
        said = "".join(c for c in self._heard.decode("ascii", "ignore") if c.isprintable())[-60:]
        if self.at_prompt:
            return SitterError(f"{self.path} answers with MicroPython's prompt: the unit's program does not run",
                               "reset the unit, and leave service mode if it is on", exit_code=NO_ANSWER)  # fmt: skip
        if self._heard:
            return SitterError(f"something on {self.path} talks, but not as a unit does: {said!r}",
                               "is it the unit's port, and at 115200 baud?", exit_code=NO_ANSWER)  # fmt: skip
        return SitterError(f"no answer on {self.path}", "is it the unit's port, and is the unit switched on? "
                           "A new chip is silent before `sitterctl flash`", exit_code=NO_ANSWER)  # fmt: skip

    def _gone(self) -> SitterError:
        return SitterError(f"{self.path} went away", "plug the cable in again", exit_code=NO_ANSWER)


def _checked_hello(hello: dict) -> dict:
    """Raises SitterError when something is missing or of another kind."""
    answers.need(hello, unit_id=str, version=str, state=str, label=str, boot_id=int, uptime_ms=int,
                 key_id=(int, type(None)))  # fmt: skip
    return hello
