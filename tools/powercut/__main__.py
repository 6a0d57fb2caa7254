"""`make powercut`: cut the power at every flash operation of a session, and see what is left.

A twenty-minute session with doses, alarms and changes of settings is played once on the simulated unit, and every erase
and program of its flash is written down (record.py). Then each of them is the last one, torn at its first, middle and
last byte; the volume is mounted again by the real LittleFS code and everything that the firmware had promised to be
safe must be there (cut.py). Some of the cuts are taken further: the whole unit starts from that flash and has to watch
the same session again within five seconds.

The check has to be seen to fail: three negative controls, a promise made too early, rotten bytes and a state that is
too old, must be caught. `--short` tries every 23rd operation and one start, for `make test`.
"""

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sitterctl import scenario, simulator

HERE = Path(__file__).parent
CONTROLS = ("early", "rot", "lazy")
FLASH_BYTES = 1024 * 1024
BLOCK = 4096
ENTRY = "<BIHHI"
STARTS, STARTS_SHORT = 24, 1
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


def micropython(script: Path | str, *args: object, timeout_s: int = 1200) -> str:
    """What a script printed after `RESULT `."""
    firmware = simulator.firmware_folder()
    command = [simulator.interpreter(), "-X", "heapsize=64m"]
    command += ["-c", script] if isinstance(script, str) else [str(script)]
    done = subprocess.run(
        [*command, *map(str, args)],
        env={"MICROPYPATH": f"{firmware / 'sim' / 'shadow'}:{firmware}:.frozen"},
        capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        sys.exit(f"{script}: {done.stderr[-1500:] or done.stdout[-1500:]}")
    return line.removeprefix("RESULT ")


def record(folder: Path) -> dict:
    """Play the session; what record.py left, in short."""
    (folder / "job.json").write_text(json.dumps(scenario.load(HERE / "session.json")))
    (folder / "flash.img").write_bytes(b"\xff" * FLASH_BYTES)
    micropython(HERE / "record.py", folder)
    return json.loads((folder / "marks.json").read_text())


def try_cuts(folder: Path, operations: int, stride: int, control: str = "-") -> tuple[int, list[str]]:
    """(cuts tried, failures) over all operations, on all processors."""
    workers = os.cpu_count() or 1
    share = -(-operations // workers)
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(
            lambda k: json.loads(
                micropython(HERE / "cut.py", folder, k * share, min(operations, (k + 1) * share), stride, control)
            ),
            range(workers),
        )
    cuts, failures = 0, []
    for tried, failed, told in results:
        cuts += tried
        failures += told + ["..."] * (failed > len(told))
    return cuts, failures


# --- whole starts -----------------------------------------------------------------------------------------------------


def journal(folder: Path) -> list[tuple[int, int, int, int, bytes]]:
    """(kind, at_ms, block, offset, data) of every operation."""
    data, at, found = (folder / "journal.bin").read_bytes(), 0, []
    size = struct.calcsize(ENTRY)
    while at < len(data):
        kind, at_ms, block, offset, length = struct.unpack_from(ENTRY, data, at)
        found.append((kind, at_ms, block, offset, data[at + size : at + size + length]))
        at += size + length
    return found


def images(folder: Path, wanted: list[int]) -> dict[int, tuple[int, bytes]]:
    """(at_ms, flash) as each of these operations, half done, would have left it."""
    image, found = bytearray((folder / "base.img").read_bytes()), {}
    for number, (kind, at_ms, block, offset, data) in enumerate(journal(folder)):
        if number in wanted:
            torn = bytearray(image)
            _do(torn, kind, block, offset, data[: len(data) // 2], BLOCK // 2)
            found[number] = (at_ms, bytes(torn))
        _do(image, kind, block, offset, data, BLOCK)
    return found


def _do(image: bytearray, kind: int, block: int, offset: int, data: bytes, erased: int) -> None:
    start = block * BLOCK + offset
    if kind == 0:
        image[start : start + erased] = b"\xff" * erased
    else:
        for i, value in enumerate(data):
            image[start + i] &= value


def try_start(folder: Path, at_ms: int, image: bytes) -> tuple[int, list[str]]:
    """Start the whole unit from this flash, 20 s later; ms until it watches, and what is wrong with how it goes on."""
    with tempfile.TemporaryDirectory() as name:
        again = Path(name)
        shutil.copy(folder / "job.json", again)
        (again / "flash.img").write_bytes(image)
        state = {"at_us": (at_ms + 20000) * 1000, "boots": 1, "reset_cause": "power on"}
        (again / "state.json").write_text(json.dumps(state))
        taken_up, kept, alarms, watching_ms, sent, is_open = json.loads(micropython(START, again, timeout_s=60))
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
    open_from, open_to = operations // 10, operations * 95 // 100
    wanted = [open_from + (open_to - open_from) * k // count for k in range(count)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda one: try_start(folder, *one), images(folder, wanted).values()))
    return max(ms for ms, _ in found), [line for _, lines in found for line in lines]


def main() -> int:
    parser = argparse.ArgumentParser(description="Cut the power at every flash operation of a session.")
    parser.add_argument("--short", action="store_true", help="every 23rd operation, one whole start")
    short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = record(folder)
        operations, flash = told["operations"], told["flash"]
        print(f"recorded: {operations} operations ({flash['erases']} erases) and {len(told['marks'])} promises")
        begun = time.monotonic()
        cuts, failures = try_cuts(folder, operations, 23 if short else 1)
        took_s = time.monotonic() - begun
        starts = STARTS_SHORT if short else STARTS
        slowest_ms, broken = try_starts(folder, operations, starts)
        failures += broken
        missed = []
        for control in CONTROLS:
            _, caught = try_cuts(folder, operations, 23 if short else 7, control)
            missed += [] if caught else [f"the negative control `{control}` was not caught"]
    for line in failures + missed:
        print(line)
    print(f"power cuts: {cuts} tried, {cuts / took_s:.0f} a second, {len(failures)} failures; {starts} whole starts, "
          f"the slowest watches after {slowest_ms} ms; "
          f"{len(CONTROLS) - len(missed)} of {len(CONTROLS)} negative controls caught")  # fmt: skip
    return 1 if failures or missed else 0


if __name__ == "__main__":
    sys.exit(main())
