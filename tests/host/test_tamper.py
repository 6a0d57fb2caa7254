"""What can be done to a log: each of it to one that was really pulled, and each found out in its own words."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from played import played

from sitter import records, seal
from sitterctl import keys, pull_record, slog
from sitterctl.cli import cli

OTHER_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def pulled() -> Path:
    return Path(played("stop")["slog"])


@pytest.fixture(scope="module")
def another() -> bytes:
    """Another session of a unit with the same key."""
    return Path(played("silence")["slog"]).read_bytes()


def walk(data: bytes) -> list[tuple[int, int, bytes]]:
    return list(records.walk(data, len(records.MAGIC)))


def named(data: bytes, name: str) -> tuple[int, int]:
    """(start, end) of the first record of this name behind the first quarter of the log."""
    tag = records.tag_of(name)
    return next((at, at + 3 + len(body)) for at, found, body in walk(data) if found == tag and at > len(data) // 4)


def seals(data: bytes) -> list[int]:
    """Where each seal ends."""
    return [at + seal.RECORD_BYTES for at, tag, _ in walk(data) if tag == seal.SEAL_TAG]


def edit(data: bytes, other: bytes) -> bytes:
    start, end = named(data, "vitals")
    fields = records.decode(records.tag_of("vitals"), data[start + 3 : end])[1]
    return data[:start] + records.encode("vitals", {**fields, "spo2_pct": 99}) + data[end:]


def insert(data: bytes, other: bytes) -> bytes:
    start, end = named(data, "vitals")
    at_ms = int.from_bytes(data[start + 3 : start + 7], "little")
    return data[:end] + records.encode("mark", {"at_ms": at_ms, "number": 9, "phase": "peak"}) + data[end:]


def delete(data: bytes, other: bytes) -> bytes:
    start, end = named(data, "alarm")
    return data[:start] + data[end:]


def delete_a_flush(data: bytes, other: bytes) -> bytes:
    ends = seals(data)
    return data[: ends[10]] + data[ends[11] :]


def reorder(data: bytes, other: bytes) -> bytes:
    found = walk(data)
    vitals = records.tag_of("vitals")
    k = next(k for k in range(60, len(found)) if found[k][1] == found[k + 1][1] == vitals)
    start, middle, end = found[k][0], found[k + 1][0], found[k + 2][0]
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def reorder_flushes(data: bytes, other: bytes) -> bytes:
    a, b, c = seals(data)[20:23]
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def cut_in_a_flush(data: bytes, other: bytes) -> bytes:
    return data[: seals(data)[-4] + 40]


def cut_at_a_seal(data: bytes, other: bytes) -> bytes:
    return data[: seals(data)[-4]]


def splice(data: bytes, other: bytes) -> bytes:
    """The end of another session in place of this one's."""
    return data[: seals(data)[-30]] + other[seals(other)[-20] :]


def sealed_anew(data: bytes, key: bytes) -> bytes:
    chain, out, buffer = seal.Chain(key), b"", data[: len(records.MAGIC)]
    for at, tag, body in walk(data):
        if tag == seal.SEAL_TAG:
            chain.update(buffer)
            out += buffer + chain.record(int.from_bytes(body[:4], "little"))
            buffer = b""
        else:
            buffer += data[at : at + 3 + len(body)]
    return out + buffer


def reseal(data: bytes, other: bytes) -> bytes:
    return sealed_anew(edit(data, other), OTHER_KEY)


def reseal_and_name_the_key(data: bytes, other: bytes) -> bytes:
    at, tag, body = walk(data)[0]
    fields = records.decode(tag, body)[1]
    header = records.encode("header", {**fields, "key_id": seal.key_id(OTHER_KEY)})
    return sealed_anew(data[:at] + header + data[at + 3 + len(body) :], OTHER_KEY)


