"""Whether a file system takes a small file, gives it back as it was, and lets it go: what a record needs of it."""

import os

_NAME = "/selftest.tmp"  # one that a power cut leaves behind is written over by the next
_PIECE = b"\x00\xff\x55\xaa" * 64


def works(root: str) -> bool:
    """Write, read back and remove; False if any of it fails."""
    path = root + _NAME
    try:
        with open(path, "wb") as file:
            file.write(_PIECE)
        with open(path, "rb") as file:
            same = file.read() == _PIECE
        os.remove(path)
    except OSError:
        return False
    return same
