"""What the doctor finds on computers that are laid out as files, and that each fault is told with what mends it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_computer import BOTH, Computer

from sitterctl import doctor, errors, machine, port, udev_rules
from sitterctl.diagnosis import NOT_CHECKED, OK, PROBLEM, WARNING
from sitterctl.doctor import Heard
from sitterctl.errors import SitterError

PATH = "/dev/ttyUSB0"
HELLO = {"unit_id": "SIM-0007", "version": "0.1.0"}
# As brltty's generator writes them.
TAKES_CP210X = '# a comment\nENV{PRODUCT}=="10c4/ea60/*", ENV{BRLTTY_BRAILLE_DRIVER}="mm,sk", GOTO="brltty_usb_run"\n'
TAKES_NONE = TAKES_CP210X.replace("\nENV", "\n# ENV")


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_a_computer_that_is_well(computer: Computer) -> None:
    heard = Heard(PATH, HELLO, hangs_up=False)
    found = computer.usb().udev(BOTH).process(1, "systemd").findings(heard)
    assert {f.check for f in found} == {"bridge", "permission", "udev rule", "ModemManager", "brltty", "unit", "HUPCL",
                                        "simulator", "keystore"}  # fmt: skip
    assert [f for f in found if f.level != OK or f.remedy] == []


# --- the cable and its port -------------------------------------------------------------------------------------------


def test_a_bridge_is_found_with_its_port(computer: Computer) -> None:
    assert computer.usb().one("bridge").sentence == "a CP210x is /dev/ttyUSB0"


def test_a_cdc_bridge_has_its_port_one_floor_lower(computer: Computer) -> None:
    assert computer.usb("cdc_acm", "ttyACM3", "1a86:55d4").one("bridge").sentence == "a CH9102 is /dev/ttyACM3"


def test_other_devices_are_none_of_ours(computer: Computer) -> None:
    computer.usb("ftdi_sio", "ttyUSB0", "0403:6001")
    assert computer.machine().bridges() == []
    assert computer.one("bridge").level == WARNING


# driver, what runs, words of the sentence, words of the remedy
WITHOUT_PORT = (
    (None, None, "no driver has taken it", "modprobe cp210x"),
    (None, "brltty", "brltty took it", "systemctl stop brltty"),
    ("usbfs", "brltty", "brltty took it", "--udev"),
    ("usbfs", None, "a program took it", "lsof"),
    ("cp210x", None, "though cp210x drives it", "dmesg"),
    ("cp210x", "brltty", "though cp210x drives it", "dmesg"),
)


@pytest.mark.parametrize(("driver", "runs", "sentence", "remedy"), WITHOUT_PORT)
def test_a_bridge_without_a_port_says_who_has_it(
    driver: str | None, runs: str | None, sentence: str, remedy: str, computer: Computer
) -> None:
    finding = computer.usb(driver, None).process(7, runs or "bash").one("bridge")
    assert finding.level == PROBLEM
    assert "10c4:ea60" in finding.sentence
    assert sentence in finding.sentence
    assert remedy in finding.remedy


@pytest.mark.parametrize("kind", port.BRIDGES.values())
def test_each_bridge_has_a_driver_to_load(kind: str) -> None:
    assert doctor._MODULES[kind]


# groups of the process, members as written down, words of the sentence, words of the remedy
NOT_ALLOWED = (
    ((), "other", "you are not in it", "usermod -aG dialout tech"),
    ((), "tech,other", "not yet in this login", "log out and in again"),
    (("dialout",), "tech", "may not either", "chmod g+rw"),
)


@pytest.mark.parametrize(("groups", "members", "sentence", "remedy"), NOT_ALLOWED)
def test_a_port_without_permission(groups: tuple, members: str, sentence: str, remedy: str, computer: Computer) -> None:
    computer.usb().write("etc/group", f"dialout:x:20:{members}\n")
    finding = computer.one("permission", groups=frozenset(groups), may_open=lambda path: False)
    assert finding.level == PROBLEM
    assert sentence in finding.sentence
    assert remedy in finding.remedy


def test_the_group_is_told_before_anything_is_plugged_in(computer: Computer) -> None:
    assert computer.one("permission", groups=frozenset()).level == WARNING
    assert computer.one("permission").level == OK
    assert computer.one("permission", groups=frozenset(), user="root").level == OK
    computer.write("etc/group", "uucp:x:14:\n")
    assert "usermod -aG uucp tech" in computer.one("permission", groups=frozenset()).remedy
    assert computer.udev(BOTH).one("permission", groups=frozenset()).level == OK  # uaccess


def test_a_busy_port_names_the_process(computer: Computer) -> None:
    computer.usb().process(4711, "picocom", "/dev/null", PATH).process(4712, "bash", "/dev/tty1")
    finding = computer.one("busy port")
    assert (finding.level, finding.sentence) == (PROBLEM, "/dev/ttyUSB0 is in use by picocom, process 4711")
    assert "kill 4711" in finding.remedy


def test_this_process_is_no_stranger(computer: Computer) -> None:
    assert computer.usb().process(4711, "sitterctl", PATH).of("busy port", own_pid=4711) == []


def test_only_ports_that_are_free_and_allowed_are_asked(computer: Computer) -> None:
    made = computer.usb().machine()
    assert doctor.to_ask(made, [PATH]) == [PATH]
    assert doctor.to_ask(computer.machine(may_open=lambda path: False), [PATH]) == []
    assert doctor.to_ask(computer.process(4711, "picocom", PATH).machine(), [PATH]) == []


# --- programs that take ports -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rules", "level"), [({}, WARNING), (BOTH, OK), ({udev_rules.PORTS: "# old\n"}, WARNING)])
def test_the_udev_rule_is_there_and_ours(rules: dict, level: str, computer: Computer) -> None:
    finding = computer.udev(rules).one("udev rule")
    assert finding.level == level
    assert level == OK or "doctor --udev" in finding.remedy


@pytest.mark.parametrize(("runs", "rules", "level"), [
    ("ModemManager", {}, WARNING), ("ModemManager", BOTH, OK), ("bash", {}, OK),
])  # fmt: skip
def test_modem_manager_is_kept_off_or_told(runs: str, rules: dict, level: str, computer: Computer) -> None:
    assert computer.udev(rules).process(9, runs).one("ModemManager").level == level


# installed, runs, brltty's rules, ours, level, words of the sentence
BRLTTY = (
    (False, False, "", {}, OK, "not installed"),
    (True, False, "", {}, OK, "does not run"),
    (True, False, TAKES_NONE, {}, OK, "does not run"),
    (True, False, TAKES_CP210X, {}, WARNING, "take any CP210x"),
    (True, False, TAKES_CP210X, BOTH, OK, "does not run"),
    (True, True, TAKES_CP210X, BOTH, WARNING, "brltty runs"),
    (True, True, "", {}, WARNING, "brltty runs"),
)


@pytest.mark.parametrize(("installed", "runs", "theirs", "ours", "level", "sentence"), BRLTTY)
def test_brltty_is_told_before_it_takes_a_port(
    installed: bool, runs: bool, theirs: str, ours: dict, level: str, sentence: str, computer: Computer
) -> None:
    if installed:
        computer.write("usr/bin/brltty")
    computer.udev({"85-brltty.rules": theirs}, "usr/lib/udev/rules.d").udev(ours).process(3, "brltty" if runs else "sh")
    finding = computer.one("brltty")
    assert finding.level == level
    assert sentence in finding.sentence
    assert level == OK or "braille display" in finding.remedy


def test_a_rules_file_in_etc_stands_in_for_the_packages_own(computer: Computer) -> None:
    computer.write("usr/bin/brltty")
    computer.udev({"85-brltty.rules": TAKES_CP210X}, "usr/lib/udev/rules.d")
    computer.link("etc/udev/rules.d/85-brltty.rules", os.devnull)
    assert computer.one("brltty").level == OK


# --- units and sitterctl itself ---------------------------------------------------------------------------------------


def test_a_unit_that_answers_is_told_with_both_versions(computer: Computer) -> None:
    finding = computer.one("unit", Heard(PATH, HELLO))
    assert finding.sentence == "unit SIM-0007 on /dev/ttyUSB0, firmware 0.1.0, speaks the schema of sitterctl 0.1.0"


def test_what_went_wrong_with_a_unit_is_a_problem(computer: Computer) -> None:
    error = SitterError("speaks another schema", "install sitterctl 0.2", exit_code=errors.CHECK_FAILED)
    finding = computer.one("unit", Heard(PATH, error=error))
    assert (finding.level, finding.sentence, finding.remedy) == (PROBLEM, error.message, error.remedy)


@pytest.mark.parametrize(("hangs_up", "levels"), [(True, [WARNING]), (False, [OK]), (None, [])])
def test_lines_that_fall_at_closing_are_told(hangs_up: bool | None, levels: list, computer: Computer) -> None:
    found = computer.of("HUPCL", Heard(PATH, HELLO, hangs_up=hangs_up))
    assert [f.level for f in found] == levels
    assert all(f.level == OK or "stty -F /dev/ttyUSB0 -hupcl" in f.remedy for f in found)


def test_a_missing_interpreter_hinders_the_simulator_alone(computer: Computer) -> None:
    def none() -> str:
        raise SitterError("there is no MicroPython", "install it", exit_code=2)

    finding = computer.one("simulator", interpreter=none)
    assert (finding.level, finding.remedy) == (WARNING, "install it")


@pytest.mark.parametrize(("folder", "file", "remedies"), [
    (0o700, 0o600, []), (0o755, 0o600, ["chmod 700"]), (0o700, 0o640, ["chmod 600"]),
    (0o777, 0o644, ["chmod 700", "chmod 600"]),
])  # fmt: skip
def test_keys_that_others_may_read(folder: int, file: int, remedies: list, computer: Computer) -> None:
    computer.write("keys/0123abcd.key", "00" * 32).chmod(file)
    (computer.root / "keys").chmod(folder)
    found = computer.of("keystore")
    assert [f.level for f in found] == ([PROBLEM] * len(remedies) or [OK])
    assert all(words in f.remedy for words, f in zip(remedies, found, strict=False))


def test_a_file_without_a_key_is_told_by_name(computer: Computer) -> None:
    computer.write("keys/0123abcd.key", "not a key").chmod(0o600)
    (computer.root / "keys").chmod(0o700)
    finding = computer.of("keystore")[0]
    assert finding.level == WARNING  # every command passes it over
    assert "0123abcd.key" in finding.sentence
    assert "mv " in finding.remedy


# --- other systems, and this one --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("system", "name"), [("darwin", "macOS"), ("win32", "Windows"), ("sunos5", "sunos5")])
def test_other_systems_say_what_they_can_not(system: str, name: str, computer: Computer) -> None:
    row = {"port": "COM3", "description": "", "bridge": "CP210x"}
    found = computer.findings(system=system, ports=(row, {**row, "port": "COM1", "bridge": None}))
    assert "a CP210x is COM3" in [f.sentence for f in found]
    assert any(f.level == NOT_CHECKED and name in f.sentence for f in found)
    assert not {"udev rule", "ModemManager", "brltty"} & {f.check for f in found}
    assert PROBLEM not in [f.level for f in found]


def test_a_system_without_terminals_can_still_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pty", "grp"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "sitterctl.simulator", raising=False)
    monkeypatch.delattr("sitterctl.simulator", raising=False)
    made = machine.this_machine()
    assert made.groups == frozenset()
    with pytest.raises(SitterError, match="not be simulated"):
        made.interpreter()


def test_this_machine_can_be_looked_at() -> None:
    made = machine.this_machine()
    assert made.running()[os.getpid()]
    assert doctor.examine(made, [], [], "0.1.0")


def test_a_process_that_really_holds_a_port_is_found(tmp_path: Path) -> None:
    unit_end, host_end = os.openpty()
    path = os.ttyname(host_end)
    program = "import sys; line = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdout.readline() == b"open\n"
        held = machine.this_machine().holders(path)
        assert other.stdin
        other.stdin.close()
    os.close(unit_end)
    os.close(host_end)
    assert [pid for pid, _ in held] == [other.pid]
