"""Ctrl-C, a pulled cable and a full disk at every step of every command: the unit and the laptop's files are as before
or complete, the error says which, and the command that goes on does.

Each case is played with the fault a step later each time, a few steps where there are many, until it gets through.
"""

import json
import re
import time
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from example_log import small_log
from fake_app import KEY
from fake_unit import FakeUnit
from faults import (
    Fault,
    cable_pulled,
    ctrl_c,
    ctrl_c_from_a_thread,
    disk_full,
    files_in,
    in_files,
    in_reading_and_printing,
    on_the_line,
)

from sitter import records
from sitter import settings as table
from sitterctl import device, keys
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, OK, PARTIAL

pytestmark = pytest.mark.usefixtures("elsewhere")
WANTED = {**table.defaults(), "spo2_low_pct": 88}
CURVE = {"spo2_point1_ratio": 500, "spo2_point1_pct": 98, "spo2_point2_ratio": 850, "spo2_point2_pct": 90}


# --- what is to hold, for each command --------------------------------------------------------------------------------


@dataclass
class Now:
    """How it ended: what was said, and the unit."""

    code: int
    said: str
    unit: FakeUnit


def nothing_changed(now: Now) -> None:
    app = now.unit.app
    assert app.state.values.keys() <= {"key"}
    assert app.clock_s == 1_777_000_000


def settings_whole(now: Now, wanted: dict = WANTED) -> None:
    stored = now.unit.app.state.values.get("settings")
    assert stored in (None, wanted)
    if "has its old settings" in now.said:
        assert stored is None
    elif stored and now.code:
        assert re.search('all of its old settings or all of the new ones|applied: |"applied": true', now.said)
    backups = list(Path("data/sitter/settings").glob("*.toml"))
    assert bool(backups) == (stored is not None or "all of the new ones" in now.said)


def curve_whole(now: Now) -> None:
    settings_whole(now, {**table.defaults(), **CURVE})


def label_whole(now: Now) -> None:
    label = now.unit.app.state.values.get("label")
    assert label in (None, "BED 3")
    if label and now.code:
        assert "is called what it was, or 'BED 3'" in now.said


def clock_whole(now: Now) -> None:
    is_set = now.unit.app.clock_s != 1_777_000_000
    if is_set and now.code:
        assert re.search("the clock of unit SIM-0007 is (as it was, or )?set", now.said)


def pulled_logs_are_here(now: Now) -> None:
    for name in now.unit.store.pulled:
        assert Path(f"logs/SIM-0007-{name}.slog").read_bytes() == now.unit.store.logs[name]
    if now.code and list(Path("logs").glob("*.part")):
        assert ".part" in now.said or "nothing was left half-done" in now.said
    for log in Path("logs").glob("*.slog"):
        assert now.unit.store.logs[log.stem[-5:]] == log.read_bytes()


def key_kept(now: Now) -> None:
    kept = [path.read_text() for path in keys.folder().glob("*.key")]
    if now.unit.app.custody.key:
        assert [now.unit.app.custody.key.hex() in text for text in kept] == [True]
        assert now.code == OK or "the unit may have its key" in now.said
    elif "may have its key" not in now.said:
        assert kept == []


def worksheet_whole_or_none(now: Now) -> None:
    assert len(list(Path().glob("a-*"))) == (3 if now.code == OK else 0)


@dataclass(frozen=True)
class Case:
    """A command, what holds after it however it ended, and the exit codes beside the usual ones."""

    words: tuple[str, ...]
    holds: Callable[[Now], None] = nothing_changed
    cable: tuple[int, ...] = (NO_ANSWER,)
    goes_on: tuple[str, ...] | None = None
    disk: tuple[int, ...] = (CHECK_FAILED,)
    writes: bool = False
    stride: int = 1


