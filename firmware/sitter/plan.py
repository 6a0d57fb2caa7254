"""One patient's session plan: who was cleared for what, by which route, with which music and light.

The plan carries a pseudonymous code and nothing that names a person (pseudonym.py). `check` is shared by host and unit
and lists all faults together. Nothing is assumed from silence: every absolute contraindication must have been answered,
and answered with no. The unit advises; it never says that a patient is safe.
"""

from sitter import cues, pseudonym

ROUTES = ("sublingual", "intramuscular")

# Absolute contraindications of the practice, see docs/therapy.md.
CONTRAINDICATIONS = (
    "uncontrolled_hypertension",
    "severe_cardiovascular_disease",
    "active_psychosis",
    "untreated_mania",
)

# field, kind, lowest and highest value or length
_FIELDS = (
    ("code", str, 3, 13),  # as long as the screen shows whole
    ("route", str, 1, 16),
    ("dose_mg", int, 1, 400),
    ("cleared_by", str, 2, 24),
    ("preparation_meetings", int, 1, 20),
    ("screening", dict, 0, 0),
    ("cues", dict, 0, 0),
)
_OPTIONAL = ("cues",)
_CODES = ("code", "cleared_by")


def check(plan: dict) -> list[str]:
    """Every fault of a plan as a sentence that begins with its dotted key; empty when the plan may be used."""
    if not isinstance(plan, dict):
        return ["plan: must be a table"]
    known = [row[0] for row in _FIELDS]
    faults = [_unknown(name, "no such field") for name in sorted(plan) if name not in known]
    for name, kind, low, high in _FIELDS:
        if name in plan:
            faults += _field_faults(name, plan[name], kind, low, high)
        elif name not in _OPTIONAL:
            faults.append("%s: is missing" % name)
    if isinstance(plan.get("route"), str) and plan["route"] not in ROUTES:
        faults.append("route: must be one of %s" % ", ".join(ROUTES))
    if isinstance(plan.get("screening"), dict):
        faults += _screening_faults(plan["screening"])
    if isinstance(plan.get("cues"), dict):
        faults += ["cues." + fault for fault in cues.check(plan["cues"])]
    return faults + _personal_faults(plan)


def _unknown(name: str, sentence: str) -> str:
    if pseudonym.asks_for_person(name):
        sentence = "a plan names nobody, use a code"
    return "%s: %s" % (name, sentence)


def _field_faults(name: str, value, kind, low: int, high: int) -> list[str]:
    if type(value) is not kind:
        return ["%s: must be %s" % (name, {str: "text", int: "a whole number", dict: "a table"}[kind])]
    if kind is str and not low <= len(value) <= high:
        return ["%s: must have %d to %d characters" % (name, low, high)]
    if kind is int and not low <= value <= high:
        return ["%s: %d is outside %d to %d" % (name, value, low, high)]
    return []


def _screening_faults(screening: dict) -> list[str]:
    unknown = [key for key in sorted(screening) if key not in CONTRAINDICATIONS]
    faults = ["screening." + _unknown(key, "no such question") for key in unknown]
    for key in CONTRAINDICATIONS:
        if key not in screening:
            faults.append("screening.%s: is not answered" % key)
        elif screening[key] is True:
            faults.append("screening.%s: present, so this plan can't be cleared" % key)
        elif screening[key] is not False:
            faults.append("screening.%s: must be answered true or false" % key)
    return faults


def _personal_faults(plan: dict) -> list[str]:
    """Texts that look like something of a person, wherever they stand, and codes that are none; each key once."""
    faults = {}
    for key, text in pseudonym.texts(plan):
        fault = pseudonym.looks_like(text)
        if fault:
            faults[key] = "looks like " + fault
        elif text and key in _CODES:
            fault = pseudonym.code_fault(text)
            if fault:
                faults[key] = fault
    return ["%s: %s" % (key, faults[key]) for key in sorted(faults)]
