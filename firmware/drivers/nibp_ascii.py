"""A cuff module that talks ASCII on a UART, 4800 baud: start, abort and read a blood pressure.

It has the face of nibp.py, and its duties: no cuff stays under pressure because a byte was lost. But this family says
less. It acknowledges nothing, tells its cuff's pressure only while it measures, without a checksum, and keeps its last
result for whoever asks. Frames and their traps: nibp_ascii_frames.py. So:

A cycle is: the result that stands, adult mode, first inflation, start; then the stream of pressures says that it runs.
999, or no pressure for three seconds, says that it may be over, and the result is asked for. It counts only if

- it is of this cycle: nibp_ascii_witness.py. One that is not yet is asked for again, five times;
- no pressure follows it for a second: a 999 that noise has made of another number ends nothing;
- its numbers are in the order that this module's were in before, as no module changes that;
- and the module is not in neonatal mode, which its stream says.

What ends without numbers is stopped as well: the stream may be all that has ended.

The stream is believed in threes: three pressures in a row over 300 mmHg, in the wrong mode, or while nobody has asked
for a reading end in an abort.

An abort is sent at once and every half second, with a question for the result between, until the stream has stopped and
the module has answered. Whether the cuff is then empty it does not say, so nothing here says so either; a stream that
goes on over 20 mmHg for ten seconds is told as a cuff that stays tight. The module's own limits remain the protection.

Never tried on a module.
"""

from drivers import nibp_ascii_frames as frames
from drivers.nibp_ascii_frames import Pressure, Result
from drivers.nibp_ascii_witness import Witness
from sitter import cuff_codes
from sitter.cuff_codes import STOPPED, BloodPressure, CuffFault

_IDLE, _STARTING, _MEASURING, _FETCHING, _ABORTING = range(5)
_OVERPRESSURE = 89  # the other module's code for it
# In turn, where an abort is to be believed: sent twice at least, then asked whether the module still answers.
_EMPTYING = (frames.STOP, frames.STOP, frames.GET_RESULT)

GAP_MS = 150  # between two frames to the module, which at this rate take 17 ms each
_ANSWER_MS = 1000
_ABORT_AGAIN_MS = 500
_BEGINS_MS = 3000  # from a start to its stream
_STARTS = 2
_OVER_MS = 1000  # for a stream that ended to go on
_LOST_MS = 3000
_TRIES = 5
_EMPTYING_TRIES = 21  # the last of them is a question
_CYCLE_MS = 180000
_ALIVE_EVERY_MS = 20000
_EMPTY_MMHG, _MOST_MMHG = 20, 300
_BELIEVED = 3  # pressures in a row
_TIGHT_MS = 10000


