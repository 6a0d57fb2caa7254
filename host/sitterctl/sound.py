"""The sounder's trains of high and low times as sound: what the pin does, to be listened to and measured.

A sample is the mean level of the pin over its time, so that the wave holds exactly what the pin does below half the
sample rate. What sounder and housing make of it is not in here.
"""

import io
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path

from sitterctl import whole_file

RATE_HZ = 44100
_AMPLITUDE = 20000


def levels(bursts: Iterable[tuple[int, int]], trains: list[list[int]], duration_ms: int) -> array:
    """16-bit samples of the pin over `duration_ms`; bursts are (at_ms, index of its train), a new one cuts the last."""
    area = array("d", bytes(8 * (duration_ms * RATE_HZ // 1000 + 2)))  # seconds high within each sample
    starts = list(bursts)
    for k, (at_ms, index) in enumerate(starts):
        until_s = starts[k + 1][0] / 1000 if k + 1 < len(starts) else duration_ms / 1000
        at_s = at_ms / 1000
        for i, time_us in enumerate(trains[index]):
            end_s = min(at_s + time_us / 1e6, until_s)
            if i % 2 == 0:
                _add(area, at_s * RATE_HZ, end_s * RATE_HZ)
            at_s = end_s
    return array("h", (int(_AMPLITUDE * level) for level in area[:-2]))


def _add(area: array, begin: float, end: float) -> None:
    """Raise the level between two times, in samples, by as much of each sample as they cover."""
    while begin < end:
        upto = min(end, int(begin) + 1)
        area[int(begin)] += upto - begin
        begin = upto


def write_wav(path: Path, samples: array) -> None:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    whole_file.write(path, packed.getvalue())


def write_each(trace: dict, folder: Path) -> list[Path]:
    """One file for each different burst that the sounder played: sounder_1.wav and so on, as they first came."""
    paths = []
    for index, train in enumerate(trace["trains"]):
        paths.append(folder / f"sounder_{index + 1}.wav")
        write_wav(paths[-1], levels([(100, index)], trace["trains"], 200 + sum(train) // 1000))
    return paths
