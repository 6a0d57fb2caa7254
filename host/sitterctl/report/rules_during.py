"""What a reviewer should look at of the session itself: answers to alarms, restarts, faults and its length.

The rules are as in rules_before.py; deviations.py has the order.
"""

from itertools import pairwise

from sitterctl.report.model import Event, Session, lasting, words
from sitterctl.report.occurrences import Occurrence
from sitterctl.report.phase_band import course_words
from sitterctl.report.rules_before import Finding
from sitterctl.report.spans import NO_RECORD, Span

# --- alarms -----------------------------------------------------------------------------------------------------------


def high_alarms_unanswered(session: Session) -> list[Finding]:
    return [
        Finding(alarm.start if alarm.start is not None else alarm.end,
                f"{_alarm(alarm)}: nobody paused its sound; {_ending(alarm)}.")
        for alarm in session.alarms if alarm.priority == "high" and not alarm.pauses
    ]  # fmt: skip


def high_alarms_answered(session: Session) -> list[Finding]:
    return [
        Finding(alarm.start, f"{_alarm(alarm)}: sound paused after {lasting(alarm.silenced_after)} "
                f"({alarm.pauses[0][2] or 'cause not told'}); {_ending(alarm)}.")
        for alarm in session.alarms if alarm.priority == "high" and alarm.silenced_after is not None
    ]  # fmt: skip


def _alarm(alarm: Occurrence) -> str:
    value = "" if alarm.value is None else f" {alarm.value}"
    limit = "" if alarm.limit is None else f", limit {alarm.limit}"
    if alarm.rose is not None and alarm.start is not None:
        return f"{words(alarm.alarm)}{value}{limit}, high priority after {lasting(alarm.rose - alarm.start)} unanswered"
    return f"{words(alarm.alarm)}{value}{limit}, high priority"


def _ending(alarm: Occurrence) -> str:
    if alarm.end is None:
        return "it stands where the record ends"
    if alarm.minutes is None:
        return "it had begun before the record"
    lasted = lasting(alarm.minutes)
    return f"a restart of the unit cut it off after {lasted}" if alarm.cut_off else f"it ended after {lasted}"


# --- the unit ---------------------------------------------------------------------------------------------------------


def restarted(session: Session) -> list[Finding]:
    return [Finding(off.start, f"The unit restarted: {off.label}, {off.detail}.") for off in session.offs]


def not_resumed(session: Session) -> list[Finding]:
    """After a long gap the unit asks whether the session goes on."""
    if "resume" not in session.knows:
        return []
    found = []
    for boot, following in pairwise([*session.boots, None]):
        assert boot is not None
        until = following.at if following else session.end + 1
        answers = [resume.fields.get("answer") for resume in session.resumes if boot.at <= resume.at < until]
        if "no" in answers:
            found.append(Finding(boot.at, "After the restart staff answered that the session does not go on."))
        elif not answers and _asks(session, boot):
            found.append(Finding(boot.at, "After the restart the unit asked whether the session goes on, and nobody "
                                 "answered."))  # fmt: skip
    return found


def _asks(session: Session, boot: Event) -> bool:
    gap_s, after_min = boot.fields.get("gap_s"), session.in_force("resume_ask_min", boot.at)
    return gap_s is None or (after_min is not None and gap_s > after_min * 60)


def holes(session: Session) -> list[Finding]:
    """Times in which the unit ran and wrote no numbers down, together."""
    found = [gap for gap in session.missing["pulse_bpm"] if gap.label == NO_RECORD]
    if not found:
        return []
    return [Finding(found[0].start, f"No numbers were written down for {_together(found)}, though the unit ran.")]


def parts_at_fault(session: Session) -> list[Finding]:
    """Each part once, with all of its faults; the clock has a rule of its own."""
    found = []
    for part in sorted({span.label for span in session.parts} - {"clock"}):
        spans = [span for span in session.parts if span.label == part]
        faults = ", ".join(sorted({span.detail for span in spans}))
        found.append(Finding(spans[0].start, f"Part at fault: {part} ({faults}) for {_together(spans)}."))
    return found


def _together(spans: list[Span]) -> str:
    whole = lasting(sum((span.end or 0) - (span.start or 0) for span in spans))
    return whole if len(spans) == 1 else f"{whole} in all, {len(spans)} times"


def clock_not_trusted(session: Session) -> list[Finding]:
    lost = [span.start for span in session.parts if span.label == "clock"]
    if not session.clock_trusted or lost:
        return [Finding(lost[0] if lost else None, "The unit's clock was not to be trusted: dates and times of day may "
                        "be wrong.")]  # fmt: skip
    return []


# --- its length -------------------------------------------------------------------------------------------------------


def stopped_early(session: Session) -> list[Finding]:
    return [Finding(phase.start, f"Stopped early, in the phase {before.label}: {phase.detail or 'cause not told'}.")
            for before, phase in pairwise(session.phases) if phase.label == "stopped"]  # fmt: skip


def longer_than_planned(session: Session) -> list[Finding]:
    """With what staff did with the phases, which alone is nothing to look at."""
    planned_min, lasted_min = session.plan.get("planned_min"), round(session.over - session.begin)
    if planned_min is None or lasted_min <= planned_min:
        return []
    by_staff = [f"{course.fields.get('phase') or '–'} {course_words(course.fields)}" for course in session.courses
                if course.fields.get("action") in _LENGTHEN]  # fmt: skip
    why = f"; by staff: {', '.join(dict.fromkeys(by_staff))}" if by_staff else ""
    return [Finding(session.begin + planned_min, f"The session lasted {lasted_min} min, {planned_min} min were "
                    f"planned{why}.")]  # fmt: skip


_LENGTHEN = ("hold", "longer", "back")


def not_closed(session: Session) -> list[Finding]:
    if session.closed:
        return []
    return [Finding(session.end, "The record ends without having been closed: whether anything followed is not known.")]
