"""Reading and verifying `.slog` files: offline, from the file alone.

`read` decodes with the table that stands in the log's own header, so that a log of any age can be read. `verify` trusts
nothing that was decoded: it walks lengths and tags only and recomputes every seal from the bytes. Each seal is judged
on the stored mac of the one before it, so that one damaged place is told apart from all that is good behind it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sitter import records, seal
from sitterctl import doses, log_table, pull_record
from sitterctl import keys as keystore
from sitterctl.errors import SitterError
from sitterctl.log_clock import LogClock

INTACT, BROKEN, NOT_CLOSED, KEY_UNKNOWN = "intact", "broken", "intact but not closed", "key unknown"

_CLOSE_TAG = records.tag_of("close")
_MAC_BYTES = seal.MAC_BYTES
_PULL_AGAIN = "Pull the log from the unit again, and compare the two files."


@dataclass(frozen=True, slots=True)
class Record:
    """One record: n counts from 1 (the header); elapsed_s counts from the header, straight through restarts."""

    n: int
    offset: int
    name: str
    fields: dict
    utc_s: float | None
    elapsed_s: float

    @property
    def at_ms(self) -> int:
        return self.fields["at_ms"] or 0


@dataclass(frozen=True)
class Damage:
    """The first record that can not be read."""

    n: int
    offset: int
    reason: str

    @property
    def sentence(self) -> str:
        return f"Record {self.n}, at byte {self.offset}, can not be read: {self.reason}."


@dataclass(frozen=True)
class Log:
    """What could be read of a file: everything before the first damage."""

    records: list[Record]
    damage: Damage | None
    size_bytes: int
    sha256: str

    @property
    def header(self) -> dict:
        return self.records[0].fields if self.records else {}

    def named(self, name: str) -> list[Record]:
        return [record for record in self.records if record.name == name]

    @cached_property
    def doses(self) -> list[doses.Dose]:
        """All that staff told of, those that were taken back included."""
        return doses.told(self.records)

    @cached_property
    def t0_s(self) -> float | None:
        """When the first dose that stands was given; minutes of the session count from it."""
        return doses.t0_s(self.doses)

    def minutes(self, elapsed_s: float) -> float:
        """Minutes from t0, or from the header when no dose stands."""
        return (elapsed_s - (self.t0_s or 0.0)) / 60


@dataclass(frozen=True)
class Verdict:
    """Whether a log is the unit's own, whole and unchanged. `record` to `until` are the records not vouched for."""

    kind: str
    sentence: str
    remedy: str = ""
    record: int | None = None
    until: int | None = None
    offset: int | None = None
    key_id: int | None = None
    development: bool = False
    seals: int = 0

    @property
    def ok(self) -> bool:
        return self.kind == INTACT

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 8


# --- reading ----------------------------------------------------------------------------------------------------------


