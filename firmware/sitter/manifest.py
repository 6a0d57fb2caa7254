"""What a program for a unit is made of: a text that goes with it, with a line for each file.

    sitter 0.1.0 esp32_devkitc
    9f86d081...0a08 1234 sitter/alarms.mpy

First whose it is, its version and its board; then SHA-256, bytes and name of each file. The host writes it, host and
unit read it, a line at a time, and the unit's key vouches for all of it through `mac`: a program whose files have these
hashes, under a manifest with the right mac, is one that somebody with the key has put there.
"""

from sitter.seal import MAC_BYTES, hmac_sha256

_WHO = "sitter"
_END = ".mpy"
MOST_FILE_BYTES = 65536
_FOLDERS = ("sitter", "drivers")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def head(version: str, board: str) -> str:
    return "%s %s %s\n" % (_WHO, version, board)


def row(digest: str, size: int, name: str) -> str:
    return "%s %d %s\n" % (digest, size, name)


def parsed_head(line: str) -> tuple[str, str] | None:
    """(version, board) of the first line, None if it is none."""
    words = line.split()
    return (words[1], words[2]) if len(words) == 3 and words[0] == _WHO else None


def parsed_row(line: str) -> tuple[str, int, str] | None:
    """(SHA-256 as hex digits, bytes, name) of a line, None if it is none."""
    words = line.split()
    if len(words) != 3 or len(words[0]) != 64 or not _is_number(words[1]) or not is_name(words[2]):
        return None
    return words[0], int(words[1]), words[2]


def _is_number(word: str) -> bool:
    """Plain digits, and not too many: str.isdigit is another thing on each interpreter."""
    return 0 < len(word) <= 8 and all(c in "0123456789" for c in word)


def is_name(name: object) -> bool:
    """Whether a file of a program may be called so: small letters, in a folder at most, compiled."""
    if not isinstance(name, str) or not name.endswith(_END):
        return False
    parts = name[: -len(_END)].split("/")
    if len(parts) == 2 and parts[0] not in _FOLDERS:
        return False
    return len(parts) <= 2 and all(0 < len(part) <= 24 and all(c in _LETTERS for c in part) for part in parts)


def mac(unit_key: bytes, digest: bytes) -> bytes:
    """What the key says to a manifest with this SHA-256, 16 bytes."""
    return hmac_sha256(hmac_sha256(unit_key, b"sitter firmware"), digest)[:MAC_BYTES]
