"""The menu behind MARK held: what it offers at this moment, and what each choice does.

The first menu has what is urgent or belongs to no group; a name that ends in dots opens a menu of its own.
"""

from sitter import doses, leaving, session
from sitter.away import REASONS
from sitter.session import ROUTES, STATED_MIN

LOZENGE = ("lozenge in", "lozenge out")
_STEP_MIN = 5
_AGAIN = ("softer", "louder", "longer", "shorter")  # seldom once
_PHASE = {
    "hold": "HOLD THIS PHASE",
    "go on": "LET THE PHASE END",
    "longer": "PHASE %d MIN LONGER" % _STEP_MIN,
    "shorter": "PHASE %d MIN SHORTER" % _STEP_MIN,
    "back": "BACK ONE PHASE",
}


def open_menu(now_ms: int, unit, out, group: str = "", at: str = "") -> None:
    items = _GROUPS[group](now_ms, unit)
    unit.menu.open(now_ms, tuple(items) + (("close", "CLOSE MENU"),), at)


# --- what is offered --------------------------------------------------------------------------------------------------


def _first(now_ms: int, unit) -> list:
    items = []
    if unit.away.reason:
        items.append(("back here", "BACK: WATCH AGAIN"))
    elif unit.session.may_be_away:
        items += [(reason, "AWAY: " + reason) for reason in REASONS]
    if doses.may_take_back(now_ms, unit):
        items.append(("void", "TAKE BACK DOSE %d" % unit.session.doses))
    if doses.held(now_ms, unit):
        items.append(("override", "OVERRIDE THE HOLD"))
    if unit.session.watching:
        items += _in_session(now_ms, unit)
    else:
        items.append(("test", "TEST LAMPS AND SOUND"))
        if unit.settings["walk_in"] and unit.session.phase == "idle":
            items.append(("walk-in", "SESSION WITHOUT A PLAN"))
        items += unit.director.items(unit)
    return items


def _in_session(now_ms: int, unit) -> list:
    items = unit.director.talk_items()
    if unit.cuff.may_wait(now_ms, unit):
        items.append(("delicate", "DELICATE: CUFF WAITS"))
    items += [("events", "EVENT ..."), ("by hand", "PRESSURE TAKEN BY HAND")]
    if unit.session.dosed:
        items.append(("observe", "OBSERVE"))
        items.append(("phases", "PHASE ..."))
    if unit.session.phase in leaving.PHASES:
        items.append(("leaving", "LEAVING CHECK"))
    if unit.inquiries.leaving.missing(now_ms, unit):
        items.append(("unchecked", "CLOSE WITHOUT CHECK"))
    if unit.session.phase in ("ready", "onset", "peak", "return"):
        items.append(("earlier", "DOSE GIVEN EARLIER"))
    return items + [("music...", "MUSIC ...")]


def _events(now_ms: int, unit) -> list:
    codes = list(unit.settings["events"])
    if unit.session.route == ROUTES[0] and unit.session.phase in ("ready", "onset", "peak"):
        codes = list(LOZENGE) + codes
    return [("event:" + code, code) for code in codes]


def _phases(now_ms: int, unit) -> list:
    course = unit.session
    actions = ["go on" if course.held else "hold", "longer", "shorter"] if course.end_min() is not None else []
    if course.may_go_back(now_ms):
        actions.append("back")
    return [(action, _PHASE[action]) for action in actions]


def _music(now_ms: int, unit) -> list:
    return list(unit.director.items(unit))


_GROUPS = {"": _first, "events": _events, "phases": _phases, "music...": _music}

# --- what is chosen ---------------------------------------------------------------------------------------------------


def choose(now_ms: int, unit, chosen: str, out) -> None:
    """One of the items by its name."""
    if chosen in REASONS:
        unit.leave(now_ms, chosen, out)
    elif chosen in _GROUPS and chosen:
        open_menu(now_ms, unit, out, chosen)
    elif chosen.startswith("event:"):
        unit.record(out, "event", now_ms, code=chosen[6:], phase=unit.session.phase)
        unit.say(now_ms, chosen[6:] + ": noted")
    elif chosen in _PHASE:
        _move_phase(now_ms, unit, chosen, out)
    elif chosen in _CHOSEN:
        _CHOSEN[chosen](now_ms, unit, out)
    else:
        said = unit.director.choose(unit, chosen)
        if said:
            unit.say(now_ms, said)
    if chosen in _AGAIN:
        open_menu(now_ms, unit, out, "music..." if chosen in ("softer", "louder") else "phases", chosen)


def _move_phase(now_ms: int, unit, action: str, out) -> None:
    course = unit.session
    if action == "back":
        moved = course.may_go_back(now_ms) and unit.move(now_ms, session.BACK, "back by menu", out)
    elif action in ("hold", "go on"):
        moved = course.hold(now_ms, action == "hold")
    else:
        moved = course.shift(now_ms, _STEP_MIN if action == "longer" else -_STEP_MIN)
    if not moved:
        unit.say(now_ms, "no further")
        return
    unit.record(out, "course", now_ms, action=action, phase=course.phase, ends_min=course.end_min())
    unit.say(now_ms, phase_words(course))


