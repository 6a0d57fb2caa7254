"""What the host does with one unit: connect to it, list its logs, pull them.

A pull writes what has arrived in order into `UNIT-NAME.part`. Whatever cuts it off, the next pull goes on from there,
after it has seen that the last bytes of the .part are the unit's own. Once complete and on disk the file is renamed to
`.slog`, verified, and only then is the unit told that it has been pulled, which allows it to delete its copy.
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from sitterctl import answers, clock, cut_short, pull_record, slog, transfer, who, whole_file
from sitterctl import keys as keystore
from sitterctl.connection import ANSWER_S, Connection
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, NOT_VERIFIED, PARTIAL, RESTARTED, SitterError

_OVERLAP = 256
_MOST_LOGS = 10000
_HASHING_S = 30.0  # the unit reads the whole log again before it believes that we have it
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")

Progress = Callable[[int, int], None]


@contextlib.contextmanager
def connect(path: str, keys: Iterable[bytes] | None = None, timeout_s: float = ANSWER_S,
            any_schema: bool = False) -> Iterator[Connection]:  # fmt: skip
    """A greeted connection, closed at the end; the `keys` at hand, if not those of the keystore. Raises SitterError."""
    connection = Connection(path, timeout_s, keystore.at_hand() if keys is None else keys)
    try:
        connection.greet(any_schema)
        yield connection
    finally:
        connection.close()


def list_logs(connection: Connection) -> list[dict]:
    """Every log on the unit, oldest first: name, bytes, closed, pulled."""
    found: list[dict] = []
    more = True
    while more:
        answer = answers.need(connection.ask("logs.list", **{"from": len(found)}), logs=list, more=bool)
        found += [_log(row) for row in answer["logs"]]
        more = answer["more"] and answer["logs"]
        if len(found) > _MOST_LOGS:
            raise answers.nonsense("logs without an end")
    return found


def _log(row: object) -> dict:
    """A row of the unit's list: name, bytes, closed, pulled."""
    if not isinstance(row, list) or len(row) != 4:
        raise answers.nonsense("logs")
    name, size, closed, pulled = row
    answers.need({"name": name, "bytes": size}, name=str, bytes=int)
    return {"name": safe(name), "bytes": size, "closed": bool(closed), "pulled": bool(pulled)}


def status(connection: Connection) -> dict:
    """How the unit is. Raises SitterError."""
    return answers.need(connection.ask("status"), unit_id=str, state=str, parts=dict, clock_trusted=bool, utc_s=int,
                        uptime_ms=int, free_bytes=int, logs=int, unpulled=int)  # fmt: skip


@dataclass
class Pulled:
    """A log that has arrived: its file, and what verification says of it."""

    name: str
    path: Path
    size_bytes: int
    closed: bool
    verdict: slog.Verdict
    acknowledged: bool = False
    notes: list[str] = field(default_factory=list)


def pull(connection: Connection, log: dict, folder: Path, keys: Iterable[bytes] | None = None,
         on_progress: Progress | None = None) -> Pulled:  # fmt: skip
    """Pull one row of `list_logs` into `folder` and verify it. Cut off, it raises SitterError with code 10."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{safe(connection.hello['unit_id'])}-{safe(log['name'])}.slog"
    part = final.with_suffix(".part")
    notes: list[str] = []
    with _told_what_is_left(log, part):
        data = _collect(connection, log, final, part, notes, on_progress)
        said = status(connection)
        _put_in_place(part, final, data)
    with _told_that_it_is_here(log, final):
        pull_record.write(final, data, _known(connection, log, said))
        verdict = slog.verify(data, keystore.at_hand() if keys is None else keys)
        done = Pulled(log["name"], final, len(data), log["closed"], verdict, notes=notes)
        _acknowledge(connection, done)
    return done


def pull_newest(connection: Connection, folder: Path) -> Path:
    """Pull the newest log; its path. Raises SitterError when the unit has none."""
    logs = list_logs(connection)
    if not logs:
        raise SitterError("the unit has no logs", "a log begins with a session", exit_code=CHECK_FAILED)
    return pull(connection, logs[-1], folder).path


def safe(name: str) -> str:
    """A name that a unit gave, if a file may be called so. Raises SitterError."""
    if not _NAME.fullmatch(name):
        raise SitterError(f"the unit uses {name!r} as a name", "this is no unit to trust; look at its firmware",
                          exit_code=CHECK_FAILED)  # fmt: skip
    return name


# --- the bytes --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _told_what_is_left(log: dict, part: Path) -> Iterator[None]:
    """Whatever ends a pull early, its error says what is there of the log and what goes on with it."""
    try:
        yield
    except cut_short.ENDS as error:
        have = part.stat().st_size if part.exists() else 0
        if not have:
            part.unlink(missing_ok=True)
        if isinstance(error, SitterError) and (not have or error.exit_code not in (NO_ANSWER, RESTARTED)):
            raise
        why, remedy, code = cut_short.reason(error)
        raise SitterError(
            f"{why}: {have} of {log['bytes']} bytes of log {log['name']} are in {part}",
            f"{remedy}the same command goes on from there",
            exit_code=code if code in (INTERRUPTED, RESTARTED) else PARTIAL,
        ) from error


@contextlib.contextmanager
def _told_that_it_is_here(log: dict, final: Path) -> Iterator[None]:
    """What ends it now can't take the log away again; but the unit may not know that it has been pulled."""
    try:
        yield
    except cut_short.ENDS as error:
        if isinstance(error, SitterError) and "refusal" in error.details:
            raise
        why, remedy, code = cut_short.reason(error)
        raise SitterError(
            f"{why}: all of log {log['name']} is in {final}, and the unit may not know that yet",
            f"{remedy}the same command tells it",
            exit_code=code if code in (INTERRUPTED, RESTARTED) else PARTIAL,
        ) from error


