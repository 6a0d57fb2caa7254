"""A music card from generated tones: one loudness, no peak above its cap, faded ends, numbered files, a catalogue."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pyloudnorm import Meter
from test_cues import run

from sitter.catalogue import Catalogue, check
from sitterctl import card_file, music_build
from sitterctl.errors import CHECK_FAILED, OK, USAGE, SitterError

RATE = 44100


def tone(level: float, seconds: float = 20, rate: int = RATE, hz: int = 440) -> np.ndarray:
    times = np.arange(int(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hz * times)
    return np.stack([wave, wave], axis=1)


def clicks(seconds: float = 20) -> np.ndarray:
    """Quiet, but for a click each second: peaks that would pass the cap."""
    data = tone(0.01, seconds)
    data[::RATE] = 0.9
    return data


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, card_file.Card, list]:
    place = tmp_path_factory.mktemp("music")
    for name, data, rate in (("1 settling/01 Quiet [2].wav", tone(0.02), RATE),
                             ("1 settling/02 Loud.flac", tone(0.9), RATE),
                             ("2 opening/Song [lyrics] [4].wav", tone(0.3, rate=22050), 22050),
                             ("2 opening/Clicks.wav", clicks(), RATE)):  # fmt: skip
        (place / "tracks" / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(place / "tracks" / name, data, rate)
    card, levelled = music_build.build(place / "tracks", place / "card", lambda done, total: None)
    return place, card, levelled


def middle(path: Path) -> tuple[np.ndarray, int]:
    """A track without its faded ends."""
    data, rate = soundfile.read(path, always_2d=True)
    return data[6 * rate : 12 * rate], rate


def test_tracks_come_out_equally_loud(made):
    place, _, _ = made
    for name in ("01/001.mp3", "01/002.mp3", "02/002.mp3"):
        data, rate = middle(place / "card" / name)
        assert Meter(rate).integrated_loudness(data) == pytest.approx(music_build.LUFS, abs=0.6), name


def test_no_peak_passes_the_cap_and_who_is_held_back_is_named(made):
    place, _, levelled = made
    assert [row.source.title for row in levelled if row.held_back] == ["Clicks"]
    for path in (place / "card").glob("0?/*.mp3"):
        data, _ = soundfile.read(path)
        assert 20 * np.log10(np.abs(data).max()) < music_build.PEAK_DB + 1, path  # MP3 moves a peak a little


def test_the_ends_fade_evenly_in_loudness():
    data = music_build.faded(np.ones((40 * RATE, 1)), RATE)
    half_in, half_out = data[RATE, 0], data[-3 * RATE, 0]
    assert [20 * np.log10(half_in), 20 * np.log10(half_out)] == pytest.approx([-10, -10], abs=0.2)
    assert data[0, 0] == 0 and data[-1, 0] == pytest.approx(0, abs=1e-6) and data[10 * RATE, 0] == 1


def test_files_are_numbered_and_counted_as_the_player_counts(made):
    place, card, _ = made
    names = sorted(str(path.relative_to(place / "card")) for path in (place / "card").rglob("*.mp3"))
    assert [name for name in names if not name.startswith("99")] == [
        "01/001.mp3",
        "01/002.mp3",
        "02/001.mp3",
        "02/002.mp3",
    ]
    assert len(names) == card.files and 1 <= card.files - 4 <= music_build.MOST_SILENT


def test_the_catalogue_is_what_the_unit_takes(made):
    _, card, _ = made
    assert check(card.for_unit()) == []
    on_unit = Catalogue(json.loads(json.dumps(card.for_unit())))
    assert [on_unit.seconds(1, 1), on_unit.count(1), on_unit.lyrics(2, 2), on_unit.intensity(2, 2)] == [20, 2, True, 4]
    assert [track.title for track in card.tracks] == ["Quiet", "Loud", "Clicks", "Song"]
    assert not any(track.lyrics for track in card.tracks[:3])


def test_a_card_is_built_and_checked_on_the_command_line(tmp_path, capsys):
    soundfile_at(tmp_path / "tracks" / "3 peak" / "Long.wav", tone(0.2, 5))
    assert run("music", "build", str(tmp_path / "tracks"), str(tmp_path / "card")) == OK
    assert "1 tracks" in capsys.readouterr().out
    assert card_file.read(tmp_path / "card.toml").tracks[0].title == "Long"
    assert run("cues", "check", "sublingual_2h", "--card", str(tmp_path / "card.toml")) == CHECK_FAILED
    assert "there is no folder 1 on the card" in capsys.readouterr().err
    assert run("music", "build", str(tmp_path / "tracks"), str(tmp_path / "card")) == USAGE  # it is not empty any more


def soundfile_at(path: Path, data: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, data, RATE)


def test_what_can_be_no_track_has_its_sentence(tmp_path):
    for name, data, words in (
        ("1 a/silent.wav", np.zeros((RATE, 1)), "is silent"),
        ("1 a/short.wav", tone(0.2, 0.1), "shorter"),
    ):
        soundfile_at(tmp_path / name[4:] / name, data)
        with pytest.raises(SitterError, match=words):
            music_build.build(tmp_path / name[4:], tmp_path / "out", lambda done, total: None)
    (tmp_path / "bad" / "1 a").mkdir(parents=True)
    (tmp_path / "bad" / "1 a" / "x.wav").write_bytes(b"no sound")
    with pytest.raises(SitterError, match="can't read"):
        music_build.build(tmp_path / "bad", tmp_path / "out2", lambda done, total: None)


def test_folders_that_make_no_card_are_told(tmp_path):
    for names, words in (([], "no folders of tracks"), (["98 late"], "1 to 97"), (["opening"], "1 to 97"),
                         (["1 a", "01 b"], "same number"), (["1 a"], "has 0 tracks")):  # fmt: skip
        place = tmp_path / words.replace(" ", "_")
        place.mkdir(exist_ok=True)
        for name in names:
            (place / name).mkdir()
            if "0 tracks" not in words:
                soundfile_at(place / name / "t.wav", tone(0.2, 1))
        with pytest.raises(SitterError, match=words):
            music_build.sources(place)
    with pytest.raises(SitterError, match="there is no folder"):
        music_build.sources(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["Song [Lyrics]", "Song [LYRICS] [3]"])
def test_a_track_is_marked_as_sung_however_the_word_is_written(name: str, tmp_path: Path) -> None:
    soundfile_at(tmp_path / "1 a" / f"{name}.wav", tone(0.2, 1))
    assert [one.lyrics for one in music_build.sources(tmp_path)] == [True]


MAYBE_SUNG = [("Song [vocals]", r"\[vocals\] says"), ("A [7]", r"\[7\] says"), ("Song lyrics", r"add \[lyrics\]")]


@pytest.mark.parametrize(("name", "words"), MAYBE_SUNG)
def test_a_name_that_may_mean_that_it_is_sung_stops_the_build(name: str, words: str, tmp_path: Path) -> None:
    soundfile_at(tmp_path / "1 a" / f"{name}.wav", tone(0.2, 1))
    with pytest.raises(SitterError, match=words):
        music_build.sources(tmp_path)
