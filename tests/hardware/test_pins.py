"""The pin tables of the board files, and conflicts planted into them."""

import ast
import re
from pathlib import Path

import pins
import pytest

BOARDS = sorted(pins.BOARDS.glob("*.py"))
ROOT = Path(__file__).parent.parent.parent
SIMULATOR = ROOT / "firmware" / "sim" / "board.py"


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_files_pins_are_possible(path: Path) -> None:
    assert len(pins.read(path)) >= 22
    assert [str(fault) for fault in pins.check(path)] == []


PLANTED = [
    ('"nibp_rx": 16', '"nibp_rx": 17', r"nibp_rx", "is nibp_tx's, line "),
    ('"lamp_red": 25', '"lamp_red": 34', r"lamp_red", "can only be an input"),
    ('"lamp_red": 25', '"lamp_red": 9', r"lamp_red", "is the flash's"),
    ('"lamp_red": 25', '"lamp_red": 1', r"lamp_red", "is UART 0, the link"),
    ('"lamp_red": 25', '"lamp_red": 0', r"lamp_red", "starts download mode"),
    ('"lamp_red": 25', '"lamp_red": 24', r"lamp_red", "not brought out"),
    ("# out: strap, low only silences", "# out: low only silences", r"call_relay", "is a strap"),
    ("# in: UART 1, beside it", "", r"nibp_rx", "no direction and reason"),
    ('Pin(_PINS["call_relay"], Pin.OUT', 'Pin(_PINS["call_relay"], Pin.IN', r"^call_relay =", "its row says out"),
    ('Pin(_PINS["keys_int"]', 'Pin(_PINS["keys"]', r"^keys_int =", "is in no row"),
]


@pytest.mark.parametrize(("was", "becomes", "where", "says"), PLANTED)
def test_a_planted_conflict_is_named_with_file_and_line(
    tmp_path: Path, was: str, becomes: str, where: str, says: str
) -> None:
    text = (pins.BOARDS / "esp32_devkitc.py").read_text()
    assert was in text
    text = text.replace(was, becomes)
    path = tmp_path / "esp32_devkitc.py"
    path.write_text(text)
    (fault,) = pins.check(path)
    (line,) = [
        number
        for number, row in enumerate(text.splitlines(), 1)
        if re.search(rf'{where}|"{where}"', row) and fault.line == number
    ]
    assert str(fault).startswith(f"{path}:{line}: ") and says in fault.text


def test_a_board_of_no_known_chip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.py"
    path.write_text((pins.BOARDS / "esp32_devkitc.py").read_text())
    (fault,) = pins.check(path)
    assert "no chip is known" in fault.text


# --- the same names on every board ------------------------------------------------------------------------------------

# What the simulated board has for the simulator alone, or what only boards with more pins can offer.
ONLY_SIMULATED = {"DEVELOPMENT_KEY", "ROOT", "open_board", "leave_to_prompt"}
ONLY_SOME = {"open_oximeter_uart"}


def names(path: Path) -> set[str]:
    """The public names of a board file, imports left out; those of the simulated one stand in a tuple and `global`s."""
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found |= set(node.names)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
            if isinstance(node.targets[0], ast.Name) and node.targets[0].id == "_PARTS":
                found |= set(ast.literal_eval(node.value))
    return {name for name in found if not name.startswith("_")}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_board_file_offers_the_same_names(path: Path) -> None:
    assert names(path) - ONLY_SOME == names(SIMULATOR) - ONLY_SIMULATED - ONLY_SOME


def test_what_is_no_pin_is_the_same_on_every_chip() -> None:
    """One file is one hardware, so the files repeat each other; they must not drift apart."""
    bodies: dict[str, set[str]] = {}
    for path in BOARDS:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                bodies.setdefault(node.name, set()).add(ast.dump(node))
    assert [name for name, seen in bodies.items() if len(seen) > 1] == []
