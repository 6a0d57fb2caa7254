"""The sounder as the board drives it: plays a train of high and low times by itself once it has been told to.

`trace` keeps (at_ms, index of its train in `trains`) of every burst, for tests, expectations and for being listened to.
"""


class FakeSounder:
    def __init__(self, clock) -> None:
        self._clock = clock
        self.trace = []
        self.trains = []

    def play(self, times_us: tuple) -> None:
        if not times_us or min(times_us) < 1 or max(times_us) > 32767:
            raise ValueError("a time of 0 ends the train, and 15 bits end at 32767")
        if times_us not in self.trains:
            self.trains.append(times_us)
        self.trace.append((self._clock.now_ms(), self.trains.index(times_us)))
