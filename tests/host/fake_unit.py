"""A unit behind a pseudo-terminal, in a thread: the firmware's own Link over logs kept in memory, with fault knobs."""

import os
import select
import threading
import time
import tty

from example_log import small_log

from drivers.link import Link
from sitter import frames
from sitter.records import SCHEMA_ID

UNIT = "SIM-0007"
MORE_LOGS = {"00001": small_log(), "00002": small_log(firmware="0.1.1")}


class _Store:
    """Logs in memory with the face of the firmware's log store."""

    def __init__(self, logs: dict[str, bytes]) -> None:
        self.logs = logs
        self.still_open: set[str] = set()
        self.pulled: list[str] = []

    def list(self) -> list[tuple[str, int, bool, bool]]:
        return [(n, len(d), n not in self.still_open, n in self.pulled) for n, d in sorted(self.logs.items())]

    def size(self, name: str) -> int:
        if name not in self.logs:
            raise OSError(2)
        return len(self.logs[name])

    def read(self, name: str, offset: int, count: int) -> bytes:
        return self.logs[name][offset : offset + count]

    def stop_reading(self) -> None:
        pass

    def mark_pulled(self, name: str) -> None:
        self.pulled.append(name)


class _OddLink(Link):
    """The firmware's Link, whose hello may name another schema."""

    schema = SCHEMA_ID

    def _serve(self, counter: int, request: dict) -> dict | None:
        answer = super()._serve(counter, request)
        if request["do"] == "hello" and answer:
            answer["schema"] = self.schema
        return answer


class FakeUnit:
    """`port` is what a host opens. Knobs, all of which may be turned at any time:

    silent      nothing is ever answered
    babble      bytes sent in the place of any answer
    schema, unit_id       what hello says
    slow_s      how long it takes over each request
    boot_id, booted_at    which start this is, and the moment of it (time.monotonic)
    drop, damage          numbers of outgoing frames, from 0, that are lost or get a bit flipped
    cut_after   the cable is pulled when so many frames have gone out
    reboot_after          the unit starts again when so many frames have gone out, and loses what it was sending
    """

    def __init__(self, logs: dict[str, bytes] | None = None) -> None:
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
        self.store = _Store(dict(MORE_LOGS if logs is None else logs))
        self.link = _OddLink(self.store, self._hello, self._status)
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

    @property
    def schema(self) -> int:
        return self.link.schema

    @schema.setter
    def schema(self, schema: int) -> None:
        self.link.schema = schema

    def reboot(self) -> None:
        self.boot_id, self.booted_at = self.boot_id + 1, time.monotonic()

    # --- what the firmware says -------------------------------------------------------------------------------------

    def _uptime_ms(self) -> int:
        return int((time.monotonic() - self.booted_at) * 1000)

    def _hello(self) -> dict:
        return {"version": "0.1.0", "unit_id": self.unit_id, "boot_id": self.boot_id, "uptime_ms": self._uptime_ms(),
                "state": "idle"}  # fmt: skip

    def _status(self) -> dict:
        parts = dict.fromkeys(("oximeter", "nibp", "music", "display", "keys", "storage", "clock"), "ok")
        return {"unit_id": self.unit_id, "state": "idle", "uptime_ms": self._uptime_ms(),
                "utc_s": int(time.time()) + 60, "clock_trusted": True, "free_bytes": 1_000_000,
                "logs": len(self.store.logs), "unpulled": 1, "heap_free": 50_000,
                "parts": {**parts, "music": "no card"}}  # fmt: skip

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

    def _send(self, frame: frames.Frame) -> None:
        n, self.sent = self.sent, self.sent + 1
        coded = bytearray(frames.encode(*frame))
        if n in self.damage:
            coded[len(coded) // 2] ^= 4
        if n not in self.drop:
            self._write(bytes(coded))
        if self.reboot_after is not None and n >= self.reboot_after:
            self.reboot_after = None
            self.link._transfer = None
            self.reboot()
        if self.cut_after is not None and n >= self.cut_after:
            time.sleep(0.05)  # what is on the line still arrives
            os.close(self._unit_end)
            self._unit_end = -1

    def _write(self, data: bytes) -> None:
        if self._unit_end >= 0:
            os.write(self._unit_end, data)
