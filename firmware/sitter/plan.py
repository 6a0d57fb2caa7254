"""One patient's session plan: what was found out before, what is meant to happen, and who answers for it.

A plan is a table of tables, a TOML file on the host and JSON on the unit; dates are whole numbers like 20260504. It
carries a pseudonymous code and nothing that names a person (pseudonym.py). Every plan has an `id` of its own and serves
one session of one unit: what was written for somebody else, or has been used, begins none.

`check` is shared by host and unit and lists all faults together. Nothing is assumed from silence. Every absolute
contraindication must have been answered, and with no; every other condition must have been answered, and where it is
there, reviewed by somebody on a day. A plan without faults may be cleared (clearance.py, which also has what depends
on the unit and on the day). The unit advises; it never says that a patient is safe. docs/therapy.md has where the
conditions come from.
"""

from sitter import cues, pseudonym, settings, utc
from sitter.clearance import seal
from sitter.programme import CHOICES
from sitter.session import ENDS_MIN, ROUTES

INDICATIONS = ("treatment_resistant_depression", "severe_anxiety", "ptsd", "other")
CONTRAINDICATIONS = (  # absolute
    "uncontrolled_hypertension",
    "severe_or_unstable_cardiovascular_disease",
    "history_of_active_psychosis",
    "untreated_mania",
)
REVIEWED = ("substance_use_disorder", "neurological_condition")
REVIEWS = REVIEWED + ("pressure",)  # the last where the pressure at the screening was over the unit's hold
MEETING = ("intentions", "education", "consent")
# What a plan may set for its patient, inside the ranges of settings.py.
LIMITS = (
    "pulse_high_bpm", "pulse_low_bpm", "spo2_low_pct", "spo2_fall_pct", "systolic_high_mmhg", "systolic_very_high_mmhg",
    "systolic_low_mmhg", "diastolic_high_mmhg", "diastolic_very_high_mmhg", "pulse_rise_bpm", "systolic_rise_mmhg",
    "hold_systolic_mmhg", "hold_diastolic_mmhg", "volume_cap",
)  # fmt: skip
SCHEDULE = ("pressure_interval_peak_min", "pressure_interval_return_min", "pressure_interval_recovery_min")

CODE, TEXT, HEX, NUMBER, DATE, FLAG = "code", "text", "hex", "number", "date", "flag"
_FLAGS = tuple((name, FLAG, 0, 0) for name in CONTRAINDICATIONS + REVIEWED)
# By table: field, kind (or the texts that it may be), lowest and highest value or length. "" is the plan itself.
FIELDS = {
    "": (("id", HEX, 8, 8), ("code", CODE, 3, 13), ("unit_id", TEXT, 3, 16), ("indication", INDICATIONS, 0, 0),
         ("expires", DATE, 0, 0)),
    "screening": (("by", CODE, 2, 24), ("on", DATE, 0, 0), ("systolic_mmhg", NUMBER, 60, 260),
                  ("diastolic_mmhg", NUMBER, 30, 160)) + _FLAGS,
    "dose": (("route", ROUTES, 0, 0), ("dose_mg", NUMBER, 1, 400), ("weight_kg", NUMBER, 30, 250),
             ("second_dose_mg", NUMBER, 1, 400), ("second_from_min", NUMBER, 5, 90),
             ("second_until_min", NUMBER, 5, 90)),
    "session": (("planned_min", NUMBER, 60, 180), ("music", FLAG, 0, 0), ("eye_shades", FLAG, 0, 0)),
    "integration": (("willing", FLAG, 0, 0), ("supported", FLAG, 0, 0), ("practice_days", NUMBER, 0, 90)),
    "clearance": (("by", CODE, 2, 24), ("on", DATE, 0, 0), ("seal", HEX, 32, 32)),
}  # fmt: skip
_OPTIONAL = ("dose.second_dose_mg", "dose.second_from_min", "dose.second_until_min", "session.music",
             "session.eye_shades", "integration.practice_days")  # fmt: skip
_LISTS = {"integration": ("meetings",), "screening": ("reviews",)}  # looked at one by one
_OPTIONAL_TABLES = ("limits", "schedule", "cues")
_TABLES = tuple(table for table in FIELDS if table) + ("preparation",) + _OPTIONAL_TABLES
_NO_TEXT_OF_PEOPLE = ("id", "unit_id", "clearance.seal")  # drawn by machines
_WORDS = {CODE: "text", TEXT: "text", HEX: "text", NUMBER: "a whole number", DATE: "a date", FLAG: "true or false"}
_MOST_MEETINGS = 12
_LONGEST_DAYS = 92  # from the clearance to the end of it
_DEEPEST = 8


