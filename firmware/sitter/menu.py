"""The menu behind MARK held, for everything rarer than a key of its own.

MARK goes down, BP up, NEXT chooses; it closes by itself after 20 seconds. SILENCE and STOP keep their meaning.
"""

CLOSES_MS = 20000
KEYS = ("MARK", "BP", "NEXT")


class Menu:
    def __init__(self) -> None:
        self._items: tuple = ()
        self._at = 0
        self._until_ms = 0

    def open(self, now_ms: int, items: tuple, at: str = "") -> None:
        """`items` are (name, words); the one named `at` is shown first."""
        self._items, self._at = items, 0
        for k in range(len(items)):
            if items[k][0] == at:
                self._at = k
        self._until_ms = now_ms + CLOSES_MS

    def is_open(self, now_ms: int) -> bool:
        return bool(self._items) and now_ms < self._until_ms

    def take(self, now_ms: int, key: str, gesture: str) -> str | None:
        """A key: the name of what was chosen, "" if the key only moved, None if it was not for the menu."""
        if not self.is_open(now_ms) or key not in KEYS:
            return None
        if gesture != "short":
            return ""
        self._until_ms = now_ms + CLOSES_MS
        if key == "NEXT":
            chosen = self._items[self._at][0]
            self._items = ()
            return chosen
        self._at = (self._at + (1 if key == "MARK" else -1)) % len(self._items)
        return ""

    def text(self) -> str:
        """What NEXT would choose."""
        return self._items[self._at][1]

    def words(self) -> str:
        """The same with its number."""
        return "%d/%d %s" % (self._at + 1, len(self._items), self.text())

    def labels(self) -> tuple:
        """What BP, NEXT and MARK do."""
        return "UP", "CHOOSE", "DOWN"
