"""boot.py on MicroPython with a board that fails wherever it can: outputs first, and never the prompt unasked."""

import json
from pathlib import Path

import pytest

from sitterctl import simulator

SCRIPT = """
import json, sys
happened = []
class Module:
    pass
board, main, machine = Module(), Module(), Module()
def does(name, result=None):
    def act(*args):
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
main.start, main.run, machine.reset = does("start"), does("run"), does("machine.reset")
sys.modules["main"], sys.modules["machine"] = main, machine
if FAILS != "import board":
    sys.modules["board"] = board
try:
    import boot
    ended = "prompt"
except SystemExit:
    ended = "exit"
print("RESULT", json.dumps([happened, ended]))
"""
WHOLE = ["safe_outputs", "held_at_boot", "take_service_flag", "start", "run"]


def boot(tmp_path: Path, fails: str = "", error: str = "MemoryError()", flag: bool = False, held: bool = False) -> list:
    (tmp_path / "run.py").write_text(SCRIPT.format(fails=fails, error=error, flag=flag, held=held))
    return json.loads(simulator.run_script(tmp_path / "run.py", tmp_path))


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
    assert simulator.run_script(tmp_path / "run.py", tmp_path) == "/a"


def test_a_board_that_can_not_even_be_imported_is_reset_by_the_chip(tmp_path: Path) -> None:
    assert boot(tmp_path, "import board")[0] == ["machine.reset"]


@pytest.mark.parametrize("fails", ["report", "restart"])
def test_a_board_that_can_not_restart_is_reset_by_the_chip(fails: str, tmp_path: Path) -> None:
    script = SCRIPT.replace("if name == FAILS:", 'if name in (FAILS, "run"):')
    (tmp_path / "run.py").write_text(script.format(fails=fails, error="MemoryError()", flag=False, held=False))
    happened, _ = json.loads(simulator.run_script(tmp_path / "run.py", tmp_path))
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
    assert code[:3] == ["import sys", "import micropython", code[2]]
    assert code[2].startswith("micropython.kbd_intr(-1)")
