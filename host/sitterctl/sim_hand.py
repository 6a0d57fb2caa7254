"""What somebody does and sees at a simulated unit that is at work: its keys, a hand bulb, a manometer on its hose.

Both ends meet in the unit's folder: what is to happen is put there, and where the unit is it leaves there four times a
second.
"""

import fcntl
import json
import os
import time
from pathlib import Path

from sitterctl import answers
from sitterctl.errors import BUSY, NO_UNIT, SitterError

_HAPPENS, _STATE, _LOCK = "happens.json", "state.json", "lock"
_TAKEN_S = 5.0


def alone_in(folder: Path) -> int:
    """The folder's lock, until it is closed. Raises SitterError when another unit is at work there."""
    handle = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise SitterError(f"a simulated unit is at work in {folder} already", "use it, end it, or name another folder",
                          exit_code=BUSY) from error  # fmt: skip
    return handle


def happen(folder: Path, entry: dict) -> None:
    """Let something happen to the simulated unit whose flash lies in this folder: an entry of a timeline, now. Raises
    SitterError when no unit takes it."""
    target = folder / _HAPPENS
    new = target.with_suffix(".new")
    new.write_text(json.dumps(entry))
    os.replace(new, target)
    give_up_at = time.monotonic() + _TAKEN_S
    while target.exists():
        if time.monotonic() > give_up_at:
            target.unlink(missing_ok=True)
            raise _nobody(folder)
        time.sleep(0.05)


def manometer_mmhg(folder: Path) -> int:
    """What a manometer on the hose of the cuff shows, whatever the module itself reads. Raises SitterError."""
    try:
        os.close(alone_in(folder))
    except SitterError:  # a unit is at work, as it has to be
        with_state = folder / _STATE
        if with_state.exists():
            return answers.need(json.loads(with_state.read_text()), cuff_mmhg=int)["cuff_mmhg"]
    raise _nobody(folder)


def _nobody(folder: Path) -> SitterError:
    return SitterError(f"no simulated unit is at work in {folder}, or it has no program yet",
                       "`sitterctl sim start FILE --state FOLDER` starts one; `sitterctl flash`, if it is blank",
                       exit_code=NO_UNIT)  # fmt: skip
