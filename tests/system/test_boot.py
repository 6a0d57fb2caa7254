"""boot.py on MicroPython with a board that fails wherever it can: outputs first, and never the prompt unasked."""

import json
import re
from pathlib import Path

import pytest

from sitterctl import simulator, unix_port

SCRIPT = """
import json, sys
happened = []
class Module:
    pass
board, main, machine = Module(), Module(), Module()
def does(name, result=None):
    def act(*args, **more):
        happened.append(name)
        if name == FAILS:
            raise ERROR
        return result
    return act
FAILS, ERROR = {fails!r}, {error}
for name in ("safe_outputs", "report", "restart"):
    setattr(board, name, does(name))
board.internal_i2c = board.keys_int = board.free_internal_i2c = None
board.take_service_flag = does("take_service_flag", {flag!r})
keys = Module()
keys.Keys = lambda *parts: keys
keys.held_at_boot = does("held_at_boot", {held!r})
sys.modules["drivers.keys"] = keys
main.start, main.run = does("start"), does("run")
machine.reset, machine.WDT = does("machine.reset"), does("watchdog")
from sim import world
class Rtc:
    def memory(self, data=None):
        global kept
        if data is None:
            return kept
        kept = data
kept, world.clock.now_us = {memory!r}, 100000000
machine.RTC = Rtc
sys.modules["main"], sys.modules["machine"] = main, machine
if FAILS != "import board":
    sys.modules["board"] = board
{before}
try:
    import boot
    ended = "prompt"
except SystemExit:
    ended = "exit"
try:
    with open("/slot") as file:
        marker = file.read()
except OSError:
    marker = None
print("RESULT", json.dumps([happened, ended, sys.path[0], marker, str(kept, "ascii")]))
"""
# The flash as MicroPython mounts it before boot.py, with a marker on it.
ON_FLASH = """
import vfs
from sim.clock import Clock
from sim.flash import FakeFlash
class Worn(FakeFlash):
    worn = False
    def writeblocks(self, block, data, offset=0):
        return -5 if self.worn else FakeFlash.writeblocks(self, block, data, offset)
flash = Worn(Clock(), bytearray(b"\\xff" * 4096 * 32))
vfs.mount(vfs.VfsPosix("/"), "/host")
sys.path[:] = ["/host" + path if path.startswith("/") else path for path in sys.path]
sys.modules["sim"].__path__ = "/host" + sys.modules["sim"].__path__
vfs.umount("/")
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/")
with open("/slot", "w") as file:
    file.write({marker!r})
flash.worn = {worn!r}
"""
WHOLE = ["safe_outputs", "take_service_flag", "held_at_boot", "watchdog", "start", "run"]


def boot(tmp_path: Path, fails: str = "", error: str = "MemoryError()", flag: bool = False, held: bool = False) -> list:
    """What happened, and how it ended."""
    return run(tmp_path, fails=fails, error=error, flag=flag, held=held)[:2]


def run(tmp_path: Path, script: str = SCRIPT, **values: object) -> list:
    usual = {"fails": "", "error": "MemoryError()", "flag": False, "held": False, "memory": b"", "before": ""}
    (tmp_path / "run.py").write_text(script.format(**{**usual, **values}))
    return json.loads(unix_port.run_script(tmp_path / "run.py", tmp_path))


def test_outputs_are_safe_before_anything_else_and_a_program_that_returns_is_begun_anew(tmp_path: Path) -> None:
    assert boot(tmp_path) == [[*WHOLE, "restart"], "prompt"]


@pytest.mark.parametrize("error", ["MemoryError()", "ValueError()", "KeyboardInterrupt()", "OSError(5)"])
@pytest.mark.parametrize("fails", WHOLE)
def test_whatever_fails_is_followed_by_another_start(fails: str, error: str, tmp_path: Path) -> None:  # REQ-163
    happened, _ = boot(tmp_path, fails, error)
    assert happened[-2:] == ["report", "restart"]
    assert happened[-3] == fails


def test_the_board_finds_the_drivers_in_the_slot_that_is_in_use(tmp_path: Path) -> None:
    """On a device they lie nowhere else, and the board needs them as soon as it is imported."""
    (tmp_path / "board.py").write_text("import sys\nprint('RESULT', sys.path[0])\nsys.exit(0)\n")
    (tmp_path / "run.py").write_text("import boot\n")
    assert unix_port.run_script(tmp_path / "run.py", tmp_path) == "/a"


def test_a_board_that_can_not_even_be_imported_is_reset_by_the_chip(tmp_path: Path) -> None:
    assert boot(tmp_path, "import board")[0] == ["machine.reset"]


