"""Where the program begins. Until the rest is imported Ctrl-C ends it without a word, and not in a traceback."""

import os
import signal
from types import FrameType

from sitterctl.errors import INTERRUPTED


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)  # nothing was begun


def main() -> None:
    signal.signal(signal.SIGINT, _end)
    from sitterctl import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
