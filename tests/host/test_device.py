"""Pulling logs: whatever befalls the line or the laptop, the file is whole and the unit's, or can be gone on with."""

import errno
import hashlib
import json
import os
import time
from pathlib import Path

import pytest
from example_log import LogBuilder, session_log, small_log
from fake_unit import UNIT, FakeUnit

from sitter import records, seal
from sitter.records import SCHEMA_ID
from sitterctl import connection, device, slog
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, NOT_VERIFIED, PARTIAL, RESTARTED, SitterError


def _up_to_a_seal(log: bytes, most: int) -> bytes:
    ends = [at + seal.RECORD_BYTES for at, tag, _ in records.walk(log, len(records.MAGIC)) if tag == seal.SEAL_TAG]
    return log[: max(end for end in ends if end <= most)]


BIG = _up_to_a_seal(session_log(), 60_000)
NAME = f"{UNIT}-00001"


@pytest.fixture
def unit():
    with FakeUnit({"00001": BIG}) as fake:
        yield fake


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs for a line without a chip at its end."""
    monkeypatch.setattr(device.connect.__wrapped__, "__defaults__", (None, 0.3, False))


def pull(unit: FakeUnit, folder: Path, **options) -> device.Pulled:
    with device.connect(unit.port) as line:
        return device.pull(line, device.list_logs(line)[0], folder, **options)


def failure(unit: FakeUnit, folder: Path) -> SitterError:
    with pytest.raises(SitterError) as caught:
        pull(unit, folder)
    return caught.value


def test_a_pull_brings_every_byte_and_a_record_of_itself(unit: FakeUnit, tmp_path: Path) -> None:
    seen = []
    done = pull(unit, tmp_path / "new", on_progress=lambda have, total: seen.append((have, total)))
    assert done.path == tmp_path / "new" / f"{NAME}.slog"
    assert done.path.read_bytes() == BIG
    assert seen[-1] == (len(BIG), len(BIG))
    record = json.loads((tmp_path / "new" / f"{NAME}.pull.json").read_text())
    assert record["sha256"] == hashlib.sha256(BIG).hexdigest()
    assert record["unit_id"] == UNIT
    assert record["boot_id"] == unit.boot_id
    assert record["port"] == unit.port
    assert 58 <= record["unit_clock_offset_s"] <= 60
    assert sorted(p.name for p in done.path.parent.iterdir()) == [f"{NAME}.pull.json", f"{NAME}.slog"]


def test_the_record_names_the_seal_at_the_end(tmp_path: Path) -> None:
    with FakeUnit({"00001": small_log()}) as unit:
        pull(unit, tmp_path)
    assert json.loads((tmp_path / f"{NAME}.pull.json").read_text())["end_seal"] == small_log()[-16:].hex()


def test_the_unit_learns_of_a_pull_after_the_file_is_there(unit: FakeUnit, tmp_path: Path) -> None:
    seen = []
    unit.store.mark_pulled = lambda name: seen.append((tmp_path / f"{NAME}.slog").read_bytes() == BIG)
    pull(unit, tmp_path)
    assert seen == [True]


def test_lost_and_damaged_frames_are_asked_for_again(unit: FakeUnit, tmp_path: Path) -> None:
    unit.drop, unit.damage = {1, 5, 40, 90}, {0, 12, 60, 61}
    done = pull(unit, tmp_path)
    assert done.path.read_bytes() == BIG
    assert done.acknowledged


def test_a_pull_that_was_cut_off_goes_on_from_there(unit: FakeUnit, tmp_path: Path) -> None:
    unit.cut_after = 60
    error = failure(unit, tmp_path)
    part = tmp_path / f"{NAME}.part"
    assert error.exit_code == PARTIAL
    have = part.stat().st_size
    assert 10_000 < have < 30_000
    assert f"{have} of {len(BIG)} bytes" in error.message
    with FakeUnit({"00001": BIG}) as again:
        done = pull(again, tmp_path)
        frames_sent = again.sent
    assert done.notes == [f"went on at byte {have} of {len(BIG)}"]
    assert done.path.read_bytes() == BIG
    assert not part.exists()
    assert frames_sent < (len(BIG) - have) / 384 + 25


def test_a_unit_that_falls_silent_is_not_waited_for_for_ever(unit: FakeUnit, tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(SitterError) as caught:
        pull(unit, tmp_path, on_progress=lambda have, total: setattr(unit, "silent", True))
    assert caught.value.exit_code == PARTIAL
    assert "answers no longer" in caught.value.message
    assert time.monotonic() - begun < 5


def test_a_part_of_another_log_is_started_over(unit: FakeUnit, tmp_path: Path) -> None:
    part = tmp_path / f"{NAME}.part"
    part.write_bytes(BIG[:20_000] + b"\0" * 100)
    done = pull(unit, tmp_path)
    assert done.path.read_bytes() == BIG
    assert done.notes == [f"{part} was not the beginning of this log: started over"]


def test_a_part_longer_than_the_log_is_started_over(unit: FakeUnit, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(BIG + b"more")
    assert pull(unit, tmp_path).path.read_bytes() == BIG


def test_pulling_again_fetches_nothing_and_acknowledges_again(unit: FakeUnit, tmp_path: Path) -> None:
    pull(unit, tmp_path)
    before = unit.sent
    pull(unit, tmp_path)
    assert unit.sent - before < 15
    assert unit.store.pulled == ["00001", "00001"]


def test_an_earlier_pull_is_never_overwritten_with_something_else(unit: FakeUnit, tmp_path: Path) -> None:
    final = pull(unit, tmp_path).path
    damaged = bytearray(BIG)
    damaged[1000] ^= 1
    final.write_bytes(damaged)
    error = failure(unit, tmp_path)
    assert error.exit_code == NOT_VERIFIED
    assert final.read_bytes() == damaged
    assert (tmp_path / f"{NAME}.part").read_bytes() == BIG


def test_an_open_log_is_pulled_as_far_as_it_goes(unit: FakeUnit, tmp_path: Path) -> None:
    unit.store.still_open, unit.store.logs["00001"] = {"00001"}, BIG[:9000]
    assert not pull(unit, tmp_path).acknowledged
    unit.store.still_open, unit.store.logs["00001"] = set(), BIG
    done = pull(unit, tmp_path)
    assert done.path.read_bytes() == BIG
    assert done.acknowledged


def test_a_broken_log_is_kept_but_not_acknowledged(tmp_path: Path) -> None:
    broken = bytearray(small_log())
    broken[len(broken) // 2] ^= 1
    with FakeUnit({"00001": bytes(broken)}) as unit:
        done = pull(unit, tmp_path)
        assert done.verdict.kind == slog.BROKEN
        assert done.path.read_bytes() == broken
        assert unit.store.pulled == []


def test_a_log_of_an_unknown_key_counts_as_pulled(tmp_path: Path) -> None:
    with FakeUnit({"00001": small_log(b"k" * 32)}) as unit:
        done = pull(unit, tmp_path, keys=[])
        assert done.verdict.kind == slog.KEY_UNKNOWN
        assert unit.store.pulled == ["00001"]


def test_logs_of_two_units_do_not_meet_in_one_folder(unit: FakeUnit, tmp_path: Path) -> None:
    pull(unit, tmp_path)
    with FakeUnit({"00001": small_log(unit_id="SIM-0008")}) as other:
        other.unit_id = "SIM-0008"
        assert pull(other, tmp_path).path.name == "SIM-0008-00001.slog"


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", ".", "x" * 40])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with FakeUnit({name: small_log()}) as unit:
        assert failure(unit, tmp_path / "out").exit_code == CHECK_FAILED
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_what_can_be_gone_on_with(unit: FakeUnit, tmp_path: Path, monkeypatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(device.os, "fsync", full)
    error = failure(unit, tmp_path)
    assert error.exit_code == PARTIAL
    assert "No space left" in error.message
    monkeypatch.undo()
    assert pull(unit, tmp_path).path.read_bytes() == BIG


def test_more_logs_than_fit_one_answer_are_all_listed() -> None:
    with FakeUnit({"%05d" % i: b"x" * i for i in range(1, 16)}) as unit, device.connect(unit.port) as line:
        assert [row["bytes"] for row in device.list_logs(line)] == list(range(1, 16))


def test_the_newest_log_is_the_one_pulled(tmp_path: Path) -> None:
    with FakeUnit() as unit, device.connect(unit.port) as line:
        assert device.pull_newest(line, tmp_path).name == f"{UNIT}-00002.slog"


def test_a_unit_without_logs_says_so(tmp_path: Path) -> None:
    with FakeUnit({}) as unit, device.connect(unit.port) as line, pytest.raises(SitterError, match="no logs"):
        device.pull_newest(line, tmp_path)


# --- being no unit, or another --------------------------------------------------------------------------------------


def refusal(unit: FakeUnit) -> SitterError:
    with pytest.raises(SitterError) as caught, device.connect(unit.port):
        pass
    return caught.value


def test_silence_is_no_answer(unit: FakeUnit) -> None:
    unit.silent = True
    assert refusal(unit).exit_code == NO_ANSWER


def test_babble_is_told_from_silence(unit: FakeUnit) -> None:
    unit.babble = b"$GPGGA,123519,4807.038,N\r\n"
    error = refusal(unit)
    assert error.exit_code == NO_ANSWER
    assert "$GPGGA" in error.message


def test_the_prompt_of_micropython_is_known(unit: FakeUnit) -> None:
    unit.babble = b"\r\nMicroPython v1.29\r\n>>> "
    assert "prompt" in refusal(unit).message


def test_another_schema_is_refused_by_name(unit: FakeUnit) -> None:
    unit.schema = SCHEMA_ID ^ 1
    error = refusal(unit)
    assert error.exit_code == CHECK_FAILED
    assert "schema" in error.message
    assert "sitterctl 0.1.0" in error.remedy


def test_a_unit_that_restarts_when_connected_is_reported(unit: FakeUnit) -> None:  # REQ-102
    unit.reboot()
    error = refusal(unit)
    assert error.exit_code == RESTARTED
    assert "patient" in error.remedy


def test_a_restart_in_mid_pull_is_reported_and_the_pull_can_go_on(unit: FakeUnit, tmp_path: Path) -> None:  # REQ-102
    unit.reboot_after = 60
    error = failure(unit, tmp_path)
    assert error.exit_code == RESTARTED
    assert ".part" in error.message
    unit.booted_at -= 3600
    assert pull(unit, tmp_path).path.read_bytes() == BIG


def test_late_answers_to_an_earlier_question_are_passed_over(unit: FakeUnit) -> None:
    with device.connect(unit.port) as line:
        line.timeout_s = 0.01
        unit.slow_s = 0.05
        with pytest.raises(SitterError):
            line.ask("status")
        unit.slow_s, line.timeout_s = 0, 1
        assert line.ask("hello")["unit_id"] == UNIT


def test_an_answer_to_a_program_that_was_stopped_is_no_hello(unit: FakeUnit) -> None:
    serve, late = unit.app.verbs.serve, [{"ok": True}]
    unit.app.verbs.serve = lambda request, keyed: late.pop() if late else serve(request, keyed)
    with device.connect(unit.port) as line:
        assert line.hello["unit_id"] == UNIT


def test_every_question_fits_the_receive_ring_of_the_unit(unit: FakeUnit, monkeypatch) -> None:
    sizes = []
    original = connection.Connection._write
    monkeypatch.setattr(connection.Connection, "_write", lambda self, d: (sizes.append(len(d)), original(self, d)))
    with device.connect(unit.port) as line, pytest.raises(SitterError):
        line.ask("logs.ack", name="x" * 32, size=999_999_999, sha256="f" * 64)
    assert 0 < max(sizes) <= 200


def test_a_log_that_grows_while_it_is_pulled_is_no_fault(unit: FakeUnit, tmp_path: Path) -> None:
    unit.store.still_open = {"00001"}
    with device.connect(unit.port) as line:
        row = device.list_logs(line)[0]
        unit.store.logs["00001"] = BIG + LogBuilder().data()
        assert device.pull(line, row, tmp_path).path.read_bytes().startswith(BIG)
