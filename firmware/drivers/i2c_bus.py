"""Frees an I2C bus whose data line a part holds low: it missed a clock in the middle of a byte and waits for the rest.

The remedy of the I2C specification (NXP UM10204, 3.1.16): up to nine clocks, until the part lets go, then a STOP. Takes
0.1 ms; harmless on a bus that is free.
"""

_CLOCKS = 9
_HALF_US = 5  # 100 kHz


def free(scl, sda, wait_us) -> bool:
    """Clock the bus of these open-drain pins free; False while the data line stays low. `wait_us(us)` waits."""
    sda.value(1)
    scl.value(1)
    for _ in range(_CLOCKS):
        if sda.value():
            break
        scl.value(0)
        wait_us(_HALF_US)
        scl.value(1)
        wait_us(_HALF_US)
    scl.value(0)
    sda.value(0)
    wait_us(_HALF_US)
    scl.value(1)
    wait_us(_HALF_US)
    sda.value(1)
    wait_us(_HALF_US)
    return bool(sda.value())
