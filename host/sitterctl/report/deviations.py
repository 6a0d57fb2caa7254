"""What a reviewer should look at: where the log of a session departs from its plan, or from what is asked for.

RULES is the whole of it, in order of weight: what is said of the session's ground comes before what happened in it,
what was left without an answer before what had one, and the patient before the unit. The order is a choice of how to
read, and nothing is scored. All of it comes from the log; what no sensor and no key told the unit is not in there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sitterctl.report import rules_before as before
from sitterctl.report import rules_during as during
from sitterctl.report.model import Session


class Rule(NamedTuple):
    """What is looked for, by which function, and where on the page more of it stands."""

    looks_for: str
    find: Callable[[Session], list[before.Finding]]
    where: str


@dataclass(frozen=True)
class Deviation:
    """One thing to look at; `weight` 1 is the heaviest."""

    weight: int
    at: float | None
    sentence: str
    where: str


RULES = (
    Rule("a session without a plan", before.without_a_plan, "standing"),
    Rule("a dose while the last pressure was over the hold, with no override", before.dose_over_hold, "before"),
    Rule("a hold that was overridden", before.hold_overridden, "before"),
    Rule("a plan that nobody cleared, or outside the days of its clearance", before.clearance_not_good, "standing"),
    Rule("a dose that differs from the plan, or is not in it", before.dose_not_as_planned, "doses"),
    Rule("fewer pressures before the dose than are asked for", before.too_few_pressures, "before"),
    Rule("alarms of high priority whose sound nobody paused", during.high_alarms_unanswered, "alarms"),
    Rule("after a restart: no answer whether the session goes on, or a no", during.not_resumed, "phases"),
    Rule("restarts of the unit", during.restarted, "lapses"),
    Rule("the reading at 40 minutes, missing or late", during.mandatory_reading_late, "pressures"),
    Rule("alarms of high priority, and when their sound was paused", during.high_alarms_answered, "alarms"),
    Rule("other readings that the schedule asks for, missing or late", during.readings_late, "pressures"),
    Rule("a checklist that was not complete before the dose", before.checklist_incomplete, "before"),
    Rule("a baseline that is missing, or has numbers missing", before.no_baseline, "before"),
    Rule("a session that was stopped early", during.stopped_early, "phases"),
    Rule("a session longer than planned", during.longer_than_planned, "phases"),
    Rule("a session without a dose", before.no_dose, "doses"),
    Rule("times without a record while the unit ran", during.holes, "lapses"),
    Rule("parts at fault", during.parts_at_fault, "timeline"),
    Rule("a clock that was not to be trusted", during.clock_not_trusted, "integrity"),
    Rule("a record that was not closed", during.not_closed, "integrity"),
)


def deviations(session: Session) -> list[Deviation]:
    """Everything the rules find, the heaviest first, and what one rule finds in the order of time."""
    found = []
    for weight, rule in enumerate(RULES, 1):
        ordered = sorted(rule.find(session), key=lambda one: session.begin if one.at is None else one.at)
        found += [Deviation(weight, one.at, one.sentence, rule.where) for one in ordered]
    return found
