"""What staff say with the keys: what each press does, what the labels promise, and what the unit says back.

SILENCE and STOP never change meaning. BP, NEXT and MARK are labelled on the screen, and an open menu or question has
them first. Here is who asked for what; the unit itself does it, and refuses what may not be.
"""

from sitter import doses, menus, same_arm, session

NEXT_LABELS = {
    "idle": "START",
    "checks": "READY",  # or YES, for an item of the checklist
    "ready": "HOLD: DOSE",
    "onset": "PEAK",
    "peak": "RETURN",
    "return": "RECOVER",
    "recovery": "CLOSE",
    "stopped": "CLOSE",
    "closed": "DONE",
}


def take(now_ms: int, unit, key: str, gesture: str, out) -> None:
    """One gesture of one key, or of the patient's button."""
    if unit.key_test.takes(now_ms, key, gesture):
        return
    if key == "CALL":
        _call(unit, gesture)
    elif key == "CHORD":
        unit.chord_held = gesture == "hold"
    elif gesture in ("stuck", "free"):
        unit.stuck_key = key if gesture == "stuck" else None
    if _take_into_dialog(now_ms, unit, key, gesture, out):
        return
    action = _ACTIONS.get((key, gesture))
    if action:
        action(now_ms, unit, out)


def _take_into_dialog(now_ms: int, unit, key: str, gesture: str, out) -> bool:
    """Whether the key was for something that is open on the screen."""
    dialog = open_dialog(now_ms, unit)
    taken = dialog.take(now_ms, key, gesture) if dialog else None
    if taken is None:
        return (unit.self_test.asking and _answer(unit, key, gesture)) or (
            unit.asking and _go_on(now_ms, unit, key, gesture, out)
        )
    if taken == "" or dialog is unit.inquiries.questions:
        return True
    if dialog is unit.picks:
        menus.picked(now_ms, unit, taken, out)
    elif dialog is unit.dial:
        menus.dialled(now_ms, unit, taken, out)
    else:
        menus.choose(now_ms, unit, taken, out)
    return True


def open_dialog(now_ms: int, unit):
    """What has the keys BP, NEXT and MARK at this moment, if anything has. The cuff comes before questions: BP defers a
    reading or lets pressure out, whatever the unit would like to know."""
    for dialog in (unit.picks, unit.dial, unit.menu):
        if dialog.is_open(now_ms):
            return dialog
    questions = unit.inquiries.questions
    return questions if questions.is_open(now_ms) and not (unit.cuff.busy or unit.cuff.announced) else None


def _call(unit, gesture: str) -> None:
    """The patient's button: stuck is a line that is cut, or somebody lies on it."""
    if gesture == "down":
        unit.patient_calls = True
    elif gesture in ("stuck", "free"):
        unit.call_held = gesture == "stuck"


# --- a key of its own -------------------------------------------------------------------------------------------------


def _silence(now_ms: int, unit, out) -> None:
    """Pause what sounds. What stands until somebody has seen it has been seen; not what nobody has heard of yet."""
    seen = []
    for row, until_ms in unit.alarms.silence(now_ms):
        unit.record(out, "silence", now_ms, alarm=row.name, until_ms=until_ms, cause="key SILENCE")
        seen.append(row.source)
    unit.help_called = unit.help_called and "help_called" not in seen
    unit.patient_calls = unit.patient_calls and "patient_calls" not in seen
    if "restarted" in seen:
        unit.restarted = None
    if "program_fault" in seen:
        unit.faults["program"] = None


def _music(now_ms: int, unit, out) -> None:
    """SILENCE held silences the music too; held again, it comes back."""
    unit.say(now_ms, unit.director.switch(unit))


def _stop_down(now_ms: int, unit, out) -> None:
    """Whether STOP turns out short or held, pressure leaves the cuff at once."""
    unit.cuff.deflate(out)


def _help(now_ms: int, unit, out) -> None:
    unit.help_called = unit.assessing = True


def _end(now_ms: int, unit, out) -> None:
    unit.move(now_ms, session.END, "key STOP held", out)


def _pressure(now_ms: int, unit, out) -> None:
    if unit.cuff.busy:
        unit.cuff.deflate(out)
    elif unit.cuff.may_defer(unit.session):
        unit.cuff.defer(now_ms, unit, "key BP", out)
    elif unit.session.watching and unit.cuff.schedule.may_start(now_ms):
        unit.cuff.start(now_ms, unit, "key BP", out)
    else:
        unit.say(now_ms, "cuff is resting" if unit.session.watching else "no session open")


def _next(now_ms: int, unit, out) -> None:
    if unit.assessing:
        unit.assessing = False  # back from HELP: the labelled step is RESUME
        return
    item = unit.before.item(unit.settings) if unit.session.phase == "checks" else None
    if item is not None:
        unit.before.checked += 1
        unit.record(out, "check", now_ms, number=unit.before.checked, count=len(unit.settings["checklist"]), text=item)
        return
    refused = refusal(now_ms, unit)
    if refused:
        unit.say(now_ms, refused)
    elif unit.inquiries.leaving.missing(now_ms, unit):
        menus.leave(now_ms, unit, out)
    else:
        unit.move(now_ms, session.NEXT, "key NEXT", out)


