"""What `doctor` finds of a computer and `check` of a unit: a sentence with a level, and what mends it."""

from dataclasses import dataclass

OK, WARNING, PROBLEM, NOT_CHECKED = "ok", "warning", "problem", "not checked"


@dataclass(frozen=True)
class Finding:
    """One sentence, and the command that mends it."""

    check: str
    level: str
    sentence: str
    remedy: str = ""
