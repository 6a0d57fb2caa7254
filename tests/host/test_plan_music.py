"""Music in a plan: a programme that somebody chooses, in the file as on the unit, and judged with the card."""

import json
from pathlib import Path

import click
import pytest
from fake_unit import FakeUnit
from hypothesis import given
from hypothesis import strategies as st
from test_cues import a_card

from sitter import clearance, plan, programme
from sitter.catalogue import Catalogue
from sitterctl import card_file, cue_file, plan_file, plan_questions
from sitterctl.errors import CHECK_FAILED, OK, USAGE

pytestmark = pytest.mark.usefixtures("elsewhere")


def plan_with(place: Path, cues: dict | None = None, **session: bool) -> Path:
    """A draft with this programme."""
    whole = plan_questions.example("SIM-0007")
    whole["session"] |= session
    whole |= {} if cues is None else {"cues": cues}
    path = place / "plan.toml"
    path.write_text(plan_file.text(whole))
    return path


def card_at(place: Path, card: card_file.Card) -> Path:
    path = place / "card.toml"
    path.write_text(card_file.text(card))
    return path


def shipped(name: str = "sublingual_2h") -> dict:
    return cue_file.read(cue_file.find(name)).phases


# --- with the card ----------------------------------------------------------------------------------------------------


def test_plan_that_fits_the_card_says_so(tmp_path: Path, run):
    card = card_at(tmp_path, a_card())
    for cues in (None, shipped()):
        code, out, _ = run("plan", "check", plan_with(tmp_path, cues), "--draft", "--card", card)
        assert code == OK and "and the card has what it asks for" in out


def test_words_before_the_return_are_a_fault_with_line_and_key(tmp_path: Path, run):
    path, card = plan_with(tmp_path, shipped()), card_at(tmp_path, a_card((3, 2), (4, 1), (5, 1)))
    code, _, err = run("plan", "check", path, "--draft", "--card", card)
    line = path.read_text().splitlines().index("[cues.peak]")
    assert code == CHECK_FAILED and err.count("cues.") == 1
    assert "cues.peak.tracks: track 2 of folder 3 is sung; no lyrics before the return" in err
    assert line < int(err.partition(f"{path}:")[2].partition(":")[0]) < line + 9


def test_missing_folder_and_track_are_faults(tmp_path: Path, run):
    peak = {**shipped()["peak"], "folder": 3, "tracks": [1, 9]}
    path = plan_with(tmp_path, {**shipped(), "peak": peak, "return": {**shipped()["return"], "folder": 12}})
    code, _, err = run("plan", "check", path, "--draft", "--card", card_at(tmp_path, a_card()))
    assert code == CHECK_FAILED
    assert "cues.peak.tracks: there is no track 9 in folder 3 on the card" in err
    assert "cues.return.folder: there is no folder 12 on the card" in err


def test_phases_that_a_plan_leaves_out_are_judged_by_the_default(tmp_path: Path, run):
    path = plan_with(tmp_path, {"peak": shipped()["peak"]})
    code, _, err = run("plan", "check", path, "--draft", "--card", card_at(tmp_path, a_card((2, 1))))
    assert code == CHECK_FAILED and "track 1 of folder 2 is sung" in err and "(by the default programme)" in err


def test_plan_without_music_fits_any_card(tmp_path: Path, run):
    path = plan_with(tmp_path, {"music": False}, music=False)
    assert run("plan", "check", path, "--draft", "--card", card_at(tmp_path, a_card((1, 1))))[0] == OK


def test_fault_of_the_plan_comes_before_the_card(tmp_path: Path, run):
    path = plan_with(tmp_path, {"music": True}, music=False)
    code, _, err = run("plan", "check", path, "--draft", "--card", card_at(tmp_path, a_card((1, 1))))
    assert code == USAGE and "cues.music: must be false, as session.music is" in err
    assert run("plan", "check", path, "--draft", "--card", tmp_path / "none.toml")[0] == USAGE


def test_push_says_what_does_not_fit_the_units_card(tmp_path: Path, run, unit: FakeUnit):
    path = plan_with(tmp_path)
    run("plan", "clear", path, "--by", "MD-07", "--yes")
    code, out, _ = run("plan", "push", path, "--yes", "--json")
    assert code == OK and json.loads(out)["misfits"] == []
    unit.app.unit.director.catalogue = Catalogue(a_card((1, 4)).for_unit())
    code, out, _ = run("plan", "push", path, "--yes")
    assert code == OK and "with its card it begins none: cues.ready.tracks: track 4 of folder 1 is sung" in out


# --- chosen and written -----------------------------------------------------------------------------------------------


def chosen(words: str, monkeypatch: pytest.MonkeyPatch, route: str = "sublingual") -> dict:
    """What `plan new` makes of that answer, for a patient who wants music and no eye shades."""
    monkeypatch.setattr("click.prompt", lambda question, **kwargs: kwargs["value_proc"](words))
    return plan_questions._cues(route, {"music": True, "eye_shades": False})


def test_a_shipped_programme_is_chosen_by_its_name(monkeypatch: pytest.MonkeyPatch):
    for path in cue_file.shipped():
        one = cue_file.read(path)
        assert chosen(path.stem, monkeypatch, one.route) == {**one.phases, "music": True, "eye_shades": False}


def test_nothing_is_the_units_own_programme(monkeypatch: pytest.MonkeyPatch):
    assert chosen(" ", monkeypatch) == {"music": True, "eye_shades": False}


def test_a_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mine = tmp_path / "mine.toml"
    mine.write_text(cue_file.find("long_3h").read_text() + "\n")
    assert chosen(str(mine), monkeypatch)["peak"] == shipped("long_3h")["peak"]


def test_only_programmes_for_the_route_are_offered(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr("click.prompt", lambda question, **kwargs: asked.append(question) or {})
    for route in plan.ROUTES:
        plan_questions._cues(route, {"music": True, "eye_shades": True})
    assert "sublingual_2h" in asked[0] and "intramuscular" not in asked[0]
    assert "intramuscular_1h30" in asked[1] and "sublingual" not in asked[1]


@pytest.mark.parametrize("words", ["intramuscular_1h30", "no such file", "/"])
def test_what_can_not_be_used_is_asked_for_again(words: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(click.UsageError):
        chosen(words, monkeypatch)


@given(st.sets(st.sampled_from(programme.PHASES)), st.sampled_from(["sublingual_2h", "long_3h"]),
       st.booleans(), st.booleans())  # fmt: skip
def test_any_part_of_a_programme_survives_the_file(kept: set, name: str, music: bool, eye_shades: bool):
    whole = plan_questions.example("SIM-0007")
    agreed = {"music": music, "eye_shades": eye_shades}
    whole["session"] |= agreed
    whole["cues"] = {**agreed, **{phase: row for phase, row in shipped(name).items() if phase in kept}}
    Path("a.toml").write_text(plan_file.text(whole))
    assert plan_file.load(Path("a.toml")) == json.loads(json.dumps(whole))
    assert plan_file.read(Path("a.toml"), cleared=False)["cues"] == whole["cues"]
    assert plan.check(clearance.clear(whole, "MD-07", plan_file.day(plan_file.today()))) == []


def test_who_compares_a_plan_sees_its_music(tmp_path: Path, run):
    own = {**shipped(), "music": False}
    for cues, words in ((None, "yes; the default programme"),
                        (own, "none; a programme of its own for ready, onset, peak, return, recovery")):  # fmt: skip
        code, out, _ = run("plan", "show", plan_with(tmp_path, cues, music=cues is None))
        assert code == OK and words in out
