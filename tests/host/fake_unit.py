"""A unit behind a pseudo-terminal, in a thread: the firmware's own link and verbs over logs kept in memory, with fault
knobs."""

import copy
import os
import select
import shutil
import tempfile
import threading
import time
import tty
from pathlib import Path

import cuffservice
from example_log import small_log
from fake_app import KEY, FakeApp
from slots import Slots

from drivers.link import Refused
from sitter import frames

UNIT = "SIM-0007"
# What a unit that is well answers to `selftest`, by part; what moves from one answer to the next is made in `_tried`.
WELL: dict[str, dict] = {
    "oximeter": {"fault": None, "lost": 32, "reading": True, "die_temperature_centidegc": 2300, "finger": False},
    "nibp": {"fault": None, "busy": False, "cuff_mmhg": 2},
    "clock": {"fault": None, "trusted": True},
    "storage": {"fault": None, "works": True, "free_bytes": 1500000},
    "supply": {"fault": None, "fitted": True, "level_pct": 81, "emptying": False},
    "display": {"fault": None, "running": True},
    "light": {"fault": None, "running": True},
    "music": {"fault": None, "running": True},
    "keys": {"running": True, "seen": []},
    "signals": {"running": False, "asking": True, "result": "not done"},
}
MORE_LOGS = {"00001": small_log(), "00002": small_log(firmware="0.1.1")}


