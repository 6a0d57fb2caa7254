"""Settings and plans on their way onto the unit: in pieces, checked as a whole, stored as a whole or not at all.

`begin` says what comes and how long it is, data frames bring it, and `commit` makes it count with its SHA-256. The
check is the one that the host has made already, with the same code. A plan is in force at once; settings are what all
parts of the unit were made with, so the unit starts anew with them.
"""

import hashlib
import json
import struct

import asked

from drivers.link import Refused
from sitter import plan, settings

KINDS = ("settings", "plan")
_MOST_BYTES = 4096
_FAULTS, _FAULT_BYTES = 6, 120  # as many as surely fit into an answer


class Uploads:
    def __init__(self, app) -> None:
        self._app = app
        self._coming: tuple | None = None  # (what, bytes in all, what has come of them)
        self._committed = b""  # SHA-256 of the last one

    def begin(self, request: dict) -> dict:
        what, size = request.get("what"), asked.number(request, "size", 0)
        if what not in KINDS:
            raise Refused("bad-request", "what: settings or plan")
        if not 0 < size <= _MOST_BYTES:
            raise Refused("bad-request", "size: 1 to %d bytes" % _MOST_BYTES)
        self._coming = (what, size, bytearray())
        return {"ok": True, "have": 0}

    def forget(self) -> None:
        self._coming = None

    def take(self, body: bytes) -> dict:
        """A piece: its offset, then bytes. What does not follow is passed over; the answer says how far it is."""
        if self._coming is None or len(body) < 4:
            raise Refused("bad-request", "nothing is being put")
        _, size, have = self._coming
        if struct.unpack("<I", body[:4])[0] == len(have) and len(have) + len(body) - 4 <= size:
            have += body[4:]
        return {"ok": True, "have": len(have)}

    def commit(self, request: dict, who: str) -> dict:
        digest = asked.raw(request, "sha256", 32)
        if self._coming is None:
            if self._committed == digest:  # the answer was lost
                return {"ok": True, "restarts": self._app.restart_wanted}
            raise Refused("bad-request", "nothing is being put")
        what, size, have = self._coming
        if len(have) != size or hashlib.sha256(have).digest() != digest:
            raise Refused("bad-request", "%d of %d bytes, or not those that were meant" % (len(have), size))
        self._coming = None
        self._store(what, _value(have), who)
        self._committed = digest
        return {"ok": True, "restarts": self._app.restart_wanted}

    def _store(self, what: str, value, who: str) -> None:
        app = self._app
        faults = settings.check(value) if what == "settings" else plan.check(value)
        if faults:
            told = [asked.plain(fault[:_FAULT_BYTES]) for fault in faults[:_FAULTS]]
            raise Refused("refused", "%d faults, nothing was changed" % len(faults), {"faults": told})
        self._write_down(what, value, who)
        put_on_flash(app)
        if not app.state.save(what, value):
            app.note("not stored", who, what)
            raise Refused("storage", "it could not be stored")
        if what == "plan":
            app.unit.take_plan(value)
        else:
            app.want_restart()

    def _write_down(self, what: str, value: dict, who: str) -> None:
        """Who changes what: on flash before the change is, as a power cut between the two must not hide it."""
        app = self._app
        if what == "plan":
            app.note("plan", who, old=app.unit.plan["code"] if app.unit.plan else "", new=value["code"])
            return
        before, after = app.unit.settings, settings.complete(value)
        for name in sorted(after):
            if before[name] != after[name]:
                app.note("setting", who, name, str(before[name]), str(after[name]))


def put_on_flash(app) -> None:
    """Who is about to do what, before it is done. Raises Refused when that can't be written down."""
    if not app.write_audit():
        raise Refused("storage", "it could not be written down, and was not done")


def _value(text: bytes):
    """What the bytes mean, if every name in it is text: MicroPython's json takes others."""
    try:
        whole = json.loads(str(text, "utf-8"))
    except (ValueError, MemoryError):
        raise Refused("refused", "it is not JSON, or too large")
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                raise Refused("refused", "a name in it is no text")
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return whole
