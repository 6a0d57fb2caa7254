"""The catalogue of a music card as a file, as `sitterctl music build` writes it: with titles for people. What the unit
is given is made of it.
"""

from dataclasses import dataclass
from pathlib import Path

from sitter import catalogue
from sitterctl import toml_file
from sitterctl.errors import USAGE, SitterError

KIND, VERSION = "sitter music card", 1


@dataclass(frozen=True)
class Track:
    folder: int
    track: int
    title: str
    seconds: int
    lyrics: bool
    intensity: int


@dataclass(frozen=True)
class Card:
    card: str
    files: int
    tracks: list[Track]

    def for_unit(self) -> dict:
        """What `put.commit` takes as `music`."""
        folders: dict[str, str] = {}
        for one in sorted(self.tracks, key=lambda one: (one.folder, one.track)):
            packed = catalogue.packed(one.seconds, one.lyrics, one.intensity)
            folders[str(one.folder)] = folders.get(str(one.folder), "") + packed
        return {"card": self.card, "files": self.files, "folders": folders}

    def title(self, folder: int, track: int) -> str:
        return next((one.title for one in self.tracks if (one.folder, one.track) == (folder, track)), "")


def music_words(folder: int | None, track: int | None, card: Card | None = None) -> str:
    """What a log says is played, in words, with its title where a catalogue has one: `"Lake" (folder 2, track 3)`."""
    if not folder:
        return "no music"
    place = f"folder {folder}, track {track}" if track else f"folder {folder}"
    title = card.title(folder, track) if card and track else ""
    return f'"{title}" ({place})' if title else place


def read(path: Path) -> Card:
    """A checked catalogue. Raises SitterError."""
    whole = toml_file.read(path)[0]
    card, faults = None, []
    try:
        if (whole["kind"], whole["version"]) != (KIND, VERSION):
            raise KeyError("kind")
        tracks = [Track(**{name: row[name] for name in Track.__dataclass_fields__}) for row in whole["track"]]
        card = Card(whole["card"], whole["files"], tracks)
        faults = catalogue.check(card.for_unit())
    except (KeyError, TypeError) as error:
        faults = [f"{error} is missing or is something else"]
    if card is None or faults:
        listed = "\n".join(f"  {path}: {fault}" for fault in faults)
        raise SitterError(f"this is no catalogue of a card:\n{listed}", "`sitterctl music build` writes one",
                          exit_code=USAGE)  # fmt: skip
    return card


def text(card: Card) -> str:
    """The file."""
    lines = ["# What is on a music card, by `sitterctl music build`. `sitterctl music put` gives it to a unit.",
             f'kind = "{KIND}"', f"version = {VERSION}", f'card = "{card.card}"', f"files = {card.files}"]  # fmt: skip
    for one in card.tracks:
        title = one.title.replace("\\", "\\\\").replace('"', '\\"')
        lines += ["", "[[track]]", f"folder = {one.folder}", f"track = {one.track}", f'title = "{title}"',
                  f"seconds = {one.seconds}", f"lyrics = {str(one.lyrics).lower()}",
                  f"intensity = {one.intensity}"]  # fmt: skip
    return "\n".join(lines) + "\n"
