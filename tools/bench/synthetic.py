"""Fingers made from a seed, for what no carried recording shows: any rate, weak pulse, fidgeting, irregular rhythm,
mains light, a probe that is taken off and put back. They have the unit's own 50 samples a second.

A beat is a steep rise, an exponential fall and a dicrotic wave; the steady light breathes by a third of the pulse, and
there is noise of 10 counts, about what the part has. None of this is a person: it shows how an estimator fails, not how
often it would.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from recordings import PULSE_COUNTS, STEADY_COUNTS, Recording, Window

HZ = 50
_WIDTH_S, _HOP_S = 10, 2
_AVERAGED = 8  # moments that the part averages into a sample


def all_sets() -> list[Recording]:
    makers: list[tuple[str, Callable[[np.random.Generator], Recording]]] = []
    for bpm in (30, 35, 40, 50, 60, 75, 90, 110, 130, 150, 170, 190, 205, 220):
        makers.append(("any rate", lambda r, bpm=bpm: _finger(r, _even(r, bpm, 60), 60)))
    for permille in (2, 1, 0.5):
        for bpm in (55, 80, 115):
            makers.append(
                ("weak pulse", lambda r, p=permille, bpm=bpm: _finger(r, _even(r, bpm, 90), 90, height=p * 100))
            )
    for bpm in (55, 70, 85, 105):
        makers.append(("fidgeting", lambda r, bpm=bpm: _finger(r, _even(r, bpm, 120), 120, add=_fidgeting(r, 120))))
    for bpm in (60, 80, 100, 130):
        makers.append(("irregular", lambda r, bpm=bpm: _finger(r, _fibrillation(r, bpm, 120), 120)))
        makers.append(("irregular", lambda r, bpm=bpm: _finger(r, _ectopic(r, bpm, 120), 120)))
    for hum_hz in (50.1, 59.95, 99.8, 120.2):
        makers.append(("mains light", lambda r, f=hum_hz: _finger(r, _even(r, 72, 60), 60, add=_hum(f, 60))))
    for _ in range(4):
        makers.append(("probe off and on", _off_and_on))
    made = []
    for seed, (set_name, make) in enumerate(makers):
        one = make(np.random.default_rng(seed))
        made.append(Recording(set_name, str(seed), HZ, one.red, one.light, one.windows))
    return made


# --- rhythms: the times of beats, in seconds --------------------------------------------------------------------------


def _beats(intervals: np.ndarray, duration_s: float) -> np.ndarray:
    at = np.cumsum(intervals) - intervals[0]
    return at[at < duration_s + 4] - 2  # the first two seconds' worth lie before the start


def _even(random: np.random.Generator, bpm: float, duration_s: float) -> np.ndarray:
    """A healthy rhythm at rest: intervals spread by 2 %, breathing by another 3 %."""
    n = int(duration_s * bpm / 60) + 20
    breathing = np.sin(2 * np.pi * np.arange(n) * 60 / bpm / 4)
    return _beats(60 / bpm * (1 + 0.02 * random.standard_normal(n) + 0.03 * breathing), duration_s)


def _fibrillation(random: np.random.Generator, bpm: float, duration_s: float) -> np.ndarray:
    """Intervals that do not depend on each other, spread by 20 %."""
    n = int(duration_s * bpm / 60) * 2 + 20
    return _beats(np.clip(60 / bpm * (1 + 0.2 * random.standard_normal(n)), 0.28, 2), duration_s)


def _ectopic(random: np.random.Generator, bpm: float, duration_s: float) -> np.ndarray:
    """One beat in six comes at 60 % of its time, with a pause after it."""
    intervals = np.full(int(duration_s * bpm / 60) + 20, 60 / bpm)
    early = np.flatnonzero(random.random(len(intervals) - 1) < 1 / 6)
    intervals[early] *= 0.6
    intervals[early + 1] = 60 / bpm * 1.4
    return _beats(intervals, duration_s)


# --- light ------------------------------------------------------------------------------------------------------------


def _finger(
    random: np.random.Generator,
    beats: np.ndarray,
    duration_s: float,
    height: float = PULSE_COUNTS,
    add: np.ndarray | float = 0.0,
) -> Recording:
    t = np.arange(int(duration_s * HZ)) / HZ
    blood = np.zeros(len(t))
    for at, following in pairwise(beats):
        # A beat that comes early finds the heart half filled and is weaker.
        fill = min(1.2, max(0.4, (following - at) / np.median(np.diff(beats))))
        blood = np.maximum(blood, fill * _wave(t - at, following - at))
    breathing = height / 3 * np.sin(2 * np.pi * t / 4.3)
    light = STEADY_COUNTS - height * blood + breathing + 10 * random.standard_normal(len(t)) + add
    red = 0.8 * STEADY_COUNTS + (light - STEADY_COUNTS) * 0.4
    return Recording("", "", HZ, red, light, _windows(beats, duration_s))


def _wave(since_s: np.ndarray, interval_s: float) -> np.ndarray:
    """Height 0 to 1 of one beat's pulse: it rises for 0.12 s, or less in a fast rhythm."""
    rise_s = min(0.12, interval_s * 0.25)
    rising = np.sin(np.pi / 2 * np.clip(since_s / rise_s, 0, 1))
    falling = np.exp(-np.clip(since_s - rise_s, 0, None) * 1.6 / interval_s)
    dicrotic = 0.12 * np.exp(-(((since_s - 0.45 * interval_s) / (0.07 * interval_s)) ** 2))
    return np.where(since_s < 0, 0, np.where(since_s < rise_s, rising, falling + dicrotic))


