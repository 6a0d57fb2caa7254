"""An ST7789 behind its SPI bus: commands by the level of DC, a window, and the picture in its memory.

It acts as the SPI object and looks at the pins itself. Within 5 ms of a reset it hears nothing, and nothing is
visible before it has left sleep and been switched on. The bus takes 0.2 us a byte (40 MHz), and making a line of text
is charged as 0.3 ms of processor a write, an estimate from the bytecodes of drivers/display.py. Knob: `absent`,
nobody listens.
"""

WIDTH, HEIGHT = 320, 240
_DEAF_US = 5000
_WRITE_CPU_US = 300


class FakeSt7789:
    def __init__(self, clock, dc, cs) -> None:
        self._clock = clock
        self._dc = dc
        self._cs = cs
        self.absent = False
        self.ram = bytearray(WIDTH * HEIGHT * 2)
        self.awake = self.on = self.inverted = self.landscape = False
        self.wide = False  # 16 bits a pixel
        self._deaf_until_us = 0
        self._command = 0
        self._columns, self._rows = (0, WIDTH - 1), (0, HEIGHT - 1)
        self._at = 0  # bytes into the window

    @property
    def visible(self) -> bool:
        return self.awake and self.on and self.wide and self.landscape

    def write(self, data) -> None:
        self._clock.charge_us(len(data) // 5)
        if len(data) > 8:
            self._clock.charge_cpu_us(_WRITE_CPU_US)
        if self.absent or self._cs.value() or self._clock.now_us < self._deaf_until_us:
            return
        if not self._dc.value():
            self._begin(data[0])
        elif self._command == 0x2C:
            self._paint(data)
        else:
            self._parameter(data)

    def _begin(self, command: int) -> None:
        self._command = command
        self._at = 0
        if command == 0x01:
            self.awake = self.on = self.inverted = self.landscape = self.wide = False
            self._deaf_until_us = self._clock.now_us + _DEAF_US
        elif command == 0x11:
            self.awake = True
        elif command == 0x21:
            self.inverted = True
        elif command == 0x29:
            self.on = True

    def _parameter(self, data) -> None:
        if self._command == 0x2A:
            self._columns = (data[0] << 8 | data[1], data[2] << 8 | data[3])
        elif self._command == 0x2B:
            self._rows = (data[0] << 8 | data[1], data[2] << 8 | data[3])
        elif self._command == 0x3A:
            self.wide = data[0] & 7 == 5
        elif self._command == 0x36:
            self.landscape = bool(data[0] & 0x20)

    def _paint(self, data) -> None:
        """Fill the window on from where it stands; past its end it begins again."""
        left, right = self._columns
        top, bottom = self._rows
        width = (right - left + 1) * 2
        size = width * (bottom - top + 1)
        done = 0
        while done < len(data):
            row, column = divmod(self._at, width)
            count = min(width - column, len(data) - done)
            start = ((top + row) * WIDTH + left) * 2 + column
            self.ram[start : start + count] = data[done : done + count]
            done += count
            self._at = (self._at + count) % size
