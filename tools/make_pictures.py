"""Makes the pictures in docs/pictures/: the unit's screen, drawn by its real driver, the curve of the saturation, what
`sitterctl watch` shows on a terminal, a cue programme's preview, and the demo's report and worksheet.

The report is build/demo/report.html (`make demo`), the worksheet is made from the same log, and both are photographed
by Chromium; without a Chromium their pictures stay.
"""

import io
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import TerminalTheme

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "firmware"))

from drivers.display import Display  # noqa: E402
from sim.clock import Clock  # noqa: E402
from sim.pins import FakePin, FakePwm  # noqa: E402
from sim.practice import practice_plan  # noqa: E402
from sim.st7789 import HEIGHT, WIDTH, FakeSt7789  # noqa: E402
from sitter import live, screen, settings  # noqa: E402
from sitter.ppg_saturation import spo2_pct  # noqa: E402
from sitter.reading import Reading  # noqa: E402
from sitter.unit import Unit  # noqa: E402
from sitterctl import cue_file, cue_play, cue_preview, watch_view, watching  # noqa: E402
from sitterctl.errors import NO_ANSWER, SitterError  # noqa: E402

OUT = ROOT / "docs" / "pictures"
SCALE = 2
PLAN = practice_plan("SIM-0042", 20260504)


def bedside(reading: Reading) -> tuple[Unit, int]:
    """A unit 42 minutes after the dose, with a blood pressure of three minutes ago."""
    unit = Unit({**settings.defaults(), "checklist": [], "baseline_readings": 1, "leave_passes": 0}, PLAN, "SIM-0042")
    unit.step(0, [("clock", (1_777_885_200, True)), ("key", ("NEXT", "short"))])
    now_ms = 60_000
    unit.step(now_ms, [("reading", Reading(72, 98, 140, 96, True)), ("pressure", (118, 76, 90, 72))])
    unit.step(now_ms, [("key", ("NEXT", "short")), ("key", ("NEXT", "hold"))])
    unit.inquiries.observe.asked = True
    now_ms += 42 * 60_000
    unit.step(now_ms - 180_000, [("pressure", (138, 84, 102, 80))])
    for second in range(40):
        unit.step(now_ms + second * 1000, [("reading", reading)])
        if unit.cuff.busy:
            unit.step(now_ms + second * 1000, [("pressure", (138, 84, 102, 80))])
    return unit, now_ms + 39_000


def draw(unit: Unit, now_ms: int) -> bytes:
    """What the simulated display's memory holds once the driver has drawn the unit's screen."""
    clock, dc, cs = Clock(), FakePin(0), FakePin(1)
    part = FakeSt7789(clock, dc, cs)
    display = Display(part, dc, cs, FakePwm(clock))
    display.show(screen.fields(now_ms, unit))
    while display.poll(clock.now_ms()):
        clock.charge_us(20_000)
    return bytes(part.ram)


