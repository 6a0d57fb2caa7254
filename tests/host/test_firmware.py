"""`make firmware` and what it makes: nothing is left out, nothing differs, and what does not fit is named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sitterctl import bundle, firmware_tree
from sitterctl.errors import SitterError

ROOT = Path(__file__).parent.parent.parent
FIRMWARE = firmware_tree.firmware_folder()
BOARDS = [name for name in bundle.boards() if name != bundle.SIMULATOR]


def frozen_files() -> set[str]:
    """What the manifest for freezing names, as MicroPython's build would take it."""
    found: set[str] = set()
    manifest = FIRMWARE / "freeze" / "manifest.py"

    def package(name: str, base_path: str) -> None:
        top = (manifest.parent / base_path).resolve()
        found.update(path.relative_to(top).as_posix() for path in (top / name).rglob("*.py"))

    def module(name: str, base_path: str) -> None:
        assert (manifest.parent / base_path / name).is_file()
        found.add(name)

    exec(manifest.read_text(), {"include": lambda path: None, "package": package, "module": module})
    return found


def test_what_is_frozen_is_what_a_bundle_has_but_its_board(tmp_path: Path) -> None:
    rows = bundle.build(BOARDS[0], tmp_path / "program").rows
    assert frozen_files() == {row.name.replace(".mpy", ".py") for row in rows} - {"board.py"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which `make firmware` has run."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(FIRMWARE, tree / "firmware", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "firmware.py", tree / "tools")
    assert run(tree).returncode == 0
    return tree


def run(tree: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(tree / "tools" / "firmware.py")]
    environment = {**os.environ, "SITTER_FIRMWARE": str(tree / "firmware")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("board", BOARDS)
def test_each_board_has_program_image_table_and_sums(made: Path, board: str) -> None:
    folder = made / "build" / "firmware" / board
    program = bundle.load(folder / "program")
    table = (folder / "sizes.md").read_text()
    assert program.board == board
    assert all(f"| {row.name} | {row.size} |" in table for row in program.rows)
    assert f"| **all {len(program.rows)}** | **{program.size}** |" in table
    image = (folder / "program.romfs").read_bytes()
    assert all((folder / "program" / row.name).read_bytes() in image for row in program.rows)
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0


def test_the_same_sources_give_the_same_bytes_from_another_folder(made: Path, tmp_path: Path) -> None:
    again = bundle.build(BOARDS[0], tmp_path / "program", made / "firmware")
    assert again.manifest == (made / "build" / "firmware" / BOARDS[0] / "program" / "manifest").read_bytes()


def test_a_module_that_can_not_be_compiled_is_named_and_nothing_is_left(made: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(made, tree)
    (tree / "firmware" / "sitter" / "alarms.py").write_text("def broken(:\n")
    done = run(tree)
    assert done.returncode == 1
    assert "sitter/alarms.py" in done.stdout and "line 1" in done.stdout
    assert not list((tree / "build" / "firmware").iterdir())


def test_a_manifest_that_does_not_fit_is_named_by_file_and_line(made: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    shutil.copytree(made / "build" / "firmware" / BOARDS[0] / "program", program)
    lines = (program / "manifest").read_text().splitlines(keepends=True)
    (program / "manifest").write_text("".join([*lines[:4], lines[4].replace(".mpy", "_.mpy"), *lines[5:]]))
    with pytest.raises(SitterError, match=r"manifest, line 5: \S+ is missing"):
        bundle.load(program)
