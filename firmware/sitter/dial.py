"""Numbers keyed in: the tens, then the ones, MARK for more and BP for less, NEXT for the next; NEXT held at the end.

What was keyed in counts only when NEXT has been held; without a key for 20 seconds nothing has happened. A field is
empty until MARK or BP turns it, and only then shows the number that it begins with: NEXT alone, pressed through, must
not make a reading that nobody took.
"""

from sitter.menu import CLOSES_MS, KEYS


class Dial:
    def __init__(self) -> None:
        self._rows: tuple = ()
        self._values: list = []
        self._at = 0  # which place: two a field
        self._until_ms = 0

    def begin(self, now_ms: int, fields: tuple) -> None:
        """`fields` are (title, lowest, highest, value that the first turn shows, whether it may be left out)."""
        self._rows, self._at = fields, 0
        self._values = [None] * len(fields)
        self._until_ms = now_ms + CLOSES_MS

    def is_open(self, now_ms: int) -> bool:
        return bool(self._rows) and now_ms < self._until_ms

    @property
    def _is_complete(self) -> bool:
        return self._at == 2 * len(self._rows)

    def take(self, now_ms: int, key: str, gesture: str):
        """A key: the values once all have been confirmed, None in the place of one left out; "" if the key was for
        this, None if not."""
        if not self.is_open(now_ms) or key not in KEYS:
            return None
        if self._is_complete:
            if (key, gesture) != ("NEXT", "hold"):
                return ""
            values, self._rows = tuple(self._values), ()
            return values
        if gesture == "short":
            self._until_ms = now_ms + CLOSES_MS
            if key == "NEXT":
                self._on()
            else:
                self._turn(1 if key == "MARK" else -1)
        return ""

    def _on(self) -> None:
        k = self._at // 2
        if self._values[k] is not None:
            self._at += 1
        elif self._rows[k][4]:  # left out
            self._at += 2

    def _turn(self, by: int) -> None:
        k, ones = self._at // 2, self._at % 2
        _, low, high, first, may_miss = self._rows[k]
        value = self._values[k]
        if value is None:
            self._values[k] = min(max(first, low), high)
        elif ones:
            self._values[k] = min(max(value // 10 * 10 + (value + by) % 10, low), high)
        elif low <= value + 10 * by <= high:
            self._values[k] = value + 10 * by
        elif may_miss:
            self._values[k] = None
        else:
            self._values[k] = min(max(value + 10 * by, low), high)

    def words(self) -> str:
        """The number being keyed in, its place marked; at the end all of them."""
        if self._is_complete:
            return "/".join("--" if value is None else str(value) for value in self._values) + ": HOLD NEXT"
        title, value = self._rows[self._at // 2][0], self._values[self._at // 2]
        text = "--" if value is None else str(value)
        return "BY HAND: %s %s %s" % (title, text, "ONES" if self._at % 2 else "TENS")

    def labels(self) -> tuple:
        return "LESS", "HOLD: OK" if self._is_complete else "OK", "MORE"
