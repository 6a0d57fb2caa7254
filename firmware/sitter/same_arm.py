"""A probe on the arm with the cuff: the pulse goes each time the cuff squeezes, and comes back behind it.

No alarm waits for that: a pulse that is missing is missing, whatever the reason, and a saturation that the squeeze
makes false is withheld by the estimator as any other. What the unit does is to find the reason and say it, so that
somebody moves the probe: after two readings in a row in which the pulse was there, went, and came back, the screen
asks, until a reading passes in which it stays.
"""

_LOST_MS = 6000  # shorter gaps come of a hand that moves
_SUSPECT = 2  # readings in a row
WORDS = "PROBE ON THE CUFF ARM?"
EVENT = "probe on cuff arm?"


class SameArm:
    """`suspected` while the last readings look like that."""

    def __init__(self) -> None:
        self._times = 0
        self._measured = False  # the cuff is at work, and there was a pulse when it began
        self._lost_ms: int | None = None
        self._lost = False

    @property
    def suspected(self) -> bool:
        return self._times >= _SUSPECT

    def run(self, now_ms: int, unit, out) -> None:
        has_pulse = unit.vitals.pulse_bpm(now_ms) is not None
        if unit.cuff.busy and not self._measured and not self._lost and has_pulse:
            self._measured, self._lost_ms = True, None
        elif unit.cuff.busy:
            self._watch(now_ms, has_pulse)
        elif self._lost:
            if has_pulse:  # and is back: it was the cuff
                self._lost = False
                self._count(now_ms, unit, out)
        elif self._measured:
            self._measured = False
            self._times = 0

    def _watch(self, now_ms: int, has_pulse: bool) -> None:
        if has_pulse or not self._measured:
            self._lost_ms = None
        elif self._lost_ms is None:
            self._lost_ms = now_ms
        elif now_ms - self._lost_ms >= _LOST_MS:
            self._lost, self._measured = True, False

    def _count(self, now_ms: int, unit, out) -> None:
        self._times += 1
        if self._times == _SUSPECT and unit.session.watching:
            unit.record(out, "event", now_ms, code=EVENT, phase=unit.session.phase)
