"""Plays one scenario: `micropython firmware/sim/play.py FOLDER`, MICROPYPATH as host/sitterctl/simulator.py sets it.

The way is that of a device: boot.py finds its board and starts the program. Exit code 75 means that power was cut or
the chip reset, and that it wants to be started again from the same folder; 76 that it is in service mode, where
MicroPython's prompt has the line until the next reset.
"""

import sys

import sim.tasks

sys.modules["_asyncio"] = sim.tasks  # before asyncio is first imported

from sim import board

board.open_board(sys.argv[1])
sys.modules["board"] = board
import boot  # noqa: F401 - it comes back in service mode only

board.leave_to_prompt()
