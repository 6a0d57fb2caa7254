"""The service of the cuff module: the verb `nibp.service`, which is served with no session open only.

`close` makes a manometer of the module (drivers/nibp_hold.py): what a technician pumps in by hand stays. The host that
asked has to `look` every now and then, or the valves open by themselves; they do with any alarm and with a session too,
and none are closed while an alarm stands. What the readings come to is judged by the host and its technician. `done`
writes down what came of it; only a service that was passed moves the date of the next.
This module is in memory only once somebody has asked for it.
"""

import asked
from uploads import put_on_flash

from drivers.link import Refused
from drivers.nibp_hold import Hold
from sitter.utc import iso

_EVENT = "nibp service"
_RESULTS = ("passed", "failed")


class Held:
    """Looked at in every step, as checkup.Trial is: valves are closed for nobody but the technician."""

    def __init__(self, app, hold) -> None:
        self._app = app
        self._hold = hold

    def goes_on(self, now_ms: int, alarm: bool) -> bool:
        if alarm or self._app.unit.session.watching:
            self._end(now_ms, "alarm" if alarm else "session")
        return not self._hold.ended

    def end(self, now_ms: int) -> None:
        self._end(now_ms, "opened")

    def _end(self, now_ms: int, why: str) -> None:
        if not self._hold.ended:
            self._app.nibp.take_back(now_ms, why)


def ask(app, request: dict, who: str) -> dict:
    """One act of a service. Raises Refused."""
    now_ms, act = app.board.now_ms(), asked.text(request, "act", 8)
    if act not in _ACTS:
        raise Refused("bad-request", "act: one of those in docs/protocol.md")
    return dict(_ACTS[act](app, now_ms, request, who), ok=True, at_ms=now_ms)


def _close(app, now_ms: int, request: dict, who: str) -> dict:
    if not app.nibp.serviced_here:
        raise Refused("refused", "a cuff module of this kind is serviced by its maker's manual")
    for row, value, _ in app.unit.alarms.named():
        raise Refused("alarm", "an alarm stands: " + app.unit.alarms.sentence(row, value))
    _open(app, now_ms, request, who)
    hold = Hold(now_ms)
    if not app.nibp.lend(hold):
        raise Refused("busy", "the cuff module is at work, being emptied, or silent")
    app.note(_EVENT, who, asked.text(request, "step", 16))
    app.trial = Held(app, hold)
    return _told(hold)


def _look(app, now_ms: int, request: dict, who: str) -> dict:
    """How it is; whoever asks is there."""
    hold = app.nibp.hold
    if hold is None:
        raise Refused("bad-request", "no valves have been closed")
    hold.go_on(now_ms)
    return _told(hold)


def _told(hold) -> dict:
    return {"closed": hold.closed and not hold.ended, "ended": hold.ended, "cuff_mmhg": hold.cuff_mmhg,
            "peak_mmhg": hold.peak_mmhg}  # fmt: skip


def _open(app, now_ms: int, request: dict, who: str) -> dict:
    if app.trial:
        app.trial.end(now_ms)
        app.trial = None
    return {}


def _done(app, now_ms: int, request: dict, who: str) -> dict:
    """What came of it, written down before it counts."""
    result, unit, care = request.get("result"), app.unit, app.care
    if result not in _RESULTS:
        raise Refused("bad-request", "result: passed or failed")
    if result == "passed" and not unit.clock_trusted:
        raise Refused("clock", "the unit's clock is not to be trusted, and the service needs a date")
    _open(app, now_ms, request, who)
    last = "never" if care.served_s is None else iso(care.served_s)
    app.note(_EVENT, who, result, old=last, new="%d cycles" % care.cycles)
    put_on_flash(app)
    if result == "passed" and not care.serviced(unit.utc_s(now_ms)):
        raise Refused("storage", "it could not be stored")
    care.remind(now_ms, unit)
    return care.told(now_ms, unit)


_ACTS = {"close": _close, "look": _look, "open": _open, "done": _done}
