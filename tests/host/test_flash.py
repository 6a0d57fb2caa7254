"""`flash`: when it touches nothing, and what is said when a tool fails. test_bring_up.py has it from end to end."""

import subprocess
import time
from pathlib import Path

import pytest
from fake_unit import FakeUnit
from test_update import program

from sitterctl import flashing
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, NO_UNIT, OK, PERMISSION, SESSION_OPEN, USAGE

MISSING = "/usr/bin/python: No module named esptool"


class Tools:
    """Stands in for esptool and mpremote: what was asked of them, and how they answer."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.files: dict[str, str] = {}
        self.fails: dict[str, tuple[int, str]] = {}
        self.hangs = False

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess:
        words = command[2:]
        self.asked.append(words)
        for word, (code, said) in self.fails.items():
            if word in words:
                return subprocess.CompletedProcess(command, code, "", said)
        if self.hangs:
            raise subprocess.TimeoutExpired(command, 1)
        said = "".join(f"FILE {name} {digest}\r\n" for name, digest in self.files.items()) + "END\r\n"
        return subprocess.CompletedProcess(command, 0, said if "exec" in words else "", "")


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Tools:
    stand_in = Tools()
    monkeypatch.setattr(flashing.subprocess, "run", stand_in.run)
    monkeypatch.setattr(flashing, "_START_S", 1.0)
    monkeypatch.setattr(flashing.wait_for, "__defaults__", (1.0,))
    return stand_in


@pytest.fixture
def bench(tools: Tools, unit: FakeUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`flash` on the unit's port, with a small program."""
    folder = program(tmp_path / "small", "0.1.0")
    (tmp_path / "image.bin").write_bytes(b"\xe9 image")
    return ["flash", "--bundle", str(folder), "--image", str(tmp_path / "image.bin"), "--yes"]


def at_prompt(monkeypatch: pytest.MonkeyPatch, *there: str) -> None:
    """What is found on the port, one after the other; the last for ever."""
    left = list(there)
    hello = {
        "unit_id": "U",
        "version": "0.1.0",
        "state": "idle",
        "label": "",
        "boot_id": 1,
        "uptime_ms": 9000,
        "key_id": None,
    }
    monkeypatch.setattr(flashing, "what_is_there", lambda *_: (left.pop(0) if len(left) > 1 else left[0], hello))
    monkeypatch.setattr(flashing, "in_rom", lambda path: there[0] == "nothing")
    monkeypatch.setattr(flashing, "greeted", lambda path: hello)


def test_a_unit_with_a_session_open_is_left_alone(bench, unit, run, tools) -> None:
    unit.app.unit.session.event(1, "next")
    code, _, err = run(*bench)
    assert (code, "session open" in err) == (SESSION_OPEN, True)
    assert tools.asked == []


def test_a_unit_whose_key_is_not_at_hand_is_left_alone(bench, run, tools) -> None:
    assert run(*bench, "--key", "00" * 32)[0] == PERMISSION
    assert tools.asked == []


def test_a_program_without_a_key_has_to_make_way_by_the_chord(bench, unit, run, tools) -> None:
    unit.app.custody.key = None
    code, _, err = run(*bench)
    assert (code, "MARK and BP" in err, "`sitterctl provision`" in err) == (PERMISSION, True, True)
    assert tools.asked == []


def test_a_chip_that_is_only_to_be_provisioned_is_left_as_it_is(bench, unit, run, tools, tmp_path) -> None:
    unit.app.custody.key = None
    version = unit.app.verbs.serve({"do": "hello"}, False)["version"]
    code, out, err = run("flash", "--bundle", str(program(tmp_path / "same", version)))
    assert code == OK, err
    assert "next: `sitterctl provision` gives it its key" in out
    code, _, err = run("flash", "--bundle", str(program(tmp_path / "newer", "9.9.9")))
    assert (code, "`sitterctl provision`" in err) == (PERMISSION, True)
    assert tools.asked == []


