"""Carries the steps of selftest.py out with a unit and a person."""

import time
from collections.abc import Callable

from sitterctl import answers
from sitterctl.connection import Connection
from sitterctl.errors import SitterError
from sitterctl.guided import FAILED, NO, NOT_ASKED, PASSED, REPEAT, SKIP, SKIPPED, YES, Person, Result, repeated
from sitterctl.selftest import KEYS, Step

_VERB = "selftest"
_LOOK_S = 0.3
_KEY_S = 12.0
_SIGNALS_S = 15.0


class Run:
    """Steps of one unit; `results` grows with each, so that whoever is interrupted has what was done."""

    def __init__(self, connection: Connection, person: Person | None, on_result: Callable[[Result], None]) -> None:
        self._connection = connection
        self._person = person
        self._on_result = on_result
        self.results: list[Result] = []

    def all(self, steps: list[Step]) -> None:
        """Every step, each as often as the person wants. Raises SitterError when the unit can't go on."""
        for step in steps:
            result = self._step(step)
            self.results.append(result)
            self._on_result(result)

    def _step(self, step: Step) -> Result:
        if self._person is None:
            nobody = Result(step.part, NOT_ASKED, "nobody was there to say")
            return (self._once(step, None) if step.judge else None) or nobody
        person = self._person
        return repeated(person, step.part, step.about, lambda: self._once(step, person))

    def _once(self, step: Step, person: Person | None) -> Result | None:
        """One go; None if the person wants another."""
        try:
            first = self._connection.ask(_VERB, part=step.part)
            if person is None or step.judge:
                return self._measure(step, first)
            return {"keys": self._keys, "signals": self._signals}.get(step.part, self._show)(step, person)
        except SitterError as error:
            if error.details.get("refusal") != "alarm":
                raise
            return step.result(FAILED, error.message)

    def _again(self, part: str) -> dict:
        return self._connection.ask(_VERB, part=part, again=1)

    def _measure(self, step: Step, first: dict) -> Result:
        if not step.pause_s:
            return step.measured(first, first)
        time.sleep(step.pause_s)
        return step.measured(first, self._again(step.part))

    # --- with a person ------------------------------------------------------------------------------------------------

    def _show(self, step: Step, person: Person) -> Result | None:
        begun = time.monotonic()
        said = person.choose(step.question, YES + NO + REPEAT + SKIP)
        if said == REPEAT:
            return None
        if said == SKIP:
            return self._skipped(step)
        time.sleep(max(0.0, begun + step.pause_s - time.monotonic()))  # a player takes a while to know of its fault
        return step.seen(said == YES, self._again(step.part))

    def _skipped(self, step: Step) -> Result:
        return step.result(SKIPPED, "a person skipped it")

    def _signals(self, step: Step, person: Person) -> Result | None:
        """The unit asks too, with its keys; what is said here it keeps, as it keeps that."""
        said = person.choose(step.question, YES + NO + REPEAT + SKIP)
        if said == REPEAT:
            return None
        if said == SKIP:
            return self._skipped(step)
        give_up_at = time.monotonic() + _SIGNALS_S
        told = self._again(step.part)
        while told.get("running") and time.monotonic() < give_up_at:
            time.sleep(_LOOK_S)
            told = self._again(step.part)
        if told.get("asking"):
            told = self._connection.ask(_VERB, part=step.part, again=1, answer=int(said == YES))
        if told.get("result") in ("confirmed", "denied"):
            return step.seen(told["result"] == "confirmed", told)
        return step.result(
            FAILED, "it did not come to its end: an alarm came first, or nobody answered within a minute"
        )

    def _keys(self, step: Step, person: Person) -> Result | None:
        left: list[str] = []
        for key in KEYS:
            before = self._seen()
            person.tell(f"  press {'the call button' if key == 'CALL' else key}")
            said = self._key(key, before, person)
            if said == REPEAT:
                return None
            if said == SKIP:
                return step.result(SKIPPED, f"a person skipped it at {key}")
            if said:
                left.append(said)
        return step.result(FAILED, "; ".join(left)) if left else step.result(PASSED, "all five, and the call button")

    def _key(self, key: str, before: list[str], person: Person) -> str:
        """Until a key has been pressed and let go: nothing if it was this one, else what was wrong, or what the person
        wants instead."""
        while True:
            new = self._new(before)
            if key in new:
                return ""
            if new:
                return f"{key} was to be pressed, and the unit saw {', '.join(new)}"
            said = person.choose(f"{key} has not been seen. Wait for it again?", YES + NO + REPEAT + SKIP)
            if said != YES:
                return f"{key} was not seen" if said == NO else said
            self._connection.ask(_VERB, part="keys")  # it has ended while the person thought about it
            before = []

    def _new(self, before: list[str]) -> list[str]:
        """The keys that have been pressed and let go, or held, since; none after a while without."""
        give_up_at = time.monotonic() + _KEY_S
        while time.monotonic() < give_up_at:
            done = {name.split()[0] for name in self._seen() if not name.endswith(" down")}
            new = sorted(done - {name.split()[0] for name in before})
            if new:
                return new
            time.sleep(_LOOK_S)
        return []

    def _seen(self) -> list[str]:
        told = answers.need(self._again("keys"), seen=list, running=bool)
        if not told["running"]:
            raise SitterError("the unit has ended the test of its keys", "is there an alarm? See to it first",
                              exit_code=1, details={"refusal": "alarm"})  # fmt: skip
        return [name for name in told["seen"] if isinstance(name, str) and name.strip()]
