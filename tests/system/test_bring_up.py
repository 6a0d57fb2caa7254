"""A blank chip brought up by the commands of docs/operation.md as they stand there: the real esptool against a ROM, the
real mpremote against MicroPython's prompt, and from then on the compiled program from the chip's own flash."""

import contextlib
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sitter import VERSION, settings
from sitterctl import bundle, device, firmware_tree, flashing, keys, simulator, update

pytestmark = pytest.mark.real_time

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operation.md"
SCENARIOS = ROOT / "tests" / "scenarios"
SITTERCTL = str(Path(sys.executable).parent / "sitterctl")
NEWER = "0.1.99"
FASTER = 8
SHORT_S = 0.6  # long enough for the unit to see it on a machine that is busy


def documented() -> list[str]:
    """The commands of the bring-up, in the order of the page."""
    (block,) = re.findall(r"<!-- bring-up -->\n(.*?)<!-- end of bring-up -->", PAGE.read_text(), re.DOTALL)
    return [line.strip() for line in block.splitlines() if line.startswith("    sitterctl ")]


class Technician:
    """Somebody with a laptop of their own, in front of one unit."""

    def __init__(self, folder: Path, unit: simulator.Simulator) -> None:
        self.folder = folder
        self.unit = unit
        self.environment = {**os.environ, "SITTER_PORTS": unit.port, "XDG_CONFIG_HOME": str(folder / "config"),
                            "XDG_DATA_HOME": str(folder / "data")}  # fmt: skip
        self.done: list[str] = []

    def give(self, command: str, answers: str = "", code: int = 0) -> str:
        """Give a command as it stands in the page, for this unit's port; what it printed."""
        words = shlex.split(command.replace("/dev/ttyUSB0", self.unit.port).replace("esp32_devkitc", "simulator"))
        assert words[0] == "sitterctl"
        spread = [sorted(map(str, self.folder.glob(word))) if "*" in word else [word] for word in words[1:]]
        done = subprocess.run([SITTERCTL, *itertools.chain(*spread)], cwd=self.folder, env=self.environment,
                              input=answers, text=True, capture_output=True, check=False, timeout=120)  # fmt: skip
        assert done.returncode == code, f"{command}\n{done.stdout}{done.stderr}{self.unit.messages}"
        self.done.append(command)
        return done.stdout

    def state(self) -> str:
        with device.connect(self.unit.port) as line:
            return line.hello["state"]

    @contextlib.contextmanager
    def holding(self, keys: str) -> Iterator[None]:
        """Somebody holds keys at the unit meanwhile."""
        self.unit.press(keys, 60)
        yield

    def presses_each_key_in_turn(self) -> None:
        for key in ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL"):
            time.sleep(1.2)
            self.unit.press(key)


@pytest.fixture
def technician(tmp_path: Path) -> Iterator[Technician]:
    with simulator.Simulator(SCENARIOS / "blank.json", tmp_path / "unit") as unit:
        unit.wait_ready()
        yield Technician(tmp_path, unit)


