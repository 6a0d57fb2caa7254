"""Programs that take new serial ports for themselves, and the udev rules that keep them from units. Linux only."""

from collections.abc import Iterator

from sitterctl import udev_rules
from sitterctl.diagnosis import OK, WARNING, Finding
from sitterctl.machine import Machine


def rule(machine: Machine) -> Iterator[Finding]:
    if not machine.is_linux:
        return
    remedy = "`sitterctl doctor --udev` prints it and the commands"
    there = machine.rules().get(udev_rules.PORTS)
    if there is None:
        yield Finding("udev rule", WARNING, f"sitterctl's udev rule, {udev_rules.PORTS}, is not installed", remedy)
    elif there != udev_rules.shipped(udev_rules.PORTS):
        yield Finding("udev rule", WARNING, f"{udev_rules.PORTS} is not that of this sitterctl", remedy)
    else:
        yield Finding("udev rule", OK, f"{udev_rules.PORTS} is installed")


def modem_manager(machine: Machine) -> Iterator[Finding]:
    if not machine.is_linux:
        return
    if not machine.runs("ModemManager"):
        yield Finding("ModemManager", OK, "ModemManager does not run")
    elif "ID_MM_DEVICE_IGNORE" in machine.rules().get(udev_rules.PORTS, ""):
        yield Finding("ModemManager", OK, "ModemManager runs, and the udev rule keeps it from units")
    else:
        yield Finding("ModemManager", WARNING, "ModemManager runs, and may send modem commands to a unit's port",
                      "install the udev rule (`sitterctl doctor --udev`), or `sudo systemctl stop ModemManager`"
                      )  # fmt: skip


def brltty(machine: Machine) -> Iterator[Finding]:
    if not machine.is_linux:
        return
    kept_off = udev_rules.NO_BRLTTY in machine.rules()
    claimed = " and ".join(sorted(_claimed(machine)))
    remedy = (f"if nobody here uses a braille display: install {udev_rules.NO_BRLTTY} (`sitterctl doctor --udev`), or "
              "`sudo systemctl mask --now brltty brltty-udev`")  # fmt: skip
    if not machine.has("/usr/bin/brltty") and not machine.has("/bin/brltty"):
        yield Finding("brltty", OK, "brltty is not installed")
    elif claimed and not kept_off:
        yield Finding("brltty", WARNING, f"brltty's udev rules take any {claimed} for a braille display",
                      remedy)  # fmt: skip
    elif machine.runs("brltty"):
        yield Finding("brltty", WARNING, "brltty runs, and may look for braille displays behind every bridge", remedy)
    else:
        yield Finding("brltty", OK, "brltty is installed, does not run, and no udev rule starts it for a unit's bridge")


def _claimed(machine: Machine) -> Iterator[str]:
    """Kinds of bridges that brltty's rules name, other than in a comment."""
    texts = [text for name, text in machine.rules().items() if "brltty" in name and name != udev_rules.NO_BRLTTY]
    lines = [line.lower() for text in texts for line in text.splitlines() if not line.lstrip().startswith("#")]
    for (vendor, product), kind in machine.kinds.items():
        if any(f'"{vendor:x}/{product:x}/' in line for line in lines):
            yield kind
