"""What a reviewer should look at of the doses themselves: against the plan, stated later, taken back.

The rules are as in rules_before.py; deviations.py has the order.
"""

from sitterctl.report.model import Dose, Event, Session, lasting, since
from sitterctl.report.rules_before import Finding
from sitterctl.report.standing import both, is_walk_in


def dose_not_as_planned(session: Session) -> list[Finding]:
    found = []
    for place, dose in enumerate(session.doses, 1):
        sentences = [_amount(session, place, dose.fields), _route(session.plan, place, dose.fields)]
        found += [Finding(dose.at, sentence) for sentence in sentences if sentence]
    return found


def _amount(session: Session, place: int, fields: dict) -> str | None:
    given_mg, plan = fields.get("dose_mg"), session.plan
    if given_mg is None:
        return f"Dose {place}: how much was given is not in the log."
    if is_walk_in(session) or not plan:
        return f"Dose {place}, {given_mg} mg: there is no plan for it."
    if place > 2:
        return f"Dose {place}, {given_mg} mg: a plan has two doses at most."
    name = "dose_mg" if place == 1 else "second_dose_mg"
    planned_mg = plan.get(name)
    if planned_mg is None:
        why = "the plan has none" if name in plan else "whether it was planned is not in the log"
        return f"Dose {place}, {given_mg} mg: {why}."
    return None if given_mg == planned_mg else f"Dose {place}: {given_mg} mg given, {planned_mg} mg planned."


def _route(plan: dict, place: int, fields: dict) -> str | None:
    given, planned = fields.get("route"), plan.get("route")
    if given is None or planned is None or given == planned:
        return None
    return f"Dose {place}: given {given}, planned {planned}."


def second_dose_outside_its_window(session: Session) -> list[Finding]:
    """The unit judges at the press; here it is the moment at which the dose was given. Older logs have no window."""
    first_min, until_min = session.plan.get("second_from_min"), session.plan.get("second_until_min")
    if first_min is None or until_min is None:
        return []
    return [Finding(dose.at, f"Dose 2 was given at {since(dose.at)}, planned between {first_min} and {until_min} min.")
            for dose in session.doses[1:2] if not first_min <= dose.at < until_min]  # fmt: skip


def dose_on_a_pressure_that_holds(session: Session) -> list[Finding]:
    """A pressure that was old, or for a further dose one over an alarm limit, and nobody had answered for it. What is
    over the hold before the first dose has a rule of its own."""
    found = []
    for place, dose in enumerate(session.doses, 1):
        before = [reading for reading in session.pressures if reading.at <= dose.at]
        if not before or _is_answered_for(session, before[-1], dose):
            continue
        last, age_min = before[-1], session.in_force("hold_age_min", dose.at)
        if age_min is not None and dose.at - last.at >= age_min:
            found.append(Finding(dose.at, f"Dose {place} was given {lasting(dose.at - last.at)} after the last blood "
                                 f"pressure; {age_min} min are allowed."))  # fmt: skip
        over = _over_alarm_limit(session, last) if place > 1 else None
        if over:
            found.append(Finding(dose.at, f"Dose {place} was given with the last pressure at {over}; the log has no "
                                 "override for it."))  # fmt: skip
    return found


def _is_answered_for(session: Session, reading: Event, dose: Dose) -> bool:
    return any(reading.at <= override.at <= dose.pressed.at for override in session.overrides)


def _over_alarm_limit(session: Session, reading: Event) -> str | None:
    """`182/96, over the alarm limits of 180/110`."""
    sides = ("systolic", "diastolic")
    values = [reading.fields.get(f"{side}_mmhg") for side in sides]
    limits = [session.in_force(f"{side}_high_mmhg", reading.at) for side in sides]
    pairs = zip(values, limits, strict=True)
    if not any(value is not None and limit is not None and value > limit for value, limit in pairs):
        return None
    return f"{both(*values)}, over the alarm limits of {both(*limits)}"


def dose_before_the_checks(session: Session) -> list[Finding]:
    """Of what was stated later, what lies before the checks were done."""
    ready = _ready(session)
    if ready is None:
        return []
    return [Finding(dose.at, f"{_stated(dose)}, and so {lasting(ready - dose.at)} before the checks were done.")
            for dose in session.doses if dose.ago_min and dose.at < ready]  # fmt: skip


def dose_stated_later(session: Session) -> list[Finding]:
    ready = _ready(session)
    return [Finding(dose.at, f"{_stated(dose)}.") for dose in session.doses
            if dose.ago_min and (ready is None or dose.at >= ready)]  # fmt: skip


def _stated(dose: Dose) -> str:
    number = dose.fields.get("number")
    called = "A dose" if number is None else f"Dose {number}"
    return f"{called} was stated {dose.ago_min} min after it was given"


def _ready(session: Session) -> float | None:
    """When the checks were done for the first time."""
    return next((phase.start for phase in session.phases if phase.label == "ready"), None)


def dose_taken_back(session: Session) -> list[Finding]:
    found = []
    for dose in session.taken_back:
        assert dose.void is not None
        after = lasting(dose.void.at - dose.pressed.at)
        why = dose.void.fields.get("reason") or "no reason given"
        number = dose.fields.get("number")
        called = "A dose" if number is None else f"Dose {number}"
        found.append(Finding(dose.pressed.at, f"{called} was taken back {after} after its key was pressed: {why}."))
    return found


def no_dose(session: Session) -> list[Finding]:
    if session.dosed or not session.phases:
        return []
    return [Finding(None, "No dose that stands is in the log." if session.taken_back else "No dose is in the log.")]
