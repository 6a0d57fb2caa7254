"""`make soak`: one unit, forty sessions back to back, with hardly more memory than it needs.

Twenty-minute sessions, each with a dose, alarms, pauses, HELP and AWAY, play in virtual time on the simulated unit, all
tasks running and their time charged. After each session the heap is collected and measured. It fails if the heap after
a session differs by more than 512 bytes from the third session on, if a step came more than 200 ms late, if a clock has
drifted, if the flash wears out too fast, or if a session was not closed with its record intact. The 30 bits of the
ESP32's `ticks_ms` wrap in the first session.

The heap is capped: the simulated flash (1.25 MB), its parts and the program's source take their share of it, so the cap
says nothing about the chip; that nothing is left over after a session does. `--short` plays four, for `make test`.

What the script itself notes lies in the same heap. Its lists are made beforehand, as two that grew to forty entries
once passed for a leak of 1 KB, and no weighing waits while another is done. What counts is the least of 32 moments, as
a task in the middle of something holds what it needs for it, and a paused one what its stack has not yet overwritten.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from sitterctl import scenario, unix_port

ROOT = Path(__file__).parent.parent
SESSIONS, SESSIONS_SHORT = 40, 4
SESSION_S = 1200
# Room for two sessions has to be left beside the logs that are kept, or an alarm stands at the end.
FLASH_BYTES = 1280 * 1024
HEAP = "2460k"
SPREAD_BYTES = 512
# The dose writes down that its plan is used, and the session: up to three erases. 157 ms was the worst in forty
# sessions. An alarm that is about to come keeps such writes back (alarms.due_within).
LATENESS_MS = 200
# 512 blocks of 100 000 erases each last 5.8 years of sessions without end at this; docs/records.md.
ERASES_PER_HOUR = 1000
FROM_SESSION = 3
SCRIPT = """
import gc, json, sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
import main, sim.stage
from sim import board, world
from sim.practice import practice_plan
clock = world.clock
FIRST_S, EVERY_S, SESSIONS = {first_s}, {every_s}, {sessions}
MOMENTS, MOMENT_US = 32, 713000  # at every part of a second
heap, phases = [0] * SESSIONS, [""] * SESSIONS
def finish(self):
    off_ms = app.board.now_ms() - (clock.now_us - world.boot_us) // 1000
    off_s = app.unit.utc_s(app.board.now_ms()) - self.rtc.utc_s()
    logs = [app.store.list()[k][2] for k in range(len(app.store.list()))]
    print("RESULT", json.dumps([heap, phases, app.lateness_ms, off_ms, off_s, logs, app.unit.alarms.saved(),
                                self.flash.erases]))
    sys.exit(0)
sim.stage.Stage._finish = finish
board.open_board(sys.argv[1])
app = main.start(board)
# As in a unit that has been at work for a while: it remembers as many used plans as it ever will.
app.unit.mandate._used = [["%08x" % (0xF0000000 + k), "KAP-%04d" % k, 20260503] for k in range(16)]
stage = board._stage
def measure(k):
    for trace in (stage.sounder.trace, stage.sounder.trains, stage.lamp_red.trace, stage.music.trace,
                  stage.nibp.peaks_mmhg):
        trace.clear()  # what the simulator keeps for its own ends
    for name, _, closed, pulled in app.store.list():
        if closed and not pulled:
            app.store.mark_pulled(name)
    phases[k] = app.unit.session.phase
    heap[k] = 1 << 30
    weigh(k, MOMENTS)
def weigh(k, left):
    gc.collect()
    heap[k] = min(heap[k], gc.mem_alloc())
    if left > 1:
        clock.at_us(clock.now_us + MOMENT_US, lambda: weigh(k, left - 1))
with open(sys.argv[1] + "/session.json") as file:
    events = json.load(file)
def begin(k):
    # One session's events at a time: those of all of them would be what the heap is full of.
    begin_us = clock.now_us
    app.unit.take_plan(practice_plan(board.unit_id(), 20260504, {{"id": "%08x" % k}}))  # each serves one session
    for event in events:
        at_us = begin_us + event["at_s"] * 1000000
        clock.at_us(at_us, stage._doing(event, at_us))
    clock.at_us(begin_us + (EVERY_S - 25) * 1000000, lambda: measure(k))
    clock.at_us(begin_us + EVERY_S * 1000000, lambda: begin(k + 1))  # behind the last one is the end
