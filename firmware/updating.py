"""Another program for the unit, into the slot that does not run: checked, tried, and then confirmed or left.

    put.begin manifest    what the program is made of; the slot is no longer one to go back to
    put.begin file        each file of it, unless it is there already: so an update that was cut off goes on
    firmware switch       all of it is read again from flash and compared, and the unit starts anew with it, on trial
    firmware confirm      somebody has looked: from now on it is the good one. Without that the unit goes back by itself

Nothing of this touches the running program, so that a power cut at any point leaves one that works. The last step is
also the way back: `switch` without a new program tries the one before, which the key has vouched for already. This
module is in memory only once somebody has asked for it; what it does ends in a start anew.
"""

import hashlib
import os

import asked
from slots import FELL_BACK, GOOD, ON_TRIAL
from uploads import put_on_flash

from drivers.link import Refused
from sitter import VERSION, manifest
from sitter.access import same
from sitter.seal import MAC_BYTES

MOST_MANIFEST_BYTES = 16384
_PIECE_BYTES = 1024
_ABOUT_TO = "the unit is about to start anew: ask again then"
_FOLDERS = ("", "/sitter", "/drivers")
# Without these a program could not be started, or not be confirmed and left again.
_NEEDED = ("board.mpy", "main.mpy", "slots.mpy", "updating.mpy")
# Faults with which a program is not to be confirmed; that of a sensor may be the cable's.
_TELLING = ("task", "program", "step", "storage", "memory", "key", "settings")


def ask(app, request: dict, who: str):
    """The verb `firmware`. Raises Refused."""
    act = request.get("act")
    if act == "show":
        return _shown(app)
    if app.unit.session.watching or app.store.is_open:
        raise Refused("session-open", "a session is open: no other firmware before it is closed")
    if act == "switch":
        return _held(app, _switch(app, request, who))
    if act == "confirm":
        return _confirm(app, who)
    raise Refused("bad-request", "act: show, switch or confirm")


def begin(app, request: dict, what: str, size: int):
    """A file that comes, or the manifest before all files. Raises Refused."""
    if app.restart_wanted:  # with what has been compared: nothing of it may change any more
        raise Refused("refused", _ABOUT_TO)
    if app.slots.state == ON_TRIAL:
        raise Refused("refused", "the program on trial is to be confirmed first")
    if not _head(app, app.slots.running):
        raise Refused("refused", "this program lies in no slot: install it with `flash`")
    most = MOST_MANIFEST_BYTES if what == "manifest" else manifest.MOST_FILE_BYTES
    if not 0 < size <= most:
        raise Refused("bad-request", "size: 1 to %d bytes" % most)
    folder = app.slots.folder(app.slots.other)
    try:
        if what == "manifest":
            _clear(folder)
            return File(folder + "/manifest", size)
        name, digest = request.get("name"), asked.raw(request, "sha256", 32)
        if not manifest.is_name(name):
            raise Refused("bad-request", "name: a file of a program")
        return File(folder + "/" + name, size, digest)
    except OSError:
        raise _full()


def _clear(folder: str) -> None:
    """Ready for another program."""
    for part in _FOLDERS:
        try:
            os.mkdir(folder + part)
        except OSError:
            pass  # it is there already; what can't be made shows at its first file
    _disown(folder)


def _disown(folder: str) -> None:
    """From here on nobody vouches for what lies there."""
    try:
        os.remove(folder + "/mac")
    except OSError:
        pass  # nobody has


class File:
    """One file on its way onto the flash; `have` bytes of `size` are there."""

    def __init__(self, path: str, size: int, digest: bytes | None = None) -> None:
        self.size = size
        self._path = path
        self._file = None
        self._sha256 = hashlib.sha256()
        self.have = size if digest and _digest(path) == (size, digest) else 0
        if self.have < size:
            self._file = open(path, "wb")  # noqa: SIM115 - until all of it has come

    def add(self, data: bytes) -> None:
        if self._file is None:
            raise Refused("bad-request", "it was given up: begin it again")
        try:
            self._file.write(data)
        except OSError:
            self.drop()
            raise _full()
        self._sha256.update(data)
        self.have += len(data)

    def store(self, digest: bytes, who: str) -> None:
        if self._file is None:  # it was there
            return
        file, self._file = self._file, None
        meant = self._sha256.digest() == digest
        try:
            file.close()
            if not meant:
                os.remove(self._path)
        except OSError:
            raise _full()
        if not meant:
            raise Refused("bad-request", "not the bytes that were meant")

    def drop(self) -> None:
        """It is given up; a beginning of it is of no use to anybody."""
        file, self._file = self._file, None
        if file:
            try:
                file.close()
                os.remove(self._path)
            except OSError:
                pass


def _full() -> Refused:
    return Refused("storage", "no room for it: pull the logs first")


def _digest(path: str) -> tuple[int, bytes]:
    """(bytes, SHA-256) of a file, (0, nothing) where there is none."""
    sha256, size = hashlib.sha256(), 0
    try:
        with open(path, "rb") as file:
            while True:
                piece = file.read(_PIECE_BYTES)
                if not piece:
                    return size, sha256.digest()
                sha256.update(piece)
                size += len(piece)
    except OSError:
        return 0, b""


