"""The pulse estimator beside HeartPy, NeuroKit2 and the spectral peak: `make bench`.

Runs over the recordings in tests/captures/, over fingers made from a seed, and over a folder of more recordings if
there is one: --data, else the environment's PPG_DATA, else ../shared/data/ppg. Prints one table and what a sample
costs on MicroPython, and draws build/bench.svg. With --docs it writes docs/bench.md and its picture anew.
"""

import argparse
import os
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import chip
import estimators
import recordings
import synthetic
from picture import draw
from score import Score, row, score

ROOT = Path(__file__).parents[2]
HEAD = (
    "| set | estimator | windows | answered % | within 3 bpm % | off by over 10 bpm % | first number s | us a sample "
    "|\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def jobs(data: Path | None) -> list[tuple[str, recordings.Recording | tuple[Path, str]]]:
    """What to measure, by set: a recording, or where to read one."""
    found: list = [(one.set_name, one) for one in recordings.carried() + synthetic.all_sets()]
    if data:
        found += [(folder.name, (folder, name)) for folder, name in recordings.names(data)]
    return found


def measure(job: tuple) -> tuple[str, dict[str, estimators.Answers]]:
    set_name, what = job
    recording = recordings.read(*what) if isinstance(what, tuple) else what
    names = ("Sitter", *estimators.PEERS)
    return set_name, {name: estimators.run(name, recording) for name in names}


def measure_all(data: Path | None) -> dict[str, dict[str, Score]]:
    """Scores by set and estimator."""
    found: dict[str, dict[str, list]] = {}
    with ProcessPoolExecutor() as pool:
        for set_name, by_name in pool.map(measure, jobs(data)):
            for name, answers in by_name.items():
                found.setdefault(set_name, {}).setdefault(name, []).append(answers)
    return {s: {name: score(answers) for name, answers in by_name.items()} for s, by_name in found.items()}


def table(scores: dict[str, dict[str, Score]]) -> str:
    lines = []
    for set_name, by_name in scores.items():
        for name, s in by_name.items():
            first = "–" if s.first_number_s is None else f"{s.first_number_s:.0f}"
            lines.append(f"{row(set_name, name, s)} {first} | {s.us_per_sample:.1f} |\n")
    return HEAD + "".join(lines)


def costs() -> str:
    alone_us, with_readings_us = chip.microseconds_per_sample()
    by_samples, by_reading = chip.bytes_allocated()
    lines = [
        "| on MicroPython's unix port | a sample | a sample, with a reading a second |\n|---|---|---|\n",
        f"| time, us | {alone_us:.1f} | {with_readings_us:.1f} |\n",
        f"| bytes allocated | {by_samples / 1000:g} | {by_samples / 1000 + by_reading / 50:g} |\n",
    ]
    instructions = chip.instructions_per_sample()
    if instructions:
        alone, with_readings = instructions
        lines.append(f"| instructions (callgrind) | {alone} | {with_readings} |\n")
    else:
        lines.append("| instructions | no valgrind here | |\n")
    return "".join(lines)


def write_docs(parts: dict[str, str]) -> None:
    page = ROOT / "docs" / "bench.md"
    text = page.read_text()
    for name, part in parts.items():
        text = re.sub(rf"(<!-- measured: {name} -->\n).*?(<!-- end -->)", rf"\g<1>{part}\g<2>", text, flags=re.DOTALL)
    page.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    near = ROOT.parent / "shared" / "data" / "ppg"
    default = os.environ.get("PPG_DATA") or (near if near.is_dir() else None)
    parser.add_argument("--data", type=Path, default=default, help="folder of more sets of recordings")
    parser.add_argument("--docs", action="store_true", help="write docs/bench.md and its picture anew")
    chosen = parser.parse_args()
    if chosen.data and not chosen.data.is_dir():
        parser.error(f"{chosen.data} is no folder")
    scores = measure_all(chosen.data)
    print(table(scores))
    print(costs())
    out = ROOT / "docs" / "pictures" / "bench.svg" if chosen.docs else ROOT / "build" / "bench.svg"
    out.parent.mkdir(exist_ok=True)
    draw(scores, out)
    print(f"drawn: {out.relative_to(ROOT)}")
    if chosen.docs:
        write_docs({"table": table(scores), "costs": costs()})


if __name__ == "__main__":
    main()
