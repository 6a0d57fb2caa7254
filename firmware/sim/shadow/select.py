"""Shadows the built-in `select` in the simulator: a wait moves the simulated clock.

In virtual time only Python streams (asyncio's flags) can become ready and a wait ends at its deadline or at the next
scheduled action that makes one ready. Once time runs by itself, real descriptors are polled too.
"""

import sys

_path, sys.path = sys.path, ()
import select as _select

sys.path = _path

from sim import world

POLLIN, POLLOUT, POLLERR, POLLHUP = _select.POLLIN, _select.POLLOUT, _select.POLLERR, _select.POLLHUP
_IOCTL_POLL = 3


class poll:  # noqa: N801 - the name MicroPython gives it
    def __init__(self):
        self._flags = []  # [(python stream, events)]
        self._real = _select.poll()
        self._real_count = 0

    def register(self, stream, events=POLLIN | POLLOUT):
        self.unregister(stream)
        if hasattr(stream, "ioctl"):
            self._flags.append((stream, events))
        else:
            self._real.register(stream, events)
            self._real_count += 1

    modify = register

    def unregister(self, stream):
        for i, entry in enumerate(self._flags):
            if entry[0] is stream:
                self._flags.pop(i)
                return
        try:
            self._real.unregister(stream)
            self._real_count -= 1
        except OSError:
            pass

    def _ready(self):
        return [(s, got) for s, events in self._flags for got in (s.ioctl(_IOCTL_POLL, events),) if got]

    def ipoll(self, timeout_ms=-1):
        clock = world.clock
        if world.live:
            world.catch_up()
        elif timeout_ms == 0:
            return self._ready() if self._flags else ()
        deadline_us = None if timeout_ms < 0 else clock.now_us - clock.now_us % 1000 + timeout_ms * 1000
        while True:
            ready = self._ready() if self._flags else []
            if world.live:
                ready += self._wait_live(deadline_us, bool(ready))
            elif not ready:
                self._jump(deadline_us)
                ready = self._ready() if self._flags else []
            if ready or (deadline_us is not None and clock.now_us >= deadline_us):
                return ready

    def poll(self, timeout_ms=-1):
        return self.ipoll(timeout_ms)

    def _next_us(self, deadline_us):
        action_us = world.clock.next_action_us()
        if deadline_us is None:
            return action_us
        return deadline_us if action_us is None or action_us > deadline_us else action_us

    def _jump(self, deadline_us):
        next_us = self._next_us(deadline_us)
        if next_us is None:
            raise RuntimeError("simulation: every task waits for something that can't happen")
        world.clock.advance_to_us(next_us)

    def _wait_live(self, deadline_us, at_once):
        next_us = self._next_us(deadline_us)
        left_ms = 100 if next_us is None else max(0, ((next_us - world.clock.now_us) // world.speed + 999) // 1000)
        got = [(entry[0], entry[1]) for entry in self._real.ipoll(0 if at_once else min(100, left_ms))]
        world.catch_up()
        if any(flags & (POLLHUP | POLLERR) for _, flags in got) and world.on_hangup:
            world.on_hangup()
        return got
