"""The unit's key over the link, as a host meets it: a fake unit that speaks the firmware's own verbs."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_app import KEY, other_plan
from fake_unit import FakeUnit
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from drivers.link import Link
from sitter import frames, settings
from sitter.access import HOST, OPENED, UNIT, WRONG_ALLOWED, Access, Handshake
from sitterctl import connection, device, transfer
from sitterctl.errors import CHECK_FAILED, NOT_VERIFIED, PERMISSION, RESTARTED, SESSION_OPEN, SitterError

STRANGER = b"not the key of this unit at all!"


@pytest.fixture
def unit() -> Iterator[FakeUnit]:
    with FakeUnit() as fake:
        yield fake


def connect(unit: FakeUnit, key: bytes | None = KEY):
    return device.connect(unit.port, [key] if key else [], timeout_s=0.3)


def failure(unit: FakeUnit, act, key: bytes | None = KEY) -> SitterError:
    with pytest.raises(SitterError) as caught, connect(unit, key) as line:
        act(line)
    return caught.value


def test_status_needs_no_key_and_logs_do(unit: FakeUnit) -> None:
    with connect(unit, None) as line:
        assert line.ask("status")["ok"]
    error = failure(unit, device.list_logs, None)
    assert error.exit_code == PERMISSION
    assert "is not at hand" in error.message
    assert "--key" in error.remedy


def test_the_key_is_never_on_the_line(unit: FakeUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = b""
    read, write = connection.Connection._read, connection.Connection._write

    def listening(line) -> bytes:
        nonlocal heard
        data = read(line)
        heard += data
        return data

    def telling(line, data: bytes) -> None:
        nonlocal heard
        heard += data
        write(line, data)

    monkeypatch.setattr(connection.Connection, "_read", listening)
    monkeypatch.setattr(connection.Connection, "_write", telling)
    with connect(unit) as line:
        device.list_logs(line)
    assert len(heard) > 300
    for secret in (KEY, KEY.hex().encode(), KEY[:16].hex().encode()):
        assert secret not in heard


def test_a_unit_that_names_the_key_but_does_not_know_it_is_told_nothing(unit: FakeUnit) -> None:
    unit.liar = True
    error = failure(unit, device.list_logs)
    assert error.exit_code == NOT_VERIFIED
    assert "does not know it" in error.message
    assert unit.app.notes == []  # our own proof was never sent


def test_who_tries_keys_is_kept_waiting_and_told_for_how_long(unit: FakeUnit) -> None:
    def try_wrong(line) -> None:
        said = line.ask("auth.begin", nonce="00" * 16)
        wrong = Handshake(STRANGER, bytes(16), bytes.fromhex(said["nonce"])).proof(HOST)
        line.ask("auth.prove", proof=wrong.hex())

    for _ in range(WRONG_ALLOWED):
        assert "not this unit's key" in failure(unit, try_wrong).message
    error = failure(unit, device.list_logs)
    assert (error.exit_code, error.details["refusal"]) == (PERMISSION, "locked")
    assert "wait 60 s" in error.message
    assert [note[0] for note in unit.app.notes] == ["wrong proof"] * WRONG_ALLOWED


def test_a_unit_without_a_key_says_how_it_gets_one() -> None:
    with FakeUnit(key=None) as unit:
        error = failure(unit, device.list_logs)
    assert (error.exit_code, error.details["refusal"]) == (PERMISSION, "no-key")
    assert "sitterctl provision" in error.remedy


def test_settings_and_plan_are_put_read_back_and_refused_with_every_fault(unit: FakeUnit) -> None:
    with connect(unit) as line:
        assert transfer.get(line, "settings") == settings.defaults()
        other = other_plan("KAP-0099")
        assert transfer.put(line, "plan", other) == {"ok": True, "restarts": False}
        assert transfer.get(line, "plan") == other
        with pytest.raises(SitterError) as caught:
            transfer.put(line, "settings", {"spo2_low_pct": 3, "colour": 4})
        assert transfer.put(line, "settings", {"spo2_low_pct": 88})["restarts"]
        line.await_restart(5)
        assert line.hello["boot_id"] == unit.boot_id
    assert caught.value.exit_code == CHECK_FAILED
    assert len(caught.value.details["faults"]) == 2
    assert "spo2_low_pct: 3 is outside 85 to 95 %" in caught.value.message


def test_lost_and_damaged_frames_do_not_keep_a_plan_from_arriving(unit: FakeUnit) -> None:
    unit.drop, unit.damage = {2, 5, 9}, {1, 4, 7}
    with connect(unit) as line:
        transfer.put(line, "plan", other_plan("KAP-0077"))
    assert unit.app.unit.plan["code"] == "KAP-0077"


def test_in_a_session_the_refusal_says_so_and_has_its_own_code(unit: FakeUnit) -> None:
    unit.app.unit.session.event(1, "next")
    error = failure(unit, lambda line: transfer.put(line, "settings", {"spo2_low_pct": 88}))
    assert error.exit_code == SESSION_OPEN
    assert "a session is open: no new settings, plan or program before it is closed" in error.message
    error = failure(unit, lambda line: line.ask("service"))
    assert error.exit_code == SESSION_OPEN


def test_two_hosts_in_turn_each_prove_the_key_again(unit: FakeUnit) -> None:
    with connect(unit) as line:
        device.list_logs(line)
        unit.app.custody.access.channel = None  # somebody else's took its place, and is gone
        assert len(device.list_logs(line)) == 2


def test_a_unit_that_restarted_is_no_other_host(unit: FakeUnit) -> None:
    with pytest.raises(SitterError) as caught, connect(unit) as line:
        device.list_logs(line)
        unit.reboot()
        device.list_logs(line)
    assert caught.value.exit_code == RESTARTED


def test_an_answer_without_a_right_mac_is_none(unit: FakeUnit) -> None:
    def forging(frame: frames.Frame) -> None:
        if frame.kind == frames.SEALED:
            frame = frames.Frame(frames.SEALED, frame.counter, b'{"ok": true, "logs": [], "more": false}' + bytes(16))
        send(frame)

    with connect(unit) as line:
        assert len(device.list_logs(line)) == 2
        send, unit._send = unit._send, forging  # type: ignore[method-assign]
        with pytest.raises(SitterError, match="answers no longer"):
            device.list_logs(line)


def test_an_answer_in_the_clear_does_not_pass_for_a_sealed_one(unit: FakeUnit) -> None:
    def forging(frame: frames.Frame) -> None:
        if frame.kind == frames.SEALED:
            frame = frames.Frame(frames.JSON, frame.counter, b'{"ok": true, "logs": [], "more": false}')
        send(frame)

    with connect(unit) as line:
        device.list_logs(line)
        send, unit._send = unit._send, forging  # type: ignore[method-assign]
        with pytest.raises(SitterError, match="answers no longer"):
            device.list_logs(line)


# --- any frames at all ------------------------------------------------------------------------------------------------


class _Noted:
    """Verbs that only note what reached them with the key's blessing."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def serve(self, request: dict, keyed: bool) -> dict:
        if keyed:
            self.reached.append(request["do"])
        return {"ok": True}

    def take_data(self, body: bytes) -> dict:
        return {"ok": True}


