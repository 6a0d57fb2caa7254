"""How often the cuff module has inflated, and when it was last serviced; kept across starts.

The count is what the state store had at this start and what the driver has counted since. The writer puts it on flash
with the records of a cycle, once a cycle at the most: a power cut loses the cycle that was running, and with a damaged
slot the one before it. 1000 such writes are 1000 programs and 23 erases (LittleFS on the simulated flash, otherwise at
rest); of the 100 000 erases that a block of NOR flash is specified for, two sessions a day take some 150 a year.

A service is due a year after the last one, or after so many cycles; of a module that was never serviced nobody knows.
"""

YEAR_S = 365 * 86400


class Care:
    """`served_s` (UTC, None if never) and `served_cycles` are of the last service that was passed."""

    def __init__(self, state, nibp) -> None:
        self._state = state
        self._nibp = nibp
        kept, _ = state.load("cuff")
        self._before, self.served_s, self.served_cycles = _known(kept) or (0, None, 0)
        if kept is not None and not _known(kept):
            state.refuse("cuff")
        self._written = self._before

    @property
    def cycles(self) -> int:
        """Inflations begun by the module in this unit, those that failed too."""
        return self._before + self._nibp.cycles

    def write(self) -> None:
        """Put the count on flash, if it has changed."""
        if self.cycles != self._written:
            self._save()

    def _save(self) -> bool:
        cycles = self.cycles
        if not self._state.save("cuff", [cycles, self.served_s, self.served_cycles]):
            return False
        self._written = cycles
        return True

    def serviced(self, utc_s: int) -> bool:
        """It has passed a service now; False if that can't be stored. In both slots, so that one may be damaged."""
        before = self.served_s, self.served_cycles
        self.served_s, self.served_cycles = utc_s, self.cycles
        stored = self._save(), self._save()
        if any(stored):
            return True
        self.served_s, self.served_cycles = before
        return False

    def remind(self, now_ms: int, unit) -> None:
        """Now and then: let the screen say so when a service is due."""
        unit.cuff.service_due = self.told(now_ms, unit)["due"]

    def told(self, now_ms: int, unit) -> dict:
        """Count, moments (UTC) and whether a service is due; its date counts only by a clock that is to be trusted."""
        if self.served_s is None:
            return {"cycles": self.cycles, "served_s": None, "due_s": None, "due_cycles": None, "due": False}
        utc_s = unit.utc_s(now_ms) if unit.clock_trusted else 0
        due_s, due_cycles = self.served_s + YEAR_S, self.served_cycles + unit.settings["cuff_service_cycles"]
        return {"cycles": self.cycles, "served_s": self.served_s, "due_s": due_s, "due_cycles": due_cycles,
                "due": utc_s >= due_s or self.cycles >= due_cycles}  # fmt: skip


def _known(kept) -> list | None:
    """What is kept here, without what a newer program, since left, has written behind it; None if it is not that."""
    if not isinstance(kept, list) or len(kept) < 3:
        return None
    served = kept[1] is None or _is_count(kept[1])
    return kept[:3] if _is_count(kept[0]) and served and _is_count(kept[2]) else None


def _is_count(value) -> bool:
    return type(value) is int and 0 <= value <= 0xFFFFFFFF
