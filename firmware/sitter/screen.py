"""What the screen should say: (tile, text, colour) for every tile of the layout. Knows no pixels.

A number that is not current is `---`, never the last one. The alarm line pages through all active alarms, the most
urgent first. Whatever hangs on the screen says nothing that the lamps and the sounder do not say too.
"""

from sitter import keypad
from sitter.alarm_table import MEDIUM

PHASE_TITLES = {
    "idle": "IDLE",
    "checks": "CHECKS",
    "ready": "READY",
    "onset": "ONSET",
    "peak": "PEAK",
    "return": "RETURN",
    "recovery": "RECOVERY",
    "stopped": "STOPPED",
    "closed": "CLOSED",
}
ALARM_COLOURS = ("dim", "cyan", "yellow", "red")
PAGE_MS = 3000


def fields(now_ms: int, unit) -> tuple:
    """Every tile's text and colour for this moment."""
    return _top(now_ms, unit) + _vitals(now_ms, unit) + _alarm(now_ms, unit) + _bottom(now_ms, unit)


def clock_text(ms: int) -> str:
    """Hours and minutes of a span: `0:42`."""
    minutes = max(0, ms) // 60000
    return "%d:%02d" % (minutes // 60, minutes % 60)


def _top(now_ms: int, unit) -> tuple:
    t0_ms = unit.session.t0_ms
    # Before the dose whose plan this is, for staff to compare; after it the time since.
    code = unit.mandate.code
    since = code if t0_ms is None else "dose +" + clock_text(now_ms - t0_ms)
    return (("phase", PHASE_TITLES[unit.session.phase], "white"), ("clock", since, "white"))


def _vitals(now_ms: int, unit) -> tuple:
    vitals = unit.vitals
    reading = vitals.reading(now_ms)
    pulse, spo2 = vitals.pulse_bpm(now_ms), vitals.spo2_pct(now_ms)
    if reading is None:
        note = "no sensor"
    elif not reading.finger:
        note = "no finger"
    else:
        note = _trend(pulse, unit.baseline.pulse_bpm) if pulse is not None else "searching"
    if unit.same_arm.suspected:
        note = "cuff arm?"
    pressure = vitals.pressure
    bp = "---/--" if pressure is None else "%d/%d" % (pressure[0], pressure[1])
    age_ms = vitals.pressure_age_ms(now_ms)
    if unit.cuff.busy:
        age = "measuring"
    else:
        due = "CUFF SERVICE DUE" if unit.cuff.service_due and not unit.session.watching else ""
        age = due if age_ms is None else "%s%d min ago" % ("HAND " if vitals.pressure_by_hand else "", age_ms // 60000)
        age += _trend(pressure and pressure[0], unit.baseline.systolic_mmhg, " ")
    return (
        ("pulse", "---" if pulse is None else str(pulse), "green"),
        ("pulse_note", note, "dim"),
        ("spo2", "---" if spo2 is None else str(spo2), "cyan"),
        ("spo2_note", unit.spo2_mark, "dim"),
        ("bp", bp, "white"),
        ("bp_note", age, "dim"),
    )


def _trend(now: int | None, own: int | None, before: str = "") -> str:
    """How far a number is from the patient's own, after the dose: `+12`."""
    return "" if now is None or own is None else before + "%+d" % (now - own)


def _alarm(now_ms: int, unit) -> tuple:
    active = unit.alarms.named()
    if not active:
        notice = "" if unit.session.watching else "NOT WATCHING"
        return (("alarm", "", "dim"), ("notice", notice, "dim"))
    row, value, priority = active[(now_ms // PAGE_MS) % len(active)]
    text = unit.alarms.sentence(row, value)
    left_s = (unit.alarms.pause_left_ms(now_ms) + 999) // 1000
    notice = "SOUND PAUSED %d:%02d" % (left_s // 60, left_s % 60) if left_s else ""
    if len(active) > 1:
        notice += "%s%d alarms" % ("  " if notice else "", len(active))
    return (("alarm", text, ALARM_COLOURS[priority]), ("notice", notice, "white"))


def _bottom(now_ms: int, unit) -> tuple:
    bp, following, mark = keypad.labels(now_ms, unit)
    stop = "STOP" if unit.session.dosed else "HELP"
    return (
        ("prompt", keypad.prompt(now_ms, unit), "white"),
        ("key_silence", "SILENCE", ALARM_COLOURS[MEDIUM] if unit.alarms.active() else "dim"),
        ("key_stop", stop, "white"),
        ("key_bp", bp, "white"),
        ("key_next", following, "white"),
        ("key_mark", mark, "white"),
    )