# --- what would be lost -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pulled", "said"), [
    ([], "unit SIM-0007: 2 logs that were not pulled yet would be lost"),
    (["00001"], "unit SIM-0007: a log that was not pulled yet would be lost"),
    (["00001", "00002"], "unit SIM-0007: all its logs have been pulled"),
])  # fmt: skip
def test_erasing_says_first_how_many_logs_would_be_lost(pulled, said, bench, unit, run, tools, monkeypatch) -> None:
    unit.store.pulled += pulled
    seen = []
    monkeypatch.setattr("click.confirm", lambda question, **_: seen.append(question))
    code, _, err = run(*bench[:-1], "--erase")
    assert (code, len(seen), tools.asked) == (CHECK_FAILED, 1, [])
    assert said in err


def test_erasing_says_that_a_chip_can_not_be_asked_for_its_logs(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "prompt")
    monkeypatch.setattr("click.confirm", lambda question, **_: False)
    _, _, err = run(*bench[:-1], "--erase")
    assert "what is on the chip can't be asked: logs that nobody has pulled would be lost" in err


def test_a_unit_that_falls_silent_is_said_to_be_one_that_can_not_be_asked(bench, unit, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "unit")
    monkeypatch.setattr(flashing, "_LOOK_S", 0.1)
    monkeypatch.setattr("click.confirm", lambda question, **_: False)
    unit.silent = True
    _, _, err = run(*bench[:-1], "--erase")
    assert "how many logs it has can't be told (no answer on" in err


def test_a_port_has_to_be_named(bench, run, tools, monkeypatch) -> None:
    monkeypatch.delenv("SITTER_PORT")
    code, _, err = run(*bench)
    assert (code, "name its port" in err) == (NO_UNIT, True)
    assert tools.asked == []


def test_what_is_on_the_chip_already_is_not_copied_again_and_what_is_not_of_it_goes(bench, run, tools, monkeypatch,
                                                                                  tmp_path) -> None:  # fmt: skip
    at_prompt(monkeypatch, "prompt", "prompt", "unit")
    folder = tmp_path / "small"
    tools.files = {
        f"/a/{path.relative_to(folder)}": flashing._sha256(path) for path in folder.rglob("*") if path.is_file()
    }
    tools.files["/boot.py"] = flashing._sha256(flashing.firmware_folder() / "boot.py")
    tools.files["/a/older.mpy"] = "0" * 64
    assert run(*bench[:3])[0] == OK
    used = [words[4] if words[0] == "mpremote" else words[0] for words in tools.asked]
    assert used == ["exec", "exec", "exec", "exec", "fs", "exec", "exec", "fs", "exec", "reset"]
    assert "remove('/boot.py')" in tools.asked[2][5]  # before anything of the program is touched
    assert "older.mpy" in tools.asked[3][5]
    assert tools.asked[-3][-1] == ":/boot.py"
    assert all(words[:4] == ["mpremote", "connect", words[2], "resume"] for words in tools.asked)


def test_a_chip_that_has_all_of_it_keeps_its_boot_py(bench, run, tools, monkeypatch, tmp_path) -> None:
    at_prompt(monkeypatch, "prompt", "prompt", "unit")
    folder = tmp_path / "small"
    tools.files = {f"/a/{p.relative_to(folder)}": flashing._sha256(p) for p in folder.rglob("*") if p.is_file()}
    tools.files["/boot.py"] = flashing._sha256(flashing.firmware_folder() / "boot.py")
    assert run(*bench[:3])[0] == OK
    assert not any("remove" in word for words in tools.asked for word in words)


def test_a_disk_that_is_full_says_that_no_program_runs(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "prompt")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(flashing.shutil, "copytree", full)
    code, _, err = run(*bench[:3])
    assert (code, "no program runs on the chip now" in err) == (CHECK_FAILED, True)


def test_where_nothing_answers_it_asks_first(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "nothing", "prompt")
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115
    assert run(*bench[:-1])[0] == INTERRUPTED
    assert tools.asked == []


def test_files_that_did_not_arrive_as_they_were_sent_are_named(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "prompt")
    code, _, err = run(*bench[:3])
    assert code == 8
    assert "/a/board.mpy" in err
    assert not any(words[4:5] == ["reset"] for words in tools.asked)


