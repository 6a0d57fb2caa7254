"""Nothing works on the unix port only: names that the chip lacks, and fakes that take calls the chip refuses."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import check_port  # noqa: E402

SIM = ROOT / "firmware" / "sim"


def test_the_firmware_uses_only_what_the_chip_has() -> None:
    files = check_port.shipped()
    assert len(files) > 60
    assert [fault for path in files for fault in check_port.check(path)] == []


PLANTED = [
    ("import os\nos.getenv('HOME')", 2, "os.getenv does not exist"),
    ("import os as _os\n_os.system('ls')", 2, "os.system does not exist"),
    ("from os import getenv", 1, "os.getenv does not exist"),
    ("import termios", 1, "no module termios"),
    ("from dataclasses import dataclass", 1, "no module dataclasses"),
    ("def f():\n    import ffi", 2, "no module ffi"),
    ("import sys\nsys.stdin.buffer.read(1)\nsys._exit(1)", 3, "sys._exit does not exist"),
    ("import asyncio\nasync def f():\n    async with asyncio.TaskGroup():\n        pass", 3, "asyncio.TaskGroup"),
    ("import time\ntime.perf_counter()", 2, "time.perf_counter does not exist"),
    ("import machine\nmachine.PinBase", 2, "machine.PinBase does not exist"),
    ("from machine import Pin\nPin(2, Pin.OUTPUT)", 2, "machine.Pin.OUTPUT does not exist"),
    ("import machine\nmachine.RTC.ALARM9", 2, "machine.RTC.ALARM9 does not exist"),
    ("'a'.removeprefix('b')", 1, ".removeprefix is no method"),
    ("(5).bit_length()", 1, ".bit_length is no method"),
]


@pytest.mark.parametrize(("text", "line", "says"), PLANTED, ids=[row[2] for row in PLANTED])
def test_a_planted_unix_only_call_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(text)
    (fault,) = check_port.check(path)
    assert fault.startswith(f"{path}:{line}: ") and says in fault


# --- the fakes against the stubs --------------------------------------------------------------------------------------

# File, class in it, what it stands in for, and its knobs: what only the simulator calls.
FAKES = [
    ("pins.py", "FakePin", "machine", "Pin", set()),
    ("pins.py", "FakePwm", "machine", "PWM", set()),
    ("uart.py", "FakeUart", "machine", "UART", {"send"}),
    ("i2c.py", "FakeI2C", "machine", "I2C", {"attach"}),
    ("i2c.py", "_Line", "machine", "Pin", set()),
    ("st7789.py", "FakeSt7789", "machine", "SPI", {"visible"}),
    ("watchdog.py", "FakeWatchdog", "machine", "WDT", {"begin", "leave"}),
    ("shadow/machine.py", "WDT", "machine", "WDT", set()),
    ("shadow/machine.py", "RTC", "machine", "RTC", set()),
    ("shadow/esp32.py", "Partition", "esp32", "Partition", set()),
]
BUILT_BY_THE_STAGE = {"FakePin", "FakePwm", "FakeUart", "FakeI2C", "_Line", "FakeSt7789", "FakeWatchdog"}


def methods(tree: ast.Module, name: str) -> dict[str, list[ast.FunctionDef]]:
    """A class's methods by name, with all their overloads; an alias such as `__call__ = value` counts as both."""
    (cls,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    found: dict[str, list[ast.FunctionDef]] = {}
    for node in cls.body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(node)
        elif (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and isinstance(node.targets[0], ast.Name)
        ):
            found[node.targets[0].id] = found[node.value.id]
    return found


def positional(function: ast.FunctionDef) -> tuple[list[str], int, int]:
    """Names of those that have a place, how many of them must be given, and how many have no name to the caller."""
    static = any(isinstance(name, ast.Name) and name.id == "staticmethod" for name in function.decorator_list)
    skip = 0 if static else 1
    names = [arg.arg for arg in function.args.posonlyargs + function.args.args][skip:]
    return names, len(names) - len(function.args.defaults), max(0, len(function.args.posonlyargs) - skip)


def takes(real: ast.FunctionDef, fake: ast.FunctionDef, count: int) -> bool:
    """Whether the chip takes what the fake does when it is given `count` arguments by their places."""
    names, required, nameless = positional(real)
    if real.args.vararg:
        return True
    ours = positional(fake)[0][:count]
    same = all(i < nameless or names[i] == name for i, name in enumerate(ours) if i < len(names))
    return required <= count <= len(names) and same


def refused(real: list[ast.FunctionDef], fake: ast.FunctionDef) -> list[int]:
    """The numbers of arguments with which the fake works and the chip does not."""
    names, required, _ = positional(fake)
    return [count for count in range(required, len(names) + 1) if not any(takes(one, fake, count) for one in real)]


@pytest.mark.parametrize(("file", "fake", "module", "real", "knobs"), FAKES, ids=[row[1] for row in FAKES])
def test_a_fake_takes_only_calls_that_the_chip_takes(
    file: str, fake: str, module: str, real: str, knobs: set[str]
) -> None:
    on_chip = methods(check_port.stub(module), real)
    wrong = []
    for name, (function, *_) in methods(ast.parse((SIM / file).read_text()), fake).items():
        hidden = name.startswith("_") and not name.startswith("__")
        if hidden or name in knobs or (name == "__init__" and fake in BUILT_BY_THE_STAGE):
            continue
        if name not in on_chip:
            wrong.append(f"{name} is not on the chip")
        else:
            wrong += [f"{name} with {count} arguments" for count in refused(on_chip[name], function)]
            theirs = {arg.arg for one in on_chip[name] for arg in one.args.kwonlyargs}
            wrong += [f"{name} has no {arg.arg}=" for arg in function.args.kwonlyargs if arg.arg not in theirs]
    assert wrong == []


def test_a_fake_that_takes_too_much_is_noticed() -> None:
    real = methods(check_port.stub("machine"), "WDT")["__init__"]
    (by_place,) = ast.parse("def __init__(self, timeout=5000): pass").body
    (too_many,) = ast.parse("def value(self, x, y): pass").body
    assert refused(real, by_place) == [1]
    assert refused(methods(check_port.stub("machine"), "Pin")["value"], too_many) == [2]


@pytest.mark.parametrize("module", ["time", "machine", "esp32", "select"])
def test_a_shadow_has_only_names_of_the_chip(module: str) -> None:
    only_simulated = {"time": {"real_ticks_us", "real_ticks_diff"}}
    body = ast.parse((SIM / "shadow" / f"{module}.py").read_text()).body
    names = {name for name in check_port._defined(body) if not name.startswith("_")}
    assert names - only_simulated.get(module, set()) <= (check_port.names_of(module) or frozenset())


def test_calls_of_the_board_files_and_the_shadows_agree_on_the_watchdog() -> None:
    """The chip's WDT takes its timeout by name only."""
    for path in [*sorted((ROOT / "firmware" / "boards").glob("*.py")), ROOT / "firmware" / "boot.py"]:
        assert not re.search(r"\bWDT\((?!timeout=)", path.read_text()), path
