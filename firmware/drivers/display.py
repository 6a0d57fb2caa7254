"""ST7789 screen, 320 x 240 in landscape: named tiles of text, each drawn only when it changed.

There is no picture in memory: 150 KB would not fit. A tile is sent line by line as it is made, so the largest buffer
is one line of dots scaled up, under 6 KB. One `poll` draws one tile at most, so that a redraw of everything never
holds the loop for long. The part can't be read back over this bus: an absent screen is not noticed, which is why
nothing that matters is told by the screen alone.
"""

from drivers.font import GLYPHS, HEIGHT, WIDTH

SCREEN_WIDTH, SCREEN_HEIGHT = 320, 240

# RGB565, dim enough for a dark room
COLOURS = {
    "black": 0x0000,
    "ground": 0x0841,
    "white": 0xC618,
    "dim": 0x7BEF,
    "green": 0x4E8C,
    "cyan": 0x3D9B,
    "yellow": 0xEDC0,
    "red": 0xE1C4,
}

# tile: x, y, width, height, scale of the dots, 1 if centred
TILES = {
    "phase": (4, 4, 150, 20, 2, 0),
    "clock": (160, 4, 156, 20, 2, 0),
    "pulse_label": (4, 32, 100, 12, 1, 1),
    "spo2_label": (108, 32, 80, 12, 1, 1),
    "bp_label": (192, 32, 126, 12, 1, 1),
    "pulse": (4, 46, 100, 48, 5, 1),
    "spo2": (108, 46, 80, 48, 4, 1),
    "bp": (192, 46, 126, 48, 3, 1),
    "pulse_note": (4, 96, 100, 14, 1, 1),
    "spo2_note": (108, 96, 80, 14, 1, 1),
    "bp_note": (192, 96, 126, 14, 1, 1),
    "alarm": (0, 118, 320, 34, 2, 1),
    "notice": (4, 156, 312, 20, 2, 1),
    "prompt": (4, 182, 312, 20, 2, 1),
    "key_silence": (0, 214, 62, 22, 1, 1),
    "key_stop": (64, 214, 62, 22, 1, 1),
    "key_bp": (128, 214, 62, 22, 1, 1),
    "key_next": (192, 214, 62, 22, 1, 1),
    "key_mark": (256, 214, 62, 22, 1, 1),
}
_TRIED = ("white", "green", "cyan", "yellow", "red")
_LABELS = (("pulse_label", "PULSE bpm", "dim"), ("spo2_label", "SpO2 %", "dim"), ("bp_label", "BP mmHg", "dim"))
_KEYS = ("key_silence", "key_stop", "key_bp", "key_next", "key_mark")

_CASET, _RASET, _RAMWR = 0x2A, 0x2B, 0x2C
# command, parameters, how long to leave the part alone afterwards
_START = (
    (0x01, b"", 150),  # software reset
    (0x11, b"", 150),  # leave sleep
    (0x3A, b"\x55", 10),  # 16 bits a pixel
    (0x36, b"\x60", 10),  # landscape
    (0x21, b"", 10),  # IPS panels show inverted
    (0x29, b"", 10),  # display on
)
_STRIPE = 24


