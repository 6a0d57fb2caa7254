"""Before the dose: the checklist, readings at rest, and the hold.

While the phase is `checks` NEXT confirms one item of the checklist after the other; its texts are settings. Then a
pulse and a saturation have to be there, and so many blood pressures since the session began. The last of them decides:
over the limit the unit holds, and says so, until a reading below it has come, or until somebody whose code is on the
unit's list overrides it with a reason. An override counts for the reading that it was given for and for no other.

The unit advises. That it does not hold never says that a patient is safe.
"""


def over_hold(pressure, settings: dict) -> bool:
    """Whether a blood pressure is over the limit before the dose."""
    return pressure[0] > settings["hold_systolic_mmhg"] or pressure[1] > settings["hold_diastolic_mmhg"]


class Before:
    def __init__(self) -> None:
        self.checked = 0  # items of the checklist that were confirmed
        self._readings = 0
        self._overridden_ms: int | None = None  # the moment of the pressure that was let pass

    def item(self, settings: dict) -> str | None:
        """What of the checklist is to be confirmed next."""
        items = settings["checklist"]
        return items[self.checked] if self.checked < len(items) else None

    def take_pressure(self) -> None:
        """A blood pressure has come."""
        self._readings += 1

    def override(self, pressure_ms: int) -> None:
        """Somebody answers for the pressure that came at this moment."""
        self._overridden_ms = pressure_ms

    def holds(self, vitals, settings: dict) -> bool:
        """Whether the last pressure is over the limit, and nobody has answered for it."""
        pressure = vitals.pressure
        if not self._readings or pressure is None or vitals.pressure_ms == self._overridden_ms:
            return False
        return over_hold(pressure, settings)

    def hold_words(self, vitals, settings: dict) -> str:
        limits = (settings["hold_systolic_mmhg"], settings["hold_diastolic_mmhg"])
        return "BP %d/%d > %d/%d: hold" % (vitals.pressure[0], vitals.pressure[1], limits[0], limits[1])

    def refusal(self, now_ms: int, vitals, settings: dict) -> str | None:
        """What is missing before the dose, for the screen; None when nothing is."""
        item = self.item(settings)
        if item is not None:
            return "%d/%d %s?" % (self.checked + 1, len(settings["checklist"]), item)
        if vitals.pulse_bpm(now_ms) is None or vitals.spo2_pct(now_ms) is None:
            return "needs a pulse reading"
        if self._readings == 0:
            return "needs a blood pressure"
        if self.holds(vitals, settings):
            return self.hold_words(vitals, settings)
        left = settings["baseline_readings"] - self._readings
        return "needs %d more BP reading" % left + ("s" if left > 1 else "") if left > 0 else None

    def saved(self) -> list:
        """As it has to survive a restart."""
        return [self.checked, self._readings, self._overridden_ms]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self.checked, self._readings, overridden_ms = saved
        self._overridden_ms = None if overridden_ms is None else overridden_ms + shift_ms
