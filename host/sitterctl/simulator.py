"""Runs the firmware on the MicroPython unix port against simulated parts, behind a pseudo-terminal.

The unit is the child process: its standard input and output are the master side, whoever talks to it opens the slave
side like any serial port. When a scenario cuts the power the child ends with code 75 and is started again from the same
folder, where its flash lies. After the last entry of the timeline the child says READY and serves the line.

Most units run their program from its sources. One whose scenario says `chip` is a chip with a flash of its own, from
which MicroPython boots as it does on a device; a blank one has nothing on it, and its ROM serves the line: sim_chip.py.
"""

import contextlib
import json
import os
import pty
import subprocess
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from sitterctl import scenario, sim_chip, sim_hand, unix_port, whole_file
from sitterctl.errors import INTERRUPTED, NO_ANSWER, PARTIAL, SitterError
from sitterctl.firmware_tree import firmware_folder

_SUMMARY = "summary.json"
_POWER_CUT = 75
_SERVICE = 76
_KILLED = -9


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
        self._off_s = 0.0
        self._ready = threading.Event()
        self._ended = threading.Event()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = sim_hand.alone_in(self.folder)
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
        (self.folder / "job.json").write_text(json.dumps(self.job))
        if not (self.folder / "flash.img").exists():
            if self.job.get("chip") == "installed":
                sim_chip.install(self.folder)
            else:
                whole_file.write(self.folder / "flash.img", b"\xff" * sim_chip.FLASH_BYTES)

    def _keep_running(self) -> None:
        code = _POWER_CUT
        while code in (_POWER_CUT, _KILLED, _SERVICE) and not self._ended.is_set():
            if code == _KILLED:
                self._pass_time()
            if code == _SERVICE:
                self._prompt()
                if self._ended.is_set():
                    break
                self._pass_time()
            if self._is_chip and sim_chip.is_blank(self.folder):
                self._ready.set()
                sim_chip.serve_rom(self.folder, self._unit_end, self._ended)
                continue
            self.started += 1
            code = self._run(*self._program)
        if not self._ended.is_set():
            self.messages.append(f"the simulated unit stopped with exit code {code}")
            self._ended.set()
        self._ready.set()

    @property
    def _is_chip(self) -> bool:
        return "chip" in self.job

    @property
    def _program(self) -> tuple[str, ...]:
        script = "chip.py" if self._is_chip else "play.py"
        return (
            unix_port.interpreter(),
            "-X",
            "heapsize=32m",
            str(firmware_folder() / "sim" / script),
            str(self.folder.resolve()),
        )

    def _prompt(self) -> None:
        """MicroPython's prompt has the line until it is left."""
        if not self._is_chip:
            self._run(unix_port.interpreter())
            return
        self._ready.set()
        program, *options = self._program
        self._run(program, "-i", *options, "prompt")

    def _run(self, *command: str) -> int:
        self._child = subprocess.Popen(
            command,
            stdin=self._unit_end,
            stdout=self._unit_end,
            stderr=subprocess.PIPE,
            text=True,
            env=sim_chip.environment(self.folder.resolve()) if self._is_chip else unix_port.environment(),
        )
        assert self._child.stderr is not None
        for line in self._child.stderr:
            self._take_line(line.rstrip("\n"))
        return self._child.wait()

    def _pass_time(self) -> None:
        """Time went on while the program did not run."""
        path = self.folder / "state.json"
        if not path.exists():
            return
        state = json.loads(path.read_text())
        off_s = time.time() - path.stat().st_mtime + self._off_s
        whole_file.write(path, json.dumps({**state, "at_us": state["at_us"] + int(off_s * 1_000_000)}))

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

    def wait_end(self) -> None:
        """Until the simulated unit's program ends."""
        while not self._ended.wait(0.5):
            pass

    def kill(self, off_s: float = 0) -> None:
        """Kill the unit's program where it stands, as nothing that it can know of (SIGKILL), and start it again from
        what had reached its flash, after `off_s` seconds more than it takes. Only in real time."""
        assert self._child is not None and self._ready.is_set()
        self._ready.clear()
        self._off_s = off_s
        self._child.kill()

    def press(self, keys: str, hold_s: float = 0.15) -> None:
        """Somebody presses keys: a name, or two joined by `+`. Only in real time. Raises SitterError."""
        sim_hand.happen(self.folder, {"key": keys, "hold_s": hold_s})

    def choose(self, words: list[str | int]) -> None:
        """Somebody opens the menu and goes by these words. Only in real time. Raises SitterError."""
        sim_hand.happen(self.folder, {"choose": words})

    def run_at(self, speed: int) -> None:
        """Time runs so much faster for the unit from now on. Only in real time. Raises SitterError."""
        sim_hand.happen(self.folder, {"speed": speed})

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
        os.close(self._lock)
        if self._own_folder:
            self._own_folder.cleanup()