def reseal_with_the_units_key(data: bytes, other: bytes) -> bytes:
    """What nobody can do who has not got the key; the seals can't show it."""
    return sealed_anew(edit(data, other), keys.DEVELOPMENT_KEY)


# what was done, what the seals alone say, what the record of the pull adds
KINDS = (
    (edit, "broken", "with the same end: bytes were changed"),
    (insert, "broken", "bytes more than when it was pulled, and the same end: something was put in"),
    (delete, "broken", "bytes fewer than when it was pulled, and the same end: something was taken out"),
    (delete_a_flush, "broken", "bytes fewer than when it was pulled, and the same end: something was taken out"),
    (reorder, "broken", "but time runs backwards at record"),
    (reorder_flushes, "broken", "but time runs backwards at record"),
    (cut_in_a_flush, "broken", "it ends in the middle of a flush"),
    (cut_at_a_seal, "intact but not closed", "it ends exactly at a seal"),
    (splice, "broken", "its end is that of another session"),
    (reseal, "broken", "it ends in another seal than when it was pulled"),
    (reseal_and_name_the_key, "key unknown", "it was sealed anew"),
    (reseal_with_the_units_key, "intact", "it ends in another seal than when it was pulled"),
)


@pytest.mark.parametrize(("change", "by_seals", "words"), KINDS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_change_is_found(
    change, by_seals: str, words: str, pulled: Path, another: bytes
) -> None:  # REQ-111, REQ-115
    data, record = pulled.read_bytes(), pull_record.read(pulled)
    changed = change(data, another)
    assert changed != data
    assert slog.verify(changed, [keys.DEVELOPMENT_KEY]).kind == by_seals
    verdict = slog.verify(changed, [keys.DEVELOPMENT_KEY], record)
    assert verdict.kind == "broken"
    assert words in verdict.sentence, verdict.sentence


def test_a_log_as_it_was_pulled_is_intact(pulled: Path) -> None:
    assert slog.verify(pulled.read_bytes(), [keys.DEVELOPMENT_KEY], pull_record.read(pulled)).ok


def test_something_written_behind_the_end_is_found(pulled: Path) -> None:
    longer = pulled.read_bytes() + records.encode("mark", {"at_ms": 1, "number": 1})
    verdict = slog.verify(longer, [keys.DEVELOPMENT_KEY], pull_record.read(pulled))
    assert verdict.kind == "broken"
    assert "it was written on" in verdict.sentence


def test_any_single_bit_of_the_pulled_log_is_missed_by_nobody(pulled: Path) -> None:
    data = pulled.read_bytes()
    for at in range(0, len(data), 97):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        assert not slog.verify(bytes(changed), [keys.DEVELOPMENT_KEY]).ok, at


@pytest.mark.parametrize("record", [None, {}, {"bytes": "many", "end_seal": 3}, {"bytes": 10}, {"end_seal": "00"}])
def test_a_record_that_says_nothing_changes_no_verdict(record: dict | None, pulled: Path) -> None:
    assert slog.verify(pulled.read_bytes(), [keys.DEVELOPMENT_KEY], record).ok


def test_verify_compares_with_the_record_beside_the_log(pulled: Path, tmp_path: Path) -> None:  # REQ-115
    """A log cut off exactly at a seal and its own pull record: broken, in text and as JSON."""
    log = tmp_path / pulled.name
    log.write_bytes(cut_at_a_seal(pulled.read_bytes(), b""))
    alone = CliRunner().invoke(cli, ["logs", "verify", str(log), "--json"])
    assert json.loads(alone.stdout)["logs"][0]["verdict"] == "intact but not closed"
    shutil.copy(pulled.with_suffix(".pull.json"), log.with_suffix(".pull.json"))
    beside = CliRunner().invoke(cli, ["logs", "verify", str(log), "--json"], standalone_mode=False)
    row = json.loads(beside.stdout)["logs"][0]
    assert beside.return_value == 8
    assert row["verdict"] == "broken"
    assert "it was cut off" in row["sentence"]
