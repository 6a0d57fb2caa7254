"""First code after a reset: make every output safe, then run the program. Never replaced by an update.

Safe is: lamps and sounder off, room light as it is, backlight off, and the call relay de-energised, which calls. The
program energises it once it watches; if it never gets that far, somebody comes. With the service flag in RTC memory, or
MARK and BP held, nothing is started: the REPL is left to mpremote. The flag is cleared, so the next reset is normal.
Otherwise nobody gets a REPL: Ctrl-C is data from the first line on, and a program that ends, however it does, is
followed by a reset.
"""

import sys

import micropython

import board  # pyright: ignore[reportMissingImports] - boards/NAME.py, installed under this name

SERVICE_FLAG = b"service"


def slot() -> str:
    """The folder of the firmware slot in use, `/a` unless the marker file says `b`."""
    try:
        with open("/slot") as file:
            return "/b" if file.read(1) == "b" else "/a"
    except OSError:
        return "/a"


micropython.kbd_intr(-1)  # a Ctrl-C on the line at the wrong moment must not stop the way to the program
board.safe_outputs()
if board.take_rtc_flag() == SERVICE_FLAG or board.service_keys_held():
    print("service mode: the program is not running; reset to leave")
else:
    sys.path.insert(0, slot())
    try:
        import main

        main.run(main.start(board))
    except Exception as error:  # noqa: BLE001 - whatever it was, what follows is another start
        board.report(error)
    board.restart()
