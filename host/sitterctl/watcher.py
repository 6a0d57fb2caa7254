"""Keeps looking at units: a thread a port that asks `live` once a second, and when that fails tries again, for ever.

Nothing is sent to a port but to one that was named or lies behind a known bridge. What opens a port may restart the
unit behind it (port.py), beside a patient: so a port at which that seems to happen is left alone.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sitterctl import device, finding, port
from sitterctl.connection import Connection
from sitterctl.errors import NO_ANSWER, NO_UNIT, RESTARTED, SitterError
from sitterctl.watching import Seen, joined

_STRANGER, _LEFT_ALONE = "stranger", "left-alone"


@dataclass(frozen=True)
class Pace:
    """How often what is done."""

    poll_s: float = 1.0
    answer_s: float = 1.0
    # A port stays open for three times as long as a unit takes to start, or a start by opening it would go unnoticed.
    greet_s: float = 3.0
    again_s: float = 1.5
    after_restart_s: float = 4.5  # a unit that has been up for less is taken for one that was restarted by connecting
    show_s: float = 0.5
    print_s: float = 1.0


PACE = Pace()


def now_s() -> float:
    """Seconds that go on while the computer sleeps, where there is such a clock: an old number must not look new."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Places(Protocol):
    """Which ports to look at, and whether a unit that is met there is one to watch."""

    def ports(self, seen: Sequence[Seen]) -> list[str]: ...

    def check(self, line: Connection) -> None:
        """Raises SitterError when it is not: it is asked no more."""


