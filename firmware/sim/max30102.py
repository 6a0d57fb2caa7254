"""A MAX30102 as its registers show it: FIFO with write, read and overflow pointers, self-clearing reset, PART_ID.

Samples come into being with the clock and are taken from the patient only when somebody looks: `patient.write_sample`
fills in the six bytes of each, as at 7.2 mA. Other LED currents make other light, and not in proportion: LEDs bend by
some percent, a little light is there without them, and the converter ends at 18 bits. The sample during which a current
was changed is averaged over both, and the next one is half a percent off while the amplifier settles.

Knobs: `absent` (no acknowledge), `frozen` (answers, but takes no samples), `part_id` (0x57 is also where clock boards
carry an EEPROM), `lose_power()` (back to reset values, measuring nothing), `brown_out()` (goes on, but in the reset
values of its rate and LED registers), `rate_pct` (800 is a clone without averaging, 50 one with a slow oscillator),
`swapped` (the infrared LED where red should be), `die_temperature_c`.
"""

_DEPTH = 32
_REGISTERS = 256
_FIFO_CFG, _MODE, _SPO2_CFG, _LED1, _LED2 = 8, 9, 10, 12, 13
_TEMPERATURE, _TEMPERATURE_START = 0x1F, 0x21
_CONVERSION_US = 29000
_REFERENCE = 0x24
_FULL_SCALE = 0x3FFFF
_AMBIENT = 40  # counts that no LED makes
_BEND = 0.05  # of the light is missing at full current
_SETTLING = 1.005
_RATES_HZ = (50, 100, 200, 400, 800, 1000, 1600, 3200)


