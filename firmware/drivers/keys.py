"""Five keys and the patient's call input behind an MCP23017: contacts in, gestures out.

A gesture is `down` (at once, after 20 ms of rest), then either `short` (let go before the hold time) or `hold` (at
the hold time, the key still down), and `stuck` when a key has been down for half a minute, `free` when a stuck one has
come up. What a gesture means is not known here.

MARK and BP held together are the chord: the gestures `hold` and `free` of a key of their own, CHORD, in the place of
theirs. It shows that somebody stands at the unit and means it.

The patient's button is the other way round, closed at rest: a line that is cut or unplugged calls, and is then stuck.

An expander that lost its power for a moment comes back without pull-ups, and its open contacts may read as pressed:
five phantom keys, STOP held among them. So every poll reads settings and contacts in one transfer, and contacts read
under other settings than ours count for nothing.
"""

ADDRESS = 0x20
NAMES = ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL")
HOLD_MS = (1000, 2000, 1000, 2000, 1000, 1000)
DEBOUNCE_MS = 20
STUCK_MS = 30000

_KEYS = 0x1F  # A0 to A4; CALL is B0
_COUNT = 5
_CHORD = 0x14  # MARK and BP
_CHORD_HOLDS = (("MARK", "hold"), ("BP", "hold"))
# register: value
_SETTINGS = (
    (0x0A, 0x44),  # IOCON: both interrupts on one open-drain pin
    (0x00, 0xFF),  # IODIRA: inputs
    (0x01, 0xFF),  # IODIRB
    (0x02, 0x00),  # IPOLA: as they are
    (0x03, 0x00),  # IPOLB
    (0x0C, 0xFF),  # GPPUA: pull-ups
    (0x0D, 0xFF),  # GPPUB
    (0x08, 0x00),  # INTCONA: interrupt on any change
    (0x09, 0x00),  # INTCONB
    (0x04, _KEYS),  # GPINTENA
    (0x05, 0x01),  # GPINTENB
)
_GPIOA, _GPIOB = 0x12, 0x13  # reading them ends the interrupt
_REST_MS = 500
_BRIDGE_MS = 1000

# A key's state, what happens to it, its next state, the gesture. Any other pair changes nothing.
_UP, _DOWN, _HELD, _STUCK, _UNSEEN = 0, 1, 2, 3, 4
_RELEASE, _PRESS, _HOLD_TIME, _STUCK_TIME, _GAP = 0, 1, 2, 3, 4
_GESTURES = (
    (_UP, _PRESS, _DOWN, "down"),
    (_DOWN, _RELEASE, _UP, "short"),
    (_DOWN, _HOLD_TIME, _HELD, "hold"),
    (_HELD, _RELEASE, _UP, None),
    (_HELD, _STUCK_TIME, _STUCK, "stuck"),
    (_STUCK, _RELEASE, _UP, "free"),
    # Not seen for a while: what it did meanwhile nobody knows, so this press ends without another gesture.
    (_DOWN, _GAP, _UNSEEN, None),
    (_HELD, _GAP, _UNSEEN, None),
    (_UNSEEN, _RELEASE, _UP, None),
    (_UNSEEN, _STUCK_TIME, _STUCK, "stuck"),
)


class _Key:
    def __init__(self, name: str, hold_ms: int) -> None:
        self.name = name
        self.hold_ms = hold_ms
        self.state = _UP
        self.down_ms = 0
        self.contact = False
        self.contact_ms = 0  # since when it has been so

    def follow(self, contact: bool, now_ms: int) -> int | None:
        """What has happened to the key, now that its contact has been looked at."""
        if contact != self.contact:
            self.contact, self.contact_ms = contact, now_ms
        if now_ms - self.contact_ms < DEBOUNCE_MS:
            return None
        if not contact:
            return None if self.state == _UP else _RELEASE
        if self.state == _UP:
            self.down_ms = self.contact_ms
            return _PRESS
        down_ms = now_ms - self.down_ms
        if self.state == _DOWN:
            return _HOLD_TIME if down_ms >= self.hold_ms else None
        return _STUCK_TIME if down_ms >= STUCK_MS else None

    def gesture(self, happened: int | None) -> str | None:
        for state, event, after, gesture in _GESTURES:
            if state == self.state and event == happened:
                self.state = after
                return gesture
        return None


class Keys:
    """`fault` is None or "absent": no answer, or one that does not keep its settings."""

    def __init__(self, i2c, int_pin, free_bus) -> None:
        """`free_bus()` clocks a held data line free and gives the bus to use, or None while the line stays low."""
        self._i2c = i2c
        self._free_bus = free_bus
        self._int = int_pin
        self._keys = [_Key(NAMES[i], HOLD_MS[i]) for i in range(len(NAMES))]
        self._registers = bytearray(_GPIOB + 1)
        self._chord = False
        self._was_set = True  # its settings were ours, or have just been written for the first time
        self._seen_ms = 0
        self.fault: str | None = None
        self.poll_every_ms = _REST_MS

    def poll(self, now_ms: int) -> list[tuple[str, str]]:
        """(key, gesture) of everything that has become certain since the last poll."""
        events: list[tuple[str, str]] = []
        pressed = self._pressed()
        if pressed is None:
            return self._with_chord(events, False)
        if now_ms - self._seen_ms > _BRIDGE_MS:
            for key in self._keys:
                key.gesture(_GAP)
        self._seen_ms = now_ms
        busy = False
        for i, key in enumerate(self._keys):
            gesture = key.gesture(key.follow(bool(pressed >> i & 1), now_ms))
            if gesture:
                events.append((key.name, gesture))
            busy = busy or key.contact or key.state != _UP
        self.poll_every_ms = DEBOUNCE_MS if busy else _REST_MS
        return self._with_chord(events, self._down() == _CHORD)

    def _down(self) -> int:
        """The five keys that are down, chatter left out, a bit each."""
        down = 0
        for i in range(_COUNT):
            down |= (self._keys[i].state != _UP) << i
        return down

    def _with_chord(self, events: list[tuple[str, str]], together: bool) -> list[tuple[str, str]]:
        """The same gestures, but a hold of the two keys of the chord is the chord's."""
        if together:
            alone = [event for event in events if event not in _CHORD_HOLDS]
            if len(alone) < len(events) and not self._chord:
                self._chord = True
                alone.append(("CHORD", "hold"))
            return alone
        if self._chord:
            self._chord = False
            events.append(("CHORD", "free"))
        return events

    def _pressed(self) -> int | None:
        """The keys that are down, a bit each in the order of NAMES; None when nobody knows."""
        registers = self._registers
        try:
            self._i2c.readfrom_mem_into(ADDRESS, 0, registers)
            if all(registers[register] == value for register, value in _SETTINGS):
                self._was_set, self.fault = True, None
                return ~registers[_GPIOA] & _KEYS | (registers[_GPIOB] & 1) << 5
            for register, value in _SETTINGS:
                self._i2c.writeto_mem(ADDRESS, register, bytes((value,)))
        except OSError:
            self._was_set = False
            self._i2c = self._free_bus() or self._i2c
        if not self._was_set:
            self.fault = "absent"
        self.poll_every_ms = DEBOUNCE_MS if self._was_set else _REST_MS
        self._was_set = False
        return None

    def held_at_boot(self) -> bool:
        """Whether of the keys MARK and BP, and no other, are down now."""
        pressed = self._pressed()
        if pressed is None:  # fresh from power-on it had to be set up first
            pressed = self._pressed()
        return pressed is not None and pressed & _KEYS == _CHORD
