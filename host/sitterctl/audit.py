"""A unit's audit log: who did what over its link. It is a sealed log that is never closed, in two files, the older of
which may be missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sitterctl import slog, transfer
from sitterctl.connection import Connection
from sitterctl.errors import NOT_VERIFIED, SitterError

_NAMES = ("before", "current")


@dataclass(frozen=True)
class Trail:
    """One of the two files, and what its seals say."""

    name: str
    data: bytes
    verdict: slog.Verdict
    events: list[dict]

    @property
    def whole(self) -> bool:
        return self.verdict.kind in (slog.INTACT, slog.NOT_CLOSED)

    @property
    def exit_code(self) -> int:
        return 0 if self.whole else NOT_VERIFIED


def pull(connection: Connection, keys: Iterable[bytes]) -> list[Trail]:
    """Both files, the older first."""
    at_hand, trails = list(keys), []
    for name in _NAMES:
        try:
            data = b"".join(transfer.read_log(connection, f"audit.{name}", 0))
        except SitterError as error:
            if error.details.get("refusal") != "no-such-log":
                raise
            continue
        trails.append(Trail(name, data, slog.verify(data, at_hand), _events(data)))
    return trails


def _events(data: bytes) -> list[dict]:
    rows = []
    for record in slog.read(data).named("audit"):
        fields = record.fields
        utc = datetime.fromtimestamp(fields["utc_s"] or 0, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rows.append({"utc": utc, **{name: fields[name] for name in ("event", "count", "who", "name", "old", "new")}})
    return rows


def in_words(event: dict) -> str:
    """`spo2_low_pct: 90 -> 88`."""
    change = " -> ".join(event[side] or "-" for side in ("old", "new")) if event["old"] or event["new"] else ""
    return ": ".join(part for part in (event["name"], change) if part)
