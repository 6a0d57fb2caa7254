"""What moves DTR and RTS when a port is opened, closed or left behind, by operating system; and how we hold them.

Espressif's auto-reset circuit holds the chip in reset while DTR is low and RTS high. Both low and both high are at
rest; DTR high with RTS low pulls GPIO0 down, which counts only at a reset. So both may move at once, up with DTR first,
or down with RTS first, and in no other order. `sure` says where a rule is from: nothing here was tried on a board.
Boards without that circuit, and the USB inside newer chips, have rules of their own.
"""

from typing import NamedTuple

# (DTR, RTS) that resets the chip: https://docs.espressif.com/projects/esptool/, boot mode selection.
RESET = (False, True)

UP, DOWN, AS_ASKED, AS_BEFORE = "up", "down", "as asked", "as they were asked before"


class Rule(NamedTuple):
    """`order` is what moves one after the other, DTR+RTS in one request; `answer` is what open_port does about it."""

    system: str  # as in sys.platform
    moment: str
    order: tuple[str, ...]
    to: str
    sure: str
    source: str
    answer: str


_POSIX_ASKS = "pyserial 3.5, serialposix.py, `open`: TIOCMBIS or TIOCMBIC for DTR, then for RTS"
_TTY_PORT = "Linux, drivers/tty/tty_port.c; one request in cp210x.c, ch341.c and cdc-acm.c"
_APPLE = "Apple's IOSerialFamily, IOSerialBSDClient.cpp, "
_SAMPLE = "Microsoft's serial sample, "

RULES = (
    Rule("linux", "opened", ("DTR+RTS",), UP, "source",
         _TTY_PORT, "nothing: it is harmless, and nobody can be earlier"),
    Rule("linux", "asked", ("DTR", "RTS"), AS_ASKED, "source, and traced on a pseudo-terminal",
         _POSIX_ASKS, "asks for both up, where they are; down would lower DTR first"),
    Rule("linux", "closed", ("DTR+RTS",), DOWN, "source; how a CP210x lowers them is unknown",
         _TTY_PORT + ", only with HUPCL; cp210x.c switches its bridge off at each close, which lowers both",
         "clears HUPCL"),
    Rule("linux", "ended", ("DTR+RTS",), DOWN, "as closed",
         "the kernel closes what a process leaves open", "HUPCL has been cleared"),
    Rule("darwin", "opened", ("DTR+RTS", "RTS"), UP, "source of an old release; drivers of bridges are not public",
         _APPLE + "`initSession`", "nothing: it is harmless"),
    Rule("darwin", "asked", ("DTR", "RTS"), AS_ASKED, "source",
         _POSIX_ASKS, "asks for both up, where they are"),
    Rule("darwin", "closed", ("DTR+RTS",), DOWN, "source of an old release",
         _APPLE + "`close`, only with HUPCL; a first opening takes the initial settings", "clears HUPCL"),
    Rule("darwin", "ended", ("DTR+RTS",), DOWN, "as closed",
         "the kernel closes what a process leaves open", "HUPCL has been cleared"),
    Rule("win32", "opened", ("DTR", "RTS"), AS_BEFORE, "source of a sample that drivers begin with",
         _SAMPLE + "openclos.c and modmflow.c: up, until a program asks otherwise", "nothing: it is harmless"),
    Rule("win32", "asked", ("RTS", "DTR"), AS_ASKED, "others' PortMon logs of raising; lowering is assumed to be alike",
         "pyserial 3.5, serialwin32.py: both in one SetCommState, seen as IOCTL_SERIAL_SET_RTS, then SET_DTR",
         "asks for both down before opening; up would raise RTS first"),
    Rule("win32", "closed", ("DTR", "RTS"), DOWN, "source of a sample, and resets reported",
         _SAMPLE + "openclos.c, `SerialFileCloseWorker`; micropython issue 9659 and pull request 18001",
         "both are down; lowers RTS, then DTR once more before the handle is closed"),
    Rule("win32", "ended", ("DTR", "RTS"), DOWN, "as closed",
         "Windows closes what a process leaves open", "both are down"),
)  # fmt: skip


def held_up(system: str) -> bool:
    """Whether both lines are held up from opening to closing. On Windows down, so that neither closing nor the end of
    a process has anything to lower, in the order that resets."""
    return system != "win32"
