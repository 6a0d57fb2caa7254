"""The frames of the NIBP modules that talk ASCII, 4800 baud: bytes <-> what they say. nibp_ascii.py talks with them.

    to the module    STX n n ; ; H H ETX      two digits, and the sum of all between STX and HH, modulo 256, in hex
                     STX X ETX                stop, and let the air out; without a sum
    while it pumps   STX p p p C e S s ETX CR  the cuff's pressure in mmHg; without a sum, whenever the module likes
    a result         STX S#;A#;C##;M##;Psssdddmmm;Rrrr;Ttttt;;HH ETX   39 characters between STX and ETX

Known from open code for modules of this family (Par Medlab NIBP2010 and 2020, NIBScan, Sinnor N6, UN300C); no maker's
document was at hand, and none of it was tried on a module. Three traps are in it:

- *Pressure has no checksum.* One wrong digit is another pressure. Nothing of it may become a number that is shown.
- *The order of the triple.* Three code bases read systolic, diastolic, mean; one reads the mean in the middle. The mean
  lies between the others, so the larger of the second and the third is the mean; where they are equal nobody knows.
- *The sum of a result.* Over which characters it goes was told by nobody; one document's example does not fit its own
  text. It is taken to go as that of the commands does. A result with any other is no result.
"""

from collections import namedtuple

from sitter.cuff_codes import IMPLAUSIBLE, MODULE_SAYS, REBOOTED, BloodPressure, CuffFault

BAUD = 4800

Pressure = namedtuple("Pressure", ("mmhg", "patient", "state"))  # patient: 0 is well; state: 3 measures, 4 manometer
Result = namedtuple("Result", ("status", "message", "triple", "pulse_bpm"))  # numbers are None where it has dashes

_STX, _ETX = 0x02, 0x03
_LONGEST = 41
MEASURES = 3
BOOTED, READY = 0, 1  # what a result's S says; 2 is an error
END_MMHG = 999  # in the place of a pressure: the cycle is over
_MOST_MMHG = 400  # that a pressure may be

STOP = b"\x02X\x03"


def command(number: int) -> bytes:
    text = b"%02d;;" % number
    return b"\x02%s%02X\x03" % (text, sum(text) & 0xFF)


START, GET_RESULT, ADULT = command(1), command(18), command(24)
# How far to inflate at first, mmHg, and the command that says so.
_FIRST = ((100, 19), (120, 20), (140, 21), (160, 22), (180, 23), (200, 33), (220, 34), (240, 35))


def first_inflation(mmhg: int) -> bytes:
    """The next higher one that the module knows."""
    for known_mmhg, number in _FIRST:
        if known_mmhg >= mmhg:
            return command(number)
    return command(_FIRST[-1][1])


class Parser:
    """Bytes in pieces of any size -> Pressure and Result, as they come. `unsound`: results whose sum was wrong."""

    def __init__(self) -> None:
        self._text: bytearray | None = None  # since the last STX
        self.unsound = 0

    def feed(self, data: bytes) -> list:
        found = []
        for byte in data:
            if byte == _STX:
                self._text = bytearray()
            elif self._text is None:
                pass
            elif byte == _ETX:
                frame = self._read(bytes(self._text))
                self._text = None
                if frame is not None:
                    found.append(frame)
            elif len(self._text) >= _LONGEST or not 0x20 <= byte < 0x7F:
                self._text = None
            else:
                self._text.append(byte)
        return found

    def _read(self, text: bytes):
        if len(text) == 7 and text[3:4] == b"C" and text[5:6] == b"S":
            return _pressure_of(text)
        if len(text) != 39:
            return None
        found = _result_of(text)
        if found and text[37:] != b"%02X" % (sum(text[:37]) & 0xFF):
            self.unsound += 1
            return None
        return found


def _pressure_of(text: bytes) -> Pressure | None:
    mmhg, patient, state = _number(text[:3]), _number(text[4:5]), _number(text[6:7])
    if mmhg is None or patient is None or state is None or (mmhg > _MOST_MMHG and mmhg != END_MMHG):
        return None
    return Pressure(mmhg, patient, state)


# Where what stands in a result: letter, place of its first digit, digits.
_SIGNS = ((b"S", 0), (b"A", 3), (b"C", 6), (b"M", 10), (b"P", 14), (b"R", 25), (b"T", 30))
_SEMICOLONS = (2, 5, 9, 13, 24, 29, 35, 36)


def _result_of(text: bytes) -> Result | None:
    if any(text[at : at + 1] != sign for sign, at in _SIGNS) or any(text[at] != 0x3B for at in _SEMICOLONS):
        return None
    status, message = _number(text[1:2]), _number(text[11:13])
    if status is None or message is None:
        return None
    numbers = [_number(text[at : at + 3]) for at in (15, 18, 21, 26)]
    return Result(status, message, tuple(numbers[:3]), numbers[3])


def _number(digits: bytes) -> int | None:
    """None for dashes, and for whatever else is no number."""
    return int(digits) if all(0x30 <= byte <= 0x39 for byte in digits) else None


# The module's messages, as the codes of the other module (docs/alarms.md): its own fault, stopped there, loose or
# leaking, no pulse or too long, out of range, motion, overpressure, signal too large, leak, system. Others keep their
# number, so that somebody can look it up.
_CODES = {2: 97, 5: 86, 6: 87, 7: 87, 8: 87, 9: 1, 10: 3, 11: 2, 12: 89, 13: 2, 14: 87, 15: 97}


def outcome_of(result: Result) -> BloodPressure | CuffFault:
    """What a result is worth: a pressure only where all of it is there and agrees."""
    if result.status == BOOTED:
        return CuffFault(REBOOTED)
    if result.status != READY or result.message:
        return CuffFault(_CODES.get(result.message, MODULE_SAYS + result.message))
    first, second, third = result.triple
    if first is None or second is None or third is None or result.pulse_bpm is None:
        return CuffFault(IMPLAUSIBLE)
    mean, diastolic = (third, second) if third > second else (second, third)
    # Wide on purpose: a patient in shock must be shown, a jumbled frame must not.
    plausible = 20 <= diastolic < mean < first <= 280 and result.pulse_bpm >= 20
    return BloodPressure(first, diastolic, mean, result.pulse_bpm) if plausible else CuffFault(IMPLAUSIBLE)


def mean_is_last(result: Result) -> bool:
    """The order that a result is in: systolic, diastolic, mean; or with the mean in the middle."""
    return result.triple[2] > result.triple[1]
