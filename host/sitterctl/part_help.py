"""What mends a part whose state alone does not tell a technician enough."""

_REMEDIES = {
    ("firmware", ""): "`sitterctl update --show`",
    ("oximeter", "no UART"): "the setting oximeter_module wants a module, and this board has no UART for it: set it to "
    "0, or use an ESP32-S3 board and an image without a prompt on UART 0",
    ("oximeter", "wrong format"): "what comes is not Nonin's serial format 1 at 9600 baud: look at the module's type "
    "and, in its papers, how its format is chosen",
    (
        "nibp",
        "silent",
    ): "look at the module's supply and cable, and whether the setting cuff_module names its kind: 0 for "
    "a SunTech Advantage, 1 for one that talks ASCII",
}


def remedy(part: str, state: str) -> str | None:
    """A sentence or a command; None where nothing better is known than to look at the plug."""
    return _REMEDIES.get((part, state)) or _REMEDIES.get((part, ""))
