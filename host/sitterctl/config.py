"""What a technician sets once: defaults for options, in a project's `sitter.toml` and in the user's `config.toml`.

The command line goes before the environment (SITTER_PORT, SITTER_UNIT, SITTER_PORTS), that before the project's file
(in the working folder or the nearest one above it), that before the user's. A file with a fault is refused whole.
"""

import difflib
import os
import tomllib
from pathlib import Path

from platformdirs import user_config_dir

from sitterctl.errors import USAGE, SitterError

PROJECT_FILE = "sitter.toml"
# name: what its value must be, in words, and the check of it
_KEYS = {
    "port": ("text", lambda value: isinstance(value, str)),
    "unit": ("text", lambda value: isinstance(value, str)),
    "ports": ("a list of texts", lambda value: isinstance(value, list) and all(isinstance(v, str) for v in value)),
    "logs": ("text, a folder", lambda value: isinstance(value, str)),
    "clinic_phone": ("text", lambda value: isinstance(value, str)),
    "timeout_s": ("a number above 0", lambda value: type(value) in (int, float) and value > 0),
}


def user_file() -> Path:
    return Path(user_config_dir("sitter", appauthor=False)) / "config.toml"


def project_file() -> Path | None:
    """The nearest one, from the working folder upwards."""
    here = Path.cwd()
    return next((p / PROJECT_FILE for p in (here, *here.parents) if (p / PROJECT_FILE).is_file()), None)


def load() -> dict:
    """What both files say together. Raises SitterError with every fault of them."""
    chosen: dict = {}
    for path in (user_file(), project_file()):
        if path and path.is_file():
            chosen.update(_read(path))
    return chosen


def _read(path: Path) -> dict:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SitterError(f"{path} can not be used: {error}", "mend the line it names", exit_code=USAGE) from error
    faults = [fault for name, value in values.items() if (fault := _fault(name, value))]
    if faults:
        listed = "\n".join(f"  {path}: {fault}" for fault in faults)
        raise SitterError(f"the configuration has faults:\n{listed}", "mend the file", exit_code=USAGE)
    return values


def _fault(name: str, value: object) -> str | None:
    if name not in _KEYS:
        near = difflib.get_close_matches(name, _KEYS, 1)
        return f"{name}: no such key" + (f"; did you mean {near[0]}?" if near else "")
    words, good = _KEYS[name]
    return None if good(value) else f"{name}: must be {words}"


def named_ports() -> list[str]:
    """Ports that somebody has named as those of units: in SITTER_PORTS, or as `ports` in a file."""
    said = os.environ.get("SITTER_PORTS")
    return [path for path in said.split(os.pathsep) if path] if said else list(load().get("ports", []))
