"""Programmes of music and light as files: the shipped ones are sound, faults have sentences, a browser shows them."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import CHROMIUM, measured
from test_directing import PROGRAMME, card

from sitter import programme
from sitter.programme import PHASES
from sitterctl import card_file, cli, cue_file, cue_play, cue_preview
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

BUILD = Path(__file__).parent.parent.parent / "build"
SHIPPED = [path.stem for path in cue_file.shipped()]


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        cli.main(list(words))
    return int(stopped.value.code or 0)


def written(place: Path, **changes: object) -> Path:
    """The sublingual programme with these lines changed, by their keys."""
    text = (cue_file.SHIPPED / "sublingual_2h.toml").read_text()
    for key, value in changes.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}" if value is not None else "", text, count=1, flags=re.M)
    (place / "p.toml").write_text(text)
    return place / "p.toml"


def a_card(*sung: tuple[int, int]) -> card_file.Card:
    tracks = [card_file.Track(folder, track, f"Piece {folder}.{track}", 240 + 60 * track, (folder, track) in sung, 2)
              for folder in range(1, 6) for track in range(1, 7)]  # fmt: skip
    return card_file.Card("5f0c9a1e", 57, tracks)


def test_three_programmes_are_shipped_for_three_lengths():
    after_the_dose = {}
    for path in cue_file.shipped():
        one = cue_file.read(path)
        assert set(one.phases) == set(PHASES)
        after_the_dose[path.stem] = sum(one.minutes.values()) - one.minutes["ready"]
    assert after_the_dose == {"sublingual_2h": 150, "intramuscular_1h30": 90, "long_3h": 180}


def test_every_fault_of_a_file_is_told_with_its_key(tmp_path, capsys):
    assert run("cues", "check", str(written(tmp_path, kelvin=500, volume=40, version=9, fade_s=None))) == USAGE
    said = capsys.readouterr().err
    for words in (
        "ready.kelvin: must be",
        "ready.volume: must be 0 to 30",
        "version: must be 1",
        "ready.fade_s: is missing",
    ):
        assert words in said


def test_a_phase_without_music_has_its_sentence(tmp_path, capsys):
    assert run("cues", "check", str(written(tmp_path, folder=None))) == USAGE
    assert "ready.folder: is missing, so this phase has no music; 0 is silence" in capsys.readouterr().err


def test_a_playlist_is_held_against_the_card(tmp_path, capsys):
    (tmp_path / "card.toml").write_text(card_file.text(a_card((3, 2))))
    asked = written(tmp_path, folder=9)
    assert run("cues", "check", str(asked), "--card", str(tmp_path / "card.toml")) == CHECK_FAILED
    said = capsys.readouterr().err
    assert "ready.folder: there is no folder 9 on the card" in said
    assert "peak.tracks: track 2 of folder 3 is sung; no lyrics before the return" in said


def test_a_file_that_is_none_is_told_so(tmp_path):
    (tmp_path / "x.toml").write_text("not = = toml")
    assert run("cues", "check", str(tmp_path / "x.toml")) == USAGE
    assert run("cues", "check", str(tmp_path / "nowhere.toml")) == USAGE
    with pytest.raises(SitterError):
        card_file.read(tmp_path / "x.toml")
    (tmp_path / "y.toml").write_text('kind = "sitter music card"\nversion = 1\ncard = 3\nfiles = 1\ntrack = [4]\n')
    with pytest.raises(SitterError):
        card_file.read(tmp_path / "y.toml")


def test_the_example_in_the_pages_passes():
    page = (BUILD.parent / "docs" / "therapy.md").read_text()
    example = re.search(r"^    \[onset\]\n(    .*\n)+", page, re.M)
    phases = tomllib.loads("\n".join(line[4:] for line in example[0].splitlines()))
    assert programme.check(phases) == [] and len(phases["onset"]) == 8


def test_a_catalogue_is_read_as_it_was_written(tmp_path):
    whole = a_card((4, 1))
    (tmp_path / "card.toml").write_text(card_file.text(whole))
    assert card_file.read(tmp_path / "card.toml") == whole


def test_fast_motion_is_the_units_own_director():
    one = cue_file.Cues("x", "X", "sublingual", dict.fromkeys(PHASES, 9), PROGRAMME)
    played = cue_play.play(one, card(), 22)
    assert played.tracks[:4] == [(1, 1, 0, 240), (1, 1, 240, 480), (1, 1, 480, 720), (2, 2, 720, 960)]
    assert all(end_s - begin_s == 240 for *_, begin_s, end_s in played.tracks[:-1])  # none is cut
    course = cue_play.samples(played, 10)
    assert max(sample.step for sample in course) <= 22


def test_the_preview_needs_nothing_else_and_shows_every_phase():
    for name in SHIPPED:
        one = cue_file.read(cue_file.find(name))
        page = cue_preview.page(one, cue_play.play(one, None, 22), None)
        assert not re.search(r"""(href|src)\s*=|@import|url\((?!#)|<script""", page)
        drawing = ElementTree.fromstring(re.search(r"<svg.*</svg>", page, re.S)[0])
        assert set(PHASES) <= {element.text for element in drawing.iter("text")} | {"onset"}


def test_titles_of_the_card_are_on_the_page_and_harmless():
    whole = a_card()
    tracks = [card_file.Track(1, 1, '<b>&"', 900, False, 1), *whole.tracks[1:]]
    one = cue_file.read(cue_file.find("sublingual_2h"))
    known = card_file.Card(whole.card, whole.files, tracks)
    from sitter.catalogue import Catalogue

    page = cue_preview.page(one, cue_play.play(one, Catalogue(known.for_unit()), 22), known)
    assert "&lt;b&gt;" in page and "<b>" not in page and "Piece 3.1" in page


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs a Chromium")
def test_a_browser_shows_the_preview_of_each_shipped_programme(tmp_path):
    for name in SHIPPED:
        out = BUILD / "cues" / f"{name}.html"
        out.parent.mkdir(parents=True, exist_ok=True)
        assert run("cues", "preview", name, "-o", str(out)) == 0
        seen = in_browser(out, tmp_path / name)
        assert seen.count("<rect") > 30 and 'class="now"' in seen
        red, width = picture(out.with_suffix(".png"))
        assert width == 1220 and red > 50  # the line that runs


MEASURE = """page => {
  const wide = page.documentElement.clientWidth, svg = page.querySelector("svg.timeline");
  return {
    scrolls: page.documentElement.scrollWidth > wide,
    text_px: Math.min(...[...svg.querySelectorAll("text")].filter(e => e.textContent)
      .map(e => e.getBoundingClientRect().height)),
    within: [...page.querySelectorAll(".wide")].every(e => e.getBoundingClientRect().right <= wide + .5),
  };
}"""


@pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")
@pytest.mark.parametrize("width_px", [390, 1280])
def test_a_preview_can_be_read_on_a_telephone(width_px, tmp_path):
    """The drawing scrolls in a box of its own, and the page does not."""
    assert run("cues", "preview", "intramuscular_1h30", "-o", str(tmp_path / "a.html")) == 0
    seen = measured((tmp_path / "a.html").read_text(), MEASURE, width_px, tmp_path)
    assert seen["within"] and not seen["scrolls"]
    assert seen["text_px"] >= 10, seen


def test_a_preview_tells_each_phases_light_in_words(tmp_path):
    """Also where the drawing has no room for it."""
    for name in SHIPPED:
        assert run("cues", "preview", name, "-o", str(tmp_path / "a.html")) == 0
        page = (tmp_path / "a.html").read_text()
        for phase, row in cue_file.read(cue_file.find(name)).phases.items():
            breaths = row.get("breaths_per_min")
            told = f"{row['brightness_pct']} %, {row['kelvin']} K" + (f", {breaths} breaths/min by" if breaths else "")
            assert f"<td>{phase}</td>" not in page or told in page, (name, phase, told)


def in_browser(page: Path, profile: Path) -> str:
    """The page as the browser has read it; its picture is put beside it."""
    options = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
               f"--user-data-dir={profile}", "--window-size=1220,820"]  # fmt: skip
    shot = f"--screenshot={page.with_suffix('.png')}"
    subprocess.run([*options, shot, page.as_uri()], check=True, capture_output=True, timeout=120)
    done = subprocess.run(
        [*options, "--dump-dom", page.as_uri()], check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout


def picture(path: Path) -> tuple[int, int]:
    """(how many dots are as red as the line, width) of a PNG."""
    from PIL import Image

    with Image.open(path) as image:
        colours = image.convert("RGB").getcolors(image.width * image.height) or []
        return sum(count for count, rgb in colours if rgb[0] > 170 and rgb[1] < 90 and rgb[2] < 90), image.width


def test_list_names_files_that_can_be_copied(capsys):
    assert run("cues", "list", "--json") == 0
    told = json.loads(capsys.readouterr().out)["programmes"]
    assert [one["name"] for one in told] == SHIPPED and all(Path(one["file"]).is_file() for one in told)
