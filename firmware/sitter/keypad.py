"""What staff say with the keys: what each press does, what the labels promise, and what the unit says back.

SILENCE and STOP never change meaning. BP, NEXT and MARK are labelled on the screen, and an open menu or question has
them first. Here is who asked for what; the unit itself does it, and refuses what may not be.
"""

from sitter import session
from sitter.away import REASONS
from sitter.plan import ROUTES

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
    picked = unit.picks.take(now_ms, key, gesture)
    if picked is not None:
        _answered(now_ms, unit, picked, out)
        return
    chosen = unit.menu.take(now_ms, key, gesture)
    if chosen is None and unit.self_test.asking:
        chosen = _answer(unit, key, gesture)
    if chosen is None and unit.asking:
        chosen = _go_on(now_ms, unit, key, gesture, out)
    if chosen is not None:
        _choose(now_ms, unit, chosen, out)
        return
    action = _ACTIONS.get((key, gesture))
    if action:
        action(now_ms, unit, out)


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
    unit.director.switch()
    unit.say(now_ms, "music off" if unit.director.off else "music on")


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
    else:
        unit.move(now_ms, session.NEXT, "key NEXT", out)


def _dose(now_ms: int, unit, out) -> None:
    refused = None
    if unit.session.phase == "ready" and unit.before.holds(unit.vitals, unit.settings):
        refused = unit.before.hold_words(unit.vitals, unit.settings)  # and nothing else keeps t0 from being known
    elif unit.session.dosed:
        refused = unit.mandate.second_refusal((now_ms - unit.session.t0_ms) // 60000, unit.session.doses)
    if not refused and not unit.dose(now_ms, "key NEXT held", out):
        refused = "no dose in this phase"
    if refused:
        unit.say(now_ms, refused)


def _mark(now_ms: int, unit, out) -> None:
    if unit.session.watching:
        unit.session.marks += 1
        unit.record(out, "mark", now_ms, number=unit.session.marks, phase=unit.session.phase)
        unit.say(now_ms, "moment %d marked" % unit.session.marks)


# --- menu -------------------------------------------------------------------------------------------------------------


def _open_menu(now_ms: int, unit, out, at: str = "") -> None:
    items = []
    if unit.away.reason:
        items.append(("back", "BACK: WATCH AGAIN"))
    elif unit.session.may_be_away:
        items += [(reason, "AWAY: " + reason) for reason in REASONS]
    if unit.before.holds(unit.vitals, unit.settings) and unit.session.phase in ("checks", "ready"):
        items.append(("override", "OVERRIDE THE HOLD"))
    if not unit.session.watching:
        items.append(("test", "TEST LAMPS AND SOUND"))
        if unit.settings["walk_in"] and unit.session.phase == "idle":
            items.append(("walk-in", "SESSION WITHOUT A PLAN"))
    items += unit.director.items(unit)
    items.append(("close", "CLOSE MENU"))
    unit.menu.open(now_ms, tuple(items), at)


def _choose(now_ms: int, unit, chosen: str, out) -> None:
    if chosen in REASONS:
        unit.leave(now_ms, chosen, out)
    elif chosen == "back":
        unit.come_back(now_ms, out)
    elif chosen == "test":
        unit.self_test.begin(now_ms, full=True)
    elif chosen in ("override", "walk-in"):
        _ask_who_answers(now_ms, unit, chosen)
    else:
        unit.director.choose(chosen)
        if chosen in ("softer", "louder"):  # seldom by one step alone
            _open_menu(now_ms, unit, out, chosen)


def _ask_who_answers(now_ms: int, unit, kind: str) -> None:
    """For a hold that is overridden, or a session without a plan: somebody of the unit's list, and a reason of it."""
    refused = start_refusal(unit) if kind == "walk-in" else None
    reasons = unit.settings["walk_in_reasons" if kind == "walk-in" else "override_reasons"]
    if refused or not unit.settings["clinicians"] or not reasons:
        unit.say(now_ms, refused or "no one to answer for it")
        return
    questions = (("WHO", unit.settings["clinicians"]), ("WHY", reasons))
    if kind == "walk-in":
        questions = (("HOW", ROUTES),) + questions
    unit.picks.begin(now_ms, kind, questions)


def _answered(now_ms: int, unit, kind: str, out) -> None:
    chosen = unit.picks.chosen
    if kind == "override":
        unit.override(now_ms, chosen[0], chosen[1], out)
    elif kind == "walk-in" and unit.session.phase == "idle" and not start_refusal(unit):
        unit.walk_in(now_ms, chosen[0], chosen[1], chosen[2], out)


def _answer(unit, key: str, gesture: str) -> str | None:
    """NEXT says that all of the test was seen and heard, MARK that it was not."""
    if gesture == "short" and key in ("NEXT", "MARK"):
        unit.self_test.answer(key == "NEXT")
    return "" if key in ("NEXT", "MARK") else None


def _go_on(now_ms: int, unit, key: str, gesture: str, out) -> str | None:
    """NEXT says that the session that was interrupted goes on, MARK held that it does not."""
    if (key, gesture) in (("NEXT", "short"), ("MARK", "hold")):
        unit.go_on(now_ms, key == "NEXT", out)
    return "" if key in ("NEXT", "MARK") else None


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
    ("MARK", "hold"): _open_menu,
}

# --- words ------------------------------------------------------------------------------------------------------------


def refusal(now_ms: int, unit) -> str | None:
    """Why NEXT may not move on now, in one sentence for the screen; None if it may."""
    phase = unit.session.phase
    if phase == "idle":
        return start_refusal(unit) or unit.mandate.refusal(unit.today(now_ms)) or unit.director.refusal(unit)
    return unit.before.refusal(now_ms, unit.vitals, unit.settings) if phase == "checks" else None


def start_refusal(unit) -> str | None:
    """Why no session at all may begin, with a plan or without."""
    if unit.restarting:
        return unit.restarting
    if unit.faults.get("key"):
        return "ready to be given its key" if unit.chord_held else "no key: provision first"
    return "no room for a record" if unit.faults.get("storage") else None


def labels(now_ms: int, unit) -> tuple[str, str, str]:
    """What BP, NEXT and MARK do now."""
    if unit.menu.is_open(now_ms) or unit.picks.is_open(now_ms):
        return "UP", "CHOOSE", "DOWN"
    if unit.self_test.asking:
        return "BP", "YES", "NO"
    if unit.asking:
        return "BP", "GO ON", "HOLD: END"
    following = "RESUME" if unit.assessing else NEXT_LABELS[unit.session.phase]
    if following == "READY" and unit.before.item(unit.settings) is not None:
        following = "YES"
    later = "LATER" if unit.cuff.may_defer(unit.session) else "BP"
    return "DEFLATE" if unit.cuff.busy else later, following, "MARK"


def prompt(now_ms: int, unit) -> str:
    """One line that tells staff what the unit waits for."""
    if unit.menu.is_open(now_ms):
        return unit.menu.words()
    if unit.picks.is_open(now_ms):
        return unit.picks.words()
    if unit.self_test.asking:
        return "ALL SEEN AND HEARD?"
    text, until_ms = unit.notice
    if now_ms < until_ms:
        return text
    if unit.asking:
        return "GO ON WITH THIS SESSION?"
    if unit.assessing:
        return "HELP: music off, light up"
    if unit.session.phase in ("idle", "checks"):
        return refusal(now_ms, unit) or "press NEXT"
    return unit.cuff.words(now_ms, unit)