MEETING = ("--meeting", "2027-05-06T10:00")
STRIDE = 2  # of the steps on the line, which are many and much alike
CASES = [
    Case(("ports",), cable=(OK,)),
    Case(("status",)),
    Case(("check",), cable=(NO_ANSWER, CHECK_FAILED)),
    Case(("doctor",), cable=(CHECK_FAILED,)),
    Case(("clock", "show")),
    Case(("clock", "set"), clock_whole),
    Case(("label", "BED 3"), label_whole),
    Case(("settings", "show")),
    Case(("settings", "pull", "-o", "mine.toml"), writes=True),
    Case(("settings", "diff", "bed3.toml"), goes_on=("settings", "show")),
    Case(("settings", "apply", "bed3.toml", "--yes"), settings_whole, writes=True, stride=3),
    Case(("settings", "restore", "bed3.toml", "--yes"), settings_whole, writes=True, stride=7),
    Case(("adjust", "spo2", "--point", "0.5:98", "--point", "0.85:90", "--yes"), curve_whole, writes=True, stride=7),
    Case(("logs", "list")),
    Case(("logs", "pull", "00001"), pulled_logs_are_here, cable=(NO_ANSWER, PARTIAL), disk=(PARTIAL,), writes=True),
    Case(("audit", "--out", "kept"), writes=True),
    Case(("provision",), key_kept, goes_on=("ports",), writes=True),
    Case(("selftest", "clock", "--json", "--out", "r"), cable=(NO_ANSWER,), writes=True),
    Case(("support-bundle", "--out", "help.zip"), cable=(OK,), writes=True, stride=3),
    Case(("report", "a.slog"), writes=True),
    Case(
        ("integration", "a.slog", *MEETING),
        worksheet_whole_or_none,
        writes=True,
        goes_on=("integration", "a.slog", *MEETING, "--force"),
    ),  # it may be done: syncing a folder is allowed to fail
]
# A number is shown until it is four seconds old. There is nothing to go on with, and a thread that was just begun keeps
# the port for as long as its question may take.
WATCH = Case(("watch", "--for", "0.6"), cable=(OK, NO_ANSWER), goes_on=("completion", "bash"))
OFFLINE = [Case(("completion", "bash")), Case(("alarms", "replay", "a.slog", "--settings", "bed3.toml"))]
ALL = [
    Case(("check", "--all"), cable=(NO_ANSWER, CHECK_FAILED), stride=3),
    Case(("logs", "pull", "--all"), pulled_logs_are_here, cable=(NO_ANSWER, PARTIAL), stride=3),
    Case(("settings", "apply", "bed3.toml", "--all", "--yes"), settings_whole, stride=5),
]


def is_whole(path: Path, now: Now) -> None:
    """Whether a file is one that its reader takes."""
    data = path.read_bytes()
    if path.suffix == ".json":
        json.loads(data)
    elif path.suffix == ".toml":
        tomllib.loads(data.decode())
    elif path.suffix == ".zip":
        assert zipfile.ZipFile(path).testzip() is None
    elif path.suffix == ".html":
        assert data.rstrip().endswith(b"</html>")
    elif path.suffix == ".md":
        assert data.endswith("…\n\n".encode())
    elif path.suffix == ".ics":
        assert data.endswith(b"END:VCALENDAR\r\n")
    elif path.suffix == ".txt":
        assert b"signature" in data
    elif path.suffix == ".part":
        assert now.unit.store.logs["00001"].startswith(data)
    elif path.suffix == ".key":
        assert re.fullmatch(rb"# unit SIM-0007\n[0-9a-f]{64}\n", data)
    elif path.suffix == ".slog":
        assert data == small_log() or "audit" in path.name
    else:
        raise AssertionError(f"{path} was left behind")


# --- playing them -----------------------------------------------------------------------------------------------------


