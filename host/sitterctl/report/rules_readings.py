"""What a reviewer should look at of blood pressures after the dose, and of what staff were asked to see.

The rules are as in rules_before.py; deviations.py has the order.
"""

from itertools import pairwise

from sitterctl.report import due, observed
from sitterctl.report.model import Event, Session, by_hand, lasting, since
from sitterctl.report.rules_before import Finding
from sitterctl.report.spans import Span

# How often readings may be put off or held back in a session before it is told: a design choice, no source has one.
HELD_BACK = 3
# What held a reading back, in words; the first is a hand, the others are the unit.
_WHY = {"deferred": "put off by staff", "waits": "held back for a delicate moment",
        "capped": "held back by the hour's limit"}  # fmt: skip


# --- readings that were due -------------------------------------------------------------------------------------------


def mandatory_reading_late(session: Session) -> list[Finding]:
    one = due.mandatory(session)
    return [] if one is None else [_overdue(session, one, "The reading at 40 minutes")]


def readings_late(session: Session) -> list[Finding]:
    return [_overdue(session, one, f"The reading due at {since(one.due)}") for one in due.overdue(session)
            if one.due != due.MANDATORY_MIN]  # fmt: skip


def _overdue(session: Session, one: due.Overdue, called: str) -> Finding:
    how = "was not taken" if one.read is None else f"came {lasting(one.late)} late"
    meanwhile = _meanwhile(session, one.due, one.due + one.late)
    return Finding(one.due, f"{called} {how}{'; meanwhile ' if meanwhile else ''}{', '.join(meanwhile)}.")


def _meanwhile(session: Session, start: float, end: float) -> list[str]:
    """What else the log holds of that time that bears on a cuff."""
    found = ["the unit was off"] if _any_within(session.offs, start, end) else []
    found += ["the patient was away"] if _any_within(_aways(session), start, end) else []
    held = [one.fields.get("event") for one in session.held_back if start <= one.at <= end]
    found += [f"it was {words}" for event, words in _WHY.items() if event in held]
    failed = sum(start <= attempt.at <= end for attempt in session.cuff)
    return found + ([f"{failed} attempt{'s' if failed > 1 else ''} of the cuff failed"] if failed else [])


def _any_within(spans: list[Span], start: float, end: float) -> bool:
    return any((span.start or 0) < end and (span.end or 0) > start for span in spans)


def _aways(session: Session) -> list[Span]:
    ends: list[Event | None] = [*session.aways, None]
    return [Span(one.at, following.at if following else session.end, "away")
            for one, following in pairwise(ends) if one is not None and one.fields.get("event") == "began"]  # fmt: skip


# --- how they came about ----------------------------------------------------------------------------------------------


def often_held_back(session: Session) -> list[Finding]:
    if len(session.held_back) <= HELD_BACK:
        return []
    counts = [(sum(one.fields.get("event") == event for one in session.held_back), words)
              for event, words in _WHY.items()]  # fmt: skip
    told = ", ".join(f"{count} {words}" for count, words in counts if count)
    return [Finding(session.held_back[0].at, f"Readings did not begin when they were due {len(session.held_back)} "
                    f"times: {told}.")]  # fmt: skip


def cuff_failed(session: Session) -> list[Finding]:
    """Attempts that ended in a fault of the cuff's; one that staff stopped is their choice."""
    faults = [one for one in session.cuff if one.fields.get("event") == "fault"]
    if not faults:
        return []
    codes = sorted({one.fields["code"] for one in faults if one.fields.get("code") is not None})
    with_codes = f" (code {', '.join(str(code) for code in codes)})" if codes else ""
    return [Finding(faults[0].at, f"{len(faults)} attempt{'s' if len(faults) > 1 else ''} of the cuff brought no "
                    f"reading{with_codes}.")]  # fmt: skip


def keyed_in_by_hand(session: Session) -> list[Finding]:
    mine = [reading for reading in session.pressures if by_hand(reading.fields)]
    if not mine:
        return []
    were = "was" if len(mine) == 1 else "were"
    return [Finding(mine[0].at, f"{len(mine)} of {len(session.pressures)} blood pressures {were} keyed in by "
                    "hand.")]  # fmt: skip


# --- what staff were asked to see -------------------------------------------------------------------------------------


def mandatory_questions_unanswered(session: Session) -> list[Finding]:
    """Those beside the reading at 40 minutes. Older units asked none."""
    if not session.dosed or "observe" not in session.knows or session.over < due.MANDATORY_MIN:
        return []
    asked = [one for one in session.observed if one.fields.get("occasion") == observed.MANDATORY]
    if not any(observed.answered(one.fields) for one in asked):
        return [Finding(due.MANDATORY_MIN, "Nobody answered the questions at 40 minutes.")]
    left = set.intersection(*(set(observed.unanswered(one.fields)) for one in asked))
    names = [word for _, _, word in observed.ANSWERS if word in left]
    return [Finding(asked[0].at, f"At 40 minutes nobody answered for {', '.join(names)}.")] if names else []
