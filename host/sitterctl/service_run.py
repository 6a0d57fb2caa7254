"""Carries the steps of service.py out with a unit and a person."""

import contextlib
import threading
import time
from collections.abc import Callable

from sitterctl import answers, service
from sitterctl.connection import Connection
from sitterctl.errors import CHECK_FAILED, SitterError
from sitterctl.guided import FAILED, NO, REPEAT, SKIP, SKIPPED, YES, Person, Result, repeated
from sitterctl.service import Step

VERB = "nibp.service"
_LOOK_S = 0.5
_CLOSE_S = 3.0
_BUSY_S = 10.0
_REST_S = 5.0
_LEAK_S = 60.0
_HERE = ("alarm", "busy")  # refusals that fail a step, and not the rest
_WHY = {
    "refused": "the module does not know the command for its valves",
    "no answer": "the module does not answer",
    "host gone": "the unit heard nothing for three seconds",
    "time is up": "it took longer than five minutes",
    "too much pressure": "there were more than 330 mmHg",
    "alarm": "an alarm came first",
    "session": "a session began",
}


class _Opened(Exception):
    """The unit has opened the valves; the words say why."""


class Closed:
    """Valves that are closed for as long as this lasts. The unit is looked at all the time, so that it keeps them so
    while the person reads, pumps and types."""

    def __init__(self, connection: Connection, part: str) -> None:
        self._connection, self._part = connection, part
        self._one_at_a_time = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._error: SitterError | None = None

    def __enter__(self) -> "Closed":
        self._close()
        self._thread.start()
        try:
            self._wait_until_closed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()
        with contextlib.suppress(SitterError):  # if it is not heard, the unit opens them by itself
            self._ask("open")

    def _close(self) -> None:
        """As soon as the module has been emptied from the step before."""
        give_up_at = time.monotonic() + _BUSY_S
        while True:
            try:
                self._ask("close")
                return
            except SitterError as error:
                if error.details.get("refusal") != "busy" or time.monotonic() > give_up_at:
                    raise
            time.sleep(_LOOK_S)

    def _ask(self, act: str) -> dict:
        with self._one_at_a_time:
            return self._connection.ask(VERB, act=act, step=self._part)

    def _keep(self) -> None:
        while not self._over.wait(_LOOK_S):
            try:
                self._ask("look")
            except SitterError as error:
                self._error = error
                return

    def _wait_until_closed(self) -> None:
        give_up_at = time.monotonic() + _CLOSE_S
        while not self.look()["closed"]:
            if time.monotonic() > give_up_at:
                raise _Opened(_WHY["no answer"])
            time.sleep(_LOOK_S / 5)

    def look(self) -> dict:
        """How it is now, whoever opened the valves. Raises SitterError when the unit can't go on."""
        if self._error:
            raise self._error
        maybe = (int, type(None))
        told = answers.need(self._ask("look"), closed=bool, cuff_mmhg=maybe, peak_mmhg=int, ended=(str, type(None)))
        if told["ended"] and told["ended"] != "too much pressure":
            raise _Opened(_WHY.get(told["ended"], told["ended"]))
        return told

    def pressure(self) -> int | None:
        """In mmHg, as the module tells it."""
        told = self.look()
        if told["ended"]:
            raise _Opened(_WHY[told["ended"]])
        return told["cuff_mmhg"]


class Run:
    """Steps of one unit's cuff module; `results` grows with each, so that whoever is interrupted has what was done."""

    def __init__(self, connection: Connection, person: Person, on_result: Callable[[Result], None]) -> None:
        self._connection = connection
        self._person = person
        self._on_result = on_result
        self.results: list[Result] = []

    def all(self, steps: list[Step]) -> None:
        """Every step, each as often as the person wants. Raises SitterError when the unit can't go on."""
        self._person.tell(service.PREPARE)
        if self._person.choose("Is no arm in any cuff, and the vessel connected?", YES + NO) == NO:
            raise SitterError("nothing was done: first no arm in any cuff, and the vessel connected",
                              "then the same command again", exit_code=CHECK_FAILED)  # fmt: skip
        for step in steps:
            result = repeated(self._person, step.part, step.about, lambda step=step: self._once(step))
            self.results.append(result)
            self._on_result(result)
        self._person.tell("\nThe valves are open. Take the vessel off, and put the cuff's hose back.")

    def _once(self, step: Step) -> Result | None:
        """One go; None if the person wants another."""
        do = {"static": self._static, "leak": self._leak, "overpressure": self._overpressure}[step.part]
        try:
            with Closed(self._connection, step.part) as valves:
                return do(step, valves)
        except _Opened as why:
            return step.result(FAILED, f"the valves are open again: {why}")
        except SitterError as error:
            if error.details.get("refusal") not in _HERE:
                raise
            return step.result(FAILED, error.message)

    def done(self, result: str) -> dict:
        """Let the unit write down what came of it; what it knows of its cuff module then."""
        return self._connection.ask(VERB, act="done", result=result)

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _static(self, step: Step, valves: Closed) -> Result | None:
        pairs: list[tuple[float, int | None]] = []
        for point in service.POINTS_MMHG:
            said = self._read(point)
            if isinstance(said, str):
                return self._otherwise(step, said)
            pairs.append((said, valves.pressure()))
        return service.static(step, pairs)

    def _read(self, point: int) -> float | str:
        """What the manometer shows; the module's own reading is not told before, so that it can't lead anybody."""
        while True:
            said = self._person.number(f"  Pump to about {point} mmHg. When it stands still, the manometer shows",
                                       REPEAT + SKIP)  # fmt: skip
            if isinstance(said, str) or abs(said - point) <= service.NEAR_MMHG:
                return said
            self._person.tell(f"  that is not about {point} mmHg")

    def _leak(self, step: Step, valves: Closed) -> Result | None:
        said = self._person.choose(f"  Pump to {service.LEAK_FROM_MMHG} mmHg or little more, and let go. Is it there?",
                                   YES + NO + REPEAT + SKIP)  # fmt: skip
        if said == NO:
            return step.result(FAILED, "it could not be pumped up")
        if said != YES:
            return self._otherwise(step, said)
        self._person.tell("  Touch nothing for a minute.")
        self._wait(valves, _REST_S)
        first = valves.pressure()
        self._wait(valves, _LEAK_S)
        return service.leak(step, first, valves.pressure())

    def _wait(self, valves: Closed, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_S))
            valves.pressure()

    def _overpressure(self, step: Step, valves: Closed) -> Result | None:
        said = self._person.choose(
            "  Pump slowly on past 300 mmHg, to 330 at the most. Has the module let the air out by itself?",
            YES + NO + REPEAT + SKIP,
        )
        if said not in (YES, NO):
            return self._otherwise(step, said)
        return service.overpressure(step, valves.look(), said == YES)

    def _otherwise(self, step: Step, said: str) -> Result | None:
        return None if said == REPEAT else step.result(SKIPPED, "a person skipped it")
