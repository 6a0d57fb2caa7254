"""DFPlayer Mini on a UART, 9600 baud: plays a track when it is told to, says when that has ended, and fades.

Frames: `7E FF 06 command ack high low checksum checksum EF`. The part has many clones: some answer no question, some
with a wrong checksum, and all say "finished" twice. So nothing here waits for an answer: what is wanted is sent, and
the BUSY pin and whatever does come back are evidence. A player that neither answers nor shows BUSY while it should
play is absent; one that plays but has never said a word is not expected to speak in a silence. Where BUSY contradicts
what was ordered, or the volume is another than was sent, a frame was lost or the player has restarted, and maybe at
full volume: it is told again, from volume 0 up.

A track has ended when the player says so; or when BUSY has risen for a while, and, where the track's length is known,
not long before its time; or when its time is well over. What comes next is not decided here: `ended` says it once.

The part cannot cross-fade: another track in mid-track fades out, switches, fades in. Fades run evenly in loudness.
The number of files on the card (0x48) is asked for once a card is there, before anything plays.
"""

from drivers.ramp import Ramp
from sitter.fading import LOUDNESS, step_of

_RESET, _VOLUME, _PLAY, _STOP, _ASK_VOLUME, _ASK_FILES = 0x0C, 0x06, 0x0F, 0x16, 0x43, 0x48
_CARD_IN, _CARD_OUT, _FINISHED, _ONLINE, _ERROR = 0x3A, 0x3B, 0x3D, 0x3F, 0x40
_NO_CARD_ERRORS = (1, 5, 6)  # busy or no card, no such file, mismatch

_START_MS = 2500  # the part reads its card after a reset
_GAP_MS = 100  # between two frames without acknowledgement; some clones need it after a volume
_ASK_EVERY_MS = 10000
_ABSENT_AFTER_MS = 25000
_TWICE_MS = 1000  # a "finished" so soon after an order to play is the last track's, told twice
_BUSY_LAG_MS = 6000  # how late BUSY may follow an order
_GAP_TRACKS_MS = 1500  # and for how long it may rise between tracks without a word
_EARLY_MS = 10000  # BUSY that rises so long before a track's time is an interruption
_LATE_MS = 5000  # and a track that is so long over has ended
_SOFT_MS = 3000  # the shortest fade up from nothing
_ANSWER_MS = 1000  # for the number of files
_ASKED_TIMES = 3


def frame(command: int, parameter: int) -> bytes:
    """A frame for the part, no acknowledgement asked for."""
    body = bytes((0xFF, 6, command, 0, parameter >> 8, parameter & 0xFF))
    check = -sum(body) & 0xFFFF
    return b"\x7e" + body + bytes((check >> 8, check & 0xFF, 0xEF))


