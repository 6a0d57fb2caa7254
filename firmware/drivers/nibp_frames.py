"""The frames of a SunTech Advantage NIBP module: bytes <-> what they say. nibp.py talks with it.

Frames: the host sends `3A command data… ck`, the module answers `3E length data… ck`; the length counts the whole
frame, whose bytes sum to zero modulo 256.

Frames and error codes as in the open code bases of ak-git/DesktopFX and Appciton; the maker's own protocol document
was not at hand. Error codes are taken as decimal 85 to 99 (hex 55 to 63), to be confirmed on hardware.
"""

from sitter.cuff_codes import IMPLAUSIBLE, BloodPressure, CuffFault

START_ADULT = b"\x3a\x20\xa6"
ABORT = b"\x3a\x79\x01\x00\x4c"
GET_CUFF = b"\x3a\x79\x05\x00\x48"
GET_RESULT = b"\x3a\x79\x03\x00\x4a"
OPEN_VALVES = b"\x3a\x0c\x00\x00\x00\xba"  # and the pump off


def first_inflation(mmhg: int) -> bytes:
    """For the next cycle: how far to inflate at first."""
    frame = bytes((0x3A, 0x17, mmhg & 0xFF, mmhg >> 8))
    return frame + bytes((-sum(frame) & 0xFF,))


RESULT_BYTES = 21
# Of acknowledgement, cuff pressure and result. Longer frames exist, but none that we ask for; and to believe any length
# would make one stray start byte swallow the next sixty.
_LENGTHS = (4, 5, RESULT_BYTES + 3)


class Parser:
    """Bytes in pieces of any size -> the data of whole, checked frames."""

    def __init__(self) -> None:
        self._buffer = b""
        self.dropped = 0  # bytes that belonged to no good frame

    def feed(self, data: bytes) -> list[bytes]:
        frames = []
        buffer = self._buffer + data
        while len(buffer) >= 2:
            length = buffer[1]
            if buffer[0] != 0x3E or length not in _LENGTHS:
                buffer = self._drop(buffer)
            elif len(buffer) < length:
                break
            elif sum(buffer[:length]) & 0xFF:
                buffer = self._drop(buffer)
            else:
                frames.append(buffer[2 : length - 1])
                buffer = buffer[length:]
        self._buffer = buffer if len(buffer) >= 2 or buffer == b"\x3e" else b""
        return frames

    def end(self) -> list[bytes]:
        """The line has gone quiet: a start whose frame never ended was noise; what it swallowed."""
        frames = []
        while self._buffer:
            rest, self._buffer = self._drop(self._buffer), b""
            frames += self.feed(rest)
        return frames

    def _drop(self, buffer: bytes) -> bytes:
        """Leave one byte out and look for the next start."""
        at = buffer.find(b"\x3e", 1)
        at = len(buffer) if at < 0 else at
        self.dropped += at
        return buffer[at:]


def le16(data: bytes, at: int) -> int:
    value = data[at] | data[at + 1] << 8
    return value - 0x10000 if value & 0x8000 else value


def result_of(data: bytes) -> BloodPressure | CuffFault:
    """The outcome in the 21 data bytes of a result frame."""
    error = data[18]
    if error:
        return CuffFault(error)
    found = BloodPressure(le16(data, 0), le16(data, 2), le16(data, 16), data[14])
    # Wide on purpose: a patient in shock must be shown, a jumbled frame must not.
    plausible = 20 <= found.diastolic_mmhg < found.mean_mmhg < found.systolic_mmhg <= 280 and found.pulse_bpm >= 20
    return found if plausible else CuffFault(IMPLAUSIBLE)
