"""What work costs on the chip: the one table that the simulator charges from.

Task turns: microseconds on a 160 MHz ESP32, estimated as the mean turn on the unix port times 115
(`python tools/measure_turns.py` measures again). The factor is one iteration of `for i in range(n): s += i`: 387 Xtensa
instructions on the chip (counted in emulation), which is 2.4 us, against 21 ns on the machine that measured. The pulse
estimate, once a second, is two to six turns of 6 to 25 ms; here they are averaged with those that empty the FIFO.

Flash: 50 ms for an erase of 4 KiB, 0.5 ms for a program, 50 us for a read; typical for the module's SPI flash.
"""

TURN_US = {
    "oximeter_task": 10600,
    "step_task": 3000,
    "display_task": 500,  # the fake display charges each write besides
    "keys_task": 1400,
    "cuff_task": 900,
    "music_task": 900,
    "light_task": 700,
    "writer_task": 5000,  # the flash charges its operations besides
    "clock_task": 3800,
    "link_task": 1000,
    "other": 1000,
}

ERASE_US = 50000
PROGRAM_US = 500
READ_US = 50
