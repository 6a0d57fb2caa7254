"""What a host may ask of the unit over its link: the verbs, who may use them, and when.

VERBS and OPEN_VERBS (sitter/access.py) are the whole of it. Anybody may ask how the unit is, which says nothing about a
patient. All else needs the key, and whatever changes, resets or opens the unit is refused while a session is open.
Setting the key itself is for whoever holds the chord of keys at a unit that has none. Nothing that a host says is taken
for a path.

What is larger than a request comes in pieces: `put.begin`, data frames, and `put.commit` with the SHA-256 of the whole,
which is what makes it count. Whatever was done, or tried without the key, goes into the audit log.
"""

import hashlib
import json
import struct

import asked
from custody import as_label
from uploads import KINDS, Uploads, put_on_flash

from drivers.auditlog import CONNECTED, WRONG_PROOF
from drivers.link import Refused
from sitter import VERSION, live
from sitter.access import KEY_BYTES, NONCE_BYTES, NOT_ASKED, OPEN_VERBS, OPENED, WRONG, same
from sitter.records import SCHEMA_ID
from sitter.seal import key_id
from sitter.utc import EARLIEST_S, LATEST_S, iso

ALWAYS, IDLE = False, True

# verb: whether only with no session open. Those in OPEN_VERBS are for anybody, the others for who has the key.
VERBS = {
    "hello": ALWAYS,
    "status": ALWAYS,
    "auth.begin": ALWAYS,
    "auth.prove": ALWAYS,
    "provision": IDLE,
    "logs.list": ALWAYS,
    "logs.read": ALWAYS,
    "logs.ack": ALWAYS,
    "get": ALWAYS,
    "live": ALWAYS,
    "label.set": IDLE,
    "clock.set": IDLE,
    "put.begin": IDLE,
    "put.commit": IDLE,
    "selftest": IDLE,
    "firmware": ALWAYS,  # to be looked at; updating.py refuses the rest with a session open
    "nibp.service": IDLE,
    "restart": IDLE,
    "service": IDLE,
}
_PAGE = 6
_DATA_BYTES = 384
_MAX_READ = 32768
_HASH_BYTES = 512
_WHO = 32
_STATUS_MS = 1000
_PARTS = ("oximeter", "nibp", "music", "display", "keys", "storage", "clock", "supply", "firmware")


