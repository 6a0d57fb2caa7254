"""MAX17048 gauge on the battery that carries the unit when its supply is unplugged: how full, and is it being emptied?

The part models one lithium cell from its voltage alone. Whether the supply is there it does not know; it is gone when
the charge falls: CRATE, signed, in 0.208 % an hour, lies near zero or above while plugged in and several percent an
hour below it when the battery carries the unit. The part takes a while to believe a new rate, a minute or so.

Registers are words, high byte first (datasheet 19-6171). A word that could not be is the mark of another part, of no
cell, or of a bus without pull-ups, where all reads as ones: then nothing is known.
"""

from collections import namedtuple

ADDRESS = 0x36
_VCELL, _SOC, _VERSION, _CRATE = 0x02, 0x04, 0x08, 0x16
_FAMILY = 0x0010  # of VERSION, without its last digit
_CELL_MV = (2500, 4500)
_UV_X1000 = 78125  # a step of VCELL is 78.125 uV
# 2 % an hour, in steps of 0.208 %; the unit draws 5 to 10 % an hour from a cell of 3 Ah (estimated, not measured).
_EMPTYING = -10

Battery = namedtuple("Battery", ("level_pct", "emptying"))


class Max17048:
    """`fault` is None, "absent" (no answer, or another part) or "no cell"."""

    poll_every_ms = 10000

    def __init__(self, i2c) -> None:
        self._i2c = i2c
        self.fault: str | None = None

    def poll(self) -> Battery | None:
        """What the gauge says; None when it says nothing that could be."""
        try:
            version, vcell, soc, crate = [self._word(register) for register in (_VERSION, _VCELL, _SOC, _CRATE)]
        except OSError:
            self.fault = "absent"
            return None
        cell_mv = vcell * _UV_X1000 // 1000000
        if version & 0xFFF0 != _FAMILY:
            self.fault = "absent"
        elif not _CELL_MV[0] <= cell_mv <= _CELL_MV[1]:
            self.fault = "no cell"
        else:
            self.fault = None
            rate = crate - 0x10000 if crate & 0x8000 else crate
            return Battery(min(100, soc >> 8), rate <= _EMPTYING)
        return None

    def _word(self, register: int) -> int:
        high, low = self._i2c.readfrom_mem(ADDRESS, register, 2)
        return high << 8 | low
