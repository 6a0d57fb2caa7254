"""The technician's keystore: one file per unit key, named by its key id, each holding the unit's id and the key as hex
digits.

A unit's key never travels in a log. The key of simulated units is published here and always at hand; a seal made with
it shows that a file is undamaged, and nothing about who wrote it.
"""

import binascii
import contextlib
from pathlib import Path
from string import hexdigits

from platformdirs import user_config_dir

from sitter import seal
from sitterctl import output, whole_file
from sitterctl.errors import SitterError

# Published on purpose; the simulator's board seals with the same bytes.
DEVELOPMENT_KEY = b"sitter simulator: published key!"

_UNIT = "# unit "
_LOWEST_BYTES, _HIGHEST_BYTES = 16, 64
_REMEDY = "A key is 32 to 128 hex digits, given as they are or as a file that holds them."


def folder() -> Path:
    """Where the keys are kept."""
    return Path(user_config_dir("sitter", appauthor=False)) / "keys"


def at_hand(chosen: str | None = None) -> list[bytes]:
    """The keys to verify with: only the chosen one (hex digits or a file of them), or all that are kept."""
    if chosen:
        return [_chosen(chosen)]
    return [*(key for path in sorted(folder().glob("*.key")) if (key := _kept(path))), DEVELOPMENT_KEY]


def keep(key: bytes, unit_id: str) -> Path:
    """Put a unit's key in the keystore, readable by its owner alone and safely on disk; the file it now stands in.
    Raises SitterError."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole_file.write(path, f"{_UNIT}{unit_id}\n{key.hex()}\n", mode=0o600)
    return path


def unit_of(key: bytes) -> str | None:
    """The id of the unit that a key was made for, where the keystore knows it; simulated units share one key."""
    with contextlib.suppress(OSError):
        first = path_of(key).read_text("ascii", "replace").partition("\n")[0]
        return first.removeprefix(_UNIT) if first.startswith(_UNIT) else None
    return None


def path_of(key: bytes) -> Path:
    """The file that a key is kept in, if it is."""
    return folder() / f"{seal.key_id(key):08x}.key"


def _kept(path: Path) -> bytes | None:
    """A key of the keystore; a file that holds none is told and passed over."""
    try:
        return _from_file(path)
    except SitterError as error:
        output.note(f"{error.message}: passed over")
        return None


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
    digits = "".join(line for line in text.splitlines() if not line.startswith("#"))
    try:
        key = binascii.unhexlify("".join(digits.split()))
    except ValueError:
        key = b""
    if not _LOWEST_BYTES <= len(key) <= _HIGHEST_BYTES:
        raise SitterError(f"There is no key in {source}", _REMEDY, exit_code=2)
    return key
