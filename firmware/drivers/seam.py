"""Hands samples on across a change of LED current.

Samples of neither current are skipped. After a change that begins the signal anew that is all. In a seam, the four
samples after the gap wait until both gains are known (led_current.py); then the gap is filled by a straight line and
they follow. At most 80 ms are filled that way, a twelfth of the shortest wave that the pulse's band has.
"""

from drivers.led_current import SEAM

MAX_GAP = 4


class Seam:
    def __init__(self, red, ir) -> None:
        self._red, self._ir = red, ir
        self._gap = 0  # samples that a seam has to bridge; 0 without a seam
        self._currents = (0, 0)
        self._before: list = []
        self._after: list = []
        self.skip = 0  # samples still to come that belong to no current

    @property
    def quiet(self) -> bool:
        """Whether samples may be handed on as they are."""
        return not (self.skip or self._gap) and self._red.plain and self._ir.plain

    @property
    def is_open(self) -> bool:
        return self._gap > 0

    def restart(self, skip: int) -> None:
        """The currents have changed, `skip` samples are spoilt and what comes is a new signal."""
        self._gap = 0
        self.skip = skip
        self._red.reset_gain()
        self._ir.reset_gain()

    def bridge(self, skip: int, before: list, currents: tuple) -> None:
        """The currents were `currents`; what comes goes on from `before`, referred pairs, newest first."""
        self._gap = self.skip = skip
        self._before, self._currents = before, currents
        self._after = []

    def take(self, red: int, ir: int, oximeter) -> int:
        """Hand one raw sample on when its time has come; the number of samples lost."""
        if self.skip:
            self.skip -= 1
        elif self._gap:
            self._after.append((red, ir))
            if len(self._after) == SEAM:
                return self._close(oximeter)
        else:
            oximeter.push(self._red.refer(red), self._ir.refer(ir))
        return 0

    def abandon(self) -> int:
        """The signal has been interrupted; the number of samples that were waiting and are lost."""
        waiting = self._gap - self.skip + len(self._after) if self._gap else 0
        self.restart(self.skip)
        return waiting

    def _close(self, oximeter) -> int:
        gap, self._gap = self._gap, 0
        joined = self._join(gap)
        if joined:
            self._fill(gap, oximeter)
        else:
            self.restart(0)
            oximeter.lost(gap)
        for red, ir in self._after:
            oximeter.push(self._red.refer(red), self._ir.refer(ir))
        return 0 if joined else gap

    def _join(self, gap: int) -> bool:
        joined = True
        for k, led in enumerate((self._red, self._ir)):
            before, after = [pair[k] for pair in self._before], [pair[k] for pair in self._after]
            joined = led.join(before, after, gap, self._currents[k]) and joined
        return joined

    def _fill(self, gap: int, oximeter) -> None:
        (red, ir), (red_raw, ir_raw) = self._before[0], self._after[0]
        red_step, ir_step = self._red.refer(red_raw) - red, self._ir.refer(ir_raw) - ir
        for k in range(1, gap + 1):
            oximeter.push(red + red_step * k // (gap + 1), ir + ir_step * k // (gap + 1))
