"""What is written down beside a log when it is pulled, and what a log looks like beside that later.

The seals say that a log was changed and where; they can't say how, and a log cut off exactly at a seal is as good as
one whose session was never closed. The `.pull.json` knows more: how long the log was, with which seal it ended, under
which key, and whether it was closed. It proves nothing, since whoever changes the one can change the other; so it only
ever makes a verdict worse, and says what the change looks like.
"""

import hashlib
import json
from pathlib import Path

from sitter import records, seal
from sitterctl import whole_file


def read(log: Path) -> dict | None:
    """What was written beside a log when it was pulled; None if there is nothing that can be read."""
    try:
        record = json.loads(log.with_suffix(".pull.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def forget(log: Path) -> None:
    """Take away what was written down, before the log becomes another."""
    log.with_suffix(".pull.json").unlink(missing_ok=True)


def write(log: Path, data: bytes, known: dict) -> None:
    """Write down what the host knows of a pull, and what the log's bytes were."""
    record = {
        **known,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "end_seal": end_seal(data),
        "key_id": _key_id(data),
    }
    whole_file.write(log.with_suffix(".pull.json"), json.dumps(record, indent=1) + "\n")


def unlike_the_pull(data: bytes, pulled: dict) -> str | None:
    """What the file is not any more; None if it is the one that was pulled."""
    if not isinstance(pulled.get("bytes"), int) or not isinstance(pulled.get("end_seal"), str):
        return None
    more = len(data) - pulled["bytes"]
    same_end = end_seal(data) == pulled["end_seal"]
    if same_end and more > 0:
        return f"{more} bytes more than when it was pulled, and the same end: something was put in"
    if same_end and more < 0:
        return f"{-more} bytes fewer than when it was pulled, and the same end: something was taken out"
    if same_end:
        return _same_length(data, pulled)
    if pulled.get("key_id") not in (None, _key_id(data)):
        return f"it was pulled under key {pulled['key_id']} and names another: it was sealed anew"
    if more < 0 and end_seal(data) and not _closes(data):
        return f"it ends exactly at a seal, {-more} bytes before the end that it had when it was pulled: it was cut off"
    if more < 0 and not end_seal(data):
        return f"it ends in the middle of a flush, {-more} bytes before the end that it had when it was pulled"
    if more > 0:
        return f"{more} bytes more than when it was pulled, and another end: it was written on"
    return "it ends in another seal than when it was pulled: its end is that of another session, or was sealed anew"


def _same_length(data: bytes, pulled: dict) -> str | None:
    if pulled.get("sha256") in (None, hashlib.sha256(data).hexdigest()):
        return None
    n = _back_in_time(data)
    if n:
        return f"it is as long as when it was pulled, but time runs backwards at record {n}: records changed places"
    return "it is as long as when it was pulled, with the same end: bytes were changed"


def _back_in_time(data: bytes) -> int | None:
    """The first record that is older than the one before it, without a restart between them."""
    last_ms = 0
    for n, (_, tag, body) in enumerate(records.walk(data, len(records.MAGIC)), 1):
        at_ms = int.from_bytes(body[:4], "little")
        if tag == records.tag_of("boot"):
            last_ms = 0
        elif at_ms < last_ms:
            return n
        last_ms = at_ms
    return None


def end_seal(data: bytes) -> str | None:
    """The mac that the log ends with, as hex digits; None if no seal stands at its end."""
    end = data[-seal.RECORD_BYTES :]
    return end[-seal.MAC_BYTES :].hex() if len(end) == seal.RECORD_BYTES and end[2] == seal.SEAL_TAG else None


def _closes(data: bytes) -> bool:
    tags = [tag for _, tag, _ in records.walk(data, len(records.MAGIC))]
    return len(tags) > 1 and tags[-2] == records.tag_of("close")


def _key_id(data: bytes) -> str | None:
    """The key that the header names, as hex digits."""
    try:
        _, tag, body = next(records.walk(data, len(records.MAGIC)))
        return f"{records.decode(tag, body)[1]['key_id']:08x}"
    except (StopIteration, records.BadRecord, KeyError, TypeError):
        return None
