"""A file that is whole or not there: written beside its name, safe on disk, and only then given the name.

Whatever ends it early, Ctrl-C or a full disk, what stood under the name before is still there, and nothing beside it.
"""

import contextlib
import os
import stat
from pathlib import Path

from sitterctl.errors import CHECK_FAILED, SitterError


def write(path: Path, data: bytes | str, mode: int = 0o666) -> None:
    """`data`, text as UTF-8, in the place of what `path` held; `mode` is for a new file. The folder is made if there is
    none. Raises SitterError when it can not be done, and then it has not been."""
    whole = data.encode() if isinstance(data, str) else data
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            path.write_bytes(whole)  # a terminal or a pipe has nothing that could be lost
        else:
            _write_beside(Path(os.path.realpath(path)), whole, mode)
    except OSError as error:
        left = "it is as it was" if os.path.exists(path) else "it was not written"
        raise SitterError(f"{path}: {error.strerror or error}; {left}",
                          "make room there or name another place, and give the same command again",
                          exit_code=CHECK_FAILED) from error  # fmt: skip


def _write_beside(path: Path, whole: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)  # who was kept from reading it still is
    try:
        new.unlink(missing_ok=True)  # of a program that was killed
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    with contextlib.suppress(OSError):  # it is whole already
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder safe on disk. Raises OSError."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
