"""The check before leaving: what the log can say and what staff say, as a score, twice, some time after the last dose.

The score is modelled on the PADSS (post-anaesthetic discharge scoring system): parts of 0 to 2. Its vital signs are
taken over: within 20 % of the patient's own numbers 2, within 40 % 1, beyond 0 (clinmedjournals, ijodh-2-036). Its
activity and mental status, there one part, are two here; nausea is graded by what is seen, there by what helps. Its
pain and bleeding say nothing here; sedation and dissociation are this unit's choice. Twelve is all of it. It passes
from `leave_score` points on with no part at 0, an escort there, and `leave_after_min` since the last dose. A check that
does not pass makes the count begin again; of passes sooner than `leave_apart_min` after one another only the first
counts.

Vitals are this moment's pulse and the last systolic pressure, ten minutes old at most when the questions begin; the
worse of the two counts. Without a baseline, or without a number now, there is no score, none is made up, and the check
counts neither way. The unit advises. A pass never says that a patient may go; that is said by a person.
"""

from sitter import observe

KIND = "leaving"
FRESH_MS = 10 * 60000
PARTS = ("vitals", "activity", "nausea", "orientation", "sedation", "dissociation")
ACTIVITY = ("activity", "WALKING?", (("STEADY", 2), ("WITH HELP", 1), ("UNABLE", 0)))
ORIENTATION = ("orientation", "KNOWS PLACE AND TIME?", (("FULLY", 2), ("PARTLY", 1), ("NO", 0)))
ESCORT = ("escort", "ESCORT HERE?", (None, ("YES", 1), ("NO", 0)))
QUESTIONS = observe.QUESTIONS + (ACTIVITY, ORIENTATION, ESCORT)
PHASES = ("recovery", "stopped")
_SEDATION = (0, 0, 0, 0, 1, 2)  # by MOAA/S
_NONE_SOME = {"none": 2, "some": 1, "marked": 0, "nausea": 1, "vomiting": 0}


def vitals_part(pulse_bpm, systolic_mmhg, own_pulse_bpm, own_systolic_mmhg) -> int | None:
    """2, 1 or 0 by the worse of the two; None where a number is missing."""
    if not (pulse_bpm and systolic_mmhg and own_pulse_bpm and own_systolic_mmhg):
        return None
    worst = 2
    for now, before in ((pulse_bpm, own_pulse_bpm), (systolic_mmhg, own_systolic_mmhg)):
        off = abs(now - before) * 100
        worst = min(worst, 2 if off <= 20 * before else 1 if off <= 40 * before else 0)
    return worst


def parts(answers: dict, vitals: int | None) -> dict:
    """By name, None where it can't be scored."""
    found = {"vitals": vitals, "activity": answers.get("activity"), "orientation": answers.get("orientation")}
    for name in ("nausea", "dissociation"):
        found[name] = _NONE_SOME.get(answers.get(name, ""))
    moaas = answers.get("moaas")
    found["sedation"] = None if moaas is None else _SEDATION[moaas]
    return found


def total(found: dict) -> int | None:
    return None if None in found.values() else sum(found.values())


class Leaving:
    """`passes` that count so far."""

    def __init__(self) -> None:
        self.passes = 0
        self._passed_ms: int | None = None
        self._waiting = False  # for a blood pressure, then the questions
        self._asked_ms = 0

    def missing(self, now_ms: int, unit) -> str | None:
        """Why the session is not to be closed yet, for the screen; None where the check asks for nothing more."""
        asked = unit.settings["leave_passes"]
        if unit.session.phase not in PHASES or self.passes >= asked:
            return None
        return "leaving check: %d of %d" % (self.passes, asked)

    def begin(self, now_ms: int, unit, out) -> str | None:
        """Ask, behind a blood pressure of these ten minutes; a sentence if it is too early for that."""
        since_min, least = self._since_min(now_ms, unit), unit.settings["leave_after_min"]
        if since_min < least:
            return "%d of %d min since dose" % (since_min, least)
        if not self._waiting and self.fresh_mmhg(now_ms, unit) is None:
            if not unit.cuff.busy:
                if not unit.cuff.schedule.may_start(now_ms):
                    return "cuff is resting"
                unit.cuff.start(now_ms, unit, "leaving", out)
            self._waiting = True
            return "first a blood pressure"
        self._ask(now_ms, unit)
        return None

    def run(self, now_ms: int, unit) -> None:
        """Go on with the questions once the pressure has come."""
        if self._waiting and not unit.cuff.busy:
            self._waiting = False
            if unit.session.phase in PHASES:
                self._ask(now_ms, unit)

    def _ask(self, now_ms: int, unit) -> None:
        self._asked_ms = now_ms
        unit.inquiries.questions.begin(now_ms, KIND, QUESTIONS)

    def _since_min(self, now_ms: int, unit) -> int:
        return (now_ms - (unit.session.last_dose_ms or 0)) // 60000

    def fresh_mmhg(self, now_ms: int, unit) -> int | None:
        """The last systolic pressure, if it is of the ten minutes before."""
        age_ms = unit.vitals.pressure_age_ms(now_ms)
        return unit.vitals.pressure[0] if age_ms is not None and age_ms <= FRESH_MS else None

    def judge(self, now_ms: int, unit, out) -> str:
        """The questions have ended: write the score down, and say it."""
        answers, own = unit.inquiries.questions.answers, unit.baseline
        pulse_bpm, answered_ms = unit.vitals.pulse_bpm(now_ms), now_ms - self._asked_ms
        age_ms = unit.vitals.pressure_age_ms(now_ms)
        fresh = age_ms is not None and age_ms - answered_ms <= FRESH_MS
        systolic_mmhg = unit.vitals.pressure[0] if fresh else None
        found = parts(answers, vitals_part(pulse_bpm, systolic_mmhg, own.pulse_bpm, own.systolic_mmhg))
        points, escort = total(found), answers.get("escort")
        passed = points is not None and points >= unit.settings["leave_score"] and min(found.values()) > 0
        passed = passed and escort == 1
        counts = points is not None and self._count(now_ms, passed, unit.settings["leave_apart_min"])
        observe.write(now_ms, unit, answers, KIND, out)
        unit.record(out, "leaving", now_ms, escort=escort, total=points, passed=int(passed), number=self.passes,
                    since_dose_min=self._since_min(now_ms, unit), pulse_bpm=pulse_bpm, systolic_mmhg=systolic_mmhg,
                    **found)  # fmt: skip
        if passed and not counts:
            return "%d/12, too soon to count" % points
        return self._words(found, points, passed, unit.settings["leave_passes"])

    def _count(self, now_ms: int, passed: bool, apart_min: int) -> bool:
        """Whether it is one more pass."""
        if not passed:
            self.passes, self._passed_ms = 0, None
            return False
        if self._passed_ms is not None and now_ms - self._passed_ms < apart_min * 60000:
            return False
        self.passes += 1
        self._passed_ms = now_ms
        return True

    def _words(self, found: dict, points: int | None, passed: bool, asked: int) -> str:
        if points is None:
            missing = [name for name in PARTS if found[name] is None]
            return "no score: " + (missing[0] if len(missing) == 1 else "%d parts missing" % len(missing))
        if passed:
            return "%d/12, check %d of %d" % (points, self.passes, asked)
        return "%d/12, not passed" % points

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self.passes, self._passed_ms]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moment shifted onto this start's clock."""
        self.passes, passed_ms = saved
        self._passed_ms = None if passed_ms is None else passed_ms + shift_ms
