"""Reading and verifying logs: every byte counts, and what can be read is read."""

import ast
from pathlib import Path

import example_log
import pytest
from example_log import START_UTC_S, LogBuilder, session_log, small_log

from sitter import records, seal
from sitterctl import keys, slog
from sitterctl.errors import SitterError

SMALL = small_log()
OTHER_KEY = bytes(range(32))
# The last record of each sealed stretch of the small log.
SEALS = (3, 7, 11)


def offset_of(n: int, data: bytes = SMALL) -> int:
    return [offset for offset, _, _ in records.walk(data, len(records.MAGIC))][n - 1]


def verify(data: bytes, *known: bytes) -> slog.Verdict:
    return slog.verify(data, known or [keys.DEVELOPMENT_KEY])


# --- verifying --------------------------------------------------------------------------------------------------------


def test_untouched_log_is_intact():
    verdict = verify(SMALL)
    assert (verdict.kind, verdict.seals, verdict.exit_code) == ("intact", 3, 0)
    assert "11 records under 3 seals" in verdict.sentence


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_flip_of_every_byte_is_broken_there(mask):  # REQ-111
    for at in range(len(SMALL)):
        damaged = bytearray(SMALL)
        damaged[at] ^= mask
        verdict = verify(bytes(damaged))
        first = 1 + max([0, *(n for n in SEALS if at >= offset_of(n) + seal.RECORD_BYTES)])
        assert (verdict.kind, verdict.record, verdict.exit_code) == ("broken", first, 8), (at, verdict)
        assert f"record {first}" in verdict.sentence.lower(), verdict.sentence


def test_broken_names_range_time_and_byte():
    damaged = bytearray(SMALL)
    damaged[offset_of(5) + 8] ^= 1  # a pulse rate
    verdict = verify(bytes(damaged))
    assert (verdict.record, verdict.until, verdict.offset) == (4, 7, offset_of(4))
    assert verdict.sentence == (
        "Broken at record 4 (vitals at 2026-03-14 09:00:01 UTC) or one of the records up to seal 7; "
        "the seals from record 8 on are good again."
    )


def test_record_that_can_not_be_read_is_named():
    damaged = bytearray(SMALL)
    damaged[offset_of(6) + 2] = 99  # a tag that no table has
    data = bytes(damaged)
    log = slog.read(data)
    assert (log.damage.n, log.damage.offset, log.damage.reason) == (6, offset_of(6), "unknown tag 99")
    assert [record.name for record in log.records] == ["header", "plan", "seal", "vitals", "vitals"]
    assert "record 6, at byte %d, can not be read (unknown tag 99)" % offset_of(6) in verify(data).sentence


def test_records_taken_out_or_moved_are_found():  # REQ-111
    three, four, five = (offset_of(n) for n in (4, 5, 6))
    out = SMALL[:three] + SMALL[four:]
    moved = SMALL[:three] + SMALL[four:five] + SMALL[three:four] + SMALL[five:]
    stretch = SMALL[: offset_of(4)] + SMALL[offset_of(8) :]
    assert [verify(data).record for data in (out, moved, stretch)] == [4, 4, 4]


def test_cut_behind_a_seal_is_not_closed():  # REQ-112
    for n in SEALS[:-1]:
        verdict = verify(SMALL[: offset_of(n) + seal.RECORD_BYTES])
        assert (verdict.kind, verdict.exit_code) == ("intact but not closed", 8)


def test_cut_anywhere_else_is_broken():
    ends = [offset_of(n) + seal.RECORD_BYTES for n in SEALS]
    for end in range(len(SMALL)):
        if end not in ends:
            verdict = verify(SMALL[:end])
            last = max([0, *(n for n, sealed in zip(SEALS, ends, strict=True) if end >= sealed)])
            assert (verdict.kind, verdict.record) == ("broken", last + 1), end


def test_record_added_behind_the_close_is_broken():
    verdict = verify(SMALL + records.encode("mark", {"at_ms": 7000, "number": 2}))
    assert (verdict.kind, verdict.record) == ("broken", 12)
    assert "no seal covers the end" in verdict.sentence


def test_log_of_an_unknown_key_is_not_called_broken():
    for known in ([], [keys.DEVELOPMENT_KEY]):
        verdict = slog.verify(small_log(OTHER_KEY), known)
        assert (verdict.kind, verdict.exit_code, verdict.key_id) == ("key unknown", 8, seal.key_id(OTHER_KEY))
        assert f"{seal.key_id(OTHER_KEY):08x}" in verdict.sentence and "--key" in verdict.remedy


def test_key_is_found_among_several():
    verdict = verify(small_log(OTHER_KEY), keys.DEVELOPMENT_KEY, OTHER_KEY)
    assert verdict.ok and not verdict.development
    assert verify(SMALL, OTHER_KEY, keys.DEVELOPMENT_KEY).development


def test_forged_seal_under_a_claimed_key_is_broken():
    forged = small_log(OTHER_KEY, key_id=seal.key_id(keys.DEVELOPMENT_KEY))
    assert (verify(forged).kind, verify(forged).record) == ("broken", 1)


