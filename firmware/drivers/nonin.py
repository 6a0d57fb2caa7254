"""A Nonin OEM pulse oximeter module that speaks Nonin's serial data format 1: bytes in, readings out.

What the module says, and from where we know. 9600 baud, 8 bits, no parity; three bytes once a second, without being
asked and without a checksum:

    status  1  off  out-of-track  low-perfusion  marginal-perfusion  artifact  pulse 8  pulse 7
    pulse   0  pulse 6..0         511: none
    spo2    0  0..100             127: none

These bits, both values for "none" and the line are those of a transcript of the format (pastebin.com/7WvErGqY); the
flags stand in the same places in format 8, which is this one with a fourth byte (drphrozen/javautilityclasses,
NoninAndroid Format8.java), and 511 and 127 mean the same in format 2 (mattjlewis/NoninPulseOx; the header of a driver
for the Xpod by Hewlett-Packard). Nonin's own specification was not at hand, nor a module. **Not confirmed**: how many
beats format 1 averages (the Xpod's header says 4, or 8 in its extended values), whether it holds its last value while
out of track, which flags come with a finger out of the clip, and how exact its second is.

Theory of operation. No checksum, so the shape has to do. *A burst* is what comes between two polls that found nothing.
It is a packet if it has three bytes, neither more nor less, with these top bits and a saturation that there is, and
comes no sooner than half a second after the packet before. Anything else is counted as lost and gives nothing: format 8
has one byte too many for ever, format 2 (375 bytes a second) never pauses, a line of ASCII has no top bit.

*A number* is handed on when the packet before or the number before, no older than 2.5 s, was nearly the same: 3 points,
25 bpm. That is what finds a damaged byte in a packet that is whole. A byte torn out or a bit far off costs its packet
and no other; behind a search or a silence the first number comes a second later. A real fall by more than 3 points
within a second is a second late. What a wrong bit can still do is 3 points, or 25 bpm, for a second.

*What the flags do.* `off`: no finger, as the probe or its plug is off. `out of track`: no number, whatever comes with
it, as it may be the last good one, held. Low or marginal perfusion and a single bad pulse leave the number, for these
the module was made, and lower its quality. Without a number and not off, nobody knows whether there is a finger: that
is a missing pulse, not a missing finger. Numbers are withheld at once and without a second packet.

A pulse above 250 has no place in the record and is withheld.
"""

from sitter.reading import Reading

BAUD = 9600
_OFF, _OUT_OF_TRACK, _LOW_PERFUSION, _MARGINAL, _ARTIFACT = 0x40, 0x20, 0x10, 0x08, 0x04
_NO_PULSE, _NO_SPO2 = 511, 127
_PACKET = 3
_HIGHEST_BPM = 250
_STEP_BPM, _STEP_PCT = 25, 3
_SOONEST_MS = 500
_BELIEVED_MS = 2500
_SILENT_MS = 2500  # one packet lost is no silence
_UNKNOWN_MS = 3500
_NOTHING = ()
_NONE = (-_BELIEVED_MS, None, None)  # a packet: at_ms, pulse, saturation


class Nonin:
    """light_oximeter.py says what a source of readings has. `fault` is None or

    "no UART" (the board has none to give), "silent" (nothing comes), "wrong format" (bytes, but no packet).
    """

    part = "Nonin module"
    calibrated = True  # by its maker
    poll_every_ms = 100
    die_temperature_centidegc = None
    ratio_permille = None

    def __init__(self, uart) -> None:
        """`uart` is open, or None where the board has none."""
        self._uart = uart
        self.fault: str | None = None if uart else "no UART"
        self.lost = 0  # bursts that were no packet
        self._burst = b""
        self._burst_ms = 0
        self._begun = False
        self._heard_ms = 0
        self._whole_ms = 0  # the last packet, or since when one is waited for
        self._packet = self._handed = _NONE
        self._doubted = False  # the last packet was not handed on

    def poll(self, now_ms: int) -> tuple:
        """The reading of a packet that is through, or nothing."""
        if not self._uart:
            return _NOTHING
        if not self._begun:
            self._begun, self._heard_ms, self._whole_ms = True, now_ms, now_ms
        reading = None
        data = self._uart.read() if self._uart.any() else None
        if data:
            self._heard_ms = now_ms
            if not self._burst:
                self._burst_ms = now_ms
            self._burst = (self._burst + data)[: _PACKET + 1]  # one too many is enough to know
        elif self._burst:
            burst, self._burst = self._burst, b""
            reading = self._judge(burst)
        self._watch(now_ms)
        return (reading,) if reading else _NOTHING

    def _watch(self, now_ms: int) -> None:
        if now_ms - self._heard_ms > _SILENT_MS:
            self.fault = "silent"
            self._whole_ms = now_ms  # what comes then gets its time
        elif now_ms - self._whole_ms > _UNKNOWN_MS:
            self.fault = "wrong format"

    def _judge(self, burst: bytes) -> Reading | None:
        now_ms = self._burst_ms
        if not _is_packet(burst) or now_ms - self._packet[0] < _SOONEST_MS:
            self.lost += 1
            return None
        self.fault = None
        self._whole_ms = now_ms
        status, low, spo2 = burst
        pulse = (status & 3) << 7 | low
        searching = bool(status & (_OFF | _OUT_OF_TRACK))
        no_pulse, no_spo2 = searching or pulse == _NO_PULSE, searching or spo2 == _NO_SPO2
        return self._compare(status, (now_ms, None if no_pulse else pulse, None if no_spo2 else spo2))

    def _compare(self, status: int, packet: tuple) -> Reading | None:
        """With what was before. One packet that differs is waited over, a second in a row withholds the number."""
        before, doubted = self._packet, self._doubted
        self._packet, self._doubted = packet, False
        _, pulse, spo2 = packet
        if pulse is None and spo2 is None:
            self._handed = _NONE
            return Reading(None, None, None, 0, not status & _OFF)
        if _alike(packet, before) or _alike(packet, self._handed):
            self._handed = packet
            shown = pulse if pulse is not None and pulse <= _HIGHEST_BPM else None
            return Reading(shown, spo2, None, _quality(status), True)
        self._doubted = True
        return Reading(None, None, None, 0, True) if doubted else None


def _is_packet(burst: bytes) -> bool:
    if len(burst) != _PACKET:
        return False
    status, pulse, spo2 = burst
    return status & 0x80 != 0 and (pulse | spo2) & 0x80 == 0 and (spo2 <= 100 or spo2 == _NO_SPO2)


def _alike(packet: tuple, before: tuple) -> bool:
    return (
        packet[0] - before[0] <= _BELIEVED_MS
        and _near(packet[1], before[1], _STEP_BPM)
        and _near(packet[2], before[2], _STEP_PCT)
    )


def _near(value: int | None, before: int | None, step: int) -> bool:
    if value is None or before is None:
        return value is before
    return abs(value - before) <= step


def _quality(status: int) -> int:
    """In percent, as the record has it: 30 is weak evidence, 60 fair, above plain."""
    if status & _LOW_PERFUSION:
        return 30
    if status & _ARTIFACT:
        return 40
    return 60 if status & _MARGINAL else 90
