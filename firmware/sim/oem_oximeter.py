"""A Nonin OEM module on a patient's finger, in serial data format 1: three bytes a second, whoever listens.

It gives the patient's true pulse and saturation, each the mean of the last `beats` beats, `lag_ms` late: what an
averaging module makes of a change. How the real one averages, flags and holds is not confirmed; drivers/nonin.py says
what is. Here it is as nasty as the sources let it be:

- It *searches* for `search_s` when it is switched on and when a finger comes: out of track, no numbers.
- A finger that goes, a cuff that squeezes its arm, no perfusion or a hand that thrashes (`motion_counts` 2000): out of
  track, and the last numbers are *held* for `holds_s` before they are none.
- Below 0.6 % of perfusion the flag for marginal, below 0.3 % that for low; a hand that moves: every pulse an artifact.

Knobs: `absent` (no power, or no cable), `sensor_off` (the probe's plug is out), `beats`, `lag_ms`, `search_s`,
`holds_s`; `format` 2 (five bytes 75 times a second), 8 (a fourth byte) or 0 (a line of ASCII); `garbled`: another baud
rate; and every n-th packet `tear_every` without one of its bytes, `flip_every` with a wrong bit, `stray_every` with a
byte from nowhere beside it, `skip_every` not at all.
"""

_OFF, _OUT_OF_TRACK, _LOW, _MARGINAL, _ARTIFACT = 0x40, 0x20, 0x10, 0x08, 0x04
_NO_PULSE, _NO_SPO2 = 511, 127
_SECOND_US = 1000000
_MARGINAL_PCT, _LOW_PCT, _NO_PERFUSION_PCT = 0.6, 0.3, 0.05
_THRASHES = 2000
_FRAMES, _FRAMES_US = 3, 40000  # of format 2: 75 a second


