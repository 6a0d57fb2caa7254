"""The board file of simulated units whose program lies on their flash: the simulator's board, put on stage.

It is installed as any board file is; the simulator itself, like the chip that it stands for, is there already.
"""

from sim import board as _board
from sim import world as _world

_board.open_board(_world.folder)
from sim.board import *
