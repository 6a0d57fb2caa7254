"""Every command that asks before it changes something: no is exit code 1, and nothing is changed."""

import click
import pytest
from fake_unit import FakeUnit
from faults import files_in
from test_update import program

from sitterctl import flashing
from sitterctl.errors import CHECK_FAILED, USAGE

pytestmark = pytest.mark.usefixtures("elsewhere")
SETTINGS = "spo2_low_pct = 88\n"
ASKING = [
    ("settings", "apply", "bed3.toml"),
    ("settings", "apply", "bed3.toml", "--all"),
    ("settings", "restore", "bed3.toml"),
    ("adjust", "spo2", "--point", "0.5:98", "--point", "0.85:90"),
    ("label", ""),
    ("update", "--bundle", "new"),
    ("flash", "--bundle", "new", "--erase"),
    ("flash", "--bundle", "new"),
]


@pytest.fixture
def asked(unit: FakeUnit, tmp_path, monkeypatch) -> FakeUnit:
    """A unit with all that those commands take beside it, on a port where `flash` finds nothing that it knows."""
    (tmp_path / "bed3.toml").write_text(SETTINGS)
    program(tmp_path / "new", "9.9.9")
    unit.install(program(tmp_path / "old", "0.1.0"))
    unit.app.custody.rename("BED 3")
    monkeypatch.setenv("SITTER_PORTS", unit.port)
    monkeypatch.setattr(flashing, "what_is_there", lambda *_: (flashing.NOTHING, {}))
    monkeypatch.setattr(flashing, "write_image", lambda *_: pytest.fail("written"))
    return unit


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_no_changes_nothing_and_is_exit_code_1(words, asked: FakeUnit, run, monkeypatch, tmp_path) -> None:
    questions = []
    monkeypatch.setattr(click, "confirm", lambda question, **_: questions.append(question))
    before, kept = files_in(tmp_path), dict(asked.app.state.values)
    code, out, err = run(*words)
    assert (code, len(questions)) == (CHECK_FAILED, 1), err
    assert "left as it was" in out or "nothing was changed, as you answered no" in err
    assert (files_in(tmp_path), asked.app.state.values) == (before, kept)


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_nobody_is_asked_with_json(words, asked: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr(click, "confirm", lambda *_, **__: pytest.fail("asked"))
    code, out, _ = run(*words, "--json")
    assert code == USAGE
    assert "--yes" in out
