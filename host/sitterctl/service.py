"""The yearly service of a cuff module: its steps, what readings come to, and where to go on when a step fails.

Nothing here talks to a unit or a person: that is service_run.py. Where the figures are from, and which are only chosen,
stands in docs/decisions/0017-service-of-the-cuff-module.md.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitter import utc
from sitterctl import answers
from sitterctl.errors import USAGE, SitterError
from sitterctl.guided import FAILED, PASSED, Kind, Result

KIND = Kind("service nibp", "SERVICE OF THE CUFF MODULE")
POINTS_MMHG = (50, 100, 150, 200, 250)
NEAR_MMHG = 20  # what is read at a point has to be about that point
OFF_MMHG = 3
LEAK_FROM_MMHG, LEAK_SHORT_MMHG = 250, 20
LEAK_MMHG, TOUCHED_MMHG = 6, 2
VENTS_FROM_MMHG, VENTS_TO_MMHG = 270, 330
EMPTY_MMHG = 20
_SOON_S = 30 * 86400
_SAME_DAY = timedelta(hours=24)

PREPARE = """NOBODY'S ARM may be in a cuff of this unit until this is over.
Take the cuff off the module's hose. Connect, by T-pieces, a rigid vessel of about half a litre (or a cuff wound tightly
on a rigid cylinder), a reference manometer, and a hand bulb with its valve closed.
Between the steps, and whenever the unit alarms or hears nothing more from here, it opens the module's valves."""


@dataclass(frozen=True)
class Step:
    part: str
    about: str
    go_on: str

    def result(self, state: str, found: str) -> Result:
        if state == PASSED:
            return Result(self.part, state, found)
        remedy = f"{self.go_on}; then" if state == FAILED else "it is still to be done:"
        return Result(self.part, state, found, f"{remedy} `sitterctl {KIND.command} {self.part}`")


STEPS = (
    Step("static", "The module's reading is compared with the manometer's at five pressures.",
         "look at zero and date of the manometer; a module that is off is replaced or sent in"),
    Step("leak", "What is lost in a minute, from 250 mmHg.",
         "tighten vessel, bulb and T-pieces, try without the cuff's hose; what is left is the module"),
    Step("overpressure", "The module has to let the air out by itself before 330 mmHg.",
         "take the module out of use; decision 17 tells what is not known of its protection in this test"),
)  # fmt: skip
PARTS = tuple(step.part for step in STEPS)


def chosen(parts: tuple[str, ...]) -> list[Step]:
    """The steps of these names in the order of the table; all, if none is named."""
    return [step for step in STEPS if step.part in parts or not parts]


# --- judgement --------------------------------------------------------------------------------------------------------


def static(step: Step, pairs: list[tuple[float, int | None]]) -> Result:
    """On (manometer, module) in mmHg at each point."""
    words = ", ".join(f"{by_hand:g}: {'nothing' if read is None else f'{read} ({read - by_hand:+g})'}"
                      for by_hand, read in pairs)  # fmt: skip
    well = all(read is not None and abs(read - by_hand) <= OFF_MMHG for by_hand, read in pairs)
    return step.result(PASSED if well and len(pairs) == len(POINTS_MMHG) else FAILED, f"{words} mmHg")


def leak(step: Step, first: int | None, last: int | None) -> Result:
    """On the module's readings a minute apart."""
    if first is None or last is None:
        return step.result(FAILED, "the module told no pressure")
    if first < LEAK_FROM_MMHG - LEAK_SHORT_MMHG:
        return step.result(FAILED, f"it began at {first} mmHg only")
    if last > first + TOUCHED_MMHG:
        return step.result(FAILED, f"the pressure rose, from {first} to {last} mmHg: was the bulb touched?")
    state = PASSED if first - last <= LEAK_MMHG else FAILED
    return step.result(state, f"{max(0, first - last)} mmHg a minute, from {first} mmHg")


def overpressure(step: Step, told: dict, seen: bool) -> Result:
    """On what the unit saw while it was pumped, and whether the person has seen the module let the air out."""
    peak, left = told["peak_mmhg"], told["cuff_mmhg"]
    if told["ended"]:
        return step.result(FAILED, f"nothing was let out up to {peak} mmHg: then the unit opened the valves")
    if left is None or left >= EMPTY_MMHG:
        return step.result(FAILED, f"{'nobody knows how much' if left is None else left} mmHg are still in it")
    if not seen:
        return step.result(FAILED, "a person says that it is not so")
    if not VENTS_FROM_MMHG <= peak <= VENTS_TO_MMHG:
        return step.result(FAILED, f"let out at {peak} mmHg already")
    return step.result(PASSED, f"let out at {peak} mmHg")


# --- an earlier run, and when the next is due -------------------------------------------------------------------------


def passed_before(path: Path, unit_id: str) -> list[Result]:
    """The steps that the record of an earlier run has passed. Raises SitterError if it is none of this unit and day."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        rows = [Result(**row) for row in record["results"] if row["state"] == PASSED and row["part"] in PARTS]
        ours = record["command"] == KIND.command and record["unit_id"] == unit_id
        age = datetime.now(UTC) - datetime.fromisoformat(record["utc"])
    except (ValueError, KeyError, TypeError) as error:
        raise _other(path, "it is no record of a service") from error
    if not ours:
        raise _other(path, "it is of another unit, or of something else")
    if not timedelta() <= age + timedelta(minutes=1) <= _SAME_DAY:
        raise _other(path, "it is older than a day")
    return rows


def _other(path: Path, why: str) -> SitterError:
    return SitterError(f"{path} can't be gone on from: {why}", "begin anew, without --after", exit_code=USAGE)


def known(cuff: object) -> dict | None:
    """What a unit says of its cuff module, if it says so. Raises SitterError for what makes no sense."""
    if not isinstance(cuff, dict):
        return None
    maybe = (int, type(None))
    return answers.need(cuff, cycles=int, served_s=maybe, due_s=maybe, due_cycles=maybe, due=bool)


def due_soon(cuff: dict, now_s: float) -> bool:
    return cuff["due"] or (cuff["due_s"] is not None and now_s >= cuff["due_s"] - _SOON_S)


def in_words(cuff: dict) -> str:
    """`421 cycles; last service 2026-05-04; due 2027-05-04 or at 10421 cycles`."""
    if cuff["served_s"] is None:
        return f"{cuff['cycles']} cycles; last service: never; due: nobody knows"
    due = f"due {_day(cuff['due_s'])} or at {cuff['due_cycles']} cycles"
    return f"{cuff['cycles']} cycles; last service {_day(cuff['served_s'])}; {'OVERDUE: ' if cuff['due'] else ''}{due}"


def _day(utc_s: int) -> str:
    return utc.iso(utc_s)[:10] if utc.EARLIEST_S <= utc_s <= utc.LATEST_S else "?"