class Parser:
    """Bytes in pieces of any size -> (command, parameter) of whole frames. A wrong checksum is let pass: clones."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[tuple[int, int]]:
        found = []
        buffer = self._buffer + data
        while True:
            at = buffer.find(b"\x7e")
            buffer = buffer[at:] if at >= 0 else b""
            if len(buffer) < 10:
                break
            if buffer[1] == 0xFF and buffer[2] == 6 and buffer[9] == 0xEF:
                found.append((buffer[3], buffer[5] << 8 | buffer[6]))
                buffer = buffer[10:]
            else:
                buffer = buffer[1:]
        self._buffer = buffer
        return found


class DfPlayer:
    """`poll` gives None, "ok" when the player can be heard of (again), or a fault: "absent" or "no card"."""

    def __init__(self, uart, busy_pin) -> None:
        self._uart = uart
        self._busy = busy_pin  # low while a track plays
        self._parser = Parser()
        self._volume = Ramp(0)  # in loudness
        self._sent_volume = -1
        self._target = 0
        self._track = self._next_track = 0  # folder << 8 | file; 0 is silence
        self._length_ms = self._next_length_ms = 0  # 0 where it is not known
        self._waits = False  # the track has ended and nobody has said what comes next
        self._fade_in_ms = 0
        self._polled_ms = self._next_ms = self._ask_ms = self._heard_ms = 0
        self._ordered_ms = self._right_ms = 0  # the last order to play or stop; BUSY last agreed with it
        self._began = False  # BUSY has shown the track that was ordered
        self._card = True
        self._answers = self._lived = self._started = False
        self._fault: str | None = ""
        self._asks = _ASKED_TIMES  # for the number of files, still
        self.files: int | None = None  # on the card
        self._ended: str | None = None

    @property
    def poll_every_ms(self) -> int:
        busy = self._track != self._next_track or self._sent_volume != step_of(LOUDNESS[self._target])
        return 100 if busy or (self._asks and not self._track) or self._ends_soon else 500

    def ended(self) -> str | None:
        """What became of the track since somebody asked last: "finished", or "missing" when the card hasn't got it."""
        ended, self._ended = self._ended, None
        return ended

    def want(self, now_ms: int, folder: int, file: int, seconds: int, volume: int, fade_ms: int) -> None:
        """Play this track (folder 0: silence), `seconds` long if that is known, at this volume of 30, faded over
        `fade_ms` in all. Behind a track that has ended the next one begins at once and the fade goes on as it was."""
        track, volume = folder << 8 | file if folder else 0, volume if folder else 0
        same, self._next_track = track == self._next_track and not self._waits, track
        self._next_length_ms = seconds * 1000
        moved, self._target = volume != self._target, volume
        if self._waits and track and self._track:
            self._play(now_ms)
            if moved:
                self._volume.go(now_ms, LOUDNESS[volume], fade_ms)
        elif same or track == self._track:
            if self._track == track and (moved or fade_ms):
                self._volume.go(now_ms, LOUDNESS[volume], fade_ms)
        else:
            out_ms = 0 if not self._track or self._waits else fade_ms // 3 if track else fade_ms
            self._fade_in_ms = max(_SOFT_MS, fade_ms - out_ms)
            self._volume.go(now_ms, 0, out_ms)
        self._waits = False

    def poll(self, now_ms: int) -> str | None:
        if not self._started:
            self._started = True
            self._heard_ms = now_ms
            self._send(now_ms, _RESET, 0)
            self._next_ms = now_ms + _START_MS
        if self._uart.any():
            for command, parameter in self._parser.feed(self._uart.read() or b""):
                self._take(now_ms, command, parameter)
        self._polled_ms = now_ms
        self._watch_busy(now_ms)
        if now_ms >= self._next_ms:
            self._advance(now_ms)
        return self._judge(now_ms)

    # --- what is sent -------------------------------------------------------------------------------------------------

    def _send(self, now_ms: int, command: int, parameter: int) -> None:
        self._uart.write(frame(command, parameter))
        self._next_ms = now_ms + _GAP_MS

    def _advance(self, now_ms: int) -> None:
        """At most one frame: the volume on its way, the change of track at its lowest point, or a question."""
        volume = step_of(self._volume.at(now_ms))
        settled = self._track == self._next_track
        if volume != self._sent_volume:
            self._sent_volume = volume
            self._send(now_ms, _VOLUME, volume)
        elif self._asks and not self._track:
            self._asks -= 1
            self._send(now_ms, _ASK_FILES, 0)
            self._next_ms = now_ms + _ANSWER_MS
        elif self._waits:
            pass
        elif not settled and not self._volume.moving(now_ms):
            self._switch(now_ms)
        elif settled and self._track and self._is_over(now_ms):
            self._begin_again(now_ms)  # the player may have restarted, and be at full volume
            self._end("finished")
        elif settled and self._astray(now_ms):
            self._put_right(now_ms)
        elif now_ms >= self._ask_ms:
            self._ask_ms = now_ms + _ASK_EVERY_MS
            self._send(now_ms, _ASK_VOLUME, 0)

    def _switch(self, now_ms: int) -> None:
        if self._next_track:
            self._play(now_ms)
            self._volume.go(now_ms, LOUDNESS[self._target], self._fade_in_ms)
        else:
            self._track = 0
            self._order(now_ms, _STOP, 0)

    def _play(self, now_ms: int) -> None:
        self._track, self._length_ms = self._next_track, self._next_length_ms
        self._order(now_ms, _PLAY, self._track)

    def _order(self, now_ms: int, command: int, parameter: int) -> None:
        self._ordered_ms = self._right_ms = now_ms
        self._began = False
        self._send(now_ms, command, parameter)

    # --- what is seen -------------------------------------------------------------------------------------------------

    def _watch_busy(self, now_ms: int) -> None:
        playing = self._busy.value() == 0
        if playing == bool(self._track):
            self._right_ms = now_ms
        if playing and self._track:
            self._heard_ms = now_ms
            # Straight after an order BUSY may still show the track before.
            self._began = self._began or now_ms - self._ordered_ms >= _TWICE_MS
            self._card = self._lived = True

    @property
    def _ends_soon(self) -> bool:
        return bool(self._length_ms) and self._polled_ms - self._ordered_ms > self._length_ms - 2000

    def _is_over(self, now_ms: int) -> bool:
        """Without a word: by BUSY, or by the time that the track has."""
        played_ms = now_ms - self._ordered_ms
        if self._length_ms and played_ms > self._length_ms + _LATE_MS:
            return True
        return self._began and self._astray(now_ms) and played_ms > self._length_ms - _EARLY_MS

    def _astray(self, now_ms: int) -> bool:
        return now_ms - self._right_ms > (_GAP_TRACKS_MS if self._began else _BUSY_LAG_MS)

    def _put_right(self, now_ms: int) -> None:
        """BUSY contradicts the last order: a silence that plays, a track that broke off, or one that never began."""
        if not self._track:
            self._sent_volume = -1
            self._order(now_ms, _STOP, 0)
        else:
            if not self._began and self._lived and not self._answers:
                self._ended = "missing"  # a mute clone has no other way to say so
            self._begin_again(now_ms)

    def _begin_again(self, now_ms: int) -> None:
        """As after a change of track, since nobody knows which volume the player has now."""
        self._track = 0
        self._sent_volume = -1
        self._volume.go(now_ms, 0, 0)
        self._fade_in_ms = _SOFT_MS

    def _end(self, how: str) -> None:
        self._ended = how
        self._waits = True

    def _take(self, now_ms: int, command: int, parameter: int) -> None:
        self._heard_ms = now_ms
        self._answers = True
        settled = self._track and self._track == self._next_track
        if command == _FINISHED:
            if settled and not self._waits and now_ms - self._ordered_ms >= _TWICE_MS:
                self._end("finished")
        elif command == _ASK_VOLUME and parameter != self._sent_volume:
            self._sent_volume = -1  # sent again at the next turn
        elif command == _ASK_FILES:
            self.files, self._asks, self._next_ms = parameter, 0, now_ms
        elif command == _ERROR and parameter in _NO_CARD_ERRORS:
            self._take_error(settled)
        elif command in (_CARD_IN, _CARD_OUT):
            self._another_card(command == _CARD_IN)
        elif command == _ONLINE:
            self._another_card(bool(parameter & 2))

    def _take_error(self, settled) -> None:
        """The card hasn't got the file; if it is the first of its folder, it hasn't got anything."""
        if settled and self._track & 0xFF != 1:
            self._end("missing")
        elif self._track:
            self._card = False

    def _another_card(self, there: bool) -> None:
        self._card = there
        self.files, self._asks = None, _ASKED_TIMES if there else 0

    def _judge(self, now_ms: int) -> str | None:
        mute = self._lived and not self._answers
        fault = None
        if now_ms - self._heard_ms > _ABSENT_AFTER_MS and (self._next_track or not mute):
            fault = "absent"
        elif not self._card:
            fault = "no card"
        if fault == self._fault:
            return None
        self._fault = fault
        return fault or "ok"
