"""A session plan in words, for whoever clears it or brings it onto a unit; and what should be said of its dates."""

from datetime import date

from sitter import plan, programme, settings, utc
from sitterctl import output, plan_file

# From how many days on a screening is said to be old: a choice of ours, no source has one.
OLD_SCREENING_DAYS = 182


def ended(whole: dict, today: date) -> str | None:
    """That no unit begins a session on it any more, as `plan_file.day` counts days; None if it is not that."""
    last = whole.get("expires")
    if not isinstance(last, int) or not utc.is_day(last) or last >= plan_file.day(today):
        return None
    return f"expires: it ended on {utc.day_text(last)}, and no unit begins a session on it any more"


def reminders(whole: dict, today: date) -> list[str]:
    """What is no fault, and should be thought of."""
    found = []
    last, screened = whole.get("expires"), whole.get("screening", {}).get("on")
    if isinstance(last, int) and utc.is_day(last):
        left = (plan_file.date_of(last) - today).days
        if left in (0, 1):
            found.append(f"expires: its last day is {('today', 'tomorrow')[left]} (UTC)")
    if isinstance(screened, int) and utc.is_day(screened):
        days = (today - plan_file.date_of(screened)).days
        if days > OLD_SCREENING_DAYS:
            found.append(f"screening.on: {days} days ago; does what was answered still hold?")
    return found


def summary(whole: dict) -> str:
    dose = whole["dose"]
    return f"{whole['code']}, {dose['dose_mg']} mg {dose['route']}"


def in_words(whole: dict) -> str:
    """What has to be compared before somebody says yes; of a plan that may have faults."""

    def got(*names: str) -> object:
        value: object = whole
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def on(*names: str) -> str:
        value = got(*names)
        return utc.day_text(value) if isinstance(value, int) and utc.is_day(value) else "?"

    dose_mg, weight_kg = got("dose", "dose_mg"), got("dose", "weight_kg")
    each = f" ({dose_mg / weight_kg:.2f} mg/kg)" if isinstance(dose_mg, int) and isinstance(weight_kg, int) else ""
    window = f"{got('dose', 'second_from_min')} to {got('dose', 'second_until_min')} min"
    second = f", then {got('dose', 'second_dose_mg')} mg at {window}" if got("dose", "second_dose_mg") else ""
    meetings = got("preparation", "meetings")
    rows = [
        ["patient", str(got("code"))],
        ["unit", str(got("unit_id"))],
        ["indication", str(got("indication")).replace("_", " ")],
        ["dose", f"{dose_mg} mg{each}{second}, {got('dose', 'route')}"],
        ["screening", f"{on('screening', 'on')} by {got('screening', 'by')}, "
                      f"{got('screening', 'systolic_mmhg')}/{got('screening', 'diastolic_mmhg')} mmHg"],
        ["answers", _answers_in_words(got("screening"))],
        ["preparation", f"{len(meetings) if isinstance(meetings, list) else '?'} meetings"],
        ["session", f"{got('session', 'planned_min')} min, until {on('expires')}"],
        ["music", _music_in_words(got("cues"))],
        ["integration", _integration_in_words(got("integration"))],
        *([name, words] for name, words in _own_limits(whole)),
        ["clearance", f"{on('clearance', 'on')} by {got('clearance', 'by')}" if got("clearance") else "none"],
    ]  # fmt: skip
    return output.table(["plan", ""], rows)


def _answers_in_words(screening: object) -> str:
    """What was answered with yes, each with its review, and how much was not answered."""
    found = screening if isinstance(screening, dict) else {}
    asked = plan.CONTRAINDICATIONS + plan.REVIEWED
    yes = [name.replace("_", " ") for name in asked if found.get(name) is True]
    missing = len([name for name in asked if type(found.get(name)) is not bool])
    reviews = found.get("reviews")
    reviewed = [name.replace("_", " ") for name in reviews] if isinstance(reviews, dict) else []
    words = f"yes: {', '.join(yes)}" if yes else "none with yes"
    words += f"; reviewed: {', '.join(reviewed)}" if reviewed else ""
    return words + (f"; {missing} NOT ANSWERED" if missing else "")


def _integration_in_words(integration: object) -> str:
    found = integration if isinstance(integration, dict) else {}
    meetings = found.get("meetings")
    count = len(meetings) if isinstance(meetings, list) else 0
    willing, supported = ("yes" if found.get(name) is True else "NO" for name in ("willing", "supported"))
    return f"willing {willing}, supported {supported}, {count} meetings planned"


def _own_limits(whole: dict) -> list[tuple[str, str]]:
    """Limits and intervals that the plan sets for its patient, each beside the one as shipped."""
    shipped, rows = settings.defaults(), []
    for table in ("limits", "schedule"):
        own = whole.get(table)
        for name, value in own.items() if isinstance(own, dict) else ():
            rows.append((f"{table}.{name}", f"{value} (as shipped {shipped.get(name, '?')})"))
    return rows


def _music_in_words(cues: object) -> str:
    """Whether there is music, and whose programme music and light follow."""
    found = cues if isinstance(cues, dict) else {}
    own = [phase for phase in programme.PHASES if phase in found]
    whose = "the default programme" if not own else f"a programme of its own for {', '.join(own)}"
    return f"{'yes' if found.get('music', True) else 'none'}; {whose}"
