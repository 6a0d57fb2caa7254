"""MAX30102 pulse oximeter sensor on the patient side's I2C bus: registers in, samples out.

The sensor averages 8 of 400 samples a second on chip and keeps 32 of the resulting 50 a second, 640 ms of them, in its
FIFO, from which `poll` takes them in bursts. Every sample is either pushed or counted as lost, never papered over.

What is not believed: *the address*, as common clock boards carry an EEPROM there, so PART_ID is read before every
single write; *the settings*, read back once a second, as a brown-out takes them while the part goes on answering; *the
rate*, counted against the unit's clock, as a wrong one makes a wrong pulse of the same factor; *the bus*, which a part
that missed a clock can hold down for good, so every new attempt frees it first; *the order of the LEDs*, which some
boards have swapped (`swapped`).

After a change of LED current (led_current.py decides) the FIFO still holds samples of the old one, and one sample is
averaged over both. It is changed when the FIFO has just been emptied; what has come in by the time that it is written,
the next sample and one for settling are left out. In a seam they are replaced by a straight line, 60 ms long.

Register use is that of the part's data sheet and of SparkFun's MAX3010x library.
"""

from drivers.led_current import FULL_SCALE, SEAM, SEAMLESS, Regulator
from drivers.seam import MAX_GAP, Seam

ADDRESS = 0x57
PART_ID = 0x15
SAMPLE_RATE_HZ = 50
FIFO_DEPTH = 32

_WR_PTR, _FIFO_DATA, _FIFO_CFG, _MODE, _SPO2_CFG, _LED1, _LED2, _PART_ID = 4, 7, 8, 9, 10, 12, 13, 0xFF
_TEMPERATURE, _TEMPERATURE_START = 0x1F, 0x21
_RESET = 0x40
_SETTINGS = (
    (_FIFO_CFG, 0x60 | 0x10),  # average 8, roll over when full
    (_MODE, 3),  # red and infrared
    (_SPO2_CFG, 0x20 | 0x0C | 0x03),  # 4096 nA full scale, 400 Hz, 411 us pulses of 18 bits
)
_RETRY_MS = 500
_SILENT_MS = 500
_CHECK_MS = 1000
_TEMPERATURE_MS = 10000
_RATE_MS = 5000
_RATE_TOLERANCE_PCT = 10
_OVERFLOW_MAX = 31  # where the counter of lost samples stops


class WrongPart(OSError):
    """Something else answers at the address."""


