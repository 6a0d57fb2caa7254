"""Doses that were stated later or taken back: t0 is the first that stands, and everything counts from it."""

from datetime import UTC

import pytest
from example_log import START_UTC_S, LogBuilder, session_log
from hypothesis import given
from hypothesis import strategies as st

from sitterctl import slog
from sitterctl.report import model


def log_of(*told: tuple[int, str, dict]) -> slog.Log:
    """Seconds from the header, record, fields."""
    log = LogBuilder()
    for second, name, fields in told:
        log.add(name, 1000 + second * 1000, **fields)
    return slog.read(log.seal(50_000_000).data())


def dose(second: int, number: int = 1, **fields: object) -> tuple[int, str, dict]:
    return second, "dose", {"number": number, "dose_mg": 100, "route": "sublingual", **fields}


def void(second: int, number: int = 1) -> tuple[int, str, dict]:
    return second, "void", {"number": number, "reason": "not taken"}


def test_dose_counts_from_its_press_where_nothing_is_stated():
    assert log_of(dose(600)).t0_s == log_of(dose(600, ago_min=0)).t0_s == 600


def test_dose_counts_from_the_moment_that_was_stated():
    log = log_of(dose(600, ago_min=4))
    assert log.t0_s == 360 and log.minutes(600) == 4
    (given,) = log.doses
    assert given.utc_s == START_UTC_S + 360 and given.record.elapsed_s == 600


def test_dose_that_was_taken_back_gives_no_t0():
    log = log_of(dose(600), void(620))
    assert log.t0_s is None and log.minutes(600) == 10
    assert [given.void is not None for given in log.doses] == [True]


def test_dose_after_one_that_was_taken_back_sets_t0():
    assert log_of(dose(600), void(620), dose(900)).t0_s == 900
    assert log_of(dose(600), void(620), dose(900), void(910), dose(1200, ago_min=1)).t0_s == 1140


def test_second_dose_never_moves_t0():
    for log in (log_of(dose(600), dose(2400, 2)), log_of(dose(600), dose(2400, 2), void(2410, 2)),
                log_of(dose(600), dose(2400, 2, ago_min=40))):  # fmt: skip
        assert log.t0_s == 600


def test_void_of_a_number_that_was_not_given_takes_nothing_back():
    assert log_of(void(10), dose(600), void(620, 2)).t0_s == 600


def test_log_of_before_has_no_field_and_still_counts():
    rows = [row.replace(" ago_min:B:min", "") for row in slog.records.TABLE.splitlines()]
    log = LogBuilder(schema="\n".join(rows) + "\n")
    row = slog.records.encode("dose", {"at_ms": 61_000, "number": 1, "dose_mg": 100, "route": "sublingual"})
    log.raw((len(row) - 4).to_bytes(2, "little") + row[2:10] + row[11:])
    read = slog.read(log.seal(62_000).data())
    assert (read.t0_s, read.damage) == (60, None)
    assert "ago_min" not in read.named("dose")[0].fields


STEPS = st.lists(
    st.tuples(st.sampled_from(["dose", "void"]), st.integers(1, 3), st.none() | st.integers(0, 254)), max_size=12
)


@given(STEPS)
def test_t0_is_a_dose_that_stands_or_there_is_none(steps: list):
    told = [dose(60 * n, number, ago_min=ago) if name == "dose" else void(60 * n, number)
            for n, (name, number, ago) in enumerate(steps, 1)]  # fmt: skip
    log = log_of(*told)
    standing = [one for one in log.doses if one.void is None]
    assert log.t0_s == (standing[0].elapsed_s if standing else None)
    assert len(log.doses) == sum(name == "dose" for name, _, _ in steps)
    assert sum(one.void is not None for one in log.doses) <= sum(name == "void" for name, _, _ in steps)
    session = model.build(log, UTC)
    assert session.dosed == bool(standing)
    assert [one.at for one in session.doses[:1]] == pytest.approx([0] if standing else [])


def test_session_counts_from_the_dose_that_stands():
    session = model.build(slog.read(session_log()), UTC)
    assert [round(one.at, 2) for one in session.doses] == [0, 28]
    assert [(round(one.at, 2), round(one.void.at, 2)) for one in session.taken_back] == [(-1.5, -1.1)]
    assert session.begin == pytest.approx(-20)
