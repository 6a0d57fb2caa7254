"""`make mutate`: do the tests notice when alarms, session or vitals are wrong?

Each module is changed in one place at a time (cosmic-ray makes the changes, in a copy of the tree), and the tests of
the core run against it. A change that no test notices is a survivor. tests/mutants.json explains the survivors that
are allowed, as the changed line and why it makes no difference, or none that a test should hold on to. It fails below
95 percent killed, at a survivor without an explanation, and at an explanation of a line that is not there.

`--check` only does the last of these; `--module NAME` runs one module.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORK = ROOT / "build" / "mutate"
EXPLAINED = ROOT / "tests" / "mutants.json"
LEAST_KILLED_PCT = 95
TESTS = {
    "alarms": (
        "test_alarm_moments",
        "test_alarms",
        "test_resume",
        "test_iec_60601_1_8",
        "test_unit",
        "test_menu_away_selftest",
    ),
    "session": ("test_session", "test_unit", "test_menu_away_selftest"),
    "vitals": ("test_vitals", "test_resume", "test_unit"),
}
CONFIG = """[cosmic-ray]
module-path = "firmware/sitter/{module}.py"
timeout = 30.0
excluded-modules = []
test-command = "{python} -B -m pytest -x -q -p no:cacheprovider {tests}"
[cosmic-ray.distributor]
name = "local"
"""


def prepare(module: str) -> Path:
    """A copy of what the tests of the core need, with a cosmic-ray configuration."""
    folder = WORK / module
    shutil.rmtree(folder, ignore_errors=True)
    skip = shutil.ignore_patterns("__pycache__", ".hypothesis")
    shutil.copytree(ROOT / "firmware", folder / "firmware", ignore=skip)
    shutil.copytree(ROOT / "tests" / "core", folder / "tests" / "core", ignore=skip)
    for name in ("conftest.py", "both.py", "count.py"):
        shutil.copy(ROOT / "tests" / name, folder / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    tests = " ".join(f"tests/core/{name}.py" for name in TESTS[module])
    (folder / "mutate.toml").write_text(CONFIG.format(module=module, python=sys.executable, tests=tests))
    return folder


def cosmic_ray(folder: Path, *args: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).parent / "cosmic-ray", *args],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"cosmic-ray {args[0]} of {folder.name}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def run(module: str) -> tuple[int, list[dict]]:
    """(mutants, survivors) of a module; a survivor is {"module", "was", "becomes"}."""
    folder = prepare(module)
    cosmic_ray(folder, "baseline", "mutate.toml")
    cosmic_ray(folder, "init", "mutate.toml", "mutants.sqlite")
    cosmic_ray(folder, "exec", "mutate.toml", "mutants.sqlite")
    total, survivors = 0, []
    for line in cosmic_ray(folder, "dump", "mutants.sqlite").splitlines():
        _, result = json.loads(line)
        total += 1
        if result is None or result["test_outcome"] not in ("killed", "survived"):
            sys.exit(f"{module}: a mutant was not tried: {line[:300]}")
        if result["test_outcome"] == "survived":
            survivors.append({"module": module, **changed(result["diff"])})
    return total, survivors


def changed(diff: str) -> dict:
    """The line before and after, from a unified diff."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    becomes = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return {"was": was, "becomes": becomes}


def explained() -> list[dict]:
    return json.loads(EXPLAINED.read_text())


def stale() -> list[str]:
    """Explanations of lines that are not there any more."""
    found = []
    for one in explained():
        lines = (ROOT / "firmware" / "sitter" / f"{one['module']}.py").read_text().splitlines()
        if one["was"] not in " ".join(line.strip() for line in lines):
            found.append(f"{one['module']}: {one['was']}")
    return found


def judge(module: str, total: int, survivors: list[dict]) -> bool:
    """Print how a module did; whether it passes."""
    why = {(one["module"], one["was"], one["becomes"]): one["why"] for one in explained()}
    killed_pct = 100 * (total - len(survivors)) / total
    print(f"{module}: {total} mutants, {killed_pct:.1f} % killed, {len(survivors)} survived")
    good = killed_pct >= LEAST_KILLED_PCT
    for one in survivors:
        reason = why.get((one["module"], one["was"], one["becomes"]))
        good = good and reason is not None
        print(f"    {one['was']}\n      -> {one['becomes']}\n      {reason or 'NOT EXPLAINED in tests/mutants.json'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description="Do the tests notice when the firmware is wrong?")
    parser.add_argument("--check", action="store_true", help="only look for stale explanations")
    parser.add_argument("--module", choices=list(TESTS), action="append", help="this module only")
    options = parser.parse_args()
    for line in stale():
        print(f"explained in tests/mutants.json but not in the source: {line}")
    if options.check or stale():
        return 1 if stale() else 0
    modules = options.module or list(TESTS)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(run, modules))
    verdicts = [judge(module, *result) for module, result in zip(modules, results, strict=True)]
    total, survived = sum(r[0] for r in results), sum(len(r[1]) for r in results)
    print(f"{total} mutants, {100 * (total - survived) / total:.1f} % killed")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
