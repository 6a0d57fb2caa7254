"""Bytes of the serial link <-> checked frames.

A frame on the line is  00 COBS(content) 00  with

    content = kind u8 (`J` JSON, `S` JSON with a mac of 16 bytes behind it, `D` data)  counter u8  body  CRC-32 u32

COBS (Cheshire and Baker 1999) leaves no zero byte inside, so that a receiver finds the next frame after any damage.
The counter of an answer is that of its question. The CRC finds damage; who sent a frame is shown by the mac alone, see
access.py. Bytes between zeros that are no frame, such as the boot messages of the chip, are handed on as console text.
"""

import binascii
import struct
from collections import namedtuple

JSON = 0x4A
SEALED = 0x53
DATA = 0x44
# The unit's receive ring holds 260 bytes and has no flow control; the host keeps its frames below this.
MAX_HOST_FRAME = 200
# The longest answer, `status`, has about 400 bytes; a receiver keeps no more than this of what may be noise.
MAX_FRAME = 1024

Frame = namedtuple("Frame", ("kind", "counter", "body"))


class BadFrame(ValueError):
    """Bytes that are not a frame: damaged or cut off."""


def cobs_encode(data: bytes) -> bytes:
    """`data` without zero bytes: each zero is replaced by the distance to the next one."""
    out = bytearray()
    pieces = data.split(b"\0")
    for piece in pieces:
        while len(piece) >= 254:  # code 255: 254 bytes follow and no zero is implied
            out.append(255)
            out += piece[:254]
            piece = piece[254:]
        out.append(len(piece) + 1)
        out += piece
    return bytes(out)


def cobs_decode(data: bytes) -> bytes:
    """The bytes that `cobs_encode` was given. Raises BadFrame."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        if code == 0 or at + code > len(data):
            raise BadFrame("broken COBS code")
        out += data[at + 1 : at + code]
        at += code
        if code < 255 and at < len(data):
            out.append(0)
    return bytes(out)


def encode(kind: int, counter: int, body: bytes) -> bytes:
    """One frame ready for the line, zero bytes at both ends included."""
    content = struct.pack("BB", kind, counter) + body
    content += struct.pack("<I", binascii.crc32(content) & 0xFFFFFFFF)
    return b"\0" + cobs_encode(content) + b"\0"


def decode(coded: bytes) -> Frame:
    """The frame between two zero bytes. Raises BadFrame."""
    content = cobs_decode(coded)
    if len(content) < 6:
        raise BadFrame("too short")
    if struct.unpack("<I", content[-4:])[0] != binascii.crc32(content[:-4]) & 0xFFFFFFFF:
        raise BadFrame("wrong CRC")
    return Frame(content[0], content[1], content[2:-4])


class Decoder:
    """Fed with pieces of any size; gives the frames in them, and counts and keeps apart what is no frame."""

    def __init__(self, most: int = MAX_FRAME) -> None:
        """`most` bytes of a frame on the line are kept; what is longer is noise."""
        self._most = most
        self.dropped = 0
        self._buffer = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> tuple[list[Frame], bytes]:
        """(whole frames, console text) that `data` completed."""
        frames, text = [], b""
        pieces = data.split(b"\0")
        for i, piece in enumerate(pieces):
            self._take(piece)
            if i < len(pieces) - 1:
                text += self._end(frames)
        return frames, text

    def _take(self, piece: bytes) -> None:
        if len(self._buffer) + len(piece) > self._most:
            self._overlong = True
            self._buffer = bytearray()
        elif not self._overlong:
            self._buffer += piece

    def _end(self, frames: list[Frame]) -> bytes:
        coded, overlong = bytes(self._buffer), self._overlong
        self._buffer, self._overlong = bytearray(), False
        if not coded and not overlong:
            return b""
        try:
            if overlong:
                raise BadFrame("too long")
            frames.append(decode(coded))
        except BadFrame:
            self.dropped += 1
            return coded
        return b""
