"""The same for several things at once, a thread each. Ctrl-C is heard in each of them, where its line is being used."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import TypeVar

from sitterctl import connection
from sitterctl.errors import INTERRUPTED

Item = TypeVar("Item")
Came = TypeVar("Came")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, and what `came` of each by then."""

    def __init__(self, came: list) -> None:
        super().__init__()
        self.came = came


def _stop(number: int, frame: FrameType | None) -> None:
    """A first Ctrl-C lets what is being done come to its end; a second one is the end of the program, at once."""
    first = not connection.stopped.is_set()
    connection.stopped.set()
    if sys.stderr.isatty():  # by `write`: a print may just be at work; the cursor may be hidden by a bar
        said = "finishing what is being done; Ctrl-C once more ends it at once" if first else "\x1b[?25hended at once"
        os.write(sys.stderr.fileno(), f"\n{said}\n".encode())
    if not first:
        os._exit(INTERRUPTED)


def each(work: Callable[[Item], Came], items: Sequence[Item]) -> list[Came]:
    """What came of each, in order; called in the main thread. Raises what one of them raised, and Interrupted, after
    all have ended."""
    # An exception while threads are waited for would leave some of them running; so Ctrl-C only sets a flag here.
    before = signal.signal(signal.SIGINT, _stop)
    try:
        with ThreadPoolExecutor(max(1, len(items))) as pool:
            came = list(pool.map(work, items))
        if connection.stopped.is_set():
            raise Interrupted(came)
        return came
    finally:
        connection.stopped.clear()
        signal.signal(signal.SIGINT, before)
