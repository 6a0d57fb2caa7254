"""Simulated time: one clock that moves only when somebody waits or is charged for work.

Waiting (select in virtual time) and working (bus transfers, flash, CPU) both advance the same microsecond counter, so a
driver that blocks for 30 ms makes everything else 30 ms late, as on the chip. Actions scheduled with `at_us` run while
time passes over their moment, even in the middle of somebody's bus transfer.
"""


class Clock:
    def __init__(self) -> None:
        self.now_us = 0
        self.cpu_factor = 1
        self._actions = []  # [(at_us, serial, action)], soonest first
        self._serial = 0

    def now_ms(self) -> int:
        return self.now_us // 1000

    def charge_us(self, us: int) -> None:
        """Let `us` microseconds pass, running every action that falls due on the way."""
        self.advance_to_us(self.now_us + us)

    def charge_cpu_us(self, us: int) -> None:
        """Charge processor time, multiplied by the scenario's knob `cpu_factor` (1 to 4)."""
        self.advance_to_us(self.now_us + us * self.cpu_factor)

    def at_us(self, at_us: int, action) -> None:
        """Run `action()` when the clock passes `at_us`."""
        entry = (at_us, self._serial, action)
        self._serial += 1
        i = len(self._actions)
        while i and self._actions[i - 1][0] > at_us:
            i -= 1
        self._actions.insert(i, entry)

    def next_action_us(self) -> int | None:
        return self._actions[0][0] if self._actions else None

    def advance_to_us(self, target_us: int) -> None:
        actions = self._actions
        if not actions or actions[0][0] > target_us:  # most often
            if target_us > self.now_us:
                self.now_us = target_us
            return
        while actions and actions[0][0] <= target_us:
            at_us, _, action = actions.pop(0)
            if at_us > self.now_us:
                self.now_us = at_us
            action()  # may charge time itself, and so run past target_us
        if target_us > self.now_us:
            self.now_us = target_us
