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
    b#a    /a no longer starts, and so /b runs, which was the good one before

So a program that was updated gets one start, under a watchdog that began before it. Only the program itself can make
that `b`, when somebody with the key has confirmed it; a power cut, a hang or a fall takes the unit back to the good
one. The file is replaced as a whole. Without one, or with anything else in it, /a is good.

A good program may rot. After three starts in a row that failed before it ran, the other one is taken, if the unit's key
has vouched for it and it was not the last to be tried in vain; else the prompt is left to mpremote, with the call out.
"""

import gc
import os
import sys
import time

import esp32
import machine
import micropython
import vfs

micropython.kbd_intr(-1)  # before anything that takes time: a Ctrl-C on the line must not stop the way to the program

# Where memory is short, what is left behind is cleared away after so many bytes, from the first import on. Else what
# stays lies scattered over the whole heap: of 63 KB that were free the largest piece was 3 KB, and 46 KB in this way
# (docs/decisions/0024).
if gc.mem_free() < 1000000:
    gc.threshold(8192)

_KNOWN = ("a", "b", "a>b", "b>a", "a?b", "b?a", "a!b", "b!a", "a#b", "b#a")
_OTHER = {"a": "b", "b": "a"}
# As in drivers/volume.py, which can't be had before. They may grow and never shrink: see `remount`.
_READ_BYTES, _LOOKAHEAD_BYTES = 256, 64
_START_MS = 20000  # for a program to get from here to its first feeding of the watchdog
_HUNG_S = 15  # a start that was reset after so long hung: by the RTC's clock, which goes by a tenth off at the most
_MOST_FAILED = 3
_SERVICE = b"service"  # as in boards/
_GOOD, _ON_TRIAL, _ROTTEN = "good", "on trial", "rotten"


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


def slot(failed: int) -> tuple[str, str]:
    """The folder of the program, and whether it is good, on trial, or known not to start while there is no other."""
    said = _marker()
    good, tried = said[0], said[2:]
    if said[1:2] == ">" and _mark(good + "?" + tried):
        return "/" + tried, _ON_TRIAL
    if said[1:2] == "?":
        _mark(good + "!" + tried)
    if failed < _MOST_FAILED:
        return "/" + good, _GOOD
    other = _OTHER[good]
    if tried or not _is_vouched_for("/" + other):
        return "/" + good, _ROTTEN
    _mark(other + "#" + good)
    _begin_count(0)
    return "/" + other, _GOOD


def _is_vouched_for(folder: str) -> bool:
    """Whether a whole program lies there that the unit was ready to run: an update begins by taking that away."""
    try:
        return os.stat(folder + "/mac")[6] > 0
    except OSError:
        return False


# --- starts that fail -------------------------------------------------------------------------------------------------


def failed_starts() -> int:
    """How many starts in a row have failed: by an exception, or because they hung and the watchdog has ended them. The
    program ends the row when it feeds a watchdog of its own; and so does a loss of power, for the count is in the RTC's
    memory. A brown-out may leave that memory, and reports itself as the watchdog or as a reset by program; but never
    does a start go on for so long before one. So neither counts what was cut short."""
    words = machine.RTC().memory().split()
    try:
        if words[0] == b"failed":
            return int(words[1])
        if words[0] == b"starting":
            return int(words[1]) + (time.time() - int(words[2]) >= _HUNG_S)
    except (ValueError, IndexError):
        pass
    return 0


def _begin_count(failed: int) -> None:
    machine.RTC().memory(b"starting %d %d" % (failed, time.time()))


def _count_failure() -> None:
    """Unless the program has run: then it may fall as often as it likes."""
    if machine.RTC().memory().startswith(b"starting"):
        machine.RTC().memory(b"failed %d" % (int(machine.RTC().memory().split()[1]) + 1))


def start() -> bool:
    """Run the program; whether the prompt is wanted instead, for service or because no program starts."""
    failed = failed_starts()
    if machine.RTC().memory() != _SERVICE:
        _begin_count(failed)
    remount()
    folder, state = slot(failed)
    sys.path.insert(0, folder)  # the board lies there, and the drivers that it needs
    if state == _ROTTEN:
        put_out_safely()
        return True
    if state == _ON_TRIAL:  # one start, whatever the count
        machine.RTC().memory(b"")
        machine.WDT(timeout=_START_MS)
    import board  # pyright: ignore[reportMissingImports] - boards/NAME.py, installed under this name

    board.safe_outputs()
    if wants_service(board) and state != _ON_TRIAL:
        return True
    machine.WDT(timeout=_START_MS)
    import main

    main.run(main.start(board))
    return False


def put_out_safely() -> None:
    """As well as it goes: the board may be what is damaged. No pin of a chip that was reset is driven."""
    try:
        import board  # pyright: ignore[reportMissingImports]

        board.safe_outputs()
    except Exception as error:  # noqa: BLE001
        sys.print_exception(error)


def wants_service(board) -> bool:
    """By the flag, which is taken, or by the keys."""
    if board.take_service_flag():
        return True
    from drivers.keys import Keys

    return Keys(board.internal_i2c, board.keys_int, board.free_internal_i2c).held_at_boot()


def start_anew(error: BaseException | None) -> None:
    """Another start instead of the prompt, whatever it was that ended this one."""
    try:
        _count_failure()
        import board  # pyright: ignore[reportMissingImports]

        if error:
            board.report(error)
        board.restart()
    except Exception as worse:  # noqa: BLE001 - no board, or one that can't: the chip itself can
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
        machine.RTC().memory(b"")
        print("service mode: the program is not running; reset to leave")
    else:
        start_anew(None)
