"""One part of the unit tried out for a technician: the verb `selftest`, which is served with no session open only.

What can be measured is measured; a host that asks twice (`again`) sees what has moved in between. What only people can
judge is put on for a few seconds: signals by the core, light, music and screen by Trial. It ends by itself, whatever
becomes of the host, with any alarm and with a session; and none begins while an alarm stands. The cuff stays empty.
This module is in memory only once somebody has asked for it.
"""

import asked

from drivers import scratch
from drivers.link import Refused

_SHOW_MS = 8000
_BACK_MS = 1000
_FOLDER, _TRACK, _QUIET = 1, 1, 10
_BOTH_K = 3800  # as much of the one white as of the other


def ask(app, request: dict, who: str) -> dict:
    """Try a part out and write that down; with `again`, only how it is now. Raises Refused."""
    now_ms, part, again = app.board.now_ms(), asked.text(request, "part", 12), bool(request.get("again"))
    if part not in _MEASURED and part not in _SHOWN:
        raise Refused("bad-request", "part: one of those in docs/protocol.md")
    if part in _SHOWN and not again:
        _look_for_alarms(app.unit, part)
    if not again:
        app.note("selftest", who, part)
    answer = _MEASURED[part](app, now_ms) if part in _MEASURED else _shown(app, now_ms, part, request)
    return dict(answer, ok=True, at_ms=now_ms)


def _look_for_alarms(unit, part: str) -> None:
    """An alarm would end it at once; but a test of the signals is what ends the alarm about the last one."""
    for row, value, _ in unit.alarms.named():
        if (row.name, part) != ("signals_denied", "signals"):
            raise Refused("alarm", "an alarm stands: " + unit.alarms.sentence(row, value))


# --- what is measured -------------------------------------------------------------------------------------------------


def _oximeter(app, now_ms: int) -> dict:
    reading, oximeter = app.unit.vitals.reading(now_ms), app.oximeter
    told = {"fault": app.unit.faults.get("oximeter"), "source": oximeter.part,
            "lost": oximeter.lost, "reading": reading is not None,
            "die_temperature_centidegc": oximeter.die_temperature_centidegc}  # fmt: skip
    if reading is not None:
        told.update({"finger": bool(reading.finger), "perfusion_permyriad": reading.perfusion_permyriad,
                     "quality_pct": reading.quality_pct})  # fmt: skip
    return told


def _nibp(app, now_ms: int) -> dict:
    """What the module has said since it was asked last; and it is asked again, without inflating."""
    told = {"fault": app.unit.faults.get("nibp"), "busy": app.nibp.busy, "answers": app.nibp.answered,
            "cuff_mmhg": app.nibp.cuff_mmhg}  # fmt: skip
    app.nibp.look(now_ms)
    return told


def _clock(app, now_ms: int) -> dict:
    utc_s, trusted = app.clock.read()
    return {"fault": app.clock.fault, "utc_s": utc_s, "trusted": trusted}


def _storage(app, now_ms: int) -> dict:
    works = scratch.works(app.root)
    return {"fault": app.unit.faults.get("storage"), "works": works, "free_bytes": app.store.free_bytes()}


def _supply(app, now_ms: int) -> dict:
    level_pct, emptying = app.unit.battery or (None, None)
    return {"fault": app.unit.faults.get("supply"), "fitted": bool(app.unit.settings["battery_fitted"]),
            "level_pct": level_pct, "emptying": emptying}  # fmt: skip


# --- what is shown ----------------------------------------------------------------------------------------------------


class Trial:
    """Light, music or screen as somebody is to see it, until it is time to go back."""

    def __init__(self, app, until_ms: int) -> None:
        self._app = app
        self._until_ms = until_ms

    def goes_on(self, now_ms: int, alarm: bool) -> bool:
        """Looked at in every step; False when it has ended and all is as it is wanted in earnest."""
        if now_ms < self._until_ms and not alarm and not self._app.unit.session.watching:
            return True
        self.end(now_ms)
        return False

    def end(self, now_ms: int) -> None:
        app, wanted = self._app, self._app.cues
        app.display.try_out(False)
        if wanted:
            _light_up(app, now_ms, wanted.kelvin, wanted.brightness_pct)
            seconds = app.unit.director.seconds(wanted)
            app.music.want(now_ms, wanted.folder, wanted.track, seconds, wanted.volume, _BACK_MS)


def _light_up(app, now_ms: int, kelvin: int, brightness_pct: int) -> None:
    app.light.want(now_ms, kelvin, brightness_pct, 0, 0, 0)
    app.light_wanted.set()


def _shown(app, now_ms: int, part: str, request: dict) -> dict:
    unit = app.unit
    if not request.get("again"):
        unit.self_test.stop()
        unit.key_test.stop()
        if app.trial:
            app.trial.end(now_ms)
        app.trial = None
        _SHOWN[part](app, now_ms)
    elif part == "signals" and "answer" in request:
        unit.self_test.answer(bool(request["answer"]))
    if part == "keys":
        return {"running": unit.key_test.go_on(now_ms), "seen": unit.key_test.seen}
    if part == "signals":
        return {"asking": unit.self_test.asking, "running": unit.self_test.running, "result": unit.self_test.result}
    return {"fault": unit.faults.get(part), "running": app.trial is not None}


def _signals(app, now_ms: int) -> None:
    app.unit.self_test.begin(now_ms, full=True)


def _keys(app, now_ms: int) -> None:
    app.unit.key_test.begin(now_ms)


def _light(app, now_ms: int) -> None:
    app.trial = Trial(app, now_ms + _SHOW_MS)
    _light_up(app, now_ms, _BOTH_K, 100)


def _music(app, now_ms: int) -> None:
    app.trial = Trial(app, now_ms + _SHOW_MS)
    app.music.want(now_ms, _FOLDER, _TRACK, 0, min(_QUIET, app.unit.settings["volume_cap"]), _BACK_MS)


def _display(app, now_ms: int) -> None:
    app.trial = Trial(app, now_ms + _SHOW_MS)
    app.display.try_out(True)


_MEASURED = {"oximeter": _oximeter, "nibp": _nibp, "clock": _clock, "storage": _storage, "supply": _supply}
_SHOWN = {"signals": _signals, "keys": _keys, "light": _light, "music": _music, "display": _display}
