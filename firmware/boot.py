"""First code after a reset: make every output safe, then run the program. Never replaced by an update.

Safe is: lamps and sounder off, room light as it is, backlight off, and the call relay de-energised, which calls. The
program energises it once it watches; if it never gets that far, somebody comes. With the service flag in RTC memory, or
MARK and BP held, nothing is started: the REPL is left to mpremote. The flag is cleared, so the next reset is normal.
Otherwise nobody gets a REPL: Ctrl-C is data from here on, and a start that ends, however it does, is followed by
another one.
"""

import sys

import micropython

micropython.kbd_intr(-1)  # before anything that takes time: a Ctrl-C on the line must not stop the way to the program


def slot() -> str:
    """The folder of the firmware slot in use, `/a` unless the marker file says `b`."""
    try:
        with open("/slot") as file:
            return "/b" if file.read(1) == "b" else "/a"
    except OSError:
        return "/a"


def start() -> bool:
    """Run the program; whether service was asked for instead."""
    sys.path.insert(0, slot())  # the board needs the drivers that lie there
    import board  # pyright: ignore[reportMissingImports] - boards/NAME.py, installed under this name

    board.safe_outputs()
    from drivers.keys import Keys

    chord_held = Keys(board.internal_i2c, board.keys_int, board.free_internal_i2c).held_at_boot()
    if board.take_service_flag() or chord_held:
        return True
    import main

    main.run(main.start(board))
    return False


def start_anew(error: BaseException | None) -> None:
    """Another start instead of the prompt, whatever it was that ended this one."""
    try:
        import board  # pyright: ignore[reportMissingImports]

        if error:
            board.report(error)
        board.restart()
    except Exception:  # noqa: BLE001 - no board, or one that can't: the chip itself can
        import machine

        machine.reset()


try:
    service = start()
except SystemExit:
    raise  # the simulated chip has lost its power
except BaseException as error:  # noqa: BLE001
    start_anew(error)
else:
    if service:
        print("service mode: the program is not running; reset to leave")
    else:
        start_anew(None)
