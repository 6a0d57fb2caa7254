"""The same for several units at once, a thread each: one that fails stops no other, and its row says why."""

from collections.abc import Callable
from dataclasses import dataclass

from sitterctl import cut_short, output, side_by_side
from sitterctl.errors import INTERRUPTED, OK, PARTIAL
from sitterctl.finding import Found


@dataclass(frozen=True)
class Outcome:
    """What came of it with one unit: `value` from the work, or `error`."""

    unit: Found
    value: dict
    exit_code: int
    error: str | None

    @property
    def name(self) -> str:
        hello = self.unit.hello
        return hello.get("label") or hello.get("unit_id") or self.unit.port

    @property
    def row(self) -> dict:
        return {"port": self.unit.port, "unit_id": self.unit.hello.get("unit_id"),
                "label": self.unit.hello.get("label"), **self.value, "exit": self.exit_code,
                "error": self.error}  # fmt: skip


def each(units: list[Found], work: Callable[[Found], tuple[dict, int]]) -> list[Outcome]:
    """Do it with every unit, all at once; `work` gives a value and an exit code, or raises SitterError.
    Ctrl-C is raised as side_by_side.Interrupted."""

    def one(unit: Found) -> Outcome:
        try:
            value, code = work(unit)
        except cut_short.ENDS as error:
            why, _, code = cut_short.reason(error)
            return Outcome(unit, {}, code, why)
        return Outcome(unit, value, code, None)

    return side_by_side.each(one, units)


def each_as_far(units: list[Found], work: Callable[[Found], tuple[dict, int]]) -> tuple[list[Outcome], bool]:
    """The same; after Ctrl-C how far each came, and True."""
    try:
        return each(units, work), False
    except side_by_side.Interrupted as error:
        return error.came, True


def exit_code(outcomes: list[Outcome]) -> int:
    """0 if all went well, 10 if some did, and the first failure's own code if none did."""
    codes = [outcome.exit_code for outcome in outcomes]
    failed = [code for code in codes if code != OK]
    return OK if not failed else PARTIAL if len(failed) < len(codes) else failed[0]


def show(outcomes: list[Outcome], stopped: bool, as_json: bool, in_words: Callable[[dict], str]) -> int:
    """One table, one exit code."""
    cells = [[o.name, o.unit.port, "ok" if o.exit_code == OK else f"exit {o.exit_code}",
              o.error or in_words(o.value)] for o in outcomes]  # fmt: skip
    code = INTERRUPTED if stopped else exit_code(outcomes)
    value = {"units": [o.row for o in outcomes], "exit": code}
    output.show(value, as_json, output.table(["unit", "port", "", "what came of it"], cells))
    return code
