from drivers.nonin import BAUD, Nonin
from sim.clock import Clock
from sim.oem_oximeter import FakeOemOximeter
from sim.patient import Patient
from sim.uart import FakeUart

OFF, OUT_OF_TRACK, LOW, MARGINAL, ARTIFACT = 0x40, 0x20, 0x10, 0x08, 0x04


def packet(pulse=72, spo2=97, flags=0):
    return bytes((0x80 | flags | pulse >> 7, pulse & 0x7F, spo2))


class Line:
    """A UART on which the test puts bytes."""

    def __init__(self):
        self.waiting = b""

    def any(self):
        return len(self.waiting)

    def read(self):
        data, self.waiting = self.waiting, b""
        return data or None


class Hand:
    """The driver, fed by hand: a burst, and quiet until the next one is due."""

    def __init__(self):
        self.line = Line()
        self.nonin = Nonin(self.line)
        self.now_ms = 0

    def hear(self, *bursts, every_ms=1000):
        """What each burst gave: (pulse, saturation), None for nothing."""
        return [None if r is None else (r.pulse_bpm, r.spo2_pct) for r in self.readings(*bursts, every_ms=every_ms)]

    def readings(self, *bursts, every_ms=1000):
        found = []
        for burst in bursts:
            given = []
            self.line.waiting = burst
            for _ in range(every_ms // 100):
                given += self.nonin.poll(self.now_ms)
                self.now_ms += 100
            found.append(given[-1] if given else None)
        return found


class Stand:
    """The driver on the simulated module, polled as main does."""

    def __init__(self, **patient):
        self.clock = Clock()
        self.uart = FakeUart(self.clock, BAUD)
        self.patient = Patient(1, patient)
        self.part = FakeOemOximeter(self.clock, self.uart, self.patient)
        self.nonin = Nonin(self.uart)

    def run(self, seconds):
        """The readings of that time."""
        found, end_ms = [], self.clock.now_ms() + int(seconds * 1000)
        while self.clock.now_ms() < end_ms:
            found += self.nonin.poll(self.clock.now_ms())
            self.clock.charge_us(self.nonin.poll_every_ms * 1000)
        return found


# --- the packet -------------------------------------------------------------------------------------------------------


def test_pulse_and_saturation_are_read_from_their_bits():
    assert Hand().hear(packet(72, 97), packet(72, 97))[-1] == (72, 97)
    assert Hand().hear(packet(200, 88), packet(200, 88))[-1] == (200, 88)
    assert packet(200, 88) == b"\x81\x48\x58"


def test_a_packet_may_come_in_any_pieces():
    hand = Hand()
    found = []
    for byte in packet() + packet():
        hand.line.waiting = bytes((byte,))
        found += hand.nonin.poll(hand.now_ms)
        hand.now_ms += 20 if byte < 0x80 else 1
        if byte == 97:
            found += hand.nonin.poll(hand.now_ms + 100)
            hand.now_ms += 960
    assert [(r.pulse_bpm, r.spo2_pct) for r in found] == [(72, 97)]


def test_the_values_for_none_are_no_numbers():
    assert Hand().hear(packet(511, 127)) == [(None, None)]
    assert Hand().hear(packet(511, 97), packet(511, 97))[-1] == (None, 97)
    assert Hand().hear(packet(72, 127), packet(72, 127))[-1] == (72, None)


def test_a_pulse_that_the_record_has_no_room_for_is_withheld():
    assert Hand().hear(packet(250, 97), packet(250, 97))[-1] == (250, 97)
    assert Hand().hear(packet(251, 97), packet(251, 97))[-1] == (None, 97)
    assert Hand().hear(packet(321, 97), packet(321, 97))[-1] == (None, 97)


def test_what_is_no_packet_gives_nothing_and_is_counted():
    for burst in (b"", b"\x80", packet()[:2], packet()[1:], packet() + b"\x00", packet() + packet(), b"\x80\x48\xe1",
                  b"\x80\xc8\x61", b"\x00\x48\x61", b"\x80\x48\x65", b"\x80\x48\x7e"):  # fmt: skip
        hand = Hand()
        assert hand.hear(packet(), packet(), burst)[1:] == [(72, 97), None], burst
        assert hand.nonin.lost == (1 if burst else 0)


def test_packets_in_another_rhythm_than_once_a_second_are_not_believed():
    hand = Hand()
    assert hand.hear(*[packet()] * 40, every_ms=400)[5:].count((72, 97)) <= 18
    assert Hand().hear(*[packet()] * 5, every_ms=900)[1:] == [(72, 97)] * 4


# --- agreement --------------------------------------------------------------------------------------------------------


def test_a_number_needs_two_packets_that_agree():  # REQ-211
    assert Hand().hear(packet(), packet()) == [None, (72, 97)]
    assert Hand().hear(packet(511, 127), packet(), packet()) == [(None, None), None, (72, 97)]


def test_a_number_from_nowhere_is_never_handed_on():  # REQ-211
    for wrong in (packet(72, 81), packet(200, 97), packet(72, 33), packet(8, 97)):
        assert Hand().hear(packet(), packet(), wrong, packet()) == [None, (72, 97), None, (72, 97)]


def test_a_real_step_is_shown_a_second_late():
    found = Hand().hear(packet(72, 97), packet(72, 97), packet(72, 88), packet(72, 87))
    assert found == [None, (72, 97), None, (72, 87)]


def test_numbers_that_never_agree_are_withheld_and_said_so():
    found = Hand().hear(packet(72, 97), packet(72, 80), packet(72, 97), packet(72, 80), packet(72, 97))
    assert found[1:] == [(None, None)] * 4


def test_one_packet_that_is_lost_costs_nothing_else():
    assert Hand().hear(packet(), packet(), b"\x80\x48", packet()) == [None, (72, 97), None, (72, 97)]


def test_after_a_longer_gap_two_packets_are_needed_again():
    assert Hand().hear(packet(), packet(), b"", b"", packet(), packet()) == [None, (72, 97), None, None, None, (72, 97)]


# --- the flags --------------------------------------------------------------------------------------------------------


def test_a_sensor_that_is_off_is_no_finger_at_once():
    _, second, off = Hand().readings(packet(), packet(), packet(flags=OFF))
    assert (second.finger, off.finger, off.pulse_bpm, off.spo2_pct) == (True, False, None, None)


def test_a_value_that_is_held_out_of_track_is_withheld():  # REQ-212
    hand = Hand()
    found = hand.hear(packet(), packet(), packet(flags=OUT_OF_TRACK), packet(flags=OUT_OF_TRACK), packet(), packet())
    assert found == [None, (72, 97), (None, None), (None, None), None, (72, 97)]


def test_a_missing_number_is_no_missing_finger():
    (reading,) = Hand().readings(packet(511, 127, OUT_OF_TRACK))
    assert reading.finger


def test_weak_signals_are_shown_with_a_lower_quality():
    for flags, quality in ((0, 90), (MARGINAL, 60), (ARTIFACT, 40), (LOW, 30), (LOW | ARTIFACT, 30)):
        last = Hand().readings(packet(flags=flags), packet(flags=flags))[-1]
        assert (last.spo2_pct, last.quality_pct) == (97, quality)


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_board_without_the_uart_is_a_fault():  # REQ-214
    nonin = Nonin(None)
    assert nonin.fault == "no UART"
    assert nonin.poll(0) == ()
    assert nonin.fault == "no UART"


def test_silence_is_a_fault_until_a_packet_comes():  # REQ-217
    hand = Hand()
    hand.hear(packet(), packet())
    assert hand.nonin.fault is None
    hand.hear(b"", b"")
    assert hand.nonin.fault == "silent"
    hand.hear(b"\x55")
    assert hand.nonin.fault == "silent"
    hand.hear(packet())
    assert hand.nonin.fault is None


def test_nothing_at_all_is_silence():  # REQ-217
    hand = Hand()
    hand.hear(b"", b"", b"")
    assert hand.nonin.fault == "silent"


def test_other_formats_are_named_and_never_shown():  # REQ-213
    for format in (2, 8, 0):
        stand = Stand()
        stand.part.format = format
        assert stand.run(30) == [], format
        assert stand.nonin.fault == "wrong format", format


def test_another_baud_rate_is_a_wrong_format():
    stand = Stand()
    stand.part.garbled = True
    assert stand.run(30) == []
    assert stand.nonin.fault == "wrong format"


def test_a_module_that_is_set_right_is_believed_within_three_seconds():
    stand = Stand()
    stand.run(10)
    stand.part.format = 2
    stand.run(0.5)  # a packet was on its way
    assert stand.run(10) == []
    stand.part.format = 1
    assert stand.run(3)[-1].spo2_pct == 98
    assert stand.nonin.fault is None


# --- with the simulated module ----------------------------------------------------------------------------------------


def test_a_finger_at_rest_is_followed_every_second():
    stand = Stand(spo2_pct=96, pulse_bpm=64)
    found = stand.run(60)
    assert 58 <= len(found) <= 60
    assert [(r.pulse_bpm, r.spo2_pct) for r in found[7:]] == [(64, 96)] * len(found[7:])
    assert stand.nonin.lost == 0


def test_while_the_module_searches_there_is_no_number():
    stand = Stand()
    found = stand.run(12)
    first = [r.spo2_pct is not None for r in found].index(True)
    assert 4 <= first <= 6
    assert all(r.pulse_bpm is None for r in found[:first])


def test_a_finger_that_goes_leaves_no_held_number():  # REQ-212
    stand = Stand()
    stand.run(20)
    stand.patient.change(stand.clock.now_us, "finger", 0, 0)
    stand.run(1.2)
    assert all(r.pulse_bpm is None and r.spo2_pct is None for r in stand.run(30))
    stand.patient.change(stand.clock.now_us, "finger", 1, 0)
    assert stand.run(9)[-1].spo2_pct == 98


def test_a_module_without_power_is_silent_and_comes_back():
    stand = Stand()
    stand.run(20)
    stand.part.absent = True
    stand.run(0.5)  # a packet was on its way
    assert stand.run(10) == []
    assert stand.nonin.fault == "silent"
    stand.part.absent = False
    assert stand.run(10)[-1].spo2_pct == 98
    assert stand.nonin.fault is None


def test_torn_and_stray_bytes_cost_their_packets_only():
    for knob in ("tear_every", "stray_every", "skip_every"):
        stand = Stand()
        stand.run(10)
        setattr(stand.part, knob, 3)
        found = stand.run(60)
        assert 38 <= len(found) <= 41, knob
        assert all((r.pulse_bpm, r.spo2_pct) == (72, 98) for r in found), knob


def test_a_loop_that_is_late_loses_no_packet():
    stand = Stand()
    stand.run(10)
    found = []
    for _ in range(60):
        found += stand.run(0.6)
        stand.clock.charge_us(400000)  # somebody held the loop
    assert len(found) >= 57
    assert all(r.spo2_pct == 98 for r in found)