class FakeOemOximeter:
    def __init__(self, clock, uart, patient, fitted: bool = True) -> None:
        self._clock = clock
        self._uart = uart
        self._patient = patient
        self._absent = True
        self.sensor_off = self.garbled = False
        self.beats, self.lag_ms, self.search_s, self.holds_s = 4, 0, 5, 10
        self.format = 1
        self.tear_every = self.flip_every = self.stray_every = self.skip_every = 0
        self.packets = 0
        self._power = 0  # counts the times it was switched on: a tick of before means nothing
        self._random = 1
        self.good: list[tuple[int, int]] = []  # (pulse, saturation) that were sent as good ones, the last few
        self.absent = not fitted

    @property
    def absent(self) -> bool:
        return self._absent

    @absent.setter
    def absent(self, absent: bool) -> None:
        was, self._absent = self._absent, absent
        self._power += 1
        if was and not absent:
            self._searching_us = self._clock.now_us + self.search_s * _SECOND_US
            self._had_finger = False
            self._beat_us = self._clock.now_us
            self._beats: list[tuple[int, float, float]] = []  # (at_us, pulse, saturation)
            self._held = (_NO_PULSE, _NO_SPO2)
            self._lost_us = None
            power = self._power
            self._clock.at_us(self._clock.now_us + _SECOND_US, lambda: self._tick(power))

    # --- the finger -------------------------------------------------------------------------------------------------

    def _look(self) -> tuple[int, int, int]:
        """(flags, pulse, saturation) of this moment."""
        now_us, patient = self._clock.now_us, self._patient
        self._count_beats(now_us)
        if self.sensor_off:
            self._had_finger = False
            return _OFF, _NO_PULSE, _NO_SPO2
        motion = patient.value(now_us, "motion_counts")
        perfusion = patient.value(now_us, "perfusion_pct")
        squeezed = patient.value(now_us, "cuff_on_probe_arm") >= 0.5 and patient.cuff_mmhg() > patient.value(
            now_us, "diastolic_mmhg"
        )
        finger = patient.value(now_us, "finger") >= 0.5
        if finger and not self._had_finger:
            self._searching_us = now_us + self.search_s * _SECOND_US
            self._held = (_NO_PULSE, _NO_SPO2)
        self._had_finger = finger
        if not finger or squeezed or perfusion <= _NO_PERFUSION_PCT or motion >= _THRASHES:
            return self._out_of_track(now_us)
        if now_us < self._searching_us:
            return _OUT_OF_TRACK, _NO_PULSE, _NO_SPO2
        self._lost_us = None
        flags = _LOW if perfusion < _LOW_PCT else _MARGINAL if perfusion < _MARGINAL_PCT else 0
        self._held = self._averaged(now_us)
        return flags | (_ARTIFACT if motion else 0), self._held[0], self._held[1]

    def _out_of_track(self, now_us: int) -> tuple[int, int, int]:
        if self._lost_us is None:
            self._lost_us = now_us
        if now_us - self._lost_us >= self.holds_s * _SECOND_US:
            self._held = (_NO_PULSE, _NO_SPO2)
        return _OUT_OF_TRACK, self._held[0], self._held[1]

    def _count_beats(self, now_us: int) -> None:
        while True:
            pulse = max(10, self._patient.value(self._beat_us, "pulse_bpm"))
            next_us = self._beat_us + int(60 * _SECOND_US / pulse)
            if next_us > now_us:
                break
            self._beat_us = next_us
            self._beats.append((next_us, pulse, self._patient.value(next_us, "spo2_pct")))
        del self._beats[: -(self.beats + 40)]

    def _averaged(self, now_us: int) -> tuple[int, int]:
        known = [beat for beat in self._beats if beat[0] <= now_us - self.lag_ms * 1000][-self.beats :]
        if not known:
            return _NO_PULSE, _NO_SPO2
        pulse = sum(beat[1] for beat in known) / len(known)
        return min(321, int(pulse + 0.5)), min(100, int(sum(beat[2] for beat in known) / len(known) + 0.5))

    # --- the line ---------------------------------------------------------------------------------------------------

    def _tick(self, power: int) -> None:
        if power != self._power:
            return
        flags, pulse, spo2 = self._look()
        if self.format == 2:
            self._send_frames(flags, pulse, spo2)
            self._clock.at_us(self._clock.now_us + _FRAMES_US, lambda: self._tick(power))
            return
        self._clock.at_us(self._clock.now_us + _SECOND_US, lambda: self._tick(power))
        packet = bytes((0x80 | flags | pulse >> 7, pulse & 0x7F, spo2))
        if not flags & (_OFF | _OUT_OF_TRACK):
            self.good.append((pulse, spo2))
            del self.good[:-8]
        if self.format == 8:
            packet += b"\x00"
        elif self.format == 0:
            packet = b"SPO2=%03d HR=%03d\r\n" % (spo2, pulse)
        self._uart.send(self._spoilt(packet))

    def _send_frames(self, flags: int, pulse: int, spo2: int) -> None:
        """Format 2: 1, status, pulse wave, a value that changes from frame to frame, and their sum."""
        out = b""
        for _ in range(_FRAMES):
            k = self.packets = self.packets + 1
            value = (pulse >> 7, pulse & 0x7F, spo2)[k % 25] if k % 25 < 3 else 0
            frame = bytes((1, 0x80 | flags & _OFF | (k % 25 == 0), self._noise() % 255, value))
            out += frame + bytes((sum(frame) & 0xFF,))
        self._uart.send(out)

    def _spoilt(self, packet: bytes) -> bytes:
        self.packets += 1
        if self.garbled:
            return bytes(self._noise() for _ in range(1 + self._noise() % 2))
        if self._is_due(self.skip_every):
            return b""
        if self._is_due(self.tear_every):
            gone = self._noise() % len(packet)
            packet = packet[:gone] + packet[gone + 1 :]
        if self._is_due(self.flip_every):
            bit = self._noise() % (8 * len(packet))
            at = bit // 8
            packet = packet[:at] + bytes((packet[at] ^ 1 << bit % 8,)) + packet[at + 1 :]
        if self._is_due(self.stray_every):
            stray = bytes((self._noise(),))
            packet = packet + stray if self._noise() & 1 else stray + packet
        return packet

    def _is_due(self, every: int) -> bool:
        return bool(every) and self.packets % every == 0

    def _noise(self) -> int:
        self._random = (self._random * 1664525 + 1013904223) & 0xFFFFFFFF  # Numerical Recipes' constants
        return self._random >> 24
