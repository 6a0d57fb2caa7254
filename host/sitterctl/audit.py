"""A unit's audit log: who did what over its link. It is a sealed log that is never closed, in two files, the older of
which may be missing."""

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
    damage: slog.Damage | None
    events: list[dict]

    @property
    def whole(self) -> bool:
        """Sealed by the unit's own key from its beginning to its end, and readable; an audit log is never closed."""
        return self.verdict.kind in (slog.INTACT, slog.NOT_CLOSED) and self.damage is None

    @property
    def exit_code(self) -> int:
        return 0 if self.whole else NOT_VERIFIED


def pull(connection: Connection) -> list[Trail]:
    """Both files, the older first, judged by the unit's own key and no other."""
    trails = []
    for name in _NAMES:
        try:
            data = b"".join(transfer.read_log(connection, f"audit.{name}", 0))
        except SitterError as error:
            if error.details.get("refusal") != "no-such-log":
                raise
            continue
        assert connection.key  # reading took it
        log = slog.read(data)
        trails.append(Trail(name, data, slog.verify(data, [connection.key]), log.damage, _events(log)))
    return trails


def _events(log: slog.Log) -> list[dict]:
    rows = []
    for record in log.named("audit"):
        fields = record.fields
        utc = datetime.fromtimestamp(fields["utc_s"] or 0, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rows.append({"utc": utc, **{name: fields[name] for name in ("event", "count", "who", "name", "old", "new")}})
    return rows


def in_words(event: dict) -> str:
    """`spo2_low_pct: 90 -> 88`."""
    change = " -> ".join(event[side] or "-" for side in ("old", "new")) if event["old"] or event["new"] else ""
    return ": ".join(part for part in (event["name"], change) if part)
