"""Something that somebody has to answer for, picked with the keys: one question after the other, then NEXT held.

Each question is a menu of its own, MARK down, BP up, NEXT chooses. What was picked counts only when NEXT has been held
at the end; without a key for 20 seconds nothing has happened.
"""

from sitter.menu import KEYS, Menu


class Picks:
    def __init__(self) -> None:
        self._menu = Menu()
        self._questions: tuple = ()
        self.kind = ""
        self.chosen: list[str] = []

    def begin(self, now_ms: int, kind: str, questions: tuple) -> None:
        """`questions` are (title, texts to pick from); a title has three letters."""
        self.kind, self.chosen, self._questions = kind, [], questions
        self._ask(now_ms)

    def _ask(self, now_ms: int) -> None:
        if self._is_answered:
            self._menu.open(now_ms, (("", "HOLD NEXT TO CONFIRM"),))
        else:
            title, texts = self._questions[len(self.chosen)]
            self._menu.open(now_ms, tuple((text, "%s: %s" % (title, text)) for text in texts))

    def is_open(self, now_ms: int) -> bool:
        return bool(self.kind) and self._menu.is_open(now_ms)

    @property
    def _is_answered(self) -> bool:
        return len(self.chosen) == len(self._questions)

    def take(self, now_ms: int, key: str, gesture: str) -> str | None:
        """A key: the kind once all has been picked and confirmed, "" if the key was for this, None if not."""
        if not self.is_open(now_ms):
            return None
        if self._is_answered:
            if (key, gesture) == ("NEXT", "hold"):
                kind, self.kind = self.kind, ""
                return kind
            return "" if key in KEYS else None
        picked = self._menu.take(now_ms, key, gesture)
        if not picked:
            return picked
        self.chosen.append(picked)
        self._ask(now_ms)
        return ""

    def words(self) -> str:
        return self._menu.text()

    def labels(self) -> tuple:
        return self._menu.labels()
