"""The rules of the house, as imports: who may know whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
CORE_MAY = {"sitter", "binascii", "struct", "hashlib", "collections", "array"}
DRIVERS_MAY = {"sitter", "drivers", "binascii", "struct", "json", "os", "framebuf", "collections", "array", "vfs"}
HARDWARE = {"machine", "esp32"}


def imports(path: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found
    return found


@pytest.mark.parametrize("path", files("firmware/sitter"), ids=lambda p: p.name)
def test_the_core_knows_no_io_clock_or_task(path: Path) -> None:
    assert imports(path) <= CORE_MAY


@pytest.mark.parametrize("path", files("firmware/drivers"), ids=lambda p: p.name)
def test_drivers_know_the_core_and_no_pin_board_or_clock(path: Path) -> None:
    assert imports(path) <= DRIVERS_MAY


def test_only_boards_and_boot_know_the_hardware() -> None:
    for path in files("firmware"):
        if path.parent.name != "boards" and path.name != "boot.py":
            assert not imports(path) & HARDWARE, path


def test_nothing_outside_the_simulator_imports_it() -> None:
    for path in files("firmware", "host"):
        if "sim" not in path.relative_to(ROOT).parts[:-1]:
            assert "sim" not in imports(path), path


def test_firmware_never_imports_the_host() -> None:
    for path in files("firmware"):
        assert "sitterctl" not in imports(path), path


def test_alarms_and_annunciator_know_nothing_that_may_fail() -> None:  # REQ-143
    may_fail = ("dfplayer", "light", "display", "logstore", "link", "cues", "screen")
    for path in (FIRMWARE / "sitter/alarms.py", FIRMWARE / "drivers/annunciator.py", FIRMWARE / "sitter/vitals.py"):
        text = path.read_text()
        for name in may_fail:
            assert f"import {name}" not in text and f"drivers.{name}" not in text, (path, name)


def test_one_function_opens_serial_ports() -> None:  # REQ-101
    users = [path.name for path in files("host", "tools") if "serial" in imports(path)]
    assert users == ["port.py"]


def test_every_board_file_has_the_names_that_the_program_uses() -> None:
    used = {
        node.attr
        for name in (
            "boot.py",
            "main.py",
            "app.py",
            "custody.py",
            "verbs.py",
            "uploads.py",
            "checkup.py",
            "updating.py",
            "cuffcare.py",
            "cuffservice.py",
        )
        for node in ast.walk(ast.parse((FIRMWARE / name).read_text()))
        if isinstance(node, ast.Attribute)
        and (
            (isinstance(node.value, ast.Name) and node.value.id == "board")
            or (isinstance(node.value, ast.Attribute) and node.value.attr in ("board", "_board"))
        )
    }
    assert len(used) > 15
    for path in [*sorted((FIRMWARE / "boards").glob("*.py")), FIRMWARE / "sim/board.py"]:
        text = path.read_text()
        missing = [name for name in used if name not in text]
        assert not missing, (path.name, missing)


def test_every_verb_of_the_link_is_in_its_page() -> None:
    table = ast.parse((FIRMWARE / "verbs.py").read_text())
    (verbs,) = [
        [key.value for key in node.value.keys]
        for node in ast.walk(table)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and node.targets[0].id == "VERBS"
    ]
    page = (ROOT / "docs/protocol.md").read_text()
    assert len(verbs) > 10
    assert [verb for verb in verbs if f"`{verb}`" not in page] == []
