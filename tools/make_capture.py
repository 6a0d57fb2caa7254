"""Makes the recordings in tests/captures/ from a folder of BIDMC records: `python tools/make_capture.py --data FOLDER`.

A record `NAME.csv.gz` holds `t_s,ppg` at 125 Hz, `NAME.ref.csv` the ECG's rate at 4 Hz as `t_s,hr_bpm,...`. An
excerpt begins and ends at the foot of a beat with the same height, so that it can be repeated without a seam, and is
scaled to what a MAX30102 counts: 100000 steady, about 600 of pulse, falling at systole.
"""

import argparse
import csv
import gzip
from pathlib import Path

import numpy as np
from scipy import signal

OUT = Path(__file__).parent.parent / "tests" / "captures"
RATE_HZ = 125
SECONDS = 90
STEADY, PULSE = 100_000, 600
# record: second at which the excerpt begins
EXCERPTS = {"bidmc_03": 60, "bidmc_42": 60, "bidmc_52": 60}
HEADER = """\
# record: {name}, {start:.1f} s to {end:.1f} s
# source: BIDMC PPG and Respiration Dataset 1.0.0, PhysioNet (Pimentel et al. 2017; Goldberger et al. 2000)
# licence: Open Data Commons Attribution License 1.0 (ODC-By)
# changed: cut to whole beats, inverted, scaled to counts of a MAX30102
# sample_rate_hz: {rate}
"""


def load(folder: Path, name: str) -> np.ndarray:
    with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
        return np.array([float(row["ppg"]) for row in csv.DictReader(file)])


def feet(wave: np.ndarray) -> np.ndarray:
    """Samples at which beats begin: the minima before the steepest rises."""
    band = signal.sosfiltfilt(signal.butter(2, [0.5, 5], "band", fs=RATE_HZ, output="sos"), wave)
    minima, _ = signal.find_peaks(-band, distance=int(0.4 * RATE_HZ), prominence=0.3 * np.std(band))
    return minima


def best_span(wave: np.ndarray, start_s: float) -> tuple[int, int]:
    """Two feet about SECONDS apart whose levels and slopes match best."""
    found = feet(wave)
    starts = [f for f in found if start_s <= f / RATE_HZ < start_s + 10]
    ends = [f for f in found if abs(f / RATE_HZ - start_s - SECONDS) < 8]
    k = 5

    def mismatch(a: int, b: int) -> float:
        return float(np.abs(wave[a - k : a + k] - wave[b - k : b + k]).sum())

    return min(((a, b) for a in starts for b in ends), key=lambda pair: mismatch(*pair))


def counts(wave: np.ndarray, whole: np.ndarray) -> np.ndarray:
    band = signal.sosfiltfilt(signal.butter(2, [0.5, 5], "band", fs=RATE_HZ, output="sos"), whole)
    pieces = [np.ptp(band[i : i + 2 * RATE_HZ]) for i in range(0, len(band) - 2 * RATE_HZ, 2 * RATE_HZ)]
    return np.round(STEADY - (wave - np.median(wave)) * PULSE / np.median(pieces)).astype(int)


def write(folder: Path, name: str, start_s: float) -> str:
    whole = load(folder, name)
    a, b = best_span(whole, start_s)
    body = "\n".join(str(value) for value in counts(whole[a:b], whole))
    head = HEADER.format(name=name, start=a / RATE_HZ, end=b / RATE_HZ, rate=RATE_HZ)
    (OUT / f"{name}.csv").write_text(head + body + "\n")
    with open(folder / f"{name}.ref.csv") as file:
        rows = [(float(row["t_s"]) - a / RATE_HZ, row["hr_bpm"]) for row in csv.DictReader(file) if row["hr_bpm"]]
    inside = [f"{t:.2f},{float(bpm):.1f}" for t, bpm in rows if 0 <= t <= (b - a) / RATE_HZ]
    (OUT / f"{name}.ref.csv").write_text("t_s,hr_bpm\n" + "\n".join(inside) + "\n")
    mean = np.mean([float(row.split(",")[1]) for row in inside])
    return f"{name}: {(b - a) / RATE_HZ:.1f} s at a mean of {mean:.0f} bpm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of BIDMC records")
    folder = parser.parse_args().data
    OUT.mkdir(parents=True, exist_ok=True)
    for name, start_s in EXCERPTS.items():
        print(write(folder, name, start_s))


if __name__ == "__main__":
    main()