class NibpAscii:
    """`poll` drives a cycle on and gives its outcome once; the rest is as with nibp.Nibp."""

    serviced_here = held = False  # frames for it are not known

    def __init__(self, uart) -> None:
        uart.init(baudrate=frames.BAUD)
        self._uart = uart
        self._parser = frames.Parser()
        self._state = _IDLE
        self._outcome = STOPPED
        self._report_abort = self._start_next = False
        self._first_mmhg: int | None = None
        self._before: list[bytes] = []  # what goes out before the start, the next one last
        self._began_ms = self._asked_ms = self._heard_ms = self._streamed_ms = 0
        self._tries = 0
        self._strange = 0
        self._witness = Witness()
        self._result: Result | None = None
        self._unsound = 0  # results with a wrong sum, before this one was asked for
        self._pressed_ms: int | None = None
        self.answered = False
        self.tight = False
        self.cuff_mmhg: int | None = None
        self.silent = False
        self.cycles = 0
        self.hold = None

    @property
    def busy(self) -> bool:
        return self._state != _IDLE

    @property
    def poll_every_ms(self) -> int:
        return 100 if self.busy or (self._tries and not self.silent) else 1000

    def lend(self, hold) -> bool:
        return False

    # --- what is wanted -----------------------------------------------------------------------------------------------

    def start(self, now_ms: int, first_mmhg: int | None = None) -> bool:
        """Begin a cycle; False, and nothing sent, while one runs. After a reset it begins once that is through."""
        if self.busy and (self._state != _ABORTING or self._report_abort or self._start_next):
            return False
        self._first_mmhg = first_mmhg
        if self._pressed_ms is not None and not self.busy:  # not on top of that
            self._stop(now_ms, STOPPED)
        self._start_next = self.busy
        if not self.busy:
            self._begin(now_ms)
        return True

    def abort(self, now_ms: int) -> None:
        """Deflate now. The outcome STOPPED follows, if a cycle was running."""
        self._stop(now_ms, STOPPED)

    def reset(self, now_ms: int) -> None:
        """After a restart of the unit: whatever the module was doing, it is to deflate; no outcome follows."""
        self._state = _IDLE
        self._start_next = False
        self._stop(now_ms, STOPPED)

    def look(self, now_ms: int) -> None:
        """Ask a module at rest for its last result, to see that it answers: `answered`. Nothing is inflated by that."""
        self.answered = False
        if self._state == _IDLE:
            self._send(now_ms, frames.GET_RESULT)

    def _begin(self, now_ms: int) -> None:
        first = [] if self._first_mmhg is None else [frames.first_inflation(self._first_mmhg)]
        self._before = [frames.START] + first + [frames.ADULT, frames.GET_RESULT]
        self._state, self._tries, self._start_next = _STARTING, 0, False
        self._began_ms = self._streamed_ms = now_ms
        self._strange = 0
        self._witness.begin(now_ms)
        self._result = self.cuff_mmhg = None
        if now_ms - self._asked_ms >= GAP_MS:
            self._go_on_starting(now_ms)

    def _stop(self, now_ms: int, outcome: int) -> None:
        if self._state != _ABORTING or self._start_next:
            self._report_abort = self.busy
            self._outcome = outcome
        self._start_next = False
        self._state = _ABORTING
        self._tries = self._strange = 0
        self._send_next_stop(now_ms)

    def _send_next_stop(self, now_ms: int) -> None:
        self._send(now_ms, _EMPTYING[self._tries % len(_EMPTYING)])
        self._tries += 1

    def _send(self, now_ms: int, frame: bytes) -> None:
        self._uart.write(frame)
        self._asked_ms = now_ms

    # --- what comes ---------------------------------------------------------------------------------------------------

    def poll(self, now_ms: int) -> BloodPressure | CuffFault | None:
        outcome = None
        if self._uart.any():
            unsound = self._parser.unsound
            found = self._parser.feed(self._uart.read() or b"")
            if found or self._parser.unsound != unsound:
                self._heard_ms, self.silent = now_ms, False
                self._tries = 0 if self._state == _IDLE else self._tries
            for frame in found:
                if isinstance(frame, Pressure):
                    self._take_pressure(now_ms, frame)
                else:
                    outcome = self._take_result(now_ms, frame) or outcome
        return outcome or self._advance(now_ms)

    def _take_pressure(self, now_ms: int, told: Pressure) -> None:
        if told.mmhg == frames.END_MMHG:
            if self._state == _MEASURING:
                self._streamed_ms = now_ms - _LOST_MS + _OVER_MS
                self._witness.take_end()
            return
        self._streamed_ms, self.cuff_mmhg = now_ms, told.mmhg
        self._note_pressure(now_ms, told.mmhg)
        begins = self._state == _STARTING and not self._before and told.state == frames.MEASURES
        if begins or self._state == _FETCHING:
            self.cycles += self._state == _STARTING
            self._state, self._tries, self._result = _MEASURING, 0, None
        if self._state == _MEASURING:
            self._witness.take_pressure(told.mmhg)
        reason = self._what_is_wrong(told)
        self._strange = self._strange + 1 if reason else 0
        if reason and self._strange >= _BELIEVED:
            self._stop(now_ms, reason)

    def _what_is_wrong(self, told: Pressure) -> int | None:
        """Why a cycle is not to go on with this, or why nobody should be pumping."""
        if self._state == _MEASURING:
            return cuff_codes.NEONATE if told.patient else _OVERPRESSURE if told.mmhg > _MOST_MMHG else None
        return STOPPED if self._state == _IDLE and told.mmhg >= _EMPTY_MMHG else None

    def _note_pressure(self, now_ms: int, mmhg: int) -> None:
        """For how long has there been some that should not be?"""
        if mmhg < _EMPTY_MMHG or self._state in (_STARTING, _MEASURING, _FETCHING):
            self._pressed_ms = None
        elif self._pressed_ms is None:
            self._pressed_ms = now_ms
        self.tight = self._pressed_ms is not None and now_ms - self._pressed_ms >= _TIGHT_MS

    def _take_result(self, now_ms: int, result: Result) -> CuffFault | None:
        self.answered = True
        if self._state == _FETCHING:
            self._result = result
        elif self._state != _MEASURING:  # where it may be late, and this cycle's
            self._witness.take_before(result)
        if self._state == _ABORTING and self._tries >= len(_EMPTYING) and now_ms - self._streamed_ms >= _OVER_MS:
            return self._aborted(now_ms)
        return None

    # --- what is due --------------------------------------------------------------------------------------------------

    def _advance(self, now_ms: int) -> BloodPressure | CuffFault | None:
        if now_ms - self._asked_ms < GAP_MS:
            return None
        if self._state == _IDLE:
            return self._stay_in_touch(now_ms)
        if self._state == _ABORTING:
            return self._go_on_stopping(now_ms)
        if now_ms - self._began_ms > _CYCLE_MS:
            self._stop(now_ms, cuff_codes.TOO_LONG)
        elif self._state == _STARTING:
            self._go_on_starting(now_ms)
        elif self._state == _MEASURING:
            if now_ms - self._streamed_ms >= _LOST_MS:
                self._state, self._tries, self._unsound = _FETCHING, 0, self._parser.unsound
        else:
            return self._fetch(now_ms)
        return None

    def _go_on_starting(self, now_ms: int) -> None:
        if self._before:
            self._send(now_ms, self._before.pop())
            self._tries = 1
        elif now_ms - self._asked_ms < _BEGINS_MS:
            return
        elif self._tries < _STARTS:
            self._send(now_ms, frames.START)
            self._tries += 1
        else:
            self._stop(now_ms, cuff_codes.REFUSED if self._heard_ms >= self._began_ms else cuff_codes.NO_ANSWER)

    def _fetch(self, now_ms: int) -> BloodPressure | None:
        if self._tries and now_ms - self._asked_ms < max(_ANSWER_MS, _OVER_MS):
            return None
        if self._result:
            outcome = self._witness.outcome(now_ms, self._result)
            if isinstance(outcome, BloodPressure):
                self._witness.believe(self._result)
                self._state, self._tries, self.cuff_mmhg = _IDLE, 0, None
                return outcome
            if outcome.code != cuff_codes.IMPLAUSIBLE or self._tries >= _TRIES:
                self._stop(now_ms, outcome.code)
                return None
        if self._tries >= _TRIES:
            self._stop(now_ms, cuff_codes.UNSOUND if self._parser.unsound > self._unsound else cuff_codes.NO_ANSWER)
            return None
        self._send(now_ms, frames.GET_RESULT)
        self._tries += 1
        return None

    def _go_on_stopping(self, now_ms: int) -> CuffFault | None:
        if now_ms - self._asked_ms < (GAP_MS if self._tries == 1 else _ABORT_AGAIN_MS):
            return None
        if self._tries < _EMPTYING_TRIES:
            self._send_next_stop(now_ms)
            return None
        # Nobody has said that it has stopped. A silent one is told so again by _stay_in_touch.
        self.silent = now_ms - self._heard_ms >= _ANSWER_MS
        if self.silent or now_ms - self._streamed_ms < _OVER_MS:
            self._outcome = cuff_codes.NO_ANSWER
        self._report_abort = self._report_abort or self._start_next
        self._start_next = False
        return self._aborted(now_ms)

    def _aborted(self, now_ms: int) -> CuffFault | None:
        self._state, self._tries, self.cuff_mmhg = _IDLE, 0, None
        if self._start_next:
            self._begin(now_ms)
        return CuffFault(self._outcome) if self._report_abort else None

    def _stay_in_touch(self, now_ms: int) -> None:
        """Between cycles, ask for the last result now and then: a pulled plug shows before it is needed. A module that
        does not answer is told to stop as well."""
        if now_ms - self._asked_ms < (_ANSWER_MS if self._tries or self.silent else _ALIVE_EVERY_MS):
            return
        self.silent = self.silent or self._tries >= _TRIES
        self._send(now_ms, frames.STOP if self.silent and self._tries & 1 else frames.GET_RESULT)
        self._tries += 1