def newer_program(folder: Path, board: str = "") -> Path:
    """The program with another version, compiled, and perhaps another board file."""
    tree = folder / "tree"
    shutil.copytree(firmware_tree.firmware_folder(), tree, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    init = tree / "sitter" / "__init__.py"
    init.write_text(init.read_text().replace(f'VERSION = "{VERSION}"', f'VERSION = "{NEWER}"'))
    if board:
        (tree / "sim" / "installed.py").write_text(board)
    return bundle.build(bundle.SIMULATOR, folder / "newer", tree).folder


def reaches(technician: Technician, key: str, hold_s: float, state: str, tries: int = 8) -> bool:
    """Press a key, and again after a while, until the unit is in that phase; whether it came to that."""
    for _ in range(tries):
        technician.unit.press(key, hold_s)
        for _ in range(3):
            time.sleep(0.4)
            if technician.state() == state:
                return True
    return False


def comes_to(technician: Technician, state: str) -> bool:
    """Whether it does by itself. A hand takes some twenty seconds for a menu, and longer where the computer is busy."""
    for _ in range(220):
        if technician.state() == state:
            return True
        time.sleep(0.4)
    return False


def session(technician: Technician) -> None:
    """A short one, by the keys alone, some times as fast."""
    technician.unit.run_at(FASTER)
    assert reaches(technician, "NEXT", SHORT_S, "checks")
    for _ in settings.defaults()["checklist"]:
        technician.unit.press("NEXT", SHORT_S)
        time.sleep(0.3)
    for _ in range(5):  # two readings, and the cuff's rest between them
        technician.unit.press("BP", SHORT_S)
        if reaches(technician, "NEXT", SHORT_S, "ready"):
            break
    assert reaches(technician, "NEXT", 2.6, "onset")
    assert reaches(technician, "STOP", 2.6, "stopped")
    technician.unit.run_at(1)  # the hand reads the screen, which a busy computer draws late
    technician.unit.choose(["CLOSE WITHOUT CHECK", "WHY: CHECKED ON PAPER", "HOLD NEXT"])
    assert comes_to(technician, "closed")


def test_a_blank_chip_becomes_a_unit_by_the_documented_commands_alone(technician: Technician) -> None:
    page = documented()
    (technician.folder / "clinic.toml").write_text("spo2_low_pct = 89\n")
    newer = newer_program(technician.folder)
    for command in page:
        verb = command.split()[1]
        if verb == "provision":
            with technician.holding("MARK+BP"):
                technician.give(command)
        elif command.split()[1:3] == ["selftest", "keys"]:
            somebody = threading.Thread(target=technician.presses_each_key_in_turn)
            somebody.start()
            technician.give(command)
            somebody.join()
        elif verb == "logs" and "pull" in command:
            session(technician)
            technician.give(command)
        elif verb == "update" and "--rollback" not in command:
            technician.give(f"{command} --bundle {newer}", "y\n")
            assert json.loads(technician.give("sitterctl update --show --json"))["version"] == NEWER
        else:
            technician.give(command, "y\n")
    verbs = [command.split()[1] for command in technician.done]
    wanted = ["flash", "provision", "settings", "plan", "selftest", "check", "logs", "report", "update"]
    assert [verb for verb in wanted if verb not in verbs] == []
    said = json.loads(technician.give("sitterctl update --show --json"))
    assert (said["version"], said["state"], said["other"]) == (VERSION, "good", NEWER)
    assert not technician.unit.messages


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Technician]:
    with simulator.Simulator(SCENARIOS / "installed.json", tmp_path / "unit") as unit:
        unit.wait_ready()
        technician = Technician(tmp_path, unit)
        time.sleep(1)
        yield technician


def test_a_program_that_does_not_start_is_left(installed: Technician) -> None:  # REQ-171
    broken = newer_program(installed.folder)
    (broken / "main.mpy").write_bytes((broken / "asked.mpy").read_bytes())  # compiled, and no program
    rows = (broken / "manifest").read_text().splitlines()
    asked = next(row for row in rows if row.endswith(" asked.mpy"))
    text = "\n".join(asked.replace("asked.mpy", "main.mpy") if row.endswith(" main.mpy") else row for row in rows)
    (broken / "manifest").write_text(text + "\n")
    installed.give(f"sitterctl update --yes --bundle {broken}", code=1)
    said = json.loads(installed.give("sitterctl update --show --json"))
    assert (said["version"], said["state"]) == (VERSION, "failed")


def spoil(technician: Technician, path: str) -> None:
    """A file on the flash is damaged, as by itself; the unit starts with it."""
    port = technician.unit.port
    flashing.make_way(port, *flashing.look(port, 2), [keys.DEVELOPMENT_KEY], 2)
    rot = f"f = open({path!r}, 'r+b'); f.write(b'rot'); f.close()"
    flashing._mpremote(port, ["exec", flashing._REMOUNT + rot], "")
    flashing._mpremote(port, ["reset"], "")


