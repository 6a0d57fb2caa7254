"""What may keep sitterctl from a unit on this computer, and what mends it: checks that look and change nothing.

Each check gets a Machine and gives findings. Only `heard` has to do with units: what those said that were asked hello.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sitterctl import keys, takers, udev_rules
from sitterctl.diagnosis import NOT_CHECKED, OK, PROBLEM, WARNING, Finding
from sitterctl.errors import SitterError
from sitterctl.machine import Bridge, Machine

# The kernel's name for a program that has taken a device from its driver.
_TAKEN = "usbfs"
_MODULES = {"CP210x": "cp210x", "CH340": "ch341", "CH9102": "cdc_acm", "ESP32 USB": "cdc_acm"}


@dataclass(frozen=True)
class Heard:
    """What came of saying hello on a port: the unit's answer or the error, and whether closing it moves its lines."""

    port: str
    hello: dict | None = None
    error: SitterError | None = None
    hangs_up: bool | None = None


def examine(machine: Machine, ports: list[str], heard: list[Heard], version: str) -> list[Finding]:
    """All findings about a machine, the `ports` in question, and what was `heard` on them by sitterctl `version`."""
    checks = (
        *(_bridges(machine), _ports(machine, ports), takers.rule(machine), takers.modem_manager(machine)),
        *(takers.brltty(machine), _units(heard, version), _lines(heard), _simulator(machine), _keystore(machine)),
        _limits(machine),
    )
    return [finding for check in checks for finding in check]


def to_ask(machine: Machine, ports: list[str]) -> list[str]:
    """Those of the ports that can be opened now: there, allowed, and nobody else's."""
    return [path for path in ports if not [f for f in _ports(machine, [path]) if f.level == PROBLEM]]


# --- the cable and its port -----------------------------------------------------------------------------------------


def _bridges(machine: Machine) -> Iterator[Finding]:
    found = machine.bridges()
    for bridge in found:
        if bridge.port:
            yield Finding("bridge", OK, f"a {bridge.kind} is {bridge.port}")
        else:
            yield _without_port(machine, bridge)
    if not found:
        yield Finding("bridge", WARNING, "no USB bridge of the kinds that units have is plugged in",
                      "plug the unit in; a cable that only charges does not do")  # fmt: skip


def _without_port(machine: Machine, bridge: Bridge) -> Finding:
    it, brltty = f"a {bridge.kind} ({bridge.usb_id})", machine.runs("brltty")
    if brltty and bridge.drivers <= {_TAKEN}:
        return Finding("bridge", PROBLEM, f"{it} has no port: brltty took it from its driver",
                       "`sudo systemctl stop brltty brltty-udev`, then plug it in again; `sitterctl doctor --udev` "
                       "keeps it from happening")  # fmt: skip
    if _TAKEN in bridge.drivers:
        return Finding("bridge", PROBLEM, f"{it} has no port: a program took it from its driver",
                       "`sudo lsof +D /dev/bus/usb` names it; end it, then plug the bridge in again")  # fmt: skip
    if not bridge.drivers:
        return Finding("bridge", PROBLEM, f"{it} has no port: no driver has taken it",
                       f"`sudo modprobe {_MODULES[bridge.kind]}`, and plug it in again")  # fmt: skip
    return Finding("bridge", PROBLEM, f"{it} has no port, though {', '.join(sorted(bridge.drivers))} drives it",
                   "plug it in again; `sudo dmesg` may say why")  # fmt: skip


def _ports(machine: Machine, ports: list[str]) -> Iterator[Finding]:
    if not ports and machine.is_linux:
        yield _group(machine)
    for path in ports:
        if machine.system == "win32" or not machine.has(path):
            continue  # opening it tells
        if not machine.may_open(path):
            yield _not_allowed(machine, path)
            continue
        yield Finding("permission", OK, f"you may open {path}")
        yield from _holders(machine, path)


def _group(machine: Machine) -> Finding:
    """With no port to look at: whether one could be opened if it had the usual group."""
    group = "dialout" if "dialout" in machine.known_groups() else "uucp"
    if machine.user == "root" or group in machine.groups or udev_rules.PORTS in machine.rules():
        return Finding("permission", OK, "you may open serial ports")
    return Finding("permission", WARNING, f"you are not in the group {group}, which usually owns serial ports",
                   f"`sudo usermod -aG {group} {machine.user}`, then log out and in again")  # fmt: skip


