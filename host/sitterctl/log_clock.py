"""The clock of a log: `at_ms`, which begins anew with each start of the unit, as UTC and on one axis of seconds."""


class LogClock:
    """Elapsed seconds count from the header and run straight through restarts."""

    def __init__(self) -> None:
        self._at_ms = 0
        self._utc_s: int | None = None
        self._trusted = False
        self._elapsed_s = self._last_s = 0.0

    def tie(self, fields: dict) -> None:
        """A header, or a boot, after which at_ms counts anew; only a trusted clock can bridge the time between."""
        utc_s, trusted = fields.get("utc_s"), bool(fields.get("utc_trusted"))
        if self._trusted and trusted and utc_s is not None and self._utc_s is not None:
            elapsed_s = self._elapsed_s + utc_s - self._utc_s
        else:
            elapsed_s = self._last_s + (fields.get("gap_s") or 0)
        self._elapsed_s = self._last_s = max(elapsed_s, self._last_s)
        self._at_ms, self._utc_s, self._trusted = fields["at_ms"] or 0, utc_s, trusted

    def at(self, at_ms: int) -> tuple[float | None, float]:
        """(utc_s, elapsed_s) of a moment of this start."""
        since_s = (at_ms - self._at_ms) / 1000
        self._last_s = self._elapsed_s + since_s
        return (None if self._utc_s is None else self._utc_s + since_s), self._last_s
