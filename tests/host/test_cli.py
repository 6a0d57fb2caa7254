"""The command line: exit codes, pure JSON, one sentence and a remedy instead of a traceback."""

import errno
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest
import soundfile
from example_log import small_log
from fake_computer import Computer
from fake_unit import UNIT, FakeUnit
from plugged import CP2102, plug_in

from sitter import clearance, records
from sitterctl import (
    card_file,
    cli,
    errors,
    flashing,
    keys,
    plan_file,
    plan_questions,
    port,
    sim_hand,
    simulator,
    slog,
)
from sitterctl.errors import (
    BUSY,
    CHECK_FAILED,
    INTERRUPTED,
    NO_ANSWER,
    NO_UNIT,
    NOT_VERIFIED,
    OK,
    PARTIAL,
    PERMISSION,
    RESTARTED,
    USAGE,
    SitterError,
)

SCENARIO = Path(__file__).parent.parent / "scenarios" / "stop.json"


pytestmark = pytest.mark.usefixtures("elsewhere")


def pulled(path: Path, data: bytes | None = None) -> Path:
    path.write_bytes(small_log() if data is None else data)
    return path


def commands(group: click.Group = cli.cli, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, with the words that call it."""
    yield words, group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, *words, name)
        else:
            yield (*words, name), command


COMMANDS = dict(commands())


# --- help -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_help_page_has_two_examples(words: tuple[str, ...], run) -> None:
    code, out, _ = run(*words, "--help")
    assert code == OK
    examples = re.findall(r"^ +sitterctl .+$", out.partition("Examples:")[2], re.M)
    assert len(examples) >= 2


@pytest.mark.parametrize("words", [w for w, c in COMMANDS.items() if not isinstance(c, click.Group)], ids=" ".join)
def test_each_command_takes_json_and_port(words: tuple[str, ...]) -> None:
    options = {option for parameter in COMMANDS[words].params for option in parameter.opts}
    assert {"--json", "--port"} <= options


def test_help_is_quick() -> None:
    """Under 150 ms on a machine that is not busy; a busy one is as slow with an empty program."""

    def once(*words: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        return time.perf_counter() - begun

    pairs = [(once("-m", "sitterctl.cli", "--help"), once("-c", "pass")) for _ in range(5)]
    assert min(pairs)[0] < 0.15 or min(full / empty for full, empty in pairs) < 6


def test_help_does_without_the_slow_libraries() -> None:
    program = "import sys, sitterctl.cli\ntry: sitterctl.cli.main(['--help'])\nexcept SystemExit: pass\n"
    slow = (
        "print(*{'rich', 'serial', 'jinja2', 'icalendar', 'json.tool', 'sitter'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program + slow], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_help_lists_every_exit_code(run) -> None:
    _, out, _ = run("--help")
    listed = re.findall(r"^ +(\d+)  ", out, re.M)
    assert [int(code) for code in listed] == [code for code, _ in errors.EXIT_CODES]


# --- a unit that is well --------------------------------------------------------------------------------------------


def test_status_tells_faults_and_the_clock(unit: FakeUnit, run) -> None:
    code, out, err = run("status")
    assert (code, err) == (OK, "")
    assert "music: no card" in out
    assert "+60 s" in out or "+59 s" in out


def test_ports_lists_units_and_asks_no_stranger(
    unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch
) -> None:  # REQ-103
    stranger = SimpleNamespace(device="/dev/ttyACM9", vid=1, pid=2, description="infusion pump")
    known = SimpleNamespace(device=unit.port, **CP2102)
    monkeypatch.setattr(port.list_ports, "comports", lambda: [known, stranger])
    opened = []
    original = port.open_port
    monkeypatch.setattr("sitterctl.port.open_port", lambda path: (opened.append(path), original(path))[1])
    code, out, _ = run("ports", "--json")
    rows = {row["port"]: row for row in json.loads(out)["ports"]}
    assert code == OK
    assert rows[unit.port]["unit_id"] == UNIT
    assert rows["/dev/ttyACM9"]["problem"] == "not asked: its bridge is none that units have"
    assert opened == [unit.port]
    assert run("ports")[1].endswith("not asked: `SITTER_PORTS=/dev/ttyACM9 sitterctl ports`\n")


def test_a_port_that_is_busy_is_listed_with_who_has_it(unit: FakeUnit, run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SITTER_PORTS", unit.port)
    line = port.open_port(unit.port)
    try:
        assert f"busy: {unit.port} is in use by another program" in run("ports")[1]
        computer = Computer(tmp_path / "other").process(4711, "picocom", unit.port)
        monkeypatch.setattr("sitterctl.machine.this_machine", computer.machine)
        assert f"busy: {unit.port} is in use by picocom (process 4711)" in run("ports")[1]
        assert json.loads(run("ports", "--json")[1])["ports"][0]["unit_id"] is None
    finally:
        line.close()


def test_no_port_is_no_error_of_ports(run) -> None:
    assert run("ports")[:2] == (OK, "there is no serial port\n")


def test_logs_are_listed_pulled_and_then_listed_as_pulled(unit: FakeUnit, run) -> None:
    assert "00002" in run("logs", "list")[1]
    code, out, _ = run("logs", "pull")
    assert code == OK
    assert Path(f"logs/{UNIT}-00001.slog").read_bytes() == unit.store.logs["00001"]
    assert out.count("Intact") == 2
    assert all(row["pulled"] for row in json.loads(run("logs", "list", "--json")[1])["logs"])
    code, out, _ = run("logs", "pull")
    assert (code, out[:15]) == (OK, "nothing to pull")
    assert run("logs", "pull", "--again")[1].count("Intact") == 2


def test_one_log_is_pulled_by_name_and_into_a_folder(unit: FakeUnit, run, tmp_path: Path) -> None:
    assert run("logs", "pull", "00002", "--out", "here")[0] == OK
    assert [p.name for p in sorted((tmp_path / "here").iterdir())] == [f"{UNIT}-00002.pull.json", f"{UNIT}-00002.slog"]


def test_a_running_session_is_pulled_only_by_name(unit: FakeUnit, run) -> None:
    unit.store.still_open = {"00002"}
    unit.store.logs["00002"] = small_log()[:-40]
    assert json.loads(run("logs", "pull", "--json")[1])["pulled"][0]["log"] == "00001"
    unit.store.logs["00002"] = small_log()[: small_log().rindex(b"ready") + 5 + 23]
    code, _, err = run("logs", "pull", "00002")
    assert code == PARTIAL
    assert "still open" in err


def test_a_name_that_the_unit_does_not_have(unit: FakeUnit, run) -> None:
    code, _, err = run("logs", "pull", "00009")
    assert code == USAGE
    assert "it has: 00001, 00002" in err


def test_names_and_all_together_are_a_mistake(unit: FakeUnit, run) -> None:
    assert run("logs", "pull", "00001", "--all")[0] == USAGE


def test_the_report_says_where_the_log_came_from(unit: FakeUnit, run) -> None:
    run("logs", "pull")
    code, out, _ = run("report", f"logs/{UNIT}-00001.slog", "-o", "new/page.html")
    assert code == OK
    assert out.startswith("new/page.html\n")
    page = Path("new/page.html").read_text()
    assert f"Pulled from {unit.port}" in page


# --- a unit that is not ---------------------------------------------------------------------------------------------


def test_five_faults_are_told_apart(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [run("status", "--port", "/dev/ttyUSB99")]
    with open(unit.port, "rb", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        found.append(run("status"))
    unit.silent = True
    found.append(run("status"))
    unit.silent, unit.schema = False, 1
    found.append(run("status"))
    with monkeypatch.context() as patch:
        import serial

        patch.setattr(serial.serialposix.os, "open", lambda *a: (_ for _ in ()).throw(OSError(errno.EACCES, "denied")))
        found.append(run("status"))
    assert [code for code, _, _ in found] == [NO_UNIT, BUSY, NO_ANSWER, CHECK_FAILED, PERMISSION]
    assert all(out == "" for _, out, _ in found)
    said = [err.splitlines() for _, _, err in found]
    assert all(len(lines) == 2 and lines[0].startswith("sitterctl: ") for lines in said)
    assert len({lines[0] for lines in said}) == len({lines[1] for lines in said}) == 5


def test_a_restart_on_connect_has_its_own_code(unit: FakeUnit, run) -> None:
    unit.reboot()
    code, _, err = run("logs", "list")
    assert code == RESTARTED
    assert "look at the patient first" in err


def test_no_unit_and_several_are_not_guessed(run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("status")[0] == NO_UNIT
    plug_in(monkeypatch, {"device": "/dev/ttyUSB0", **CP2102}, {"device": "/dev/ttyUSB1", **CP2102})
    code, _, err = run("status")
    assert code == NO_UNIT
    assert "/dev/ttyUSB0" in err
    assert "/dev/ttyUSB1" in err
    said = json.loads(run("status", "--json")[1])
    assert [row["port"] for row in said["ports"]] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]


def test_the_only_unit_needs_no_name(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITTER_PORT")
    plug_in(monkeypatch, {"device": unit.port, **CP2102})
    assert run("status")[0] == OK


def test_a_cut_pull_says_what_is_left_and_what_was_done(unit: FakeUnit, run) -> None:
    unit.store.logs["00002"] = small_log() * 20
    unit.cut_after = 40
    code, out, err = run("logs", "pull", "--json")
    said = json.loads(out)
    assert code == said["exit"] == PARTIAL
    assert err == ""
    assert [row["log"] for row in said["pulled"]] == ["00001"]
    assert f"logs/{UNIT}-00002.part" in said["error"]
    assert "goes on from there" in said["remedy"]


def test_ctrl_c_in_mid_pull_says_what_is_left(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_log(line, name: str, offset: int, end: int | None = None) -> Iterator[bytes]:
        yield b"x" * 500
        raise KeyboardInterrupt

    monkeypatch.setattr("sitterctl.transfer.read_log", read_log)
    code, out, err = run("logs", "pull", "00001")
    assert (code, out) == (INTERRUPTED, "")
    assert "stopped: 500 of" in err
    assert f"{UNIT}-00001.part" in err


def test_a_folder_that_can_not_be_made_is_a_sentence(unit: FakeUnit, run) -> None:
    Path("file").write_text("")
    code, _, err = run("logs", "pull", "--out", "file/logs")
    assert code == CHECK_FAILED
    assert err.startswith("sitterctl: file/logs: ")


def test_a_killed_pull_goes_on_where_it_stopped(unit: FakeUnit, run) -> None:
    unit.store.logs = {"00001": small_log() * 40}
    unit.slow_s = 0.3
    words = [sys.executable, "-m", "sitterctl.cli", "logs", "pull", "--port", unit.port, "--timeout", "2"]
    killed = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    part = Path(f"logs/{UNIT}-00001.part")
    while not part.exists() or not part.stat().st_size:
        assert killed.poll() is None, "the pull ended by itself"
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    unit.slow_s = 0
    have = part.stat().st_size
    code, _, err = run("logs", "pull")
    assert code == NOT_VERIFIED  # forty logs in one file are no log
    assert f"went on at byte {have}" in err
    assert Path(f"logs/{UNIT}-00001.slog").read_bytes() == unit.store.logs["00001"]


# --- files ----------------------------------------------------------------------------------------------------------


def test_verify_names_the_record_that_was_changed(run, tmp_path: Path) -> None:
    data = bytearray(small_log())
    data[data.index(b"sublingual", 700)] ^= 1
    whole, flipped = pulled(tmp_path / "a.slog"), pulled(tmp_path / "b.slog", bytes(data))
    code, out, _ = run("logs", "verify", whole, flipped)
    assert code == NOT_VERIFIED
    assert "a.slog: Intact" in out
    assert re.search(r"b\.slog: Broken at record \d+", out)
    said = json.loads(run("logs", "verify", whole, flipped, "--json")[1])
    assert not said["ok"]
    assert [row["verdict"] for row in said["logs"]] == ["intact", "broken"]


def test_verify_takes_the_key_it_is_given(run, tmp_path: Path) -> None:
    path = pulled(tmp_path / "a.slog", small_log(b"k" * 32))
    assert run("logs", "verify", path)[0] == NOT_VERIFIED
    assert run("logs", "verify", path, "--key", (b"k" * 32).hex())[0] == OK


def test_show_prints_everything_before_the_damage(run, tmp_path: Path) -> None:
    path = pulled(tmp_path / "a.slog", small_log()[:-30])
    code, out, err = run("logs", "show", path)
    assert code == NOT_VERIFIED
    assert "header" in out
    assert "dose" in out
    assert "can not be read" in err
    said = json.loads(run("logs", "show", path, "--json")[1])
    assert said["records"][0]["record"] == "header"
    assert "can not be read" in said["damage"]


def test_show_can_be_narrowed_to_some_records(run, tmp_path: Path) -> None:
    code, out, _ = run("logs", "show", pulled(tmp_path / "a.slog"), "--only", "mark", "--only", "dose")
    assert code == OK
    assert len(out.splitlines()) == 2


def test_a_record_that_no_log_has_is_refused_and_one_that_this_has_not_is_said(run, tmp_path) -> None:
    log = pulled(tmp_path / "a.slog")
    code, out, err = run("logs", "show", log, "--only", "alarn")
    assert (code, out) == (USAGE, "")
    assert "there is no record 'alarn'\ndid you mean alarm? there are: header, " in err
    absent = next(name for _, name, _ in records.rows().values() if not slog.read(log).named(name))
    assert run("logs", "show", log, "--only", absent)[:2] == (OK, f"there are no records of {absent} in {log}\n")
    assert json.loads(run("logs", "show", log, "--only", absent, "--json")[1])["records"] == []


def test_a_report_of_a_broken_log_is_made_and_says_so(run, tmp_path: Path) -> None:
    code, out, _ = run("report", pulled(tmp_path / "a.slog", small_log()[:-30]))
    assert code == NOT_VERIFIED
    assert (tmp_path / "a.html").exists()
    assert "Broken" in out


# --- simulated units ------------------------------------------------------------------------------------------------


class FakePlayed:
    """Stands in for the simulator, which tests/system runs in earnest."""

    messages = ["fell over"]

    def __init__(self, path: Path, state: Path | None = None, on_progress=None) -> None:
        self.unit = FakeUnit()
        self.port, self.closed = self.unit.port, 0

    def __enter__(self) -> "FakePlayed":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def wait_ready(self) -> None:
        pass

    def wait_end(self) -> None:
        raise KeyboardInterrupt

    def close(self) -> None:
        self.unit.__exit__()


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "Simulator", FakePlayed)


def test_a_scenario_stands_for_a_port(simulated, run) -> None:
    code, out, _ = run("logs", "list", "--port", f"sim:{SCENARIO}", "--json")
    assert code == OK
    assert json.loads(out)["unit_id"] == UNIT


def test_start_prints_the_port_and_ends_well_with_ctrl_c(simulated, run) -> None:
    code, out, _ = run("sim", "start", SCENARIO)
    assert code == OK
    assert out.startswith("/dev/")
    assert json.loads(run("sim", "start", SCENARIO, "--json")[1])["port"].startswith("/dev/")


def test_start_says_when_the_unit_ends_by_itself(simulated, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePlayed, "wait_end", lambda self: None)
    code, _, err = run("sim", "start", SCENARIO)
    assert code == CHECK_FAILED
    assert "fell over" in err


def summary(failures: list[str]) -> dict:
    return {"scenario": "x", "ok": not failures, "failures": failures, "simulated_s": 900, "play_wall_s": 1.0,
            "slog": "a.slog", "report": "a.html", "verdict": "Intact"}  # fmt: skip


def test_run_fails_when_an_expectation_does(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator, "play", lambda *a, **k: summary(["alarm x was expected"]))
    code, out, _ = run("sim", "run", SCENARIO, "--out", "o")
    assert code == CHECK_FAILED
    assert "FAILED   alarm x was expected" in out
    monkeypatch.setattr(simulator, "play", lambda *a, **k: summary([]))
    assert run("sim", "run", SCENARIO, "--out", "o")[0] == OK


def test_a_faulty_scenario_has_all_faults_listed(run, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"title": "x", "seed": 1, "start_utc": "x", "end_s": 9, "timeline": [{"at_s": -1}], "a": 1}')
    code, _, err = run("sim", "run", path, "--out", "o")
    assert code == USAGE
    assert f"{path}: a: " in err


def make_new(unit: FakeUnit) -> None:
    """A unit without a key, at which somebody holds the chord."""
    custody = unit.app.custody
    custody.key = custody.access._key = None
    unit.app.unit.chord_held = True


def test_a_new_unit_gets_a_key_that_this_computer_keeps(unit: FakeUnit, run) -> None:
    make_new(unit)
    code, out, err = run("provision")
    assert code == OK
    assert "hold MARK and BP" in err
    (path,) = keys.folder().glob("*.key")
    assert path.read_text() == f"# unit {UNIT}\n{unit.app.custody.key.hex()}\n"
    assert path.stat().st_mode & 0o077 == 0
    assert str(path) in out
    unit.booted_at -= 3600
    assert run("logs", "list")[0] == OK


def test_a_key_that_nobody_took_is_not_kept(unit: FakeUnit, run) -> None:
    make_new(unit)
    unit.app.unit.chord_held = False
    code, _, err = run("provision", "--wait", "1")
    assert code == PERMISSION
    assert "hold MARK and BP at the unit" in err
    assert not list(keys.folder().glob("*.key"))


def test_a_key_that_may_have_been_taken_is_kept(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    make_new(unit)
    unit.drop = set(range(1, 100))  # everything behind hello
    code, _, err = run("provision")
    assert code == NO_ANSWER
    (path,) = keys.folder().glob("*.key")
    assert f"the unit may have its key: {path} keeps it" in err


def test_ctrl_c_behind_the_key_keeps_it(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    make_new(unit)

    def stopped(line, within_s: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sitterctl.connection.Connection.await_restart", stopped)
    code, _, err = run("provision")
    assert code == INTERRUPTED
    (path,) = keys.folder().glob("*.key")
    assert f"{path} keeps it" in err
    assert unit.app.custody.key.hex() in path.read_text()


def test_ctrl_c_before_anybody_held_the_keys_keeps_nothing(unit: FakeUnit, run, monkeypatch) -> None:
    make_new(unit)
    unit.app.unit.chord_held = False

    def stopped(seconds: float) -> None:
        raise KeyboardInterrupt

    hurried = SimpleNamespace(sleep=stopped, monotonic=time.monotonic)
    monkeypatch.setattr("sitterctl.commands_access.time", hurried)
    assert run("provision")[0] == INTERRUPTED
    assert not list(keys.folder().glob("*"))


def test_a_key_of_which_only_one_slot_was_stored_is_kept(unit: FakeUnit, run) -> None:
    make_new(unit)
    unit.app.state.fails = True
    code, _, err = run("provision")
    assert code == CHECK_FAILED
    assert "could not be stored" in err
    assert list(keys.folder().glob("*.key"))  # nobody can be sure that the unit has nothing of it


def test_a_broken_key_file_is_passed_over_with_a_note(unit: FakeUnit, run) -> None:
    keys.folder().mkdir(parents=True)
    (keys.folder() / "00000000.key").write_text("")
    code, _, err = run("logs", "list")
    assert code == OK
    assert "There is no key in" in err and "passed over" in err


def test_an_audit_log_is_shown_and_kept(unit: FakeUnit, run) -> None:
    audit = unit.app.custody.audit
    audit.note(
        5, "setting", {"utc_s": 1_777_000_000, "who": "tech@bench", "name": "volume_cap", "old": "22", "new": "9"}
    )
    rows = records.walk(small_log(), len(records.MAGIC))
    audit.begin(records.decode(*next(rows)[1:])[1], {"at_ms": 0})
    audit.flush(6)
    code, out, _ = run("audit", "--out", "kept")
    assert code == OK
    assert "2026-04-24T03:06:40Z  setting      1  tech@bench  volume_cap: 22 -> 9" in out
    kept = Path(f"kept/{UNIT}-audit-current.slog")
    assert b"tech@bench" in kept.read_bytes()
    path = Path(unit._folder.name) / "audit/current"
    path.write_bytes(path.read_bytes().replace(b"tech@bench", b"boss@bench"))
    code, out, _ = run("audit")
    assert code == NOT_VERIFIED
    assert "Broken" in out


# --- JSON -----------------------------------------------------------------------------------------------------------

GOOD = (
    ("ports",), ("status",), ("watch", "--for", "0.3"), ("provision",), ("audit",), ("logs", "list"), ("logs", "pull"),
    ("doctor",), ("doctor", "--udev"), ("logs", "verify", "a.slog"),
    ("logs", "show", "a.slog"), ("report", "a.slog"), ("sim", "run", str(SCENARIO), "--out", "o"),
    ("integration", "a.slog"), ("integration", "a.slog", "--meeting", "2027-05-06", "--pulse"),
    ("settings", "show"), ("settings", "pull"), ("settings", "check", "a.toml"), ("settings", "diff", "same.toml"),
    ("settings", "apply", "a.toml", "--yes"), ("settings", "restore", "a.toml", "--dry-run"),
    ("adjust", "spo2", "--clear", "--yes"),
    ("music", "build", "tracks", "card"),
    ("music", "put", "card.toml"),
    ("plan", "new", "new.toml", "--example"), ("plan", "check", "plan.toml"), ("plan", "show"), ("plan", "list"),
    ("plan", "clear", "plan.toml", "--by", "MD-07", "--yes"), ("plan", "push", "plan.toml", "--yes"),
    ("cues", "list"),
    ("cues", "check", "long_3h"),
    ("cues", "preview", "sublingual_2h"),
    ("check",), ("support-bundle",), ("completion", "bash"), ("clock", "show"), ("clock", "set"), ("label", "BED 3"),
    ("selftest",), ("update", "--show"), ("flash",), ("sim", "press", "NEXT", "--state", "."),
    ("sim", "speed", "5", "--state", "."), ("sim", "pump", "150", "--state", "."), ("sim", "manometer", "--state", "."),
    ("service", "nibp", "--show"),
    ("sim", "start", str(SCENARIO)), ("alarms", "replay", "a.slog", "--settings", "a.toml"),
)  # fmt: skip
BAD = (
    (("status", "--port", "/dev/ttyUSB99"), NO_UNIT),
    (("watch", "--port", "/dev/ttyUSB99"), NO_UNIT),
    (("watch", "--all", "--port", "/dev/ttyUSB0"), USAGE),
    (("doctor", "--port", "sim:missing.json"), USAGE),
    (("provision",), PERMISSION),
    (("settings", "show", "--key", "00" * 32), PERMISSION),
    (("settings", "pull", "-o", "/proc/none/x.toml"), CHECK_FAILED),
    (("settings", "check", "missing.toml"), USAGE),
    (("settings", "diff", "missing.toml"), USAGE),
    (("settings", "apply", "missing.toml"), USAGE),
    (("settings", "restore", "missing.toml"), USAGE),
    (("check", "--port", "/dev/ttyUSB99"), NO_UNIT),
    (("adjust", "spo2", "--point", "0.5:98"), USAGE),
    (("music", "build", "nowhere", "card"), USAGE),
    (("music", "put", "a.toml"), USAGE),
    (("plan", "new", "a.slog", "--example"), USAGE),
    (("plan", "check", "missing.toml"), USAGE),
    (("plan", "clear", "missing.toml", "--by", "MD-07"), USAGE),
    (("plan", "show", "--key", "00" * 32), PERMISSION),
    (("plan", "push", "missing.toml"), USAGE),
    (("plan", "list", "nowhere"), USAGE),
    (("cues", "list", "more"), USAGE),
    (("cues", "check", "a.toml"), USAGE),
    (("cues", "preview", "nowhere.toml"), USAGE),
    (("adjust", "spo2", "--point", "x", "--point", "0.5:98"), USAGE),
    (("adjust", "spo2", "--point", "0.5:98", "--clear"), USAGE),
    (("adjust", "spo2", "--point", "0.5:98", "--point", "0.6:99", "--yes"), CHECK_FAILED),
    (("support-bundle", "--out", "/proc/none/x.zip"), CHECK_FAILED),
    (("completion", "tcsh"), USAGE),
    (("clock", "show", "--port", "/dev/ttyUSB99"), NO_UNIT),
    (("clock", "set", "--key", "00" * 32), PERMISSION),
    (("selftest", "relay"), USAGE),
    (("flash", "--board", "esp8266"), USAGE),
    (("update", "--key", "00" * 32), PERMISSION),
    (("sim", "press", "PANIC", "--state", "."), USAGE),
    (("sim", "speed", "50", "--state", "."), USAGE),
    (("sim", "pump", "9000", "--state", "."), USAGE),
    (("sim", "manometer", "--state", "."), NO_UNIT),
    (("selftest", "--key", "00" * 32), PERMISSION),
    (("service", "nibp", "pump"), USAGE),
    (("service", "nibp", "--key", "00" * 32), PERMISSION),
    (("label", "much too long for one"), CHECK_FAILED),
    (("audit", "--key", "00" * 32), PERMISSION),
    (("logs", "list", "--key", "00" * 32), PERMISSION),
    (("logs", "list", "--port", "sim:missing.json"), USAGE),
    (("logs", "pull", "00009"), USAGE),
    (("logs", "verify", "missing.slog"), USAGE),
    (("logs", "verify"), USAGE),
    (("logs", "show", "missing.slog"), USAGE),
    (("report", "missing.slog"), USAGE),
    (("report", "a.slog", "-o", "/proc/none/x.html"), CHECK_FAILED),
    (("integration", "missing.slog"), USAGE),
    (("integration", "a.slog", "--plan", "missing.toml"), USAGE),
    (("integration", "a.slog", "--meeting", "soon"), USAGE),
    (("integration", "a.slog", "--out", "/proc/none"), CHECK_FAILED),
    (("sim", "run", "missing.json", "--out", "o"), USAGE),
    (("sim", "start", "missing.json"), USAGE),
    (("sim", "run"), USAGE),
    (("alarms", "replay", "a.slog", "--settings", "missing.toml"), USAGE),
    (("alarms", "replay", "missing.slog", "--settings", "a.toml"), USAGE),
    (("ports", "--nonsense"), USAGE),
    (("nonsense",), USAGE),
)


@pytest.mark.parametrize("words", GOOD, ids=" ".join)
def test_json_is_all_there_is_on_stdout(words, unit, simulated, run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(simulator, "play", lambda *a, **k: summary([]))
    pulled(tmp_path / "a.slog")
    (tmp_path / "a.toml").write_text("pulse_high_bpm = 130\n")
    (tmp_path / "same.toml").write_text("pulse_high_bpm = 120\n")
    example = clearance.clear(plan_questions.example(UNIT), "MD-07", plan_file.day(plan_file.today()))
    (tmp_path / "plan.toml").write_text(plan_file.text(example))
    track = card_file.Track(1, 1, "A piece", 240, False, 1)
    (tmp_path / "card.toml").write_text(card_file.text(card_file.Card("5f0c9a1e", 9, [track])))
    (tmp_path / "tracks" / "1 a").mkdir(parents=True)
    soundfile.write(tmp_path / "tracks" / "1 a" / "t.wav", np.sin(np.arange(44100)), 44100)
    unit.music = None  # a unit that is well
    monkeypatch.setattr(sim_hand, "happen", lambda *a: None)
    monkeypatch.setattr(sim_hand, "manometer_mmhg", lambda *a: 150)
    for name, does in (("look", ("prompt", {})), ("install", None), ("wait_for", None), ("greeted", {"key_id": None})):
        monkeypatch.setattr(flashing, name, lambda *a, does=does: does)
    if words == ("provision",):
        make_new(unit)
    code, out, err = run(*words, "--json")
    assert (code, err) == (OK, "")
    assert isinstance(json.loads(out), dict)


@pytest.mark.parametrize(("words", "expected"), BAD, ids=lambda v: " ".join(v) if isinstance(v, tuple) else str(v))
def test_errors_are_json_too(words, expected, unit, run, tmp_path) -> None:
    pulled(tmp_path / "a.slog")
    (tmp_path / "a.toml").write_text("pulse_high_bpm = 130\n")
    code, out, err = run(*words, "--json")
    said = json.loads(out)
    assert (code, err) == (expected, "")
    assert said["exit"] == expected
    assert said["error"]
    assert said["remedy"]
    code, out, err = run(*words)
    assert (code, out) == (expected, "")
    assert "Traceback" not in err


def test_every_command_has_a_good_and_a_bad_case() -> None:
    leaves = {words for words, command in COMMANDS.items() if not isinstance(command, click.Group)}
    for cases in (GOOD, [words for words, _ in BAD]):
        assert leaves == {leaf for leaf in leaves for words in cases if words[: len(leaf)] == leaf}


def test_no_bar_is_drawn_where_nobody_looks(unit: FakeUnit, run) -> None:
    assert "\x1b" not in "".join(run("logs", "pull")[1:])


def test_an_error_is_one_sentence_and_a_remedy(capsys: pytest.CaptureFixture) -> None:
    cli.output.show_error(SitterError("it failed", "mend it", exit_code=1), as_json=False)
    assert capsys.readouterr().err == "sitterctl: it failed\nmend it\n"


def test_a_reader_that_stops_reading_is_no_traceback(tmp_path: Path) -> None:
    path = pulled(tmp_path / "a.slog")
    command = f"{sys.executable} -m sitterctl.cli logs show {path} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=os.getcwd())
    assert "Traceback" not in done.stderr
