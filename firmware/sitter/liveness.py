"""Whether every task still comes by: a task that hangs without falling over is told by the clock alone.

Each task says `beat` in every turn. One that has not for longer than its limit is silent; what it should have brought
goes stale by itself as well, but only a session's rows look at that, and only for what they need.
"""

# By task, several times the longest time between two of its turns.
LIMITS_MS = {
    "oximeter": 3000,
    "cuff": 5000,
    "keys": 3000,
    "supply": 30000,
    "display": 5000,
    "music": 5000,
    "clock": 150000,
}


class Liveness:
    def __init__(self) -> None:
        self._seen_ms: dict[str, int] = {}  # by task, from its first turn on

    def beat(self, task: str, now_ms: int) -> None:
        self._seen_ms[task] = now_ms

    def silent(self, now_ms: int) -> str | None:
        """A task that has not come by for too long; before its first turn, since the unit started."""
        for task in LIMITS_MS:
            if now_ms - self._seen_ms.get(task, 0) > LIMITS_MS[task]:
                return task
        return None
