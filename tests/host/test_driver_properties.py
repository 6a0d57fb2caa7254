"""Whatever arrives on the wire, and in whatever pieces: parsers never raise and never invent; fades never jump."""

from hypothesis import given
from hypothesis import strategies as st

from drivers import dfplayer, nibp_frames
from drivers.light import COLOUR_SCALE_MS, FULL_SCALE_MS, Light, duty_u16
from drivers.ramp import Ramp

SIZES = (1, 2, 21)  # data bytes of an acknowledgement, a cuff pressure, a result
DATA = st.sampled_from(SIZES).flatmap(lambda size: st.binary(min_size=size, max_size=size))
CUTS = st.lists(st.integers(1, 30), max_size=60)


def module_frame(data: bytes) -> bytes:
    body = bytes((0x3E, len(data) + 3)) + data
    return body + bytes((-sum(body) & 0xFF,))


def in_pieces(parser, stream: bytes, cuts: list[int]) -> list:
    found, at = [], 0
    for size in [*cuts, len(stream)]:
        found += parser.feed(stream[at : at + size])
        at += size
    return found


@given(st.binary(max_size=300), CUTS)
def test_the_cuff_parser_takes_only_checked_frames(stream: bytes, cuts: list[int]) -> None:
    parser = nibp_frames.Parser()
    found = in_pieces(parser, stream, cuts) + parser.end()
    at = 0
    for data in found:
        whole = module_frame(data)
        assert whole in stream[at:], "a frame that nobody sent"
        at = stream.index(whole, at) + len(whole)


@given(st.lists(DATA, max_size=12), CUTS)
def test_every_frame_of_the_cuff_module_arrives_once(datas: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(module_frame, datas))
    assert in_pieces(nibp_frames.Parser(), stream, cuts) == datas


@given(st.binary(max_size=100), DATA, CUTS)
def test_a_frame_after_garbage_is_found_once_the_line_is_quiet(garbage: bytes, data: bytes, cuts: list[int]) -> None:
    parser = nibp_frames.Parser()
    in_pieces(parser, garbage, cuts)
    parser.end()
    assert parser.feed(module_frame(data)) == [data]


@given(st.binary(max_size=100), DATA)
def test_a_swallowed_frame_comes_out_at_the_end(garbage: bytes, data: bytes) -> None:
    parser = nibp_frames.Parser()
    found = parser.feed(garbage.replace(b"\x3e", b"") + b"\x3e\x18" + module_frame(data)) + parser.end()
    # A result is long enough for noise and its own start to make a frame with a right checksum, once in 256 times.
    assert data in found or len(data) == 21


@given(DATA, st.data())
def test_one_damaged_byte_is_never_taken_for_the_frame(data: bytes, draw: st.DataObject) -> None:  # REQ-015
    frame = bytearray(module_frame(data))
    frame[draw.draw(st.integers(2, len(frame) - 1))] ^= draw.draw(st.integers(1, 255))
    parser = nibp_frames.Parser()
    assert not [found for found in parser.feed(bytes(frame)) + parser.end() if len(found) == len(data)]


@given(st.binary(min_size=21, max_size=21))
def test_a_result_is_in_order_or_a_fault(data: bytes) -> None:
    found = nibp_frames.result_of(data)
    if isinstance(found, nibp_frames.BloodPressure):
        assert data[18] == 0
        assert 20 <= found.diastolic_mmhg < found.mean_mmhg < found.systolic_mmhg <= 280


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_the_cuff_parser_keeps_no_more_than_one_frame(pieces: list[bytes]) -> None:
    parser = nibp_frames.Parser()
    for piece in pieces:
        parser.feed(piece)
        assert len(parser._buffer) < 24


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 65535)), max_size=12), CUTS, st.binary(max_size=9))
def test_the_players_frames_arrive_after_garbage(sent: list, cuts: list[int], garbage: bytes) -> None:
    stream = garbage.replace(b"\x7e", b"") + b"".join(dfplayer.frame(*row) for row in sent)
    assert in_pieces(dfplayer.Parser(), stream, cuts) == sent


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_the_players_parser_takes_anything(pieces: list[bytes]) -> None:
    parser = dfplayer.Parser()
    for piece in pieces:
        parser.feed(piece)
        assert len(parser._buffer) < 10


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 1000), st.integers(0, 5000)), min_size=1, max_size=10))
def test_a_ramp_stays_between_its_ends(rows: list[tuple[int, int, int]]) -> None:  # REQ-132
    ramp, now_ms = Ramp(0), 0
    for wait_ms, level, fade_ms in rows:
        now_ms += wait_ms
        before = ramp.at(now_ms)
        ramp.go(now_ms, level, fade_ms)
        assert fade_ms == 0 or ramp.at(now_ms) == before
        seen = [ramp.at(now_ms + fade_ms * i // 7) for i in range(8)]
        assert seen == sorted(seen, reverse=level < before)
        assert seen[-1] == level


class Pwm:
    def duty_u16(self, duty: int) -> None:
        self.duty = duty


WHITES = st.tuples(st.integers(2700, 6500), st.integers(0, 100), st.integers(0, 12), st.integers(0, 20),
                   st.integers(0, 4000), st.lists(st.integers(1, 400), min_size=1, max_size=30))  # fmt: skip


@given(st.lists(WHITES, min_size=1, max_size=6))
def test_light_never_moves_faster_than_its_limit(wants: list) -> None:  # REQ-061
    """Whatever is asked for and whenever a poll comes, both lamps together and each of them alone."""
    warm, cool = Pwm(), Pwm()
    light, now_ms, before, cool_before = Light(warm, cool), 0, 0, 0
    seen_of = [duty_u16(seen) for seen in range(1001)]
    for kelvin, brightness_pct, breaths, depth_pct, fade_ms, waits_ms in wants:
        light.want(now_ms, kelvin, brightness_pct, breaths, depth_pct, fade_ms)
        for wait_ms in waits_ms:
            now_ms += wait_ms
            light.poll(now_ms)
            whole = warm.duty + cool.duty
            moved = abs(seen_of.index(whole) - seen_of.index(before))
            assert moved <= wait_ms * 1000 // FULL_SCALE_MS
            share = abs(cool.duty - cool_before * whole // before) * 1000 // whole if whole and before else 0
            rounding = 2000 // max(1, whole)  # of a lamp so dim that its duty is a small number
            assert share <= wait_ms * 1000 // COLOUR_SCALE_MS + 6 + rounding
            before, cool_before = whole, cool.duty
