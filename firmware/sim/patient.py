"""The simulated patient: what the sensors would see at a moment of the scenario.

Every quantity is a ramp in time, so that a scenario can say `spo2_pct: 86 over 60 s`. The finger's light is synthesised
from one beat shape, or replayed from a recording of a real finger, faster or slower than it was recorded; in both cases
the red channel is the infrared one with its pulse scaled to the wanted saturation, by the inverse of the calibration
named in ppg.py. That is a made-up saturation on a real pulse, and reports say so. Time is scenario time, so a patient
does not notice that the unit was off.
"""

_DC_IR, _DC_RED = 100000, 80000
_NO_FINGER = 900
_BEAT_STEPS = 256

# One beat as height in thousandths over 16 points: upstroke, peak, dicrotic notch, run-off. Drawn, not recorded.
_BEAT = (0, 90, 420, 800, 980, 1000, 900, 760, 640, 560, 590, 560, 440, 300, 170, 70)

DEFAULTS = {
    "pulse_bpm": 72,
    "spo2_pct": 98,
    "perfusion_pct": 1.2,
    "breathing_pct": 6,  # depth of the rate's breathing swing, in percent
    "noise_counts": 8,
    "motion_counts": 0,
    "finger": 1,
    "finger_light_pct": 100,  # what the finger throws back: dark skin 5 to 30, a child's thin finger 300
    "systolic_mmhg": 118,
    "diastolic_mmhg": 76,
    "cuff_on_probe_arm": 0,  # 1: the pulse goes while the cuff is above the diastolic pressure
    "rate_pct": 100,  # speed of a replayed recording
}


def ratio_for(spo2_pct: float) -> float:
    """The ratio of ratios at which -45.060 R^2 + 30.354 R + 94.845 (Maxim) gives `spo2_pct`; falling branch."""
    spo2_pct = min(99.9, max(30.0, spo2_pct))
    return (30.354 + (30.354 * 30.354 + 4 * 45.060 * (94.845 - spo2_pct)) ** 0.5) / (2 * 45.060)


def _beat_table() -> list[int]:
    table = []
    for i in range(_BEAT_STEPS):
        at = i * len(_BEAT) / _BEAT_STEPS
        a, b = _BEAT[int(at)], _BEAT[(int(at) + 1) % len(_BEAT)]
        table.append(int(a + (b - a) * (at - int(at))))
    return table


class Patient:
    def __init__(self, seed: int, values: dict, recording: tuple[int, list[int]] | None = None) -> None:
        """`recording` is (sample rate in Hz, infrared counts), repeated without end; None synthesises."""
        self._ramps = {}
        self.cuff_mmhg = lambda: 0  # the pressure around the arm; the stage puts the cuff here
        self._random = seed & 0x3FFFFFFF
        for name, default in DEFAULTS.items():
            self.change(0, name, values.get(name, default), 0)
        self._beat = _beat_table()
        self._recording = recording
        if recording:
            self._mean = sum(recording[1]) // len(recording[1])
        self._phase = 0.0
        self._at = 0.0
        self._last_us = 0
        self._held_until_us = 0

    def change(self, now_us: int, name: str, value: float, over_s: float) -> None:
        if name not in DEFAULTS:
            raise KeyError(name)
        start = self.value(now_us, name) if name in self._ramps else value
        self._ramps[name] = (now_us, start, value, int(over_s * 1000000))

    def value(self, now_us: int, name: str) -> float:
        start_us, start, end, span_us = self._ramps[name]
        if now_us >= start_us + span_us:
            return end
        if now_us <= start_us:
            return start
        return start + (end - start) * (now_us - start_us) / span_us

    def pressure(self, now_us: int) -> tuple[int, int, int, int]:
        """(systolic, diastolic, mean, pulse): mean by the usual third of the pulse pressure."""
        systolic = int(self.value(now_us, "systolic_mmhg"))
        diastolic = int(self.value(now_us, "diastolic_mmhg"))
        return systolic, diastolic, diastolic + (systolic - diastolic) // 3, int(self.value(now_us, "pulse_bpm"))

    def write_sample(self, at_us: int, into: bytearray, offset: int) -> None:
        """Light at 7.2 mA as the six bytes of one FIFO entry, red first; may be more than the converter's 18 bits."""
        if at_us >= self._held_until_us:
            self._hold(at_us)
        noise = self._noise()
        if not self._finger:
            red = ir = _NO_FINGER + (noise & 31)
        else:
            wave = self._replayed(at_us) if self._recording else self._synthesised(at_us)
            jitter = (noise & 1023) * self._noise_counts >> 10
            if self._motion:
                jitter += self._motion * (((at_us >> 16) * 7919 & 255) - 128) >> 7
            ir = int(self._dc_ir - wave * self._ir_gain) + jitter
            red = int(self._dc_red - wave * self._red_gain) + jitter
        into[offset] = red >> 16 & 255
        into[offset + 1] = red >> 8 & 255
        into[offset + 2] = red & 255
        into[offset + 3] = ir >> 16 & 255
        into[offset + 4] = ir >> 8 & 255
        into[offset + 5] = ir & 255
        self._last_us = at_us

    def _hold(self, at_us: int) -> None:
        """Look the slow quantities up once in a quarter of a second rather than for each sample."""
        self._held_until_us = at_us + 250000
        self._finger = self.value(at_us, "finger") >= 0.5
        self._noise_counts = int(self.value(at_us, "noise_counts"))
        self._motion = int(self.value(at_us, "motion_counts"))
        squeezed = self.value(at_us, "cuff_on_probe_arm") >= 0.5 and self.cuff_mmhg() > self.value(
            at_us, "diastolic_mmhg"
        )
        ratio = ratio_for(self.value(at_us, "spo2_pct"))
        if self._recording:
            self._ir_gain = 1.0
            self._speed = self._recording[0] * self.value(at_us, "rate_pct") / 1e8
        else:
            self._ir_gain = _DC_IR * self.value(at_us, "perfusion_pct") / 1e5
            breath = (at_us // 40000) % 100  # a breath in 4 s, as a triangle from -1 to 1
            swing = (abs(breath - 50) - 25) / 25 * self.value(at_us, "breathing_pct") / 100
            self._speed = self.value(at_us, "pulse_bpm") * (1 + swing) * _BEAT_STEPS / 60e6
        light = self.value(at_us, "finger_light_pct") / 100
        self._ir_gain *= 0 if squeezed else light
        self._red_gain = self._ir_gain * ratio * _DC_RED / _DC_IR
        self._dc_ir, self._dc_red = _DC_IR * light, _DC_RED * light

    def _synthesised(self, at_us: int) -> int:
        self._phase += (at_us - self._last_us) * self._speed
        while self._phase >= _BEAT_STEPS:
            self._phase -= _BEAT_STEPS
            if self._phase >= _BEAT_STEPS * 4:
                self._phase = 0.0
        return self._beat[int(self._phase)]

    def _replayed(self, at_us: int) -> float:
        counts = self._recording[1]
        self._at += (at_us - self._last_us) * self._speed
        if self._at >= len(counts):
            self._at %= len(counts)
        i = int(self._at)
        a = counts[i]
        b = counts[i + 1] if i + 1 < len(counts) else counts[0]
        return self._mean - (a + (b - a) * (self._at - i))

    def _noise(self) -> int:
        # xorshift-like mixing is overkill for sensor noise; a plain LCG (Numerical Recipes constants) is repeatable
        self._random = (self._random * 1664525 + 1013904223) & 0xFFFFFFFF
        return self._random >> 16
