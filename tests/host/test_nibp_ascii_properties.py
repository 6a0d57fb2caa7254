"""Whatever happens to the bytes of a cuff module that talks ASCII: a pressure is the arm's of this reading or withheld,
and no cuff stays inflated."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.nibp_ascii import NibpAscii
from drivers.nibp_ascii_frames import Parser, Pressure
from sim.clock import Clock
from sim.nibp_ascii import FakeNibpAscii
from sim.uart import FakeUart
from sitter.cuff_codes import BloodPressure

ARMS = ((118, 76, 90, 72), (151, 92, 112, 88), (96, 58, 71, 61))


@dataclasses.dataclass
class Trouble:
    """What one reading meets with; noise is (after so many tenths of a second, these bytes)."""

    knobs: dict
    noise: list
    abort_after: int


KNOBS = st.fixed_dictionaries({}, optional={
    "garble_every": st.integers(2, 60), "false_end_every": st.integers(2, 90), "loses_end": st.booleans(),
    "boots_in_mid": st.booleans(), "ends_at_once": st.booleans(), "leak": st.booleans(), "slow_ms": st.integers(0, 700),
    "pauses_s": st.integers(0, 60), "late_s": st.integers(0, 9),
})  # fmt: skip
PIECES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([b"\x02999C0S3\x03\r", b"\x02120C0S3\x03\r", b"\x02", b"\x03", b"\x02S1;A0;C03;M00;P120"]),
)
TROUBLES = st.builds(Trouble, KNOBS, st.lists(st.tuples(st.integers(0, 500), PIECES), max_size=6),
                     st.one_of(st.just(0), st.integers(1, 400)))  # fmt: skip


class Bed:
    def __init__(self) -> None:
        self.clock = Clock()
        self.uart = FakeUart(self.clock, 9600)
        self.arm = ARMS[0]
        self.part = FakeNibpAscii(self.clock, self.uart, lambda now_us: self.arm)
        self.nibp = NibpAscii(self.uart)
        self.outcomes: list = []

    def tenth(self) -> None:
        outcome = self.nibp.poll(self.clock.now_ms())
        if outcome is not None:
            self.outcomes.append(outcome)
        self.clock.charge_us(100_000)

    def read(self, arm: tuple, trouble: Trouble) -> list:
        self.outcomes, self.arm = [], arm
        for knob, value in trouble.knobs.items():
            setattr(self.part, knob, value)
        self.nibp.start(self.clock.now_ms())
        for tenth in range(2400):
            for data in [data for at, data in trouble.noise if at == tenth]:
                self.uart.send(data)
            if tenth and tenth == trouble.abort_after:
                self.nibp.abort(self.clock.now_ms())
            self.tenth()
            if not self.nibp.busy and tenth > 600:
                break
        for knob in trouble.knobs:
            setattr(self.part, knob, 0)
        return self.outcomes


@settings(max_examples=25, deadline=None)
@given(st.lists(TROUBLES, min_size=2, max_size=3))
def test_a_pressure_is_the_arms_of_this_reading_or_there_is_none(
    troubles: list[Trouble],
) -> None:  # REQ-221, REQ-223, REQ-227
    bed = Bed()
    for arm, trouble in zip(ARMS, troubles, strict=False):
        found = bed.read(arm, trouble)
        for outcome in found:
            assert not isinstance(outcome, BloodPressure) or outcome == BloodPressure(*arm), (arm, trouble)
        assert len(found) == 1, (found, trouble)
        assert not bed.nibp.busy and bed.part.cuff_pressure_mmhg() == 0


@given(st.binary(max_size=120), st.lists(st.integers(1, 20)))
def test_pieces_of_any_size_say_the_same_and_nothing_is_no_pressure(data: bytes, sizes: list[int]) -> None:
    whole, pieces, at, found = Parser(), Parser(), 0, []
    for size in [*sizes, len(data)]:
        found += pieces.feed(data[at : at + size])
        at += size
    assert found == whole.feed(data)
    for frame in found:
        assert not isinstance(frame, Pressure) or frame.mmhg <= 400 or frame.mmhg == 999