@pytest.mark.parametrize("fails", ["report", "restart"])
def test_a_board_that_can_not_restart_is_reset_by_the_chip(fails: str, tmp_path: Path) -> None:
    script = SCRIPT.replace("if name == FAILS:", 'if name in (FAILS, "run"):')
    happened = run(tmp_path, script, fails=fails)[0]
    assert happened[-1] == "machine.reset"


@pytest.mark.parametrize("asked", [{"flag": True}, {"held": True}])
def test_service_mode_starts_nothing_and_leaves_the_prompt(asked: dict, tmp_path: Path) -> None:
    happened, ended = boot(tmp_path, **asked)
    assert "start" not in happened and "restart" not in happened
    assert happened[0] == "safe_outputs"
    assert ended == "prompt"


def test_a_simulated_chip_that_loses_its_power_is_gone(tmp_path: Path) -> None:
    assert boot(tmp_path, "run", "SystemExit()") == [WHOLE, "exit"]


def test_ctrl_c_is_switched_off_before_anything_is_imported_that_takes_time() -> None:
    source = (Path(simulator.firmware_folder()) / "boot.py").read_text()
    code = [line for line in source.partition('"""\n\n')[2].splitlines() if line]
    built_in = ("gc", "os", "sys", "time", "esp32", "machine", "micropython", "vfs")  # in every image
    known = [f"import {name}" for name in built_in]
    assert code[: len(known)] == known
    assert code[len(known)].startswith("micropython.kbd_intr(-1)")


def test_the_volume_is_mounted_as_the_program_mounts_it_elsewhere() -> None:
    """boot.py comes before all that lies on it; see drivers/volume.py."""
    firmware = Path(simulator.firmware_folder())
    boot = re.search(r"_READ_BYTES, _LOOKAHEAD_BYTES = (\d+), (\d+)", (firmware / "boot.py").read_text())
    elsewhere = (firmware / "drivers" / "volume.py").read_text()
    assert boot
    assert f"READ_BYTES = {boot[1]}\nLOOKAHEAD_BYTES = {boot[2]} " in elsewhere


# --- two slots --------------------------------------------------------------------------------------------------------


def slots(tmp_path: Path, marker: str, worn: bool = False, held: bool = False, fails: str = "") -> list:
    """What happened, the folder that the program came from, and the marker behind it."""
    before = ON_FLASH.format(marker=marker, worn=worn)
    happened, _, folder, after, _ = run(tmp_path, fails=fails, held=held, before=before)
    return [happened, folder, after]


@pytest.mark.parametrize(("marker", "folder", "after"), [
    ("a", "/a", "a"), ("b", "/b", "b"), ("a!b", "/a", "a!b"), ("b!a", "/b", "b!a"),
    ("a?b", "/a", "a!b"), ("b?a", "/b", "b!a"), ("nonsense", "/a", "nonsense"), ("a>a", "/a", "a>a"), ("c", "/a", "c"),
    ("ab\u20ac", "/a", "ab\u20ac"),
])  # fmt: skip
def test_the_good_program_is_started_and_one_that_was_not_confirmed_is_left(
    marker: str, folder: str, after: str, tmp_path: Path
) -> None:  # REQ-171
    assert slots(tmp_path, marker) == [[*WHOLE, "restart"], folder, after]


@pytest.mark.parametrize(("marker", "folder", "after"), [("a>b", "/b", "a?b"), ("b>a", "/a", "b?a")])
def test_another_program_gets_one_start_under_a_watchdog(
    marker: str, folder: str, after: str, tmp_path: Path
) -> None:  # REQ-171
    happened, came_from, said = slots(tmp_path, marker)
    assert (came_from, said) == (folder, after)
    assert happened[0] == "watchdog"


def test_what_is_on_trial_can_not_be_kept_from_its_trial_by_a_key(tmp_path: Path) -> None:
    assert "start" in slots(tmp_path, "a>b", held=True)[0]


def test_one_that_falls_at_its_trial_is_left_at_the_next_start(tmp_path: Path) -> None:  # REQ-171
    happened, _, said = slots(tmp_path, "a>b", fails="start")
    assert happened[-2:] == ["report", "restart"]
    assert slots(tmp_path, said)[1:] == ["/a", "a!b"]


def test_without_a_marker_that_can_be_written_no_other_program_is_tried(tmp_path: Path) -> None:  # REQ-171
    assert slots(tmp_path, "a>b", worn=True)[1:] == ["/a", "a>b"]


# --- a good program that no longer starts -----------------------------------------------------------------------------

VOUCHED = """
import os
for name in {folders!r}:
    os.mkdir(name)
    with open(name + "/mac", "w") as file:
        file.write("mac")
"""