class FakeUnit:
    """`port` is what a host opens. Knobs, all of which may be turned at any time:

    silent      nothing is ever answered
    babble      bytes sent in the place of any answer
    schema, unit_id       what hello says
    liar        its proof is a wrong one: it names the key and does not know it
    clock_trusted, music  what status says of them
    slow_s      how long it takes over each request
    boot_id, booted_at    which start this is, and the moment of it (time.monotonic)
    drop, damage          numbers of outgoing frames, from 0, that are lost or get a bit flipped
    cut_after   the cable is pulled when so many frames have gone out
    valves      what `nibp.service` answers to `close` and `look`; a refusal's code in the place of an answer
    parts       what `selftest` answers, by part; a refusal's code in the place of an answer
    new_one_falls         a program on trial does not start, so the unit is back with the good one at once
    reboot_after          the unit starts again when so many frames have gone out, and loses what it was sending
    """

    def __init__(self, logs: dict[str, bytes] | None = None, key: bytes | None = KEY) -> None:
        self.silent = False
        self.slow_s = 0.0
        self.unit_id = UNIT
        self.babble = b""
        self.boot_id, self.booted_at = 0x51770001, time.monotonic() - 3600
        self.drop: set[int] = set()
        self.damage: set[int] = set()
        self.cut_after: int | None = None
        self.reboot_after: int | None = None
        self.sent = 0
        self.liar = False
        self.clock_trusted = True
        self.music: str | None = "no card"
        self.new_one_falls = False
        self.schema: int | None = None
        self._folder = tempfile.TemporaryDirectory()
        self.app = FakeApp(self._folder.name, dict(MORE_LOGS if logs is None else logs), key)
        self.store, self.link = self.app.store, self.app.link
        self.parts: dict[str, dict | str] = copy.deepcopy(WELL)
        self.app.verbs._selftest = self._tried
        self.valves: dict | str = {"closed": True, "ended": None, "cuff_mmhg": 0, "peak_mmhg": 0}
        self.acts: list[str] = []
        self.app.verbs._nibp_service = self._serviced
        self._serve_verb, self.app.verbs.serve = self.app.verbs.serve, self._oddly
        self._decoder = frames.Decoder()
        self._unit_end, self._host_end = os.openpty()
        tty.setraw(self._host_end)
        self.port = os.ttyname(self._host_end)
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> "FakeUnit":
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._wake)
        self._thread.join(timeout=5)
        for end in (self._stop, self._host_end, self._unit_end):
            if end >= 0:
                os.close(end)
        self._folder.cleanup()

    def install(self, program: Path) -> None:
        """Put a compiled program into slot a, as `flash` does."""
        shutil.copytree(program, Path(self._folder.name) / "a")

    def _boot(self) -> None:
        """What boot.py does with the marker of two slots."""
        marker = Path(self._folder.name) / "slot"
        said = marker.read_text() if marker.exists() else "a"
        for after in (">?", "?!"):
            if said[1:2] == after[0]:
                said = said.replace(*after)
                marker.write_text(said)
                if after == ">?" and not self.new_one_falls:
                    break
        folder = said[2] if "?" in said else said[0]
        self.app.slots = Slots(self._folder.name, "/" + folder)

    def _version(self, version: str) -> str:
        """That of the running program, if one was installed."""
        path = Path(self._folder.name) / self.app.slots.running / "manifest"
        return path.read_text().split()[1] if path.exists() else version

    def reboot(self, up_s: float = 0.0) -> None:
        self.boot_id, self.booted_at = self.boot_id + 1, time.monotonic() - up_s
        self._boot()
        self.app.begin()
        self.app.custody.access.channel, self.app.custody.access._key = None, self.app.custody.key

    # --- what the firmware says -------------------------------------------------------------------------------------

    def _uptime_ms(self) -> int:
        return int((time.monotonic() - self.booted_at) * 1000)

    def _oddly(self, request: dict, keyed: bool):
        """The verbs' own answer, but for the knobs."""
        answer = self._serve_verb(request, keyed)
        if request["do"] == "hello":
            answer.update(unit_id=self.unit_id, boot_id=self.boot_id, uptime_ms=self._uptime_ms())
            answer["schema"] = self.schema or answer["schema"]
        if request["do"] == "hello" or request.get("act") == "show":
            answer["version"] = self._version(answer["version"])
        if request["do"] == "status":
            answer.update(uptime_ms=self._uptime_ms(), utc_s=int(time.time()) + 60, clock_trusted=self.clock_trusted)
            answer["parts"]["music"] = self.music or "ok"
        if request["do"] == "auth.begin" and self.liar:
            answer["proof"] = "00" * 16
        return answer

    def _tried(self, request: dict) -> dict:
        part = request["part"]
        told = self.parts[part]
        if isinstance(told, str):
            raise Refused(told, "so it is")
        if part == "signals" and "answer" in request:
            told["result"] = "confirmed" if request["answer"] else "denied"
        at_s = 100 + 2 * request.get("again", 0)
        return {"ok": True, "at_ms": at_s * 1000, **({"utc_s": at_s} if part == "clock" else {}), **told}

    def _serviced(self, request: dict) -> dict:
        self.acts.append(request["act"] + (f" {request['result']}" if "result" in request else ""))
        if request["act"] == "done":
            return cuffservice.ask(self.app, request, "somebody")
        if isinstance(self.valves, str):
            raise Refused(self.valves, "so it is")
        return {"ok": True, "at_ms": 1000, **(self.valves if request["act"] != "open" else {})}

    # --- the line ---------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while self._unit_end >= 0:
            ready, _, _ = select.select([self._unit_end, self._stop], [], [])
            if self._stop in ready:
                return
            data = os.read(self._unit_end, 256)
            time.sleep(self.slow_s)
            if self.babble:
                self._write(self.babble)
            elif not self.silent:
                self.link.feed(data)
                self._answer()

    def _answer(self) -> None:
        while self.link.busy and self._unit_end >= 0:
            for frame in self._decoder.feed(self.link.take(100))[0]:
                self._send(frame)
        if self.app.restart_wanted:
            self.reboot(up_s=10)  # nobody waits here for it to grow old

    def _send(self, frame: frames.Frame) -> None:
        n, self.sent = self.sent, self.sent + 1
        coded = bytearray(frames.encode(*frame))
        if n in self.damage:
            coded[len(coded) // 2] ^= 4
        if n not in self.drop:
            self._write(bytes(coded))
        if self.reboot_after is not None and n >= self.reboot_after:
            self.reboot_after = None
            self.link._drop_work()
            self.reboot()
        if self.cut_after is not None and n >= self.cut_after:
            time.sleep(0.05)  # what is on the line still arrives
            os.close(self._unit_end)
            self._unit_end = -1

    def _write(self, data: bytes) -> None:
        if self._unit_end >= 0:
            os.write(self._unit_end, data)
