"""`make powercut`: cut the power at every flash operation of a session, and see what is left.

A twenty-minute session with doses, alarms and changes of settings is played once on the simulated unit, and every erase
and program of its flash is written down (record.py). Then each of them is the last one, torn at its first, middle and
last byte; the volume is mounted again by the real LittleFS code and everything that the firmware had promised to be
safe must be there (cut.py). Some of the cuts are taken further: the whole unit starts from that flash and has to watch
the same session again within five seconds.

The check has to be seen to fail: three negative controls, a promise made too early, rotten bytes and a state that is
too old, must be caught. `--short` tries every seventh operation and one start, for `make test`.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sitterctl import scenario, unix_port

HERE = Path(__file__).parent
CONTROLS = ("early", "rot", "lazy")
FLASH_BYTES = 1024 * 1024
STARTS, STARTS_SHORT = 24, 1
FEW = 7  # every so many operations, for the controls and for a short run
WATCHING_WITHIN_S = 5
START = """
import json, sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board, world
import main, sim.stage
def finish(self):
    pass
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
begun_us = world.clock.now_us
app = main.start(board)
unit = app.unit
taken_up = [unit.session.phase, unit.session.doses]
app.step()
watching_ms = (world.clock.now_us - begun_us) // 1000
names = [row.name for row, _, _ in unit.alarms.active()]
kept = app.state.load("session")[0]
print("RESULT", json.dumps([taken_up, [kept["phase"], kept["doses"]], names, watching_ms,
                            board._stage.nibp_uart._sent_until_us > begun_us, app.store.is_open]))
"""


def record(folder: Path) -> dict:
    """Play the session; what record.py left, in short."""
    (folder / "job.json").write_text(json.dumps(scenario.load(HERE / "session.json")))
    (folder / "flash.img").write_bytes(b"\xff" * FLASH_BYTES)
    unix_port.run_script(HERE / "record.py", folder)
    return json.loads((folder / "marks.json").read_text())


def cut(folder: Path, first: int, last: int, stride: int, what: str) -> list:
    """What cut.py said of these operations."""
    return json.loads(unix_port.run_script(HERE / "cut.py", folder, first, last, stride, what, timeout_s=1200))


def try_cuts(folder: Path, operations: int, stride: int, what: str = "check") -> tuple[int, list[str]]:
    """(cuts tried, failures) over all operations, on all processors."""
    workers = os.cpu_count() or 1
    share = -(-operations // workers)
    spans = [(k * share, min(operations, (k + 1) * share)) for k in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(lambda span: cut(folder, span[0], span[1], stride, what), spans))
    failures = [line for _, failed, told in results for line in told + ["..."] * (failed > len(told))]
    return sum(cuts for cuts, _, _ in results), failures


# --- whole starts -----------------------------------------------------------------------------------------------------


def try_start(folder: Path, number: int, at_ms: int) -> tuple[int, list[str]]:
    """Start the whole unit from this flash, 20 s later; ms until it watches, and what is wrong with how it goes on."""
    with tempfile.TemporaryDirectory() as name:
        again = Path(name)
        shutil.copy(folder / "job.json", again)
        shutil.move(folder / f"{number}.img", again / "flash.img")
        (again / "start.py").write_text(START)
        state = {"at_us": (at_ms + 20000) * 1000, "boots": 1, "reset_cause": "power on"}
        (again / "state.json").write_text(json.dumps(state))
        taken_up, kept, alarms, watching_ms, sent, is_open = json.loads(unix_port.run_script(again / "start.py", again))
    wrong = []
    if taken_up != kept:
        wrong.append(f"phase and doses {taken_up} were taken up, {kept} kept")
    if "unit_restarted" not in alarms:
        wrong.append("the restart is no alarm")
    if watching_ms > WATCHING_WITHIN_S * 1000:
        wrong.append(f"watching after {watching_ms} ms")
    if not sent:
        wrong.append("the cuff was not told to deflate")
    if not is_open:
        wrong.append("no log is open")
    return watching_ms, [f"start at {at_ms} ms: {words}" for words in wrong]


def try_starts(folder: Path, operations: int, count: int) -> tuple[int, list[str]]:
    """Whole starts, evenly over the part of the session in which it is open: the slowest in ms, and all failures."""
    first, last = operations // 10, operations * 95 // 100
    left = cut(folder, first, last, -(-(last - first) // count), "leave")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda one: try_start(folder, *one), left))
    return max(ms for ms, _ in found), [line for _, lines in found for line in lines]


def main() -> int:
    parser = argparse.ArgumentParser(description="Cut the power at every flash operation of a session.")
    parser.add_argument("--short", action="store_true", help="every seventh operation, one whole start")
    short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = record(folder)
        operations, flash = told["operations"], told["flash"]
        print(f"recorded: {operations} operations ({flash['erases']} erases) and {len(told['marks'])} promises")
        begun = time.monotonic()
        cuts, failures = try_cuts(folder, operations, FEW if short else 1)
        took_s = time.monotonic() - begun
        starts = STARTS_SHORT if short else STARTS
        slowest_ms, broken = try_starts(folder, operations, starts)
        failures += broken
        missed = []
        for control in CONTROLS:
            _, caught = try_cuts(folder, operations, FEW, control)
            missed += [] if caught else [f"the negative control `{control}` was not caught"]
    for line in failures + missed:
        print(line)
    print(f"power cuts: {cuts} tried, {cuts / took_s:.0f} a second, {len(failures)} failures; {starts} whole starts, "
          f"the slowest watches after {slowest_ms} ms; "
          f"{len(CONTROLS) - len(missed)} of {len(CONTROLS)} negative controls caught")  # fmt: skip
    return 1 if failures or missed else 0


if __name__ == "__main__":
    sys.exit(main())