class Max30102:
    """Hands samples to an oximeter. `fault` is None or what a technician should know:

    "absent" (no answer), "bus stuck" (data line held low), "wrong part" (another chip at the address), "silent" (no
    samples), "settings lost" (they are being restored), "wrong rate" (more than 10 % off: nothing is handed on).
    """

    poll_every_ms = 250

    def __init__(self, i2c, free_bus, swapped: bool = False) -> None:
        """`free_bus()` clocks a held data line free and gives the bus to use, or None while the line stays low."""
        self._i2c = i2c
        self._free_bus = free_bus
        self._swapped = swapped
        self.fault: str | None = None
        self.lost = 0  # samples that never reached the oximeter
        self.die_temperature_centidegc: int | None = None
        self.currents = Regulator()
        self._running = self._failed = False
        self._retry_ms = self._last_ms = self._check_ms = self._temperature_ms = 0
        self._converting = False
        self._rate_since_ms = self._made = 0
        self._rate_known = False
        self._seam = Seam(self.currents.red, self.currents.ir)
        self._pointers = bytearray(3)
        self._readback = bytearray(6)
        self._bytes = bytearray(FIFO_DEPTH * 6)
        self._last_red = [0] * SEAM  # raw, newest first
        self._last_ir = [0] * SEAM
        # One view for each burst length, made on first use: slicing would allocate on the sample path.
        self._views: list = [None] * (FIFO_DEPTH + 1)

    def poll(self, now_ms: int, oximeter) -> int:
        """Hand every waiting sample to `oximeter.push(red, ir)` and losses to `.lost(n)`; the number of samples."""
        try:
            if not self._running:
                if now_ms >= self._retry_ms:
                    self._start(now_ms, oximeter)
                return 0
            n = self._burst(now_ms, oximeter)
            if self._running and now_ms >= self._check_ms:
                self._check(now_ms, oximeter)
            return n
        except WrongPart:
            self._stop(now_ms, "wrong part", oximeter)
        except OSError:
            self._failed = True
            self._stop(now_ms, "absent", oximeter)
        return 0

    # --- starting and stopping --------------------------------------------------------------------------------------

    def _start(self, now_ms: int, oximeter) -> None:
        if self._failed:
            bus = self._free_bus()
            if bus is None:
                self._stop(now_ms, "bus stuck", oximeter)
                return
            self._i2c = bus
            self._failed = False
        self._write(_MODE, _RESET)
        self.currents.begin(now_ms)
        self._write_currents()
        for register in (_WR_PTR, _WR_PTR + 1, _WR_PTR + 2):
            self._write(register, 0)
        for register, value in _SETTINGS:
            self._write(register, value)
        self._running = True
        self._rate_known = False
        self._lose((now_ms - self._last_ms) * SAMPLE_RATE_HZ // 1000, oximeter)
        self._last_ms = self._rate_since_ms = now_ms
        self._made = 0
        self._check_ms = self._temperature_ms = now_ms + _CHECK_MS
        self._converting = False

    def _stop(self, now_ms: int, fault: str, oximeter) -> None:
        """Nothing of the signal so far is continued."""
        self.fault = fault
        self._running = False
        self._retry_ms = now_ms + _RETRY_MS
        self._lose(self._seam.abandon(), oximeter)
        self._seam.restart(0)

    def _write(self, register: int, value: int) -> None:
        if self._i2c.readfrom_mem(ADDRESS, _PART_ID, 1)[0] != PART_ID:
            raise WrongPart()
        self._i2c.writeto_mem(ADDRESS, register, bytes((value,)))

    def _lose(self, n: int, oximeter) -> None:
        if n > 0:
            self.lost += n
            oximeter.lost(n)

    # --- checks -----------------------------------------------------------------------------------------------------

    def _check(self, now_ms: int, oximeter) -> None:
        """Once a second: are the settings still there? And the temperature, every ten."""
        self._check_ms = now_ms + _CHECK_MS
        self._i2c.readfrom_mem_into(ADDRESS, _FIFO_CFG, self._readback)
        fifo, mode, spo2, _, led1, led2 = self._readback
        first, second = self._slots()
        kept = ((_FIFO_CFG, fifo), (_MODE, mode), (_SPO2_CFG, spo2)) == _SETTINGS
        if not kept or led1 != first.current or led2 != second.current:
            # What was taken since the last check may have been measured with who knows what.
            self._lose(1, oximeter)
            self._stop(now_ms, "settings lost", oximeter)
            self._retry_ms = now_ms
            return
        if self._converting:
            self._converting = False
            whole, sixteenths = self._i2c.readfrom_mem(ADDRESS, _TEMPERATURE, 2)
            self.die_temperature_centidegc = (whole - (whole & 128) * 2) * 100 + (sixteenths & 15) * 25 // 4
        elif now_ms >= self._temperature_ms:
            self._temperature_ms = now_ms + _TEMPERATURE_MS
            self._write(_TEMPERATURE_START, 1)  # takes 29 ms
            self._converting = True

    def _rate_is_wrong(self, now_ms: int, made: int, overflow: int) -> bool:
        """Count `made` samples, `overflow` of them lost; judged after five seconds, or when far too many have come."""
        self._made += made
        elapsed_ms = now_ms - self._rate_since_ms
        percent = self._made * 100000 // max(1, elapsed_ms * SAMPLE_RATE_HZ)
        if self._made * 1000 > elapsed_ms * SAMPLE_RATE_HZ * 2 + FIFO_DEPTH * 500:
            return True
        if overflow == _OVERFLOW_MAX:  # more may be missing than was counted
            self._count_anew(now_ms)
        elif elapsed_ms >= _RATE_MS:
            if abs(percent - 100) > _RATE_TOLERANCE_PCT:
                return True
            self._rate_known = True
            self._count_anew(now_ms)
        return False

    def _count_anew(self, now_ms: int) -> None:
        self._rate_since_ms, self._made = now_ms, 0

    # --- the sample path --------------------------------------------------------------------------------------------

    def _burst(self, now_ms: int, oximeter) -> int:
        self._i2c.readfrom_mem_into(ADDRESS, _WR_PTR, self._pointers)
        write, overflow, read = self._pointers
        n = (write - read) & (FIFO_DEPTH - 1)
        if n == 0 and overflow:
            n = FIFO_DEPTH  # equal pointers mean empty or full; the overflow counter tells which
        if n == 0:
            if now_ms - self._last_ms > _SILENT_MS:
                self._stop(now_ms, "silent", oximeter)  # it lost power or its settings: begin again
            return 0
        if overflow:
            self._lose(self._seam.abandon(), oximeter)
            # The counter stops at 31, so the clock says how many samples are missing.
            self._lose(max(overflow, (now_ms - self._last_ms) * SAMPLE_RATE_HZ // 1000 - n), oximeter)
        view = self._views[n]
        if view is None:
            view = self._views[n] = memoryview(self._bytes)[: n * 6]
        self._i2c.readfrom_mem_into(ADDRESS, _FIFO_DATA, view)
        self._last_ms = now_ms
        if self._rate_is_wrong(now_ms, n + overflow, overflow):
            self._lose(n, oximeter)
            self._stop(now_ms, "wrong rate", oximeter)
            return n
        if self.fault != "wrong rate" or self._rate_known:
            self.fault = None
        clean = n - self._seam.skip
        self._pass_on(n, oximeter)
        if clean >= SEAM and not self._seam.is_open:
            self._regulate(now_ms, n, oximeter)
        return n

    def _pass_on(self, n: int, oximeter) -> None:
        seam = self._seam
        if self.fault or self.currents.probing:
            skipped = min(n, seam.skip)
            seam.skip -= skipped
            self._lose(n - skipped, oximeter)
        elif seam.quiet:
            self._push(n, oximeter.push)
        else:
            for k in range(n):
                red, ir = self._sample(k)
                self.lost += seam.take(red, ir, oximeter)

    def _push(self, n: int, push) -> None:
        """What happens to nearly all samples; `_sample` would allocate."""
        b = self._bytes
        first, other = (3, -3) if self._swapped else (0, 3)
        for r in range(first, n * 6, 6):
            i = r + other
            push(
                ((b[r] & 3) << 16) | (b[r + 1] << 8) | b[r + 2],
                ((b[i] & 3) << 16) | (b[i + 1] << 8) | b[i + 2],
            )

    def _sample(self, k: int) -> tuple:
        """Raw (red, infrared) counts of the burst's sample `k`."""
        b = self._bytes
        k *= 6
        first = ((b[k] & 3) << 16) | (b[k + 1] << 8) | b[k + 2]
        second = ((b[k + 3] & 3) << 16) | (b[k + 4] << 8) | b[k + 5]
        return (second, first) if self._swapped else (first, second)

    # --- LED currents -----------------------------------------------------------------------------------------------

    def _slots(self) -> tuple:
        """The LEDs in the part's order."""
        currents = self.currents
        return (currents.ir, currents.red) if self._swapped else (currents.red, currents.ir)

    def _write_currents(self) -> None:
        register = _LED1
        for led in self._slots():
            self._write(register, led.wanted)
            led.current = led.wanted
            register = _LED2

    def _regulate(self, now_ms: int, n: int, oximeter) -> None:
        reds, irs = self._last_red, self._last_ir
        for k in range(SEAM):
            reds[k], irs[k] = self._sample(n - 1 - k)
        wanted = self.currents.observe(
            now_ms, sum(reds) // SEAM, sum(irs) // SEAM, max(reds) >= FULL_SCALE, max(irs) >= FULL_SCALE
        )
        if wanted:
            self._change(wanted, oximeter)

    def _change(self, wanted: int, oximeter) -> None:
        red, ir = self.currents.red, self.currents.ir
        before = [(red.refer(self._last_red[k]), ir.refer(self._last_ir[k])) for k in range(SEAM)]
        old = red.current, ir.current
        self._write_currents()
        self._i2c.readfrom_mem_into(ADDRESS, _WR_PTR, self._pointers)
        spoilt = ((self._pointers[0] - self._pointers[2]) & (FIFO_DEPTH - 1)) + 2
        if wanted == SEAMLESS and spoilt <= MAX_GAP:
            self._seam.bridge(spoilt, before, old)
        else:
            self._seam.restart(spoilt)
            self._lose(spoilt, oximeter)
