"""A new plan, asked for question by question. Nothing has a default that would answer a medical question by itself."""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta

import click

from sitter import plan, programme, pseudonym, session, settings
from sitterctl import cue_file, plan_file
from sitterctl.errors import SitterError

_WORDS = {
    "code": "pseudonymous code of the patient, such as KAP-0042",
    "indication": "indication",
    "screening.by": "screening: code of who asked",
    "screening.on": "screening: date",
    "screening.systolic_mmhg": "measured systolic pressure, mmHg",
    "screening.diastolic_mmhg": "measured diastolic pressure, mmHg",
    "dose.route": "route",
    "dose.dose_mg": "dose, mg",
    "dose.weight_kg": "weight, kg",
    "dose.second_dose_mg": "second dose, mg",
    "dose.second_from_min": "second dose: earliest, minutes after the first",
    "dose.second_until_min": "second dose: latest, minutes after the first, within the peak",
    "session.planned_min": "planned length, minutes",
    "session.music": "the patient agrees to music",
    "session.eye_shades": "the patient agrees to eye shades",
    "integration.willing": "the patient is willing to take part in integration",
    "integration.supported": "there is support for integration",
    "integration.practice_days": "days with practice reminders after the session",
}
_LATER = ("id", "unit_id", "expires")
_TABLES = (("limits", plan.LIMITS), ("schedule", plan.SCHEDULE))


def ask(unit_id: str) -> dict:
    """The draft that somebody's answers make; it may have faults, which `plan check` tells. What can be told of an
    answer by itself is asked again at once. Nothing is written before the last answer."""
    whole: dict = {"id": secrets.token_hex(4), "unit_id": unit_id}
    for table, rows in plan.FIELDS.items():
        if table == "clearance":
            continue
        values = whole.setdefault(table, {}) if table else whole
        for name, kind, low, high in rows:
            if name not in _LATER and not name.startswith("second_"):
                values[name] = _one(f"{table}.{name}" if table else name, kind, low, high)
        if table == "screening":
            values["reviews"] = _reviews(values)
            whole["preparation"] = {"meetings": _meetings()}
        if table == "dose" and click.confirm("is a second dose planned?", default=False, err=True):
            values.update(_second_dose(values["route"], rows[-3:]))
        if table == "session":
            whole["cues"] = _cues(whole["dose"]["route"], values)
    whole.update(_own())
    whole["integration"]["meetings"] = list(_dates("date of a planned integration meeting (nothing: no more)"))
    whole["expires"] = _one("expires: last day for the session", plan.DATE, 0, 0)
    return whole


def _second_dose(route: str, rows: tuple) -> dict:
    """Its window lies between the first dose and the end of the peak, and ends after it begins."""
    (mg, kind, low, high), (earliest, _, least, _), (latest, _, _, _) = rows
    ends_min = session.ENDS_MIN[route]["peak"]
    found = {mg: _one(f"dose.{mg}", kind, low, high)}
    found[earliest] = _one(f"dose.{earliest}", plan.NUMBER, least, ends_min - 1)
    found[latest] = _one(f"dose.{latest}", plan.NUMBER, int(str(found[earliest])) + 1, ends_min)
    return found


def _own() -> dict:
    """Limits and intervals of the patient's own: Enter keeps the unit's, which then is not in the plan."""
    if not click.confirm("are there limits or intervals other than the unit's for this patient?", default=False,
                         err=True):  # fmt: skip
        return {}
    found: dict = {}
    for table, names in _TABLES:
        for name in names:
            _, unit, _, low, high = next(row for row in settings.SETTINGS if row[0] == name)
            question = f"{name.rpartition('_')[0].replace('_', ' ')}, {unit} ({low} to {high}; Enter: the unit's)"
            value = click.prompt(question, default="", show_default=False, err=True,
                                 value_proc=lambda words, low=low, high=high: _number(words, low, high))  # fmt: skip
            if value != "":
                found.setdefault(table, {})[name] = value
    return found


def _number(words: str, low: int, high: int) -> int | str:
    """Nothing is nothing, and anything else has to be a whole number in the range."""
    if not words.strip():
        return ""
    if not words.strip().isdecimal() or not low <= int(words) <= high:
        raise click.UsageError(f"{words.strip()!r} is no whole number from {low} to {high}")
    return int(words)


