"""Before the dose: the checklist, readings at rest, and the hold.

While the phase is `checks` NEXT confirms one item of the checklist after the other; its texts are settings. Then a
pulse and a saturation have to be there, and so many blood pressures since the session began. The last of them decides:
over the limit the unit holds, and says so, until a reading below it has come, or until somebody whose code is on the
unit's list overrides it with a reason. An override counts for the reading that it was given for and for no other.

A pressure of half an hour ago says little of the patient to whom a dose is given now: one that is older than
`hold_age_min` holds as one over the limit does. A further dose is held the same way, with the alarm limits in the place
of the hold's, since the first has raised the pressure.

The unit advises. That it does not hold never says that a patient is safe.
"""

_FIRST = ("hold_systolic_mmhg", "hold_diastolic_mmhg")
_FURTHER = ("systolic_high_mmhg", "diastolic_high_mmhg")


def over_hold(pressure, settings: dict) -> bool:
    """Whether a blood pressure is over the limit before the dose."""
    return pressure[0] > settings[_FIRST[0]] or pressure[1] > settings[_FIRST[1]]


class Before:
    def __init__(self) -> None:
        self.checked = 0  # items of the checklist that were confirmed
        self._readings = 0
        self._overridden_ms: int | None = None  # the moment of the pressure that was let pass
        self._answered_ms = 0  # when it was

    def item(self, settings: dict) -> str | None:
        """What of the checklist is to be confirmed next."""
        items = settings["checklist"]
        return items[self.checked] if self.checked < len(items) else None

    def take_pressure(self) -> None:
        """A blood pressure has come."""
        self._readings += 1

    def override(self, now_ms: int, pressure_ms: int) -> None:
        """Somebody answers for the pressure that came at this moment, for as long as a pressure is good for."""
        self._overridden_ms, self._answered_ms = pressure_ms, now_ms

    def held(self, dose_ms: int, vitals, settings: dict, further: bool = False) -> str | None:
        """Why the last pressure holds a dose of this moment, for the screen; None where it does not, or somebody has
        answered for it. `further` is a dose behind the first."""
        pressure = vitals.pressure
        if not self._readings or pressure is None:
            return None
        answered = vitals.pressure_ms == self._overridden_ms
        names = _FURTHER if further else _FIRST
        limits = (settings[names[0]], settings[names[1]])
        if not answered and (pressure[0] > limits[0] or pressure[1] > limits[1]):
            return "BP %d/%d > %d/%d: hold" % (pressure[0], pressure[1], limits[0], limits[1])
        since_ms = self._answered_ms if answered else vitals.pressure_ms
        if dose_ms - since_ms < settings["hold_age_min"] * 60000:
            return None
        return "BP %d min old: again" % ((dose_ms - vitals.pressure_ms) // 60000)

    def refusal(self, now_ms: int, vitals, settings: dict) -> str | None:
        """What is missing before the dose, for the screen; None when nothing is."""
        item = self.item(settings)
        if item is not None:
            return "%d/%d %s?" % (self.checked + 1, len(settings["checklist"]), item)
        if vitals.pulse_bpm(now_ms) is None or vitals.spo2_pct(now_ms) is None:
            return "needs a pulse reading"
        if self._readings == 0:
            return "needs a blood pressure"
        held = self.held(now_ms, vitals, settings)
        if held:
            return held
        left = settings["baseline_readings"] - self._readings
        return "needs %d more BP reading" % left + ("s" if left > 1 else "") if left > 0 else None

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self.checked, self._readings, self._overridden_ms, self._answered_ms]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self.checked, self._readings, overridden_ms, answered_ms = saved
        self._overridden_ms = None if overridden_ms is None else overridden_ms + shift_ms
        self._answered_ms = answered_ms + shift_ms
