"""A device that is broken, or only calls itself a unit: what it says ends in a sentence, and nothing is believed."""

import json
import os
from pathlib import Path

import pytest
from example_log import LogBuilder
from fake_app import KEY
from fake_unit import UNIT, FakeUnit

from sitter import frames
from sitter.seal import key_id
from sitterctl import connection, device, keys, slog
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, NOT_VERIFIED, OK, PARTIAL, PERMISSION

pytestmark = pytest.mark.usefixtures("elsewhere")
HOSTILE = [
    ("hello", {"key_id": "12"}), ("hello", {"key_id": [1]}), ("hello", {"uptime_ms": "l"}), ("hello", {"schema": []}),
    ("hello", {"unit_id": 3}), ("hello", {"boot_id": None}), ("hello", {"label": {}}), ("hello", {"error": []}),
    ("hello", {"error": "x", "faults": 3}), ("auth.begin", {"nonce": "zz"}), ("auth.begin", {"nonce": None}),
    ("auth.begin", {"proof": 5}), ("status", {"parts": []}), ("status", {"parts": None}), ("status", {"utc_s": "now"}),
    ("status", {"utc_s": 10**400}), ("status", {"clock_trusted": 1}),
]  # fmt: skip


def saying(unit: FakeUnit, verb: str, changes: dict) -> None:
    """Let the unit's answer to a verb be another one."""
    serve = unit.app.verbs.serve
    unit.app.verbs.serve = lambda request, keyed: (
        dict(serve(request, keyed), **changes) if request["do"] == verb else serve(request, keyed)
    )


@pytest.mark.parametrize(("verb", "changes"), HOSTILE, ids=lambda v: str(v)[:40])
def test_answers_of_the_wrong_kind_are_a_sentence(verb: str, changes: dict, unit: FakeUnit, run) -> None:
    saying(unit, verb, changes)
    words = ("status",) if verb in ("hello", "status") else ("logs", "list")
    code, out, err = run(*words, "--json")
    assert code in (CHECK_FAILED, PERMISSION), err
    assert set(json.loads(out)) >= {"error", "remedy", "exit"}
    assert err == ""


def test_an_answer_of_a_thousand_brackets_is_a_sentence(unit: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr(unit, "_send", lambda frame: unit._write(frames.encode(frame.kind, frame.counter, b"[" * 900)))
    assert run("status")[0] == CHECK_FAILED


def test_words_of_a_unit_do_not_move_the_cursor(unit: FakeUnit, run) -> None:
    unit.app.custody.label = "\x1b[2J\x1b[1;1HBED 1\n"
    code, out, _ = run("status")
    assert code == OK
    assert "\x1b" not in out
    assert "?[2J?[1;1HBED 1?" in out


def test_logs_without_an_end_are_not_listed_for_ever(unit: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr(device, "_MOST_LOGS", 20)
    saying(unit, "logs.list", {"more": True, "logs": [["00001", 5, 1, 0]] * 6})
    assert run("logs", "list")[0] == CHECK_FAILED


@pytest.mark.parametrize("name", ["../../evil", "/etc/x", "", "a b", 3])
def test_names_that_are_paths_are_refused(name: object, unit: FakeUnit, run) -> None:
    saying(unit, "logs.list", {"logs": [[name, 5, 1, 0]], "more": False})
    assert run("logs", "pull")[0] == CHECK_FAILED
    assert not Path("logs").exists() or not list(Path("logs").iterdir())


def test_an_id_that_is_a_path_leads_nowhere(unit: FakeUnit, run) -> None:
    unit.unit_id = "SIM-../../evil"
    assert run("audit", "--out", "kept")[0] == CHECK_FAILED
    assert run("logs", "pull")[0] == CHECK_FAILED
    assert not Path("kept").exists()


def test_more_than_was_asked_for_is_not_taken(unit: FakeUnit, run, monkeypatch) -> None:
    def endless(request: dict):
        offset = request["offset"]
        while True:
            yield offset.to_bytes(4, "little") + bytes(190)
            offset += 190

    monkeypatch.setattr(unit.app.verbs, "_logs_read", endless)
    code, _, err = run("logs", "pull", "00001")
    assert code in (CHECK_FAILED, PARTIAL)
    assert "more than was asked for" in err
    assert sum(path.stat().st_size for path in Path("logs").glob("*.part")) < 40_000


def test_data_without_an_answer_is_not_waited_out_for_ever(unit: FakeUnit, run, monkeypatch) -> None:
    def chatter(frame: frames.Frame) -> None:
        for _ in range(200):
            unit._write(frames.encode(frames.DATA, frame.counter, bytes(8)))

    monkeypatch.setattr(unit, "_send", chatter)
    monkeypatch.setattr(connection, "TRIES", 2)
    assert run("status")[0] == NO_ANSWER


# --- who it is --------------------------------------------------------------------------------------------------------


def test_a_real_unit_with_the_published_key_is_none(unit: FakeUnit, run) -> None:
    unit.unit_id = "A0B1C2D3E4F5"
    code, _, err = run("logs", "list")
    assert code == NOT_VERIFIED
    assert "has the key of simulated units" in err


def test_a_unit_with_another_units_key_is_none(unit: FakeUnit, run) -> None:
    other = os.urandom(32)
    unit.app.custody.key = unit.app.custody.access._key = other
    keys.keep(other, "A0B1C2D3E4F5")
    code, _, err = run("logs", "list")
    assert code == NOT_VERIFIED
    assert "has the key of A0B1C2D3E4F5" in err
    keys.keep(other, UNIT)
    assert run("logs", "list")[0] == OK


def test_an_audit_log_under_any_other_key_is_none(unit: FakeUnit, run, monkeypatch) -> None:
    own = os.urandom(32)
    unit.app.custody.key = unit.app.custody.access._key = own
    keys.keep(own, UNIT)
    forged = LogBuilder(KEY).add("audit", 5, utc_s=1, count=1, event="plan", who="boss").seal(6).data()
    assert slog.verify(forged, [KEY]).kind == slog.NOT_CLOSED  # in itself it is whole
    monkeypatch.setattr(unit.app.custody.audit, "size", lambda name: len(forged))
    monkeypatch.setattr(unit.app.custody.audit, "read", lambda name, at, count: forged[at : at + count])
    code, out, _ = run("audit", "--json")
    assert code == NOT_VERIFIED
    assert json.loads(out)["whole"] is False


def test_an_audit_log_that_can_not_be_read_is_not_an_empty_one(unit: FakeUnit, run, monkeypatch) -> None:
    log = LogBuilder(KEY, key_id=key_id(KEY)).raw(b"\x05\x00\x17\xff\xff\xff\xff\xff").seal(6).data()
    monkeypatch.setattr(unit.app.custody.audit, "size", lambda name: len(log))
    monkeypatch.setattr(unit.app.custody.audit, "read", lambda name, at, count: log[at : at + count])
    code, out, _ = run("audit")
    assert code == NOT_VERIFIED
    assert "can not be read" in out
