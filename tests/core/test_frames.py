import struct

from both import raises
from sitter import frames
from sitter.frames import DATA, JSON, BadFrame, Decoder, Frame


def test_a_frame_comes_back_from_pieces_of_any_size():
    body = bytes(range(200))
    coded = frames.encode(DATA, 7, body)
    for size in (1, 3, 64, 500):
        decoder, got = Decoder(), []
        for i in range(0, len(coded), size):
            got += decoder.feed(coded[i : i + size])[0]
        assert got == [Frame(DATA, 7, body)]


def test_cobs_leaves_no_zero_and_comes_back():
    for data in (b"", b"\0", b"\0\0", b"a" * 253, b"a" * 254, b"a" * 255, b"a" * 254 + b"\0b", b"\0" * 600, bytes(300)):
        coded = frames.cobs_encode(data)
        assert b"\0" not in coded
        assert frames.cobs_decode(coded) == data


def test_cobs_matches_the_published_examples():
    # Cheshire and Baker 1999; the examples of the Wikipedia page on COBS
    assert frames.cobs_encode(b"\x11\x22\0\x33") == b"\x03\x11\x22\x02\x33"
    assert frames.cobs_encode(b"\0\0") == b"\x01\x01\x01"


def test_a_flipped_byte_is_dropped_and_the_next_frame_arrives():
    first, second = frames.encode(JSON, 1, b"{}"), frames.encode(JSON, 2, b"[]")
    for i in range(1, len(first) - 1):
        damaged = first[:i] + bytes((first[i] ^ 0x20 or 1,)) + first[i + 1 :]
        assert Decoder().feed(damaged + second)[0] == [Frame(JSON, 2, b"[]")]


def test_console_text_is_kept_apart():
    decoder = Decoder()
    got, text = decoder.feed(b"rst:0x1 (POWERON_RESET)\r\n" + frames.encode(JSON, 3, b"1"))
    assert got == [Frame(JSON, 3, b"1")]
    assert text.startswith(b"rst:0x1")
    assert decoder.dropped == 1


def test_endless_noise_does_not_fill_memory():
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"x" * 1000)
    assert len(decoder._buffer) <= frames.MAX_FRAME
    assert decoder.feed(b"\0" + frames.encode(JSON, 1, b"ok"))[0] == [Frame(JSON, 1, b"ok")]


def test_a_lone_crc_is_too_short_for_a_frame():
    raises(BadFrame, frames.decode, frames.cobs_encode(b"\0\0\0\0"))


def test_the_crc_is_the_one_of_the_catalogue():
    # CRC-32/ISO-HDLC, reveng.sourceforge.io: check value of "123456789"
    coded = frames.encode(0x31, 0x32, b"3456789")
    assert coded == b"\0" + frames.cobs_encode(b"123456789" + struct.pack("<I", 0xCBF43926)) + b"\0"
