"""The worksheet in a real browser: nothing is cut off on a telephone, it can be read, and it prints on A4."""

import re
from pathlib import Path

import pytest
from browser import CHROMIUM, measured, printed
from example_log import session_log
from played import played

from sitterctl import slog
from sitterctl.errors import OK

pytestmark = [
    pytest.mark.usefixtures("elsewhere"),
    pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium"),
]

# What is wider than the screen, how many moments are seen, headings in order, and the weakest contrast of a text.
MEASURE = """page => {
  const view = page.defaultView, wide = page.documentElement.clientWidth;
  const light = colour => {
    const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = view.getComputedStyle(element).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...page.querySelectorAll("main *")].filter(e =>
    !e.closest("svg") && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const contrast = e => {
    const [a, b] = [light(view.getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
  };
  const svg = page.querySelector("svg.timeline"), box = svg.getBoundingClientRect();
  return {
    too_wide: [...page.querySelectorAll("body *")].filter(e => !e.closest("defs, title, desc") &&
      e.getBoundingClientRect().right > wide + .5).map(e => e.outerHTML.slice(0, 80)),
    scrolls: page.documentElement.scrollWidth > wide,
    marks: svg.querySelectorAll("circle.mark").length,
    cut_off: [...svg.querySelectorAll("text, circle")].filter(e => {
      const r = e.getBoundingClientRect();
      return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1;
    }).map(e => e.textContent),
    text_px: Math.min(...[...svg.querySelectorAll("text")].map(e => e.getBoundingClientRect().height)),
    headings: [...page.querySelectorAll("h1, h2, h3")].map(e => e.tagName).join(" "),
    contrast: Math.min(...texts.map(contrast)),
    named: svg.getAttribute("aria-labelledby").split(" ").every(id => page.getElementById(id).textContent),
    scripts: page.scripts.length, fetched: view.performance.getEntriesByType("resource").length,
  };
}"""


def worksheet(log: Path, run, *words: str) -> Path:
    code, _, err = run("integration", log, "--meeting", "2027-05-06T10:00", "--days", "14", "--out", log.parent, *words)
    assert code == OK, err
    return log.with_name(f"{log.stem}-worksheet.html")


@pytest.fixture
def page(tmp_path: Path, run) -> str:
    log = tmp_path / "marks.slog"
    log.write_bytes(Path(played("marks")["slog"]).read_bytes())
    return worksheet(log, run).read_text()


@pytest.mark.parametrize("width_px", [320, 390, 820, 1280])
def test_it_is_whole_and_legible_at_every_width(width_px: int, page: str, tmp_path: Path) -> None:
    seen = measured(page, MEASURE, width_px, tmp_path)
    assert (seen["too_wide"], seen["cut_off"], seen["scrolls"]) == ([], [], False)
    assert seen["marks"] == 5 and seen["text_px"] > 10
    assert seen["contrast"] >= 4.5
    assert seen["headings"] == "H1 H2 H2 H2 H2 H2" and seen["named"]
    assert (seen["scripts"], seen["fetched"]) == (0, 0)


def test_with_the_pulse_it_still_fits_a_telephone(tmp_path: Path, run) -> None:
    log = tmp_path / "a.slog"
    log.write_bytes(session_log())
    seen = measured(worksheet(log, run, "--pulse").read_text(), MEASURE, 390, tmp_path)
    assert (seen["too_wide"], seen["cut_off"], seen["marks"]) == ([], [], 3)


def test_it_prints_on_a4(page: str, tmp_path: Path) -> None:
    data = printed(next(tmp_path.glob("*-worksheet.html")), tmp_path)
    assert 1 <= len(re.findall(rb"/Type /Page\b", data)) <= 4
    sizes = {tuple(round(float(v)) for v in box.split()) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", data)}
    assert sizes == {(0, 0, 595, 842)}


@pytest.mark.slow
def test_the_demo_becomes_a_worksheet_and_a_calendar(tmp_path: Path, run) -> None:
    log = tmp_path / "demo.slog"
    log.write_bytes(Path(played("demo")["slog"]).read_bytes())
    seen = measured(worksheet(log, run).read_text(), MEASURE, 390, tmp_path)
    assert seen["marks"] == len(slog.read(log).named("mark")) == 4
    assert (seen["too_wide"], seen["cut_off"]) == ([], [])
    assert log.with_name(f"{log.stem}-dates.ics").read_bytes().count(b"BEGIN:VEVENT") == 8
