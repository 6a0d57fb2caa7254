"""The report in a real browser: at every width it is read without scrolling sideways, but inside its own boxes."""

from datetime import UTC
from pathlib import Path

import pytest
from browser import CHROMIUM, measured
from example_log import session_log

from sitterctl import keys, report, slog

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")

# What is wider than the page outside the boxes that scroll by themselves, and what of the timeline is cut off.
MEASURE = """page => {
  const wide = page.documentElement.clientWidth;
  const boxed = e => e.closest(".figure, .wide-table, .columns > *, details, defs, title");
  const svg = page.querySelector("svg.timeline"), box = svg.getBoundingClientRect();
  return {
    scrolls: page.documentElement.scrollWidth > wide,
    too_wide: [...page.querySelectorAll("body *")].filter(e => !boxed(e) &&
      e.getBoundingClientRect().right > wide + .5).map(e => e.outerHTML.slice(0, 80)),
    cut_off: [...svg.querySelectorAll("text")].filter(e => {
      const r = e.getBoundingClientRect();
      return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1;
    }).map(e => e.textContent),
    hollow: [...svg.querySelectorAll(".manual, .missing, .taken-back")].map(
      e => page.defaultView.getComputedStyle(e).fill),
  };
}"""


@pytest.mark.parametrize("width_px", [390, 820, 1280])
def test_page_is_whole_at_every_width(width_px: int, tmp_path: Path) -> None:
    data = session_log()
    page = report.render(slog.read(data), slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC)
    seen = measured(page, MEASURE, width_px, tmp_path)
    assert (seen["scrolls"], seen["too_wide"], seen["cut_off"]) == (False, [], [])
    # What was keyed in, taken back, or not passed can be told from the rest without its colour.
    assert seen["hollow"] and set(seen["hollow"]) == {"rgb(255, 255, 255)"}
