"""What is on the music card: for each folder the length of its tracks, and which are sung.

The player can't be asked how long a track is, nor which card it has. So `sitterctl music build`, which makes the card,
gives the unit this list: the card's id, how many files are on it in all, and two bytes a track, seconds in the low
twelve bits, then one for lyrics and three for intensity, as hex digits. The number of files is what the player does say
(0x48), and every card has another: the tool adds silent files in folder 99, as many as the card's id asks for.
"""

import binascii

from sitter.programme import PHASES, scene

LONGEST_S = 4095
_CARD, _MOST_FILES = 8, 9999
_NO_LYRICS_IN = ("ready", "onset", "peak")
NO_FOLDER, NO_TRACK, LYRICS = "no folder", "no track", "lyrics"


class Catalogue:
    """`value` has been checked."""

    def __init__(self, value: dict) -> None:
        self.card: str = value["card"]
        self.files: int = value["files"]
        self._folders = {int(name): binascii.unhexlify(value["folders"][name]) for name in value["folders"]}

    def told(self) -> dict:
        """As it came."""
        folders = {str(folder): str(binascii.hexlify(self._folders[folder]), "ascii") for folder in self._folders}
        return {"card": self.card, "files": self.files, "folders": folders}

    def count(self, folder: int) -> int:
        """How many tracks a folder has; 0 for one that is not on the card."""
        return len(self._folders.get(folder, b"")) // 2

    def seconds(self, folder: int, track: int) -> int:
        """How long a track is; 0 for one that is not on the card."""
        return self._entry(folder, track) & LONGEST_S

    def lyrics(self, folder: int, track: int) -> bool:
        return bool(self._entry(folder, track) & 0x1000)

    def intensity(self, folder: int, track: int) -> int:
        return self._entry(folder, track) >> 13

    def _entry(self, folder: int, track: int) -> int:
        if not 1 <= track <= self.count(folder):
            return 0
        data = self._folders[folder]
        return data[2 * track - 2] << 8 | data[2 * track - 1]

    def misfits(self, programme: dict, route: str) -> list[tuple]:
        """What the programme asks for and this card hasn't got, or has with words where there should be none: (phase,
        NO_FOLDER, NO_TRACK or LYRICS, folder, track)."""
        found = []
        for phase in PHASES:
            row = scene(programme, route, phase)
            count = self.count(row.folder)
            if row.folder and not count:
                found.append((phase, NO_FOLDER, row.folder, 0))
            for track in row.tracks or range(1, count + 1):
                if count and track > count:
                    found.append((phase, NO_TRACK, row.folder, track))
                elif phase in _NO_LYRICS_IN and self.lyrics(row.folder, track):
                    found.append((phase, LYRICS, row.folder, track))
        return found


def packed(seconds: int, lyrics: bool, intensity: int) -> str:
    """One track as four hex digits."""
    return "%04x" % (min(seconds, LONGEST_S) | (0x1000 if lyrics else 0) | intensity << 13)


def check(value) -> list[str]:
    """Every fault of a catalogue as a sentence that begins with its dotted key; empty when it may be used."""
    if not isinstance(value, dict):
        return ["catalogue: must be a table"]
    faults = ["%s: no such field" % name for name in sorted(value) if name not in ("card", "files", "folders")]
    card, files, folders = value.get("card"), value.get("files"), value.get("folders")
    if type(card) is not str or len(card) != _CARD or not _is_hex(card):
        faults.append("card: must be %d hex digits" % _CARD)
    if type(files) is not int or not 1 <= files <= _MOST_FILES:
        faults.append("files: must be a whole number from 1 to %d" % _MOST_FILES)
    if not isinstance(folders, dict):
        return faults + ["folders: must be a table"]
    for name in sorted(folders):
        tracks = folders[name]
        if not name.isdigit() or len(name) > 2 or not 1 <= int(name) <= 97 or str(int(name)) != name:
            faults.append("folders.%s: must be a folder from 1 to 97" % name[:8])
        elif type(tracks) is not str or not 4 <= len(tracks) <= 1020 or len(tracks) % 4 or not _is_hex(tracks):
            faults.append("folders.%s: must be four hex digits for each of 1 to 255 tracks" % name)
    return faults


def _is_hex(text: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in text)
