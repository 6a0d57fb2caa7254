"""Who gets into a unit whose program really runs, on MicroPython behind a pseudo-terminal, in real time."""

import contextlib
import itertools
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from on_board import AT_ONCE

from sitter import clearance
from sitter.access import HOST, WRONG_ALLOWED, Handshake
from sitterctl import audit, device, keys, simulator, slog, transfer
from sitterctl.cli import cli
from sitterctl.connection import Connection
from sitterctl.errors import SESSION_OPEN, SitterError

pytestmark = pytest.mark.real_time

SCENARIO = Path(__file__).parents[1] / "scenarios" / "stop.json"
IN_SESSION = [{"at_s": 5, "key": "NEXT"}, {"at_s": 8, "key": "BP"}, {"at_s": 60, "key": "NEXT"},
              {"at_s": 62, "key": "NEXT", "hold_s": 2.5}]  # fmt: skip
CTRL_C, CTRL_D, RAW_REPL, FRIENDLY_REPL = b"\x03", b"\x04", b"\x01", b"\x02"


@contextlib.contextmanager
def running(folder: Path, **changes) -> Iterator[simulator.Simulator]:
    """A unit that has got to real time."""
    path = folder / "unit.json"
    path.write_text(
        json.dumps(
            {
                **json.loads(SCENARIO.read_text()),
                "timeline": [],
                "end_s": 70,
                "expect": {},
                "settings": AT_ONCE,
                **changes,
            }
        )
    )
    with simulator.Simulator(path) as unit:
        unit.wait_ready()
        yield unit


@contextlib.contextmanager
def connected_again(unit: simulator.Simulator) -> Iterator[Connection]:
    """A unit that has just started is taken for one that the port restarted, at first."""
    with contextlib.ExitStack() as stack:
        for left in range(30, -1, -1):
            try:
                line = stack.enter_context(device.connect(unit.port))
                break
            except SitterError:
                assert left
                time.sleep(0.5)
        yield line


