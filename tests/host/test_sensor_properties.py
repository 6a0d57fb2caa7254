"""Whatever happens to the pulse oximeter sensor, its bus and its finger: samples are whole or counted as lost."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers import i2c_bus
from drivers.led_current import FINGER_ON
from drivers.max30102 import ADDRESS, SAMPLE_RATE_HZ, Max30102
from sim.clock import Clock
from sim.i2c import FakeI2C
from sim.max30102 import FakeMax30102

FULL_SCALE = 0x3FFFF


class Finger:
    """Steady light, as at 7.2 mA."""

    def __init__(self) -> None:
        self.red, self.ir = 80000, 100000

    def write_sample(self, at_us: int, into: bytearray, offset: int) -> None:
        into[offset : offset + 3] = self.red.to_bytes(3, "big")
        into[offset + 3 : offset + 6] = self.ir.to_bytes(3, "big")


class Sink:
    """What the oximeter would get. `jump_pct` is the greatest step between two samples of one signal and one light."""

    def __init__(self) -> None:
        self.pushed = self.said_lost = self._old = 0
        self.jump_pct = 0.0
        self._last: tuple[int, int] | None = None

    def push(self, red: int, ir: int) -> None:
        assert 0 <= red <= FULL_SCALE
        assert 0 <= ir <= FULL_SCALE
        self.pushed += 1
        if self._last and not self._old:
            steps = [abs(new - old) * 100 / max(FINGER_ON, old) for new, old in zip((red, ir), self._last, strict=True)]
            self.jump_pct = max(self.jump_pct, *steps)
        self._last = (red, ir)
        self._old = max(0, self._old - 1)

    def lost(self, n: int) -> None:
        assert n > 0
        self.said_lost += n
        self._last = None

    def light_changes(self) -> None:
        self._old = 2  # samples that may still be of the old light, and the first of the new


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.finger = Finger()
        self.part = FakeMax30102(self.clock, self.finger)
        self.bus = FakeI2C(self.clock, timeout_us=10000)
        self.bus.attach(ADDRESS, self.part)
        self.sink = Sink()
        self.sensor = Max30102(self.bus, self.free_bus)

    def free_bus(self) -> FakeI2C | None:
        return self.bus if i2c_bus.free(self.bus.scl, self.bus.sda, self.clock.charge_us) else None

    def poll(self) -> None:
        self.sensor.poll(self.clock.now_ms(), self.sink)

    def run(self, ms: int) -> None:
        end = self.clock.now_ms() + ms
        while self.clock.now_ms() < end:
            self.poll()
            self.clock.charge_us(250000)

    def shine(self, ir: int) -> None:
        self.poll()
        self.finger.red, self.finger.ir = ir * 8 // 10, ir
        self.sink.light_changes()

    def happens(self, event: tuple[str, int]) -> None:
        what, amount = event
        if what == "light":
            self.shine(amount)
        elif what == "loop held":
            self.clock.charge_us(amount * 10)
        elif what in ("brown_out", "lose_power"):
            self.poll()
            getattr(self.part, what)()
            self.sink.light_changes()  # the LEDs are dark until it is noticed
        elif what == "held_clocks":
            self.bus.held_clocks = amount % 9 + 1
        elif what == "stuck":
            self.bus.stuck = True
        else:
            setattr(self.part, what, True)
        self.run(amount % 4000)
        self.mend()

    def mend(self) -> None:
        self.bus.stuck = self.part.absent = self.part.frozen = False


events = st.tuples(
    st.sampled_from(
        ["light", "light", "loop held", "brown_out", "lose_power", "held_clocks", "stuck", "absent", "frozen"]
    ),
    st.integers(0, 400000),
)


@settings(max_examples=100, deadline=None)
@example([("brown_out", 0), ("loop held", 232253)])
@given(st.lists(events, max_size=12))
def test_samples_are_whole_or_lost_and_a_mended_sensor_goes_on(happenings: list[tuple[str, int]]) -> None:
    bench = Bench()
    bench.run(3000)
    for event in happenings:
        bench.happens(event)
    bench.shine(100000)
    bench.run(12000)
    before = bench.sink.pushed
    bench.run(5000)
    assert bench.sensor.fault is None
    assert bench.sink.pushed - before >= 4 * SAMPLE_RATE_HZ
    assert bench.sink.jump_pct < 2
    made = bench.clock.now_ms() * SAMPLE_RATE_HZ // 1000
    missing = made - bench.sink.pushed - bench.sensor.lost
    # A second at a brown-out's rate, a quarter of one when the unit starts; and a loop that is held notices nothing.
    held_s = sum(amount / 100000 for what, amount in happenings if what == "loop held")
    assert -5 - 2 * len(happenings) <= missing <= 15 + 50 * len(happenings) + SAMPLE_RATE_HZ * held_s
    assert bench.sensor.lost == bench.sink.said_lost
