"""Frames beside independent code: the `cobs` package and a CRC worked out bit by bit; and under any damage."""

import struct

from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from sitter import frames

BODIES = st.binary(max_size=600)


def crc32_bitwise(data: bytes) -> int:
    """CRC-32/ISO-HDLC from its definition: polynomial 04C11DB7, reflected, all ones in and out."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@given(st.one_of(BODIES, st.builds(lambda n, k: bytes(n) + b"x" * k, st.integers(0, 300), st.integers(0, 600))))
def test_cobs_agrees_with_an_independent_implementation(data: bytes) -> None:
    """Theirs leaves out a last code that stands for nothing; each reads what the other wrote."""
    ours = frames.cobs_encode(data)
    assert cobs.decode(ours) == data
    assert frames.cobs_decode(cobs.encode(data)) == data
    assert ours in (cobs.encode(data), cobs.encode(data) + b"\x01")


@given(st.binary(max_size=700))
def test_what_they_refuse_to_decode_we_refuse_too(data: bytes) -> None:
    try:
        theirs = cobs.decode(data)
    except cobs.DecodeError:
        theirs = None
    try:
        found = frames.cobs_decode(data)
    except frames.BadFrame:
        found = None
    assert found == theirs or (theirs is None and 0 in data)


@given(st.integers(0, 255), st.integers(0, 255), BODIES)
@settings(max_examples=50)
def test_the_crc_is_that_of_its_definition(kind: int, counter: int, body: bytes) -> None:
    content = frames.cobs_decode(frames.encode(kind, counter, body)[1:-1])
    assert struct.unpack("<I", content[-4:])[0] == crc32_bitwise(content[:-4])


@given(BODIES, st.data())
def test_a_frame_with_any_damage_is_dropped(body: bytes, data: st.DataObject) -> None:
    coded = bytearray(frames.encode(frames.JSON, 7, body))
    at = data.draw(st.integers(1, len(coded) - 2))
    coded[at] ^= data.draw(st.integers(1, 255))
    found, _ = frames.Decoder().feed(bytes(coded) + frames.encode(frames.JSON, 8, b"next"))
    assert not any(frame.counter == 7 for frame in found)
    assert found and found[-1].body == b"next"


@given(st.lists(st.one_of(st.binary(max_size=300), BODIES.map(lambda b: frames.encode(68, 1, b))), max_size=12))
def test_memory_is_bounded_whatever_comes(pieces: list[bytes]) -> None:
    decoder = frames.Decoder()
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._buffer) <= frames.MAX_FRAME
