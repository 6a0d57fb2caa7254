"""What the estimator costs on MicroPython: time, heap and instructions, on the unix port."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sitterctl import simulator, unix_port

_COMMON = """
import gc, sys, time
from sitter.ppg import Oximeter
o = Oximeter(50)
wave = [100000 - 12 * (k % 42) for k in range(420)]
def push(n):
    for k in range(n):
        o.push(80000, wave[k % 420])
def with_readings(n):
    for k in range(n):
        o.push(80000, wave[k % 420])
        if k % 50 == 49:
            o.reading()
def empty(n):
    for k in range(n):
        max(80000, wave[k % 420])
with_readings(2000)
"""
_TIME = """
def us(work):
    start = time.ticks_us()
    work(10000)
    return time.ticks_diff(time.ticks_us(), start) / 10000
print(us(push) - us(empty), us(with_readings) - us(empty))
"""
_HEAP = """
def allocated(work, n):
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    work(n)
    after = gc.mem_alloc()
    gc.enable()
    return after - before
print(allocated(push, 1000) - allocated(empty, 1000), allocated(lambda n: o.reading(), 1))
"""
_INSTRUCTIONS = """
{"push": push, "reading": with_readings, "empty": empty}[sys.argv[1]](int(sys.argv[2]))
"""


def _run(script: str, *arguments: str, under: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(_COMMON + script)
        file.flush()
        return subprocess.run(
            [*under, unix_port.interpreter(), "-X", "heapsize=16m", file.name, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={"MICROPYPATH": f"{simulator.firmware_folder()}:.frozen", "PATH": os.environ["PATH"]},
        )


def microseconds_per_sample() -> tuple[float, float]:
    """Of `push` alone, and with a `reading` once a second shared out over its 50 samples."""
    alone, with_readings = _run(_TIME).stdout.split()
    return float(alone), float(with_readings)


def bytes_allocated() -> tuple[int, int]:
    """By 1000 samples, and by one `reading`, with 64-bit words."""
    samples, reading = _run(_HEAP).stdout.split()
    return int(samples), int(reading)


def instructions_per_sample() -> tuple[int, int] | None:
    """Machine instructions of the interpreter, as `microseconds_per_sample`; None without a valgrind."""
    if not shutil.which("valgrind"):
        return None
    empty = _slope("empty")
    return _slope("push") - empty, _slope("reading") - empty


def _slope(work: str) -> int:
    """A sample's share of the difference between 1000 samples and 2000."""
    return (_instructions(work, 2000) - _instructions(work, 1000)) // 1000


def _instructions(work: str, n: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        done = _run(
            _INSTRUCTIONS,
            work,
            str(n),
            under=("valgrind", "--tool=callgrind", f"--callgrind-out-file={Path(folder) / 'out'}"),
        )
    return next(int(line.split()[-1]) for line in done.stderr.splitlines() if "Collected" in line)
