"""Doses as staff told of them: when each was given, which is not always when its key was pressed, and which were taken
back. t0 is the first that stands; a further dose never moves it. Nothing else in this tool decides any of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitterctl.slog import Record

_MOST_MIN = 254  # that a record can state


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose whose key was pressed at `record`; `void` is the record that took it back, if one did."""

    record: "Record"
    void: "Record | None" = None

    @property
    def ago_min(self) -> int:
        """How long before the press it was given, as staff stated; logs of before have only presses."""
        ago_min = self.record.fields.get("ago_min") or 0
        return ago_min if 0 <= ago_min <= _MOST_MIN else 0

    @property
    def elapsed_s(self) -> float:
        return self.record.elapsed_s - 60 * self.ago_min

    @property
    def utc_s(self) -> float | None:
        return None if self.record.utc_s is None else self.record.utc_s - 60 * self.ago_min


def told(records: Sequence["Record"]) -> list[Dose]:
    """Every dose of a log, in the order of the presses. A `void` takes back the last of its number that stands."""
    found: list[Dose] = []
    for record in records:
        if record.name == "dose":
            found.append(Dose(record))
        elif record.name == "void":
            _take_back(found, record)
    return found


def _take_back(found: list[Dose], void: "Record") -> None:
    for place in reversed(range(len(found))):
        dose = found[place]
        if dose.void is None and dose.record.fields.get("number") == void.fields.get("number"):
            found[place] = Dose(dose.record, void)
            return


def t0_s(doses: Sequence[Dose]) -> float | None:
    """When the first dose that stands was given, in elapsed seconds of its log."""
    return next((dose.elapsed_s for dose in doses if dose.void is None), None)
