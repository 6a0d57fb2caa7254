"""First code after a reset: make every output safe, then run the program. Never replaced by an update.

Safe is: lamps and sounder off, room light as it is, backlight off, and the call relay de-energised, which calls. The
program energises it once it watches; if it never gets that far, somebody comes. With the service flag in RTC memory, or
MARK and BP held, nothing is started: the REPL is left to mpremote. The flag is cleared, so the next reset is normal.
Otherwise nobody gets a REPL: Ctrl-C is data from here on, and a start that ends, however it does, is followed by
another one.

There are two slots for a program, /a and /b. The file /slot says which one is good, and what became of the other:

    a      /a is good
    a>b    /b is to be tried: at the next start
    a?b    /b is being tried; if this is found at a start, it was not confirmed, whyever
    a!b    /b was tried and not confirmed; /a runs again

So a program that was updated gets one start, under a watchdog that began before it. Only the program itself can make
that `b`, when somebody with the key has confirmed it; a power cut, a hang or a fall takes the unit back to the good
one. The file is replaced as a whole. Without one, or with anything else in it, /a is good.
"""

import os
import sys

import esp32
import micropython
import vfs

micropython.kbd_intr(-1)  # before anything that takes time: a Ctrl-C on the line must not stop the way to the program

_KNOWN = ("a", "b", "a>b", "b>a", "a?b", "b?a", "a!b", "b!a")
# As in drivers/volume.py, which can't be had before. They may grow and never shrink: see `remount`.
_READ_BYTES, _LOOKAHEAD_BYTES = 256, 64
_TRIAL_START_MS = 20000  # for a program on trial to get from here to its first feeding of the watchdog


def remount() -> None:
    """Mount the volume for good. MicroPython has mounted it with caches of 128 bytes, and so can't read a small file
    that LittleFS has put into its folder's own block, which it does up to the size of the cache that it was written
    with; and on a full volume it is slow (docs/decisions/0014)."""
    for device in esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs"):
        vfs.umount("/")
        vfs.mount(vfs.VfsLfs2(device, readsize=_READ_BYTES, lookahead=_LOOKAHEAD_BYTES), "/")


def _marker() -> str:
    try:
        with open("/slot", "rb") as file:
            said = str(file.read(4), "ascii")
    except (OSError, ValueError):
        return "a"
    return said if said in _KNOWN else "a"


def _mark(marker: str) -> bool:
    """Replace the marker as a whole; False if the flash does not take it."""
    try:
        with open("/slot.new", "w") as file:
            file.write(marker)
        os.rename("/slot.new", "/slot")
    except OSError:
        return False
    return True


def slot() -> tuple[str, bool]:
    """The folder of the program to start, and whether it is on trial."""
    said = _marker()
    good, tried = said[0], said[2:]
    if said[1:2] == ">" and _mark(good + "?" + tried):
        return "/" + tried, True
    if said[1:2] == "?":
        _mark(good + "!" + tried)
    return "/" + good, False


def start() -> bool:
    """Run the program; whether service was asked for instead."""
    remount()
    folder, on_trial = slot()
    if on_trial:
        import machine

        machine.WDT(timeout=_TRIAL_START_MS)
    sys.path.insert(0, folder)  # the board lies there, and the drivers that it needs
    import board  # pyright: ignore[reportMissingImports] - boards/NAME.py, installed under this name

    board.safe_outputs()
    from drivers.keys import Keys

    chord_held = Keys(board.internal_i2c, board.keys_int, board.free_internal_i2c).held_at_boot()
    if not on_trial and (board.take_service_flag() or chord_held):
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
    except Exception as worse:  # noqa: BLE001 - no board, or one that can't: the chip itself can
        import machine

        sys.print_exception(worse)
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