def play(path: Path, out: Path, on_progress: Callable[[int], None] | None = None, sounds: bool = False) -> dict:
    """Play a scenario, pull its newest log over the simulated line, verify it, check what was expected, report.

    Writes NAME.slog, NAME.pull.json, report.html and, last, summary.json into `out`, with `sounds` also each kind of
    burst that the sounder played as a WAV file, and returns the summary. Raises SitterError when the unit did not get
    to the end or its log could not be pulled. Ended early, it leaves `out` as it was; a folder without a summary.json
    was being filled at that moment.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".play-", dir=out) as folder:
        summary = _play_into(Path(folder), out, path, on_progress, sounds)
        _put_in_place(Path(folder), out)
    return summary


def _put_in_place(folder: Path, out: Path) -> None:
    """What was made goes into `out`, the summary last."""
    from sitterctl import cut_short

    try:
        _clear(out)
        for made in sorted(folder.iterdir(), key=lambda made: made.name == _SUMMARY):
            os.replace(made, out / made.name)
    except cut_short.ENDS as error:
        why, remedy, code = cut_short.reason(error)
        raise SitterError(f"{why}: only a part of the session is in {out}, and no {_SUMMARY}",
                          f"{remedy}the same command begins again", exit_code=code) from error  # fmt: skip


def _pulled(port: str, folder: Path) -> Path:
    """The newest log of a simulated unit, which is gone when this has not gone well."""
    from sitterctl import device

    try:
        with device.connect(port) as connection:
            return device.pull_newest(connection, folder)
    except SitterError as error:
        if error.exit_code not in (INTERRUPTED, PARTIAL):
            raise
        why = error.message.rpartition(": ")[0]
        raise SitterError(f"{why}: nothing was kept of the simulated unit's log", "the same command begins again",
                          exit_code=NO_ANSWER if error.exit_code == PARTIAL else INTERRUPTED) from error  # fmt: skip


def _play_into(folder: Path, out: Path, path: Path, on_progress: Callable[[int], None] | None, sounds: bool) -> dict:
    """Everything into `folder`; the summary names it as it will stand in `out`."""
    from sitterctl import expectations, keys, report, slog, sound

    begun = time.monotonic()
    with Simulator(path, on_progress=on_progress) as unit:
        unit.wait_ready()
        log_path = _pulled(unit.port, folder)
        trace, messages, started, played_s = unit.trace(), unit.messages, unit.started, unit.ready_after_s
        job = unit.job
    log = slog.read(log_path)
    verdict = slog.verify(slog.load(log_path), keys.at_hand())
    failures = expectations.check(job.get("expect", {}), log, verdict, job["start_utc_s"], trace)
    failures += [f"the firmware said: {line}" for line in messages]
    whole_file.write(folder / "report.html", report.render(log, verdict, notes=_notes(job)))
    summary = {
        "scenario": job["title"], "ok": not failures, "failures": failures, "simulated_s": job["end_s"],
        "play_wall_s": round(played_s, 2), "wall_s": round(time.monotonic() - begun, 2), "starts": started,
        "interpreter": "MicroPython (unix port)", "slog": str(out / log_path.name), "report": str(out / "report.html"),
        "verdict": verdict.sentence, "flash": trace["flash"],
    }  # fmt: skip
    summary["sounds"] = [str(out / wav.name) for wav in sound.write_each(trace, folder)] if sounds else []
    whole_file.write(folder / _SUMMARY, json.dumps(summary, indent=1) + "\n")
    return summary


def _clear(out: Path) -> None:
    """Take away what an earlier play left in `out`: a scenario played again is another session of the same unit."""
    for old in [*out.glob(_SUMMARY), *out.glob("SIM-*.slog"), *out.glob("SIM-*.pull.json"), *out.glob("SIM-*.part")]:
        old.unlink()


def _notes(job: dict) -> list[str]:
    """What a reader of the report has to know about where its numbers come from."""
    notes = [f"Simulated session “{job['title']}”: {job.get('about', '')}".rstrip(": ")]
    if "recording" in job.get("patient", {}):
        notes.append(
            f"The pulse is replayed from {Path(job['patient']['recording']).name} (BIDMC PPG and Respiration Dataset, "
            "PhysioNet, ODC-By 1.0). The saturation is made by changing the ratio of red to infrared: it is nobody's."
        )
    return notes
