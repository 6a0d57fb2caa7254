"""Whatever happens to the bytes of an OEM oximeter on their way: no number is shown that the module did not send as a
good one, and what is whole again is shown again."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.nonin import Nonin
from sitter import records
from sitter.reading import Reading

OUT_OF_TRACK = 0x20
STEP_PCT, STEP_BPM = 3, 25
RECOVERS_S = 3

# What the module says each second: a walk, and whether it stands behind it.
SECONDS = st.lists(st.tuples(st.integers(-2, 2), st.integers(-9, 9), st.booleans()), min_size=4, max_size=40)
LOSSES = st.lists(st.sets(st.integers(0, 2)), max_size=40)  # which bytes of each packet are gone
DAMAGES = st.lists(
    st.tuples(st.binary(max_size=5), st.integers(1, 6)), max_size=12
)  # in place of one, and then so many
BURSTS = st.lists(st.tuples(st.binary(max_size=6), st.integers(1, 14)), max_size=60)  # and tenths of quiet behind it


class Line:
    def __init__(self) -> None:
        self.nonin = Nonin(self)
        self.waiting = b""
        self.now_ms = 0

    def any(self) -> int:
        return len(self.waiting)

    def read(self) -> bytes:
        data, self.waiting = self.waiting, b""
        return data

    def hear(self, burst: bytes, tenths: int = 10) -> Reading | None:
        """The last reading up to the next burst."""
        self.waiting = burst
        found: list[Reading] = []
        for _ in range(tenths):
            found += self.nonin.poll(self.now_ms)
            self.now_ms += 100
        return found[-1] if found else None


def walk(seconds: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """(pulse, saturation, good) of each second."""
    pulse, spo2, said = 72, 96, []
    for d_spo2, d_pulse, good in seconds:
        pulse, spo2 = min(240, max(30, pulse + d_pulse)), min(100, max(60, spo2 + d_spo2))
        said.append((pulse, spo2, good))
    return said


def packet(pulse: int, spo2: int, good: bool) -> bytes:
    return bytes((0x80 | (0 if good else OUT_OF_TRACK) | pulse >> 7, pulse & 0x7F, spo2))


@given(SECONDS, LOSSES)
def test_lost_bytes_never_make_a_number(seconds: list, losses: list[set[int]]) -> None:  # REQ-211
    line = Line()
    for k, said in enumerate(walk(seconds)):
        gone = losses[k] if k < len(losses) else set()
        reading = line.hear(bytes(byte for at, byte in enumerate(packet(*said)) if at not in gone))
        if reading is not None and reading.pulse_bpm is not None:
            assert (reading.pulse_bpm, reading.spo2_pct, True) == said


@given(SECONDS, DAMAGES)
def test_a_damaged_packet_never_moves_a_number_further_than_a_step(seconds: list, damages: list) -> None:  # REQ-211
    """Whatever comes in its place, as long as the next two are whole."""
    line, sent = Line(), walk(seconds)
    places: dict[int, bytes] = {}
    at = 0
    for burst, whole in damages:
        places[at] = burst
        at += 2 + whole
    for k, said in enumerate(sent):
        reading = line.hear(places.get(k, packet(*said)))
        if reading is None or reading.spo2_pct is None:
            continue
        near = sent[max(0, k - 2) : k + 1]
        assert any(abs(reading.spo2_pct - spo2) <= STEP_PCT and good for _, spo2, good in near)
        assert reading.pulse_bpm is None or any(
            abs(reading.pulse_bpm - bpm) <= STEP_BPM and good for bpm, _, good in near
        )


@given(BURSTS)
def test_no_noise_is_too_much_and_none_is_taken_for_more_than_it_says(bursts: list[tuple[bytes, int]]) -> None:
    line, heard = Line(), b""
    for burst, tenths in bursts:
        heard += burst
        reading = line.hear(burst, tenths)
        if reading is None or reading.spo2_pct is None:
            continue
        assert 0 <= reading.spo2_pct <= 100
        assert reading.pulse_bpm is None or 0 <= reading.pulse_bpm <= 250
        assert bytes((reading.spo2_pct,)) in heard
        assert reading.finger
        records.encode("vitals", {"at_ms": 0, "pulse_bpm": reading.pulse_bpm, "spo2_pct": reading.spo2_pct})


@given(BURSTS, st.integers(50, 100), st.integers(30, 250))
def test_behind_any_noise_a_good_number_is_there_within_three_seconds(bursts: list, spo2: int, pulse: int) -> None:
    line = Line()
    for burst, tenths in bursts:
        line.hear(burst, tenths)
    found = [line.hear(packet(pulse, spo2, True)) for _ in range(RECOVERS_S)]
    last = found[-1]
    assert last is not None
    assert (last.pulse_bpm, last.spo2_pct) == (pulse, spo2)
    assert line.nonin.fault is None
