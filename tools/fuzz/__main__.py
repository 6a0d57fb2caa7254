"""`make fuzz`: coverage-guided fuzzing of everything that takes bytes or values from outside.

Atheris drives each function of targets.py for a minute or 100 000 cases, whichever takes longer, and prints how many
cases it tried and how many branches they reached. An input that breaks a rule is left in build/fuzz and printed; once
mended it belongs into the tests of what it broke. `--seconds N` and `--only NAME` for a quick look.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEAST_CASES, SECONDS = 100_000, 60
RUN_ONE = """
import sys, atheris
sys.path[:0] = {path!r}
ours = ["sitter", "drivers", "sitterctl.slog", "verbs", "uploads", "asked", "updating"]
with atheris.instrument_imports(include=ours):
    import targets
atheris.Setup(sys.argv, getattr(targets, {name!r}))
atheris.Fuzz()
"""


def names() -> list[str]:
    """The targets, without importing them: that takes atheris."""
    listed = (HERE / "targets.py").read_text().partition("\nTARGETS = (")[2].partition(")")[0]
    found = re.findall(r"\w+", listed)
    assert len(found) > 8, "no list of targets"
    return found


def in_memory() -> tempfile.TemporaryDirectory:
    """For the files of targets that need some, which are the slowest part of them."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="sitter-fuzz-", dir=memory if memory.is_dir() else None)


def fuzz(name: str, seconds: int) -> tuple[str, int, int, str]:
    """(name, cases, branches, what broke) of one target."""
    folder = ROOT / "build" / "fuzz" / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    path = [str(ROOT / "host"), str(ROOT / "firmware"), str(ROOT / "tests"), str(HERE)]
    cases = branches = 0
    while True:
        with in_memory() as files:
            done = _run(name, path, seconds, folder, files)
        said = done.stdout + done.stderr
        cases += int((re.findall(r"Done (\d+) runs", said) or re.findall(r"#(\d+)\s", said) or ["0"])[-1])
        branches = int((re.findall(r"cov: (\d+)", said) or ["0"])[-1])
        if done.returncode:
            return name, cases, branches, said[said.find("Traceback") :][:1500] + said[-400:]
        if cases >= LEAST_CASES or seconds < SECONDS:
            return name, cases, branches, ""


def _run(name: str, path: list[str], seconds: int, folder: Path, files: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", RUN_ONE.format(path=path, name=name), f"-max_total_time={seconds}", "-max_len=2048",
         f"-artifact_prefix={folder}/", str(folder / "corpus")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": files},
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of everything that takes input.")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target, at least")
    parser.add_argument("--only", choices=names(), action="append", help="this target")
    options = parser.parse_args()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda name: fuzz(name, options.seconds), options.only or names()))
    for name, cases, branches, broke in results:
        print(f"{name:18s} {cases:9d} cases, {branches:5d} branches" + ("  BROKEN" if broke else ""))
        if broke:
            print(broke)
    return 1 if any(result[3] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
