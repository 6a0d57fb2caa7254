"""What outlives a reset of the simulated chip, in state.json: how often it has started and why, its clocks, and the
memory of its RTC, which a power cut empties. Replaced as a whole."""

import json
import os

from sim import world

POWER_ON = "power on"
_PATH = "/state.json"


def load(folder: str) -> dict:
    try:
        with open(folder + _PATH) as file:
            return json.load(file)
    except OSError:
        return {"at_us": 0, "boots": 0}


def save(folder: str, state: dict, at_us: int, cause: str) -> None:
    """The next start is at `at_us`, and for that reason."""
    memory = "" if cause == POWER_ON else str(world.rtc_memory, "ascii")
    path = folder + _PATH
    with open(path + ".new", "w") as file:
        json.dump(dict(state, at_us=at_us, reset_cause=cause, rtc_memory=memory), file)
    os.rename(path + ".new", path)