def phase_words(course) -> str:
    """Until when the phase lasts: `PEAK to 1:10`, or that it is held."""
    end_min = course.end_min()
    if end_min is None:
        return course.phase
    return "phase held" if course.held else "phase ends at %d:%02d" % (end_min // 60, end_min % 60)


def _by_hand(now_ms: int, unit, out) -> None:
    last, pulse = unit.vitals.pressure or (120, 80), unit.vitals.pulse_bpm(now_ms)
    unit.dial.begin(now_ms, (("SYS", 50, 280, last[0], False), ("DIA", 30, 180, last[1], False),
                             ("PULSE", 30, 220, pulse or 70, True)))  # fmt: skip


def _earlier(now_ms: int, unit, out) -> None:
    unit.picks.begin(now_ms, "earlier", (("AGO", tuple("%d min" % n for n in range(1, STATED_MIN + 1))),))


def _void(now_ms: int, unit, out) -> None:
    unit.picks.begin(now_ms, "void", (("WHY", doses.VOID_REASONS),))


def _observe(now_ms: int, unit, out) -> None:
    unit.inquiries.observe.begin(now_ms, unit, "asked")


def leave(now_ms: int, unit, out) -> None:
    """The check before leaving."""
    refused = unit.inquiries.leaving.begin(now_ms, unit, out)
    if refused:
        unit.say(now_ms, refused)


def _test(now_ms: int, unit, out) -> None:
    unit.self_test.begin(now_ms, full=True)


def _ask_who_answers(kind: str, reasons_name: str, refusal=None):
    """For what somebody of the unit's list has to answer for, with a reason of a list."""

    def ask(now_ms: int, unit, out) -> None:
        refused = refusal and refusal(unit)
        who, reasons = unit.settings["clinicians"], unit.settings[reasons_name]
        if refused or not reasons or not (who or kind == "unchecked"):
            unit.say(now_ms, refused or "no one to answer for it")
            return
        questions = (("WHO", who),) if who else ()
        questions += (("WHY", reasons),)
        unit.picks.begin(now_ms, kind, (("HOW", ROUTES),) + questions if kind == "walk-in" else questions)

    return ask


def start_refusal(unit) -> str | None:
    """Why no session at all may begin, with a plan or without."""
    if unit.restarting:
        return unit.restarting
    if unit.faults.get("key"):
        return "ready to be given its key" if unit.chord_held else "no key: provision first"
    return "no room for a record" if unit.faults.get("storage") else None


_CHOSEN = {
    "back here": lambda now_ms, unit, out: unit.come_back(now_ms, out),
    "test": _test,
    "delicate": lambda now_ms, unit, out: unit.cuff.wait(now_ms, unit, out),
    "by hand": _by_hand,
    "earlier": _earlier,
    "void": _void,
    "observe": _observe,
    "leaving": leave,
    "override": _ask_who_answers("override", "override_reasons"),
    "walk-in": _ask_who_answers("walk-in", "walk_in_reasons", start_refusal),
    "unchecked": _ask_who_answers("unchecked", "leave_reasons"),
}

# --- what was picked and confirmed ------------------------------------------------------------------------------------


def picked(now_ms: int, unit, kind: str, out) -> None:
    """All of a picks.Picks has been chosen, and NEXT held."""
    chosen = unit.picks.chosen
    if kind == "override":
        unit.override(now_ms, chosen[0], chosen[1], out)
    elif kind == "walk-in" and unit.session.phase == "idle" and not start_refusal(unit):
        unit.walk_in(now_ms, chosen[0], chosen[1], chosen[2], out)
    elif kind == "earlier":
        refused = doses.give(now_ms, unit, "stated", out, int(chosen[0].split(" ")[0]))
        if refused:
            unit.say(now_ms, refused)
    elif kind == "void" and not doses.take_back(now_ms, unit, chosen[0], out):
        unit.say(now_ms, "too late: it stands")
    elif kind == "unchecked" and unit.inquiries.leaving.missing(now_ms, unit):
        who = chosen[0] if len(chosen) > 1 else None
        unit.record(out, "unchecked", now_ms, by=who, reason=chosen[-1])
        unit.move(now_ms, session.NEXT, "without check", out)


def dialled(now_ms: int, unit, values: tuple, out) -> None:
    """A blood pressure was taken by hand and keyed in."""
    systolic_mmhg, diastolic_mmhg, pulse_bpm = values
    pressure = (systolic_mmhg, diastolic_mmhg, None, pulse_bpm)
    if not unit.cuff.take_manual(now_ms, unit, pressure, out):
        unit.say(now_ms, "that is no blood pressure")
