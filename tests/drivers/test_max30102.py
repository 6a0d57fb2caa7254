from drivers import i2c_bus
from drivers.max30102 import ADDRESS, FIFO_DEPTH, Max30102
from sim.clock import Clock
from sim.i2c import FakeI2C
from sim.max30102 import FakeMax30102


class Counter:
    """A patient whose samples are numbered, so that a lost, doubled or swapped one shows."""

    def __init__(self):
        self.next = 1

    def write_sample(self, at_us, into, offset):
        n = self.next
        self.next += 1
        write(into, offset, 80000 + n, 0x20000 + n)


class Finger:
    """A patient whose light at 7.2 mA is what the test says, with a pulse of `pulse_permille` once a second on it."""

    def __init__(self, red=80000, ir=100000, pulse_permille=0):
        self.red, self.ir, self.pulse_permille = red, ir, pulse_permille
        self.made = 0

    def write_sample(self, at_us, into, offset):
        self.made += 1
        beat = abs(at_us // 1000 % 1000 - 500) * self.pulse_permille  # a triangle, 0 to 500 of a thousand
        write(into, offset, self.red - self.red * beat // 500000, self.ir - self.ir * beat // 500000)


def write(into, offset, red, ir):
    into[offset : offset + 6] = bytes((red >> 16, red >> 8 & 255, red & 255, ir >> 16, ir >> 8 & 255, ir & 255))


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
    def __init__(self, part_id=0x15, patient=None, swapped=False):
        self.clock = Clock()
        self.part = FakeMax30102(self.clock, patient or Counter(), part_id)
        self.wire = Wire(self.part)
        self.sensor = Max30102(self.wire, lambda: self.wire, swapped)
        self.sink = Sink()

    def currents(self):
        return self.sensor.currents.red.current, self.sensor.currents.ir.current

    def run(self, ms, every_ms=250):
        end = self.clock.now_ms() + ms
        while self.clock.now_ms() < end:
            self.sensor.poll(self.clock.now_ms(), self.sink)
            self.clock.charge_us(every_ms * 1000)


def test_every_sample_arrives_once_and_in_order():
    stand = Stand()
    stand.run(60000)
    numbers = [red - 80000 for red, _ in stand.sink.samples]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 2970 <= len(numbers) <= 3000
    assert stand.sink.losses == []
    assert stand.sensor.fault is None


def test_red_and_infrared_keep_their_eighteen_bits():
    stand = Stand()
    stand.run(2000)
    assert stand.sink.samples[4] == (80005, 0x20005)


def test_a_full_fifo_is_told_from_an_empty_one():
    stand = Stand()
    stand.run(250)
    stand.sink.samples.clear()
    stand.clock.charge_us(FIFO_DEPTH * 20000 + 5 * 20000)
    stand.sensor.poll(stand.clock.now_ms(), stand.sink)
    assert len(stand.sink.samples) == FIFO_DEPTH


def test_samples_lost_while_the_loop_was_held_are_counted():  # REQ-019
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


# --- what is not believed ---------------------------------------------------------------------------------------


def test_after_an_interruption_the_samples_before_it_are_not_continued():
    stand = Stand()
    stand.run(3000)
    losses = len(stand.sink.losses)
    stand.part.absent = True
    stand.run(2000)
    stand.part.absent = False
    stand.run(2000)
    assert len(stand.sink.losses) == losses + 1
    assert 85 <= stand.sink.losses[-1] <= 140


def test_a_memory_plugged_in_for_the_sensor_is_never_written_to():
    stand = Stand()
    stand.run(3000)
    stand.part.part_id = 0xA0
    writes = len(stand.wire.writes)
    stand.part.lose_power()
    stand.run(15000)
    assert len(stand.wire.writes) == writes
    assert stand.sensor.fault == "wrong part"


def test_a_brown_out_is_noticed_within_a_second_and_mended():
    stand = Stand(patient=Finger())
    stand.run(5000)
    stand.part.brown_out()
    faults = []
    for _ in range(12):
        stand.run(250)
        faults.append(stand.sensor.fault)
    assert "settings lost" in faults[:5]
    assert faults[-1] is None
    stand.sink.samples.clear()
    stand.run(1000)
    assert len(stand.sink.samples) >= 48


def test_a_clone_at_half_the_rate_hands_on_nothing():
    stand = Stand(patient=Finger())
    stand.part.rate_pct = 50
    stand.run(5600)
    assert stand.sensor.fault == "wrong rate"
    stand.sink.samples.clear()
    stand.run(30000)
    assert stand.sink.samples == []
    assert stand.sensor.fault == "wrong rate"


def test_a_clone_that_does_not_average_is_found_out_within_two_seconds():
    stand = Stand(patient=Finger())
    stand.part.rate_pct = 800
    stand.run(2000)
    assert stand.sensor.fault == "wrong rate"


def test_an_oscillator_five_percent_off_is_the_parts_right():
    stand = Stand(patient=Finger())
    stand.part.rate_pct = 105
    stand.run(60000)
    assert stand.sensor.fault is None


def test_a_loop_that_is_often_held_up_is_no_wrong_rate():
    stand = Stand(patient=Finger())
    for _ in range(30):
        stand.run(1000, every_ms=1000)
        stand.run(500)
        assert stand.sensor.fault is None


def test_a_right_rate_ends_the_fault():
    stand = Stand(patient=Finger())
    stand.part.rate_pct = 50
    stand.run(7000)
    stand.part.rate_pct = 100
    stand.run(15000)
    assert stand.sensor.fault is None
    stand.sink.samples.clear()
    stand.run(1000)
    assert len(stand.sink.samples) >= 48


def on_a_real_bus(patient):
    clock = Clock()
    bus = FakeI2C(clock, timeout_us=10000)
    bus.attach(ADDRESS, FakeMax30102(clock, patient))
    sensor = Max30102(bus, lambda: bus if i2c_bus.free(bus.scl, bus.sda, clock.charge_us) else None)
    return clock, bus, sensor


def test_a_part_that_holds_the_data_line_is_clocked_free():
    clock, bus, sensor = on_a_real_bus(Finger())
    sink = Sink()
    for _ in range(8):
        sensor.poll(clock.now_ms(), sink)
        clock.charge_us(250000)
    bus.held_clocks = 9
    longest_us = 0
    for _ in range(8):
        begun_us = clock.now_us
        sensor.poll(clock.now_ms(), sink)
        longest_us = max(longest_us, clock.now_us - begun_us)
        clock.charge_us(250000)
    assert bus.held_clocks == 0
    assert sensor.fault is None
    assert longest_us < 50000


def test_a_shorted_data_line_is_told_from_an_absent_sensor():
    clock, bus, sensor = on_a_real_bus(Finger())
    bus.stuck = True
    for _ in range(8):
        sensor.poll(clock.now_ms(), Sink())
        clock.charge_us(250000)
    assert sensor.fault == "bus stuck"
    bus.stuck = False
    for _ in range(8):
        sensor.poll(clock.now_ms(), Sink())
        clock.charge_us(250000)
    assert sensor.fault is None


# --- temperature and order of the LEDs --------------------------------------------------------------------------


def test_the_die_temperature_is_read_without_waiting():
    stand = Stand(patient=Finger())
    assert stand.sensor.die_temperature_centidegc is None
    stand.part.die_temperature_c = 36.25
    stand.run(4000)
    assert stand.sensor.die_temperature_centidegc == 3625
    stand.part.die_temperature_c = -4.5
    stand.run(12000)
    assert stand.sensor.die_temperature_centidegc == -450


def test_swapped_leds_are_set_right_by_the_setting():
    right, wrong, mended = Stand(patient=Finger()), Stand(patient=Finger()), Stand(patient=Finger(), swapped=True)
    wrong.part.swapped = mended.part.swapped = True
    for stand in (right, wrong, mended):
        stand.run(2000)
    assert right.sink.samples[10] == (80000, 100000)
    assert wrong.sink.samples[10] == (100000, 80000)
    assert mended.sink.samples[10] == (80000, 100000)


# --- LED currents -----------------------------------------------------------------------------------------------


def raw_levels(stand):
    """What the converter sees now, as parts of full scale."""
    return tuple(sum(part) / len(part) / 0x3FFFF for part in (stand.sensor._last_red, stand.sensor._last_ir))


def test_an_ordinary_finger_changes_no_current():
    stand = Stand(patient=Finger(pulse_permille=10))
    stand.run(60000)
    assert stand.currents() == (0x24, 0x24)
    assert stand.sink.losses == []


def test_an_empty_probe_stays_at_the_reference_current():
    stand = Stand(patient=Finger(900, 900))
    lit = 0
    for _ in range(240):
        stand.run(250)
        lit += stand.currents() != (0x24, 0x24)
        assert stand.currents()[0] == 0x24  # nobody is to see it looking
    assert lit <= 14
    assert all(ir < 2000 for _, ir in stand.sink.samples)


def test_a_very_dark_finger_is_told_from_an_empty_probe():
    stand = Stand(patient=Finger(3000, 4000))
    stand.run(9000)
    red, ir = stand.sink.samples[-1]
    assert red >= 12000
    assert ir >= 20000
    assert stand.sensor.currents.ir.current > 0x24
    losses = len(stand.sink.losses)
    stand.run(30000)
    assert len(stand.sink.losses) == losses


def test_a_dark_finger_is_lit_to_the_middle_of_the_range():
    stand = Stand(patient=Finger(20000, 30000))
    stand.run(4000)
    assert all(0.4 < level < 0.6 for level in raw_levels(stand))


def test_a_thin_finger_that_saturates_is_dimmed_within_two_seconds():
    stand = Stand(patient=Finger(400000, 600000))
    stand.run(2000)
    stand.sink.samples.clear()
    stand.run(5000)
    assert len(stand.sink.samples) >= 240
    assert all(0.25 < level < 0.8 for level in raw_levels(stand))
    assert max(ir for _, ir in stand.sink.samples) < 0x3FFFF


def test_a_finger_taken_off_returns_to_the_reference_current():
    stand = Stand(patient=Finger(20000, 30000))
    stand.run(4000)
    stand.part._patient.red = stand.part._patient.ir = 900
    stand.run(1000)
    assert stand.currents() == (0x24, 0x24)
    stand.part._patient.red, stand.part._patient.ir = 80000, 100000
    stand.run(2000)
    assert stand.sink.samples[-1] == (80000, 100000)


def drifting(pulse_permille, seconds=60):
    """A finger whose light falls to a third; the sink's samples in order, and the stand."""
    stand = Stand(patient=Finger(90000, 110000, pulse_permille))
    stand.run(8000)
    stand.sink.samples.clear()
    for k in range(seconds * 4):
        fall = 1 - 0.66 * k / (seconds * 4)
        stand.part._patient.red, stand.part._patient.ir = int(90000 * fall), int(110000 * fall)
        stand.run(250)
    return stand


def test_light_that_drifts_away_is_followed_without_a_step_or_a_gap():
    stand = drifting(0)
    assert stand.currents() != (0x24, 0x24)
    assert stand.sink.losses == []
    irs = [ir for _, ir in stand.sink.samples]
    steps = [abs(irs[k] - irs[k - 1]) * 1000 // irs[k] for k in range(1, len(irs))]
    # The light itself falls by up to 7 permille each quarter of a second.
    assert max(steps) <= 8


def test_no_sample_that_is_averaged_over_two_currents_gets_through():
    stand = drifting(10)
    irs = [ir for _, ir in stand.sink.samples]
    seam = max(range(1, len(irs)), key=lambda k: abs(irs[k] - irs[k - 1]))
    assert abs(irs[seam] - irs[seam - 1]) * 1000 // irs[seam] <= 8


def test_samples_pushed_and_lost_are_the_samples_made():
    for finger in (Finger(), Finger(900, 900), Finger(3000, 4000), Finger(20000, 30000), Finger(400000, 600000)):
        stand = Stand(patient=finger)
        stand.run(60000)
        assert abs(len(stand.sink.samples) + stand.sensor.lost - stand.part._patient.made) <= 25


def test_currents_change_at_most_every_five_seconds_once_they_suit():
    stand = Stand(patient=Finger())
    stand.run(3000)
    changes = []
    for k in range(400):
        level = 110000 if k // 8 % 2 else 60000  # either is out of the band of the other's current
        stand.part._patient.red, stand.part._patient.ir = level, level * 11 // 10
        before = stand.currents()
        stand.run(250)
        if stand.currents() != before:
            changes.append(k)
    gaps = [changes[k] - changes[k - 1] for k in range(1, len(changes))]
    assert len(changes) >= 2
    assert min(gaps) >= 20
