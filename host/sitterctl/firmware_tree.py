"""Where the firmware's sources are."""

from pathlib import Path


def firmware_folder() -> Path:
    """The firmware tree: the wheel's copy of it, or in a checkout the one that the core lies in."""
    import sitter

    carried = Path(__file__).parent / "firmware"
    return carried if carried.is_dir() else Path(sitter.__file__).parent.parent
