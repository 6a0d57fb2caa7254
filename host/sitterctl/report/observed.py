"""What staff saw of the patient: their answers to the unit's questions, and the checks before leaving, as rows."""

from typing import NamedTuple

from sitterctl.report.model import Event, Session

# field, as a head of the table, as a word in a sentence
ANSWERS = (
    ("moaas", "Sedation, MOAA/S", "sedation"),
    ("breaths_per_min", "Breaths/min", "breathing"),
    ("dissociation", "Dissociation", "dissociation"),
    ("nausea", "Nausea", "nausea"),
)
PARTS = ("vitals", "activity", "nausea", "orientation", "sedation", "dissociation")
MANDATORY = "40 min"  # the occasion of the questions beside the reading that is always taken
SAME_MIN = 0.05  # that a moment in the log may lie beside the unit's own
MISSING, NOT_SCORED = "missing", "not scored"


class Row(NamedTuple):
    """Something at one moment, as the cells of a table."""

    event: Event
    cells: list[str]


def answered(observe: dict) -> list[str]:
    """What of the questions somebody has answered, as words."""
    return [word for name, _, word in ANSWERS if observe.get(name) is not None]


def unanswered(observe: dict) -> list[str]:
    return [word for name, _, word in ANSWERS if observe.get(name) is None]


def observations(session: Session) -> list[Row]:
    return [Row(one, [_shown(one.fields.get(name), MISSING) for name, _, _ in ANSWERS]) for one in session.observed]


def checks(session: Session) -> list[Row]:
    """The parts of each check before leaving; a part without points could not be scored, and says so."""
    return [Row(one, [_shown(one.fields.get(name), NOT_SCORED) for name in PARTS]) for one in session.leavings]


def passes(session: Session) -> int:
    """Checks before leaving that were passed far enough apart, and never more than the unit had counted at the last."""
    apart_min = session.in_force("leave_apart_min", session.over) or 0
    count, counted_at = 0, float("-inf")
    for check in session.leavings:
        if check.fields.get("passed") and check.at - counted_at >= apart_min - SAME_MIN:
            count, counted_at = count + 1, check.at
    number = session.leavings[-1].fields.get("number") if session.leavings else None
    return count if number is None else min(count, number)


def _shown(value: object, absent: str) -> str:
    return absent if value is None else str(value)
