"""Ends beside those of test_interrupted.py: at a question, without a reader, by a signal, in a simulated session."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from example_log import small_log
from fake_unit import UNIT, FakeUnit
from faults import Fault, cable_pulled, ctrl_c, disk_full, files_in, in_files, on_the_line

from sitterctl import cli, cut_short, device, pull_record, settings_file, simulator
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, OK, PARTIAL, SESSION_OPEN, SitterError

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def bed3(tmp_path: Path) -> Path:
    (tmp_path / "bed3.toml").write_text("spo2_low_pct = 88\n")
    return tmp_path / "bed3.toml"


# --- at a question ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("apply", "bed3.toml"), ("restore", "bed3.toml"), ("apply", "bed3.toml", "--all")])
def test_ctrl_c_at_a_question_changes_nothing(words, bed3, unit: FakeUnit, run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SITTER_PORTS", unit.port)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda *_: ctrl_c())
    before = files_in(tmp_path)
    code, out, err = run("settings", *words)
    assert (code, out) == (INTERRUPTED, "")
    assert err.endswith("sitterctl: stopped; nothing was left half-done\nthe same command begins again\n")
    assert "settings" not in unit.app.state.values
    assert files_in(tmp_path) == before


def test_ctrl_c_while_points_are_taken_changes_nothing(unit: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr("sitterctl.adjusting.measure", lambda line: 520)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda *_: ctrl_c())
    code, out, err = run("adjust", "spo2")
    assert (code, out) == (INTERRUPTED, "")
    assert "nothing was left half-done" in err
    assert "settings" not in unit.app.state.values


def test_a_cable_that_is_pulled_while_points_are_taken_asks_no_more(unit: FakeUnit, run, monkeypatch) -> None:
    on_the_line(monkeypatch, Fault(cable_pulled, 12, lasts=True))
    monkeypatch.setattr("sitterctl.adjusting.measure", lambda line: [line.ask("live") for _ in range(9)])
    monkeypatch.setattr(click, "confirm", lambda *a, **k: pytest.fail("asked"))
    assert run("adjust", "spo2")[0] == NO_ANSWER


# --- what is kept, and what is not ------------------------------------------------------------------------------------


def test_a_change_that_was_refused_leaves_no_backup_for_restore(unit: FakeUnit, run, bed3) -> None:
    unit.app.store.is_open = True
    assert run("settings", "apply", bed3, "--yes")[0] == SESSION_OPEN
    assert not list(settings_file.backup_folder().glob("*"))


def test_a_change_that_may_not_have_been_stored_keeps_its_backup(unit: FakeUnit, run, bed3) -> None:
    unit.app.state.fails = True
    code, _, err = run("settings", "apply", bed3, "--yes")
    assert code == CHECK_FAILED
    assert "it could not be stored: unit SIM-0007 has all of its old settings or all of the new ones" in err
    assert len(list(settings_file.backup_folder().glob("*"))) == 1


def test_a_disk_that_takes_only_a_part_of_a_piece_is_told_the_rest(unit: FakeUnit, run, monkeypatch) -> None:
    class Nearly:
        """A file that takes at most 100 bytes at a time."""

        def __init__(self, file) -> None:
            self.file = file

        def write(self, data: bytes) -> int:
            return self.file.write(data[:100])

    whole = device._append
    monkeypatch.setattr(device, "_append", lambda file, piece: whole(Nearly(file), piece))
    assert run("logs", "pull", "00001")[0] == OK
    assert Path(f"logs/{UNIT}-00001.slog").read_bytes() == unit.store.logs["00001"]


def test_a_log_that_has_grown_is_not_accused_when_its_record_can_not_be_written(unit, run, monkeypatch) -> None:
    short = small_log()[: small_log().rindex(b"ready") + 5 + 23]
    unit.store.still_open, unit.store.logs = {"00001"}, {"00001": short}
    assert run("logs", "pull", "00001")[0] == PARTIAL
    unit.store.still_open, unit.store.logs = set(), {"00001": small_log()}
    with monkeypatch.context() as patch:
        patch.setattr(pull_record, "write", lambda *_: disk_full())
        code, _, err = run("logs", "pull", "00001")
    assert code == PARTIAL
    assert f"all of log 00001 is in logs/{UNIT}-00001.slog, and the unit may not know that yet" in err
    assert unit.store.pulled == []
    assert run("logs", "verify", f"logs/{UNIT}-00001.slog")[0] == OK
    assert run("logs", "pull")[0] == OK
    assert unit.store.pulled == ["00001"]


def test_logs_that_were_pulled_before_it_ended_are_told(unit: FakeUnit, run) -> None:
    unit.store.logs["00002"] = small_log() * 20
    unit.cut_after = 40
    _, out, err = run("logs", "pull")
    assert out == ""
    assert f"logs/{UNIT}-00001.slog: {len(small_log())} bytes. Intact" in err


def test_a_self_test_whose_record_can_not_be_kept_is_shown(unit: FakeUnit, run, monkeypatch) -> None:
    in_files(monkeypatch, Fault(disk_full, 0, lasts=True))
    monkeypatch.setattr("sitterctl.guided.AtTheTerminal.choose", lambda *_: "y")
    code, _, err = run("selftest", "supply", "--out", "r")
    assert code == CHECK_FAILED
    assert "result    passed: supply" in err
    assert "r.json: No space left on device; it was not written" in err
    said = json.loads(run("selftest", "supply", "--json", "--out", "r")[1])
    assert said["results"][0]["state"] == "passed" and said["exit"] == CHECK_FAILED


# --- without a reader -------------------------------------------------------------------------------------------------

READ = (("ports",), ("status",), ("logs", "list"), ("settings", "show"), ("logs", "show", "a.slog"), ("--help",),
        ("completion", "bash"), ("watch",), ("logs", "pull"))  # fmt: skip


def _into(path_or_pipe: str, *words: str) -> tuple[int, str]:
    """A command whose stdout is a full disk, or a pipe that nobody reads; (exit code, stderr)."""
    if path_or_pipe == "pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(path_or_pipe, os.O_WRONLY)
    was, said = (sys.stdout, sys.stderr), Path("stderr")
    with open(said, "w") as sys.stderr:
        sys.stdout = open(writer, "w")  # noqa: SIM115 - closing it fails
        ours = sys.stdout
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main(list(words))
        finally:
            sys.stdout, sys.stderr = was
            with suppress(OSError):
                ours.close()
    return ended.value.code, said.read_text()


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("words", READ, ids=" ".join)
def test_a_reader_that_has_gone_ends_it_without_a_word(words, as_json: bool, unit: FakeUnit, tmp_path) -> None:
    (tmp_path / "a.slog").write_bytes(small_log())
    assert _into("pipe", *words, *(["--json"] if as_json and words != ("--help",) else [])) == (CHECK_FAILED, "")
    assert len(unit.store.pulled) == (2 if words == ("logs", "pull") else 0)


@pytest.mark.parametrize("words", [("status",), ("settings", "pull")], ids=" ".join)
def test_a_result_for_which_there_is_no_room_is_an_error(words, unit: FakeUnit) -> None:
    code, err = _into("/dev/full", *words)
    assert code == CHECK_FAILED
    assert "its result could not be printed: No space left on device" in err
    code, err = _into("/dev/full", *words, "--json")
    assert (code, json.loads(err)["exit"]) == (CHECK_FAILED, CHECK_FAILED)


def test_an_error_that_nobody_reads_keeps_its_code(run) -> None:
    assert _into("pipe", "status", "--port", "/dev/ttyUSB99", "--json") == (3, "")


def test_a_note_that_nobody_reads_stops_nothing(capsys, monkeypatch) -> None:
    class Closed:
        def write(self, text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "gone")

        def fileno(self) -> int:
            raise OSError

    monkeypatch.setattr(sys, "stderr", Closed())
    cli.output.note("hold MARK and BP")


# --- by a signal ------------------------------------------------------------------------------------------------------


def _started(*words: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "sitterctl.cli", *words], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


def _pressed(started: subprocess.Popen) -> tuple[int, str, str]:
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=10)
    return started.returncode, out, err


def test_a_pull_that_is_stopped_by_a_signal_goes_on_later(unit: FakeUnit, run) -> None:
    unit.store.logs = {"00001": small_log() * 40}
    unit.slow_s = 0.2
    started = _started("logs", "pull", "--port", unit.port, "--timeout", "2")
    part = Path(f"logs/{UNIT}-00001.part")
    while not part.exists() or not part.stat().st_size:
        assert started.poll() is None, "the pull ended by itself"
        time.sleep(0.01)
    code, out, err = _pressed(started)
    assert (code, out) == (INTERRUPTED, "")
    assert "Traceback" not in err
    assert f"bytes of log 00001 are in {part}" in err
    unit.slow_s = 0
    run("logs", "pull")
    assert Path(f"logs/{UNIT}-00001.slog").read_bytes() == unit.store.logs["00001"]


def test_pulling_from_all_units_is_stopped_at_once_and_says_how_far_each_came(unit, run, monkeypatch) -> None:
    unit.store.logs = {"00001": small_log() * 40}
    unit.slow_s = 0.1
    monkeypatch.setenv("SITTER_PORTS", unit.port)
    started = _started("logs", "pull", "--all", "--json")
    while not list(Path().glob("logs/*.part")):
        assert started.poll() is None, started.communicate()
        time.sleep(0.01)
    begun = time.monotonic()
    code, out, err = _pressed(started)
    assert (code, err) == (INTERRUPTED, "")
    (row,) = json.loads(out)["units"]
    assert row["exit"] == INTERRUPTED
    assert row["error"].startswith("stopped")
    assert time.monotonic() - begun < 3
    unit.slow_s = 0
    run("logs", "pull", "--all")
    assert Path(row["error"].rpartition(" ")[2]).with_suffix(".slog").read_bytes() == unit.store.logs["00001"]


# --- a simulated session ----------------------------------------------------------------------------------------------

MADE = {"SIM-0001-00001.slog": b"new", "SIM-0001-00001.pull.json": b"{}", "report.html": b"new", "summary.json": b"{}"}


@pytest.fixture
def played(monkeypatch, tmp_path: Path) -> Path:
    """A folder with what was played before, and a session that is played in no time."""

    def into(folder: Path, *_: object) -> dict:
        for name, data in MADE.items():
            simulator.whole_file.write(folder / name, data)
        return {}

    monkeypatch.setattr(simulator, "_play_into", into)
    out = tmp_path / "out"
    out.mkdir()
    for name in ("SIM-0001-00001.slog", "SIM-0001-00002.slog", "report.html", "summary.json", "mine.txt"):
        (out / name).write_bytes(b"old")
    return out


def test_a_session_that_was_played_replaces_the_last(played: Path) -> None:
    simulator.play(Path("x.json"), played)
    assert files_in(played) == {**MADE, "mine.txt": b"old"}


@pytest.mark.parametrize("act", [ctrl_c, disk_full])
def test_a_session_is_in_its_folder_whole_or_as_before_or_has_no_summary(act, played: Path, monkeypatch) -> None:
    before = files_in(played)
    for at in range(40):
        fault = Fault(act, at, lasts=act is disk_full)
        for name in files_in(played).keys() - before.keys():
            (played / name).unlink()
        for name, data in before.items():
            (played / name).write_bytes(data)
        with monkeypatch.context() as patch:
            in_files(patch, fault)
            ended: list[BaseException] = []
            try:
                simulator.play(Path("x.json"), played)
            except cut_short.ENDS as error:
                ended.append(error)
        if not fault.happened:
            break
        now = files_in(played)
        assert now in (before, {**MADE, "mine.txt": b"old"}) or "summary.json" not in now
        if ended and "summary.json" not in now:
            assert "only a part of the session is in" in str(ended[0])
    assert 10 < at < 39


def test_a_pull_from_a_simulated_unit_that_is_stopped_promises_nothing(monkeypatch, tmp_path) -> None:
    stopped = [ctrl_c]

    def read_log(*_: object) -> Iterator[bytes]:
        yield b"x" * 500
        stopped[0]()

    monkeypatch.setattr("sitterctl.transfer.read_log", read_log)
    for act, code, why in ((ctrl_c, INTERRUPTED, "stopped"), (disk_full, NO_ANSWER, "No space left on device")):
        stopped[0] = act
        with FakeUnit() as unit, pytest.raises(SitterError) as caught:
            simulator._pulled(unit.port, tmp_path / "t")
        assert caught.value.exit_code == code
        assert caught.value.message == f"{why}: nothing was kept of the simulated unit's log"


# --- before it has begun, and once more -------------------------------------------------------------------------------

INTERRUPTED_AT_IMPORT = """
import os, signal, sys
name, sys.argv = sys.argv[1], ["sitterctl", "ports"]
class Hook:
    def find_spec(self, wanted, *_):
        if wanted == name:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Hook())
from sitterctl.start import main
main()
"""
TWO_UNITS = """
import os, time
from sitterctl import connection, side_by_side
def work(item):
    os.write(1, b"begun\\n")  # a line as a whole: two threads do it
    connection.stopped.wait()
    os.write(1, b"asked to end\\n")
    time.sleep(60)
side_by_side.each(work, [1, 2])
"""


@pytest.mark.parametrize("name", ["sitterctl.cli", "click", "sitterctl.output", "sitterctl.commands_units"])
def test_ctrl_c_while_the_program_is_imported_is_no_traceback(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_AT_IMPORT, name], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (INTERRUPTED, "")
    assert done.stderr.lstrip() in (
        "",
        "sitterctl: stopped; nothing was left half-done\nthe same command begins again\n",
    )


def test_the_program_begins_where_ctrl_c_is_seen_to() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"]["sitterctl"] == "sitterctl.start:main"


def test_a_second_ctrl_c_ends_what_is_done_with_every_unit_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", TWO_UNITS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for said in ("begun", "asked to end"):
            assert [process.stdout.readline().strip() for _ in range(2)] == [said, said]
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == INTERRUPTED
