"""What is fuzzed of the parts' own bytes: cuff modules, oximeter module, music player. targets.py has the list."""

from drivers.dfplayer import Parser as PlayerParser
from drivers.nibp_ascii_frames import Parser as AsciiCuffParser
from drivers.nibp_ascii_frames import Pressure, outcome_of
from drivers.nibp_frames import Parser as CuffParser
from drivers.nibp_frames import result_of
from drivers.nonin import Nonin
from sitter import records
from sitter.cuff_codes import CuffFault


def cuff(data: bytes) -> None:
    """Every frame that comes out stood in the input; a result is in order or a fault; nothing piles up."""
    parser = CuffParser()
    for k in range(0, len(data), 7):
        for body in parser.feed(data[k : k + 7]):
            assert bytes((0x3E, len(body) + 3)) + body in data and len(body) + 3 in (4, 5, 24)
            if len(body) == 21:
                result = result_of(body)
                assert isinstance(result, CuffFault) or result.diastolic_mmhg < result.systolic_mmhg
        assert len(parser._buffer) < 64
    parser.end()
    assert parser._buffer == b""


def ascii_cuff(data: bytes) -> None:
    """A pressure has three digits that stood in the input; a result that is told is in order; nothing piles up."""
    parser = AsciiCuffParser()
    for k in range(0, len(data), 7):
        for frame in parser.feed(data[k : k + 7]):
            if isinstance(frame, Pressure):
                assert b"%03d" % frame.mmhg in data
            else:
                told = outcome_of(frame)
                assert isinstance(told, CuffFault) or (
                    20 <= told.diastolic_mmhg < told.mean_mmhg < told.systolic_mmhg <= 280
                )
        assert len(parser._text or b"") <= 41


class Bursts:
    """A UART on which bursts come: each a byte that says how many follow it and for how long it is quiet then."""

    def __init__(self, data: bytes) -> None:
        self.data, self.waiting = data, b""

    def next(self) -> int:
        count = self.data[0] & 7
        self.waiting, quiet = self.data[1 : 1 + count], 1 + (self.data[0] >> 3)
        self.data = self.data[1 + count :]
        return quiet

    def any(self) -> int:
        return len(self.waiting)

    def read(self) -> bytes:
        data, self.waiting = self.waiting, b""
        return data


def oximeter_module(data: bytes) -> None:
    """No number but one that was in the bytes, and none that a record has no room for."""
    line, now_ms = Bursts(data), 0
    module = Nonin(line)
    while line.data:
        for _ in range(line.next()):
            for said in module.poll(now_ms):
                assert said.spo2_pct is None or (0 <= said.spo2_pct <= 100 and said.spo2_pct in data)
                records.encode("vitals", {"at_ms": now_ms, "pulse_bpm": said.pulse_bpm, "spo2_pct": said.spo2_pct})
            now_ms += 100
        assert len(module._burst) <= 4


def player(data: bytes) -> None:
    parser = PlayerParser()
    for k in range(0, len(data), 5):
        parser.feed(data[k : k + 5])
        assert len(parser._buffer) < 32
