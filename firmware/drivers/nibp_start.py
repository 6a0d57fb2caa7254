"""How a cycle of the cuff module is begun, and which acknowledgement says that it has begun.

The start is answered with `O`. Acknowledgements carry no number, but they come in order: until the start is out, and
for `K` and `A` until `O` has come, they are meant for something earlier. A module that can't just now, or did not
understand, is asked again in a second, five times.
"""

from drivers.nibp_frames import START_ADULT

RECEIVED, FINISHED, ABORTED, BUSY = 0x4F, 0x4B, 0x41, 0x42  # the letters of acknowledgements
BEGUN, LATER, REFUSED = "begun", "later", "refused"
_TRIES = 5


class Start:
    def __init__(self) -> None:
        self._refusals = 0

    def frame(self) -> bytes:
        """What is to be sent next."""
        return START_ADULT

    def take(self, code: int, tries: int) -> str | None:
        """What an acknowledgement means, after so many starts without an answer; None: it is for something earlier."""
        if code in (FINISHED, ABORTED) or not tries:
            return None
        if code == RECEIVED or (code == BUSY and tries > 1):
            return BEGUN  # busy after a start without an answer: it is at work, only its `O` was lost
        self._refusals += 1
        return REFUSED if self._refusals >= _TRIES else LATER
