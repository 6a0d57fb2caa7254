"""Settings, plans, the music card's catalogue and programs on their way onto the unit: in pieces, checked as a whole,
stored as a whole or not at all.

`begin` says what comes and how long it is, data frames bring it, and `commit` makes it count with its SHA-256. The
check of sets is the one that the host has made already, with the same code. Plan and catalogue are in force at once;
settings are what all parts of the unit were made with, so the unit starts anew with them. Programs: updating.py.
"""

import hashlib
import json
import struct

import asked
from unload import unload

from drivers.link import Refused
from drivers.statestore import names_are_text
from sitter import catalogue, clearance, settings

KINDS = ("settings", "plan", "music")
_CHECKS = {"settings": settings.check, "music": catalogue.check}
_OF_PROGRAMS = ("manifest", "file")
_MOST_BYTES = 4096
_FAULTS, _FAULT_BYTES = 6, 120  # as many as surely fit into an answer
_TOLD = 60  # characters of a list of texts in the audit log


class Uploads:
    def __init__(self, app) -> None:
        self._app = app
        self._coming = None  # a Set, or an updating.File
        self._committed = b""  # SHA-256 of the last one

    def begin(self, request: dict) -> dict:
        what, size = request.get("what"), asked.number(request, "size", 0)
        self.forget()
        if what in _OF_PROGRAMS:
            import updating  # and not before: most starts need none of it

            self._coming = updating.begin(self._app, request, what, size)
        elif what in KINDS:
            self._coming = Set(self._app, what, size)
        else:
            raise Refused("bad-request", "what: settings, plan, music, manifest or file")
        return {"ok": True, "have": self._coming.have}

    def forget(self) -> None:
        coming, self._coming = self._coming, None
        if coming:
            coming.drop()

    def take(self, body: bytes) -> dict:
        """A piece: its offset, then bytes. What does not follow is passed over; the answer says how far it is."""
        coming = self._coming
        if coming is None or len(body) < 4:
            raise Refused("bad-request", "nothing is being put")
        if struct.unpack("<I", body[:4])[0] == coming.have and coming.have + len(body) - 4 <= coming.size:
            coming.add(body[4:])
        return {"ok": True, "have": coming.have}

    def commit(self, request: dict, who: str) -> dict:
        digest, coming = asked.raw(request, "sha256", 32), self._coming
        if coming is None:
            if self._committed == digest:  # the answer was lost
                return {"ok": True, "restarts": self._app.restart_wanted}
            raise Refused("bad-request", "nothing is being put")
        if coming.have != coming.size:
            raise Refused("bad-request", "%d of %d bytes" % (coming.have, coming.size))
        self._coming = None
        coming.store(digest, who)
        self._committed = digest
        return {"ok": True, "restarts": self._app.restart_wanted}


class Set:
    """Settings, a plan or a catalogue as they come, in memory; `have` bytes of `size` are there."""

    def __init__(self, app, what: str, size: int) -> None:
        if not 0 < size <= _MOST_BYTES:
            raise Refused("bad-request", "size: 1 to %d bytes" % _MOST_BYTES)
        self._app = app
        self._what = what
        self._text = bytearray()
        self.size = size

    @property
    def have(self) -> int:
        return len(self._text)

    def add(self, data: bytes) -> None:
        self._text += data

    def drop(self) -> None:
        """It is given up."""

    def store(self, digest: bytes, who: str) -> None:
        """Check it and make it count. Raises Refused, and then nothing was changed."""
        if hashlib.sha256(self._text).digest() != digest:
            raise Refused("bad-request", "not the bytes that were meant")
        app, what, value = self._app, self._what, _value(self._text)
        faults = self._plan_faults(value) if what == "plan" else _CHECKS[what](value)
        if faults:
            told = [asked.plain(fault[:_FAULT_BYTES]) for fault in faults[:_FAULTS]]
            raise Refused("refused", "%d faults, nothing was changed" % len(faults), {"faults": told})
        self._write_down(value, who)
        put_on_flash(app)
        if not app.state.save(what, value):
            app.note("not stored", who, what)
            raise Refused("storage", "it could not be stored")
        if what == "plan":
            app.unit.take_plan(value)
        elif what == "music":
            app.unit.director.catalogue = catalogue.Catalogue(value)
        else:
            app.want_restart()

    def _plan_faults(self, value) -> list[str]:
        """What this unit has against a plan for its next session."""
        from sitter import plan  # and only here: it is large

        mandate = self._app.unit.mandate
        faults = plan.check(value)
        unload("sitter.plan")
        if not faults and value["unit_id"] != mandate.unit_id:
            faults.append("unit_id: the plan is for %s, and this is %s" % (value["unit_id"], mandate.unit_id))
        if faults:
            return faults
        ended = mandate.ended(value, self._app.unit.today(self._app.board.now_ms()))
        return clearance.settings_faults(value, mandate.own) + (["id: " + ended] if ended else [])

    def _write_down(self, value: dict, who: str) -> None:
        """Who changes what: on flash before the change is, as a power cut between the two must not hide it."""
        app = self._app
        if self._what == "plan":
            app.note("plan", who, old=app.unit.plan["code"] if app.unit.plan else "", new=value["code"])
            return
        if self._what == "music":
            on_card = app.unit.director.catalogue
            app.note("music", who, old=on_card.card if on_card else "", new=value["card"])
            return
        before, after = app.unit.mandate.own, settings.complete(value)
        for name in sorted(after):
            if before[name] != after[name]:
                app.note("setting", who, name, _told(before[name]), _told(after[name]))


def _told(value) -> str:
    return asked.plain("; ".join(value)[:_TOLD]) if isinstance(value, list) else str(value)


def put_on_flash(app) -> None:
    """Who is about to do what, before it is done. Raises Refused when that can't be written down."""
    if not app.write_audit():
        raise Refused("storage", "it could not be written down, and was not done")


def _value(text: bytes):
    """What the bytes mean, if every name in it is text."""
    try:
        whole = json.loads(str(text, "utf-8"))
    except (ValueError, MemoryError):
        raise Refused("refused", "it is not JSON, or too large")
    if not names_are_text(whole):
        raise Refused("refused", "a name in it is no text")
    return whole
