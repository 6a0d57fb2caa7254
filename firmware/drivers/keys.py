"""Five keys behind an MCP23017: contacts in, gestures out.

A gesture is `down` (at once, after 20 ms of rest), then either `short` (let go before the hold time) or `hold` (at
the hold time, the key still down), and `stuck` when a key has been down for half a minute. What a gesture means is
not known here. The expander's settings are read back now and then: one that lost its power for a moment would
otherwise never again say that a key was pressed.
"""

ADDRESS = 0x20
NAMES = ("SILENCE", "STOP", "BP", "NEXT", "MARK")
HOLD_MS = (1000, 2000, 1000, 2000, 1000)
DEBOUNCE_MS = 20
STUCK_MS = 30000

_MASK = 0x1F
_GPIO = 0x12
# register: value; keys on port A, the patient's call input on B0
_SETTINGS = (
    (0x0A, 0x44),  # IOCON: both interrupts on one open-drain pin
    (0x00, 0xFF),  # IODIRA: inputs
    (0x0C, 0xFF),  # GPPUA: pull-ups
    (0x0D, 0xFF),  # GPPUB
    (0x04, _MASK),  # GPINTENA: interrupt on change
    (0x05, 0x01),  # GPINTENB
)
_CHECK_MS = 5000
_RETRY_MS = 500


class _Key:
    def __init__(self) -> None:
        self.raw = False
        self.raw_ms = 0
        self.down = False
        self.down_ms = 0
        self.held = False
        self.stuck = False


class Keys:
    """`fault` is None or "absent"."""

    def __init__(self, i2c, int_pin) -> None:
        self._i2c = i2c
        self._int = int_pin
        self._keys = [_Key() for _ in NAMES]
        self.fault: str | None = None
        self._configured = False
        self._check_ms = 0
        self.poll_every_ms = _RETRY_MS

    def poll(self, now_ms: int) -> list[tuple[str, str]]:
        """(key, gesture) of everything that has become certain since the last poll."""
        events: list[tuple[str, str]] = []
        try:
            if not self._configured or now_ms >= self._check_ms:
                self._configure(now_ms)
            pressed = ~self._i2c.readfrom_mem(ADDRESS, _GPIO, 2)[0] & _MASK
        except OSError:
            self.fault = "absent"
            self._configured = False
            self.poll_every_ms = _RETRY_MS
            return events
        self.fault = None
        busy = False
        for i, key in enumerate(self._keys):
            gesture = self._follow(key, bool(pressed >> i & 1), HOLD_MS[i], now_ms)
            if gesture:
                events.append((NAMES[i], gesture))
            busy = busy or key.raw or key.down
        self.poll_every_ms = DEBOUNCE_MS if busy else _RETRY_MS
        return events

    def _configure(self, now_ms: int) -> None:
        """Write whatever is not as it should be; the part comes out of a reset with other values."""
        self._check_ms = now_ms + _CHECK_MS
        for register, value in _SETTINGS:
            if self._i2c.readfrom_mem(ADDRESS, register, 1)[0] != value:
                self._i2c.writeto_mem(ADDRESS, register, bytes((value,)))
        self._configured = True

    def _follow(self, key: _Key, raw: bool, hold_ms: int, now_ms: int) -> str | None:
        if raw != key.raw:
            key.raw, key.raw_ms = raw, now_ms
        settled = now_ms - key.raw_ms >= DEBOUNCE_MS
        if settled and key.raw and not key.down:
            key.down, key.down_ms = True, key.raw_ms
            key.held = key.stuck = False
            return "down"
        if settled and not key.raw and key.down:
            key.down = False
            return None if key.held else "short"
        if key.down and key.raw:
            return self._still_down(key, now_ms - key.down_ms, hold_ms)
        return None

    def _still_down(self, key: _Key, down_ms: int, hold_ms: int) -> str | None:
        if not key.held and down_ms >= hold_ms:
            key.held = True
            return "hold"
        if not key.stuck and down_ms >= STUCK_MS:
            key.stuck = True
            return "stuck"
        return None

    def held_at_boot(self) -> bool:
        """Whether MARK and BP, and nothing else, are down now. Raises OSError when the part does not answer."""
        self._configure(0)
        return ~self._i2c.readfrom_mem(ADDRESS, _GPIO, 2)[0] & _MASK == 1 << NAMES.index("MARK") | 1 << NAMES.index(
            "BP"
        )