class Display:
    def __init__(self, spi, dc, cs, backlight_pwm) -> None:
        self._spi = spi
        self._dc = dc
        self._cs = cs
        self._backlight = backlight_pwm
        self._step = 0
        self._next_ms = 0
        self._cleared = 0  # lines
        self._wanted = {name: (text, colour) for name, text, colour in _LABELS}
        self._shown = {}
        self._trial: dict | None = None  # in the place of what is wanted, while somebody looks at the screen itself

    @property
    def poll_every_ms(self) -> int:
        return 20 if self._cleared < SCREEN_HEIGHT or self._changed() else 250

    def show(self, fields) -> None:
        """Remember (tile, text, colour) of each tile; `poll` draws those that changed."""
        for name, text, colour in fields:
            self._wanted[name] = (text, colour)

    def try_out(self, on: bool) -> None:
        """Fill every tile, in all colours in turn; or go back to what is wanted, which `show` has kept up to date."""
        names = sorted(self._wanted)
        tried = {names[i]: ("8" * 52, _TRIED[i % len(_TRIED)]) for i in range(len(names))}
        self._trial = tried if on else None

    def poll(self, now_ms: int) -> bool:
        """Do one thing: a step of the start, a stripe of ground, or a tile. True if there is more to do."""
        if now_ms < self._next_ms:
            return True
        if self._step < len(_START):
            command, parameters, wait_ms = _START[self._step]
            self._command(command, parameters)
            self._step += 1
            self._next_ms = now_ms + wait_ms
        elif self._cleared < SCREEN_HEIGHT:
            self._clear_stripe()
        else:
            name = self._changed()
            if name:
                self._draw(name)
        return self.poll_every_ms == 20

    def _changed(self) -> str | None:
        shown, wanted = self._shown, self._trial or self._wanted
        for name in wanted:
            if shown.get(name) != wanted[name]:
                return name
        return None

    # --- drawing ------------------------------------------------------------------------------------------------

    def _clear_stripe(self) -> None:
        self._window(0, self._cleared, SCREEN_WIDTH, _STRIPE)
        line = _dot("ground") * SCREEN_WIDTH
        for _ in range(_STRIPE):
            self._data(line)
        self._cleared += _STRIPE
        if self._cleared >= SCREEN_HEIGHT:
            self._backlight.freq(1000)
            self._backlight.duty_u16(20000)

    def _draw(self, name: str) -> None:
        text, colour = self._shown[name] = (self._trial or self._wanted)[name]
        x, y, width, height, scale, centred = TILES[name]
        front, back = _dot(colour), _dot("ground")
        if name == "alarm" and text:
            front, back = _dot("black"), _dot(colour)
        elif name in _KEYS:
            back = _dot("black")
        room = width // (WIDTH * scale)
        if len(text) > room:
            text = text[: room - 1] + "~"
        left = (width - len(text) * WIDTH * scale) // 2 if centred else 0
        above = (height - HEIGHT * scale) // 2
        blank = back * width
        self._window(x, y, width, height)
        for _ in range(above):
            self._data(blank)
        for row in range(HEIGHT):
            line = _line(text, row, front, back, scale)
            self._data((back * left + line + back * (width - left - len(line) // 2)) * scale)
        for _ in range(height - above - HEIGHT * scale):
            self._data(blank)

    # --- bus ------------------------------------------------------------------------------------------------------

    def _window(self, x: int, y: int, width: int, height: int) -> None:
        self._command(_CASET, _span(x, width))
        self._command(_RASET, _span(y, height))
        self._command(_RAMWR, b"")

    def _command(self, command: int, parameters: bytes) -> None:
        self._cs.value(0)
        self._dc.value(0)
        self._spi.write(bytes((command,)))
        self._dc.value(1)
        if parameters:
            self._spi.write(parameters)
        self._cs.value(1)

    def _data(self, data: bytes) -> None:
        self._cs.value(0)
        self._spi.write(data)
        self._cs.value(1)


def _dot(colour: str) -> bytes:
    value = COLOURS[colour]
    return bytes((value >> 8, value & 0xFF))


def _span(start: int, length: int) -> bytes:
    end = start + length - 1
    return bytes((start >> 8, start & 0xFF, end >> 8, end & 0xFF))


def _line(text: str, row: int, front: bytes, back: bytes, scale: int) -> bytes:
    """One row of dots of a text, `scale` pixels a dot."""
    front, back = front * scale, back * scale
    pieces = []
    for letter in text.upper():
        bits = GLYPHS.get(letter, GLYPHS["?"])[row]
        bits = int(bits, 32)
        for mask in (16, 8, 4, 2, 1):
            pieces.append(front if bits & mask else back)
        pieces.append(back)
    return b"".join(pieces)
