"""SunTech Advantage NIBP module on a UART, 9600 baud: start, abort and read a blood pressure.

A cycle is: start, `O` (received), cuff pressure asked for every 200 ms, `K` (finished), result asked for. The module
wants about 100 ms between frames and loses one sent too early. Its frames: nibp_frames.py; the line: nibp_line.py.

The cuff must never stay under pressure because a byte was lost: an abort is sent at once and again until the module
says that it has ended, a cycle that lasts too long is aborted, a module that does not answer is aborted blindly until
it does, and pressure found while the cuff should rest is let out. After an abort the cuff is looked at soon, and where
pressure is found or valves had been closed for a service (nibp_hold.py), the module is told to open its valves too. The
same is done behind every cycle. Pressure that will not go for ten seconds is a valve or a hose that sticks: that is
told, and nothing is inflated over it. Its own limits (overpressure, 180 s) are independent of all this and remain the
protection.

An acknowledgement that answers an earlier frame must not pass for the end of this cycle, or the module would be asked
for its previous result: nibp_start.py.
"""

from drivers import nibp_frames as frames
from drivers.nibp_line import GAP_MS, Line
from drivers.nibp_start import ABORTED, BEGUN, FINISHED, LATER, Start
from sitter.cuff_codes import NO_ANSWER, REFUSED, STOPPED, TOO_LONG, BloodPressure, CuffFault

_STOPPED_THERE = 0x56  # the module's own code for a cycle that was stopped at the module

# States of a cycle
_IDLE, _STARTING, _MEASURING, _FETCHING, _ABORTING = range(5)
_FRAMES = (frames.GET_CUFF, None, frames.GET_CUFF, frames.GET_RESULT, frames.ABORT)
# In turn, where an abort alone may not let the pressure out, until a reading behind them says that the cuff is empty.
_EMPTYING = (frames.ABORT, frames.OPEN_VALVES, frames.GET_CUFF, frames.GET_CUFF)

_CUFF_EVERY_MS = 200
_ANSWER_MS = 1000
_ABORT_AGAIN_MS = 500
_TRIES = 5
_EMPTYING_TRIES = 20
_SETTLE_MS = 1500  # for what the module still has to say to that
_CYCLE_MS = 180000
_ALIVE_EVERY_MS = 20000
_EMPTY_MMHG = 20  # below this a cuff that rests counts as empty
_TIGHT_MS = 10000  # a cuff on a large arm takes some seconds to let its air out


