"""What an oximeter says once a second, whichever it is, and what stands beside its saturation."""

UNCALIBRATED, ADJUSTED, MODULE = "uncalibrated", "user-adjusted", "OEM module"


class Reading:
    """What is known now; `pulse_bpm` and `spo2_pct` are None when not to be trusted."""

    def __init__(self, pulse_bpm, spo2_pct, perfusion_permyriad, quality_pct, finger) -> None:
        self.pulse_bpm: int | None = pulse_bpm
        self.spo2_pct: int | None = spo2_pct
        self.perfusion_permyriad: int | None = perfusion_permyriad  # hundredths of a percent
        self.quality_pct: int = quality_pct
        self.finger: bool = finger

    @property
    def perfusion_pct(self) -> float | None:
        return None if self.perfusion_permyriad is None else self.perfusion_permyriad / 100
