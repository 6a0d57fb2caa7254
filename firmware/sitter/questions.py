"""Questions about the patient that a press or two each answers: BP, NEXT and MARK are labelled with what they say.

A question is (name, title, choices): three of them, for the three keys in their order on the unit. A choice is (label,
answer); where the answer is itself a tuple it is three finer choices, for a second press. None is a key that says
nothing. Nothing is assumed: what nobody answers within two minutes stays unanswered, and is told as that.
"""

from sitter.menu import KEYS

CLOSES_MS = 120000


class Questions:
    """`kind` names the questionnaire that is open or was last; `answers` what has been said so far."""

    def __init__(self) -> None:
        self.kind = ""
        self.answers: dict = {}
        self._questions: tuple = ()
        self._choices: tuple = ()
        self._until_ms = 0

    def begin(self, now_ms: int, kind: str, questions: tuple) -> None:
        self.kind, self.answers, self._questions = kind, {}, questions
        self._choices = questions[0][2]
        self._until_ms = now_ms + CLOSES_MS

    def is_open(self, now_ms: int) -> bool:
        return bool(self._questions) and now_ms < self._until_ms

    def ended(self, now_ms: int) -> str | None:
        """The kind, once: all has been answered, or nobody has answered for too long."""
        if not self.kind or self.is_open(now_ms):
            return None
        kind, self.kind, self._questions = self.kind, "", ()
        return kind

    def drop(self) -> None:
        """Ask no more; what was answered is forgotten."""
        self.kind, self._questions = "", ()

    def take(self, now_ms: int, key: str, gesture: str) -> str | None:
        """A key: "" if it was for this, None if not. Keys that are held keep their meaning."""
        if not self.is_open(now_ms) or key not in KEYS or gesture in ("hold", "stuck", "free"):
            return None
        choice = self._choices[_PLACES[key]] if gesture == "short" else None
        if choice:
            self._until_ms = now_ms + CLOSES_MS
            self._answer(choice[1])
        return ""

    def _answer(self, answer) -> None:
        if type(answer) is tuple:
            self._choices = answer
            return
        self.answers[self._questions[0][0]] = answer
        self._questions = self._questions[1:]
        self._choices = self._questions[0][2] if self._questions else ()

    def words(self) -> str:
        return self._questions[0][1]

    def labels(self) -> tuple:
        """What BP, NEXT and MARK say."""
        return tuple(choice[0] if choice else "" for choice in self._choices)


_PLACES = {"BP": 0, "NEXT": 1, "MARK": 2}
