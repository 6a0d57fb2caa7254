"""Who sits at this laptop, as its operating system has it: a claim that is written down, no proof."""

import contextlib
import getpass
import socket


def user() -> str | None:
    with contextlib.suppress(OSError, KeyError):
        return getpass.getuser()
    return None


def am_i() -> str:
    """`user@host`, as long as a unit keeps it."""
    name = f"{user() or '?'}@{socket.gethostname()}"
    return "".join(c if " " <= c <= "~" else "?" for c in name)[:32]
