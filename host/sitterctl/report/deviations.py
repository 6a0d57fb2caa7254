"""What a reviewer should look at: where the log of a session departs from its plan, or from what is asked for.

RULES is the whole of it, in order of weight: what is said of the session's ground comes before what happened in it,
what was left without an answer before what had one, and the patient before the unit. The order is a choice of how to
read, and nothing is scored. All of it comes from the log; what no sensor and no key told the unit is not in there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sitterctl.report import rules_before as before
from sitterctl.report import rules_doses as doses
from sitterctl.report import rules_during as during
from sitterctl.report import rules_leaving as leaving
from sitterctl.report import rules_readings as readings
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
    Rule("a dose on a blood pressure that was old, or a further one over an alarm limit, with no override",
         doses.dose_on_a_pressure_that_holds, "doses"),
    Rule("a hold that was overridden", before.hold_overridden, "before"),
    Rule("a session closed without the checks before leaving that are asked for: as often, as far apart, as late",
         leaving.closed_without_the_checks, "leaving"),
    Rule("a session closed without those checks by somebody who answers for it",
         leaving.closed_and_answered_for, "leaving"),
    Rule("a unit whose settings ask for no checks before leaving", leaving.no_checks_asked_for, "leaving"),
    Rule("a plan that nobody cleared, or outside the days of its clearance", before.clearance_not_good, "standing"),
    Rule("limits or intervals of the plan that are wider than the unit's", before.wider_than_the_units, "standing"),
    Rule("a dose stated later, and to lie before the checks were done", doses.dose_before_the_checks, "doses"),
    Rule("a dose that differs from the plan, or is not in it", doses.dose_not_as_planned, "doses"),
    Rule("a second dose outside its window", doses.second_dose_outside_its_window, "doses"),
    Rule("fewer pressures before the dose than are asked for", before.too_few_pressures, "before"),
    Rule(f"a session closed with the last pulse or systolic pressure over {leaving.FAR_PCT} % from the baseline",
         leaving.far_from_baseline, "leaving"),
    Rule("alarms of high priority whose sound nobody paused", during.high_alarms_unanswered, "alarms"),
    Rule("after a restart: no answer whether the session goes on, or a no", during.not_resumed, "phases"),
    Rule("restarts of the unit", during.restarted, "lapses"),
    Rule("the reading at 40 minutes, missing or late", readings.mandatory_reading_late, "pressures"),
    Rule("the questions at 40 minutes, not answered", readings.mandatory_questions_unanswered, "observed"),
    Rule("alarms of high priority, and when their sound was paused", during.high_alarms_answered, "alarms"),
    Rule("a dose that was taken back", doses.dose_taken_back, "doses"),
    Rule("a dose stated later than it was given", doses.dose_stated_later, "doses"),
    Rule("other readings that the schedule asks for, missing or late", readings.readings_late, "pressures"),
    Rule(f"readings put off or held back more than {readings.HELD_BACK} times", readings.often_held_back, "pressures"),
    Rule("attempts of the cuff that brought no reading", readings.cuff_failed, "pressures"),
    Rule("readings that were keyed in by hand", readings.keyed_in_by_hand, "pressures"),
    Rule(f"a session closed with the last pulse or pressure {leaving.NEAR_PCT} to {leaving.FAR_PCT} % from baseline",
         leaving.away_from_baseline, "leaving"),
    Rule("checks before leaving that did not pass", leaving.checks_not_passed, "leaving"),
    Rule("a checklist that was not complete before the dose", before.checklist_incomplete, "before"),
    Rule("a baseline that is missing, or has numbers missing", before.no_baseline, "before"),
    Rule("a session that was stopped early", during.stopped_early, "phases"),
    Rule("a session longer than planned, and what staff did with its phases", during.longer_than_planned, "course"),
    Rule("a session without a dose", doses.no_dose, "doses"),
    Rule("times without a record while the unit ran", during.holes, "lapses"),
    Rule("parts at fault", during.parts_at_fault, "timeline"),
    Rule("a clock that was not to be trusted", during.clock_not_trusted, "integrity"),
    Rule("a record that was not closed", during.not_closed, "integrity"),
)  # fmt: skip


def deviations(session: Session) -> list[Deviation]:
    """Everything the rules find, the heaviest first, and what one rule finds in the order of time."""
    found = []
    for weight, rule in enumerate(RULES, 1):
        ordered = sorted(rule.find(session), key=lambda one: session.begin if one.at is None else one.at)
        found += [Deviation(weight, one.at, one.sentence, rule.where) for one in ordered]
    return found
