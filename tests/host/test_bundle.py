"""Programs and images: the same bytes each time, and every fault by file and line."""

import hashlib
from pathlib import Path

import pytest
from test_update import program

from sitter import VERSION
from sitterctl import bundle, image
from sitterctl.errors import CHECK_FAILED, NOT_VERIFIED, USAGE, SitterError
from sitterctl.firmware_tree import firmware_folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_firmware_compiles_to_the_same_bytes_and_is_compiled_once(tmp_path: Path, monkeypatch) -> None:
    made = bundle.build("esp32_devkitc", tmp_path / "one")
    again = bundle.own("esp32_devkitc")
    assert made.manifest == again.manifest
    assert (made.version, made.board) == (VERSION, "esp32_devkitc")
    names = [row.name for row in made.rows]
    assert {"main.mpy", "board.mpy", "sitter/alarms.mpy", "drivers/nibp.mpy"} <= set(names)
    assert not any("boot" in name or "sim" in name.split("/")[0] for name in names)
    (again.folder / "main.mpy").unlink()  # by a cleaner of caches
    assert bundle.own("esp32_devkitc").manifest == made.manifest
    monkeypatch.setattr(bundle, "build", None)
    assert bundle.own("esp32_devkitc").folder == again.folder  # and needs no compiler now


def test_an_unknown_board_and_a_source_that_does_not_compile_are_told(tmp_path: Path) -> None:
    with pytest.raises(SitterError, match="no board 'esp8266'"):
        bundle.own("esp8266")
    tree = tmp_path / "tree"
    for name in ("sitter/__init__.py", "boards/odd.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("")
    (tree / "main.py").write_text("def broken(:\n")
    with pytest.raises(SitterError, match=r"main\.py can not be compiled") as caught:
        bundle.build("odd", tmp_path / "b", tree)
    assert caught.value.exit_code == CHECK_FAILED


@pytest.mark.parametrize(("change", "words"), [
    (lambda folder: (folder / "manifest").unlink(), "manifest can not be read"),
    (lambda folder: (folder / "manifest").write_text("hello\n"), "manifest, line 1: not the manifest"),
    (lambda folder: (folder / "manifest").write_text(""), "manifest, line 1: not the manifest"),
    (lambda folder: (folder / "main.mpy").unlink(), "manifest, line 2: main.mpy is missing"),
    (lambda folder: (folder / "board.mpy").write_bytes(b"x"), "manifest, line 3: board.mpy is not the file"),
    (lambda folder: (folder / "manifest").write_text((folder / "manifest").read_text() + "x y z\n"),
     "manifest, line 8: 'x y z' is no file"),
])  # fmt: skip
def test_a_bundle_that_is_not_whole_is_told_by_file_and_line(change, words: str, tmp_path: Path) -> None:
    folder = program(tmp_path / "b", "1")
    change(folder)
    with pytest.raises(SitterError) as caught:
        bundle.load(folder)
    assert words in caught.value.message


# --- MicroPython ------------------------------------------------------------------------------------------------------

IMAGE = b"\xe9" + b"image" * 100
BOARD = "esp32_devkitc"


def released(tmp_path: Path, monkeypatch, data: bytes = IMAGE, published: bytes | None = None) -> None:
    """A release that can be had from a file."""
    (tmp_path / "there.bin").write_bytes(data if published is None else published)
    url = (tmp_path / "there.bin").as_uri()
    sha256 = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(image, "RELEASES", {"esp32-1.28.0": image.Release(url, sha256, "esp32", 0x1000)})


def test_a_release_is_had_once_compared_and_kept(tmp_path: Path, monkeypatch) -> None:
    released(tmp_path, monkeypatch)
    found = image.find(BOARD, None)
    (tmp_path / "there.bin").unlink()  # no network from here on
    assert image.find(BOARD, "esp32-1.28.0") == found
    assert (found.path.read_bytes(), found.offset, found.chip) == (IMAGE, 0x1000, "esp32")


def test_what_is_not_the_release_is_not_kept(tmp_path: Path, monkeypatch) -> None:
    released(tmp_path, monkeypatch, published=b"\xe9 another")
    with pytest.raises(SitterError, match="and not") as caught:
        image.find(BOARD, None)
    assert caught.value.exit_code == NOT_VERIFIED
    assert not list((tmp_path / "cache").rglob("*.bin"))


def test_without_a_network_it_says_where_to_put_the_file(tmp_path: Path, monkeypatch) -> None:
    released(tmp_path, monkeypatch)
    (tmp_path / "there.bin").unlink()
    with pytest.raises(SitterError, match="can not be had") as caught:
        image.find(BOARD, None)
    assert str(tmp_path / "cache") in caught.value.remedy


def test_a_file_of_ones_own_is_taken_if_it_is_an_image_and_the_one_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "mine.bin"
    path.write_bytes(IMAGE)
    assert image.find(BOARD, str(path)).path == path
    assert image.find(BOARD, str(path), hashlib.sha256(IMAGE).hexdigest().upper()).path == path
    for words, chosen, sha256, code in (
        ("and not", path, "0" * 64, NOT_VERIFIED),
        ("no file", tmp_path / "x", None, USAGE),
    ):
        with pytest.raises(SitterError, match=words) as caught:
            image.find(BOARD, str(chosen), sha256)
        assert caught.value.exit_code == code
    path.write_bytes(b"PK")
    with pytest.raises(SitterError, match="no image for an ESP32"):
        image.find(BOARD, str(path))


def test_a_board_without_a_release_takes_a_named_file_to_its_chips_own_place(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(image.FOR_BOARD, "esp32s3_devkitc", None)
    path = tmp_path / "s3.bin"
    path.write_bytes(IMAGE)
    found = image.find("esp32s3_devkitc", str(path))
    assert (found.chip, found.offset) == ("esp32s3", 0)
    for chosen in (None, "esp32-1.28.0"):  # another chip's release is none for this one
        with pytest.raises(SitterError, match="no release of MicroPython for board esp32s3_devkitc") as caught:
            image.find("esp32s3_devkitc", chosen)
        assert caught.value.exit_code == USAGE


def test_every_boards_own_release_is_for_its_chip_and_place() -> None:
    for board, name in image.FOR_BOARD.items():
        assert name and (image.RELEASES[name].chip, image.RELEASES[name].offset) == image.PLACES[board], board


def test_every_board_file_has_its_place_on_the_flash() -> None:
    boards = {path.stem for path in (firmware_folder() / "boards").glob("*.py") if not path.stem.startswith("_")}
    assert boards | {"simulator"} == set(image.PLACES) == set(image.FOR_BOARD)


def test_a_board_nobody_knows_the_flash_of_gets_no_image() -> None:
    with pytest.raises(SitterError, match="where MicroPython begins"):
        image.find("esp32_s3", None)


def test_a_kept_file_that_has_rotted_is_told(tmp_path: Path, monkeypatch) -> None:
    released(tmp_path, monkeypatch)
    image.find(BOARD, None).path.write_bytes(b"\xe9 rotten")
    with pytest.raises(SitterError, match="and not"):
        image.find(BOARD, None)
