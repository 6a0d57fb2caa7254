"""What people have planned for the time after a session: the meetings, and how many days practice is meant for.

Of a session plan only its code and the table [integration] are looked at; the rest has its own check. Nothing that
is not planned is made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from sitter import plan
from sitterctl import plan_file
from sitterctl.errors import USAGE, SitterError

MOST_DAYS = next(high for name, _, _, high in plan.FIELDS["integration"] if name == "practice_days")
_EXAMPLE = "2026-05-06 or 2026-05-06T10:00"

Meeting = date | datetime  # a datetime without an offset is local time


@dataclass(frozen=True)
class Planned:
    """`code` is that of the plan, if there is one; `open_questions` are things to be talked about first."""

    code: str | None = None
    meetings: tuple[Meeting, ...] = ()
    practice_days: int | None = None
    open_questions: tuple[str, ...] = ()


def read(path: Path) -> Planned:
    """What a plan says. Raises SitterError with every fault of what was looked at."""
    whole = plan_file.tables(path)
    table = whole.get("integration", {})
    faults = _faults(whole, table)
    if faults:
        listed = "\n".join(f"  {path}: {fault}" for fault in faults)
        raise SitterError(f"this plan can't be used:\n{listed}", "mend the file and try again",
                          exit_code=USAGE, details={"faults": faults})  # fmt: skip
    return Planned(
        whole.get("code"),
        tuple(meeting(one) for one in table.get("meetings", ())),
        table.get("practice_days"),
        tuple(name for name in ("willing", "supported") if table.get(name) is False),
    )


def _faults(whole: dict, table: object) -> list[str]:
    faults = [] if isinstance(whole.get("code", ""), str) else ["code: must be text"]
    if not isinstance(table, dict):
        return [*faults, "integration: must be a table"]
    faults += [f"integration.{name}: must be true or false" for name in ("willing", "supported")
               if not isinstance(table.get(name, True), bool)]  # fmt: skip
    days = table.get("practice_days", 0)
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        faults.append(f"integration.practice_days: must be a whole number of days, 0 to {MOST_DAYS}")
    meetings = table.get("meetings", [])
    if not isinstance(meetings, list):
        return [*faults, f"integration.meetings: must be a list of dates, such as {_EXAMPLE}"]
    return faults + [f"integration.meetings: {one!s} (number {n}) is no date such as {_EXAMPLE}"
                     for n, one in enumerate(meetings, 1) if not _is_meeting(one)]  # fmt: skip


def _is_meeting(value: object) -> bool:
    try:
        meeting(value)
    except ValueError:
        return False
    return True


def meeting(value: object) -> Meeting:
    """A day, or a day and a time, from TOML's own kinds or from ISO 8601 text. Raises ValueError."""
    if isinstance(value, str):
        return day(value) if len(value) <= len("2026-05-06") else _of_these_times(datetime.fromisoformat(value))
    if not isinstance(value, date):  # a datetime is one too
        raise ValueError(value)
    return _of_these_times(value)


def day(text: str) -> date:
    """A day from ISO 8601 text. Raises ValueError."""
    return _of_these_times(date.fromisoformat(text))


def _of_these_times(value: Meeting) -> Meeting:
    """Not one that somebody has mistyped, and that no calendar can reckon with."""
    if not 2000 <= value.year < 2200:
        raise ValueError(value)
    return value


def in_order(meetings: Sequence[Meeting]) -> list[Meeting]:
    """The meetings by their time, each once; one without a time of day comes first on its day."""
    return sorted(set(meetings), key=_start)


def day_of(one: Meeting) -> date:
    return one.date() if isinstance(one, datetime) else one


def _start(one: Meeting) -> datetime:
    return one.astimezone() if isinstance(one, datetime) else datetime.combine(one, time()).astimezone()
