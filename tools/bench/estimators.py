"""The firmware's estimator, and the desktop tools beside it.

Ours takes a recording sample by sample at the unit's rate and is read once a second, as on the unit. The others get
every window by itself, at 100 samples a second, with the stock settings of their documentation; they may look at all of
it at once and at floating-point leisure.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from recordings import Recording, resampled
from scipy import signal

from sitter.ppg import Oximeter

UNIT_HZ, PEER_HZ = 50, 100
FULL_SCALE = 0x3FFFF


@dataclass
class Answers:
    """One estimator on one recording: `(truth_bpm, bpm)` by window, None for no pulse there and for a refusal."""

    pairs: list[tuple[float | None, float | None]] = field(default_factory=list)
    first_number_s: float | None = None
    us_per_sample: float = 0


def sitter(recording: Recording) -> Answers:
    red, ir = (
        np.clip(np.round(resampled(x, recording.rate_hz, UNIT_HZ)), 0, FULL_SCALE).astype(int).tolist()
        for x in (recording.red, recording.light)
    )
    oximeter, shown = Oximeter(UNIT_HZ), []
    begun = time.perf_counter()
    for k in range(len(ir)):
        oximeter.push(red[k], ir[k])
        if k % UNIT_HZ == UNIT_HZ - 1:
            shown.append(oximeter.reading().pulse_bpm)
    spent = time.perf_counter() - begun
    pairs = [(w.truth_bpm, _shown_at(shown, w.end_s)) for w in recording.windows]
    first = next((second + 1 for second, bpm in enumerate(shown) if bpm is not None), None)
    return Answers(pairs, first, spent * 1e6 / len(ir))


def _shown_at(shown: list, end_s: float) -> float | None:
    seconds = min(len(shown), int(end_s + 1e-6))
    return shown[seconds - 1] if seconds else None


def heartpy(upwards: np.ndarray) -> float | None:
    import heartpy as hp

    try:
        band = hp.filter_signal(upwards, [0.7, 3.5], sample_rate=PEER_HZ, order=3, filtertype="bandpass")
        return hp.process(band, sample_rate=PEER_HZ)[1]["bpm"]
    except Exception:  # noqa: BLE001 - of many kinds, where it finds no beats
        return None


def neurokit2(upwards: np.ndarray) -> float | None:
    import neurokit2 as nk  # pyright: ignore[reportMissingImports] - `make bench` installs it

    try:
        return float(np.mean(nk.ppg_process(upwards, sampling_rate=PEER_HZ)[0]["PPG_Rate"]))
    except Exception:  # noqa: BLE001 - of many kinds, where it finds no beats
        return None


def spectral_peak(upwards: np.ndarray) -> float:
    """The strongest frequency between 36 and 210 bpm, after a Hann window."""
    points = 16384
    power = np.abs(np.fft.rfft(signal.detrend(upwards) * np.hanning(len(upwards)), points)) ** 2
    hz = np.fft.rfftfreq(points, 1 / PEER_HZ)
    band = (hz >= 0.6) & (hz <= 3.5)
    return 60 * hz[band][np.argmax(power[band])]


PEERS: dict[str, Callable[[np.ndarray], float | None]] = {
    "HeartPy": heartpy,
    "NeuroKit2": neurokit2,
    "spectral peak": spectral_peak,
}


def peer(name: str, recording: Recording) -> Answers:
    upwards, answers, samples = -resampled(recording.light, recording.rate_hz, PEER_HZ), Answers(), 0
    begun = time.perf_counter()
    for window in recording.windows:
        piece = upwards[
            max(0, round((window.end_s - window.width_s) * PEER_HZ)) : round(window.end_s * PEER_HZ)
        ].astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bpm = PEERS[name](piece)
        answers.pairs.append((window.truth_bpm, bpm if bpm is not None and 20 < bpm < 300 else None))
        samples += len(piece)
    answers.us_per_sample = (time.perf_counter() - begun) * 1e6 / max(1, samples)
    return answers


def run(name: str, recording: Recording) -> Answers:
    return sitter(recording) if name == "Sitter" else peer(name, recording)
