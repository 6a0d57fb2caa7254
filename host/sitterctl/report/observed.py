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


def _shown(value: object, absent: str) -> str:
    return absent if value is None else str(value)
