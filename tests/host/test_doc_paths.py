"""Pages that send a reader to a file, or to something in it, send nobody astray."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md", ROOT / "hardware" / "README.md"])
NAMED = re.compile(r"`((?:firmware|host|tests|tools|hardware)/[\w./-]+?)(?:::(\w+))?`")


def missing(page: Path) -> list[str]:
    """What the page names and the tree has not."""
    found = []
    for path, name in NAMED.findall(page.read_text()):
        there = next((top / path for top in (ROOT, ROOT / "tests") if (top / path).exists()), ROOT / path)
        if not there.exists():
            found.append(path)
        elif name and not re.search(rf"\b{name}\b", there.read_text()):
            found.append(f"{path}::{name}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert missing(page) == []


def test_a_name_that_is_gone_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`firmware/app.py::App` `firmware/app.py::Nobody` `firmware/nowhere.py` `tools/size`")
    assert missing(page) == ["firmware/app.py::Nobody", "firmware/nowhere.py"]
