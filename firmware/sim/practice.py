"""A complete plan for practice: what simulated sessions use where a scenario does not say otherwise."""

from sitter import clearance, plan, utc

_MEETING = {"intentions": True, "education": True, "consent": True}


def practice_plan(unit_id: str, today: int, changes: dict | None = None) -> dict:
    """Held yesterday, cleared today, for this unit. `changes` replaces fields, table by table; None takes one away. The
    clearance is made last, unless it is among the changes."""
    before = utc.day((utc.day_number(today) - 1) * 86400)
    screening = dict.fromkeys(plan.CONTRAINDICATIONS + plan.REVIEWED, False)
    screening.update({"by": "MD-07", "on": before, "systolic_mmhg": 122, "diastolic_mmhg": 78})
    whole = {
        "id": "0a1b2c3d",
        "code": "KAP-0042",
        "unit_id": unit_id,
        "indication": "treatment_resistant_depression",
        "expires": utc.day((utc.day_number(today) + 7) * 86400),
        "screening": screening,
        "preparation": {"meetings": [dict(_MEETING, on=before), dict(_MEETING, on=before)]},
        "dose": {
            "route": "sublingual",
            "dose_mg": 200,
            "weight_kg": 70,
            "second_dose_mg": 100,
            "second_from_min": 5,
            "second_until_min": 60,
        },
        "session": {"planned_min": 180},
        "integration": {"willing": True, "supported": True, "meetings": [], "practice_days": 14},
    }
    changes = changes or {}
    _change(whole, changes)
    if "clearance" in changes:
        return whole
    try:
        return clearance.clear(whole, "MD-07", today)
    except (TypeError, AttributeError, ValueError, RuntimeError):  # too odd to be cleared; the check says why
        return whole


def _change(whole: dict, changes: dict) -> None:
    for name in changes:
        value = changes[name]
        if value is None:
            whole.pop(name, None)
        elif isinstance(value, dict) and isinstance(whole.get(name), dict):
            _change(whole[name], value)
        else:
            whole[name] = value
