"""How often the cuff was inflated within the last hour.

Every inflation counts, those that staff asked for and those that brought nothing; only the schedule is bounded by it
(`cuff_per_hour`). So a cuff that fails again and again is not pumped up twenty times an hour on somebody's arm.
"""

HOUR_MS = 60 * 60000
KEPT = 30  # the highest that `cuff_per_hour` may be


class Hour:
    def __init__(self) -> None:
        self._begun_ms: list[int] = []  # of the last inflations, the newest first

    def add(self, now_ms: int) -> None:
        """The cuff is inflated now."""
        self._begun_ms.insert(0, now_ms)
        del self._begun_ms[KEPT:]

    def free_ms(self, per_hour: int) -> int | None:
        """From when on there is room for one more; None where there always was."""
        return self._begun_ms[per_hour - 1] + HOUR_MS if len(self._begun_ms) >= per_hour else None

    def saved(self) -> list:
        """As it has to survive a restart."""
        return list(self._begun_ms)

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self._begun_ms = [begun_ms + shift_ms for begun_ms in saved]