class Watcher:
    """Watches the unit on one port, in a thread of its own; `seen` is what is known of it."""

    def __init__(self, path: str, keys: Sequence[bytes], pace: Pace, places: Places) -> None:
        self.seen = Seen(path, now_s())
        self._keys, self._pace, self._places = keys, pace, places
        self._restarts = 0  # in a row, each as the port was opened
        self._met = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; it does when the question that is out has been answered or given up."""
        self._stop.set()

    def wait(self, timeout_s: float) -> None:
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set() and not is_left_alone(self.seen):
            try:
                self._met = False
                self._watch()
            except SitterError as error:
                self._lose(error)

    def _watch(self) -> None:
        """Until it is told to stop. Raises SitterError when that is not possible, or no longer."""
        with device.connect(self.seen.port, self._keys, self._pace.greet_s) as line:
            line.timeout_s = self._pace.answer_s
            self._met = True
            self._places.check(line)
            self._meet(line.hello)
            while not self._stop.is_set():
                asked_s = now_s()
                self.seen = self.seen.answered(asked_s, line.ask("live"))
                self._stop.wait(max(0.0, asked_s + self._pace.poll_s - now_s()))

    def _meet(self, hello: dict) -> None:
        """Who is there now: the same unit again, or another with which all begins anew."""
        if self.seen.unit_id not in (None, hello["unit_id"]):
            self.seen = Seen(self.seen.port, now_s())
        self.seen = replace(self.seen, unit_id=hello["unit_id"], label=hello["label"], boot_id=hello["boot_id"])

    def _lose(self, error: SitterError) -> None:
        """Note why, and wait for the next attempt."""
        restarted = error.exit_code == RESTARTED
        self._restarts = self._restarts + 1 if restarted and not self._met else 0
        self.seen = self.seen.failed(now_s(), error if self._restarts < 2 else self._leave_alone())
        self._stop.wait(self._pace.after_restart_s if restarted else self._pace.again_s)

    def _leave_alone(self) -> SitterError:
        return SitterError(f"opening {self.seen.port} seems to restart the unit: it is left alone",
                           "look at the patient first; then try another cable or port (docs/operation.md)",
                           exit_code=RESTARTED, details={"kind": _LEFT_ALONE})  # fmt: skip


def is_left_alone(seen: Seen) -> bool:
    """Whether the port will not be opened again."""
    return _kind(seen) == _LEFT_ALONE


def _kind(seen: Seen) -> str | None:
    return seen.error.details.get("kind") if seen.error else None


class Board:
    """All units that are watched, and the threads that do it. To be closed."""

    def __init__(self, places: Places, keys: Sequence[bytes], pace: Pace) -> None:
        self._places, self._keys, self._pace = places, keys, pace
        self._watchers: dict[str, Watcher] = {}
        self._known: dict[str, Seen] = {}

    def look(self) -> list[Seen]:
        """What is known of each unit now; ports that have come are watched from here on, those that went no more."""
        paths = self._places.ports([watcher.seen for watcher in self._watchers.values()])
        for path in self._watchers.keys() - set(paths):
            self._drop(path)
        for path in paths:
            if path not in self._watchers:
                # Known before it is started, so that whatever comes between does not leave it behind.
                self._watchers[path] = Watcher(path, self._keys, self._pace, self._places)
                self._watchers[path].start()
        self._known = joined(self._known, [watcher.seen for watcher in self._watchers.values()])
        return sorted(self._known.values(), key=lambda seen: (seen.label or seen.unit_id or "~", seen.port))

    def _drop(self, path: str) -> None:
        """Watch a port no more; what was there is lost until it turns up elsewhere."""
        self._watchers.pop(path).stop()
        went = SitterError(f"{path} went away", "plug the cable in again", exit_code=NO_ANSWER)
        for key, seen in self._known.items():
            if seen.port == path and not seen.error:
                self._known[key] = seen.failed(now_s(), went)

    def close(self) -> None:
        for watcher in self._watchers.values():
            watcher.stop()
        give_up_at_s = now_s() + self._pace.again_s  # a thread that waits for an answer ends with the program
        for watcher in self._watchers.values():
            watcher.wait(max(0.0, give_up_at_s - now_s()))


class EveryUnit:
    """Whatever is on the ports that may lead to units."""

    def ports(self, seen: Sequence[Seen]) -> list[str]:
        return _likely()

    def check(self, line: Connection) -> None:
        pass


class OneUnit:
    """The unit that is first met on a port, wherever its cable is plugged in again.

    While it is lost, its own port is tried and those that have appeared since it was met: who else was there then is
    not disturbed. Only if another unit is on its own port, cables have changed places, and each port is asked.
    """

    def __init__(self, path: str, name: str | None = None) -> None:
        """`name` is the id or label that the unit on the port must have, if it was given."""
        self._path, self._name = path, name
        self._unit_id: str | None = None
        self._passed_over: set[str] = set()
        self._is_lost, self._mixed_up = True, False

    def check(self, line: Connection) -> None:
        unit_id = line.hello["unit_id"]
        if self._unit_id is None:
            if self._name:
                finding.check_name(line, self._name)
            self._unit_id = unit_id
        if self._unit_id != unit_id:
            raise SitterError(f"on {line.path} is another unit, {unit_id}", "plug in the one that is watched",
                              exit_code=NO_UNIT, details={"kind": _STRANGER})  # fmt: skip

    def ports(self, seen: Sequence[Seen]) -> list[str]:
        likely = _likely()
        met = next((s for s in seen if s.live and not s.error), None)
        if met and self._is_lost:
            self._path, self._mixed_up = met.port, False
        if self._unit_id is None or (met and self._is_lost):
            self._passed_over = set(likely) - {self._path}
        self._is_lost = met is None
        self._passed_over &= set(likely)  # a port that vanished is a new one when it comes back
        if met or self._unit_id is None:
            return [self._path]
        self._pass_over({s.port for s in seen if _kind(s) == _STRANGER}, set(likely))
        return [path for path in dict.fromkeys([self._path, *likely]) if path not in self._passed_over]

    def _pass_over(self, strangers: set[str], likely: set[str]) -> None:
        """Ports with other units: they are not asked again, but for a port that was named by hand."""
        if self._path in strangers and not self._mixed_up:
            self._mixed_up, self._passed_over = True, set()
        self._passed_over |= strangers & likely


def _likely() -> list[str]:
    return [row["port"] for row in port.available() if row["bridge"]]