def test_a_good_program_that_rots_gives_way_to_the_one_before_and_the_unit_says_so(
    installed: Technician,
) -> None:  # REQ-175
    installed.give(f"sitterctl update --yes --bundle {newer_program(installed.folder)}")
    spoil(installed, "/b/main.mpy")
    flashing.wait_for(installed.unit.port, flashing.UNIT)
    flashing.greeted(installed.unit.port)
    said = json.loads(installed.give("sitterctl update --show --json"))
    assert (said["version"], said["state"], said["running"]) == (VERSION, "fallback", "a")
    assert "other starts no more" in installed.give("sitterctl check", code=1)
    assert "no longer starts" in installed.give("sitterctl update --show")
    installed.give("sitterctl update --confirm")
    assert json.loads(installed.give("sitterctl update --show --json"))["state"] == "good"


def test_without_another_program_flash_renews_one_that_can_not_even_read_the_keys(
    installed: Technician,
) -> None:  # REQ-176
    session(installed)
    before = json.loads(installed.give("sitterctl logs list --json"))
    spoil(installed, "/a/drivers/keys.mpy")
    flashing.wait_for(installed.unit.port, flashing.PROMPT)
    installed.give(f"sitterctl flash --board simulator --port {installed.unit.port}")
    assert before
    assert json.loads(installed.give("sitterctl logs list --json")) == before


def test_a_program_on_trial_that_hangs_in_its_first_import_is_left(installed: Technician) -> None:  # REQ-171
    hangs = newer_program(installed.folder, board="import time\nwhile True:\n    time.sleep_ms(10)\n")
    installed.give(f"sitterctl update --yes --bundle {hangs}", code=1)
    said = json.loads(installed.give("sitterctl update --show --json"))
    assert (said["version"], said["state"]) == (VERSION, "failed")


def test_a_program_that_nobody_confirms_begins_no_session_and_is_left_in_time(installed: Technician) -> None:  # REQ-174
    newer = bundle.load(newer_program(installed.folder))
    unit = installed.unit
    with device.connect(unit.port, [keys.DEVELOPMENT_KEY]) as line:
        update.send(line, newer, update.slots(line), lambda done, size: None)
        assert update.switch(line, newer) == NEWER
        unit.press("NEXT", SHORT_S)
        time.sleep(1)
        assert (update.slots(line).state, line.ask("status")["state"]) == ("trial", "idle")
        boot_id = line.hello["boot_id"]
        unit.run_at(10)  # a busy computer must not look like a task that hangs
        line.await_restart(60)
        assert line.hello["boot_id"] != boot_id
        there = update.slots(line)
    assert (there.version, there.state) == (VERSION, "failed")
    assert not unit.messages


def test_a_flash_that_broke_off_leaves_no_half_program_and_goes_on(installed: Technician) -> None:  # REQ-173
    newer = bundle.load(newer_program(installed.folder))
    unit = installed.unit
    flashing.make_way(unit.port, *flashing.look(unit.port, 2), [keys.DEVELOPMENT_KEY], 2)

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    patch = pytest.MonkeyPatch()
    patch.setattr(flashing.shutil, "copytree", broken_off)
    with patch.context(), pytest.raises(KeyboardInterrupt):
        flashing.install(unit.port, newer, lambda text: None)
    patch.undo()
    flashing._mpremote(unit.port, ["fs", "cp", str(newer.folder / "sitter" / "__init__.mpy"), ":/a/sitter/"], "")
    flashing._mpremote(unit.port, ["reset"], "")  # as when somebody pulls its plug
    assert flashing.wait_for(unit.port, flashing.PROMPT) == flashing.PROMPT
    installed.give(f"sitterctl flash --board simulator --port {unit.port} --bundle {newer.folder}")
    assert json.loads(installed.give("sitterctl update --show --json"))["version"] == NEWER