class FakeMax30102:
    def __init__(self, clock, patient, part_id: int = 0x15) -> None:
        self._clock = clock
        self._patient = patient
        self.part_id = part_id
        self.absent = False
        self.frozen = False
        self.rate_pct = 100
        self.swapped = False
        self.die_temperature_c = 31.5
        self._fifo = bytearray(_DEPTH * 6)
        self._one = bytearray(6)
        self.lose_power()

    def lose_power(self) -> None:
        self._registers = bytearray(_REGISTERS)
        self._write = self._read = self._overflow = self._waiting = 0
        self._at = 0  # byte position inside the sample that is being read
        self._period_us = 0
        self._next_us = 0
        self._light = self._light_before = (0.0, 0.0)  # of either LED, as a part of that at 7.2 mA
        self._changed_us = None
        self._temperature_us = None

    def brown_out(self) -> None:
        self._catch_up()
        for register in (_SPO2_CFG, _LED1, _LED2):
            self._registers[register] = 0
        self._light_changed()
        self._begin()

    # --- the bus side -------------------------------------------------------------------------------------------

    def read(self, register: int, n: int) -> bytes:
        if register == 0xFF:
            return bytes((self.part_id,)) * n
        self._catch_up()
        if register == 7:
            return self._read_fifo(n)
        if self._temperature_us is not None and self._clock.now_us >= self._temperature_us:
            self._convert_temperature()
        self._registers[4], self._registers[5], self._registers[6] = self._write, self._overflow, self._read
        return bytes(self._registers[register : register + n])

    def write(self, register: int, data: bytes) -> None:
        self._catch_up()
        for value in data:
            self._write_one(register, value)
            register += 1

    def _write_one(self, register: int, value: int) -> None:
        if register == _MODE and value & 0x40:
            self.lose_power()
            return
        self._registers[register] = value
        if register == 4:
            self._write = value & 31
        elif register == 5:
            self._overflow = value & 31
        elif register == 6:
            self._read = value & 31
            self._waiting = (self._write - self._read) & 31
            self._at = 0
        elif register in (_MODE, _SPO2_CFG, _FIFO_CFG):
            self._begin()
        elif register in (_LED1, _LED2):
            self._light_changed()
        elif register == _TEMPERATURE_START and value & 1:
            self._temperature_us = self._clock.now_us + _CONVERSION_US

    def _convert_temperature(self) -> None:
        self._temperature_us = None
        sixteenths = int(self.die_temperature_c * 16)
        self._registers[_TEMPERATURE] = sixteenths >> 4 & 255
        self._registers[_TEMPERATURE + 1] = sixteenths & 15
        self._registers[_TEMPERATURE_START] = 0

    def _light_changed(self) -> None:
        light = (_light(self._registers[_LED1]), _light(self._registers[_LED2]))
        if light != self._light and self._changed_us is None:  # two registers, one change
            self._light_before = self._light
            self._changed_us = self._clock.now_us
        self._light = light

    def _begin(self) -> None:
        if self._registers[_MODE] & 7 == 3 and not self._registers[_MODE] & 0x80:
            average = 1 << min(5, self._registers[_FIFO_CFG] >> 5)
            rate_hz = _RATES_HZ[(self._registers[_SPO2_CFG] >> 2) & 7]
            self._period_us = 1000000 * average * 100 // (rate_hz * self.rate_pct)
            self._next_us = self._clock.now_us + self._period_us
            self._changed_us = None
        else:
            self._period_us = 0

    # --- the measuring side ---------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Take every sample whose moment has passed."""
        if not self._period_us or self._clock.now_us < self._next_us:
            return
        n = (self._clock.now_us - self._next_us) // self._period_us + 1
        first_us = self._next_us
        self._next_us += n * self._period_us
        if self.frozen:
            return
        if n > 4 * _DEPTH:  # long gone: only the newest can still be in the FIFO
            self._overflow = 31
            first_us += (n - 2 * _DEPTH) * self._period_us
            n = 2 * _DEPTH
        rolls_over = self._registers[_FIFO_CFG] & 0x10
        plain = self._light == _REFERENCE_LIGHT and self._changed_us is None and not self.swapped
        for k in range(n):
            if self._waiting == _DEPTH:
                self._overflow = min(31, self._overflow + 1)
                if not rolls_over:
                    continue
                self._read = (self._read + 1) & 31
                self._waiting -= 1
            at_us = first_us + k * self._period_us
            offset = self._write * 6
            self._patient.write_sample(at_us, self._fifo, offset)
            if not plain or self._fifo[offset] > 3 or self._fifo[offset + 3] > 3:
                self._shine(at_us, offset)
            self._write = (self._write + 1) & 31
            self._waiting += 1

    def _shine(self, at_us: int, offset: int) -> None:
        """Turn a sample at 7.2 mA into one of the currents that are set."""
        one = self._fifo[offset : offset + 6]
        if self.swapped:
            one = one[3:] + one[:3]
        for slot in (0, 1):
            b = one[slot * 3 : slot * 3 + 3]
            counts = b[0] << 16 | b[1] << 8 | b[2]
            counts = max(0, min(_FULL_SCALE, int(_AMBIENT + (counts - _AMBIENT) * self._light_at(at_us, slot))))
            self._fifo[offset + slot * 3 : offset + slot * 3 + 3] = bytes(
                (counts >> 16, counts >> 8 & 255, counts & 255)
            )
        if self._changed_us is not None and at_us - self._changed_us >= self._period_us:
            self._changed_us = None

    def _light_at(self, at_us: int, slot: int) -> float:
        now = self._light[slot]
        if self._changed_us is None:
            return now
        part = (at_us - self._changed_us) / self._period_us
        if part >= 1:
            return now * _SETTLING
        return self._light_before[slot] * (1 - part) + now * part

    def _read_fifo(self, n: int) -> bytes:
        out = bytearray()
        while len(out) < n:
            start = self._read * 6 + self._at
            # Up to the end of the ring at most; past the newest sample the last one repeats, as on the part.
            chunk = min(n - len(out), _DEPTH * 6 - start, max(1, self._waiting * 6 - self._at))
            out += self._fifo[start : start + chunk]
            self._advance(chunk)
        self._overflow = 0
        return bytes(out)

    def _advance(self, chunk: int) -> None:
        whole, self._at = divmod(self._at + chunk, 6)
        whole = min(whole, self._waiting)
        self._read = (self._read + whole) & 31
        self._waiting -= whole


def _light(current: int) -> float:
    bent = current * (1 - _BEND * current / 255)
    return bent / (_REFERENCE * (1 - _BEND * _REFERENCE / 255))


_REFERENCE_LIGHT = (1.0, 1.0)
