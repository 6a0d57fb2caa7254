"""Makes a card for the DFPlayer from a folder of tracks.

The source has a folder for each of the card's, whose name begins with its number: `1 settling`, `2 opening`. Tracks are
taken in the order of their names; `[lyrics]` in a name says that a track is sung, `[1]` to `[5]` how intense it is.

Each track is brought to one loudness (EBU R128, integrated, -18 LUFS), but not so far that its true peak, looked for
between the samples, passes -1 dB: such a track stays quieter, and is named. The ends fade evenly in loudness, as the
unit fades. Files are numbered as the player wants them, 01/001.mp3, and in folder 99 lie as many silent ones as tell
this card from others (docs/decisions/0020).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sitter.catalogue import LONGEST_S
from sitter.programme import LAST_FOLDER
from sitterctl.card_file import Card, Track
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

if TYPE_CHECKING:
    import numpy as np

LUFS, PEAK_DB = -18.0, -1.0
FADE_IN_S, FADE_OUT_S = 2.0, 6.0
_TAGS = ("lyrics", "1", "2", "3", "4", "5")
_SUNG = re.compile(r"\b(lyrics?|vocals?|sung|song with words)\b", re.IGNORECASE)
KINDS = (".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff")
MOST_TRACKS, SILENT_FOLDER, MOST_SILENT = 255, 99, 200
_RATES, _RATE = (44100, 48000), 44100
_PIECE_S = 10  # of a track, looked through for its peak at once
_EXPONENT = 0.6  # loudness over amplitude, which doubles with 10 dB


@dataclass(frozen=True)
class Source:
    path: Path
    folder: int
    track: int
    title: str
    lyrics: bool
    intensity: int


@dataclass(frozen=True)
class Levelled:
    """What was done to a track: its loudness before, the gain, and whether its peaks kept it quieter."""

    source: Source
    seconds: int
    was_lufs: float
    gain_db: float
    held_back: bool


def sources(folder: Path) -> list[Source]:
    """The tracks of a source folder in their order. Raises SitterError when there is nothing to make a card of."""
    if not folder.is_dir():
        raise SitterError(f"there is no folder {folder}", "check the path", exit_code=USAGE)
    found, seen = [], {}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        number = int((re.match(r"\d+", place.name) or [0])[0])
        if not 1 <= number <= LAST_FOLDER:
            raise _unusable(place, f"its name must begin with a number from 1 to {LAST_FOLDER}")
        if number in seen:
            raise _unusable(place, f"has the same number as {seen[number].name}")
        seen[number] = place
        files = sorted(p for p in place.iterdir() if p.suffix.lower() in KINDS and not p.name.startswith("."))
        if not 1 <= len(files) <= MOST_TRACKS:
            raise _unusable(place, f"has {len(files)} tracks; 1 to {MOST_TRACKS} are wanted")
        found += [_source(path, number, track) for track, path in enumerate(files, 1)]
    if not found:
        raise _unusable(folder, "has no folders of tracks, such as `1 settling`")
    return found


def _source(path: Path, folder: int, track: int) -> Source:
    tags = [tag.strip().lower() for tag in re.findall(r"\[([^\]]*)\]", path.stem)]
    unknown = [tag for tag in tags if tag not in _TAGS]
    if unknown:
        raise _unusable(path, f"[{unknown[0]}] says nothing to this program; [lyrics] and [1] to [5] do")
    title = re.sub(r"^\d+[ ._-]*", "", re.sub(r"\s*\[[^\]]*\]", "", path.stem)).strip() or path.stem
    intensity = next((int(tag) for tag in tags if tag.isdigit()), 0)
    if "lyrics" not in tags and _SUNG.search(title):
        raise _unusable(path, "its name speaks of words that are sung: add [lyrics], or give it another name")
    return Source(path, folder, track, title, "lyrics" in tags, intensity)


def _unusable(path: Path, why: str) -> SitterError:
    return SitterError(f"{path}: {why}", "docs/operation.md shows what a folder of tracks looks like", exit_code=USAGE)


def build(source: Path, out: Path, step: Callable[[int, int], None]) -> tuple[Card, list[Levelled]]:
    """Write the card's files under `out`, which must be empty. Raises SitterError."""
    _look_for_libraries()
    wanted = sources(source)
    if out.exists() and any(out.iterdir()):
        raise SitterError(f"{out} is not empty", "name a new folder, or an empty card", exit_code=USAGE)
    digest, levelled = hashlib.sha256(), []
    for done, one in enumerate(wanted):
        step(done, len(wanted))
        path = out / f"{one.folder:02d}" / f"{one.track:03d}.mp3"
        levelled.append(_level(one, path))
        digest.update(path.read_bytes())
    card = digest.hexdigest()[:8]
    silent = 1 + int(card, 16) % MOST_SILENT
    _write_silence(out / str(SILENT_FOLDER), silent)
    tracks = [Track(row.source.folder, row.source.track, row.source.title, row.seconds, row.source.lyrics,
                    row.source.intensity) for row in levelled]  # fmt: skip
    return Card(card, len(tracks) + silent, tracks), levelled


