"""Reading a TOML file, with the same words about what can be wrong with it wherever one is read."""

import tomllib
from pathlib import Path

from sitterctl.errors import USAGE, SitterError


def read(path: Path) -> tuple[dict, str]:
    """What it says, and its text. Raises SitterError."""
    try:
        source = path.read_text(encoding="utf-8")
        return tomllib.loads(source), source
    except OSError as error:
        raise SitterError(f"can't read {path}: {error.strerror}", "check the path", exit_code=USAGE) from error
    except tomllib.TOMLDecodeError as error:
        raise SitterError(f"{path} is not TOML: {error}", "mend the line it names", exit_code=USAGE) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SitterError(f"{path} is not UTF-8 text (at line {line})", "save it as UTF-8", exit_code=USAGE) from error
