"""`make cpu`: what the tasks take of an ESP32's processor, and whether that is within the budget.

Plays the demo session on the unix port and times each task's turns. The measure of the chip is one iteration of
`for i in range(n): s += i`: 387 Xtensa instructions on the 1.24 image, counted in emulation. So a turn that takes as
long as 100 of them here is reckoned to take 38700 instructions there, and at 160 MHz, with one instruction a cycle,
242 us. The loop is timed again every ten minutes of the session, as the machine is not always equally fast.

Assumed: that both machines need the same share more for anything else than for that loop; one instruction a cycle,
which misses of the flash cache make worse; 160 MHz, where the chip could do 240. The simulated parts' own work is in
the turns, so that the estimate errs to the slow side. The clock's task collects garbage, in a heap that is not the
chip's: its figure says nothing. Time on the wires, in which the processor waits, is reckoned apart, by bytes and clock.

Fails when sensing, estimate and step take more than the budget. firmware/sim/costs.py has the means that the simulator
charges.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sitterctl import scenario, sim_chip, unix_port

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
LOOP_INSTRUCTIONS, CHIP_MHZ = 387, 160
BUDGET_PCT = 25
BUDGETED = ("oximeter_task", "step_task")  # sensing with the pulse estimate, and all that is decided
# Wires on which the processor waits: bytes a second with their addresses, bits a byte, bits a second. The sensor's
# FIFO is read four times a second, 13 samples of 6 bytes, with 3 bytes of pointers and 5 of addresses; the expander and
# the gauge are a few bytes.
WIRES = {"patient's I2C": (4 * (13 * 6 + 3 + 5), 9, 400000), "internal I2C": (2 * 12 + 1, 9, 400000)}
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
loops = []
def time_loop():
    loops.append(loop_ns())
    sim.world.clock.at_us(sim.world.clock.now_us + 600000000, time_loop)
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
    print("loop", sum(loops) / len(loops))
    for name in found:
        print(name, *found[name])
    sys.exit(0)
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
import sim.world
time_loop()
main.run(main.start(board))
"""


def main() -> int:
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
    return 1 if print_table(done.stdout.splitlines(), float(job["end_s"])) > BUDGET_PCT else 0


def print_table(lines: list[str], seconds: float) -> float:
    """Print what was measured over so many seconds of the session; the percentage of the chip that is budgeted."""
    loop_us = float(lines[0].split()[1]) / 1000
    print(
        f"{'task':16s} {'a second':>9s} {'instructions a turn':>20s} {'us there':>9s} {'longest':>9s} {'of chip':>9s}"
    )
    budgeted = whole = 0.0
    for line in sorted(lines[1:]):
        name, turns, spent, longest = line.split()
        rate = int(turns) / seconds
        instructions = int(spent) / int(turns) / loop_us * LOOP_INSTRUCTIONS
        percent = rate * instructions / CHIP_MHZ / 1e4
        whole += percent if name != "clock_task" else 0
        budgeted += percent if name in BUDGETED else 0
        longest_us = int(longest) / loop_us * LOOP_INSTRUCTIONS / CHIP_MHZ
        print(f"{name:16s} {rate:9.2f} {instructions:20,.0f} {instructions / CHIP_MHZ:9,.0f} {longest_us:9,.0f} "
              f"{percent:10.2f} %")  # fmt: skip
    for name, (count, bits, baud) in WIRES.items():
        percent = 100 * count * bits / baud
        whole, budgeted = whole + percent, budgeted + percent
        print(f"{name:16s} {'waits':>9s} {'':20s} {'':9s} {'':9s} {percent:10.2f} %")
    print(f"a loop of `s += i` takes {loop_us * 1000:.0f} ns here and {LOOP_INSTRUCTIONS / CHIP_MHZ:.2f} us there; "
          "the longest turns may be this machine's")  # fmt: skip
    print(f"sensing, estimate and step: {budgeted:.1f} % of {CHIP_MHZ} MHz, budget {BUDGET_PCT} %; all tasks but the "
          f"clock's {whole:.1f} %")  # fmt: skip
    return budgeted


if __name__ == "__main__":
    sys.exit(main())
