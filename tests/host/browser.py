"""Debian's Chromium, headless: a page as a person would have it, measured from outside, photographed or printed."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

CHROMIUM = shutil.which("chromium")
_QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
          "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=2000")  # fmt: skip

# The page stands in a frame as wide as a screen would be; the script around it is no part of the page.
_AROUND = """<!DOCTYPE html><iframe width="{width_px}" height="900" srcdoc="{page}"></iframe><pre id="measured"></pre>
<script>
addEventListener("load", () => {{
  const there = document.querySelector("iframe").contentDocument;
  document.getElementById("measured").textContent = JSON.stringify(({measure})(there));
}});
</script>"""


def measured(page: str, measure: str, width_px: int, folder: Path) -> object:
    """What the JavaScript function `measure` says of the page's document on a screen of that width."""
    around = folder / "around.html"
    around.write_text(_AROUND.format(width_px=width_px, page=html.escape(page), measure=measure), encoding="utf-8")
    done = _run(folder, "--dump-dom", around.as_uri())
    found = re.search(r'<pre id="measured">(.*?)</pre>', done.decode(), re.S)
    assert found and found[1], "the page was not measured"
    return json.loads(html.unescape(found[1]))


def printed(page: Path, folder: Path) -> bytes:
    """The page as PDF."""
    _run(folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}", page.as_uri())
    return (folder / "page.pdf").read_bytes()


def _run(folder: Path, *words: str) -> bytes:
    assert CHROMIUM
    return subprocess.run([CHROMIUM, *_QUIET, f"--user-data-dir={folder / 'profile'}", *words], check=True,
                          capture_output=True, timeout=120).stdout  # fmt: skip
