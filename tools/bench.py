"""The pulse estimator beside HeartPy, in one table: `make bench`.

Runs over the recordings in tests/captures/. With --data FOLDER (or SITTER_BENCH_DATA) also over sets of more
recordings, where FOLDER holds one folder a set: `meta.json` with `fs`, `up`, `primary` and `win_s`, `NAME.csv.gz`
with the channels and `NAME.ref.csv` with `t_s,hr_bpm`. A refused window counts as not within 3 bpm; "off by over 10"
is of the windows answered.
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from scipy import signal

from sitter.ppg import Oximeter
from sitterctl import simulator

ROOT = Path(__file__).parent.parent
HZ = 50
ON_MICROPYTHON = """
import gc, time
from sitter.ppg import Oximeter
o = Oximeter(50)
wave = [100000 - 12 * (k % 42) for k in range(500)]
for k in range(1000):
    o.push(80000, wave[k % 500])
gc.collect()
gc.disable()
def allocated_by(work):
    before = gc.mem_alloc()
    for v in wave:
        work(80000, v)
    for v in wave:
        work(80000, v)
    return gc.mem_alloc() - before
allocated = allocated_by(o.push) - allocated_by(max)  # less what the loop itself takes
gc.enable()
start = time.ticks_us()
for second in range(40):
    for k in range(50):
        o.push(80000, wave[(second * 50 + k) % 500])
    o.reading()
print(time.ticks_diff(time.ticks_us(), start) / 2000, allocated)
"""


def captures() -> list[tuple[str, str, np.ndarray, int, np.ndarray, np.ndarray, int]]:
    """(set, record, counts falling at systole, rate, reference times, reference bpm, window) of our own recordings."""
    found = []
    for path in sorted((ROOT / "tests" / "captures").glob("*.csv")):
        if path.name.endswith(".ref.csv"):
            continue
        lines = path.read_text().splitlines()
        rate = next(int(line.split(":")[1]) for line in lines if line.startswith("# sample_rate_hz"))
        counts = np.array([float(line) for line in lines if not line.startswith("#")])
        found.append(("captures", path.stem, counts, rate, *_reference(path.with_suffix(".ref.csv")), 10))
    return found


def _reference(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with open(path) as file:
        rows = [(float(r["t_s"]), float(r["hr_bpm"])) for r in csv.DictReader(file) if r["hr_bpm"]]
    return np.array([t for t, _ in rows]), np.array([bpm for _, bpm in rows])


def more(folder: Path) -> list:
    """The same of every record that has a reference given as a rate in time."""
    found = []
    for meta_path in sorted(folder.glob("*/meta.json")):
        meta = json.loads(meta_path.read_text())
        if meta.get("ref") != "inst":
            continue
        for path in sorted(meta_path.parent.glob("*.csv.gz")):
            with gzip.open(path, "rt") as file:
                wave = np.array([float(r[meta["primary"]] or "nan") for r in csv.DictReader(file)])
            wave = np.where(np.isfinite(wave), wave, np.nanmedian(wave)) * (-1 if meta["up"] else 1)
            band = signal.sosfiltfilt(signal.butter(2, [0.5, 5], "band", fs=meta["fs"], output="sos"), wave)
            counts = 100_000 + (wave - np.median(wave)) * 600 / max(1e-9, 4 * np.median(np.abs(band)))
            name = path.name[:-7]
            reference = _reference(path.with_name(f"{name}.ref.csv"))
            found.append((meta_path.parent.name, name, counts, meta["fs"], *reference, meta["win_s"]))
    return found


def heartpy_bpm(ir: np.ndarray) -> float | None:
    import heartpy
    from heartpy.exceptions import BadSignalWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            band = heartpy.filter_signal(-ir.astype(float), [0.7, 3.5], sample_rate=HZ, order=3, filtertype="bandpass")
            return float(heartpy.process(band, sample_rate=HZ)[1]["bpm"])
        except BadSignalWarning:
            return None


def run(record: tuple) -> tuple[list[tuple[float, float | None, float | None]], int | None, float]:
    """([(truth, ours, HeartPy's)], second of the first number, microseconds a sample)."""
    _, _, counts, rate, t, bpm, window = record
    counts = signal.resample_poly(counts - counts[0], HZ, int(rate), padtype="line") + counts[0]
    ir = np.clip(np.round(counts), 0, 262143).astype(int)
    oximeter, shown = Oximeter(HZ), {}
    start = time.perf_counter()
    for k, value in enumerate(ir, 1):
        oximeter.push(int(80_000 + (value - 100_000) // 2), int(value))
        if k % HZ == 0:
            shown[k // HZ] = oximeter.reading().pulse_bpm
    spent_us = (time.perf_counter() - start) * 1e6 / len(ir)
    rows = []
    for end in range(int(window), len(ir) // HZ + 1, 5):
        truth = bpm[(t > end - window) & (t <= end)]
        if len(truth):
            rows.append((truth.mean(), shown[end], heartpy_bpm(ir[(end - int(window)) * HZ : end * HZ])))
    return rows, next((s for s, value in shown.items() if value is not None), None), spent_us


def line(name: str, estimator: str, pairs: list[tuple[float, float | None]], rest: str) -> str:
    answered = [(truth, value) for truth, value in pairs if value is not None]
    within = sum(abs(value - truth) <= 3 for truth, value in answered) / len(pairs)
    off = sum(abs(value - truth) > 10 for truth, value in answered) / max(1, len(answered))
    share = len(answered) / len(pairs)
    return f"| {name} | {estimator} | {len(pairs)} | {share:.1%} | {within:.1%} | {off:.1%} | {rest} |"


def on_micropython() -> tuple[float, int]:
    """(microseconds a sample, bytes allocated by 1000 samples) on the unix port."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(ON_MICROPYTHON)
        file.flush()
        out = subprocess.run([simulator.interpreter(), file.name], capture_output=True, text=True, check=True,
                             env={"MICROPYPATH": f"{ROOT / 'firmware'}:.frozen"}).stdout.split()  # fmt: skip
    return float(out[0]), int(out[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("SITTER_BENCH_DATA"), help="folder of more sets")
    data = parser.parse_args().data
    sets: dict[str, list] = {}
    for record in captures() + (more(Path(data)) if data else []):
        sets.setdefault(record[0], []).append(run(record))
    print("| set | estimator | windows | answered | within 3 bpm | off by over 10 | first number, host time |")
    print("|---|---|---|---|---|---|---|")
    for name, results in sets.items():
        rows = [row for result in results for row in result[0]]
        firsts = [result[1] for result in results if result[1] is not None]
        mean_us = np.mean([result[2] for result in results])
        print(line(name, "Sitter", [(r[0], r[1]) for r in rows],
                   f"{np.median(firsts):.0f} s, {mean_us:.1f} us a sample"))  # fmt: skip
        print(line(name, "HeartPy", [(r[0], r[2]) for r in rows], "window at a time"))
    micro_us, allocated = on_micropython()
    print(f"\nMicroPython: {micro_us:.1f} us a sample on the unix port, {allocated} bytes allocated by 1000 samples")


if __name__ == "__main__":
    main()