class Nibp:
    """`poll` drives a cycle on and gives its outcome once. `silent`: the module has not answered for a while. `tight`:
    pressure stays in the cuff, whatever the module is told."""

    serviced_here = True  # by a hold (nibp_hold.py)

    def __init__(self, uart) -> None:
        self._line = Line(uart)
        self._state = _IDLE
        self._outcome = STOPPED  # what an abort is reported as
        self._began_ms = 0
        self._tries = 0  # frames sent in a row without an answer
        self._start = Start()
        self._report_abort = self._start_next = False
        self._unseen = False  # nobody has seen the cuff empty since the last abort
        self._shut = False  # its valves may be closed without a cycle
        self._pressed_ms: int | None = None  # since when there is pressure that should not be
        self.tight = False
        self.cuff_mmhg: int | None = None
        self.silent = False
        self.cycles = 0  # that the module has begun since this start
        self.hold = None  # nibp_hold.Hold, the last that had the line

    @property
    def busy(self) -> bool:
        return self._state != _IDLE or self.held

    @property
    def held(self) -> bool:
        """For a service: the valves are closed, and `hold` has the line."""
        return self.hold is not None and not self.hold.ended

    @property
    def poll_every_ms(self) -> int:
        return 100 if self.busy or (self._tries and not self.silent) else 1000

    def lend(self, hold) -> bool:
        """Give a hold the line, until it ends; False while the module is at work or silent."""
        if self.busy or self.silent or self._unseen:
            return False
        self.hold = hold
        return True

    @property
    def answered(self) -> bool:
        """Whether the module has answered since `look`."""
        return self.cuff_mmhg is not None

    def start(self, now_ms: int, first_mmhg: int | None = None) -> bool:
        """Begin a cycle; False, and nothing sent, while one runs. After a reset it begins once the cuff is empty. Under
        a service's hold it only ends that, and is reported as stopped. `first_mmhg`: how far to inflate at first."""
        if self.held:
            self.take_back(now_ms, "start")
            self._report_abort = True
            return False
        if self.busy and (self._state != _ABORTING or self._report_abort or self._start_next):
            return False
        if self._pressed_ms is not None and not self.busy:  # not on top of that
            self._shut = True
            self._stop(now_ms, STOPPED)
        self._start = Start(first_mmhg)
        self._start_next = self.busy
        if not self.busy:
            self._begin(now_ms)
        return True

    def _begin(self, now_ms: int) -> None:
        self._state = _STARTING
        self._tries = 0
        self._start_next = False
        self._began_ms = now_ms
        if now_ms >= self._line.next_ms:
            self._ask(now_ms)

    def abort(self, now_ms: int) -> None:
        """Deflate now. The outcome STOPPED follows, if a cycle was running."""
        if self.held:
            self.take_back(now_ms, "abort")
        else:
            self._stop(now_ms, STOPPED)

    def reset(self, now_ms: int) -> None:
        """After a restart of the unit: whatever the module was doing, it is to deflate; no outcome follows."""
        self._state = _IDLE
        self._start_next = False
        self._stop(now_ms, STOPPED)

    def _stop(self, now_ms: int, outcome: int) -> None:
        if self._state != _ABORTING or self._start_next:
            self._report_abort = self.busy
            self._outcome = outcome
        self._start_next = False
        self._state = _ABORTING
        self._unseen = True
        self._tries = 0
        self._ask(now_ms)

    def take_back(self, now_ms: int, why: str) -> None:
        """The line from a hold; its valves are to open."""
        if self.hold:
            self.hold.end(why)
        self._shut = True
        self._stop(now_ms, STOPPED)

    def _ask(self, now_ms: int) -> None:
        """Send the frame of the state that the cycle is in."""
        blind = self._state == _IDLE and self.silent
        if self._shut and (blind or self._state == _ABORTING):
            frame = _EMPTYING[self._tries % len(_EMPTYING)]
        else:
            frame = frames.ABORT if blind else _FRAMES[self._state] or self._start.frame(now_ms)
        if frame:
            self._tries += self._state != _STARTING or frame is frames.START_ADULT
            self._line.send(now_ms, frame)

    def look(self, now_ms: int) -> None:
        """Ask a module at rest for the pressure in its cuff now: `cuff_mmhg` is None until it has answered. Nothing is
        inflated by that; pressure that is found there is let out."""
        if self._state == _IDLE:
            self.cuff_mmhg = None
            self._unseen = True  # where it can't be asked just now, it is soon
            if now_ms >= self._line.next_ms:
                self._ask(now_ms)

    # --- the cycle ----------------------------------------------------------------------------------------------------

    def poll(self, now_ms: int) -> BloodPressure | CuffFault | None:
        if self.hold and self.held:
            return self._serve_hold(now_ms, self.hold)
        outcome = None
        for data in self._line.received(now_ms):
            self.silent = False
            outcome = self._take(now_ms, data) or outcome
        if outcome is None:
            outcome = self._advance(now_ms)
        if outcome is not None:
            self._state = _IDLE
            self._tries = 0
            self._unseen = True
            self.cuff_mmhg = None
        return outcome

    def _serve_hold(self, now_ms: int, hold) -> None:
        frame = hold.step(now_ms, self._line.received(now_ms))
        if hold.ended:
            self.take_back(now_ms, hold.ended)
        elif frame:
            self._line.send(now_ms, frame)

    def _take(self, now_ms: int, data: bytes) -> BloodPressure | CuffFault | None:
        if self._state in (_IDLE, _MEASURING):
            self._tries = 0  # whatever it said, it is there
        if len(data) == 1:
            return self._acknowledged(now_ms, data[0])
        if len(data) == 2:
            cuff = frames.le16(data, 0)
            self.cuff_mmhg = cuff if cuff >= 0 else None
            return self._looked_at(now_ms, cuff)
        if len(data) == frames.RESULT_BYTES and self._state == _FETCHING:
            return frames.result_of(data)
        return None

    def _looked_at(self, now_ms: int, cuff_mmhg: int) -> CuffFault | None:
        """Pressure in a cuff that rests or is to be emptied: is it out?"""
        self._note_pressure(now_ms, cuff_mmhg)
        self._start.take_pressure(now_ms, cuff_mmhg)
        emptying = self._state == _ABORTING and self._shut and self._tries >= len(_EMPTYING) - 1
        if self._state == _IDLE and cuff_mmhg >= _EMPTY_MMHG:
            self._shut = True
            self._stop(now_ms, STOPPED)
        elif 0 <= cuff_mmhg < _EMPTY_MMHG and (self._state == _IDLE or emptying):
            self._unseen = self._shut = False
            if emptying:
                self._line.next_ms = now_ms + _SETTLE_MS
                return self._aborted(now_ms)
        return None

    def _note_pressure(self, now_ms: int, cuff_mmhg: int) -> None:
        """For how long has there been some that should not be? No answer tells nothing."""
        if 0 <= cuff_mmhg < _EMPTY_MMHG or self._state in (_STARTING, _MEASURING):
            self._pressed_ms = None
        elif cuff_mmhg >= _EMPTY_MMHG and self._pressed_ms is None:
            self._pressed_ms = now_ms
        self.tight = self._pressed_ms is not None and now_ms - self._pressed_ms >= _TIGHT_MS

    def _acknowledged(self, now_ms: int, code: int) -> CuffFault | None:
        if self._state == _ABORTING and code in (ABORTED, FINISHED) and not self._shut:
            return self._aborted(now_ms)
        if self._state == _STARTING:
            self._start_answered(now_ms, code)
        elif self._state == _MEASURING and code in (FINISHED, ABORTED) and self._start.may_end(now_ms):
            if code == ABORTED:
                self._stop(now_ms, _STOPPED_THERE)
            else:
                self._state = _FETCHING
                self._tries = 0
        return None

    def _start_answered(self, now_ms: int, code: int) -> None:
        meant = self._start.take(now_ms, code, self._tries)
        if meant is None:
            return
        self._tries = 0
        if meant == BEGUN:
            self.cycles += 1
            self._state = _MEASURING
        elif meant == LATER:
            self._line.next_ms = now_ms + _ANSWER_MS
        else:
            self._stop(now_ms, REFUSED)

    def _aborted(self, now_ms: int) -> CuffFault | None:
        self._state = _IDLE
        self._tries = 0
        self.cuff_mmhg = None
        if self._start_next:
            self._begin(now_ms)
        return CuffFault(self._outcome) if self._report_abort else None

    def _advance(self, now_ms: int) -> CuffFault | None:
        """Send what is due; give up on a module that does not answer."""
        if now_ms < self._line.next_ms:
            return None
        if self._state == _IDLE:
            return self._stay_in_touch(now_ms)
        if self._state != _ABORTING and now_ms - self._began_ms > _CYCLE_MS:
            self._stop(now_ms, TOO_LONG)
        elif self._state == _MEASURING and self._start.dead:
            self._stop(now_ms, REFUSED)
        elif self._tries and now_ms - self._line.asked_ms < self._patience_ms():
            return None
        elif self._tries >= (_EMPTYING_TRIES if self._shut and self._state == _ABORTING else _TRIES):
            return self._give_up(now_ms)
        elif self._state != _MEASURING or now_ms - self._line.asked_ms >= _CUFF_EVERY_MS:
            self._ask(now_ms)
        return None

    def _patience_ms(self) -> int:
        if self._state != _ABORTING:
            return _ANSWER_MS
        if self._shut:
            return _CUFF_EVERY_MS
        # The first abort may have come too soon after another frame and be lost: the second follows at once.
        return GAP_MS if self._tries == 1 else _ABORT_AGAIN_MS

    def _give_up(self, now_ms: int) -> CuffFault | None:
        # It may be heard, and have a valve that sticks.
        self.silent = not self._shut or now_ms - self._line.heard_ms >= _ANSWER_MS
        if self._state != _ABORTING:
            self._stop(now_ms, NO_ANSWER)
            return None
        # Whatever was asked for, nobody has said that the cuff is empty; _stay_in_touch goes on aborting.
        self._outcome = NO_ANSWER
        self._report_abort = self._report_abort or self._start_next
        self._start_next = False
        return self._aborted(now_ms)

    def _stay_in_touch(self, now_ms: int) -> None:
        """Between cycles, ask for the cuff's pressure now and then: a pulled plug shows before it is needed."""
        soon = self._tries or self.silent or self._unseen
        if now_ms - self._line.asked_ms >= (_ANSWER_MS if soon else _ALIVE_EVERY_MS):
            self.silent = self.silent or self._tries >= _TRIES
            self._ask(now_ms)