def write_png(path: Path, ram: bytes) -> None:
    rows = []
    for y in range(HEIGHT):
        row = bytearray(b"\0")
        for x in range(WIDTH):
            at = (y * WIDTH + x) * 2
            value = ram[at] << 8 | ram[at + 1]
            red, green, blue = value >> 11, value >> 5 & 63, value & 31
            row += bytes((red * 255 // 31, green * 255 // 63, blue * 255 // 31)) * SCALE
        rows += [bytes(row)] * SCALE
    head = struct.pack(">IIBBBBB", WIDTH * SCALE, HEIGHT * SCALE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def draw_questions() -> None:
    """What the unit asks behind the reading at 40 minutes, and before the patient leaves."""
    well = Reading(78, 97, 140, 96, True)
    unit, now_ms = bedside(well)
    unit.inquiries.observe.begin(now_ms, unit, "40 min")
    write_png(OUT / "screen_observe.png", draw(unit, now_ms))
    unit, now_ms = bedside(well)
    unit.settings["leave_passes"] = 2
    now_ms += 100 * 60_000
    seen = [("reading", Reading(75, 98, 140, 96, True)), ("pressure", (124, 78, 93, 75))]
    presses = ("NEXT", "NEXT", "NEXT", "NEXT", "NEXT", "BP", "BP", "BP")  # recovery, shades off, and so far
    unit.step(now_ms, [("key", ("NEXT", "short"))])
    for key in presses:
        now_ms += 1000
        unit.step(now_ms, seen + [("key", (key, "short"))])
        unit.cuff.busy = False
    write_png(OUT / "screen_leaving.png", draw(unit, now_ms))


def photograph_pages() -> str:
    """The report of the demo, and the worksheet that `sitterctl integration` makes of its log."""
    logs, browser = sorted((ROOT / "build" / "demo").glob("*.slog")), shutil.which("chromium")
    if not logs or not browser:
        return "report, worksheet: left as they are (need `make demo` and a Chromium)"
    photograph(browser, logs[0].with_name("report.html"), (1180, 2050), "report")
    made = ROOT / "build" / "worksheet"
    words = ["integration", logs[0], "--out", made, "--meeting", "2026-05-06T10:00", "--meeting", "2026-05-13T10:00",
             "--days", "14", "--force", "--quiet"]  # fmt: skip
    subprocess.run([sys.executable, "-m", "sitterctl.cli", *map(str, words)], check=True, capture_output=True)
    photograph(browser, made / f"{logs[0].stem}-worksheet.html", (900, 1300), "worksheet")
    return "report, worksheet: photographed"


def photograph(browser: str, page: Path, size_px: tuple[int, int], name: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             f"--user-data-dir={profile}", "--virtual-time-budget=12000", "--window-size={},{}".format(*size_px),
             f"--screenshot={OUT / f'{name}.png'}", page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


def photograph_cues() -> str:
    """A shipped programme in fast motion, as a browser shows it after some seconds."""
    browser = shutil.which("chromium")
    if not browser:
        return "cues: left as they are (need a Chromium)"
    programme = cue_file.read(cue_file.find("sublingual_2h"))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "cues.html"
        page.write_text(cue_preview.page(programme, cue_play.play(programme, None, 22), None))
        photograph(browser, page, (1220, 620), "cues")
    return "cues: photographed"


def draw_spo2_curve() -> None:
    """The published curve as the firmware rounds it, with what a tenth of R means in its steep part."""
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.hashsalt": "sitter", "svg.fonttype": "none", "font.size": 9})
    figure, axes = pyplot.subplots(figsize=(6.4, 3.2), layout="constrained")
    points = [(ratio / 1000, pct) for ratio in range(300, 1200) if (pct := spo2_pct(ratio)) is not None]
    axes.plot([ratio for ratio, _ in points], [pct for _, pct in points], color="#2b5c9e")
    axes.axhline(90, color="#999999", linewidth=0.8, linestyle="--")
    axes.text(0.305, 89.8, "default limit 90 %", color="#666666", va="top")
    axes.annotate("flat: a healthy finger shows 99 or 100 %", (0.42, 99.6), (0.55, 99.2), color="#444444",
                  va="center", arrowprops={"arrowstyle": "-", "color": "#999999"})  # fmt: skip
    axes.annotate("0.1 of R = 4 points", (0.807, 90), (0.86, 93), color="#444444",
                  arrowprops={"arrowstyle": "-", "color": "#999999"})  # fmt: skip
    axes.set(xlabel="ratio of ratios R", ylabel="SpO2 %", xlim=(0.3, 1.2), ylim=(69, 101))
    axes.grid(color="#eeeeee")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(OUT / "spo2_curve.svg", metadata={"Date": None})
    pyplot.close(figure)


# A terminal's text as rich lays it out, in whatever fixed font there is.
TERMINAL = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
white-space: pre; }} {styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="100%" height="100%"/></clipPath>{lines}</defs>
<rect width="100%" height="100%" rx="6" fill="#1b1d21"/>
<g transform="translate(9, 20)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


COLUMNS = 100
# Background, text, and the eight colours.
COLOURS = TerminalTheme((27, 29, 33), (222, 224, 226), [
    (27, 29, 33), (200, 30, 35), (80, 180, 90), (240, 200, 60), (80, 120, 220), (160, 50, 170), (60, 180, 200),
    (222, 224, 226),
])  # fmt: skip


def seen_at(chair: int, unit: Unit, now_ms: int, error: SitterError | None = None) -> watching.Seen:
    """What a looker-on knows of a unit that has just answered, or did so 38 seconds ago."""
    answer = live.fields(now_ms, unit)
    at_s = -38.0 if error else 0.0
    return watching.Seen(f"/dev/ttyUSB{chair}", at_s, f"SIT-00{chair}7", f"CHAIR {chair}", 1, answer, error)


def photograph_terminal(name: str, view: RenderableType) -> None:
    console = Console(width=COLUMNS, file=io.StringIO(), record=True, force_terminal=True, color_system="truecolor")
    console.print(view)
    drawn = console.export_svg(code_format=TERMINAL, unique_id=name, theme=COLOURS, font_aspect_ratio=0.602)
    (OUT / f"{name}.svg").write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")


def draw_watch() -> None:
    """One unit whose saturation is low; and a group of three, of which one alarms and one is lost."""
    low, quiet = bedside(Reading(78, 86, 140, 96, True)), bedside(Reading(71, 97, 140, 96, True))
    gone = SitterError("/dev/ttyUSB3 went away", "", exit_code=NO_ANSWER)
    rows = [watching.shown(seen, 0.0) for seen in
            (seen_at(1, *quiet), seen_at(2, *low), seen_at(3, *quiet, gone))]  # fmt: skip
    told = ["10:42:20  CHAIR 3  LOST, last seen in PEAK: /dev/ttyUSB3 went away",
            "10:42:49  CHAIR 2  ALARM, high: SpO2 LOW 86 < 90"]  # fmt: skip
    photograph_terminal("watch", watch_view.one(rows[1], told[1:], "10:42:58", COLUMNS))
    photograph_terminal("watch_all", watch_view.board(rows, told, "10:42:58"))


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    write_png(OUT / "screen_session.png", draw(*bedside(Reading(78, 97, 140, 96, True))))
    low = Reading(78, 86, 140, 96, True)
    unit, now_ms = bedside(low)
    unit.step(now_ms, [("key", ("SILENCE", "down"))])
    unit.step(now_ms + 8000, [("reading", low)])
    write_png(OUT / "screen_alarm.png", draw(unit, now_ms + 8000))
    draw_questions()
    write_png(OUT / "screen_no_finger.png", draw(*bedside(Reading(None, None, None, 0, False))))
    draw_spo2_curve()
    draw_watch()
    print("screens, curve and watch: drawn\n" + photograph_pages() + "\n" + photograph_cues())


if __name__ == "__main__":
    main()
