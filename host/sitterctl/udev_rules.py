"""The udev rules that come with sitterctl, for Linux: what is in them, and how they are installed."""

from pathlib import Path

FOLDER = Path(__file__).parent / "udev"
# For every laptop.
PORTS = "70-sitter.rules"
# Not where somebody uses a braille display.
NO_BRLTTY = "99-sitter-brltty.rules"
INSTALLED_IN = "/etc/udev/rules.d"


def shipped(name: str) -> str:
    """The text of a rules file."""
    return (FOLDER / name).read_text("ascii")


def texts() -> dict[str, str]:
    """Each file's name and text."""
    return {name: shipped(name) for name in (PORTS, NO_BRLTTY)}


def commands(*names: str) -> list[str]:
    """What installs them; the cable has to be plugged in again after that."""
    files = " ".join(str(FOLDER / name) for name in names)
    return [f"sudo install -m 644 -t {INSTALLED_IN} {files}", "sudo udevadm control --reload"]
