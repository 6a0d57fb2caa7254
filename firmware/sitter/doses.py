"""Doses: given now, stated as given some minutes ago, or taken back.

The first dose is t0, and everything later is counted from it, so its moment has to be right: who forgot to press may
state it as up to 15 minutes ago, and the log has both, the moment of the key and the stated one. A dose that was not
given at all can be taken back within a minute, with a reason; after that it stands, as the record of a session is not
mended from memory. The unit notes what was given. It refuses to note a dose only over a pressure that it holds, and one
that the plan does not have.
"""

from sitter import session

VOID_MS = 60000
VOID_REASONS = ("pressed by mistake", "not taken")


def refusal(now_ms: int, unit, ago_min: int = 0) -> str | None:
    """Why no dose is noted as given so long ago, for the screen; None where it is."""
    course, dose_ms = unit.session, now_ms - ago_min * 60000
    if course.dosed:
        minute = course.minute(dose_ms)
        refused = "before the first dose" if minute < 0 else unit.mandate.second_refusal(minute, course.doses)
        if refused:
            return refused
    elif course.phase != "ready":
        return "no dose in this phase"
    return unit.before.held(dose_ms, unit.vitals, unit.settings, course.dosed)


def held(now_ms: int, unit) -> str | None:
    """Why the last pressure holds the dose that may be given next, and somebody may answer for it; None otherwise."""
    course = unit.session
    if course.phase not in ("checks", "ready", "onset", "peak", "return"):
        return None
    if course.dosed and unit.mandate.second_refusal(course.minute(now_ms), course.doses):
        return None
    return unit.before.held(now_ms, unit.vitals, unit.settings, course.dosed)


def give(now_ms: int, unit, cause: str, out, ago_min: int = 0) -> str | None:
    """A dose was given; the first settles the patient's own numbers. Why it is not noted, if it is not."""
    refused = refusal(now_ms, unit, ago_min)
    if refused:
        return refused
    course, ago_ms = unit.session, ago_min * 60000
    if course.dosed:
        noted = course.another_dose(now_ms, ago_ms)
    else:
        noted = unit.move(now_ms, session.DOSE, cause, out, ago_ms)
    if not noted:
        return "no dose in this phase"
    if course.doses == 1:
        _settle(now_ms, unit, ago_min, out)
    unit.record(out, "dose", now_ms, number=course.doses, dose_mg=unit.mandate.dose_mg(course.doses), ago_min=ago_min,
                route=course.route)  # fmt: skip
    return None


def _settle(now_ms: int, unit, ago_min: int, out) -> None:
    unit.mandate.spend(unit.today(now_ms) or 0)
    own = unit.baseline
    own.settle(now_ms, ago_min)
    unit.record(out, "baseline", now_ms, spo2_pct=own.spo2_pct, pulse_bpm=own.pulse_bpm,
                systolic_mmhg=own.systolic_mmhg)  # fmt: skip


def may_take_back(now_ms: int, unit) -> bool:
    course = unit.session
    if course.pressed_ms is None or now_ms - course.pressed_ms > VOID_MS:
        return False
    return (course.phase, session.VOID) in session.TRANSITIONS


def take_back(now_ms: int, unit, reason: str, out) -> bool:
    """The last dose was not given; False if it is too late to say so."""
    course = unit.session
    number = course.doses
    if not may_take_back(now_ms, unit) or not course.take_back(now_ms):
        return False
    unit.record(out, "void", now_ms, number=number, reason=reason)
    if number == 1:
        unit.baseline.open()
        unit.mandate.unspend()
        unit.record(out, "phase", now_ms, phase=course.phase, cause="dose taken back")
    return True