def _not_allowed(machine: Machine, path: str) -> Finding:
    group = machine.group_of(path)
    if group in machine.groups:
        said, remedy = f"its group {group}, which you are in, may not either", f"`sudo chmod g+rw {path}`"
    elif machine.user in machine.members(group):
        said = f"you are in its group {group}, but not yet in this login"
        remedy = f"log out and in again, or `newgrp {group}`"
    else:
        said = f"its group is {group}, and you are not in it"
        remedy = f"`sudo usermod -aG {group} {machine.user}`, then log out and in again"
    return Finding("permission", PROBLEM, f"you may not open {path}: {said}", remedy)


def _holders(machine: Machine, path: str) -> Iterator[Finding]:
    for pid, name in machine.holders(path):
        if path.startswith("/dev/pts/") and name == "sitterctl":
            continue  # a simulated unit's own end of its line
        yield Finding("busy port", PROBLEM, f"{path} is in use by {name}, process {pid}",
                      f"end it there, or `kill {pid}`")  # fmt: skip


# --- units ----------------------------------------------------------------------------------------------------------


def _units(heard: list[Heard], version: str) -> Iterator[Finding]:
    for said in heard:
        if said.error:
            yield Finding("unit", PROBLEM, said.error.message, said.error.remedy)
        elif said.hello:
            unit = f"unit {said.hello.get('unit_id')} on {said.port}, firmware {said.hello.get('version')}"
            yield Finding("unit", OK, f"{unit}, speaks the schema of sitterctl {version}")


def _lines(heard: list[Heard]) -> Iterator[Finding]:
    for said in heard:
        if said.hangs_up:
            yield Finding("HUPCL", WARNING, f"closing {said.port} lowers its DTR and RTS; sitterctl could not help it",
                          f"`stty -F {said.port} -hupcl`")  # fmt: skip
        elif said.hangs_up is False:
            yield Finding("HUPCL", OK, f"HUPCL is cleared: the kernel keeps the lines when {said.port} is closed")


# --- sitterctl itself -----------------------------------------------------------------------------------------------


def _simulator(machine: Machine) -> Iterator[Finding]:
    try:
        yield Finding("simulator", OK, f"MicroPython for simulated units: {machine.interpreter()}")
    except SitterError as error:
        yield Finding("simulator", WARNING, error.message, error.remedy)


def _keystore(machine: Machine) -> Iterator[Finding]:
    folder = machine.keystore
    if machine.system == "win32":
        yield Finding("keystore", NOT_CHECKED, f"who may read {folder} is not checked on Windows", f"`icacls {folder}`")
    elif not folder.exists():
        yield Finding("keystore", OK, f"{folder} is not there: this computer keeps no keys yet")
    else:
        yield from _keystore_modes(folder)


def _keystore_modes(folder: Path) -> Iterator[Finding]:
    """Nobody but their owner may read keys."""
    files = sorted(folder.glob("*.key"))
    open_ones = [path for path in (folder, *files) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_ones:
        mode = 700 if path == folder else 600
        yield Finding("keystore", PROBLEM, f"others than you may read or change {path}", f"`chmod {mode} {path}`")
    for path in files:
        try:
            keys.at_hand(str(path))
        except SitterError as error:
            yield Finding("keystore", WARNING, f"{error.message}: it is passed over", f"`mv {path} {path}.bad`")
    if not open_ones:
        yield Finding("keystore", OK, f"{len(files)} keys in {folder}, yours alone")


def _limits(machine: Machine) -> Iterator[Finding]:
    """What can't be seen on this system."""
    if machine.system == "darwin":
        yield Finding("busy port", NOT_CHECKED, "which program has a port open is not checked on macOS", "`lsof PORT`")
        yield Finding("bridge", NOT_CHECKED, "a bridge without a driver is not seen on macOS",
                      "`system_profiler SPUSBDataType` lists what is plugged in")  # fmt: skip
    elif machine.system == "win32":
        yield Finding("busy port", NOT_CHECKED, "which program has a port open is not checked on Windows",
                      "close terminals and development environments")  # fmt: skip
        yield Finding("bridge", NOT_CHECKED, "a bridge without a driver is not seen on Windows",
                      "the Device Manager lists it under other devices")  # fmt: skip
    elif not machine.is_linux:
        yield Finding("bridge", NOT_CHECKED, f"nothing is known of {machine.system}: little was checked")