def _collect(connection: Connection, log: dict, final: Path, part: Path, notes: list[str],
             on_progress: Progress | None) -> bytes:  # fmt: skip
    """Append to the .part until it holds the whole log, synced to disk; the whole log."""
    _begin_with(final, part)
    with open(part, "ab", buffering=0) as file:
        have = file.tell()
        if have and not _goes_on(connection, log, part):
            notes.append(f"{part} was not the beginning of this log: started over")
            have = 0
        elif have:
            whole = have == log["bytes"]
            notes.append("was here already" if whole else f"went on at byte {have} of {log['bytes']}")
        file.truncate(have)
        for piece in transfer.read_log(connection, log["name"], have):
            _append(file, piece)
            have += len(piece)
            if on_progress:
                on_progress(have, log["bytes"])
        os.fsync(file.fileno())
    connection.check_start()
    return part.read_bytes()


def _append(file: FileIO, piece: bytes) -> None:
    """All of a piece: a disk that is nearly full takes a part of it without a word, and refuses only the rest."""
    while piece:
        piece = piece[file.write(piece) :]


def _begin_with(final: Path, part: Path) -> None:
    """Take an earlier pull of this log for a beginning, if the file is still what was pulled."""
    if final.exists() and not part.exists():
        record = pull_record.read(final) or {}
        if record.get("sha256") == hashlib.sha256(final.read_bytes()).hexdigest():
            shutil.copyfile(final, part)


def _goes_on(connection: Connection, log: dict, part: Path) -> bool:
    """Whether what we have is the beginning of this log: its last bytes are compared with the unit's."""
    have = part.stat().st_size
    start = max(0, have - _OVERLAP)
    with open(part, "rb") as file:
        file.seek(start)
        ours = file.read()
    return b"".join(transfer.read_log(connection, log["name"], start, have)) == ours


def _put_in_place(part: Path, final: Path, data: bytes) -> None:
    """Give the finished file its name. What was pulled earlier is only ever replaced by more of the same."""
    if final.exists() and not data.startswith(final.read_bytes()):
        raise SitterError(
            f"{final} is not what the unit has: it was left as it is, and the unit's bytes are in {part}",
            "compare the two and move one away, or pull into another folder with --out",
            exit_code=NOT_VERIFIED,
        )
    if final.exists() and final.stat().st_size != len(data):
        pull_record.forget(final)  # beside a log that has grown it would be a witness against it
    os.replace(part, final)
    whole_file.sync_folder(final.parent)


def _acknowledge(connection: Connection, done: Pulled) -> None:
    """Tell the unit that it may delete its copy one day, unless ours may be worse than it or is not all of it."""
    if not done.closed:
        done.notes.append("the log is still open: the same command fetches the rest later")
    elif done.verdict.kind == slog.BROKEN:
        done.notes.append("not acknowledged, so the unit keeps its copy")
    else:
        digest = hashlib.sha256(done.path.read_bytes()).hexdigest()
        connection.ask("logs.ack", answer_s=_HASHING_S, name=done.name, size=done.size_bytes, sha256=digest)
        done.acknowledged = True


# --- what is known of a pull ------------------------------------------------------------------------------------------


def _known(connection: Connection, log: dict, said: dict) -> dict:
    """What the host knows and the unit does not, for the record beside the log."""
    return {
        "unit_id": connection.hello["unit_id"],
        "boot_id": connection.hello["boot_id"],
        "firmware": connection.hello.get("version"),
        "log": log["name"],
        "closed": log["closed"],
        "port": connection.path,
        "pulled_at_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "pulled_by": who.user(),
        "unit_clock_offset_s": clock.offset_s(said),
        "unit_clock_trusted": said.get("clock_trusted"),
    }
