from drivers.display import COLOURS, SCREEN_HEIGHT, SCREEN_WIDTH, TILES, Display
from drivers.font import GLYPHS
from sim.clock import Clock
from sim.pins import FakePin, FakePwm
from sim.st7789 import FakeSt7789


class Stand:
    def __init__(self):
        self.clock = Clock()
        self.dc, self.cs = FakePin(0), FakePin(1)
        self.part = FakeSt7789(self.clock, self.dc, self.cs)
        self.backlight = FakePwm(self.clock)
        self.display = Display(self.part, self.dc, self.cs, self.backlight)
        self.longest_us = 0

    def run(self, ms):
        end_us = self.clock.now_us + ms * 1000
        while self.clock.now_us < end_us:
            before_us = self.clock.now_us
            self.display.poll(self.clock.now_ms())
            self.longest_us = max(self.longest_us, self.clock.now_us - before_us)
            self.clock.charge_us(self.display.poll_every_ms * 1000)

    def shown(self, *fields):
        self.run(1500)
        self.display.show(fields)
        self.run(1500)
        return self

    def pixel(self, x, y):
        at = (y * SCREEN_WIDTH + x) * 2
        return self.part.ram[at] << 8 | self.part.ram[at + 1]

    def colours_in(self, name):
        x, y, width, height, _, _ = TILES[name]
        return {self.pixel(px, py) for px in range(x, x + width) for py in range(y, y + height)}


def test_the_screen_comes_up_lit_and_in_landscape():
    stand = Stand()
    stand.run(1500)
    assert stand.part.visible
    assert stand.part.inverted
    assert stand.backlight.duty > 0
    assert stand.pixel(0, 239) == COLOURS["ground"]


def test_the_backlight_stays_off_until_there_is_a_picture():
    stand = Stand()
    stand.run(300)
    assert stand.backlight.duty == 0


def test_a_tile_shows_its_text_in_its_colour():
    stand = Stand().shown(("pulse", "72", "green"))
    assert stand.colours_in("pulse") == {COLOURS["green"], COLOURS["ground"]}


def test_only_what_changed_is_sent():
    stand = Stand().shown(("pulse", "72", "green"), ("spo2", "97", "cyan"))
    written = []
    write = stand.part.write
    stand.part.write = lambda data: (written.append(len(data)), write(data))[1]
    stand.display.show((("pulse", "72", "green"), ("spo2", "97", "cyan")))
    stand.run(1000)
    assert written == []
    stand.display.show((("pulse", "72", "green"), ("spo2", "96", "cyan")))
    stand.run(1000)
    width, height = TILES["spo2"][2:4]
    assert width * height * 2 <= sum(written) <= width * height * 2 + 30


def test_no_poll_holds_the_loop_for_fifty_milliseconds():
    stand = Stand()
    stand.shown(*[(name, "W" * 40, "white") for name in TILES])
    assert 0 < stand.longest_us < 50000


def test_a_text_too_long_is_cut_and_stays_inside():
    stand = Stand()
    stand.run(1500)
    before = bytes(stand.part.ram)
    stand.display.show((("alarm", "X" * 100, "red"),))
    stand.run(1500)
    _, y, _, height, _, _ = TILES["alarm"]
    row = SCREEN_WIDTH * 2
    assert bytes(stand.part.ram[: y * row]) == before[: y * row]
    assert bytes(stand.part.ram[(y + height) * row :]) == before[(y + height) * row :]


def test_the_alarm_bar_is_of_the_alarms_colour_and_empty_without_one():
    stand = Stand().shown(("alarm", "SpO2 LOW 87 < 90", "red"))
    assert stand.colours_in("alarm") == {COLOURS["red"], COLOURS["black"]}
    stand.shown(("alarm", "", "dim"))
    assert stand.colours_in("alarm") == {COLOURS["ground"]}


def test_tiles_lie_on_the_screen_and_not_on_each_other():
    boxes = [TILES[name][:4] for name in TILES]
    for i in range(len(boxes)):
        x, y, width, height = boxes[i]
        assert x >= 0 and y >= 0 and x + width <= SCREEN_WIDTH and y + height <= SCREEN_HEIGHT
        for k in range(i):
            u, v, other_width, other_height = boxes[k]
            assert x >= u + other_width or u >= x + width or y >= v + other_height or v >= y + height


def test_every_glyph_has_seven_rows_of_five_dots():
    for rows in GLYPHS.values():
        assert len(rows) == 7
        for digit in rows:
            assert 0 <= int(digit, 32) < 32


def test_an_absent_screen_disturbs_nobody():
    stand = Stand()
    stand.part.absent = True
    stand.shown(("pulse", "72", "green"))
    assert not stand.part.visible


def test_every_alarm_sentence_fits_its_line():
    from drivers.display import WIDTH
    from sitter.alarm_table import ROWS
    from sitter.cuff_codes import WORDS
    from sitter.liveness import LIMITS_MS

    room = TILES["alarm"][2] // (WIDTH * TILES["alarm"][4])
    longest = {"sensor_fault": "settings lost", "program_fault": max(LIMITS_MS, key=len), "task_silent": "oximeter",
               "key_stuck": "SILENCE", "supply_fault": "no cell", "restarted": "999 min",
               "settings_fault": "DAMAGED: OLD ONES", "spo2_fall_pct": "30"}  # fmt: skip
    word = max(WORDS.values(), key=len)
    for row in ROWS:
        limit = "10" if row.limit == "spo2_fall_pct" else "200"
        text = row.sentence.replace("%w", word).replace("%v", longest.get(row.source, "201")).replace("%l", limit)
        assert len(text) <= room, (text, len(text), room)


def test_every_plans_code_is_shown_whole():  # REQ-083
    from drivers.display import WIDTH
    from sitter import plan

    longest = [high for name, _, _, high in plan.FIELDS[""] if name == "code"][0]  # noqa: RUF015
    assert longest <= TILES["clock"][2] // (WIDTH * TILES["clock"][4])
