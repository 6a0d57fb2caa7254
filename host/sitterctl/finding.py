"""Which unit is meant: the one on a port, the one of an id or a label, the only one; or every one. Never a guess.

Hello is said only to ports behind the USB bridges that units have, and to those that somebody has named as units'.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from sitterctl import device, output, port, side_by_side
from sitterctl.errors import BUSY, NO_UNIT, SitterError

LOOK_S = 1.0
NOT_ASKED = "not asked: its bridge is none that units have"


@dataclass(frozen=True)
class Found:
    """A port and what answered on it: `hello` is empty where nothing did, and `problem` says why."""

    port: str
    bridge: str | None
    hello: dict
    problem: str | None
    exit_code: int = 0

    def is_called(self, name: str) -> bool:
        called = [str(self.hello[key]).casefold() for key in ("unit_id", "label") if self.hello.get(key)]
        return name.casefold() in called

    @property
    def row(self) -> dict:
        said = {key: self.hello.get(key) for key in ("unit_id", "label", "version", "state")}
        return {"port": self.port, "bridge": self.bridge, **said, "problem": self.problem}


def look() -> list[Found]:
    """Every serial port, with what the unit behind it says; all are asked at once."""
    return side_by_side.each(_ask, port.available())


def _ask(row: dict) -> Found:
    if not row["bridge"]:
        return Found(row["port"], None, {}, NOT_ASKED)
    try:
        with device.connect(row["port"], timeout_s=LOOK_S) as connection:
            return Found(row["port"], row["bridge"], connection.hello, None)
    except SitterError as error:
        why = _by_whom(row["port"]) if error.exit_code == BUSY else error.message
        return Found(row["port"], row["bridge"], {}, why, error.exit_code)


def _by_whom(path: str) -> str:
    """Who has a port that is busy, as far as that can be seen. Which unit is behind it can't be asked, and the one that
    was there before may be plugged in elsewhere by now."""
    from sitterctl import machine

    holders = [f"{name} (process {pid})" for pid, name in machine.this_machine().holders(path)]
    return f"busy: {path} is in use by {' and '.join(holders) or 'another program'}"


def choose(name: str | None) -> str:
    """The port of the unit of that id or label, or of the only unit. Raises SitterError for none, and for several."""
    if name is None:
        likely = [row["port"] for row in port.available() if row["bridge"]]
        if len(likely) == 1:
            return likely[0]  # whatever is wrong with it is better told by the command itself
    found = look()
    units = [one for one in found if one.hello and (name is None or one.is_called(name))]
    if len(units) == 1:
        return units[0].port
    raise _not_one(found, units, name)


def _not_one(found: list[Found], units: list[Found], name: str | None) -> SitterError:
    called = "units are connected, and none is named" if name is None else f"units are called {name}"
    if units:
        message = f"{len(units)} {called}"
    else:
        message = "no unit is connected" if name is None else f"no unit called {name} is connected"
    remedy = "name one with --unit or --port" if found else "connect one, or name its port with --port"
    listed = f":\n{in_words(found)}" if found else ""
    return SitterError(message + listed, remedy, exit_code=NO_UNIT, details={"ports": [one.row for one in found]})


def check_name(connection: device.Connection, name: str) -> None:
    """Raises SitterError when the unit on a port that was named is not the one that was named."""
    one = Found(connection.path, None, connection.hello, None)
    if not one.is_called(name):
        raise SitterError(f"the unit on {one.port} is {one.hello.get('unit_id')} ({one.hello.get('label') or '-'}), "
                          f"not {name}", "leave out --port or --unit", exit_code=NO_UNIT)  # fmt: skip


def every_unit() -> list[Found]:
    """All that may be a unit, answering or not. Raises SitterError when there is none."""
    found = [one for one in look() if one.bridge]
    if not found:
        raise SitterError("no unit is connected", "connect them, or name their ports in SITTER_PORTS",
                          exit_code=NO_UNIT)  # fmt: skip
    return found


def in_words(found: list[Found]) -> str:
    cells = [
        [f.port, f.bridge or "-", *(f.row[key] or "-" for key in ("unit_id", "label", "version")),
         f.hello.get("state") or f.problem]
        for f in found
    ]  # fmt: skip
    return output.table(["port", "bridge", "unit", "label", "firmware", "state"], cells)


@contextlib.contextmanager
def connected(one: Found, keys: list[bytes], timeout_s: float) -> Iterator[device.Connection]:
    """A connection to one of `every_unit`. Raises SitterError, at once if it did not answer before."""
    if one.problem:
        raise SitterError(one.problem, "look at its cable and its power", exit_code=one.exit_code or NO_UNIT)
    with device.connect(one.port, keys, timeout_s) as connection:
        yield connection
