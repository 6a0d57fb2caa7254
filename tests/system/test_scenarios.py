"""Whole sessions on the real interpreter: each file in tests/scenarios with its own expectations."""

import hashlib
import json
import resource
import subprocess
from pathlib import Path

import pytest
from played import played

from sitterctl import simulator, slog

SCENARIOS = Path(__file__).parent.parent / "scenarios"
LONG = ("quiet_session", "demo")
OWN_FLASH = ("blank", "installed")  # for practice: test_bring_up.py
SHORT = sorted(path.stem for path in SCENARIOS.glob("*.json") if path.stem not in (*LONG, *OWN_FLASH))


def play(name: str, out: Path) -> dict:
    summary = simulator.play(SCENARIOS / f"{name}.json", out)
    assert summary["ok"], "\n".join(summary["failures"])
    return summary


@pytest.mark.parametrize("name", SHORT)
def test_scenario(name: str) -> None:  # REQ-071, REQ-077
    summary = played(name)
    assert summary["ok"], "\n".join(summary["failures"])
    assert Path(summary["report"]).stat().st_size > 20_000


TEN_MINUTES_OF_SAMPLES = """
import time
from sitter.ppg import Oximeter
o = Oximeter(50)
start = time.ticks_us()
for k in range(30000):
    o.push(80000, 100000 - 12 * (k % 42))
    if k % 50 == 0:
        o.reading()
print(time.ticks_diff(time.ticks_us(), start))
"""


def three_hours_of_the_estimator_alone_s() -> float:
    """How fast this machine is: the best of three, as a measure of other things. Processor time, as the next."""
    command = [simulator.interpreter(), "-c", TEN_MINUTES_OF_SAMPLES]
    environment = {"MICROPYPATH": f"{simulator.firmware_folder()}:.frozen"}
    tries = []
    for _ in range(3):
        before_s = children_s()
        subprocess.run(command, env=environment, capture_output=True, check=True)
        tries.append(children_s() - before_s)
    return min(tries) * 18


def children_s() -> float:
    """Processor time of the programs that this process has run and ended; other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_session_repeats_to_the_byte(tmp_path: Path) -> None:
    logs = [Path(summary["slog"]).read_bytes() for summary in (played("power_cut"), play("power_cut", tmp_path))]
    assert hashlib.sha256(logs[0]).hexdigest() == hashlib.sha256(logs[1]).hexdigest()


def test_three_quiet_hours_are_fast_and_small(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    before_s = children_s()
    summary = play("quiet_session", tmp_path)
    played_s, estimator_s = children_s() - before_s, three_hours_of_the_estimator_alone_s()
    assert Path(summary["slog"]).stat().st_size < 350_000
    times = round(played_s / estimator_s, 1)
    with capsys.disabled():
        print(f"\nquiet session: three hours in {played_s:.1f} s, {times} times the pulse estimator alone")
    assert played_s < 3.5 * estimator_s


@pytest.mark.slow
def test_the_demo_shows_what_the_readme_promises(tmp_path: Path) -> None:
    summary = play("demo", tmp_path)
    log = slog.read(summary["slog"])
    started = [r.fields["alarm"] for r in log.named("alarm") if r.fields["event"] == "started"]
    assert {"spo2_low", "no_finger", "cuff_fault"} <= set(started)
    assert max(r.fields["systolic_mmhg"] for r in log.named("pressure")) >= 140
    assert len(log.named("mark")) == 4
    assert json.loads((tmp_path / "summary.json").read_text())["ok"]


def test_every_phase_of_a_session_is_reached() -> None:
    log = slog.read(played("stop")["slog"])
    assert [r.fields["phase"] for r in log.named("phase")] == ["checks", "ready", "onset", "stopped", "closed"]
