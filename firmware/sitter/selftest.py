"""The self-test of lamps, sounder and call relay, through the same path as real alarms; and that of the keys.

Short, at power-on: each lamp for a moment and the sound of low priority. Full, on request from the menu: lamp, sound
and call of each priority, after which the unit asks whether all of it was seen and heard; nobody else can know. A real
alarm ends the test. The sound is left out where a session is taken up again beside a patient.

While the keys are tested they mean nothing else: NEXT would begin a session. It ends by itself soon after the host
that asks for them has gone, and with any alarm; that a key is stuck is never kept from the unit.
"""

from sitter.alarm_table import HIGH, LOW, MEDIUM
from sitter.alarms import Signal

# For how many ms, lamp, sound, call. A yellow lamp flashes with 0.8 s on and off.
_SHORT = ((600, HIGH, 0, False), (1700, MEDIUM, 0, False), (800, LOW, LOW, False))
_FULL = ((4000, HIGH, HIGH, True), (2500, MEDIUM, MEDIUM, True), (2500, LOW, LOW, False))
_ASK_MS = 60000
_KEYS_MS = 6000
_STARTED = 1000000  # counts of occurrences that no real alarm has


class SelfTest:
    """`result` is "not done", "shown" (power-on: nobody was asked), "confirmed", "denied" or "unanswered"."""

    def __init__(self) -> None:
        self.result = "not done"
        self._steps: tuple = ()
        self._quiet = False
        self._begun_ms = 0
        self._ask_until_ms: int | None = None
        self._runs = 0
        self._denied = False  # the test before this one was

    def begin(self, now_ms: int, full: bool, quiet: bool = False) -> None:
        self._steps = _FULL if full else _SHORT
        self._quiet = quiet
        self._begun_ms = now_ms
        self._ask_until_ms = None
        self._runs += 1
        self._denied = self.result == "denied"
        if self._denied:  # its alarm waits: it would end the very test that can end it
            self.result = "not done"

    def stop(self) -> None:
        if self._steps and self._denied:
            self.result = "denied"
        self._steps = ()

    def signal(self, now_ms: int) -> Signal | None:
        """What lamps, sounder and relay should do for the test now; None when it is through."""
        at_ms = now_ms - self._begun_ms
        for k in range(len(self._steps)):
            ms, lamp, sound, calling = self._steps[k]
            if at_ms < ms:
                return Signal(lamp, 0 if self._quiet else sound, calling, _STARTED + self._runs * 10 + k, False)
            at_ms -= ms
        if self._steps:
            self._finish(now_ms)
        elif self._ask_until_ms is not None and now_ms >= self._ask_until_ms:
            self._ask_until_ms, self.result = None, "denied" if self._denied else "unanswered"
        return None

    def _finish(self, now_ms: int) -> None:
        if self._steps is _FULL:
            self._ask_until_ms = now_ms + _ASK_MS
        else:
            self.result = "shown"
        self._steps = ()

    @property
    def running(self) -> bool:
        return bool(self._steps)

    @property
    def asking(self) -> bool:
        return self._ask_until_ms is not None

    def answer(self, all_well: bool) -> None:
        if self.asking:
            self._ask_until_ms = None
            self.result = "confirmed" if all_well else "denied"


class KeyTest:
    """`seen` has every key with what it did, such as "MARK short", since `begin`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._until_ms = 0

    def begin(self, now_ms: int) -> None:
        self.seen = []
        self._until_ms = now_ms + _KEYS_MS

    def go_on(self, now_ms: int) -> bool:
        """Somebody is still waiting for keys; False if the test has ended meanwhile."""
        if now_ms >= self._until_ms:
            return False
        self._until_ms = now_ms + _KEYS_MS
        return True

    def stop(self) -> None:
        self._until_ms = 0

    def takes(self, now_ms: int, key: str, gesture: str) -> bool:
        """Whether the gesture was for the test, and so for nothing else."""
        if now_ms >= self._until_ms or gesture in ("stuck", "free"):
            return False
        name = key + " " + gesture
        if name not in self.seen:
            self.seen.append(name)
        return True
