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
print("RESULT", json.dumps([happened, ended, sys.path[0], marker]))
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
WHOLE = ["safe_outputs", "held_at_boot", "take_service_flag", "start", "run"]


def boot(tmp_path: Path, fails: str = "", error: str = "MemoryError()", flag: bool = False, held: bool = False) -> list:
    """What happened, and how it ended."""
    return run(tmp_path, fails=fails, error=error, flag=flag, held=held, before="")[:2]


def run(tmp_path: Path, script: str = SCRIPT, **values: object) -> list:
    (tmp_path / "run.py").write_text(script.format(**values))
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
    happened = run(tmp_path, script, fails=fails, error="MemoryError()", flag=False, held=False, before="")[0]
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
    known = ["import os", "import sys", "import esp32", "import micropython", "import vfs"]  # in every image
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
    happened, _, folder, after = run(tmp_path, fails=fails, error="MemoryError()", flag=False, held=held, before=before)
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
