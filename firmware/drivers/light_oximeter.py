"""The MAX30102 and the pulse estimator as one source of readings: light in, numbers out, uncalibrated.

What every source of readings has, for the task that polls it and for who asks about it: `part`; `calibrated`, whether
its saturation is by a calibration at all; `fault`, None or a word for a technician; `lost`, what never became part of a
reading; `die_temperature_centidegc` and `ratio_permille`, None where it has none; `poll_every_ms`; and `poll(now_ms)`,
which gives what there is to do about a reading: nothing, or an iterable of pieces under 50 ms, each None but the last.
"""

from drivers.max30102 import SAMPLE_RATE_HZ, Max30102
from sitter.ppg import Oximeter

_NOTHING = ()  # on the sample path, which allocates nothing


class LightOximeter:
    part = "MAX30102"
    calibrated = False
    poll_every_ms = Max30102.poll_every_ms

    def __init__(self, i2c, free_bus, swapped: bool, averaging_s: int, points: tuple) -> None:
        """As Max30102 and Oximeter have them."""
        self._sensor = Max30102(i2c, free_bus, swapped)
        self._estimator = Oximeter(SAMPLE_RATE_HZ, averaging_s, points)
        self._samples = 0

    def poll(self, now_ms: int):
        """Once in a second of samples, the estimate. It has to be through before the next poll."""
        self._samples += self._sensor.poll(now_ms, self._estimator)
        if self._samples < SAMPLE_RATE_HZ:
            return _NOTHING
        self._samples -= SAMPLE_RATE_HZ
        return self._estimator.estimate()

    @property
    def fault(self) -> str | None:
        return self._sensor.fault or ("LEDs swapped" if self._estimator.looks_swapped else None)

    @property
    def lost(self) -> int:
        """Samples, since the start."""
        return self._sensor.lost

    @property
    def die_temperature_centidegc(self) -> int | None:
        return self._sensor.die_temperature_centidegc

    @property
    def ratio_permille(self) -> int | None:
        return self._estimator.ratio_permille