def _look_for_libraries() -> None:
    try:
        import pyloudnorm  # noqa: F401
        import soundfile  # noqa: F401
    except ImportError as error:
        raise SitterError(f"making a card takes {error.name}", 'pip install "sitterctl[music]"',
                          exit_code=USAGE) from error  # fmt: skip


def _level(one: Source, path: Path) -> Levelled:
    import soundfile

    data, rate = _read(one.path)
    was_lufs = _loudness(data, rate, one.path)
    wanted_db, most_db = LUFS - was_lufs, PEAK_DB - _peak_db(data, rate)
    gain_db = min(wanted_db, most_db)
    data = faded(data * 10 ** (gain_db / 20), rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, data, rate, format="MP3")
    return Levelled(one, round(len(data) / rate), was_lufs, gain_db, wanted_db > most_db + 0.05)


def _read(path: Path) -> "tuple[np.ndarray, int]":
    """Samples of one or two channels at a rate that the player knows. Raises SitterError."""
    import soundfile
    from scipy.signal import resample_poly

    try:
        data, rate = soundfile.read(path, always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise SitterError(f"can't read {path}: {error}", f"known kinds are {', '.join(KINDS)}",
                          exit_code=CHECK_FAILED) from error  # fmt: skip
    if len(data) > LONGEST_S * rate:
        raise SitterError(f"{path} is longer than {LONGEST_S // 60} minutes", "cut it in two", exit_code=CHECK_FAILED)
    data = data[:, :2]
    return (data, rate) if rate in _RATES else (resample_poly(data, _RATE, rate), _RATE)


def _loudness(data: "np.ndarray", rate: int, path: Path) -> float:
    """Integrated, in LUFS. Raises SitterError for a track too short or too quiet to have one."""
    from pyloudnorm import Meter

    try:
        lufs = Meter(rate).integrated_loudness(data)
    except ValueError:
        lufs = float("-inf")
    if not -70 < lufs < 10:
        raise SitterError(f"{path} is silent or shorter than half a second", "take it out", exit_code=CHECK_FAILED)
    return float(lufs)


def _peak_db(data: "np.ndarray", rate: int) -> float:
    """The highest peak, also between the samples: four times oversampled, as ITU-R BS.1770 has it."""
    import numpy as np
    from scipy.signal import resample_poly

    peak, piece = 1e-9, _PIECE_S * rate
    for begin in range(0, len(data), piece):
        part = data[max(0, begin - 64) : begin + piece + 64]
        peak = max(peak, float(np.abs(resample_poly(part, 4, 1)).max()))
    return 20 * float(np.log10(peak))


def faded(data: "np.ndarray", rate: int) -> "np.ndarray":
    """With ends that come and go evenly in loudness; in a short track they take a quarter each."""
    import numpy as np

    out = data.copy()
    for seconds, end in ((FADE_IN_S, 1), (FADE_OUT_S, -1)):
        count = min(int(seconds * rate), len(data) // 4)
        ramp = np.linspace(0, 1, count, endpoint=False) ** (1 / _EXPONENT)
        ends = out[:count] if end == 1 else out[len(out) - count :][::-1]
        ends *= ramp[:, None]
    return out


def _write_silence(folder: Path, count: int) -> None:
    """Files that nobody plays, but the player counts."""
    import numpy as np
    import soundfile

    folder.mkdir(parents=True)
    first = folder / "001.mp3"
    soundfile.write(first, np.zeros((_RATE // 5, 1)), _RATE, format="MP3")
    for number in range(2, count + 1):
        (folder / f"{number:03d}.mp3").write_bytes(first.read_bytes())
