"""A cuff on an arm, with the pump and valves of whatever module it hangs on: pressure that goes up and comes down. Or,
for a service, a rigid vessel with a T-piece and somebody at a hand bulb.

A cycle inflates to 30 mmHg above the systolic pressure (or 160) in about six seconds, or to what it was told to inflate
to first; where that is less than 20 above the systolic pressure it notices in three seconds and pumps on to 30 above.
It bleeds down in steps to below the diastolic one, empties the cuff, and has an outcome: `_ended`, which each module
tells in its own way. `pressures(now_us)` gives (systolic, diastolic, mean, pulse) of the arm.

Knobs: `leak` (error 0x57 after 20 s), `weak_signal` (1), `motion` (2), `error_code` (any); `stops_in_mid`: falls silent
with pressure in the cuff; `stays_mmhg`: no air goes below that pressure, as with a valve or a hose that sticks, until
it is 0 again. The module's own protection empties the cuff after 180 s whatever the host does.

While no cycle runs its valves stand open, until they are closed. Setting `bulb_mmhg` begins to pump by hand, up to that
pressure, `bulb_mmhg_s` fast; with open valves the air just escapes. `pumps` has a list for each time that the valves
will be closed: the pressures to which somebody then pumps, 2 s apart. Knobs: `leaks_mmhg_min` of what the valves hold,
`vents_at_mmhg` (0 for a protection that does not). Emptying ends a cycle.
"""

_UP_MMHG_S, _DOWN_MMHG_S, _DUMP_MMHG_S = 28, 4, 200
_NEXT_US = 2000000
_LIMIT_US = 180000000
_LEAK_US = 20000000
_AGAIN_US = 3000000


class Cuff:
    def __init__(self, clock, pressures) -> None:
        self._clock = clock
        self._pressures = pressures
        self.leak = self.weak_signal = self.motion = self.stops_in_mid = False
        self.error_code = self.leaks_mmhg_min = self.stays_mmhg = 0
        self.vents_at_mmhg, self.bulb_mmhg_s = 300, 40
        self.pumps: list[list[int]] = []
        self.first_mmhg = 0  # for the next cycle; 0 where it was told none
        self.peaks_mmhg: list[int] = []  # to which it has inflated at first, by cycle
        self._pause_mmhg = 0  # where it notices that this is not enough
        self._closed = False  # its valves, without a cycle
        self._pumped = (0, 0, 0)  # by hand: from which pressure, to which, since when
        self.cycles = 0
        self._serial = 0  # of the running cycle; actions of an ended one are ignored
        self._began_us = None
        self._top_mmhg = 0
        self._bleed_us = 0  # when bleeding began
        self._dump_us = None
        self._dump_from = 0

    def _ended(self, pressures, error: int) -> None:
        """A cycle has run to its end, with these numbers or an error."""
        raise NotImplementedError

    def cuff_pressure_mmhg(self) -> int:
        now_us = self._clock.now_us
        if self._dump_us is not None:
            left = max(0, self._dump_from - (now_us - self._dump_us) * _DUMP_MMHG_S // 1000000)
            return max(left, min(self.stays_mmhg, self._dump_from))
        if self._closed:
            return self._by_hand(now_us)
        if self._began_us is None:
            return 0
        up = self._pumped_up(now_us - self._began_us)
        if up < self._top_mmhg:
            return min(up, 40) if self.leak else up
        if self.leak:
            return 40
        return max(0, self._top_mmhg - (now_us - self._bleed_us) * _DOWN_MMHG_S // 1000000)

    def _pumped_up(self, us: int) -> int:
        up = us * _UP_MMHG_S // 1000000
        if not self._pause_mmhg or up < self._pause_mmhg:
            return up
        return max(self._pause_mmhg, up - _AGAIN_US * _UP_MMHG_S // 1000000)

    def _by_hand(self, now_us: int) -> int:
        start, top, since_us = self._pumped
        up_us = max(0, top - start) * 1000000 // self.bulb_mmhg_s
        if now_us - since_us < up_us:
            return start + (now_us - since_us) * self.bulb_mmhg_s // 1000000
        return max(0, top - (now_us - since_us - up_us) * self.leaks_mmhg_min // 60000000)

    @property
    def bulb_mmhg(self) -> int:
        return self._pumped[1]

    @bulb_mmhg.setter
    def bulb_mmhg(self, top: int) -> None:
        self._pump(top)

    def _pump(self, top: int) -> None:
        now_us = self._clock.now_us
        if not self._closed:
            return
        start = self._by_hand(now_us)
        self._pumped = (start, top, now_us)
        self._serial += 1
        if 0 < self.vents_at_mmhg <= top:
            serial = self._serial
            at_us = now_us + max(0, self.vents_at_mmhg - start) * 1000000 // self.bulb_mmhg_s
            self._clock.at_us(at_us, lambda: self._protect(serial))

    def _close(self) -> None:
        if not self._closed:
            self._serial += 1
            left = self.cuff_pressure_mmhg()
            self._pumped = (left, left, self._clock.now_us)
            self._dump_us = None
            self._closed = True
            for k, top in enumerate(self.pumps.pop(0) if self.pumps else ()):
                at_us = self._clock.now_us + k * _NEXT_US
                self._clock.at_us(at_us, lambda top=top: self._pump(top))

    def _dump(self) -> None:
        self._dump_from = self.cuff_pressure_mmhg()
        self._dump_us = self._clock.now_us
        self._closed = False
        self._began_us = None
        self._serial += 1

    def _start(self) -> None:
        systolic, diastolic, _, _ = self._pressures(self._clock.now_us)
        self.cycles += 1
        self._serial += 1
        self._dump_us = None
        self._closed = False
        self._began_us = self._clock.now_us
        self._inflate_to(systolic)
        self._bleed_us = self._began_us + self._top_mmhg * 1000000 // _UP_MMHG_S
        self._bleed_us += _AGAIN_US if self._pause_mmhg else 0
        end_us = self._bleed_us + (self._top_mmhg - diastolic + 15) * 1000000 // _DOWN_MMHG_S
        if self.leak:
            end_us = self._began_us + _LEAK_US
        serial = self._serial
        self._clock.at_us(end_us, lambda: self._finish(serial))
        self._clock.at_us(self._began_us + _LIMIT_US, lambda: self._protect(serial))

    def _inflate_to(self, systolic: int) -> None:
        first, self.first_mmhg = self.first_mmhg, 0
        self._top_mmhg = first or max(160, systolic + 30)
        self._pause_mmhg = 0
        self.peaks_mmhg.append(self._top_mmhg)
        if self._top_mmhg < systolic + 20:
            self._pause_mmhg, self._top_mmhg = self._top_mmhg, systolic + 30

    def _finish(self, serial: int) -> None:
        if serial != self._serial or self.stops_in_mid:
            return
        error = 0x57 if self.leak else 1 if self.weak_signal else 2 if self.motion else self.error_code
        pressures = self._pressures(self._clock.now_us)
        self._dump()
        self._ended(pressures, error)

    def _protect(self, serial: int) -> None:
        if serial == self._serial:
            self._dump()
