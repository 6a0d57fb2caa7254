"""What the session stands on, and what went before the dose: plan or walk-in, and readings beside the hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sitter import settings, utc
from sitterctl.report.model import Event, Session, words

WALK_IN = "WALK-IN"  # what stands in the place of a code


@dataclass(frozen=True)
class AtRest:
    """A blood pressure before the dose, beside the hold in force then. `over` is None where no limit is in the log."""

    event: Event
    limits: tuple[int | None, int | None]
    over: bool | None
    override: Event | None


def is_walk_in(session: Session) -> bool:
    return bool(session.walk_ins) or session.plan.get("code") == WALK_IN


def at_rest(session: Session) -> list[AtRest]:
    """The blood pressures before the dose, or all of them when none was given."""
    events = [event for event in session.pressures if event.at <= 0 or not session.dosed]
    found = []
    for event, following in pairwise([*events, None]):
        assert event is not None
        limits = tuple(session.in_force(f"hold_{side}_mmhg", event.at) for side in ("systolic", "diastolic"))
        until = following.at if following else session.end + 1
        answered = [override for override in session.overrides if event.at <= override.at < until]
        found.append(AtRest(event, (limits[0], limits[1]), _over(event, limits), answered[0] if answered else None))
    return found


def _over(event: Event, limits: Sequence[int | None]) -> bool | None:
    pairs = zip((event.fields.get("systolic_mmhg"), event.fields.get("diastolic_mmhg")), limits, strict=True)
    known = [(value, limit) for value, limit in pairs if value is not None and limit is not None]
    return any(value > limit for value, limit in known) if known else None


def both(systolic_mmhg: int | None, diastolic_mmhg: int | None) -> str:
    """`142/91`, with a dash for what is not known."""
    return "/".join("–" if value is None else str(value) for value in (systolic_mmhg, diastolic_mmhg))


def plan_facts(session: Session) -> list[tuple[str, str, str]]:
    """(what, value, detail) of what the log holds of the plan."""
    plan = session.plan
    screening = both(plan.get("systolic_mmhg"), plan.get("diastolic_mmhg"))
    return [
        ("Plan", _shown(plan.get("code")), f"id {_shown(plan.get('plan_id'))}"),
        ("Indication", words(plan.get("indication")), ""),
        ("Planned dose", _with("mg", plan.get("dose_mg")), _per_kg(plan.get("dose_mg"), plan.get("weight_kg"))),
        _second(plan),
        ("Pressure at the screening", screening, "mmHg"),
        *_screened(session),
        ("Meetings before", _shown(plan.get("meetings")), ""),
        ("Planned length", _with("min", plan.get("planned_min")), ""),
        ("Cleared by", _shown(plan.get("cleared_by")),
         f"on {day(plan.get('cleared_on'))}, until {day(plan.get('expires'))}"),
        *_own_limits(session),
    ]  # fmt: skip


def _screened(session: Session) -> list[tuple[str, str, str]]:
    """Who screened and who reviewed, and what was said of integration; a log of before has none of it."""
    found = []
    for said in (one.fields for one in session.screenings[:1]):
        found += [
            ("Screened by", _shown(said.get("by")), f"on {day(said.get('day'))}"),
            ("Integration", f"willing: {_yes(said.get('willing'))}", f"supported: {_yes(said.get('supported'))}"),
        ]
    for said in (one.fields for one in session.reviews):
        found.append((f"Review: {words(said.get('condition'))}", _shown(said.get("by")), f"on {day(said.get('day'))}"))
    return found


def _own_limits(session: Session) -> list[tuple[str, str, str]]:
    if "own_limit" not in session.knows:
        return []
    rows = [(*limit_words(one.fields), f"this patient's own; the unit's is {_shown(one.fields.get('unit_value'))}")
            for one in session.own_limits]  # fmt: skip
    return rows or [("Limits", "the unit's", "the plan has none of its own")]


_UNITS = {row[0]: row[1] for row in settings.SETTINGS}


def limit_words(fields: dict) -> tuple[str, str]:
    """A setting and its value as people write them: `Systolic high`, `170 mmHg`."""
    name = fields.get("name") or ""
    unit = _UNITS.get(name, "")
    called = words(name.rsplit("_", 1)[0] if unit else name)
    return called, f"{_shown(fields.get('value'))} {unit}".strip()


def _yes(flag: int | None) -> str:
    return "–" if flag is None else "yes" if flag else "no"


def _second(plan: dict) -> tuple[str, str, str]:
    dose_mg = plan.get("second_dose_mg")
    if dose_mg is None and "second_dose_mg" in plan:
        return "Planned second dose", "none", ""
    first_min, until_min = plan.get("second_from_min"), plan.get("second_until_min")
    window = "" if first_min is None or until_min is None else f"from {first_min} to {until_min} min"
    each = _per_kg(dose_mg, plan.get("weight_kg"))
    return "Planned second dose", _with("mg", dose_mg), "; ".join(words for words in (each, window) if words)


def _per_kg(dose_mg: int | None, weight_kg: int | None) -> str:
    if dose_mg is None or not weight_kg:
        return ""
    return f"{dose_mg / weight_kg:.2f} mg/kg at {weight_kg} kg"


def _with(unit: str, value: int | None) -> str:
    return "–" if value is None else f"{value} {unit}"


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def day(number: int | None) -> str:
    return "–" if number is None else utc.day_text(number)
