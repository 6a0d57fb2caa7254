"""The same for several things at once, a thread each. Ctrl-C is heard in each of them, where its line is being used."""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sitterctl import connection

Item = TypeVar("Item")
Came = TypeVar("Came")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, and what `came` of each by then."""

    def __init__(self, came: list) -> None:
        super().__init__()
        self.came = came


def each(work: Callable[[Item], Came], items: Sequence[Item]) -> list[Came]:
    """What came of each, in order; called in the main thread. Raises what one of them raised, and Interrupted, after
    all have ended."""
    # An exception while threads are waited for would leave some of them running; so Ctrl-C only sets a flag here.
    before = signal.signal(signal.SIGINT, lambda *_: connection.stopped.set())
    try:
        with ThreadPoolExecutor(max(1, len(items))) as pool:
            came = list(pool.map(work, items))
        if connection.stopped.is_set():
            raise Interrupted(came)
        return came
    finally:
        connection.stopped.clear()
        signal.signal(signal.SIGINT, before)
