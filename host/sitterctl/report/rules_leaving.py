"""What a reviewer should look at of how a session was closed: the checks before leaving, and the last numbers.

The rules are as in rules_before.py; deviations.py has the order.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sitterctl.report import observed
from sitterctl.report.model import Session, lasting
from sitterctl.report.rules_before import Finding, answered_for

# Shares of the baseline beyond which the vitals of a modified PADSS lose a point of two, and both (docs/therapy.md).
NEAR_PCT, FAR_PCT = 20, 40


# --- the checks -------------------------------------------------------------------------------------------------------


def closed_without_the_checks(session: Session) -> list[Finding]:
    """Those that the unit's settings ask for, and nobody answers for it."""
    if not (session.closed and session.dosed and "leaving" in session.knows) or session.unchecked:
        return []
    asked = session.in_force("leave_passes", session.over)
    if not asked:
        return []
    passes, sentences = observed.passes(session), []
    if passes < asked:
        sentences.append(f"Closed after {passes} of {asked} checks before leaving that are asked for; the log has "
                         "nobody who answers for it.")  # fmt: skip
    after_min, since_min = session.in_force("leave_after_min", session.over), session.over - session.doses[-1].at
    if after_min is not None and since_min < after_min - observed.SAME_MIN:
        sentences.append(f"Closed {int(since_min)} min after the last dose, {after_min} min are asked for.")
    return [Finding(session.over, sentence) for sentence in sentences]


def closed_and_answered_for(session: Session) -> list[Finding]:
    return [
        Finding(one.at, f"Closed without the checks before leaving: {answered_for(one.fields)}.")
        for one in session.unchecked
    ]


def no_checks_asked_for(session: Session) -> list[Finding]:
    """The unit's settings leave the checks out: nothing was asked before leaving unless somebody did by themselves."""
    if not (session.closed and session.dosed) or session.in_force("leave_passes", session.over) != 0:
        return []
    done = f"{len(session.leavings)} were made" if session.leavings else "none was made"
    return [Finding(session.over, f"The unit's settings ask for no check before leaving; {done}.")]


def checks_not_passed(session: Session) -> list[Finding]:
    return [
        Finding(one.at, f"A check before leaving did not pass: {_why_not(one.fields)}.")
        for one in session.leavings if one.fields.get("passed") == 0
    ]  # fmt: skip


def _why_not(check: dict) -> str:
    missing = [name for name in observed.PARTS if check.get(name) is None]
    if missing:
        return f"no score, as {', '.join(missing)} could not be scored"
    at_none = [name for name in observed.PARTS if check[name] == 0]
    said = f"{check.get('total')} of 12" + (f", {', '.join(at_none)} at 0" if at_none else "")
    return said + ("" if check.get("escort") else ", no escort")


# --- the last numbers -------------------------------------------------------------------------------------------------


class _Last(NamedTuple):
    """The last value of one number, and how far it lay from the baseline."""

    called: str
    unit: str
    at: float
    value: int
    before: int

    @property
    def away_pct(self) -> float:
        return abs(self.value - self.before) * 100 / self.before

    @property
    def in_words(self) -> str:
        far = f"{round(self.away_pct)} % from the baseline of {self.before}"
        return f"the last {self.called} at {self.value} {self.unit}, {far}"


def far_from_baseline(session: Session) -> list[Finding]:
    return _away(session, FAR_PCT, float("inf"))


def away_from_baseline(session: Session) -> list[Finding]:
    return _away(session, NEAR_PCT, FAR_PCT)


def _away(session: Session, over_pct: float, most_pct: float) -> list[Finding]:
    return [Finding(session.over, f"Closed with {last.in_words}, {lasting(session.over - last.at)} before the end.")
            for last in _last_numbers(session) if over_pct < last.away_pct <= most_pct]  # fmt: skip


def _last_numbers(session: Session) -> Iterator[_Last]:
    """Those after the dose that have a baseline; none where the session was not closed."""
    if not session.closed or not session.dosed or not session.baselines:
        return
    own = session.baselines[-1].fields
    pulse = [(at, value) for at, value in session.curves["pulse_bpm"] if value is not None]
    systolic = [(one.at, one.fields["systolic_mmhg"]) for one in session.pressures if one.fields.get("systolic_mmhg")]
    numbers = (("pulse", "bpm", "pulse_bpm", pulse), ("systolic pressure", "mmHg", "systolic_mmhg", systolic))
    for called, unit, name, values in numbers:
        after = [(at, round(value)) for at, value in values if 0 < at <= session.over]
        if after and own.get(name):
            yield _Last(called, unit, *after[-1], own[name])
