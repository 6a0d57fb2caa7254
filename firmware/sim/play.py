"""Plays one scenario: `micropython firmware/sim/play.py FOLDER`, MICROPYPATH as host/sitterctl/simulator.py sets it.

Exit code 75 means that the scenario cut the power and wants to be started again from the same folder.
"""

import sys

import sim.tasks

sys.modules["_asyncio"] = sim.tasks  # before asyncio is first imported

import main
from sim import board

board.open_board(sys.argv[1])
main.run(main.start(board))
