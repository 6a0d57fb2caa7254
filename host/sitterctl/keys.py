"""The technician's keystore: one file per unit key, named by its key id, each holding the key as hex digits.

A unit's key never travels in a log. The key of simulated units is published here and always at hand; a seal made with
it shows that a file is undamaged, and nothing about who wrote it.
"""

import binascii
import os
from pathlib import Path
from string import hexdigits

from platformdirs import user_config_dir

from sitter import seal
from sitterctl.errors import SitterError

# Published on purpose; the simulator's board seals with the same bytes.
DEVELOPMENT_KEY = b"sitter simulator: published key!"

_LOWEST_BYTES, _HIGHEST_BYTES = 16, 64
_REMEDY = "A key is 32 to 128 hex digits, given as they are or as a file that holds them."


def folder() -> Path:
    """Where the keys are kept."""
    return Path(user_config_dir("sitter", appauthor=False)) / "keys"


def at_hand(chosen: str | None = None) -> list[bytes]:
    """The keys to verify with: only the chosen one (hex digits or a file of them), or all that are kept."""
    if chosen:
        return [_chosen(chosen)]
    return [*(_from_file(path) for path in sorted(folder().glob("*.key"))), DEVELOPMENT_KEY]


def keep(key: bytes) -> Path:
    """Put a unit's key in the keystore, readable by its owner alone; the file it now stands in."""
    path = folder() / f"{seal.key_id(key):08x}.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return path


def _chosen(text: str) -> bytes:
    if set(text.strip()) <= set(hexdigits):
        return _parse(text, "the digits given")
    return _from_file(Path(text))


def _from_file(path: Path) -> bytes:
    try:
        return _parse(path.read_text("ascii", "replace"), str(path))
    except OSError as error:
        raise SitterError(f"The key file can not be read: {error.strerror}", _REMEDY, exit_code=2) from error


def _parse(text: str, source: str) -> bytes:
    # The text itself is never repeated in an error: it may be most of a key.
    try:
        key = binascii.unhexlify("".join(text.split()))
    except ValueError:
        key = b""
    if not _LOWEST_BYTES <= len(key) <= _HIGHEST_BYTES:
        raise SitterError(f"There is no key in {source}", _REMEDY, exit_code=2)
    return key
