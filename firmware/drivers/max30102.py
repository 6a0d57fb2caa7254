"""MAX30102 pulse oximeter sensor on the patient side's I2C bus: registers in, samples out.

The sensor averages 8 of 400 samples a second on chip and keeps 32 of the resulting 50 a second, 640 ms of them, in its
FIFO, from which `poll` takes them in bursts. Samples lost to an overflow are counted, never papered over. Nothing is
written to the bus before PART_ID has been read: common clock boards carry an EEPROM at the same address.
Register use is that of the part's data sheet and of SparkFun's MAX3010x library.
"""

ADDRESS = 0x57
PART_ID = 0x15
SAMPLE_RATE_HZ = 50
FIFO_DEPTH = 32

_WR_PTR, _FIFO_DATA, _FIFO_CFG, _MODE, _SPO2_CFG, _LED_RED, _LED_IR, _PART_ID = 4, 7, 8, 9, 10, 12, 13, 0xFF
_MODE_RED_IR = 3
_RESET = 0x40
_CONFIG = (
    (_FIFO_CFG, 0x60 | 0x10),  # average 8, roll over when full
    (_SPO2_CFG, 0x20 | 0x0C | 0x03),  # 4096 nA full scale, 400 Hz, 411 us pulses of 18 bits
    (_LED_RED, 0x24),  # 7.2 mA
    (_LED_IR, 0x24),
    (_WR_PTR, 0),
    (_WR_PTR + 1, 0),
    (_WR_PTR + 2, 0),
    (_MODE, _MODE_RED_IR),
)
_RETRY_MS = 500
_SILENT_MS = 500


class Max30102:
    """`fault` is None, "absent" (no answer), "wrong part" (another chip at the address) or "silent" (no samples)."""

    poll_every_ms = 250

    def __init__(self, i2c) -> None:
        self._i2c = i2c
        self.fault: str | None = None
        self.lost = 0  # samples lost in all
        self._running = False
        self._retry_ms = 0
        self._last_ms = 0
        self._pointers = bytearray(3)
        self._bytes = bytearray(FIFO_DEPTH * 6)
        # One view for each burst length, made on first use: slicing would allocate on the sample path.
        self._views: list = [None] * (FIFO_DEPTH + 1)

    def poll(self, now_ms: int, oximeter) -> int:
        """Hand every waiting sample to `oximeter.push(red, ir)` and losses to `.lost(n)`; the number of samples."""
        if not self._running and (now_ms < self._retry_ms or not self._start(now_ms)):
            return 0
        try:
            return self._burst(now_ms, oximeter)
        except OSError:
            self._stop(now_ms, "absent")
            return 0

    def _start(self, now_ms: int) -> bool:
        self._retry_ms = now_ms + _RETRY_MS
        try:
            if self._i2c.readfrom_mem(ADDRESS, _PART_ID, 1)[0] != PART_ID:
                self.fault = "wrong part"
                return False
            self._i2c.writeto_mem(ADDRESS, _MODE, bytes((_RESET,)))
            for register, value in _CONFIG:
                self._i2c.writeto_mem(ADDRESS, register, bytes((value,)))
        except OSError:
            self.fault = "absent"
            return False
        self._running = True
        self._last_ms = now_ms
        return True

    def _stop(self, now_ms: int, fault: str) -> None:
        self.fault = fault
        self._running = False
        self._retry_ms = now_ms + _RETRY_MS

    def _burst(self, now_ms: int, oximeter) -> int:
        self._i2c.readfrom_mem_into(ADDRESS, _WR_PTR, self._pointers)
        write, overflow, read = self._pointers
        n = (write - read) & (FIFO_DEPTH - 1)
        if n == 0 and overflow:
            n = FIFO_DEPTH  # equal pointers mean empty or full; the overflow counter tells which
        if n == 0:
            if now_ms - self._last_ms > _SILENT_MS:
                self._stop(now_ms, "silent")  # it lost power or its settings: begin again
            return 0
        if overflow:
            self._report_loss(now_ms, n, oximeter)
        view = self._views[n]
        if view is None:
            view = self._views[n] = memoryview(self._bytes)[: n * 6]
        self._i2c.readfrom_mem_into(ADDRESS, _FIFO_DATA, view)
        self._push(view, n, oximeter)
        self._last_ms = now_ms
        self.fault = None
        return n

    def _report_loss(self, now_ms: int, n: int, oximeter) -> None:
        """The counter stops at 31, so the clock says how many samples are missing."""
        missing = max(1, (now_ms - self._last_ms) * SAMPLE_RATE_HZ // 1000 - n)
        self.lost += missing
        oximeter.lost(missing)

    def _push(self, b, n: int, oximeter) -> None:
        push = oximeter.push
        i = 0
        for _ in range(n):
            push(
                ((b[i] & 3) << 16) | (b[i + 1] << 8) | b[i + 2],
                ((b[i + 3] & 3) << 16) | (b[i + 4] << 8) | b[i + 5],
            )
            i += 6
