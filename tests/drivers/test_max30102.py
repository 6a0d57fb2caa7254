from drivers.max30102 import FIFO_DEPTH, Max30102
from sim.clock import Clock
from sim.max30102 import FakeMax30102


class Counter:
    """A patient whose samples are numbered, so that a lost, doubled or swapped one shows."""

    def __init__(self):
        self.next = 1

    def write_sample(self, at_us, into, offset):
        n = self.next
        self.next += 1
        into[offset : offset + 6] = bytes((n >> 16 & 3, n >> 8 & 255, n & 255, 3, n >> 8 & 255, n & 255))


class Wire:
    """An I2C bus with one device on it; remembers every write."""

    def __init__(self, device):
        self.device = device
        self.writes = []
        self.broken = False

    def _check(self):
        if self.broken or getattr(self.device, "absent", False):
            raise OSError(19)

    def readfrom_mem(self, address, register, n):
        self._check()
        return self.device.read(register, n)

    def readfrom_mem_into(self, address, register, into):
        self._check()
        into[:] = self.device.read(register, len(into))

    def writeto_mem(self, address, register, data):
        self._check()
        self.writes.append((register, data))
        self.device.write(register, data)


class Sink:
    def __init__(self):
        self.samples, self.losses = [], []

    def push(self, red, ir):
        self.samples.append((red, ir))

    def lost(self, n):
        self.losses.append(n)


class Stand:
    def __init__(self, part_id=0x15):
        self.clock = Clock()
        self.part = FakeMax30102(self.clock, Counter(), part_id)
        self.wire = Wire(self.part)
        self.sensor = Max30102(self.wire)
        self.sink = Sink()

    def run(self, ms, every_ms=250):
        end = self.clock.now_ms() + ms
        while self.clock.now_ms() < end:
            self.sensor.poll(self.clock.now_ms(), self.sink)
            self.clock.charge_us(every_ms * 1000)


def test_every_sample_arrives_once_and_in_order():
    stand = Stand()
    stand.run(60000)
    numbers = [red for red, _ in stand.sink.samples]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 2970 <= len(numbers) <= 3000
    assert stand.sink.losses == []
    assert stand.sensor.fault is None


def test_red_and_infrared_keep_their_eighteen_bits():
    stand = Stand()
    stand.run(2000)
    assert stand.sink.samples[4] == (5, 0x30005)


def test_a_full_fifo_is_told_from_an_empty_one():
    stand = Stand()
    stand.run(250)
    stand.sink.samples.clear()
    stand.clock.charge_us(FIFO_DEPTH * 20000 + 5 * 20000)
    stand.sensor.poll(stand.clock.now_ms(), stand.sink)
    assert len(stand.sink.samples) == FIFO_DEPTH


def test_samples_lost_while_the_loop_was_held_are_counted():
    stand = Stand()
    stand.run(1000)
    before = len(stand.sink.samples)
    stand.clock.charge_us(3000000)
    stand.sensor.poll(stand.clock.now_ms(), stand.sink)
    assert len(stand.sink.samples) == before + FIFO_DEPTH
    # 3 s and the 250 ms before them make 150 to 163 samples, of which the FIFO still has 32
    assert len(stand.sink.losses) == 1
    assert 116 <= stand.sink.losses[0] <= 132
    assert stand.sensor.lost == stand.sink.losses[0]


def test_nothing_is_written_to_another_chip_at_the_address():
    stand = Stand(part_id=0xA0)
    stand.run(5000)
    assert stand.wire.writes == []
    assert stand.sensor.fault == "wrong part"


def test_an_absent_sensor_is_a_fault_and_comes_back():
    stand = Stand()
    stand.run(2000)
    stand.part.absent = True
    stand.run(2000)
    assert stand.sensor.fault == "absent"
    stand.part.absent = False
    stand.run(2000)
    assert stand.sensor.fault is None


def test_a_sensor_that_lost_power_is_set_up_again():
    stand = Stand()
    stand.run(2000)
    stand.part.lose_power()
    count = len(stand.sink.samples)
    stand.run(1000)
    stand.run(5000)
    assert stand.sensor.fault is None
    assert len(stand.sink.samples) > count + 150


def test_a_sensor_that_stops_measuring_is_a_fault():
    stand = Stand()
    stand.run(2000)
    stand.part.frozen = True
    stand.run(1500)
    assert stand.sensor.fault == "silent"
