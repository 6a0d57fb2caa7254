"""The table of records that a log brings along in its header, looked at before anything is decoded with it."""

import re

from sitter import records

_FORM = re.compile("[0-9]{0,3}s|[SbBhHiIqQfd]")


def rows(header: dict) -> dict[int, tuple] | None:
    """The table's rows by tag; None where it is damaged."""
    try:
        found = records.rows(header["schema"] or "")
    except (ValueError, IndexError):
        return None
    if not found or not all(_usable(row[2]) for row in found.values()):
        return None
    return {tag: _as_known(row) for tag, row in found.items()}


def _usable(fields: tuple) -> bool:
    """Whether a row can be decoded: at_ms comes first, no name twice, and each field has a format that records know."""
    names = {field[0] for field in fields}
    at_first = fields[:1] == (("at_ms", "I", "ms"),)
    return at_first and len(names) == len(fields) and all(len(f) == 3 and _FORM.fullmatch(f[1]) for f in fields)


def _as_known(row: tuple) -> tuple:
    """The row, in which a field of another kind than here, text where this program has numbers, say, has another name:
    it can still be looked at, and nobody counts with it."""
    tag, name, fields = row
    known = _KINDS.get(name, {})
    return tag, name, tuple(_named(field, known.get(field[0])) for field in fields)


def _named(field: tuple, known: str | None) -> tuple:
    kind = _kind(field[1])
    return field if known in (None, kind) else (f"{field[0]}_as_{kind}", *field[1:])


def _kind(form: str) -> str:
    if form in ("s", "S"):
        return "text"
    return "number" if form in records.ABSENT else "other"


_KINDS = {name: {field: _kind(form) for field, form, _ in fields} for _, name, fields in records.rows().values()}
