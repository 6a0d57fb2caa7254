"""This computer as the doctor sees it: files below a root, so that a test can lay out any computer it likes."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sitterctl.errors import USAGE, SitterError

# Where rules are looked for; of two files of one name only the first counts.
_RULES_IN = ("etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d",
             "lib/udev/rules.d")  # fmt: skip


@dataclass(frozen=True)
class Bridge:
    """A USB bridge of the kinds that units have: what drives it, and its port, if they are known and there."""

    kind: str
    usb_id: str  # as 10c4:ea60
    drivers: frozenset[str]
    port: str | None


@dataclass(frozen=True)
class Machine:
    """What the checks may look at, and nothing else; `ports` are the rows of port.available()."""

    system: str  # as in sys.platform
    root: Path
    user: str
    groups: frozenset[str]
    keystore: Path
    kinds: dict[tuple[int, int], str]
    ports: tuple[dict, ...] = ()
    may_open: Callable[[str], bool] = lambda path: True
    group_of: Callable[[str], str] = lambda path: "dialout"
    interpreter: Callable[[], str] = lambda: "micropython"
    own_pid: int = field(default_factory=os.getpid)

    @property
    def is_linux(self) -> bool:
        return self.system == "linux"

    @property
    def named(self) -> list[str]:
        """Ports that somebody has named as units'."""
        return [row["port"] for row in self.ports if row["bridge"] == "named"]

    def bridges(self) -> list[Bridge]:
        """Those that are plugged in; on systems other than Linux only those that have a port."""
        if not self.is_linux:
            known = [row for row in self.ports if row["bridge"] in self.kinds.values()]
            return [Bridge(row["bridge"], "", frozenset(), row["port"]) for row in known]
        return [bridge for folder in sorted(self.root.glob("sys/bus/usb/devices/*")) for bridge in self._bridge(folder)]

    def _bridge(self, folder: Path) -> Iterator[Bridge]:
        vendor, product = _word(folder / "idVendor"), _word(folder / "idProduct")
        kind = self.kinds.get((int(vendor, 16), int(product, 16))) if vendor and product else None
        if kind:
            parts = sorted(folder.parent.glob(f"{folder.name}:*"))
            drivers = [os.path.basename(_target(part / "driver")) for part in parts]
            ports = [path.name for part in parts for path in (*part.glob("tty?*"), *part.glob("tty/tty*"))]
            yield Bridge(kind, f"{vendor}:{product}", frozenset(drivers) - {""}, f"/dev/{ports[0]}" if ports else None)

    def running(self) -> dict[int, str]:
        """Numbers and names of processes."""
        return {int(path.parent.name): _word(path) for path in self.root.glob("proc/[0-9]*/comm")}

    def runs(self, name: str) -> bool:
        return name in self.running().values()

    def holders(self, port: str) -> list[tuple[int, str]]:
        """Processes that have a port open, as far as we may see; not this one."""
        target = os.path.realpath(port)
        found = {int(link.parent.parent.name) for link in self.root.glob("proc/[0-9]*/fd/*") if _target(link) == target}
        names = self.running()
        return [(pid, names.get(pid, "?")) for pid in sorted(found - {self.own_pid})]

    def rules(self) -> dict[str, str]:
        """The udev rules in force, by the names of their files."""
        found: dict[str, str] = {}
        for folder in _RULES_IN:
            for path in sorted(self.root.glob(f"{folder}/*.rules")):
                found.setdefault(path.name, _text(path))
        return found

    def members(self, group: str) -> list[str]:
        """Who is written down as a member of a group, whether or not this process began before that."""
        return self.known_groups().get(group, [])

    def known_groups(self) -> dict[str, list[str]]:
        """The groups of /etc/group, with their members."""
        rows = [line.split(":") for line in _text(self.root / "etc/group").splitlines()]
        return {row[0]: row[3].split(",") for row in rows if len(row) == 4}

    def has(self, path: str) -> bool:
        return (self.root / path.lstrip("/")).exists()


def this_machine() -> Machine:
    """The one we run on."""
    from sitterctl import keys, port, who

    return Machine(
        sys.platform, Path("/"), who.user() or "?", _own_groups(), keys.folder(), port.BRIDGES, tuple(port.available()),
        lambda path: os.access(path, os.R_OK | os.W_OK), port.group, _interpreter,
    )  # fmt: skip


def _interpreter() -> str:
    try:
        from sitterctl import simulator
    except ImportError:  # it needs pseudo-terminals
        raise SitterError("units can not be simulated on this system", "play scenarios on Linux or macOS",
                          exit_code=USAGE) from None  # fmt: skip
    return simulator.unix_port.interpreter()


def _own_groups() -> frozenset[str]:
    """Names of the groups of this process; a group without a name has none."""
    try:
        import grp
    except ImportError:  # Windows
        return frozenset()
    ours = {*os.getgroups(), os.getegid()}
    return frozenset(row.gr_name for row in grp.getgrall() if row.gr_gid in ours)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _word(path: Path) -> str:
    return _text(path).strip()


def _target(link: Path) -> str:
    """What a link leads to; nothing when it is none, or no more."""
    try:
        return os.readlink(link)
    except OSError:
        return ""