def _drained(link: Link) -> list[frames.Frame]:
    decoder, got = frames.Decoder(), []
    while link.busy:
        got += decoder.feed(link.take(100))[0]
    return got


@given(st.lists(st.one_of(st.tuples(st.just("send"), st.integers(0, 3)),
                          st.tuples(st.just("again"), st.integers(0, 20)),
                          st.tuples(st.just("garble"), st.integers(0, 2000)),
                          st.tuples(st.just("cut"), st.integers(0, 2000)),
                          st.tuples(st.just("back"), st.integers(0, 20)),
                          st.tuples(st.just("noise"), st.binary(max_size=60))), max_size=40))  # fmt: skip
@hypothesis_settings(max_examples=150, deadline=None)
def test_only_what_the_key_holder_sent_reaches_a_verb_once_and_in_order(acts: list[tuple]) -> None:  # REQ-162
    """Lost, garbled, truncated, replayed, reflected frames and noise, in any order."""
    access, verbs = Access(KEY), _Noted()
    link = Link(access, verbs)
    handshake = Handshake(KEY, bytes(16), bytes(16))
    access.challenge(bytes(16), bytes(16))
    assert access.prove(0, handshake.proof(HOST)) == OPENED
    channel = handshake.channel()
    sent: list[tuple[int, bytes]] = []
    answers: list[frames.Frame] = []
    wanted: list[int] = []
    for what, value in acts:
        arrives, line = 0, b""
        if what == "send":
            channel.number += 1
            body = channel.seal(HOST, json.dumps({"do": str(channel.number)}).encode())
            sent.append((channel.number, frames.encode(frames.SEALED, channel.number & 0xFF, body)))
            arrives, line = sent[-1] if value else (0, b"")  # or it is lost
        elif what == "again" and sent:
            arrives, line = sent[value % len(sent)]
        elif what == "garble" and sent:
            garbled = bytearray(sent[-1][1])
            garbled[1 + value % (len(garbled) - 2)] ^= 1 + value % 254
            line = bytes(garbled)
        elif what == "cut" and sent:
            line = sent[-1][1][: value % (len(sent[-1][1]) - 1)] + b"\0"
        elif what == "back" and answers:
            line = frames.encode(*answers[value % len(answers)])
        elif what == "noise":
            line = value + b"\0"
        if arrives > (wanted or [0])[-1]:  # what was late is in order while nothing has overtaken it
            wanted.append(arrives)
        link.feed(line)
        answers += [frame for frame in _drained(link) if frame.kind == frames.SEALED]
        assert len(link._decoder._buffer) <= frames.MAX_FRAME
    assert verbs.reached == [str(number) for number in wanted]
    assert len(answers) == len(wanted)
    if answers and wanted[-1] == channel.number:
        assert channel.opened(UNIT, answers[-1].body)


def test_a_pull_of_a_real_size_is_acknowledged_by_its_hash(tmp_path: Path) -> None:
    from example_log import session_log

    log = session_log()
    with FakeUnit({"00001": log}) as unit, connect(unit) as line:
        done = device.pull(line, device.list_logs(line)[0], tmp_path)
        assert done.acknowledged
        assert unit.store.pulled == ["00001"]
        with pytest.raises(SitterError, match="not what the unit has"):
            line.ask("logs.ack", name="00001", size=len(log), sha256=hashlib.sha256(os.urandom(4)).hexdigest())
