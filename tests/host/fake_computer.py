"""A computer laid out as files below a folder: what is on its USB bus, what runs, which udev rules it has."""

from pathlib import Path

from sitterctl import doctor, port, udev_rules
from sitterctl.diagnosis import Finding
from sitterctl.doctor import Heard
from sitterctl.machine import Machine

BOTH = udev_rules.texts()


class Computer:
    """A root directory; `rest` are fields of the Machine."""

    def __init__(self, root: Path, **rest) -> None:
        self.root, self.rest = root, rest
        self.write("etc/group", "root:x:0:\ndialout:x:20:tech,other\n")

    def write(self, path: str, text: str = "") -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def link(self, path: str, target: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)

    def usb(
        self, driver: str | None = "cp210x", tty: str | None = "ttyUSB0", usb_id: str = "10c4:ea60", place: str = "1-2"
    ) -> "Computer":
        """A device on the bus, its one interface, what drives that, and the port that came of it."""
        device = f"sys/bus/usb/devices/{place}"
        for name, value in zip(("idVendor", "idProduct"), usb_id.split(":"), strict=True):
            self.write(f"{device}/{name}", value + "\n")
        self.write(f"{device}:1.0/bInterfaceNumber", "00\n")
        if driver:
            self.link(f"{device}:1.0/driver", f"../../../bus/usb/drivers/{driver}")
        if tty:
            self.write(f"{device}:1.0/{'tty/' if 'ACM' in tty else ''}{tty}/dev", "188:0\n")
            self.write(f"dev/{tty}")
        return self

    def process(self, pid: int, name: str, *opened: str) -> "Computer":
        self.write(f"proc/{pid}/comm", name + "\n")
        for number, path in enumerate(opened):
            self.link(f"proc/{pid}/fd/{number}", path)
        return self

    def udev(self, rules: dict[str, str], folder: str = "etc/udev/rules.d") -> "Computer":
        for name, text in rules.items():
            self.write(f"{folder}/{name}", text)
        return self

    def machine(self, **more) -> Machine:
        fields = {"system": "linux", "user": "tech", "groups": frozenset({"tech", "dialout"}), **self.rest, **more}
        return Machine(root=self.root, keystore=self.root / "keys", kinds=port.BRIDGES, **fields)

    def findings(self, *heard: Heard, **more) -> list[Finding]:
        made = self.machine(**more)
        ports = [bridge.port for bridge in made.bridges() if bridge.port]
        return doctor.examine(made, ports, list(heard), "0.1.0")

    def of(self, check: str, *heard: Heard, **more) -> list[Finding]:
        return [finding for finding in self.findings(*heard, **more) if finding.check == check]

    def one(self, check: str, *heard: Heard, **more) -> Finding:
        (finding,) = self.of(check, *heard, **more)
        return finding
