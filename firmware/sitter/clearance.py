"""Who lets a plan begin a session, and what the unit asks before it does.

A plan without faults may be cleared: the clearance says by whom and on which day, and its seal is a digest of all the
rest, so that a plan that was edited afterwards is found out. The digest keeps nobody from clearing a plan again; it
keeps a change from going unnoticed.

Whether a cleared plan may begin a session is asked anew at each start: `refusal` is the answer in one sentence for the
screen. Days are those of UTC, as the unit's clock knows no other.
"""

import binascii
import hashlib

from sitter import settings, utc


def clear(plan: dict, by: str, on: int) -> dict:
    """The plan with its clearance."""
    cleared = dict(plan)
    cleared["clearance"] = {"by": by, "on": on}
    cleared["clearance"]["seal"] = seal(cleared)
    return cleared


def seal(plan: dict) -> str:
    """The digest of everything but itself: half of a SHA-256, in hexadecimal digits."""
    rest = dict(plan)
    rest["clearance"] = {"by": plan["clearance"]["by"], "on": plan["clearance"]["on"]}
    digest = hashlib.sha256()
    _feed(digest, rest)
    return str(binascii.hexlify(digest.digest()[:16]), "ascii")


def _feed(digest, value) -> None:
    """One way to write a value down, whatever the order of its names, on both interpreters."""
    if isinstance(value, dict):
        digest.update(("{%d" % len(value)).encode())
        for name in sorted(value):
            _feed(digest, name)
            _feed(digest, value[name])
    elif isinstance(value, (list, tuple)):
        digest.update(("[%d" % len(value)).encode())
        for one in value:
            _feed(digest, one)
    else:
        text = str(value)
        digest.update(("%s%d:%s" % (type(value).__name__[0], len(text), text)).encode())


# --- what depends on the unit -----------------------------------------------------------------------------------------


def individual(plan: dict | None) -> dict[str, int]:
    """The settings that the plan has for its patient."""
    own: dict[str, int] = {}
    for table in ("limits", "schedule"):
        own.update((plan or {}).get(table, {}))
    return own


def settings_faults(plan: dict, chosen: dict) -> list[str]:
    """The faults of a plan that `check` lets pass, under these settings (a complete set)."""
    faults, dose, screening = [], plan["dose"], plan["screening"]
    count, least = len(plan["preparation"]["meetings"]), chosen["preparation_meetings"]
    if count < least:
        faults.append("preparation.meetings: %d held, %d are asked for" % (count, least))
    low, high = (chosen["%s_%s_ug_kg" % (dose["route"], end)] for end in ("low", "high"))
    for name in ("dose_mg", "second_dose_mg"):
        ug_kg = dose.get(name, 0) * 1000 // dose["weight_kg"]
        if (name == "dose_mg" and ug_kg < low) or ug_kg > high:
            faults.append("dose.%s: %s mg/kg is outside %s to %s" % (name, _mg(ug_kg), _mg(low), _mg(high)))
    both = (dose["dose_mg"] + dose.get("second_dose_mg", 0)) * 1000 // dose["weight_kg"]
    if not faults and both > high:
        faults.append("dose.second_dose_mg: both doses are %s mg/kg, over %s" % (_mg(both), _mg(high)))
    limits = (chosen["hold_systolic_mmhg"], chosen["hold_diastolic_mmhg"])
    over = screening["systolic_mmhg"] > limits[0] or screening["diastolic_mmhg"] > limits[1]
    if over and "pressure" not in screening.get("reviews", {}):
        faults.append("screening.systolic_mmhg: over %d/%d, and screening.reviews.pressure is missing" % limits)
    whole, own = dict(chosen), individual(plan)
    if own.get("volume_cap", 0) > chosen["volume_cap"]:
        faults.append("limits.volume_cap: over the unit's own, %d" % chosen["volume_cap"])
    whole.update(own)
    return faults + ["limits.%s" % fault for fault in settings.check(whole)]


def refusal(plan: dict | None, misfit: str | None, unit_id: str, today: int | None, used) -> str | None:
    """Why this plan begins no session here and today, in at most 26 characters; None if it may. `plan` has no fault
    by plan.check, `misfit` is the first by `settings_faults` or None; `used` has [id, code, day] of plans whose
    sessions there have been."""
    if plan is None:
        return "no plan for a session"
    if plan["unit_id"] != unit_id:
        return "plan for " + plan["unit_id"]
    ended = over(plan, today or 0, used)
    if ended:
        return ended
    if today is None:
        return "clock not set: no session"
    if today < plan["clearance"]["on"]:
        return "plan valid from " + utc.day_text(plan["clearance"]["on"])
    return "check plan: " + _field(misfit) if misfit else None


def _field(fault: str) -> str:
    """What of the plan a fault is about, as much as there is room for: `dose_mg`."""
    return fault.split(":")[0].split(".")[-1][:14]


def over(plan: dict, today: int, used) -> str | None:
    """Why this plan will never again begin a session, in as many characters."""
    for other_id, code, day in used:
        if other_id == plan["id"]:
            return "plan used " + utc.day_text(day) if code == plan["code"] else "plan used by " + code
    return "plan ended " + utc.day_text(plan["expires"]) if today > plan["expires"] else None


def _mg(ug: int) -> str:
    return "%d.%02d" % (ug // 1000, ug % 1000 // 10)