def rotten(tmp_path: Path, memory: bytes, marker: str = "a", folders: tuple[str, ...] = ("/b",), **values) -> list:
    """What happened, how it ended, where the program came from, the marker and the RTC's memory behind it."""
    before = ON_FLASH.format(marker=marker, worn=False) + VOUCHED.format(folders=folders)
    return run(tmp_path, before=before, memory=memory, **values)


def test_a_start_that_fails_before_the_program_runs_is_counted(tmp_path: Path) -> None:  # REQ-175
    for fails in (*WHOLE[:-1], "import board"):
        for memory, after in ((b"", "failed 1"), (b"failed 1", "failed 2"), (b"noise", "failed 1")):
            assert run(tmp_path, fails=fails, memory=memory)[-1] == after, (fails, memory)


def test_a_program_that_has_run_may_fall_as_often_as_it_likes(tmp_path: Path) -> None:
    fed = SCRIPT.replace("{before}", "main.run = lambda app: Rtc().memory(b'') or 1 / 0")
    assert run(tmp_path, fed, memory=b"failed 2")[-1] == ""


@pytest.mark.parametrize(("memory", "taken"), [
    (b"failed 3", True), (b"failed 2", False), (b"", False),
    (b"starting 2 85", True), (b"starting 2 86", False),  # it is 100: did it hang for 15 s, or was it cut off?
    (b"starting 9 99", True), (b"starting 0 0", False),
    (b"starting", False), (b"failed x", False), (b"service", False), (b"\xff\xfe \x00", False),
])  # fmt: skip
def test_after_three_starts_that_failed_in_a_row_the_other_program_is_taken(
    memory: bytes, taken: bool, tmp_path: Path
) -> None:  # REQ-175
    happened, _, folder, marker, _ = rotten(tmp_path, memory)
    assert (folder, marker) == (("/b", "b#a") if taken else ("/a", "a"))
    assert "start" in happened


def test_power_that_comes_and_goes_never_takes_the_other_program(tmp_path: Path) -> None:  # REQ-175
    """A brown-out may leave what the RTC remembers: a start that was cut short is neither counted nor forgotten."""
    memory = b""
    for _ in range(6):
        after = rotten(tmp_path, memory, fails="run", error="SystemExit()")  # the power goes in the middle of it
        assert after[2:4] == ["/a", "a"]
        memory = after[4].encode()
        assert memory == b"starting 0 100"


@pytest.mark.parametrize(("marker", "folders"), [
    ("a", ()), ("a", ("/a",)),  # nobody has vouched for what is there
    ("a!b", ("/b",)), ("a?b", ("/b",)), ("a#b", ("/b",)),  # it was tried in vain, or is what no longer started
])  # fmt: skip
def test_where_there_is_no_other_program_the_prompt_is_left_with_the_outputs_safe(
    marker: str, folders: tuple[str, ...], tmp_path: Path
) -> None:  # REQ-176
    happened, ended, _, _, memory = rotten(tmp_path, b"failed 3", marker, folders)
    assert (happened, ended) == (["safe_outputs"], "prompt")
    assert memory == ""  # after the next reset it is tried again


@pytest.mark.parametrize("fails", ["safe_outputs", "import board"])
def test_a_board_that_is_damaged_does_not_keep_the_prompt_away(fails: str, tmp_path: Path) -> None:  # REQ-176
    assert rotten(tmp_path, b"failed 3", "a", (), fails=fails)[1] == "prompt"


def test_the_other_program_is_given_three_starts_too_and_then_the_prompt_is_left(tmp_path: Path) -> None:
    _, _, _, marker, memory = rotten(tmp_path, b"failed 3", fails="start")
    assert (marker, memory) == ("b#a", "failed 1")
    for failed in ("failed 2", "failed 3"):
        _, _, folder, _, memory = rotten(tmp_path, memory.encode(), marker, fails="start")
        assert (folder, memory) == ("/b", failed)
    assert rotten(tmp_path, b"failed 3", marker, ("/a", "/b"))[:2] == [["safe_outputs"], "prompt"]


def test_a_marker_that_can_not_be_written_does_not_keep_a_unit_from_the_program_that_starts(tmp_path: Path) -> None:
    before = ON_FLASH.format(marker="a", worn=False) + VOUCHED.format(folders=("/b",)) + "flash.worn = True\n"
    assert run(tmp_path, before=before, memory=b"failed 3")[2:4] == ["/b", "a"]


def test_a_trial_is_not_counted(tmp_path: Path) -> None:
    assert rotten(tmp_path, b"failed 2", "a>b", fails="start")[2:] == ["/b", "a?b", ""]


def test_service_ends_the_count(tmp_path: Path) -> None:
    for asked in ({"flag": True}, {"held": True}):
        assert run(tmp_path, memory=b"failed 2", **asked)[-1] == ""
