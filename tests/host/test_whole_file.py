"""Files are written whole or not at all, whatever ends it."""

import errno
import os
from pathlib import Path

import pytest

from sitterctl import whole_file
from sitterctl.errors import CHECK_FAILED, SitterError

STEPS = ("open", "fsync", "replace")


def fail(monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(whole_file.os, step, failing)


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", ["old", None])
def test_a_full_disk_leaves_what_was_there(step: str, before: str | None, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)
    fail(monkeypatch, step, full())
    with pytest.raises(SitterError) as caught:
        whole_file.write(path, "new")
    monkeypatch.undo()
    assert caught.value.exit_code == CHECK_FAILED
    assert caught.value.message.endswith("it is as it was" if before else "it was not written")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == ({"a.txt": before} if before else {})


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_leaves_what_was_there(step: str, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a.txt").write_text("old")
    fail(monkeypatch, step, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        whole_file.write(tmp_path / "a.txt", "new")
    monkeypatch.undo()
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.txt": "old"}


def test_what_a_killed_program_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "a.txt.new").write_text("half of some")
    whole_file.write(tmp_path / "a.txt", b"new")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.txt": "new"}


def test_a_file_stays_as_readable_as_it_was_and_a_link_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.html", tmp_path / "link.html"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    whole_file.write(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    whole_file.write(Path(os.devnull), "x")
    assert not Path(os.devnull).is_file()


def test_a_folder_is_made_and_one_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    whole_file.write(tmp_path / "a" / "b" / "c.txt", "x")
    with pytest.raises(SitterError, match="a: Is a directory"):
        whole_file.write(tmp_path / "a", "x")
