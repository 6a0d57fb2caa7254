"""Tables and drawings are what their sources make, to the byte, and tell all of the netlist."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import box
import netlist
import pins
import pytest
import schematic

ROOT = Path(__file__).parent.parent.parent
TOOL = ROOT / "tools" / "hardware"
REAL = netlist.read()

spec = importlib.util.spec_from_file_location("hardware_main", TOOL / "__main__.py")
assert spec and spec.loader
main = importlib.util.module_from_spec(spec)
spec.loader.exec_module(main)


def test_nothing_that_is_committed_is_stale() -> None:
    assert [str(fault) for fault in main.check() + main.stale(REAL)] == []


def test_a_stale_drawing_is_named_and_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "DRAWINGS", tmp_path)
    for path, text in main.light(REAL).items():
        if path.parent == tmp_path:
            path.write_text(text)
    (tmp_path / "enclosure.sha256").write_text(main.sources())
    assert main.stale(REAL) == []
    (tmp_path / "enclosure.sha256").write_text("another box\n")
    (tmp_path / "wiring.svg").write_text("<svg/>")
    (tmp_path / "old.svg").write_text("<svg/>")
    assert [(fault.path.name, fault.text[:8]) for fault in main.stale(REAL)] == [
        ("wiring.svg", "is stale"), ("enclosure.sha256", "the pict"), ("old.svg", "is made ")]  # fmt: skip


def test_the_check_ends_with_its_code() -> None:
    assert subprocess.run([sys.executable, str(TOOL), "--check"], check=False, capture_output=True).returncode == 0


def test_a_conflict_of_pins_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board = tmp_path / "esp32_devkitc.py"
    board.write_text((pins.BOARDS / board.name).read_text().replace('"sounder": 13', '"sounder": 25'))
    monkeypatch.setattr(pins, "check_all", lambda: pins.check(board))
    monkeypatch.setattr(sys, "argv", ["hardware", "--check"])
    assert main.main() == 1
    line = next(n for n, text in enumerate(board.read_text().splitlines(), 1) if '"sounder": 25' in text)
    assert f"{board}:{line}: GPIO 25 of sounder is lamp_red's" in capsys.readouterr().err


@pytest.mark.parametrize("sheet", list(REAL.sheets))
def test_every_part_and_net_of_a_sheet_is_drawn(sheet: str) -> None:
    svg = schematic.draw(REAL, sheet).svg()
    texts = set(re.findall(r">([^<>]+)</text>", svg))
    words = {word for text in texts for word in text.split()}
    nets = REAL.nets()
    for part in REAL.on(sheet):
        assert part.ref in words, part.ref
        small = part.kind.symbol not in ("box", "connector", "relay")
        for net in part.nets.values():
            inside = small and len(nets.get(net, [])) == 2  # of a chain
            assert net == netlist.OPEN or net in words or inside, (part.ref, net)


def test_every_page_and_drawing_that_is_named_is_there() -> None:
    for page in netlist.HARDWARE.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), (page.name, link)


def test_commands_in_the_pages_exist() -> None:
    """Names of parts and options that assembly and bench protocol use."""
    from sitterctl import selftest

    known = {step.part for step in selftest.STEPS}
    for page in ("assembly.md", "bench.md"):
        for command in re.findall(r"`sitterctl selftest ([a-z ]+)`", (netlist.HARDWARE / page).read_text()):
            assert set(command.split()) <= known, command


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KEYS", {"SILENCE": 40.0, "STOP": 60.0}, "too close for gloves"),
        ("LETTERS", 3.0, "letters"),
        ("LAMP", 10.0, "a lamp is under 20 mm"),
        ("SOCKETS", (("J1", 24.0, 30.0, 12.0), ("J3", 30.0, 30.0, 12.0)), "J1 is too close"),
        ("SERVICE", (90.0, 80.0), "service opening"),
    ],
)
def test_a_box_that_can_not_be_used_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, says: str
) -> None:
    assert box.misfits() == []
    monkeypatch.setattr(box, name, value)
    assert any(says in text for text in box.misfits())
