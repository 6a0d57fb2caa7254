"""What a reviewer should look at of what went before the dose. deviations.py has the order.

A rule is a function from the session to what it found: the moment, None where there is none, and a sentence. It says
what the log holds and nothing about why. An older log lacks records that newer units write, and what can't be told is
then left unsaid.
"""

from typing import NamedTuple

from sitter import utc
from sitterctl.report.model import Session
from sitterctl.report.standing import at_rest, both, day, is_walk_in, limit_words


class Finding(NamedTuple):
    """A deviation: its minute, and what to look at."""

    at: float | None
    sentence: str


# --- what the session stands on ---------------------------------------------------------------------------------------


def without_a_plan(session: Session) -> list[Finding]:
    if session.walk_ins:
        return [
            Finding(one.at, f"Session without a plan: {answered_for(one.fields)}.") for one in session.walk_ins
        ]  # fmt: skip
    if is_walk_in(session):
        return [Finding(None, "Session without a plan, and the log does not say who answers for it.")]
    return [] if session.plan else [Finding(None, "No plan is in the log.")]


def answered_for(fields: dict) -> str:
    """Who answers for it and why, as the log has it."""
    return f"{fields.get('by') or 'nobody named'} answers for it, reason: {fields.get('reason') or 'none given'}"


def clearance_not_good(session: Session) -> list[Finding]:
    plan, found = session.plan, []
    if not plan or is_walk_in(session):
        return []
    if not plan.get("cleared_by"):
        found.append("The log names nobody who cleared the plan.")
    if session.begin_utc_s is not None and session.clock_trusted:
        today = utc.day(int(session.begin_utc_s))
        if today < (plan.get("cleared_on") or today):
            found.append(f"The session began before {day(plan.get('cleared_on'))}, when its plan was cleared.")
        if today > (plan.get("expires") or today):
            found.append(f"The session began after {day(plan.get('expires'))}, until when its plan was cleared.")
    return [Finding(session.begin, sentence) for sentence in found]


# Names of limits that are an upper one, or an interval: higher is wider. Of the others lower is.
_LOWER = ("_low_bpm", "_low_pct", "_low_mmhg")


def wider_than_the_units(session: Session) -> list[Finding]:
    """Limits and intervals of the plan that alarm later, or measure more seldom, than the unit's own would."""
    found = []
    for limit in session.own_limits:
        name, value, units = (limit.fields.get(field) for field in ("name", "value", "unit_value"))
        if not name or value is None or units is None or name == "volume_cap" or value == units:
            continue
        if (value < units) == name.endswith(_LOWER):
            called, shown = limit_words(limit.fields)
            found.append(Finding(limit.at, f"{called} of this plan is {shown}, wider than the unit's {units}."))
    return found


# --- the hold ---------------------------------------------------------------------------------------------------------


def dose_over_hold(session: Session) -> list[Finding]:
    """The first dose, while the last pressure was over the limit and nobody had answered for it."""
    readings = at_rest(session)
    if not session.dosed or not readings or not readings[-1].over or readings[-1].override:
        return []
    last = readings[-1]
    reading = both(last.event.fields.get("systolic_mmhg"), last.event.fields.get("diastolic_mmhg"))
    return [Finding(0.0, f"Dose given with the last pressure at {reading}, over the hold of {both(*last.limits)}; the "
                    "log has no override for it.")]  # fmt: skip


def hold_overridden(session: Session) -> list[Finding]:
    readings = at_rest(session)
    found = []
    for override in session.overrides:
        said = override.fields
        reading = both(said.get("systolic_mmhg"), said.get("diastolic_mmhg"))
        limits = (session.in_force(f"hold_{side}_mmhg", override.at) for side in ("systolic", "diastolic"))
        if not session.dosed:
            then = "no dose was given"
        elif readings and readings[-1].override is override:
            then = "the dose was given on this reading"
        else:
            then = "the dose was given on another reading"
        found.append(Finding(override.at, f"Hold overridden at {reading}, limit {both(*limits)}: "
                             f"{answered_for(said)}; {then}."))  # fmt: skip
    return found


def too_few_pressures(session: Session) -> list[Finding]:
    count, asked = len(at_rest(session)), session.in_force("baseline_readings", 0.0) or 1
    if not session.dosed or count >= asked:
        return []
    return [Finding(0.0, f"Dose given after {count or 'no'} blood pressure{'' if count == 1 else 's'} at rest, where "
                    f"{asked} {'is' if asked == 1 else 'are'} asked for.")]  # fmt: skip


# --- checklist and baseline -------------------------------------------------------------------------------------------


def checklist_incomplete(session: Session) -> list[Finding]:
    if not session.dosed or "check" not in session.knows:
        return []
    pressed = session.doses[0].pressed.at  # what the unit asked for when it was told of the dose
    confirmed = {check.fields.get("number") for check in session.checks if check.at <= pressed}
    count = max((check.fields.get("count") or 0 for check in session.checks), default=0)
    left = [str(number) for number in range(1, count + 1) if number not in confirmed]
    if not confirmed:
        return [Finding(0.0, "Dose given without an item of a checklist confirmed.")]
    if not left:
        return []
    return [Finding(0.0, f"Dose given with {len(left)} of {count} items of the checklist not confirmed: no. "
                    f"{', '.join(left)}.")]  # fmt: skip


_OWN_NUMBERS = (("spo2_pct", "saturation"), ("pulse_bpm", "pulse"), ("systolic_mmhg", "systolic pressure"))


def no_baseline(session: Session) -> list[Finding]:
    if not session.dosed or "baseline" not in session.knows:
        return []
    if not session.baselines:
        return [Finding(0.0, "No baseline was written down with the dose.")]
    fields = session.baselines[-1].fields
    absent = [called for name, called in _OWN_NUMBERS if name in fields and fields[name] is None]
    if not absent:
        return []
    return [
        Finding(session.baselines[-1].at, f"The baseline lacks {', '.join(absent)}: no alarm for a change from it.")
    ]