def test_an_image_is_written_where_nothing_answers_and_erased_only_when_asked(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "nothing", "prompt")
    run(*bench)
    esptool = [words for words in tools.asked if words[0] == "esptool"]
    assert [word for words in esptool for word in words if "flash" in word] == ["write-flash"]
    assert esptool[0][-2] == "0x1000"
    tools.asked.clear()
    at_prompt(monkeypatch, "prompt")
    run(*bench, "--erase")
    assert [words[0] for words in tools.asked][:2] == ["esptool", "esptool"]


@pytest.mark.parametrize(("fails", "words", "code"), [
    ({"esptool": (2, "A fatal error occurred: Failed to connect")}, "Failed to connect", CHECK_FAILED),
    ({"esptool": (1, MISSING)}, "esptool is not installed", USAGE),
    ({"mpremote": (1, "mpremote: no device")}, "mpremote says: mpremote: no device", CHECK_FAILED),
])  # fmt: skip
def test_a_tool_that_fails_has_its_last_words_told(fails, words, code, bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "nothing", "prompt")
    tools.fails = fails
    got, _, err = run(*bench)
    assert (got, words in err) == (code, True), err


def test_a_tool_that_hangs_is_told(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "nothing", "prompt")
    tools.hangs = True
    assert run(*bench)[0] == NO_ANSWER


def test_a_prompt_that_does_not_come_is_told(bench, run, tools, monkeypatch) -> None:
    at_prompt(monkeypatch, "nothing")
    code, _, err = run(*bench)
    assert (code, "did not show its prompt" in err) == (NO_ANSWER, True)


def test_ctrl_c_says_that_the_same_command_goes_on(bench, run, monkeypatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    at_prompt(monkeypatch, "prompt")
    monkeypatch.setattr(flashing, "install", stopped)
    code, _, err = run(*bench[:3])
    assert (code, "no program runs on the chip now" in err) == (INTERRUPTED, True)
    monkeypatch.setattr(flashing, "look", stopped)
    code, _, err = run(*bench[:3])
    assert (code, "nothing was written" in err) == (INTERRUPTED, True)


# --- what is there ----------------------------------------------------------------------------------------------------


@pytest.fixture
def something(unit, monkeypatch):
    """Give what is on the port, and what it says."""

    def says(babble: bytes) -> tuple[str, float]:
        unit.babble, unit.silent = babble, not babble
        monkeypatch.setattr(flashing, "_SURE_S", 1.0)
        begun = time.monotonic()
        return flashing.look(unit.port, 0.1)[0], time.monotonic() - begun

    return says


@pytest.mark.parametrize("said", flashing._ROM_SAYS, ids=repr)
def test_a_chip_in_its_rom_is_told_apart_at_once(something, said: bytes) -> None:
    there, took_s = something(said)
    assert there == flashing.NOTHING
    assert took_s < 2.5


def test_what_is_silent_or_talks_otherwise_is_waited_for_all_the_same(something) -> None:
    for said in (b"", b"ets Jul 29 2019 12:21:46"):
        assert something(said)[1] > 3.0


def test_a_unit_that_is_up_is_sent_nothing_that_is_for_a_rom(unit, monkeypatch) -> None:
    monkeypatch.setattr(flashing, "in_rom", lambda path: pytest.fail("sent"))
    assert flashing.look(unit.port, 0.1)[0] == flashing.UNIT


def test_a_unit_that_starts_meanwhile_is_none_that_is_blank(unit, monkeypatch) -> None:
    seen = iter([(flashing.NOTHING, {}), (flashing.UNIT, {"state": "idle"})])
    monkeypatch.setattr(flashing, "what_is_there", lambda *_: next(seen))
    unit.silent = True
    assert flashing.look(unit.port, 0.1)[0] == flashing.UNIT


@pytest.mark.parametrize(("before", "after"), [
    (None, "a"), ("a", "a"), ("b", "a"), ("a>b", "a"), ("b#a", "a"), ("b!a", "a"), ("noise", "a"),
    ("a!b", "a!b"), ("a?b", "a!b"),
])  # fmt: skip
def test_what_was_tried_in_vain_in_the_other_slot_stays_known(before, after, tmp_path) -> None:
    if before:
        (tmp_path / "slot").write_text(before)
    exec(flashing._MARK.replace("/slot", f"{tmp_path}/slot"))  # as the chip does
    assert (tmp_path / "slot").read_text() == after
