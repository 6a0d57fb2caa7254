"""The sounder as the board drives it: plays a train of pulses by itself once it has been told to.

`trace` keeps (at_ms, tone in Hz, number of pulses, duty in percent) of every burst, for tests and expectations.
"""


class FakeSounder:
    def __init__(self, clock) -> None:
        self._clock = clock
        self.trace = []

    def play(self, tone_hz: int, duty_pct: int, pulses) -> None:
        self.trace.append((self._clock.now_ms(), tone_hz, len(pulses), duty_pct))
