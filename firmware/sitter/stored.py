"""What a stored session has to look like before it is taken up, part by part.

It is valid JSON with the right checksum; all the same a newer program, since left, or another unit's flash may have put
something else there. A part that is not known is left out, as if it had not been kept, and said; the rest is taken up.
"""

from sitter import away, hour, vitals
from sitter.alarm_table import IS_SET, ROWS
from sitter.session import ROUTES

_FAR_MS = 1 << 30  # farther away no moment of a unit is
_MOST_TEXT = 40
_KINDS = {row.name: row.kind for row in ROWS}


def is_moment(value) -> bool:
    return type(value) is int and -_FAR_MS < value < _FAR_MS


def _may_be_none(value) -> bool:
    return value is None or is_moment(value)


def _is_flag(value) -> bool:
    return type(value) is bool


def _fits(value, *kinds) -> bool:
    """A list of as many things, each of its kind."""
    return type(value) is list and len(value) == len(kinds) and all(kinds[k](value[k]) for k in range(len(kinds)))


def _pressures(value) -> bool:
    return type(value) is list and all(_pressure(one) for one in value)


def _pressure(value) -> bool:
    """When, what, and whether it was keyed in; an older program did not say the last."""
    return _fits(value, is_moment, vitals.is_pressure, is_moment) or _fits(value, is_moment, vitals.is_pressure)


def _alarms(value) -> bool:
    return type(value) is list and all(_alarm(one) for one in value)


def _alarm(value) -> bool:
    if not _fits(value, _is_text, _is_said, _is_said, is_moment, _may_be_none, is_moment, _is_flag, _is_flag):
        return False
    counts = _KINDS.get(value[0], IS_SET) is not IS_SET
    return not counts or (type(value[1]) is int and type(value[2]) is int)


def _is_text(value) -> bool:
    return type(value) is str and len(value) <= _MOST_TEXT


def _is_said(value) -> bool:
    """What a fact may be, as the screen names it and the log has it."""
    return value is None or _is_flag(value) or _is_text(value) or (type(value) is int and -0x8000 < value < 0x8000)


def _schedule(value) -> bool:
    return _fits(value, _may_be_none, _may_be_none, is_moment, _is_flag, _is_flag, _put_off, _hour)


def _put_off(value) -> bool:
    return _fits(value, _is_flag, _may_be_none, _may_be_none)


def _hour(value) -> bool:
    return type(value) is list and len(value) <= hour.KEPT and all(is_moment(one) for one in value)


def _away(value) -> bool:
    return _fits(value, lambda reason: reason is None or reason in away.REASONS, is_moment, _is_flag)


def _calls(value) -> bool:
    return _fits(value, _is_flag, _is_flag, _is_flag)


def _before(value) -> bool:
    """What before.py keeps: two counts, a moment or none, and a moment."""
    return _fits(value, is_moment, is_moment, _may_be_none, is_moment) and value[0] >= 0 and value[1] >= 0


def _inquiries(value) -> bool:
    """What inquiries.py keeps: two flags, passes, and the moment of the last or none."""
    return _fits(value, is_moment, is_moment, is_moment, _may_be_none) and 0 <= value[2] <= 3


def _walk_in(value) -> bool:
    """Route, by whom, and why; None where there is a plan."""
    return value is None or (_fits(value, _is_text, _is_text, _is_text) and value[0] in ROUTES)


_PARTS = {
    "baseline": vitals.are_numbers,
    "pressures": _pressures,
    "alarms": _alarms,
    "schedule": _schedule,
    "away": _away,
    "calls": _calls,
    "before": _before,
    "walk_in": _walk_in,
    "inquiries": _inquiries,
}


def known_parts(kept: dict) -> dict:
    """The session without those of its parts that are not known."""
    return {name: kept[name] for name in kept if name not in _PARTS or _PARTS[name](kept[name])}
