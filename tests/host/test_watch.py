"""Looking on at units whose cables are pulled, which restart, fall silent or have another key."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from fake_app import KEY
from fake_unit import FakeUnit
from plugged import CP2102

from sitter.reading import Reading
from sitterctl import port, watcher
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, NO_UNIT, OK, PERMISSION, RESTARTED
from sitterctl.watcher import Board, EveryUnit, OneUnit, Pace
from sitterctl.watching import LIVE, LOST, NOT_AN_ALARM_SYSTEM, UNSEEN, Seen, shown

PACE = Pace(poll_s=0.02, answer_s=0.3, greet_s=0.3, again_s=0.05, after_restart_s=0.05, show_s=0.02, print_s=0.02)
STRANGER = b"not the key of this unit at all!"
NUMBERS = ("73", "94", "141", "86")


def in_session(unit: FakeUnit, label: str = "") -> FakeUnit:
    """A quiet session with numbers that are easily told from others."""
    core, now_ms = unit.app.unit, unit.app.board.ms
    core.step(now_ms - 90_000, [("clock", (1_777_885_200, True)), ("key", ("NEXT", "short"))])
    core.step(now_ms - 60_000, [("pressure", (141, 86, 104, 75))])
    core.step(now_ms, [("reading", Reading(73, 94, 140, 96, True))])
    unit.app.custody.label = label
    return unit


@pytest.fixture
def unit() -> Iterator[FakeUnit]:
    with FakeUnit() as fake:
        yield in_session(fake)


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ports behind known bridges."""
    paths: list[str] = []
    monkeypatch.setattr(port.list_ports, "comports", lambda: [SimpleNamespace(device=p, **CP2102) for p in paths])
    return paths


