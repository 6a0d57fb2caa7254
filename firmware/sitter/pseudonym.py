"""Text that looks as if it named a person, which a plan must not hold.

A plan ends up in a log, in a report and on a screen in a room: it carries codes, and who they stand for is kept
elsewhere. This module knows shapes and nothing else. It sees that a text has the shape of a name, a date, an e-mail
address or a number from a card, and that a code has room for a word. It can't see that `ANNA-84` or `AB-0317` is
somebody, nor that a short number comes from another list: whoever gives out codes has to take care of that.

In doubt it refuses, as another code costs nothing. A year up to 2009 is read as that of an adult's birth, because
initials and such a year are a code that people like to make: `KAP-1984` is refused, `KAP-2026` passes.

A text is looked at as runs: of letters "a", of digits "9", and of gaps "-", which is whatever is neither. All that is
not ASCII counts as a letter, on both interpreters.
"""

# Parts of the names of fields that would hold what tells who somebody is; "_" is where a word begins or ends.
_PERSONAL = (
    "name", "initials", "patient", "birth", "dob", "_age_", "mrn", "record_", "ssn", "insur", "address", "phone",
    "mail",
)  # fmt: skip
_TITLES = ("dr", "mr", "mrs", "ms", "prof")
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_LOOKED_AT = 64  # characters: a longer text is no code, and is refused without being read to its end


def asks_for_person(field: str) -> bool:
    """Whether a field of this name would hold what tells who somebody is."""
    name = "_%s_" % field.lower().replace("-", "_").replace(" ", "_")
    return any(part in name for part in _PERSONAL)


def looks_like(text: str) -> str | None:
    """What of a person a text looks like, in words; None when it looks like nothing of the kind."""
    if "@" in text:
        return "an e-mail address"
    shape, runs = _runs(text[:_LOOKED_AT])
    if _has_date(shape, runs) or _has_month(shape, runs):
        return "a date"
    if _has_name(shape, runs):
        return "a name"
    if any(shape[i] == "9" and len(run) == 4 and 1900 <= int(run) <= 2009 for i, run in enumerate(runs)):
        return "a year of birth"
    if _has_number(shape, runs):
        return "a record or phone number"
    return None


def code_fault(code: str) -> str | None:
    """Why a text can't be a code, in words; None when it can."""
    if any(c > "\x7f" or (c != "-" and _kind(c) == "-") for c in code):
        return "may have only letters, digits and hyphens"
    shape, runs = _runs(code[:_LOOKED_AT])
    if "9" not in shape:
        return "needs a digit"
    if any(shape[i] == "a" and len(run) > 4 for i, run in enumerate(runs)):
        return "more than 4 letters in a row read as a name"
    return None


def texts(value):
    """Yields (dotted key, text) of every text in there, in no order; what lies in a list has the list's key.

    It does not recurse: what somebody has stored may be nested as deep as memory allows.
    """
    waiting = [("", value)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict):
            waiting += [(_below(key, name), value[name]) for name in value]
        elif isinstance(value, (list, tuple)):
            waiting += [(key, one) for one in value]


def _below(key: str, name: str) -> str:
    if key.count(".") == 2:  # deeper than a plan goes: the key need not grow with it
        return key
    return key + "." + name if key else name


def _kind(c: str) -> str:
    if "0" <= c <= "9":
        return "9"
    return "a" if c.isalpha() or c > "\x7f" else "-"


def _runs(text: str) -> tuple[str, list[str]]:
    """The kinds of the runs of a text as one string, and the runs."""
    shape, runs, begin = "", [], 0
    for i, c in enumerate(text):
        kind = _kind(c)
        if kind != shape[-1:]:
            if i:
                runs.append(text[begin:i])
            shape += kind
            begin = i
    return shape, (runs + [text[begin:]] if text else runs)


def _has_date(shape: str, runs: list[str]) -> bool:
    """Eight digits, or three numbers with gaps between them."""
    for i, run in enumerate(runs):
        found = False
        if shape[i] == "9" and len(run) == 8:
            found = _is_date(run[:4], run[4:6], run[6:]) or _is_date(run[:2], run[2:4], run[4:])
        elif shape[i : i + 5] == "9-9-9":
            found = _is_date(run, runs[i + 2], runs[i + 4])
        if found:
            return True
    return False


def _is_date(one: str, two: str, three: str) -> bool:
    """Whether three numbers are a day, a month and a year in one of the orders in use."""
    for year, day, month in ((three, one, two), (one, three, two)):
        if len(day) <= 2 and len(month) <= 2 and (len(year) == 2 or (len(year) == 4 and 1900 <= int(year) <= 2099)):
            low, high = sorted((int(day), int(month)))  # whichever is which
            if 1 <= low <= 12 and high <= 31:
                return True
    return False


def _has_month(shape: str, runs: list[str]) -> bool:
    """A month's English name between two numbers."""
    words = [run.lower() for i, run in enumerate(runs) if shape[i] != "-"]
    kinds = shape.replace("-", "")
    for i in range(len(words) - 2):
        if kinds[i : i + 3] == "9a9" and len(words[i + 1]) >= 3 and _MONTHS.find(words[i + 1][:3]) % 3 == 0:
            return True
    return False


def _has_name(shape: str, runs: list[str]) -> bool:
    """Two words with a gap between them, or a title and a word. A hyphen alone also parts the groups of a code."""
    for i in range(len(runs) - 2):
        if shape[i : i + 3] == "a-a" and (runs[i + 1] != "-" or runs[i].lower() in _TITLES):
            return True
    return False


def _has_number(shape: str, runs: list[str]) -> bool:
    """Six digits in a row, or groups that together make the number of a record, an insurance or a phone."""
    groups = []
    for i, run in enumerate(runs):
        if shape[i] == "a":
            groups = []
        elif shape[i] == "9":
            groups.append(len(run))
            if len(run) >= 6 or sum(groups) >= 9 or (len(groups) >= 3 and sum(groups) >= 6):
                return True
    return groups == [3, 4] and "a" not in shape
