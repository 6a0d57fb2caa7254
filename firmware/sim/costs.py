"""What work costs on the chip: the one table that the simulator charges from.

Task turns: microseconds on a 160 MHz ESP32, estimated as the turn's measured time on the unix port times 115. That
factor is one iteration of `for i in range(n): s += i`: 387 Xtensa instructions on the chip (counted in emulation),
which is 2.4 us, against 21 ns on the machine where these were measured.
Flash: 50 ms for an erase of 4 KiB, 0.5 ms for a program, 50 us for a read; typical for the module's SPI flash.
"""

TURN_US = {
    "oximeter_task": 2500,
    "step_task": 2500,
    "link_task": 300,
    "other": 400,
}

ERASE_US = 50000
PROGRAM_US = 500
READ_US = 50
