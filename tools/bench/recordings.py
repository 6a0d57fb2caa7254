"""Recordings with a reference rate: what the project carries, and folders of more.

A folder of more holds one folder a set: `meta.json`, `NAME.csv.gz` with `t_s` and the channels, `NAME.ref.csv` with
`t_s,hr_bpm` and perhaps `confirmed`, 1 where another monitor agreed. `meta.json` says `fs` (Hz), `up` (whether systole
goes upwards), `primary` (the channel, by record in `primary_by_record`), `win_s` and `hop_s`, and `ref`: "inst" is a
rate in time, "win" a rate for the window that ends at `t_s`; other references are no pulse rates and the set is left
out.
"""

import csv
import gzip
import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import signal

CAPTURES = Path(__file__).parents[2] / "tests" / "captures"
STEADY_COUNTS, PULSE_COUNTS = 100_000, 600  # what a recording without counts of its own is scaled to


@dataclass(frozen=True)
class Window:
    """`truth_bpm` is the mean rate over the `width_s` seconds before `end_s`; None where nobody's heart is there."""

    end_s: float
    width_s: float
    truth_bpm: float | None


@dataclass(frozen=True)
class Recording:
    """`light` falls at systole, in MAX30102 counts; `red` and `light` have `rate_hz` samples a second."""

    set_name: str
    name: str
    rate_hz: float
    red: np.ndarray
    light: np.ndarray
    windows: list[Window]


def resampled(x: np.ndarray, from_hz: float, to_hz: float) -> np.ndarray:
    if from_hz == to_hz:
        return x.copy()
    ratio = Fraction(to_hz / from_hz).limit_denominator(2000)
    return signal.resample_poly(x - x[0], ratio.numerator, ratio.denominator, padtype="line") + x[0]


def carried() -> list[Recording]:
    """The recordings in tests/captures."""
    found = []
    for path in sorted(CAPTURES.glob("*.csv")):
        if path.name.endswith(".ref.csv"):
            continue
        lines = path.read_text().splitlines()
        rate_hz = next(float(line.split(":")[1]) for line in lines if line.startswith("# sample_rate_hz"))
        light = np.array([float(line) for line in lines if not line.startswith("#")])
        windows = _windows_of_rate(*_reference(path.with_suffix(".ref.csv")), len(light) / rate_hz, 10, 5)
        found.append(Recording("captures", path.stem, rate_hz, _red_for(light), light, windows))
    return found


def names(folder: Path) -> list[tuple[Path, str]]:
    """(folder of the set, name) of every record with a reference rate, without reading them."""
    found = []
    for meta_path in sorted(folder.glob("*/meta.json")):
        if json.loads(meta_path.read_text())["ref"] in ("inst", "win"):
            found += [(meta_path.parent, path.name[:-7]) for path in sorted(meta_path.parent.glob("*.csv.gz"))]
    return found


def read(folder: Path, name: str) -> Recording:
    """One record of a folder of more."""
    meta = json.loads((folder / "meta.json").read_text())
    with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    channels = {key: _filled([row[key] for row in rows]) for key in rows[0] if key != "t_s"}
    t, bpm, confirmed = _reference(folder / f"{name}.ref.csv")
    duration_s = len(rows) / meta["fs"]
    if meta["ref"] == "inst":
        windows = _windows_of_rate(t, bpm, confirmed, duration_s, meta["win_s"], meta["hop_s"])
    else:
        known = np.isfinite(bpm) & (t <= duration_s + 0.05)
        windows = [Window(end, meta["win_s"], rate) for end, rate in zip(t[known], bpm[known], strict=True)]
    if "ir" in channels:
        red, light = channels["red"], channels["ir"]
    else:
        wave = channels[meta.get("primary_by_record", {}).get(name) or meta["primary"]]
        light = _as_counts(wave if meta["up"] else -wave, meta["fs"])
        red = _red_for(light)
    return Recording(folder.name, name, float(meta["fs"]), red, light, windows)


def _filled(cells: list[str]) -> np.ndarray:
    """Numbers, with a straight line over the missing ones."""
    values = np.array([float(cell or "nan") for cell in cells])
    known = np.isfinite(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known])


def _reference(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds, rates, and whether each is confirmed."""
    with open(path) as file:
        rows = [(row["t_s"], row["hr_bpm"] or "nan", row.get("confirmed", 1)) for row in csv.DictReader(file)]
    t, bpm, confirmed = np.array(rows, float).reshape(-1, 3).T
    return t, bpm, confirmed > 0


def _windows_of_rate(
    t: np.ndarray, bpm: np.ndarray, confirmed: np.ndarray, duration_s: float, width_s: float, hop_s: float
) -> list[Window]:
    """Windows in which nine tenths of a reference given four times a second are there, confirmed at their end."""
    found = []
    for end in np.arange(width_s, duration_s + 1e-6, hop_s):
        inside = (t > end - width_s) & (t <= end)
        enough = inside.sum() >= 3.2 * width_s and np.isfinite(bpm[inside]).mean() >= 0.9
        if enough and confirmed[inside][-1]:
            found.append(Window(float(end), width_s, float(np.nanmean(bpm[inside]))))
    return found


def _as_counts(upwards: np.ndarray, rate_hz: float) -> np.ndarray:
    """One gain for the whole recording: its median pulse becomes PULSE_COUNTS high."""
    sections = signal.butter(2, [0.5, min(5, 0.45 * rate_hz)], "band", fs=rate_hz, output="sos")
    band, piece = signal.sosfiltfilt(sections, upwards), int(2 * rate_hz)
    height = np.median([np.ptp(band[k : k + piece]) for k in range(0, len(band) - piece, piece)])
    return STEADY_COUNTS - (upwards - np.median(upwards)) * PULSE_COUNTS / (height or 1)


def _red_for(light: np.ndarray) -> np.ndarray:
    """A red channel where none was recorded; it plays no part in the rate."""
    return 0.8 * STEADY_COUNTS + (light - STEADY_COUNTS) / 2