@pytest.fixture(autouse=True)
def quick(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No time to lose."""
    monkeypatch.setattr(watcher, "PACE", PACE)


def look_until(board: Board, done: Callable[[list[Seen]], object], within_s: float = 8.0) -> list[Seen]:
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        rows = board.look()
        if done(rows):
            return rows
        time.sleep(0.01)
    raise AssertionError(f"not within {within_s} s: {[(row.port, row.error) for row in board.look()]}")


def state(row: Seen) -> str:
    return shown(row, watcher.now_s()).state


def all_are(*states: str) -> Callable[[list[Seen]], bool]:
    return lambda rows: [state(row) for row in rows] == list(states)


@contextlib.contextmanager
def watching(where, keys: tuple[bytes, ...] = (KEY,)) -> Iterator[Board]:
    with contextlib.closing(Board(where, keys, PACE)) as board:
        yield board


def cut(unit: FakeUnit) -> None:
    """Pull the cable, at the next byte on it."""
    unit.cut_after = 0


# --- one unit ---------------------------------------------------------------------------------------------------------


def test_a_unit_is_watched_lost_with_its_cable_and_found_on_another_port(unit: FakeUnit, plugged: list[str]) -> None:
    plugged.append(unit.port)
    with watching(OneUnit(unit.port)) as board:
        (row,) = look_until(board, all_are(LIVE))
        assert shown(row, row.since_s).pulse == "73"
        cut(unit)
        plugged.clear()
        (row,) = look_until(board, all_are(LOST))
        assert "went away" in shown(row, watcher.now_s()).why
        with FakeUnit() as back:
            in_session(back)
            plugged.append(back.port)
            rows = look_until(board, lambda rows: any(map(all_are(LIVE), [[row] for row in rows])))
        assert {row.port for row in rows if row.unit_id} == {back.port}
        assert [row.restarted_s for row in rows if row.unit_id] == [None]


def test_while_it_is_lost_no_port_is_opened_but_what_has_appeared_since(unit: FakeUnit, plugged: list[str]) -> None:
    with FakeUnit() as neighbour, FakeUnit() as newcomer:
        neighbour.unit_id, newcomer.unit_id = "SIM-0008", "SIM-0009"
        plugged += [unit.port, neighbour.port]
        with watching(OneUnit(unit.port)) as board:
            look_until(board, all_are(LIVE))
            board.look()  # notes who else is there
            cut(unit)
            plugged[:] = [neighbour.port, newcomer.port]
            look_until(board, lambda rows: newcomer.sent)
            rows = look_until(board, lambda rows: newcomer.port not in board._watchers)  # asked once who it is
            assert state(next(row for row in rows if row.unit_id)) == LOST
            assert (neighbour.sent, newcomer.app.notes) == (0, [])  # and told no more than that


def test_cables_that_changed_places_do_not_change_patients(unit: FakeUnit, plugged: list[str]) -> None:
    with FakeUnit() as other:
        other.unit_id = "SIM-0008"
        in_session(other)
        plugged += [unit.port, other.port]
        with watching(OneUnit(unit.port)) as board:
            look_until(board, all_are(LIVE))
            unit.unit_id, other.unit_id = other.unit_id, unit.unit_id
            unit.app.custody.access.channel, unit.silent = None, True
            look_until(board, lambda rows: state(rows[0]) == LOST)
            unit.silent = False
            look_until(board, lambda rows: any(r.port == other.port and state(r) == LIVE for r in rows))
            assert {row.unit_id for row in board.look() if row.live} == {"SIM-0007"}


def test_silence_is_a_loss_and_it_ends_by_itself(unit: FakeUnit) -> None:
    with watching(OneUnit(unit.port)) as board:
        look_until(board, all_are(LIVE))
        unit.silent = True
        (row,) = look_until(board, all_are(LOST))
        assert row.error and row.error.exit_code == NO_ANSWER
        unit.silent = False
        look_until(board, all_are(LIVE))


def test_a_restart_is_shown_and_then_watched_on(unit: FakeUnit) -> None:
    with watching(OneUnit(unit.port)) as board:
        look_until(board, all_are(LIVE))
        unit.reboot()
        unit.booted_at -= 10
        look_until(board, all_are(LOST))
        (row,) = look_until(board, all_are(LIVE))
        assert shown(row, watcher.now_s()).restart.startswith("RESTARTED")


def test_a_port_that_restarts_its_unit_is_opened_twice_and_then_left_alone(unit: FakeUnit) -> None:
    asked, uptime_ms = [], unit._uptime_ms
    unit._uptime_ms = lambda: (asked.append(1), uptime_ms())[1]  # type: ignore[method-assign]
    unit.booted_at = time.monotonic() + 3600
    with watching(OneUnit(unit.port)) as board:
        (row,) = look_until(board, lambda rows: rows[0].error and watcher.is_left_alone(rows[0]))
        time.sleep(0.2)
        assert len(asked) == 2
        assert row.error and "left alone" in row.error.message


def test_an_answer_that_no_unit_gives_ends_nothing(unit: FakeUnit, plugged: list[str]) -> None:
    serve = unit.app.verbs.serve

    def oddly(request: dict, keyed: bool):
        answer = serve(request, keyed)
        return {"ok": True} if request["do"] == "auth.begin" else answer

    unit.app.verbs.serve = oddly
    plugged.append(unit.port)
    with watching(EveryUnit()) as board:
        (row,) = look_until(board, lambda rows: rows[0].error)
        assert row.error and row.error.exit_code == CHECK_FAILED
        unit.app.verbs.serve = serve
        look_until(board, all_are(LIVE))


# --- a group ----------------------------------------------------------------------------------------------------------


def test_of_two_units_one_is_lost_and_the_other_goes_on(unit: FakeUnit, plugged: list[str]) -> None:
    with FakeUnit() as other:
        unit.app.custody.label, other.unit_id = "CHAIR 1", "SIM-0008"
        in_session(other, "CHAIR 2")
        plugged += [other.port, unit.port]
        with watching(EveryUnit()) as board:
            look_until(board, all_are(LIVE, LIVE))
            cut(other)
            plugged.remove(other.port)
            rows = look_until(board, all_are(LIVE, LOST))
            assert [row.label for row in rows] == ["CHAIR 1", "CHAIR 2"]
            with FakeUnit() as back:
                back.unit_id = "SIM-0008"
                in_session(back, "CHAIR 2")
                plugged.append(back.port)
                look_until(board, all_are(LIVE, LIVE))


def test_another_unit_on_the_same_port_is_another_row(unit: FakeUnit, plugged: list[str]) -> None:
    plugged.append(unit.port)
    with watching(EveryUnit()) as board:
        look_until(board, all_are(LIVE))
        unit.silent = True
        look_until(board, all_are(LOST))
        unit.unit_id, unit.silent = "SIM-0008", False
        rows = look_until(board, all_are(LOST, LIVE))
        assert [row.unit_id for row in rows] == ["SIM-0007", "SIM-0008"]
        assert [row.restarted_s for row in rows] == [None, None]


def test_a_unit_whose_key_is_not_at_hand_is_a_row_that_says_so(unit: FakeUnit, plugged: list[str]) -> None:
    plugged.append(unit.port)
    with watching(EveryUnit(), (STRANGER,)) as board:
        (row,) = look_until(board, lambda rows: rows[0].error)
        assert "is not at hand" in shown(row, watcher.now_s()).why
        assert state(row) == UNSEEN
    assert unit.app.notes == []  # no wrong proof was given


def test_ports_that_are_named_are_watched_too(unit: FakeUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITTER_PORTS", os.pathsep.join([unit.port, "/dev/ttyUSB99"]))
    with watching(EveryUnit()) as board:
        rows = look_until(board, lambda rows: len(rows) == 2 and state(rows[0]) == LIVE and rows[1].error)
    assert rows[1].error and "no port /dev/ttyUSB99" in rows[1].error.message


# --- the command ------------------------------------------------------------------------------------------------------


def test_json_is_a_row_a_line_and_has_no_number_once_the_unit_is_lost(unit: FakeUnit, run) -> None:
    threading.Timer(0.4, cut, [unit]).start()
    code, out, err = run("watch", "--port", unit.port, "--json", "--for", "1")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (NO_ANSWER if rows[-1]["problem"].endswith("went away") else NO_UNIT, "")
    live, lost = [[row for row in rows if row["state"] == is_] for is_ in (LIVE, LOST)]
    assert len(live) > 3
    assert len(lost) > 3
    assert {(row["live"]["pulse_bpm"], row["live"]["phase"]) for row in live} == {(73, "checks")}
    assert all(row["live"] is None and row["problem"] for row in lost)
    assert rows == live + lost
    assert not any(f'"{name}": {number}' in line for line in out.splitlines()[len(live) :]
                   for name in ("pulse_bpm", "spo2_pct") for number in NUMBERS)  # fmt: skip


def test_without_a_terminal_changes_are_lines_and_the_first_says_what_this_is_not(unit: FakeUnit, run) -> None:
    threading.Timer(0.3, lambda: unit.app.unit.step(unit.app.board.ms + 1, [("key", ("STOP", "short"))])).start()
    threading.Timer(0.6, cut, [unit]).start()
    _, out, err = run("watch", "--port", unit.port, "--for", "0.9")
    lines = [re.sub(r"^\d\d:\d\d:\d\d  ", "", line) for line in out.splitlines()]
    assert lines[:3] == [NOT_AN_ALARM_SYSTEM, "SIM-0007  watched, in CHECKS", "SIM-0007  ALARM, high: HELP CALLED"]
    assert lines[3].startswith("SIM-0007  LOST, last seen in CHECKS with 1 alarm: ")
    assert "\x1b" not in out + err


def test_a_wrong_key_and_a_port_that_is_not_there_end_it(unit: FakeUnit, run) -> None:
    code, _, err = run("watch", "--port", unit.port, "--key", STRANGER.hex())
    assert (code, "is not at hand" in err) == (PERMISSION, True)
    assert run("watch", "--port", "/dev/ttyUSB99")[0] == NO_UNIT
    unit.booted_at = time.monotonic() + 3600
    code, _, err = run("watch", "--port", unit.port)
    assert (code, "left alone" in err) == (RESTARTED, True)


def test_a_unit_is_watched_by_its_label_and_by_no_other_s(unit: FakeUnit, plugged: list[str], run) -> None:
    plugged.append(unit.port)
    unit.app.custody.label = "BED 3"
    code, out, _ = run("watch", "--unit", "bed 3", "--for", "0.1")
    assert (code, "BED 3  watched" in out) == (OK, True)
    code, _, err = run("watch", "--port", unit.port, "--unit", "BED 4")
    assert (code, "not BED 4" in err) == (NO_UNIT, True)


def test_all_without_a_unit_says_so_in_the_end(unit: FakeUnit, plugged: list[str], run) -> None:
    assert run("watch", "--all", "--for", "0.1")[0] == NO_UNIT
    plugged.append(unit.port)
    assert run("watch", "--all", "--for", "0.5")[0] == OK


@contextlib.contextmanager
def started(unit: FakeUnit, *words: str, **streams: object) -> Iterator[subprocess.Popen]:
    """The command in a process of its own, at its own pace."""
    command = [sys.executable, "-m", "sitterctl.cli", "watch", "--port", unit.port, *words]
    with subprocess.Popen(command, **streams) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_it_well(unit: FakeUnit) -> None:
    with started(unit, "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert json.loads(process.stdout.readline())["live"]["spo2_pct"] == 94
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, err) == (OK, b"")
    assert all(json.loads(line) for line in out.splitlines())


def test_on_a_terminal_no_number_is_left_behind(unit: FakeUnit) -> None:
    ours, its = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", "LINES": "30"}
    said = b""
    with started(unit, stdin=its, stdout=its, stderr=its, env=environment) as process:
        while b"uncalibrated" not in said and select.select([ours], [], [], 5)[0]:
            said += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=5)
        while select.select([ours], [], [], 0.1)[0]:
            said += os.read(ours, 4096)
    os.close(ours)
    os.close(its)
    assert process.returncode == OK
    shown_, _, left = said.rpartition(b"\x1b[?1049l")  # back from the alternate screen
    assert b"NOT AN ALARM SYSTEM" in shown_
    assert b"141/86" in shown_
    assert not any(number.encode() in left for number in NUMBERS)