def load(path: str | Path) -> bytes:
    """The bytes of a log file. Raises SitterError when there is no such file or it may not be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or "can not be read"
        raise SitterError(f"{path}: {reason}", "Name a .slog file that you may read.", exit_code=2) from error


def read(source: str | Path | bytes) -> Log:
    """Decode a log as far as it goes; what is wrong with the rest stands in `damage`."""
    data = source if isinstance(source, bytes) else load(source)
    found: list[Record] = []
    damage = None
    try:
        for record in _decoded(data):
            found.append(record)
    except _Bad as bad:
        damage = Damage(len(found) + 1, bad.offset, bad.reason)
    return Log(found, damage, len(data), hashlib.sha256(data).hexdigest())


class _Bad(Exception):
    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset, self.reason = offset, reason


def _decoded(data: bytes) -> Iterator[Record]:
    if data[: len(records.MAGIC)] != records.MAGIC:
        raise _Bad(0, "the file does not begin as a log does")
    n, rows, clock = 0, None, LogClock()
    offset = end = len(records.MAGIC)
    for offset, tag, body in records.walk(data, end):
        n += 1
        if (tag == 1) != (n == 1):
            raise _Bad(offset, "the file does not begin with a header" if n == 1 else "a header in mid-file")
        try:
            name, fields = records.decode(tag, body, rows)
        except records.BadRecord as error:
            raise _Bad(offset, str(error)) from error
        rows = rows or log_table.rows(fields)
        if rows is None:
            raise _Bad(offset, "the table of records in the header is damaged")
        if name in ("header", "boot"):
            clock.tie(fields)
        yield Record(n, offset, name, fields, *clock.at(fields["at_ms"] or 0))
        end = offset + 3 + len(body)
    if end < len(data) or not n:
        raise _Bad(end, "the file ends in the middle of it")


# --- verifying --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stretch:
    """The bytes under one seal: records `first` to `last`, the seal itself being `last`."""

    first: int
    last: int
    start: int
    end: int
    previous: bytes
    closes: bool

    def good(self, data: bytes, key: bytes) -> bool:
        chain = seal.Chain(key, self.previous)
        prefix = self.end - seal.RECORD_BYTES
        chain.update(data[self.start : prefix])
        return chain.mac(data[prefix : self.end - _MAC_BYTES]) == data[self.end - _MAC_BYTES : self.end]


def _stretches(data: bytes) -> list[_Stretch]:
    """The sealed stretches in order, found by lengths and tags alone."""
    found: list[_Stretch] = []
    first, start, previous, last_tag = 1, 0, seal.FIRST, 0
    for n, (offset, tag, body) in enumerate(records.walk(data, len(records.MAGIC)), 1):
        if tag == seal.SEAL_TAG and len(body) == seal.RECORD_BYTES - 3:
            end = offset + seal.RECORD_BYTES
            found.append(_Stretch(first, n, start, end, previous, last_tag == _CLOSE_TAG))
            first, start, previous = n + 1, end, body[-_MAC_BYTES:]
        last_tag = tag
    return found


def verify(data: bytes, keys: Iterable[bytes], pulled: dict | None = None) -> Verdict:
    """Judge a log with the keys at hand, and by what was written down when it was `pulled`, if that is known."""
    verdict = _by_its_seals(data, keys)
    unlike = pull_record.unlike_the_pull(data, pulled) if pulled else None
    if unlike is None:
        return verdict
    sentence = f"{verdict.sentence} Not the file that was pulled: {unlike}."
    return replace(verdict, kind=BROKEN, sentence=sentence, remedy=_PULL_AGAIN)


def _by_its_seals(data: bytes, keys: Iterable[bytes]) -> Verdict:
    """Which of the keys sealed it is found from the header, or by trial."""
    log, stretches = read(data), _stretches(data)
    key = _key_of(log, stretches, data, list(keys))
    if key is None:
        return _unknown(log, len(stretches))
    good = [stretch.good(data, key) for stretch in stretches]
    development = key == keystore.DEVELOPMENT_KEY
    known = {"key_id": seal.key_id(key), "seals": len(stretches), "development": development}
    if not all(good) or not stretches or stretches[-1].end < len(data):
        return _broken(log, stretches, good, known)
    seals = f"{len(stretches)} seals" + (" of the published development key" if development else "")
    if not stretches[-1].closes:
        return Verdict(NOT_CLOSED, f"Intact under its {seals}, but not closed: the log ends at {_moment(log.records)}, "
                       "and whether anything followed can not be told.",
                       "Pull the log again once the session is closed.", **known)  # fmt: skip
    count = stretches[-1].last
    return Verdict(INTACT, f"Intact: {count} records under {seals}, closed at {_moment(log.records)}.",
                   **known)  # fmt: skip


def _key_of(log: Log, stretches: list[_Stretch], data: bytes, keys: list[bytes]) -> bytes | None:
    """The key that sealed the log. Any good seal proves a key, even when the header that names it is damaged."""
    named = [key for key in keys if seal.key_id(key) == log.header.get("key_id")]
    proven = (key for key in keys if any(stretch.good(data, key) for stretch in stretches))
    return named[0] if named else next(proven, None)


def _unknown(log: Log, seals: int) -> Verdict:
    key_id = log.header.get("key_id")
    if log.damage:
        damage = log.damage
        return Verdict(BROKEN, f"Broken at record {damage.n}, at byte {damage.offset} ({damage.reason}); its key is "
                       "not at hand, so nothing before it is vouched for either.", _PULL_AGAIN, record=damage.n,
                       offset=damage.offset, key_id=key_id, seals=seals)  # fmt: skip
    name = "a key without a number" if key_id is None else f"key {key_id:08x}"
    return Verdict(KEY_UNKNOWN, f"Key unknown: the log says it is sealed with {name}, which is not at hand, so nothing "
                   "in it is vouched for.", f"Give the unit's key with --key, or put it in {keystore.folder()}.",
                   key_id=key_id, seals=seals)  # fmt: skip


def _broken(log: Log, stretches: list[_Stretch], good: list[bool], known: dict) -> Verdict:
    at = next((i for i, fine in enumerate(good) if not fine), None)
    until = None if at is None else stretches[at].last
    if at is not None:
        first, offset, words = stretches[at].first, stretches[at].start, f"up to seal {until}"
    else:
        first, offset = (stretches[-1].last + 1, stretches[-1].end) if stretches else (1, 0)
        words = "behind it"
    sentence = f"Broken at record {first}{_called(log, first)} or one of the records {words}"
    if log.damage and log.damage.n >= first:
        sentence += f": record {log.damage.n}, at byte {log.damage.offset}, can not be read ({log.damage.reason})"
    elif at is None:
        sentence += ": no seal covers the end of the file"
    elif at + 1 < len(good) and all(good[at + 1 :]):
        sentence += f"; the seals from record {stretches[at + 1].first} on are good again"
    return Verdict(BROKEN, sentence + ".", _PULL_AGAIN, record=first, until=until, offset=offset, **known)


def _called(log: Log, n: int) -> str:
    """What record n is, as far as it can be read."""
    return f" ({log.records[n - 1].name} at {_moment(log.records[:n])})" if n <= len(log.records) else ""


def _moment(some: list[Record]) -> str:
    utc_s = some[-1].utc_s if some else None
    return "an unknown time" if utc_s is None else f"{datetime.fromtimestamp(utc_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
