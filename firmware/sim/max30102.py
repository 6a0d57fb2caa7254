"""A MAX30102 as its registers show it: FIFO with write, read and overflow pointers, self-clearing reset, PART_ID.

Samples come into being with the clock and are taken from the patient only when somebody looks: `patient.write_samples`
fills in the six bytes of each. Knobs: `absent` (no acknowledge), `frozen` (answers, but takes no samples), `part_id`
(0x57 is also where clock boards carry an EEPROM), `lose_power()` (back to reset values, measuring nothing).
"""

_DEPTH = 32
_REGISTERS = 256
_FIFO_CFG, _MODE, _SPO2_CFG = 8, 9, 10
_RATES_HZ = (50, 100, 200, 400, 800, 1000, 1600, 3200)


class FakeMax30102:
    def __init__(self, clock, patient, part_id: int = 0x15) -> None:
        self._clock = clock
        self._patient = patient
        self.part_id = part_id
        self.absent = False
        self.frozen = False
        self._fifo = bytearray(_DEPTH * 6)
        self._one = bytearray(6)
        self.lose_power()

    def lose_power(self) -> None:
        self._registers = bytearray(_REGISTERS)
        self._write = self._read = self._overflow = self._waiting = 0
        self._at = 0  # byte position inside the sample that is being read
        self._period_us = 0
        self._next_us = 0

    # --- the bus side -------------------------------------------------------------------------------------------

    def read(self, register: int, n: int) -> bytes:
        if register == 0xFF:
            return bytes((self.part_id,)) * n
        self._catch_up()
        if register == 7:
            return self._read_fifo(n)
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
        elif register == _MODE:
            self._begin()

    def _begin(self) -> None:
        if self._registers[_MODE] & 7 == 3 and not self._registers[_MODE] & 0x80:
            average = 1 << min(5, self._registers[_FIFO_CFG] >> 5)
            rate_hz = _RATES_HZ[(self._registers[_SPO2_CFG] >> 2) & 7]
            self._period_us = 1000000 * average // rate_hz
            self._next_us = self._clock.now_us + self._period_us
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
        for k in range(n):
            if self._waiting == _DEPTH:
                self._overflow = min(31, self._overflow + 1)
                if not rolls_over:
                    continue
                self._read = (self._read + 1) & 31
                self._waiting -= 1
            self._patient.write_sample(first_us + k * self._period_us, self._fifo, self._write * 6)
            self._write = (self._write + 1) & 31
            self._waiting += 1

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
