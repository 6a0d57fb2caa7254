"""The hand of somebody at the unit who reads its screen: opens the menu, goes down to words, chooses, answers, keys in.

A word is looked for on the labels of BP, NEXT and MARK first, and that key is pressed; then in the prompt, and NEXT
chooses it, held where the prompt asks for that. A number is keyed in digit by digit. What is not asked yet is waited
for, and so is what a press makes of the prompt, as a busy computer draws late; where a word is not offered the hand
gives up and says so, and the scenario fails.
"""

from sim.eyes import read

_LOOK_US = 700000
_PATIENCE = 200  # looks at one word: more than two minutes
_SLOW = 5  # looks at a prompt that a press has not changed
_SHORT_S, _MENU_S, _NEXT_S = 0.15, 1.5, 2.5


class Hand:
    def __init__(self, clock, display, press) -> None:
        self._clock = clock
        self._display = display
        self._press = press  # (key, seconds)
        self._wanted: list = []
        self._looks = 0
        self._before, self._waits = "", 0  # the prompt as it was at the last press, and looks at it since
        self.failures: list[str] = []

    def choose(self, words: list) -> None:
        """Behind MARK held, one after the other; texts and numbers."""
        self._do("MARK", _MENU_S)
        self.answer(words)

    def answer(self, words: list) -> None:
        """To what is asked already."""
        idle = not self._wanted
        self._wanted += words
        if idle:
            self._look_later(3 * _LOOK_US)

    def _do(self, key: str, held_s: float = _SHORT_S) -> None:
        self._before, self._waits = read(self._display.ram, "prompt"), _SLOW
        self._press(key, held_s)

    def _look_later(self, in_us: int = _LOOK_US) -> None:
        self._clock.at_us(self._clock.now_us + in_us, self._look)

    def _look(self) -> None:
        if not self._wanted:
            return
        if self._waits and read(self._display.ram, "prompt") == self._before:
            self._waits -= 1
            self._look_later()
            return
        self._waits = 0
        word, self._looks = self._wanted[0], self._looks + 1
        held_s = self._dial(word) if type(word) is int else self._find(word.upper())
        if held_s is None and self._looks >= _PATIENCE:
            self.failures.append("%s was not offered; the screen said %s" % (word, read(self._display.ram, "prompt")))
            self._wanted = []
        elif held_s is not None:
            self._wanted.pop(0)
            self._looks = 0
        self._look_later(_LOOK_US + int((held_s or 0) * 1000000))

    def _find(self, word: str) -> float | None:
        """Press the key that says or chooses the word, and for how long; None, and one down a menu, if none does."""
        ram = self._display.ram
        for key in ("BP", "NEXT", "MARK"):
            if read(ram, "key_" + key.lower()) == word:
                self._do(key)
                return _SHORT_S
        if word in read(ram, "prompt"):
            held_s = _NEXT_S if "HOLD NEXT" in word else _SHORT_S
            self._do("NEXT", held_s)
            return held_s
        if read(ram, "key_mark") == "DOWN":
            self._do("MARK")
        return None

    def _dial(self, number: int) -> float | None:
        """One press nearer to the number; None until it is there and confirmed."""
        said = read(self._display.ram, "prompt").split(" ")
        if len(said) != 5 or said[:2] != ["BY", "HAND:"]:
            return None
        if said[3] == "--":
            self._do("MARK")
            return None
        now, ones = int(said[3]), said[4] == "ONES"
        off = number % 10 - now % 10 if ones else number // 10 - now // 10
        self._do("NEXT" if off == 0 else "MARK" if off > 0 else "BP")
        return _SHORT_S if ones and off == 0 else None
