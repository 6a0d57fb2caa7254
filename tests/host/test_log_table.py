"""A log's own table of records may call a number text, or the other way round: it is read around, and nothing falls."""

import struct
from datetime import UTC, date
from pathlib import Path

import pytest
from example_log import START_UTC_S, LogBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from sitter import records
from sitter import settings as unit_settings
from sitterctl import integration, keys, log_table, replay, report, slog
from sitterctl.errors import OK
from sitterctl.integration import sheet
from sitterctl.report import model

ROWS = [row for row in records.rows().values() if row[1] not in ("header", "seal")]
OTHER = {"text": ("B", "I", "q", "d"), "number": ("s", "S", "4s", "q", "d")}
Row = tuple[int, str, tuple]


def kind(form: str) -> str:
    return "text" if form in "sS" else "number"


def packed(row: Row, values: dict) -> bytes:
    """A record by a table of one's own; a form that does not suit a value has its own."""
    body = b"".join(_one(form, values.get(name)) for name, form, _ in row[2])
    return struct.pack("<HB", len(body), row[0]) + body


def _one(form: str, value: object) -> bytes:
    if form in "sS":
        text = str(value or "7").encode()
        return struct.pack("<B" if form == "s" else "<H", len(text)) + text
    if form.endswith("s"):
        return b"\x00" * int(form[:-1])
    return struct.pack("<" + form, value if isinstance(value, int) else 7)


def log_with(changed: list[Row], told: list[tuple[int, str, dict]]) -> bytes:
    """A log whose table has these rows in the place of its own."""
    rows = {row[1]: row for row in [*records.rows().values(), *changed]}
    table = "".join(f"{tag} {name} {' '.join(':'.join(f).replace(' ', '') for f in fields)}\n"
                    for tag, name, fields in rows.values())  # fmt: skip
    log = LogBuilder(schema=table)
    for second, name, fields in told:
        log.raw(packed(rows[name], {"at_ms": 1000 + 1000 * second, **fields}))
    return log.seal(2_000_000).data()


SESSION = [(0, "plan", {"code": "K-0417", "dose_mg": 150}), (0, "setting", {"name": "spo2_low_pct", "value": 90}),
           (1, "phase", {"phase": "checks", "cause": "key NEXT"}), (600, "dose", {"number": 1, "dose_mg": 150}),
           *((n, name, {"phase": "peak", "event": "started", "number": 1}) for n, name in
             enumerate((row[1] for row in ROWS if row[1] != "boot"), 700))]  # fmt: skip


def used(data: bytes) -> str:
    """Everything that is made of a log."""
    log = slog.read(data)
    assert log.damage is None
    page = report.render(log, slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC)
    replay.recorded(log)
    replay.replay(log, replay.settings_of(log))
    integration.page(sheet.build(model.build(log, UTC), date(2026, 3, 14), pulse=True))
    return page


def swapped(row: Row, place: int, form: str) -> Row:
    fields = list(row[2])
    fields[place] = (fields[place][0], form, fields[place][2])
    return row[0], row[1], tuple(fields)


def other(form: str) -> str:
    return "s" if kind(form) == "number" else "I"


@pytest.mark.parametrize("row", [row for row in ROWS if len(row[2]) > 1], ids=lambda row: row[1])
def test_field_of_another_kind_is_read_around(row: Row):
    for place, (field, form, _) in enumerate(row[2][1:], 1):
        data = log_with([swapped(row, place, other(form))], SESSION)
        for record in slog.read(data).named(row[1]):
            assert field not in record.fields and f"{field}_as_{kind(other(form))}" in record.fields
    for place, (_, form, _) in enumerate(row[2][1:], 1):
        row = swapped(row, place, other(form))
    assert "What a reviewer should look at" in used(log_with([row], SESSION))


@st.composite
def other_rows(draw: st.DrawFn) -> list[Row]:
    found = []
    for row in draw(st.lists(st.sampled_from([row for row in ROWS if len(row[2]) > 1]), max_size=6, unique=True)):
        for place in draw(st.sets(st.integers(1, len(row[2]) - 1), min_size=1)):
            row = swapped(row, place, draw(st.sampled_from(OTHER[kind(row[2][place][1])])))
        found.append(row)
    return found


@settings(max_examples=15)  # each draws a whole page
@given(other_rows())
def test_any_table_of_other_kinds_gives_a_page(changed: list[Row]):
    assert "K-0417" in used(log_with(changed, SESSION)) or any(row[1] == "plan" for row in changed)


@settings(max_examples=15)
@given(st.sets(st.sampled_from([(row[1], field[0]) for row in ROWS for field in row[2][1:]]), max_size=40))
def test_any_field_may_be_missing_from_the_table(gone: set):
    rows = [(tag, name, tuple(f for f in fields if (name, f[0]) not in gone)) for tag, name, fields in ROWS]
    assert "What a reviewer should look at" in used(log_with(rows, SESSION))


def test_such_a_log_has_its_report_and_can_be_looked_at(tmp_path: Path, run, elsewhere) -> None:
    row = next(row for row in ROWS if row[1] == "dose")
    path = tmp_path / "a.slog"
    path.write_bytes(log_with([swapped(row, 2, "s")], SESSION))
    assert run("report", path)[0] != OK  # it is not closed, and says so
    code, out, _ = run("logs", "show", path, "--only", "dose")
    assert code == OK and "dose_mg_as_text=150" in out


def test_table_that_names_a_field_twice_is_damaged():
    table = records.TABLE + "77 odd at_ms:I:ms at_ms:s:\n"
    assert log_table.rows({"schema": table}) is None
    assert log_table.rows({"schema": records.TABLE}) is not None
    assert slog.read(LogBuilder(schema=table).seal(1).data()).records == []


def test_settings_of_other_kinds_are_the_defaults():
    row = next(row for row in ROWS if row[1] == "setting")
    log = slog.read(log_with([swapped(row, 1, "s")], SESSION))
    assert replay.settings_of(log) == unit_settings.defaults()
    assert log.header["utc_s"] == START_UTC_S
