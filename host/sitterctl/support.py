"""What somebody far away needs to know to help, and nothing more: no key, no plan, no vitals, no names of people.

Logs and the plan stay where they are. The audit log says who did what by names that computers gave: each is replaced by
a number that is the same throughout one bundle. Paths lose the part that names the user.
"""

import io
import json
import platform
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from sitter import VERSION
from sitterctl import audit, device, finding, keys, settings_file, slog, transfer, whole_file
from sitterctl.connection import Connection
from sitterctl.errors import SitterError

README = """What sitterctl knows of this computer and a unit, for somebody who is to help. It holds no key, no plan, no
vitals and no log of a session; names of people are replaced by numbers. Look through it before you send it.
"""


class Names:
    """`person 1` for each name, the same for the same."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def hide(self, name: str | None) -> str | None:
        if not name:
            return name
        return self._known.setdefault(name, f"person {len(self._known) + 1}")


def computer() -> dict:
    """About this computer; ports are listed, and asked for nothing."""
    return {
        "made_at_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "sitterctl": VERSION,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "keys_kept": len(list(keys.folder().glob("*.key"))),
        "backups_kept": len(list(settings_file.backup_folder().glob("*.toml"))),
        "ports": [one.row for one in finding.look()],
    }


def unit(connection: Connection) -> dict[str, object]:
    """About a unit, by the name of the file it goes to; what could not be had says why."""
    names = Names()
    return {
        "hello.json": connection.hello,
        "status.json": _or_why(lambda: device.status(connection)),
        "settings.json": _or_why(lambda: transfer.get(connection, "settings")),
        "logs.json": _or_why(lambda: device.list_logs(connection)),
        "audit.json": _or_why(lambda: [_trail(trail, names) for trail in audit.pull(connection)]),
    }


def _trail(trail: audit.Trail, names: Names) -> dict:
    events = [{**event, "who": names.hide(event["who"]), **_without_codes(event)} for event in trail.events]
    return {"name": trail.name, "whole": trail.whole, "verdict": trail.verdict.kind, "events": events}


def _without_codes(event: dict) -> dict:
    """The codes of plans are patients', if under another name."""
    return {"old": None, "new": None} if event["event"] == "plan" else {}


def _or_why(get) -> object:
    try:
        return get()
    except SitterError as error:
        return {"error": error.message, "exit": error.exit_code}


def pulled_logs(folder: Path) -> list[dict]:
    """How the logs in a folder are, and nothing of what is in them."""
    at_hand = keys.at_hand()
    rows = []
    for path in sorted(folder.glob("*.slog")):
        verdict = slog.verify(slog.load(path), at_hand)
        rows.append({"file": path.name, "bytes": path.stat().st_size, "verdict": verdict.kind})
    return rows


def write(path: Path, files: dict[str, object]) -> list[str]:
    """Put it all into a zip; the names of the files in it."""
    home = str(Path.home())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", README)
        for name, value in files.items():
            bundle.writestr(name, json.dumps(value, indent=1).replace(home, "~") + "\n")
    whole_file.write(path, packed.getvalue())
    return bundle.namelist()
