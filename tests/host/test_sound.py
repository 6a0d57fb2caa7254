"""What the sounder plays, measured as IEC 60601-1-8 describes it: from the pin's wave, not from the tables.

The ranges are those of docs/alarms.md; a pulse's time and spacing are taken at half its height, its rise from a tenth
to nine tenths.
"""

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from drivers.annunciator import Annunciator
from sim.clock import Clock
from sim.pins import FakePin, FakePwm
from sim.sounder import FakeSounder
from sitter.alarm_table import HIGH, LOW, MEDIUM
from sitter.alarms import Signal
from sitterctl import sound

RATE = sound.RATE_HZ


class Bedside:
    def __init__(self) -> None:
        self.clock = Clock()
        self.sounder = FakeSounder(self.clock)
        self.annunciator = Annunciator(FakePwm(self.clock), FakePin(), FakePin(), self.sounder, FakePin())

    def show(self, priority: int, step_ms: int, soft: bool = False) -> None:
        self.annunciator.show(self.clock.now_ms(), Signal(priority, priority, True, 1, soft))
        self.clock.charge_us(step_ms * 1000)

    def wave(self, ms: int) -> np.ndarray:
        return np.array(sound.levels(self.sounder.trace, self.sounder.trains, ms), float)


def envelope(pin: np.ndarray) -> np.ndarray:
    """Amplitude of the fundamental in time: the wave mixed down by 330 Hz and averaged over four cycles."""
    mixed = pin * np.exp(-2j * np.pi * 330 * np.arange(len(pin)) / RATE)
    n = int(RATE * 4 / 330)
    return 2 * np.abs(np.convolve(mixed, np.ones(n) / n, "same"))


def pulses(pin: np.ndarray) -> list[tuple[float, float]]:
    """(begin, end) of each pulse in milliseconds, at half of the highest."""
    loud = envelope(pin)
    above = np.concatenate(([0], (loud > loud.max() / 2).astype(int), [0]))
    edges = np.flatnonzero(np.diff(above)) * 1000 / RATE
    return list(zip(edges[::2], edges[1::2], strict=True))


def one_burst(priority: int, soft: bool = False) -> np.ndarray:
    bed = Bedside()
    bed.show(priority, 100, soft)
    return bed.wave(4000)


@pytest.mark.parametrize(
    ("priority", "count", "pulse_ms", "spacing_ms"),
    [(HIGH, 10, (75, 200), (50, 125)), (MEDIUM, 3, (125, 250), (125, 250)), (LOW, 2, (125, 250), (125, 250))],
)
def test_pulses_and_spacing(priority: int, count: int, pulse_ms: tuple, spacing_ms: tuple) -> None:  # REQ-041
    found = pulses(one_burst(priority))
    assert len(found) == count
    for begin, end in found:
        assert pulse_ms[0] <= end - begin <= pulse_ms[1]
    gaps = [found[k + 1][0] - found[k][1] for k in range(count - 1)]
    assert spacing_ms[0] <= min(gaps) <= spacing_ms[1]
    if priority == HIGH:
        halves = gaps[4]
        assert 350 <= halves <= 1300
        assert all(spacing_ms[0] <= gap <= 350 for gap in gaps[:4] + gaps[5:])
    else:
        assert max(gaps) <= spacing_ms[1]


@pytest.mark.parametrize("priority", [HIGH, MEDIUM, LOW])
def test_the_tone_is_low_and_rich(priority: int) -> None:  # REQ-042
    pin = one_burst(priority)
    begin, end = pulses(pin)[0]
    piece = pin[int((begin + 25) * RATE / 1000) : int((end - 25) * RATE / 1000)]
    power = np.abs(np.fft.rfft((piece - piece.mean()) * np.hanning(len(piece)), 1 << 18))
    hz = np.fft.rfftfreq(1 << 18, 1 / RATE)
    low = hz < 1000
    fundamental = hz[low][np.argmax(power[low])]
    assert 150 <= fundamental <= 1000
    assert fundamental == pytest.approx(330, rel=0.01)

    def level(n: int) -> float:
        return power[np.abs(hz - n * fundamental) < fundamental / 4].max()

    harmonics = [n for n in range(2, int(4000 / fundamental) + 1) if n * fundamental >= 300]
    strong = [n for n in harmonics if abs(20 * np.log10(level(n) / level(1))) <= 15]
    assert len(strong) >= 4, strong


@pytest.mark.parametrize(("priority", "on_ms"), [(HIGH, 120), (MEDIUM, 180), (LOW, 180)])
def test_a_pulse_swells_for_ten_to_twenty_percent_of_its_time(priority: int, on_ms: int) -> None:  # REQ-064
    train = Bedside().annunciator._trains[priority]
    # The high part of each cycle of the first pulse stands for the fundamental's height: sin(pi times duty).
    heights = np.sin(np.pi * np.array(train[: on_ms * 330 // 1000 * 2 : 2]) / 3030)
    at_ms = np.arange(len(heights)) * 1000 / 330
    top = heights.max()
    rise_ms = at_ms[np.argmax(heights >= 0.9 * top)] - at_ms[np.argmax(heights >= 0.1 * top)]
    assert 0.08 <= rise_ms / on_ms <= 0.20  # a cycle is 3 ms, 2 % of a pulse
    assert heights[-1] <= heights.max() / 2


def test_a_gentle_burst_is_quieter_and_has_the_same_pulses() -> None:
    loud, soft = one_burst(MEDIUM), one_burst(MEDIUM, soft=True)
    assert len(pulses(soft)) == len(pulses(loud)) == 3
    assert 20 * np.log10(envelope(loud).max() / envelope(soft).max()) == pytest.approx(13, abs=1.5)


def test_a_burst_goes_on_while_the_loop_is_held() -> None:  # REQ-043
    undisturbed, held = Bedside(), Bedside()
    for step_ms in [100] * 40:
        undisturbed.show(HIGH, step_ms)
    for step_ms in [100] * 5 + [400] + [100] * 31:
        held.show(HIGH, step_ms)
    assert np.array_equal(undisturbed.wave(3500), held.wave(3500))
    assert len(pulses(held.wave(3500))) == 10


def test_a_higher_priority_cuts_a_lower_burst_short() -> None:
    bed = Bedside()
    bed.show(LOW, 100)
    bed.show(HIGH, 100)
    assert np.allclose(bed.wave(4000)[RATE // 10 :], one_burst(HIGH)[: -RATE // 10], atol=100)


def test_the_simulator_writes_the_sounds_of_a_session(tmp_path: Path) -> None:
    scenario = Path(__file__).parents[1] / "scenarios" / "silence.json"
    command = [str(Path(sys.executable).parent / "sitterctl"), "sim", "run", str(scenario), "--out", str(tmp_path)]
    done = subprocess.run([*command, "--sound"], capture_output=True, check=True)
    assert b"sounder_2.wav" in done.stdout
    with wave.open(str(tmp_path / "sounder_2.wav")) as file:
        pin = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert len(pulses(pin)) == 10  # the first was the power-on test
