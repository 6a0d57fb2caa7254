"""The patient's numbers as they are now, each with its age and whether it may be trusted.

A number is current while its source said so recently. The pulse estimator speaks once a second, so its numbers lapse
after 5 s of silence from it, whatever the reason: a stuck bus, a dead task or a pulled plug look the same to the clock.
(ISO 80601-2-61 asks that numbers older than 30 s are marked as not current; `---` is stricter.) A blood pressure stands
until the next one and is always shown with its age.

A number that no living patient has is no number, wherever it comes from.
"""

READING_LAPSES_MS = 5000
# Two readings five minutes apart; the second begins so long after the end of the first that half a minute is allowed.
APART_MS = 270000
_KEPT = 9  # blood pressures: one every 30 s, the cuff's shortest rest, and one of them is five minutes back

PULSE_BPM = (20, 300)
SPO2_PCT = (50, 100)
PRESSURE_MMHG = (20, 300)


class Vitals:
    def __init__(self) -> None:
        self._reading = None
        self._reading_ms = 0
        self._pressures: list[tuple[int, tuple, bool]] = []  # (at_ms, pressure, by hand), newest first

    def take_reading(self, now_ms: int, reading) -> None:
        """A reading of the oximeter: pulse_bpm and spo2_pct are None when not to be trusted."""
        self._reading = reading
        self._reading_ms = now_ms

    def take_pressure(self, now_ms: int, pressure, by_hand: bool = False) -> bool:
        """(systolic, diastolic, mean in mmHg, pulse in bpm), the last two None where a person did not take them; False
        if no patient has such a pressure."""
        if not _in_order(pressure):
            return False
        self._pressures.insert(0, (now_ms, pressure, by_hand))
        del self._pressures[_KEPT:]
        return True

    def reading(self, now_ms: int):
        """The oximeter's last reading, or None once it has lapsed."""
        if self._reading is None or not 0 <= now_ms - self._reading_ms <= READING_LAPSES_MS:
            return None
        return self._reading

    def pulse_bpm(self, now_ms: int) -> int | None:
        reading = self.reading(now_ms)
        return reading.pulse_bpm if reading is not None and _possible(reading.pulse_bpm, PULSE_BPM) else None

    def spo2_pct(self, now_ms: int) -> int | None:
        reading = self.reading(now_ms)
        return reading.spo2_pct if reading is not None and _possible(reading.spo2_pct, SPO2_PCT) else None

    def forget_pressures(self) -> None:
        """Another patient is here."""
        self._pressures = []

    @property
    def pressure(self) -> tuple | None:
        """The last one: systolic, diastolic, mean in mmHg, pulse in bpm."""
        return self._pressures[0][1] if self._pressures else None

    @property
    def pressure_by_hand(self) -> bool:
        """Whether somebody keyed the last one in."""
        return bool(self._pressures) and self._pressures[0][2]

    @property
    def pressure_ms(self) -> int:
        return self._pressures[0][0] if self._pressures else 0

    def pressure_age_ms(self, now_ms: int) -> int | None:
        return now_ms - self.pressure_ms if self._pressures else None

    def saved(self) -> list:
        """The pressures, as they have to survive a restart."""
        return [[at_ms, list(pressure), int(by_hand)] for at_ms, pressure, by_hand in self._pressures]

    def restore(self, saved: list, shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self._pressures = [(one[0] + shift_ms, tuple(one[1]), len(one) > 2 and one[2] == 1) for one in saved]

    def twice(self) -> tuple:
        """(systolic, diastolic): the lower of the last reading's and of that five minutes before it; None without."""
        if self._pressures:
            last_ms, last, _ = self._pressures[0]
            for at_ms, earlier, _ in self._pressures:
                if last_ms - at_ms >= APART_MS:
                    return min(last[0], earlier[0]), min(last[1], earlier[1])
        return None, None


def _in_order(pressure) -> bool:
    systolic, diastolic = pressure[0], pressure[1]
    return _possible(systolic, PRESSURE_MMHG) and _possible(diastolic, PRESSURE_MMHG) and systolic > diastolic


def is_pressure(stored) -> bool:
    """Whether that is what `saved` gives of a pressure."""
    if type(stored) is not list or len(stored) != 4 or not _in_order(stored):
        return False
    by_hand = stored[2] is None
    return (by_hand or _possible(stored[2], PRESSURE_MMHG)) and (
        (by_hand and stored[3] is None) or _possible(stored[3], (0, PULSE_BPM[1]))
    )


def are_numbers(stored) -> bool:
    """Whether these are a patient's saturation, pulse and systolic pressure, each None while not known."""
    limits = (SPO2_PCT, PULSE_BPM, PRESSURE_MMHG)
    if type(stored) is not list or len(stored) != len(limits):
        return False
    return all(stored[k] is None or _possible(stored[k], limits[k]) for k in range(len(limits)))


def _possible(value, limits: tuple) -> bool:
    """Whole numbers inside the limits only; not a number is not inside anything."""
    return type(value) is int and limits[0] <= value <= limits[1]