# --- the verb ---------------------------------------------------------------------------------------------------------


def _shown(app) -> dict:
    slots = app.slots
    other = _head(app, slots.other) if _vouched(app, slots.other) else None
    return {"ok": True, "running": slots.running, "state": slots.state, "version": VERSION, "board": app.board.NAME,
            "manifest": _named(app, slots.running), "other": other[0] if other else None}  # fmt: skip


def _head(app, slot: str) -> tuple[str, str] | None:
    """(version, board) of the program in a slot, None where there is none."""
    try:
        with open(app.slots.folder(slot) + "/manifest") as file:
            return manifest.parsed_head(file.readline())
    except (OSError, ValueError):
        return None


def _named(app, slot: str) -> str | None:
    """SHA-256 of a slot's manifest, which tells its program from every other."""
    size, digest = _digest(app.slots.folder(slot) + "/manifest")
    return asked.digits(digest) if size else None


def _mac(app, slot: str) -> bytes:
    return manifest.mac(app.custody.key, _digest(app.slots.folder(slot) + "/manifest")[1])


def _vouched(app, slot: str) -> bool:
    """Whether the right mac for its manifest lies in a slot."""
    try:
        with open(app.slots.folder(slot) + "/mac", "rb") as file:
            return same(file.read(), _mac(app, slot))
    except OSError:
        return False


def _vouch(app, slot: str) -> None:
    with open(app.slots.folder(slot) + "/mac", "wb") as file:
        file.write(_mac(app, slot))


def _held(app, work):
    """The steps of `work`, while no session may begin; what the file system refuses in them is an answer."""
    app.unit.restarting = "new firmware is looked at"
    try:
        yield from work
    except (OSError, ValueError):
        raise Refused("storage", "the flash did not take it, or give it back")
    finally:
        if not app.restart_wanted:
            app.unit.restarting = app.slots.no_session_because


def _switch(app, request: dict, who: str):
    """A little at a time; nothing is changed before all of it is known to be right."""
    slots = app.slots
    if slots.state == ON_TRIAL:
        raise Refused("refused", "the program on trial is to be confirmed first")
    if app.restart_wanted:
        raise Refused("refused", _ABOUT_TO)
    if "mac" in request:
        if not same(asked.raw(request, "mac", MAC_BYTES), _mac(app, slots.other)):
            raise Refused("refused", "the manifest is not what the key has vouched for")
    elif not _vouched(app, slots.other):
        raise Refused("refused", "there is no program to go back to")
    yield None
    yield from _compare(app, slots.folder(slots.other))
    version = (_head(app, slots.other) or ("",))[0]
    for slot in (slots.other, slots.running):  # which has run with the key: it is one to come back to
        _vouch(app, slot)
        yield None
    app.note("firmware", who, old=VERSION, new=version)
    put_on_flash(app)
    yield None
    if app.unit.session.watching or app.store.is_open:
        raise Refused("session-open", "a session was begun meanwhile")
    if not slots.try_other():
        raise OSError(5)
    app.want_restart()
    yield {"ok": True, "restarts": True, "version": version}


def _compare(app, folder: str):
    """Every file of the manifest with its size and hash, and the board with this one."""
    with open(folder + "/manifest") as file:
        head = manifest.parsed_head(file.readline())
        if head is None or head[1] != app.board.NAME:
            raise Refused("refused", "it is for board %s, and this is %s" % (head and head[1], app.board.NAME))
        names = set()
        for line in file:
            row = manifest.parsed_row(line)
            if row is None:
                raise Refused("refused", "the manifest has a line that is none")
            names.add(row[2])
            size, digest = _digest(folder + "/" + row[2])
            if size != row[1] or asked.digits(digest) != row[0]:
                raise Refused("refused", "not whole: " + row[2])
            yield None
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise Refused("refused", "a program without " + ", ".join(missing))
    yield from _remove_others(folder, names)


def _remove_others(folder: str, names: set):
    """Files of an older program that this one has not: they would only take room."""
    for part in _FOLDERS:
        for name in os.listdir(folder + part):
            if name.endswith(".mpy") and (part[1:] + "/" + name if part else name) not in names:
                os.remove(folder + part + "/" + name)
                yield None


def _confirm(app, who: str) -> dict:
    slots = app.slots
    if slots.state == GOOD:  # the answer was lost
        return {"ok": True, "version": VERSION}
    if slots.state not in (ON_TRIAL, FELL_BACK):
        raise Refused("refused", "no program is on trial")
    faults = [name for name in _TELLING if app.unit.faults.get(name)]
    if faults:
        raise Refused("refused", "not with a fault of: " + ", ".join(faults))
    app.note("firmware confirmed", who, new=VERSION)
    put_on_flash(app)
    fell_back = slots.state == FELL_BACK
    if not slots.confirm():
        raise Refused("storage", "the flash did not take it")
    if fell_back:
        _disown(slots.folder(slots.other))
        app.post_fault("firmware", slots.fault)
    if not app.restart_wanted:
        app.unit.restarting = slots.no_session_because
    return {"ok": True, "version": VERSION}
