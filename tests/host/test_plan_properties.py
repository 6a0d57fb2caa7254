"""Whatever somebody writes into a plan: it is refused with sentences, and what looks like a person with the reason."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st
from test_plan import faults, made

from sitter import plan, programme

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES = st.text("abcdefghijklmnopqrstuvwxyzäéøßABCDEFÅÖЖ", min_size=2, max_size=9)
# What may stand around the personal part without making another word or number of it.
AROUND = st.sampled_from(["", " ", "#", " (", ") ", ": "])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(programme.PHASES),
    lambda values: st.lists(values, max_size=5) | st.dictionaries(st.text(max_size=8), values, max_size=4),
    max_leaves=12,
)


@st.composite
def dates(draw: st.DrawFn) -> str:
    day, month = draw(st.integers(1, 31)), draw(st.integers(1, 12))
    year = draw(st.integers(1900, 2030))
    separator = draw(st.sampled_from("-/."))
    short = draw(st.booleans())
    numbers = [f"{year % 100:02d}" if short else f"{year}", draw(st.sampled_from([f"{month}", f"{month:02d}"])),
               draw(st.sampled_from([f"{day}", f"{day:02d}"]))]  # fmt: skip
    order = draw(st.sampled_from([(0, 1, 2), (2, 1, 0), (1, 2, 0)]))
    return separator.join(numbers[i] for i in order)


def everywhere(text: str) -> list[list[str]]:
    """The faults of good plans, each with this text in another place."""
    return [
        faults(code=text),
        faults(screening={"by": text}),
        faults(dose={"route": text}),
        faults(screening={"history_of_active_psychosis": text}),
        faults(cues={"peak": {"folder": text}}),
        faults(note=[{"seen": text}]),
    ]


@given(st.text(CAPITALS, min_size=2, max_size=4), st.integers(2, 4), st.integers(0, 9999))
def test_a_code_of_capitals_and_a_running_number_passes(letters: str, digits: int, number: int) -> None:
    assume(not 1900 <= number <= 2009)  # read as a year of birth
    code = f"{letters}-{number % 10**digits:0{digits}d}"
    assert faults(code=code) == [] and faults(screening={"by": code}) == []


@given(AROUND, dates(), AROUND)
def test_a_date_is_refused_wherever_it_stands(before: str, date: str, behind: str) -> None:  # REQ-167
    for found in everywhere(before + date + behind):
        assert any("looks like a date" in fault for fault in found), date


@given(AROUND, NAMES, st.sampled_from([" ", ", ", ".", "_", ",", " - "]), NAMES, AROUND)
def test_a_name_of_two_words_is_refused_wherever_it_stands(
    before: str, first: str, gap: str, last: str, behind: str
) -> None:
    for found in everywhere(before + first + gap + last + behind):
        assert any("looks like a name" in fault for fault in found)


@given(st.sampled_from(["", "KAP-", "no "]), st.integers(10**5, 10**12))
def test_a_long_number_is_refused_wherever_it_stands(before: str, number: int) -> None:
    for found in everywhere(f"{before}{number}"):
        assert any("looks like a" in fault for fault in found)


@given(st.text(max_size=13))
def test_a_code_that_passes_is_ascii_with_a_digit_and_no_word(code: str) -> None:
    if faults(code=code) == []:
        assert code.isascii() and code.replace("-", "").isalnum() and any(c.isdigit() for c in code)


@given(ANYTHING)
def test_any_value_is_refused_with_sentences(value: object) -> None:
    found = plan.check(value)
    assert found and all(isinstance(fault, str) and ": " in fault for fault in found)


@given(st.sampled_from([*made(), "cues", "limits", "schedule", "note"]), ANYTHING,
       st.sampled_from([*programme.PHASES, "stopped", "music"]),
       st.sampled_from(["folder", "tracks", "volume", "kelvin", "depth_pct"]))  # fmt: skip
def test_any_value_in_any_field_is_judged(field: str, value: object, phase: str, cue: str) -> None:
    for found in (faults(**{field: value}), faults(cues={phase: value}), faults(cues={phase: {cue: value}})):
        assert all(isinstance(fault, str) and ": " in fault for fault in found)


@given(st.integers(0, 300), st.booleans())
def test_a_plan_nested_deeply_is_judged(depth: int, in_table: bool) -> None:
    value = json.loads('{"k":' * depth + '"Anna Berg"' + "}" * depth if in_table else "[" * depth + "]" * depth or "[]")
    found = faults(note=value)
    assert found[0] in ("note: no such field", "plan: is nested too deeply")