def _dose(now_ms: int, unit, out) -> None:
    refused = doses.give(now_ms, unit, "key NEXT held", out)
    if refused:
        unit.say(now_ms, refused)


def _mark(now_ms: int, unit, out) -> None:
    if unit.session.watching:
        unit.session.marks += 1
        folder, track = unit.director.playing
        pressure = unit.vitals.pressure
        unit.record(out, "mark", now_ms, number=unit.session.marks, phase=unit.session.phase, folder=folder or None,
                    track=track or None, pulse_bpm=unit.vitals.pulse_bpm(now_ms), spo2_pct=unit.vitals.spo2_pct(now_ms),
                    systolic_mmhg=pressure and pressure[0])  # fmt: skip
        unit.say(now_ms, "moment %d marked" % unit.session.marks)


# --- other questions --------------------------------------------------------------------------------------------------


def _answer(unit, key: str, gesture: str) -> bool:
    """NEXT says that all of the test was seen and heard, MARK that it was not."""
    if gesture == "short" and key in ("NEXT", "MARK"):
        unit.self_test.answer(key == "NEXT")
    return key in ("NEXT", "MARK")


def _go_on(now_ms: int, unit, key: str, gesture: str, out) -> bool:
    """NEXT says that the session that was interrupted goes on, MARK held that it does not."""
    if (key, gesture) in (("NEXT", "short"), ("MARK", "hold")):
        unit.go_on(now_ms, key == "NEXT", out)
    return key in ("NEXT", "MARK")


_ACTIONS = {
    ("SILENCE", "down"): _silence,
    ("SILENCE", "hold"): _music,
    ("STOP", "down"): _stop_down,
    ("STOP", "short"): _help,
    ("STOP", "hold"): _end,
    ("BP", "down"): _pressure,
    ("NEXT", "short"): _next,
    ("NEXT", "hold"): _dose,
    ("MARK", "short"): _mark,
    ("MARK", "hold"): menus.open_menu,
}

# --- words ------------------------------------------------------------------------------------------------------------


def refusal(now_ms: int, unit) -> str | None:
    """Why NEXT may not move on now, in one sentence for the screen; None if it may."""
    phase = unit.session.phase
    if phase == "idle":
        return menus.start_refusal(unit) or unit.mandate.refusal(unit.today(now_ms)) or unit.director.refusal(unit)
    return unit.before.refusal(now_ms, unit.vitals, unit.settings) if phase == "checks" else None


def labels(now_ms: int, unit) -> tuple[str, str, str]:
    """What BP, NEXT and MARK do now."""
    dialog = open_dialog(now_ms, unit)
    if dialog:
        return dialog.labels()
    if unit.self_test.asking:
        return "BP", "YES", "NO"
    if unit.asking:
        return "BP", "GO ON", "HOLD: END"
    following = "RESUME" if unit.assessing else NEXT_LABELS[unit.session.phase]
    if following == "READY" and unit.before.item(unit.settings) is not None:
        following = "YES"
    elif following == "CLOSE" and unit.inquiries.leaving.missing(now_ms, unit):
        following = "LEAVING"
    later = "LATER" if unit.cuff.may_defer(unit.session) else "BP"
    return "DEFLATE" if unit.cuff.busy else later, following, "MARK"


def prompt(now_ms: int, unit) -> str:
    """One line that tells staff what the unit waits for."""
    dialog = open_dialog(now_ms, unit)
    text, until_ms = unit.notice
    if dialog and not (dialog is unit.inquiries.questions and now_ms < until_ms):
        return dialog.words()
    if unit.self_test.asking:
        return "ALL SEEN AND HEARD?"
    if now_ms < until_ms:
        return text
    if unit.asking:
        return "GO ON WITH THIS SESSION?"
    if unit.assessing:
        return "HELP: music off, light up"
    if unit.session.phase in ("idle", "checks"):
        return refusal(now_ms, unit) or "press NEXT"
    held = doses.held(now_ms, unit) if unit.session.phase == "ready" else None
    if held:
        return held
    return unit.cuff.words(now_ms, unit) or _course_words(now_ms, unit)


def _course_words(now_ms: int, unit) -> str:
    """What of the course of the session is not as it goes by itself."""
    planned_min = unit.mandate.planned_min
    if unit.same_arm.suspected:
        return same_arm.WORDS
    if unit.director.talking:
        return "TALK: music is down"
    if unit.session.held:
        return "phase is held"
    if planned_min and unit.session.dosed and unit.session.minute(now_ms) >= planned_min:
        return "planned time is over"
    return unit.inquiries.leaving.missing(now_ms, unit) or ""
