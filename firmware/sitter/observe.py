"""What staff see of the patient and no sensor here can tell: breathing, sedation, dissociation, nausea.

Asked with the readings that are never left out, the one at 40 minutes and the one before leaving, in six presses at
most. Breathing is counted by somebody and never worked out from the pulse. Its bands are those of NEWS2 (Royal College
of Physicians, 2017); sedation is the MOAA/S scale, from 5, answers to a name spoken as usual, to 0, does not react at
all (Chernik 1990, as later modified). For dissociation CADSS is too long for a bedside: none, some, marked are this
unit's own words.
"""

from sitter.schedule import MANDATORY, MANDATORY_MS

KIND = "observe"
BREATHS = ("breaths_per_min", "BREATHS A MINUTE?",
           (("UNDER 12", (("UNDER 9", "<9"), ("9 TO 11", "9-11"), None)), ("12 TO 20", "12-20"),
            ("OVER 20", (("21 TO 24", "21-24"), ("OVER 24", ">24"), None))))  # fmt: skip
MOAAS = ("moaas", "AWAKE? MOAA/S",
         (("5 AWAKE", 5), ("4 OR 3", (("4 SLOW", 4), ("3 IF LOUD", 3), None)),
          ("UNDER 3", (("2 SHAKEN", 2), ("1 PINCHED", 1), ("0 NOT", 0)))))  # fmt: skip
DISSOCIATION = ("dissociation", "DISSOCIATION?", (("NONE", "none"), ("SOME", "some"), ("MARKED", "marked")))
NAUSEA = ("nausea", "NAUSEA?", (("NONE", "none"), ("NAUSEA", "nausea"), ("VOMITING", "vomiting")))
QUESTIONS = (BREATHS, MOAAS, DISSOCIATION, NAUSEA)
_PHASES = ("onset", "peak", "return", "recovery", "stopped")


class Observe:
    """`asked` is whether the observation that goes with the 40-minute reading has been asked for."""

    def __init__(self) -> None:
        self.asked = False
        self._occasion = ""

    def begin(self, now_ms: int, unit, occasion: str) -> None:
        self._occasion = occasion
        unit.inquiries.questions.begin(now_ms, KIND, QUESTIONS)

    def run(self, now_ms: int, unit) -> None:
        """Ask once the mandatory reading has been tried, whatever has come of it."""
        session = unit.session
        if self.asked or session.phase not in _PHASES or unit.inquiries.questions.is_open(now_ms):
            return
        start_ms = unit.cuff.schedule.start_ms(session)
        pending = unit.cuff.busy or (start_ms is not None and start_ms <= now_ms)
        if now_ms - (session.t0_ms or 0) >= MANDATORY_MS and not pending:
            self.asked = True
            self.begin(now_ms, unit, MANDATORY)

    def write(self, now_ms: int, unit, out) -> None:
        """The questions have ended; what nobody answered is absent."""
        write(now_ms, unit, unit.inquiries.questions.answers, self._occasion, out)


def write(now_ms: int, unit, answers: dict, occasion: str, out) -> None:
    fields = {question[0]: answers.get(question[0]) for question in QUESTIONS}
    unit.record(out, "observe", now_ms, occasion=occasion, **fields)