def _cues(route: str, agreed: dict) -> dict:
    """The programme that is asked for, and what was agreed to, as the unit plays by it."""
    names = [path.stem for path in cue_file.shipped() if cue_file.read(path).route == route]
    question = f"programme of music and light: {', '.join(names)}, a file, or nothing for the unit's own"
    phases = click.prompt(question, default="", show_default=False, err=True,
                          value_proc=lambda words: _phases(words.strip(), route))  # fmt: skip
    return {**(phases or {}), **{name: agreed[name] for name in programme.CHOICES}}


def _phases(words: str, route: str) -> dict:
    """Those of the programme with that name or path; it has to be for the route."""
    if not words:
        return {}
    try:
        one = cue_file.read(cue_file.find(words))
    except SitterError as error:
        raise click.UsageError(error.message) from error
    if one.route != route:
        raise click.UsageError(f"{words} is for a {one.route} dose")
    return one.phases


def _one(key: str, kind: object, low: int, high: int) -> object:
    question = _WORDS.get(key, key.rpartition(".")[2].replace("_", " "))
    if isinstance(kind, tuple):
        return click.prompt(question, type=click.Choice(kind), err=True)
    if kind == plan.FLAG:
        return click.prompt(f"{question}? (yes or no)", type=click.Choice(["yes", "no"]), show_choices=False,
                            err=True) == "yes"  # fmt: skip
    if kind == plan.NUMBER:
        return click.prompt(f"{question} ({low} to {high})", type=click.IntRange(low, high), err=True)
    if kind == plan.DATE:
        return plan_file.day(click.prompt(f"{question} (such as {date.today()})", value_proc=_date, err=True))
    return click.prompt(question, value_proc=lambda words: _code(words, low, high), err=True)


def _code(words: str, low: int, high: int) -> str:
    code = words.strip()
    if not low <= len(code) <= high:
        raise click.UsageError(f"a code has {low} to {high} characters")
    fault = pseudonym.looks_like(code)
    fault = f"{code} looks like {fault}: a plan names nobody" if fault else pseudonym.code_fault(code)
    if fault:
        raise click.UsageError(fault)
    return code


def _date(words: str) -> date:
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise click.UsageError(f"{words!r} is no date such as {date.today()}") from error


def _reviews(values: dict) -> dict:
    """Of what is there and has to be reviewed; who has none leaves it out, and the plan can't be cleared."""
    found = {}
    for name in (*(name for name in plan.REVIEWED if values[name]), "pressure"):
        words = name.replace("_", " ")
        asked = f"is there a medical review of the {words}?" + (" (only if it was high)" if name == "pressure" else "")
        if click.confirm(asked, default=False, err=True):
            found[name] = {"by": _one("by whom (code)", plan.CODE, 2, 24), "on": _one("on which day", plan.DATE, 0, 0)}
    return found


def _meetings() -> list[dict]:
    met = []
    for on in _dates("date of a preparation meeting (nothing: no more)"):
        answers = {
            name: click.confirm(f"  {words}?", default=None, err=True)
            for name, words in (
                ("intentions", "intentions set"),
                ("education", "education given"),
                ("consent", "consent given"),
            )
        }
        met.append({"on": on, **answers})
    return met


def _dates(question: str) -> Iterator[int]:
    """One after the other, so that what belongs to a day is asked behind it."""
    while on := click.prompt(question, default="", show_default=False, err=True,
                             value_proc=lambda words: _date(words) if words.strip() else None):  # fmt: skip
        yield plan_file.day(on)


def example(unit_id: str) -> dict:
    """A draft without fault for the bench: its code says that nobody is meant."""
    now = plan_file.today()
    screening = {**dict.fromkeys(plan.CONTRAINDICATIONS + plan.REVIEWED, False), "by": "MD-01",
                 "on": plan_file.day(now - timedelta(days=2)), "systolic_mmhg": 122, "diastolic_mmhg": 78}  # fmt: skip
    meetings = [
        {"on": plan_file.day(now - timedelta(days=days)), **dict.fromkeys(plan.MEETING, True)} for days in (9, 2)
    ]
    return {
        "id": secrets.token_hex(4), "code": f"TEST-{secrets.randbelow(1000):03d}", "unit_id": unit_id,
        "indication": "other", "expires": plan_file.day(now + timedelta(days=7)), "screening": screening,
        "preparation": {"meetings": meetings},
        "dose": {"route": "sublingual", "dose_mg": 100, "weight_kg": 70},
        "session": {"planned_min": 180, "music": True, "eye_shades": True},
        "integration": {"willing": True, "supported": True, "practice_days": 14,
                        "meetings": [plan_file.day(now + timedelta(days=days)) for days in (1, 8)]},
    }  # fmt: skip
