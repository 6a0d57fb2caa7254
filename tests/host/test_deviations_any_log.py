"""Whatever a log holds, and however old it is: there is a page, and no rule raises."""

from datetime import UTC

from example_log import SETTINGS, LogBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet_log import T0, log_of, quiet, without

from sitter import records
from sitterctl import keys, report, slog
from sitterctl.report import model
from sitterctl.report.deviations import RULES, deviations

NEW = ("check", "override", "walk_in", "baseline", "resume", "away", "void", "event", "course", "observe", "leaving",
       "unchecked")  # fmt: skip


def old_schema() -> str:
    """A table without the newer records, and a plan with four fields."""
    rows = [row for row in records.TABLE.splitlines() if row.split(" ")[1] not in ("plan", *NEW)]
    return "\n".join([*rows, "3 plan at_ms:I:ms dose_mg:H:mg code:s: route:s: cleared_by:s:"]) + "\n"


def test_old_log_has_its_page_and_no_complaint_about_what_it_could_not_hold():
    log = LogBuilder(schema=old_schema())
    old = records.encode("plan", {"at_ms": 1000})[3:7] + b"\x96\x00" + b"\x06K-0417\x0asublingual\x05MD-07"
    log.raw(len(old).to_bytes(2, "little") + b"\x03" + old)
    for minute, name, fields in sorted(without("plan", *NEW), key=lambda one: one[0]):
        log.add(name, 1000 + round((minute + T0) * 60_000), **fields)
    data = log.seal(12_000_000).data()
    assert deviations(model.build(slog.read(data), UTC)) == []
    page = report.render(slog.read(data), slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC)
    assert "this log has no checklist" in page and "id –" in page


TEXTS = st.sampled_from(["", "no", "yes", "began", "started", "ended", "escalated", "high", "WALK-IN", "closed",
                         "stopped", "peak", "onset", "spo2_low", "clock", "manual", "40 min", "leaving", "hold",
                         "longer", "back", "deferred", "waits", "capped", "announced",
                         *SETTINGS]) | st.text(max_size=6)  # fmt: skip
LARGEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF, "h": 0x7FFF, "i": 0x7FFFFFFF}


def field(form: str) -> st.SearchStrategy:
    if form == "s":
        return TEXTS
    lowest = -LARGEST[form] if form in "hi" else 0
    return st.none() | st.integers(0, min(LARGEST[form], 300)) | st.integers(lowest, LARGEST[form])


@st.composite
def any_record(draw: st.DrawFn) -> tuple[str, int | None, dict]:
    _, name, fields = draw(
        st.sampled_from([row for row in records.rows().values() if row[1] not in ("header", "seal")])
    )
    at_ms = draw(st.none() | st.integers(0, 12_000_000))
    return name, at_ms, {known: draw(field(form)) for known, form, _ in fields[1:]}


@settings(max_examples=30)  # each draws a whole page
@given(st.lists(any_record(), max_size=25), st.integers(0, 1), st.none() | st.integers(0, 0xFFFFFFFE))
def test_any_log_gives_a_page(some: list, trusted: int, utc_s: int | None) -> None:
    log = LogBuilder(utc_trusted=trusted, utc_s=utc_s)
    for name, at_ms, fields in some:
        log.add(name, at_ms, **fields)
    data = log.seal(1).data()
    page = report.render(slog.read(data), slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC)
    assert "What a reviewer should look at" in page


@given(st.lists(st.integers(0, len(quiet()) - 1), unique=True), st.data())
def test_no_rule_raises_on_a_session_with_records_missing_or_changed(gone: list, data: st.DataObject) -> None:
    told = [one for n, one in enumerate(quiet()) if n not in gone]
    told = [*told, *((0, name, fields) for name, _, fields in data.draw(st.lists(any_record())))]
    session = model.build(slog.read(log_of([one for one in told if one[1] != "boot"])), UTC)
    for rule in RULES:
        for finding in rule.find(session):
            assert finding.sentence.endswith(".")
