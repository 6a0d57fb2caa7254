"""DFPlayer Mini on a UART, 9600 baud: plays the files of a folder in turn, and fades.

Frames: `7E FF 06 command ack high low checksum checksum EF`. The part has many clones: some answer no question, some
with a wrong checksum, and all say "finished" twice. So nothing here waits for an answer: what is wanted is sent, and
the BUSY pin and whatever does come back are evidence. A player that neither answers nor shows BUSY while it should
play is absent; one that plays but has never said a word is not expected to speak in a silence. Where BUSY contradicts
what was ordered, or the volume is another than was sent, a frame was lost or the player has restarted, and maybe at
full volume: it is told again, from volume 0 up.

The part cannot cross-fade: a change of folder fades out, switches, fades in.
"""

from drivers.ramp import Ramp

_RESET, _VOLUME, _PLAY, _STOP, _ASK_VOLUME = 0x0C, 0x06, 0x0F, 0x16, 0x43
_CARD_OUT, _FINISHED, _ONLINE, _ERROR = 0x3B, 0x3D, 0x3F, 0x40
_NO_CARD_ERRORS = (1, 5, 6)  # busy or no card, no such file, mismatch

_START_MS = 2500  # the part reads its card after a reset
_GAP_MS = 100  # between two frames without acknowledgement; some clones need it after a volume
_ASK_EVERY_MS = 10000
_ABSENT_AFTER_MS = 25000
_TWICE_MS = 1000  # a "finished" so soon after an order to play is the last track's, told twice
_BUSY_LAG_MS = 6000  # how late BUSY may follow an order
_GAP_TRACKS_MS = 1500  # and for how long it may rise between tracks without a word
_SOFT_MS = 3000  # fade after an interruption
_FIRST, _LAST_FILE = 1, 255


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
        self._volume = Ramp(0)
        self._sent_volume = -1
        self._folder = self._next_folder = 0
        self._file = _FIRST
        self._target = 0
        self._fade_in_ms = 0
        self._next_ms = 0
        self._ask_ms = 0
        self._heard_ms = 0
        self._ordered_ms = self._right_ms = 0  # the last order to play or stop; BUSY last agreed with it
        self._began = False  # BUSY has shown the track that was ordered
        self._card = True
        self._answers = self._lived = self._started = False
        self._fault: str | None = ""

    @property
    def poll_every_ms(self) -> int:
        return 100 if self._folder != self._next_folder or self._sent_volume != self._target else 500

    def want(self, now_ms: int, folder: int, volume: int, fade_ms: int) -> None:
        """Play this folder (0: silence) at this volume of 30, faded over `fade_ms` in all."""
        self._next_folder, self._target = folder, volume if folder else 0
        if folder == self._folder:
            self._volume.go(now_ms, self._target, fade_ms)
            return
        self._file = _FIRST
        out_ms = fade_ms if not folder else fade_ms // 3
        self._fade_in_ms = fade_ms - out_ms
        self._volume.go(now_ms, 0, out_ms if self._folder else 0)

    def poll(self, now_ms: int) -> str | None:
        if not self._started:
            self._started = True
            self._heard_ms = now_ms
            self._send(now_ms, _RESET, 0)
            self._next_ms = now_ms + _START_MS
        if self._uart.any():
            for command, parameter in self._parser.feed(self._uart.read() or b""):
                self._take(now_ms, command, parameter)
        self._watch_busy(now_ms)
        if now_ms >= self._next_ms:
            self._advance(now_ms)
        return self._judge(now_ms)

    def _send(self, now_ms: int, command: int, parameter: int) -> None:
        self._uart.write(frame(command, parameter))
        self._next_ms = now_ms + _GAP_MS

    def _advance(self, now_ms: int) -> None:
        """At most one frame: the volume on its way, the change of folder at its lowest point, or a question."""
        volume = self._volume.at(now_ms)
        if volume != self._sent_volume:
            self._sent_volume = volume
            self._send(now_ms, _VOLUME, volume)
        elif self._folder != self._next_folder and not self._volume.moving(now_ms):
            self._switch(now_ms)
        elif self._folder == self._next_folder and self._astray(now_ms):
            self._put_right(now_ms)
        elif now_ms >= self._ask_ms:
            self._ask_ms = now_ms + _ASK_EVERY_MS
            self._send(now_ms, _ASK_VOLUME, 0)

    def _switch(self, now_ms: int) -> None:
        self._folder = self._next_folder
        if self._folder:
            self._play(now_ms, self._file)
            self._volume.go(now_ms, self._target, self._fade_in_ms)
        else:
            self._order(now_ms, _STOP, 0)

    def _play(self, now_ms: int, file: int) -> None:
        self._file = file
        self._order(now_ms, _PLAY, self._folder << 8 | file)

    def _order(self, now_ms: int, command: int, parameter: int) -> None:
        self._ordered_ms = self._right_ms = now_ms
        self._began = False
        self._send(now_ms, command, parameter)

    def _watch_busy(self, now_ms: int) -> None:
        playing = self._busy.value() == 0
        if playing == bool(self._folder):
            self._right_ms = now_ms
        if playing and self._folder:
            self._heard_ms = now_ms
            # Straight after an order BUSY may still show the track before.
            self._began = self._began or now_ms - self._ordered_ms >= _TWICE_MS
            self._card = self._lived = True

    def _astray(self, now_ms: int) -> bool:
        return now_ms - self._right_ms > (_GAP_TRACKS_MS if self._began else _BUSY_LAG_MS)

    def _put_right(self, now_ms: int) -> None:
        """BUSY contradicts the last order: a silence that plays, a track that ended unsaid, or one that never began."""
        if self._folder:
            self._begin_again(now_ms, self._following() if self._began else _FIRST)
        else:
            self._sent_volume = -1
            self._order(now_ms, _STOP, 0)

    def _begin_again(self, now_ms: int, file: int) -> None:
        """As after a change of folder, since nobody knows which volume the player has now."""
        self._file = file
        self._folder = 0
        self._sent_volume = -1
        self._volume.go(now_ms, 0, 0)
        self._fade_in_ms = _SOFT_MS

    def _following(self) -> int:
        return self._file + 1 if self._file < _LAST_FILE else _FIRST

    def _take(self, now_ms: int, command: int, parameter: int) -> None:
        self._heard_ms = now_ms
        self._answers = True
        if command == _FINISHED:
            settled = self._folder and self._folder == self._next_folder
            if settled and now_ms - self._ordered_ms >= _TWICE_MS:
                self._play(now_ms, self._following())
        elif command == _ASK_VOLUME and parameter != self._sent_volume:
            self._sent_volume = -1  # sent again at the next turn
        elif command == _ERROR and parameter in _NO_CARD_ERRORS:
            if self._folder and self._file != _FIRST:
                self._play(now_ms, _FIRST)  # there was no further file: begin again
            else:
                self._card = False
        elif command == _CARD_OUT:
            self._card = False
        elif command == _ONLINE:
            self._card = bool(parameter & 2)

    def _judge(self, now_ms: int) -> str | None:
        mute = self._lived and not self._answers
        fault = None
        if now_ms - self._heard_ms > _ABSENT_AFTER_MS and (self._next_folder or not mute):
            fault = "absent"
        elif not self._card:
            fault = "no card"
        if fault == self._fault:
            return None
        self._fault = fault
        return fault or "ok"
