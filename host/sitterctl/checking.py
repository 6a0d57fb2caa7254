"""Whether a unit is fit to be taken to a bedside, from what it says of itself."""

import time

from sitter import VERSION
from sitterctl import clock, device, service
from sitterctl.connection import Connection
from sitterctl.diagnosis import OK, PROBLEM, WARNING, Finding
from sitterctl.errors import SitterError
from sitterctl.part_help import remedy

_SESSION_BYTES = 400 * 1024
_CLOCK_S = 60
_DAY_MS = 86_400_000
_LONGEST_UP_DAYS = 10


def check(connection: Connection) -> list[Finding]:
    """Everything that can be known without touching anything."""
    status = device.status(connection)
    hello = connection.hello
    return [
        _firmware(hello["version"]),
        _key(connection),
        *_parts(status["parts"]),
        _clock(status["clock_trusted"], clock.offset_s(status) or 0.0),
        _storage(status["free_bytes"], status["unpulled"]),
        *_cuff(service.known(status.get("cuff"))),
        _uptime(status["uptime_ms"]),
    ]


def _firmware(version: str) -> Finding:
    if version != VERSION:
        return Finding("firmware", WARNING, f"{version}, and this sitterctl is {VERSION}", "update one of them")
    return Finding("firmware", OK, version)


def _key(connection: Connection) -> Finding:
    try:
        connection.prove_key()
    except SitterError as error:
        return Finding("key", PROBLEM, error.message, error.remedy)
    return Finding("key", OK, f"{connection.hello['key_id']:08x}, proven by both sides")


def _parts(parts: dict) -> list[Finding]:
    broken = [(name, state) for name, state in sorted(parts.items()) if state != "ok"]
    if not broken:
        return [Finding("parts", OK, ", ".join(sorted(parts)))]
    plug = "look at its plug; docs/alarms.md says what the state means"
    return [Finding(str(name), PROBLEM, str(state), remedy(str(name), str(state)) or plug) for name, state in broken]


def _clock(trusted: bool, offset_s: float) -> Finding:
    if not trusted:
        return Finding("clock", PROBLEM, "not to be trusted: it has lost its power", "`sitterctl clock set`")
    words = f"{offset_s:+.0f} s from this computer's"
    if abs(offset_s) > _CLOCK_S:
        return Finding("clock", PROBLEM, words, "`sitterctl clock set`, if this computer's is right")
    return Finding("clock", OK, words)


def _storage(free_bytes: int, unpulled: int) -> Finding:
    words = f"{free_bytes // 1024} KB free, {unpulled} logs not pulled"
    if free_bytes < _SESSION_BYTES:
        return Finding("storage", PROBLEM, words + ": no room for a session", "`sitterctl logs pull`")
    return Finding("storage", WARNING if unpulled else OK, words, "`sitterctl logs pull`" if unpulled else "")


def _cuff(cuff: dict | None) -> list[Finding]:
    if cuff is None:
        return []
    due = cuff["served_s"] is None or service.due_soon(cuff, time.time())
    return [Finding("cuff service", WARNING if due else OK, service.in_words(cuff),
                    "`sitterctl service nibp`" if due else "")]  # fmt: skip


def _uptime(uptime_ms: int) -> Finding:
    days = uptime_ms // _DAY_MS
    if days >= _LONGEST_UP_DAYS:
        return Finding("uptime", WARNING, f"up for {days} days", "switch it off and on before the next session")
    return Finding("uptime", OK, f"up for {days} days")
