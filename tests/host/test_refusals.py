"""What a unit refuses is told in a technician's words, whatever the protocol calls it."""

import re
import sys
from pathlib import Path

import pytest
from fake_unit import FakeUnit
from verbs import VERBS

from sitterctl.errors import CHECK_FAILED, SESSION_OPEN
from sitterctl.refusals import refused

ROOT = Path(__file__).parents[2]
# Names of fields and verbs with a dot are never a technician's; a verb without one may be a word of English too.
PROTOCOL = re.compile(r"^\w+: |docs/protocol|JSON|verb|" + "|".join(re.escape(v) for v in VERBS if "." in v))


def sentences() -> list[tuple[str, str]]:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from error_gallery import unit_rows
    finally:
        sys.path.pop(0)
    return [(row[0], row[1]) for row in unit_rows()]


@pytest.mark.parametrize(("code", "text"), sentences())
def test_no_refusal_speaks_of_the_protocol(code: str, text: str) -> None:
    if text == "it is not JSON, or too large":  # of a file that somebody has
        return
    error = refused({"error": code, "text": text})
    assert not PROTOCOL.search(error.message.removeprefix("the unit refused: ")), error.message
    assert not PROTOCOL.search(error.remedy)


@pytest.mark.parametrize("verb", [verb for verb, idle in VERBS.items() if idle])
def test_a_session_that_is_open_is_told_without_the_verb(verb: str) -> None:
    error = refused({"error": "session-open", "text": f"a session is open: no {verb} before it is closed"})
    assert error.exit_code == SESSION_OPEN
    assert "such change" not in error.message  # each has words of its own
    assert "." not in error.message
    assert error.details.get("said", error.message).endswith(f"a session is open: no {verb} before it is closed")


def test_a_label_that_is_too_long_is_told_as_that(unit: FakeUnit, run) -> None:
    code, _, err = run("label", "much too long for one")
    assert code == CHECK_FAILED
    assert err == (
        "sitterctl: the unit refused: a label is at most 12 plain characters\n"
        "the same command with a shorter or plainer one\n"
    )