def test_empty_and_foreign_files_are_broken_at_the_header():
    for data in (b"", records.MAGIC, b"PK\x03\x04 not a log at all"):
        assert (verify(data).kind, verify(data).record, slog.read(data).damage.n) == ("broken", 1, 1)


def test_long_session_is_verified():
    assert verify(session_log()).ok


# --- reading ----------------------------------------------------------------------------------------------------------


def test_records_carry_number_time_and_minutes():
    log = slog.read(SMALL)
    mark = log.records[5]
    assert (mark.n, mark.name, mark.offset, mark.fields["number"]) == (6, "mark", offset_of(6), 1)
    assert mark.utc_s == START_UTC_S + 2.5
    assert log.minutes(mark.elapsed_s) == pytest.approx(-0.5 / 60)
    assert log.damage is None and log.header["unit_id"] == "SIM-0007"


def test_torn_tail_leaves_the_rest_readable():
    log = slog.read(SMALL[: offset_of(9) + 5])
    assert (len(log.records), log.damage.n, log.damage.offset) == (8, 9, offset_of(9))
    assert "ends in the middle" in log.damage.reason


def test_old_table_decodes_by_its_own_rows():
    old = (
        "1 header at_ms:I:ms\n6 vitals at_ms:I:ms heart_rate:H:bpm\n16 seal at_ms:I:ms mac:16s:\n17 close at_ms:I:ms\n"
    )
    body = (2000).to_bytes(4, "little") + (64).to_bytes(2, "little")
    log = LogBuilder(schema=old, schema_id=1).raw(b"\x06\x00\x06" + body).raw(b"\x04\x00\x11" + body[:4])
    data = log.seal(2000).data()
    read = slog.read(data)
    assert read.damage is None and read.header["schema_id"] == 1
    assert (read.records[1].name, read.records[1].fields["heart_rate"]) == ("vitals", 64)
    assert verify(data).ok


def test_damaged_table_is_the_headers_damage():
    for table in ("", "one header at_ms:I:ms\n", "6 vitals pulse_bpm:B:bpm\n", "6\n"):
        log = slog.read(LogBuilder(schema=table).seal(10).data())
        assert (log.records, log.damage.n) == ([], 1)


def restarted(**boot) -> slog.Log:
    log = LogBuilder().add("dose", 61_000, number=1, dose_mg=1).seal(61_000)
    return slog.read(log.add("boot", 500, **boot).add("mark", 2500, number=1).seal(2600).data())


def test_time_runs_through_a_restart():
    mark = restarted(utc_s=START_UTC_S + 90, utc_trusted=1, gap_s=30).named("mark")[0]
    assert (mark.utc_s, mark.elapsed_s) == (START_UTC_S + 92, 92)


def test_clock_that_is_not_trusted_does_not_bridge_a_restart():
    lost = restarted(utc_s=1, utc_trusted=0, gap_s=None).named("mark")[0]
    assert lost.elapsed_s == 62  # 60 s until the dose and the 2 s since the boot; the gap is unknown
    guessed = restarted(utc_s=1, utc_trusted=0, gap_s=30).named("mark")[0]
    assert guessed.elapsed_s == 92


def test_clock_set_back_never_turns_time_back():
    log = restarted(utc_s=START_UTC_S - 1000, utc_trusted=1, gap_s=30)
    times = [record.elapsed_s for record in log.records]
    assert times == sorted(times)


def test_missing_file_is_one_sentence_with_a_remedy(tmp_path):
    with pytest.raises(SitterError) as caught:
        slog.read(tmp_path / "none.slog")
    assert "none.slog" in caught.value.message and caught.value.remedy and caught.value.exit_code == 2


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def keystore(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "user_config_dir", lambda *_, **__: str(tmp_path))
    return tmp_path


def test_kept_key_is_at_hand_again(keystore):
    path = keys.keep(OTHER_KEY, "A0B1")
    assert path.name == f"{seal.key_id(OTHER_KEY):08x}.key" and path.stat().st_mode & 0o077 == 0
    assert keys.at_hand() == [OTHER_KEY, keys.DEVELOPMENT_KEY]


def test_chosen_key_replaces_the_keystore(keystore):
    keys.keep(OTHER_KEY, "A0B1")
    (keystore / "unit.txt").write_text("ab" * 32 + "\n")
    assert keys.at_hand("AB" * 16) == [b"\xab" * 16]
    assert keys.at_hand(str(keystore / "unit.txt")) == [b"\xab" * 32]


@pytest.mark.parametrize("text", ["abc", "ab" * 8, "ab" * 65, "/no/such/file"])
def test_bad_key_is_refused_without_repeating_it(keystore, text):
    with pytest.raises(SitterError) as caught:
        keys.at_hand(text)
    assert caught.value.exit_code == 2
    assert text not in caught.value.message


def test_development_key_is_the_simulators():
    board = Path(__file__).parents[2] / "firmware/sim/board.py"
    values = {
        node.targets[0].id: node.value
        for node in ast.parse(board.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(values["DEVELOPMENT_KEY"]) == keys.DEVELOPMENT_KEY
    assert example_log.DEVELOPMENT_KEY == keys.DEVELOPMENT_KEY
