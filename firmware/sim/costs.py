"""What work costs on the chip: the one table that the simulator charges from.

Task turns: microseconds on a 160 MHz ESP32, estimated from the mean turn on the unix port by how long one iteration of
`for i in range(n): s += i` takes on either (`python tools/cpu_budget.py` measures both again). The pulse estimate,
once a second, is two to six turns of 6 to 25 ms; here they are averaged with those that empty the FIFO. A module's
turns, ten a second and far shorter, are charged alike. The clock's task collects garbage once a minute; how long that
takes on the chip is a guess.

Flash: 50 ms for an erase of 4 KiB, 0.5 ms for a program of 256 bytes, 50 us for a read and 100 us more for each KiB of
it (10 MB/s); typical for the module's SPI flash.
"""

TURN_US = {
    "oximeter_task": 11100,
    "step_task": 6000,
    "display_task": 1900,  # the fake display charges each write besides
    "keys_task": 2800,
    "cuff_task": 900,
    "supply_task": 1000,
    "music_task": 1000,
    "light_task": 700,
    "writer_task": 6100,  # the flash charges its operations besides
    "clock_task": 25000,
    "link_task": 3600,
    "other": 1000,
}

ERASE_US = 50000
PROGRAM_US = 500
READ_US = 50
READ_KIB_US = 100
