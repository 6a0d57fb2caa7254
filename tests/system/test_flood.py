"""A line that is full of requests, in an open session: whoever holds the cable and no key keeps the unit from nothing.

The chip's receive ring holds 260 bytes; it is filled at 115200 baud for eight seconds, and reading a byte of it,
writing one and the request's own work cost what they may cost on the chip. Twelve logs lie on the volume, since
`status` counts them. What counts is the longest time between two steps and the most that waited to go out.
"""

import json
from pathlib import Path

import pytest
from on_board import run_script

LIMIT_MS = 250
MOST_WAITING_BYTES = 1100  # one answer
SCRIPT = """
import io, json, sys
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
from sim import board, world
board.open_board(sys.argv[1])
sys.modules["board"] = board
import main
from sitter import frames
BEGIN_US, END_US, BYTE_US, READ_US, LOGS = 65000000, 73000000, 87, 40, 12
clock = world.clock
class Ring(io.IOBase):
    def __init__(self):
        self.buffer = bytearray()
    def ioctl(self, operation, flags):
        return flags & 1 if self.buffer else 0
    def read(self, count):
        clock.charge_us(READ_US * count)
        got, self.buffer = bytes(self.buffer[:count]), self.buffer[count:]
        return got
class Out:
    def write(self, data):
        clock.charge_us(len(data) * BYTE_US)
ring = board.link_in = Ring()
board.link_out = Out()
stream = {stream}
at = 0
def arrive():
    global at
    if clock.now_us >= END_US:
        return
    if clock.now_us >= BEGIN_US:
        for _ in range(23):
            if len(ring.buffer) < 260:
                ring.buffer.append(stream[at % len(stream)])
            at += 1
    clock.at_us(clock.now_us + 23 * BYTE_US, arrive)
app = main.start(board)
for _ in range(LOGS):
    board.watchdog.feed()
    app.store.open(app.custody.header(1, 1, True))
    app.store.flush(1)
    app.store.close(2)
clock.at_us(BEGIN_US, arrive)
step, worst_ms, last_ms, waiting = app.step, 0, 0, 0
def timed():
    global worst_ms, last_ms, waiting
    now_ms = app.board.now_ms()
    if now_ms * 1000 > BEGIN_US:
        worst_ms = max(worst_ms, now_ms - last_ms)
        waiting = max(waiting, len(app.link._out))
    last_ms = now_ms
    step()
app.step = timed
def finish(self):
    print("RESULT", json.dumps([worst_ms, waiting, app.unit.session.phase, at > 80000]))
    sys.exit(0)
board._stage._finish = lambda: None
clock.at_us(80000000, lambda: finish(None))
def bite():
    print("RESULT", json.dumps([99999, waiting, "reset", False]))
    sys.exit(0)
board._stage.watchdog._bite = bite
main.run(app)
"""
IN_SESSION = [{"at_s": 5, "key": "NEXT"}, {"at_s": 8, "key": "BP"}, {"at_s": 60, "key": "NEXT"},
              {"at_s": 62, "key": "NEXT", "hold_s": 2.5}]  # fmt: skip
STREAMS = {
    "status": 'frames.encode(74, 1, b\'{"do":"status"}\')',
    "hello": 'frames.encode(74, 1, b\'{"do":"hello"}\')',
    "challenges": 'frames.encode(74, 1, b\'{"do":"auth.begin","nonce":"\' + b\'00\' * 16 + b\'"}\')',
    "sealed frames": "frames.encode(83, 1, b'')",
    "data": "frames.encode(68, 1, bytes(30))",
    "noise": "bytes(range(1, 256))",
    "zeros": "bytes(64)",
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_line_full_of_requests_holds_up_no_alarm(name: str, tmp_path: Path) -> None:  # REQ-168
    script = SCRIPT.replace("{stream}", STREAMS[name])
    worst_ms, waiting, phase, arrived = json.loads(run_script(script, tmp_path, timeline=IN_SESSION, end_s=1000))
    assert (phase, arrived) == ("onset", True)
    assert worst_ms <= LIMIT_MS
    assert waiting <= MOST_WAITING_BYTES
