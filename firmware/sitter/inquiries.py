"""What the unit asks of staff, one questionnaire at a time: the observation, the check before leaving, and whether the
eye shades are off.
"""

from sitter import leaving, observe
from sitter.questions import Questions

AGAIN_MS = 5 * 60000
SHADES = "shades"
_SHADES = (("shades", "EYE SHADES OFF?", (None, ("OFF", "off"), ("LATER", "later"))),)
SHADES_OFF = "eye shades off"


class Inquiries:
    def __init__(self) -> None:
        self.questions = Questions()
        self.observe = observe.Observe()
        self.leaving = leaving.Leaving()
        self.shades_off = False
        self._shades_ms = 0  # not asked for before

    def run(self, now_ms: int, unit, out) -> None:
        """Take what has been answered, and ask what is to be asked."""
        kind = self.questions.ended(now_ms)
        if kind == leaving.KIND:
            unit.say(now_ms, self.leaving.judge(now_ms, unit, out))
        elif kind == observe.KIND:
            self.observe.write(now_ms, unit, out)
        elif kind == SHADES:
            self._take_shades(now_ms, unit, out)
        if unit.session.phase == "closed" or unit.asking or self.questions.is_open(now_ms):
            return
        self.leaving.run(now_ms, unit)
        self.observe.run(now_ms, unit)
        if unit.session.phase == "recovery" and not self.shades_off and not self.questions.is_open(now_ms):
            self._ask_for_shades(now_ms, unit)

    def _ask_for_shades(self, now_ms: int, unit) -> None:
        if unit.mandate.agreed("eye_shades") and now_ms >= self._shades_ms:
            self.questions.begin(now_ms, SHADES, _SHADES)

    def _take_shades(self, now_ms: int, unit, out) -> None:
        self._shades_ms = now_ms + AGAIN_MS
        if self.questions.answers.get(SHADES) == "off":
            self.shades_off = True
            unit.record(out, "event", now_ms, code=SHADES_OFF, phase=unit.session.phase)

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [int(self.observe.asked), int(self.shades_off)] + self.leaving.saved()

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self.observe.asked, self.shades_off = bool(saved[0]), bool(saved[1])
        self.leaving.restore(saved[2:], shift_ms)