@pytest.fixture
def play(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Give a case with a fault; how it ended."""
    monkeypatch.setattr(device.connect.__wrapped__, "__defaults__", (None, 0.3, False))
    monkeypatch.setattr("sitterctl.connection._LOOK_S", 0.001)
    monkeypatch.setattr("sitterctl.clock.time", SimpleNamespace(sleep=lambda s: None, time=time.time))
    monkeypatch.setattr("sitterctl.selftest_run.time", SimpleNamespace(sleep=lambda s: None, monotonic=time.monotonic))
    (tmp_path / "a.slog").write_bytes(small_log())
    (tmp_path / "bed3.toml").write_text("spo2_low_pct = 88\n")
    given = files_in(tmp_path)

    def once(case: Case, put_in: Callable, fault: Fault, as_json: bool) -> Now:
        _only(given, tmp_path)
        with FakeUnit({"00001": small_log()}, None if case.words[0] == "provision" else KEY) as unit:
            _make_ready(unit)
            monkeypatch.setenv(
                "SITTER_PORTS" if "--all" in case.words or case.words == ("ports",) else "SITTER_PORT", unit.port
            )
            with monkeypatch.context() as patch:
                put_in(patch, fault)
                json_too = ("--json",) if as_json and "--json" not in case.words else ()
                code, out, err = run(*case.words, *json_too)
            now = Now(code, out + err, unit)
            _told(now, out, err, as_json or "--json" in case.words, fault)
            case.holds(now)
            for name, data in files_in(tmp_path).items():
                if given.get(name) != data:
                    is_whole(tmp_path / name, now)
            if fault.happened:
                code, _, err = run(*(case.goes_on or case.words))
                assert code == OK or case.words[0] in ("check", "doctor"), err
            return now

    return once


def _make_ready(unit: FakeUnit) -> None:
    """Somebody holds MARK and BP, something stands in the audit log, and a restart was long ago at once."""
    unit.app.unit.chord_held = True
    unit.reboot = lambda up_s=0.0: FakeUnit.reboot(unit, up_s=3600)
    if unit.app.custody.key:
        audit, header = unit.app.custody.audit, next(records.walk(small_log(), len(records.MAGIC)))
        audit.note(5, "label", {"utc_s": 1_777_000_000, "who": "tech@bench", "name": "", "old": "", "new": "BED 2"})
        audit.begin(records.decode(*header[1:])[1], {"at_ms": 0})
        audit.flush(6)


def _only(given: dict[str, bytes], folder: Path) -> None:
    for name in files_in(folder).keys() - given.keys():
        (folder / name).unlink()
    for name, data in given.items():
        (folder / name).write_bytes(data)


def _told(now: Now, out: str, err: str, as_json: bool, fault: Fault) -> None:
    """One JSON object on stdout, or a sentence and a remedy on stderr; never a traceback."""
    assert "Traceback" not in now.said and "Errno" not in now.said
    if as_json and '"live"' in out:  # of `watch`, an object a line
        assert all(json.loads(line) for line in out.splitlines())
    elif as_json and out:
        said = json.loads(out)
        assert now.code == OK or "error" not in said or (said["error"] and said["remedy"] and said["exit"] == now.code)
    elif now.code not in (OK, CHECK_FAILED, PARTIAL) and out == "":
        assert re.search(r"^sitterctl: .+\n.+", err, re.M)


def at_each_step(play, case: Case, put_in: Callable, act: Callable[[], None], codes: tuple[int, ...],
                 lasts: bool = False) -> None:  # fmt: skip
    for at in range(0, 400, STRIDE * case.stride if put_in is on_the_line else 1):
        fault = Fault(act, at, lasts)
        now = play(case, put_in, fault, as_json=at // STRIDE % 2 == 1)
        if not fault.happened:
            assert at > 0
            return
        assert now.code in codes, now.said
    pytest.fail("it never got through")


def named(case: Case) -> str:
    return " ".join(case.words)


LINED = [case for case in CASES if case.words[0] not in ("report", "integration")]
WRITING = [case for case in CASES if case.writes]


@pytest.mark.parametrize("case", LINED, ids=named)
def test_a_cable_that_is_pulled(case: Case, play) -> None:
    at_each_step(play, case, on_the_line, cable_pulled, case.cable, lasts=True)


@pytest.mark.parametrize("case", [case for case in LINED if case.words != ("ports",)], ids=named)
def test_ctrl_c_on_the_line(case: Case, play) -> None:
    at_each_step(play, case, on_the_line, ctrl_c, (INTERRUPTED,))


def test_ctrl_c_ends_a_watch_as_its_end_does(play) -> None:
    at_each_step(play, WATCH, on_the_line, ctrl_c_from_a_thread, (OK,))


def test_a_cable_that_is_pulled_while_a_unit_is_watched(play) -> None:
    at_each_step(play, WATCH, on_the_line, cable_pulled, WATCH.cable, lasts=True)


@pytest.mark.parametrize("case", OFFLINE, ids=named)
def test_ctrl_c_without_a_unit(case: Case, play) -> None:
    at_each_step(play, case, in_reading_and_printing, ctrl_c, (INTERRUPTED,))


@pytest.mark.parametrize("case", OFFLINE, ids=named)
def test_a_disk_that_is_full_where_stdout_goes(case: Case, play) -> None:
    at_each_step(play, case, in_reading_and_printing, disk_full, case.disk, lasts=True)


@pytest.mark.parametrize("case", WRITING, ids=named)
def test_a_disk_that_is_full(case: Case, play) -> None:
    at_each_step(play, case, in_files, disk_full, (*case.disk, OK), lasts=True)


@pytest.mark.parametrize("case", WRITING, ids=named)
def test_ctrl_c_while_a_file_is_written(case: Case, play) -> None:
    at_each_step(play, case, in_files, ctrl_c, (INTERRUPTED,))


@pytest.mark.parametrize("case", ALL, ids=named)
def test_every_unit_at_once_and_a_cable_that_is_pulled(case: Case, play) -> None:
    at_each_step(play, case, on_the_line, cable_pulled, case.cable, lasts=True)


@pytest.mark.parametrize("case", [*ALL, CASES[0]], ids=named)
def test_ctrl_c_reaches_every_unit(case: Case, play) -> None:
    at_each_step(play, case, on_the_line, ctrl_c_from_a_thread, (INTERRUPTED,))