def check(plan, cleared: bool = True) -> list[str]:
    """Every fault of a plan as a sentence that begins with its dotted key; `cleared` False judges a draft."""
    if not isinstance(plan, dict):
        return ["plan: must be a table"]
    odd = _odd(plan)
    if odd:
        return [odd]
    known = [row[0] for row in FIELDS[""]] + list(_TABLES)
    faults = [_unknown(name, "no such field") for name in sorted(plan) if name not in known]
    for name in _TABLES:
        if name in plan and not isinstance(plan[name], dict):
            faults.append("%s: must be a table" % name)
        elif name not in plan and name not in _OPTIONAL_TABLES and (cleared or name != "clearance"):
            faults.append("%s: is missing" % name)
    for table in FIELDS:
        if table == "" or (isinstance(plan.get(table), dict) and (cleared or table != "clearance")):
            faults += _table_faults(table, plan)
    faults += _meeting_faults(plan) + _review_faults(plan) + _set_faults(plan)
    if isinstance(plan.get("cues"), dict):
        faults += ["cues." + fault for fault in cues.check(plan["cues"])]
    return faults + _personal_faults(plan) or _whole_faults(plan, cleared)


def _unknown(name: str, sentence: str) -> str:
    if pseudonym.asks_for_person(name):
        sentence = "a plan names nobody, use a code"
    return "%s: %s" % (name, sentence)


def _table_faults(table: str, plan: dict) -> list[str]:
    values, before = (plan[table], table + ".") if table else (plan, "")
    rows = FIELDS[table]
    known = [row[0] for row in rows] + list(_LISTS.get(table, ()))
    faults = []
    if table:
        question = "no such question" if table == "screening" else "no such field"
        faults += [before + _unknown(name, question) for name in sorted(values) if name not in known]
    for name, kind, low, high in rows:
        if name in values:
            fault = _field_fault(values[name], kind, low, high)
        elif before + name in _OPTIONAL:
            fault = None
        else:
            fault = "is not answered" if kind is FLAG else "is missing"
        if fault:
            faults.append("%s%s: %s" % (before, name, fault))
    return faults


def _field_fault(value, kind, low: int, high: int) -> str | None:
    if type(kind) is tuple:
        return None if type(value) is str and value in kind else "must be one of " + ", ".join(kind)
    right = {NUMBER: int, DATE: int, FLAG: bool}.get(kind, str)
    if type(value) is not right or (kind is DATE and not utc.is_day(value)):
        return "must be " + _WORDS[kind]
    if right is str and not low <= len(value) <= high:
        return "must have %d to %d characters" % (low, high) if low < high else "must have %d characters" % low
    if kind is HEX and any(c not in "0123456789abcdef" for c in value):
        return "must have the digits 0 to f"
    if kind is NUMBER and not low <= value <= high:
        return "%d is outside %d to %d" % (value, low, high)
    return None


def _meeting_faults(plan: dict) -> list[str]:
    """Those before the session are tables, those after it dates."""
    faults = []
    for table in ("preparation", "integration"):
        values = plan.get(table)
        if not isinstance(values, dict):
            continue
        if table == "preparation":
            faults += ["preparation." + _unknown(k, "no such field") for k in sorted(values) if k != "meetings"]
        meetings = values.get("meetings")
        if not isinstance(meetings, (list, tuple)) or len(meetings) > _MOST_MEETINGS:
            faults.append("%s.meetings: must be a list of at most %d" % (table, _MOST_MEETINGS))
            continue
        for k in range(len(meetings)):
            fault = _meeting_fault(meetings[k]) if table == "preparation" else _field_fault(meetings[k], DATE, 0, 0)
            if fault:
                faults.append("%s.meetings[%d]: %s" % (table, k, fault))
    return faults


def _meeting_fault(meeting) -> str | None:
    if not isinstance(meeting, dict) or sorted(meeting) != sorted(MEETING + ("on",)):
        return "must have on, " + ", ".join(MEETING)
    if not utc.is_day(meeting["on"]) or any(type(meeting[name]) is not bool for name in MEETING):
        return "on must be a date, the rest true or false"
    return None


def _review_faults(plan: dict) -> list[str]:
    """An absolute contraindication can't be cleared, another condition not without its review."""
    screening = plan.get("screening")
    if not isinstance(screening, dict):
        return []
    reviews = screening.get("reviews", {})
    if not isinstance(reviews, dict):
        return ["screening.reviews: must be a table"]
    faults = [
        "screening.reviews." + _unknown(name, "no such review") for name in sorted(reviews) if name not in REVIEWS
    ]
    for name in REVIEWS:
        if name in reviews and not _is_review(reviews[name]):
            faults.append("screening.reviews.%s: must say by whom and on which day" % name)
    for name in CONTRAINDICATIONS:
        if screening.get(name) is True:
            faults.append("screening.%s: present, so this plan can't be cleared" % name)
    for name in REVIEWED:
        if screening.get(name) is True and name not in reviews:
            faults.append("screening.%s: present, and no review is documented" % name)
    return faults