def typed(unit: simulator.Simulator, text: bytes, seconds: float = 0.6) -> bytes:
    """What the line said to that, as a terminal would show it."""
    line = os.open(unit.port, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(line, text)
        time.sleep(seconds)
        os.set_blocking(line, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(line, 10000)
        return b""
    finally:
        os.close(line)


def try_a_wrong_key(line: Connection) -> None:
    said = line.ask("auth.begin", nonce="00" * 16)
    proof = Handshake(b"x" * 32, bytes(16), bytes.fromhex(said["nonce"])).proof(HOST)
    with pytest.raises(SitterError):
        line.ask("auth.prove", proof=proof.hex(), who="stranger")


def test_in_a_session_no_typing_stops_the_program_or_brings_a_prompt(tmp_path: Path) -> None:  # REQ-163
    with running(tmp_path, timeline=IN_SESSION) as unit:
        with device.connect(unit.port) as line:
            boot_id = line.hello["boot_id"]
        for text in (CTRL_C * 5, RAW_REPL + b"import os\r" + CTRL_D, CTRL_C + CTRL_D + FRIENDLY_REPL, b"\r\nhelp()\r\n",
                     os.urandom(2000)):  # fmt: skip
            assert b">>>" not in typed(unit, text)
        with device.connect(unit.port) as line:
            assert line.hello["boot_id"] == boot_id
            assert line.ask("status")["state"] == "onset"
            log = slog.read(device.pull_newest(line, tmp_path))
        assert unit.started == 1
        assert not unit.messages
    seconds = [record.at_ms // 1000 for record in log.named("vitals")]
    assert all(b - a <= 2 for a, b in itertools.pairwise(seconds))  # watched all the time


def test_after_three_wrong_keys_not_even_the_right_one_gets_in_and_the_session_goes_on(
    tmp_path: Path,
) -> None:  # REQ-161
    with running(tmp_path, timeline=IN_SESSION) as unit, device.connect(unit.port) as line:
        for _ in range(WRONG_ALLOWED):
            try_a_wrong_key(line)
        with pytest.raises(SitterError, match="too many wrong proofs"):
            device.list_logs(line)
        assert line.ask("status")["state"] == "onset"
        assert not unit.messages


def test_in_a_session_changes_are_refused_pulling_is_not_and_a_wrong_key_is_noted(tmp_path: Path) -> None:  # REQ-164
    with running(tmp_path, timeline=IN_SESSION) as unit, device.connect(unit.port) as line:
        for act in (
            lambda: line.ask("service"),
            lambda: line.ask("restart"),
            lambda: transfer.put(line, "settings", {"spo2_low_pct": 88}),
            lambda: transfer.put(line, "plan", transfer.get(line, "plan")),
        ):
            with pytest.raises(SitterError, match="a session is open") as caught:
                act()
            assert caught.value.exit_code == SESSION_OPEN
        assert device.list_logs(line)[0]["closed"] is False
        try_a_wrong_key(line)
        time.sleep(1.5)  # for the flush behind it
        log = slog.read(device.pull_newest(line, tmp_path))
    (noted,) = log.named("audit")
    assert (noted.fields["event"], noted.fields["who"]) == ("wrong proof", "stranger")


def test_settings_are_in_force_after_the_restart_and_the_audit_says_who(tmp_path: Path) -> None:
    with running(tmp_path) as unit, device.connect(unit.port) as line:
        before = transfer.get(line, "settings")
        transfer.put(line, "settings", {**AT_ONCE, "spo2_low_pct": 88, "volume_cap": 10})
        line.await_restart(10)
        after = transfer.get(line, "settings")
        trails = audit.pull(line)
        assert unit.started == 2
        assert not unit.messages
    assert {name: after[name] for name in after if after[name] != before[name]} == {
        "spo2_low_pct": 88,
        "volume_cap": 10,
    }
    (trail,) = trails
    assert trail.whole
    told = [(event["event"], audit.in_words(event)) for event in trail.events]
    assert told[:3] == [("connected", ""), ("setting", "spo2_low_pct: 90 -> 88"), ("setting", "volume_cap: 22 -> 10")]
    assert all("@" in event["who"] for event in trail.events)


def test_an_audit_log_that_was_changed_is_found_out(tmp_path: Path) -> None:
    with running(tmp_path) as unit, device.connect(unit.port) as line:
        transfer.put(
            line, "plan", clearance.clear({**transfer.get(line, "plan"), "code": "KAP-0043"}, "MD-07", 20260504)
        )
        time.sleep(1.5)
        (trail,) = audit.pull(line)
    assert trail.whole
    changed = trail.data.replace(b"KAP-0043", b"KAP-0044")
    assert slog.verify(changed, keys.at_hand()).kind == slog.BROKEN


def test_service_mode_gives_the_line_to_the_prompt_until_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as unit:
        with device.connect(unit.port) as line:
            boot_id = line.hello["boot_id"]
            assert line.ask("service")["restarts"]
        deadline = time.monotonic() + 10
        said = b""
        while b">>>" not in said and time.monotonic() < deadline:
            said += typed(unit, b"\r")
        assert b">>>" in said
        assert b"42\n" in typed(unit, b"6*7\r")
        with pytest.raises(SitterError, match="MicroPython's prompt"), device.connect(unit.port, timeout_s=0.3):
            pass
        typed(unit, CTRL_C + CTRL_D)
        with connected_again(unit) as line:
            assert line.hello["boot_id"] != boot_id
            (trail,) = audit.pull(line)
        assert [event["event"] for event in trail.events][:2] == ["connected", "service mode"]


def test_a_new_unit_is_given_its_key_by_who_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-165
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    hold = [{"at_s": 9, "key": "MARK+BP", "hold_s": 40}]
    with running(tmp_path, provisioned=False, timeline=hold, end_s=6) as unit:
        early = CliRunner().invoke(cli, ["provision", "--port", unit.port, "--wait", "1"], standalone_mode=False)
        assert "hold MARK and BP" in str(early.exception)
        assert not list(keys.folder().glob("*.key"))  # a key that was not taken is not kept
        done = CliRunner().invoke(cli, ["provision", "--port", unit.port, "--json"], standalone_mode=False)
        assert done.exception is None, done.exception
        told = json.loads(done.stdout)
        with connected_again(unit) as line:
            assert f"{line.hello['key_id']:08x}" == told["key_id"]
            assert device.list_logs(line) == []
            (trail,) = audit.pull(line)
        assert trail.events[0]["event"] == "provisioned"
        again = CliRunner().invoke(cli, ["provision", "--port", unit.port], standalone_mode=False)
        assert "has its key already" in str(again.exception)


def test_a_unit_without_a_key_begins_no_session(tmp_path: Path) -> None:
    with running(tmp_path, provisioned=False, timeline=[{"at_s": 5, "key": "NEXT"}], end_s=10) as unit:
        with device.connect(unit.port) as line:
            assert line.ask("status")["state"] == "idle"
        assert not unit.messages