clock.at_us(FIRST_S * 1000000, lambda: begin(0))
main.run(app)
"""


def session() -> list[dict]:
    """What happens in one session, in seconds from its beginning."""
    events = [
        (5, {"key": "NEXT"}),
        (8, {"key": "BP"}),
        (80, {"key": "NEXT"}),
        (85, {"key": "NEXT", "hold_s": 2.5}),
        (150, {"key": "MARK"}),
        (200, {"patient": {"finger": 0}}),
        (230, {"key": "SILENCE"}),
        (240, {"patient": {"finger": 1}}),
        (300, {"patient": {"spo2_pct": 86}, "over_s": 10}),
        (360, {"key": "SILENCE"}),
        (380, {"patient": {"spo2_pct": 98}, "over_s": 10}),
        (450, {"fault": {"nibp.motion": True}}),
        (560, {"fault": {"nibp.motion": False}}),
        (600, {"key": "STOP"}),
        (605, {"key": "SILENCE"}),
        (620, {"key": "NEXT"}),
        (700, {"key": "CALL"}),
        (710, {"key": "SILENCE"}),
        (900, {"key": "STOP", "hold_s": 2.5}),
        (950, {"key": "MARK", "hold_s": 1.5}),
        (955, {"key": "NEXT"}),  # AWAY
        (960, {"patient": {"finger": 0}}),
        (1020, {"patient": {"finger": 1}}),
        (1100, {"key": "SILENCE"}),
        (1150, {"key": "NEXT"}),
        (1160, {"key": "NEXT"}),
    ]
    return [{"at_s": at_s, **event} for at_s, event in events]


def play(sessions: int, folder: Path) -> list:
    """What the script printed."""
    whole = json.loads((ROOT / "tests" / "scenarios" / "stop.json").read_text())
    end_s = 10 + sessions * SESSION_S
    whole.update(
        expect={},
        timeline=[],
        end_s=end_s,
        settings={"pressure_interval_peak_min": 5, "checklist": [], "baseline_readings": 1, "leave_passes": 0},
    )
    (folder / "soak.json").write_text(json.dumps(whole))
    (folder / "session.json").write_text(json.dumps(session()))
    (folder / "job.json").write_text(json.dumps(scenario.load(folder / "soak.json")))
    (folder / "flash.img").write_bytes(b"\xff" * FLASH_BYTES)
    (folder / "run.py").write_text(SCRIPT.format(first_s=10, every_s=SESSION_S, sessions=sessions))
    return json.loads(unix_port.run_script(folder / "run.py", folder, heap=HEAP, timeout_s=3600))


def main() -> int:
    parser = argparse.ArgumentParser(description="Many sessions back to back, with little memory.")
    parser.add_argument("--short", action="store_true", help="four sessions instead of forty")
    sessions = SESSIONS_SHORT if parser.parse_args().short else SESSIONS
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        heap, phases, lateness_ms, off_ms, off_s, closed, standing, erases = play(sessions, Path(name))
    hours = sessions * SESSION_S / 3600
    settled = heap[FROM_SESSION - 1 :]
    spread = max(settled) - min(settled)
    wrong = []
    if spread > SPREAD_BYTES:
        wrong.append(f"the heap differs by {spread} bytes from session {FROM_SESSION} on: {heap}")
    if lateness_ms > LATENESS_MS:
        wrong.append(f"a step came {lateness_ms} ms late")
    if off_ms or abs(off_s) > 1:  # both count whole seconds
        wrong.append(f"the clocks have drifted: {off_ms} ms, {off_s} s")
    if phases != ["idle"] * sessions or not all(closed) or standing:
        wrong.append(f"not every session was closed: {phases}, {closed}, {standing}")
    if erases / hours > ERASES_PER_HOUR:
        wrong.append(f"{erases / hours:.0f} blocks are erased an hour")
    for line in wrong:
        print(line)
    print(f"soak: {sessions} sessions, {hours:.1f} h in {time.monotonic() - begun:.0f} s; heap "
          f"{heap[0]} bytes after the first, {heap[FROM_SESSION - 1]} after the third, {heap[-1]} after the last, "
          f"{spread} apart at most; worst step {lateness_ms} ms late; {erases / hours:.0f} erases an hour")  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