class Verbs:
    def __init__(self, app) -> None:
        self._app = app
        self._who = ""  # what the host with the channel said of itself
        self._uploads = Uploads(app)
        self._told: tuple | None = None  # (at_ms, answer) of the last `status`

    def serve(self, request: dict, keyed: bool):
        """The answer to a request that came with the key's mac or without: a dictionary, or a generator (see link.py).
        Raises Refused."""
        verb = request["do"]
        if verb not in VERBS:
            raise Refused("unknown-verb", "no such verb: " + verb)
        if verb not in OPEN_VERBS and not keyed:
            raise Refused("auth-needed", verb + " needs the unit's key")
        if VERBS[verb] is IDLE and self._session_open():
            raise Refused("session-open", "a session is open: no %s before it is closed" % verb)
        return getattr(self, "_" + verb.replace(".", "_"))(request)

    def _session_open(self) -> bool:
        return self._app.unit.session.watching or self._app.store.is_open

    # --- for anybody ------------------------------------------------------------------------------------------------

    def _hello(self, request: dict) -> dict:
        app, board = self._app, self._app.board
        return {"ok": True, "schema": SCHEMA_ID, "version": VERSION, "unit_id": board.unit_id(),
                "boot_id": board.boot_id, "uptime_ms": board.now_ms(), "state": app.unit.session.phase,
                "label": app.custody.label, "key_id": app.custody.key and key_id(app.custody.key)}  # fmt: skip

    def _status(self, request: dict) -> dict:
        """Made at most once a second: it looks through all logs, and anybody may ask as often as they like."""
        now_ms = self._app.board.now_ms()
        if self._told is None or not 0 <= now_ms - self._told[0] < _STATUS_MS:
            self._told = (now_ms, self._made_status())
        unit = self._app.unit
        return dict(self._told[1], utc_s=unit.utc_s(now_ms), clock_trusted=unit.clock_trusted, uptime_ms=now_ms)

    def _made_status(self) -> dict:
        app, board, unit = self._app, self._app.board, self._app.unit
        logs = app.store.list()
        parts = {name: unit.faults.get(name) or "ok" for name in _PARTS}
        return {"ok": True, "unit_id": board.unit_id(), "state": unit.session.phase, "uptime_ms": board.now_ms(),
                "utc_s": unit.utc_s(board.now_ms()), "clock_trusted": parts["clock"] == "ok",
                "free_bytes": app.store.free_bytes(), "logs": len(logs),
                "unpulled": sum(1 for log in logs if log[2] and not log[3]), "heap_free": board.heap_free(),
                "cuff": app.care.told(board.now_ms(), unit),
                "oximeter": app.oximeter.part, "spo2_mark": unit.spo2_mark, "samples_lost": app.oximeter.lost,
                "die_temperature_centidegc": app.oximeter.die_temperature_centidegc,
                "parts": parts}  # fmt: skip

    def _auth_begin(self, request: dict) -> dict:
        app = self._app
        nonce = app.custody.nonce(app.unit.utc_s(app.board.now_ms()))
        proof = app.custody.access.challenge(asked.raw(request, "nonce", NONCE_BYTES), nonce)
        if proof is None:
            raise Refused("no-key", "the unit has no key yet: provision it")
        return {"ok": True, "nonce": asked.digits(nonce), "proof": asked.digits(proof)}

    def _auth_prove(self, request: dict) -> dict:
        app, now_ms = self._app, self._app.board.now_ms()
        if app.custody.access.locked_ms(now_ms):
            wait_s = (app.custody.access.locked_ms(now_ms) + 999) // 1000
            raise Refused("locked", "too many wrong proofs: wait %d s" % wait_s, {"wait_s": wait_s})
        who = asked.text(request, "who", _WHO)
        came_of_it = app.custody.access.prove(now_ms, asked.raw(request, "proof", NONCE_BYTES), who.encode())
        if came_of_it == NOT_ASKED:
            raise Refused("bad-request", "there was no challenge")
        if came_of_it == WRONG:
            app.note(WRONG_PROOF, who)
            raise Refused("denied", "that is not this unit's key")
        if came_of_it == OPENED:
            self._who = who
            self._uploads.forget()
            app.note(CONNECTED, who)
        return {"ok": True}

    def _provision(self, request: dict) -> dict:
        app, key = self._app, asked.raw(request, "key", KEY_BYTES)
        has = app.custody.key
        if has is None:
            if not app.unit.chord_held:
                raise Refused("no-chord", "hold MARK and BP at the unit, and ask again")
            if not app.custody.take(key):
                raise Refused("storage", "the key could not be stored")
            app.note("provisioned", asked.text(request, "who", _WHO), new="%08x" % key_id(key))
            app.want_restart()
        elif not same(has, key):  # the same one again is an answer that was lost
            raise Refused("has-key", "the unit has its key already")
        return {"ok": True, "key_id": key_id(key), "restarts": True}

    # --- logs -------------------------------------------------------------------------------------------------------

    def _logs_list(self, request: dict) -> dict:
        start = asked.number(request, "from", 0)
        logs = self._app.store.list()
        page = logs[start : start + _PAGE]
        return {"ok": True, "logs": [[name, size, int(closed), int(pulled)] for name, size, closed, pulled in page],
                "more": start + _PAGE < len(logs)}  # fmt: skip

    def _logs_read(self, request: dict):
        store, name, size = self._log(request)
        start, count = asked.number(request, "offset", 0), asked.number(request, "count", _MAX_READ)
        start = min(start, size)
        return self._pieces(store.read, name, start, min(size, start + min(count, _MAX_READ)), {"size": size})

    def _pieces(self, read, name: str, start: int, end: int, more: dict):
        """Data frames, and `more` in the answer behind them."""
        offset = start
        try:
            while offset < end:
                data = read(name, offset, min(_DATA_BYTES, end - offset))
                if not data:
                    raise OSError(5)
                yield struct.pack("<I", offset) + data
                offset += len(data)
        except OSError:
            raise Refused("no-such-log", "the log can not be read")
        finally:
            self._app.store.stop_reading()
        yield dict(more, ok=True, sent=end - start)

    def _log(self, request: dict) -> tuple:
        """(store, name in it, bytes) of the log that is asked for."""
        store, name = self._app.store, request.get("name")
        try:
            if not isinstance(name, str):
                raise OSError(2)
            if name.startswith("audit."):
                store, name = self._app.custody.audit, name[6:]
            return store, name, store.size(name)
        except OSError:
            raise Refused("no-such-log", "no log of that name")

    def _logs_ack(self, request: dict):
        store, name, size = self._log(request)
        if store is not self._app.store or size != asked.number(request, "size", -1):
            raise Refused("bad-request", "the log has another size by now")
        return self._compare(name, size, asked.raw(request, "sha256", 32))

    def _compare(self, name: str, size: int, theirs: bytes):
        """Whether the host has what is on flash, a little at a time; only then is the log pulled."""
        store, ours, offset = self._app.store, hashlib.sha256(), 0
        try:
            while offset < size:
                data = store.read(name, offset, _HASH_BYTES)
                if not data:
                    raise OSError(5)
                ours.update(data)
                offset += len(data)
                yield None
            if ours.digest() != theirs:
                raise Refused("bad-request", "that is not what the unit has")
            store.mark_pulled(name)
        except OSError:
            raise Refused("bad-request", "the log can not be read, or its session is still open")
        finally:
            store.stop_reading()
        self._app.note("pulled", self._who, name)
        yield {"ok": True}

    # --- settings and plan ------------------------------------------------------------------------------------------

    def _get(self, request: dict):
        unit, what = self._app.unit, request.get("what")
        if what not in KINDS:
            raise Refused("bad-request", "what: settings, plan or music")
        on_card = unit.director.catalogue
        value = {"settings": unit.mandate.own, "plan": unit.plan}.get(what, on_card and on_card.told())
        whole = json.dumps(value).encode()
        digest = asked.digits(hashlib.sha256(whole).digest())
        return self._pieces(lambda name, at, count: whole[at : at + count], what, 0, len(whole), {"sha256": digest})

    def _put_begin(self, request: dict) -> dict:
        return self._uploads.begin(request)

    def _put_commit(self, request: dict) -> dict:
        return self._uploads.commit(request, self._who)

    def take_data(self, body: bytes) -> dict:
        """A piece of what is being put."""
        if self._session_open():
            self._uploads.forget()
        return self._uploads.take(body)

    # --- the unit itself --------------------------------------------------------------------------------------------

    def _live(self, request: dict) -> dict:
        app = self._app
        return dict(live.fields(app.board.now_ms(), app.unit), ok=True, ratio_permille=app.oximeter.ratio_permille)

    def _label_set(self, request: dict) -> dict:
        """What people call the unit: `BED 3`."""
        label = as_label(request.get("label"))
        if label is None:
            raise Refused("bad-request", "label: at most 12 plain characters")
        self._write_down("label", old=self._app.custody.label, new=label)
        if not self._app.custody.rename(label):
            raise Refused("storage", "it could not be stored")
        return {"ok": True}

    def _clock_set(self, request: dict) -> dict:
        utc_s = asked.number(request, "utc_s", 0, LATEST_S)
        if utc_s < EARLIEST_S:
            raise Refused("bad-request", "utc_s: seconds since 1970, of this century")
        was_s = max(EARLIEST_S, self._app.unit.utc_s(self._app.board.now_ms()))
        self._write_down("clock", old=iso(was_s), new=iso(utc_s))
        if not self._app.set_clock(utc_s):
            raise Refused("storage", "the clock does not answer")
        return {"ok": True, "utc_s": utc_s}

    def _selftest(self, request: dict) -> dict:
        import checkup  # and not before: most starts need none of it

        return checkup.ask(self._app, request, self._who)

    def _firmware(self, request: dict):
        import updating  # and not before: most starts need none of it

        return updating.ask(self._app, request, self._who)

    def _nibp_service(self, request: dict) -> dict:
        import cuffservice

        return cuffservice.ask(self._app, request, self._who)

    def _restart(self, request: dict) -> dict:
        self._write_down("restart")
        self._app.want_restart()
        return {"ok": True, "restarts": True}

    def _service(self, request: dict) -> dict:
        """The next start leaves the line to MicroPython's prompt: boot.py."""
        self._write_down("service mode")
        self._app.board.set_service_flag()
        self._app.want_restart()
        return {"ok": True, "restarts": True}

    def _write_down(self, event: str, old: str = "", new: str = "") -> None:
        """Who does what, on flash before it is done."""
        self._app.note(event, self._who, old=old, new=new)
        put_on_flash(self._app)
