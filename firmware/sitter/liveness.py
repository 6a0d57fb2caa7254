"""Whether every task still comes by: a task that hangs without falling over is told by the clock alone.

Each task says `beat` in every turn. One that has not for longer than its limit hangs. It is begun anew once, with an
alarm; if it hangs again soon after, the alarm stands, and where it is a task that watches or keeps the record the unit
is given up: the step stops feeding the watchdog, and the unit starts anew and takes the session up. Music and screen
may stay away; a reset beside a patient would be the worse fault.
"""

# By task, several times the longest time between two of its turns.
LIMITS_MS = {
    "oximeter": 3000,
    "cuff": 5000,
    "keys": 3000,
    "writer": 10000,
    "clock": 150000,
    "supply": 30000,
    "display": 5000,
    "music": 5000,
}
DISPENSABLE = ("display", "music")
# A task that hangs again within so long after it was begun anew is not helped by that.
AGAIN_MS = 600000


class Liveness:
    def __init__(self) -> None:
        self._seen_ms: dict[str, int] = {}  # by task, from its first turn on
        self._begun_anew_ms: dict[str, int] = {}  # by task

    def beat(self, task: str, now_ms: int) -> None:
        self._seen_ms[task] = now_ms

    def hanging(self, now_ms: int) -> list[str]:
        """The tasks that have not come by for too long; before its first turn, since the unit started."""
        return [task for task in LIMITS_MS if now_ms - self._seen_ms.get(task, 0) > LIMITS_MS[task]]

    def may_begin_anew(self, task: str, now_ms: int) -> bool:
        """Whether beginning anew may help a task that hangs; it is then given its time."""
        last_ms = self._begun_anew_ms.get(task)
        if last_ms is not None and now_ms - last_ms < AGAIN_MS:
            return False
        self._begun_anew_ms[task] = self._seen_ms[task] = now_ms
        return True
