"""A unit's clock beside this computer's."""

import time

from sitterctl.connection import Connection


def offset_s(status: dict) -> float | None:
    """How far the unit's clock, which counts whole seconds, is ahead of this computer's."""
    utc_s = status.get("utc_s")
    return None if utc_s is None else round(utc_s - time.time(), 1)


_TAKEN_S = 0.3


def set_to_now(connection: Connection) -> dict:
    """Set the unit's clock to this computer's, at the turn of a second; the unit's answer. Raises SitterError."""
    time.sleep(1 - time.time() % 1)  # the unit begins its second when it is told
    answer = connection.ask("clock.set", utc_s=int(time.time()))
    time.sleep(_TAKEN_S)  # the unit goes by it from its next step on
    return answer
