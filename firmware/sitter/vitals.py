"""The patient's numbers as they are now, each with its age and whether it may be trusted.

A number is current while its source said so recently. The pulse estimator speaks once a second, so its numbers lapse
after 5 s of silence from it, whatever the reason: a stuck bus, a dead task or a pulled plug look the same to the clock.
(ISO 80601-2-61 asks that numbers older than 30 s are marked as not current; `---` is stricter.) A blood pressure stands
until the next one and is always shown with its age.
"""

READING_LAPSES_MS = 5000


class Vitals:
    def __init__(self) -> None:
        self._reading = None
        self._reading_ms = 0
        self.pressure: tuple[int, int, int, int] | None = None  # systolic, diastolic, mean in mmHg, pulse in bpm
        self.pressure_ms = 0

    def take_reading(self, now_ms: int, reading) -> None:
        """A reading of the oximeter: pulse_bpm and spo2_pct are None when not to be trusted."""
        self._reading = reading
        self._reading_ms = now_ms

    def take_pressure(self, now_ms: int, pressure) -> None:
        self.pressure = pressure
        self.pressure_ms = now_ms

    def reading(self, now_ms: int):
        """The oximeter's last reading, or None once it has lapsed."""
        if self._reading is None or now_ms - self._reading_ms > READING_LAPSES_MS:
            return None
        return self._reading

    def finger(self, now_ms: int) -> bool | None:
        """Whether a finger is in the probe; None when nobody knows."""
        reading = self.reading(now_ms)
        return None if reading is None else reading.finger

    def pressure_age_ms(self, now_ms: int) -> int | None:
        return None if self.pressure is None else now_ms - self.pressure_ms
