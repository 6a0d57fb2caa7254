"""Where the firmware's sources are."""

import importlib.util
from pathlib import Path
from types import ModuleType


def firmware_folder() -> Path:
    """The firmware tree: the wheel's copy of it, or in a checkout the one that the core lies in."""
    import sitter

    carried = Path(__file__).parent / "firmware"
    return carried if carried.is_dir() else Path(sitter.__file__).parent.parent


def practice() -> ModuleType:
    """The simulator's plan for practice, which is no part of the core."""
    found = importlib.util.spec_from_file_location("sitter_practice", firmware_folder() / "sim" / "practice.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
