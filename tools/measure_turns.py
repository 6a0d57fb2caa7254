"""Measures what one turn of each task takes on the unix port, for the table in firmware/sim/costs.py.

Plays the demo session and prints, a task a line, turns, mean and longest turn in microseconds, and the estimate of the
mean on a 160 MHz ESP32: times what `for i in range(n): s += i` takes there (2.4 us an iteration, 387 Xtensa
instructions counted in emulation) over what it takes here in the same run. The simulated parts' own work is in it, so
that the estimate errs to the slow side. The clock's task collects garbage, in a heap that is not the chip's: its figure
says nothing.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sitterctl import scenario, sim_chip, unix_port

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
CHIP_LOOP_US = 2.4
MEASURE = """
import sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
import main, select, sim.stage, time
from sim import board
us, diff = time.real_ticks_us, time.real_ticks_diff
def loop(n):
    s = 0
    for i in range(n):
        s += i
def loop_ns():
    begun = us()
    loop(1000000)
    return diff(us(), begun) / 1000
print("loop", min(loop_ns() for _ in range(5)))
found, running = {}, [None, 0]
charge = sim.tasks.charge_turn
def end_turn():
    if running[0]:
        entry = found.setdefault(running[0], [0, 0, 0])
        spent = diff(us(), running[1])
        entry[0] += 1
        entry[1] += spent
        entry[2] = max(entry[2], spent)
    running[0] = None
def begin_turn(name):
    end_turn()
    charge(name)
    running[0], running[1] = name, us()
sim.tasks.charge_turn = begin_turn
wait = select.poll.ipoll
def ipoll(self, timeout_ms=-1):
    end_turn()
    return wait(self, timeout_ms)
select.poll.ipoll = ipoll
def finish(self):
    for name in found:
        print(name, *found[name])
    sys.exit(0)
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
main.run(main.start(board))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        job = scenario.load(ROOT / "tests" / "scenarios" / "demo.json")
        (Path(folder) / "job.json").write_text(json.dumps(job))
        (Path(folder) / "flash.img").write_bytes(b"\xff" * sim_chip.FLASH_BYTES)
        script = Path(folder) / "measure.py"
        script.write_text(MEASURE)
        done = subprocess.run(
            [unix_port.interpreter(), "-X", "heapsize=32m", str(script), folder],
            env={"MICROPYPATH": f"{FIRMWARE / 'sim' / 'shadow'}:{FIRMWARE}:.frozen"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    print(f"{'task':16s} {'turns':>8s} {'mean us':>8s} {'longest':>8s} {'chip us':>8s}")
    first, *lines = done.stdout.splitlines()
    factor = CHIP_LOOP_US * 1000 / float(first.split()[1])
    for line in sorted(lines):
        name, turns, spent, longest = line.split()
        mean = int(spent) / int(turns)
        print(f"{name:16s} {turns:>8s} {mean:8.1f} {longest:>8s} {mean * factor:8.0f}")
    print(f"times {factor:.0f}: this machine takes {first.split()[1]} ns where the chip takes {CHIP_LOOP_US} us")


if __name__ == "__main__":
    main()