def _is_review(review) -> bool:
    if not isinstance(review, dict) or sorted(review) != ["by", "on"] or not isinstance(review["by"], str):
        return False
    return utc.is_day(review["on"]) and 2 <= len(review["by"]) <= 24


def _set_faults(plan: dict) -> list[str]:
    """Limits and intervals of the patient's own, each by itself."""
    faults = []
    for table, names in (("limits", LIMITS), ("schedule", SCHEDULE)):
        values = plan.get(table, {})
        if isinstance(values, dict):
            faults += ["%s.%s" % (table, _unknown(name, "not for a plan to set")) for name in sorted(values)
                       if name not in names]  # fmt: skip
            known = {name: values[name] for name in values if name in names}
            faults += ["%s.%s" % (table, fault) for fault in settings.value_faults(known)]
    return faults


def _personal_faults(plan: dict) -> list[str]:
    """Texts that look like something of a person, wherever they stand, and codes that are none; each key once."""
    rows = {table + "." + row[0] if table else row[0]: row[1] for table in FIELDS for row in FIELDS[table]}
    faults = {}
    for key, text in pseudonym.texts(plan):
        kind = rows.get(key)
        if key in _NO_TEXT_OF_PEOPLE or (type(kind) is tuple and text in kind):
            continue
        fault = pseudonym.looks_like(text)
        if fault:
            faults[key] = "looks like " + fault
        elif text and (kind is CODE or key.startswith("screening.reviews")):
            fault = pseudonym.code_fault(text)
            if fault:
                faults[key] = fault
    return ["%s: %s" % (key, faults[key]) for key in sorted(faults)]


def _whole_faults(plan: dict, cleared: bool) -> list[str]:
    """What only a plan without other faults can be asked: do its parts agree?"""
    faults, dose, screening = [], plan["dose"], plan["screening"]
    for name in ("willing", "supported"):
        if not plan["integration"][name]:
            faults.append("integration.%s: no, so this plan can't be cleared" % name)
    for name in MEETING:
        if not any(meeting[name] for meeting in plan["preparation"]["meetings"]):
            faults.append("preparation.meetings: none has %s" % name)
    if screening["systolic_mmhg"] <= screening["diastolic_mmhg"]:
        faults.append("screening.systolic_mmhg: must be over the diastolic pressure")
    second = [name in dose for name in ("second_dose_mg", "second_from_min", "second_until_min")]
    if any(second) and not all(second):
        faults.append("dose.second_dose_mg: takes second_from_min and second_until_min, and they take it")
    elif all(second) and dose["second_from_min"] >= dose["second_until_min"]:
        faults.append("dose.second_from_min: must lie before second_until_min")
    elif all(second) and dose["second_until_min"] > ENDS_MIN[dose["route"]]["peak"]:
        faults.append("dose.second_until_min: the peak ends at %d min" % ENDS_MIN[dose["route"]]["peak"])
    return faults + _choice_faults(plan) + (_date_faults(plan) if cleared else [])


def _choice_faults(plan: dict) -> list[str]:
    """What the patient agreed to, beside the programme: where both say it they must not differ."""
    agreed, played = plan["session"], plan.get("cues", {})
    return ["cues.%s: must be %s, as session.%s is" % (name, "true" if agreed[name] else "false", name)
            for name in CHOICES if name in agreed and agreed[name] is not played.get(name, agreed[name])]  # fmt: skip


def _date_faults(plan: dict) -> list[str]:
    faults, clearance = [], plan["clearance"]
    before = [("screening.on", plan["screening"]["on"])]
    reviews = plan["screening"].get("reviews", {})
    before += [("screening.reviews.%s" % name, reviews[name]["on"]) for name in sorted(reviews)]
    before += [("preparation.meetings", meeting["on"]) for meeting in plan["preparation"]["meetings"]]
    faults += ["%s: lies behind the clearance" % key for key, day in before if day > clearance["on"]]
    if not 0 <= utc.day_number(plan["expires"]) - utc.day_number(clearance["on"]) <= _LONGEST_DAYS:
        faults.append("expires: must lie at most %d days behind the clearance" % _LONGEST_DAYS)
    if not faults and seal(plan) != clearance["seal"]:
        faults.append("clearance.seal: the plan was edited after it was cleared")
    return faults


def _odd(plan: dict) -> str | None:
    """What must not be looked into any further: nested so deep that it could end this program, or a number with a
    fraction, which is another one on the chip."""
    level: list = [("", plan)]
    for _ in range(_DEEPEST):
        for key, value in level:
            if isinstance(value, float):
                return "%s: must be a whole number" % key
        level = [inner for key, value in level for inner in _inside(key, value)]
        if not level:
            return None
    return "plan: is nested too deeply"


def _inside(key: str, value) -> list[tuple]:
    if isinstance(value, dict):
        return [("%s.%s" % (key, name) if key else "%s" % (name,), value[name]) for name in value]
    return [(key, one) for one in value] if isinstance(value, (list, tuple)) else []
