"""How much of a slow line a pull uses. `make pull-rate` measures the real firmware, beside mpremote."""

import time
from pathlib import Path

from example_log import session_log
from fake_unit import FakeUnit

from sitterctl import device
from sitterctl.sim_line import Line

BAUD = 115200
LEAST = 0.9


def test_a_pull_uses_nine_tenths_of_the_line(tmp_path: Path) -> None:
    """Once in three goes: this process makes the line and both its ends, and others run beside it."""
    rates = []
    for go in range(3):
        rates.append(rate(tmp_path / str(go)))
        if rates[-1] > LEAST * BAUD / 10:
            break
    assert max(rates) > LEAST * BAUD / 10
    assert max(rates) < BAUD / 10  # or the line is none


def rate(folder: Path) -> float:
    """Bytes a second of one pull."""
    log = session_log()[:40_000]
    with FakeUnit({"00001": log}) as unit, Line(unit.port, BAUD) as line, device.connect(line.port) as connection:
        (row,) = device.list_logs(connection)
        begun, took_s = time.monotonic(), 0.0

        def on_progress(have: int, size: int) -> None:
            nonlocal took_s
            took_s = time.monotonic() - begun

        device.pull(connection, row, folder, on_progress=on_progress)
    return len(log) / took_s