def _windows(beats: np.ndarray, duration_s: float) -> list[Window]:
    """The truth is the number of intervals inside the window over their time."""
    found = []
    for end in np.arange(_WIDTH_S, duration_s + 1e-6, _HOP_S):
        inside = beats[(beats > end - _WIDTH_S) & (beats <= end)]
        found.append(Window(float(end), _WIDTH_S, float(60 / np.diff(inside).mean())))
    return found


def _fidgeting(random: np.random.Generator, duration_s: float) -> np.ndarray:
    """Two seconds of it about every twelve, up to five times the pulse, at no rate."""
    n = int(duration_s * HZ)
    moved = np.zeros(n)
    for start in np.arange(random.uniform(8, 14), duration_s - 3, 12) * HZ:
        begin, length = int(start), 2 * HZ
        steps = np.repeat(random.uniform(-1, 1, 12), length // 12 + 1)[:length]
        smooth = np.convolve(steps, np.hanning(15) / np.hanning(15).sum(), "same")
        moved[begin : begin + length] += 5 * PULSE_COUNTS * smooth * np.hanning(length)
    return moved


def _hum(hum_hz: float, duration_s: float) -> np.ndarray:
    """Light of twice the pulse's height as the part averages it into samples."""
    moments = np.arange(int(duration_s * HZ) * _AVERAGED) / (HZ * _AVERAGED)
    return 2 * PULSE_COUNTS * np.sin(2 * np.pi * hum_hz * moments).reshape(-1, _AVERAGED).mean(axis=1)


def _off_and_on(random: np.random.Generator) -> Recording:
    """Off for 15 to 20 seconds, three times in three minutes. Windows that are only partly off are left out."""
    duration_s = 180
    finger = _finger(random, _even(random, random.uniform(55, 110), duration_s), duration_s)
    on = np.ones(duration_s * HZ, bool)
    for start in (40, 85, 130):
        begin = int((start + random.uniform(0, 5)) * HZ)
        on[begin : begin + int(random.uniform(15, 20) * HZ)] = False
    dark = 700 + 10 * random.standard_normal(len(on))
    windows = []
    for window in finger.windows:
        inside = on[int((window.end_s - window.width_s) * HZ) : int(window.end_s * HZ)]
        if inside.all():
            windows.append(window)
        elif not inside.any():
            windows.append(Window(window.end_s, window.width_s, None))
    return Recording("", "", HZ, np.where(on, finger.red, dark), np.where(on, finger.light, dark), windows)
