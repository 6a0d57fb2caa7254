"""A session across a power cut, a brown-out, the watchdog or a laptop's reset: what is kept, and how it is taken up.

Whatever ended the last start, the way back is one. `saved` is what goes to flash whenever something has happened that
must not be lost: phase and doses, the patient's own numbers, pressures, standing alarms with their pauses, AWAY, HELP
and the cuff's schedule. Its moments are on the old start's clock; the time that has passed since then, known from the
DS3231, shifts them onto the new one, so that a pause that had a minute to go and a power cut of twenty seconds leave
forty.

Watching begins again at once, and `unit_restarted` says for how long nobody watched. After a gap longer than
`resume_ask_min`, or of unknown length, the unit watches all the same but asks whether this is still that session:
until somebody has answered no music plays and no cuff inflates.
"""

_LONGEST_S = 7 * 86400  # a clock that says more is not believed; and milliseconds stay inside small numbers


def saved(now_ms: int, unit) -> dict:
    """The session as it has to survive; plain lists and numbers."""
    whole = unit.session.saved(now_ms, unit.utc_s(now_ms))
    whole["utc_trusted"] = unit.clock_trusted
    whole["baseline"] = unit.baseline.saved()
    whole["pressures"] = unit.vitals.saved()
    whole["alarms"] = unit.alarms.saved()
    whole["schedule"] = unit.cuff.schedule.saved()
    whole["away"] = unit.away.saved()
    whole["before"] = unit.before.saved()
    whole["walk_in"] = unit.mandate.walk_in and list(unit.mandate.walk_in)
    whole["music"] = unit.director.saved()
    whole["inquiries"] = unit.inquiries.saved()
    whole["calls"] = [unit.help_called, unit.patient_calls, unit.assessing]
    return whole


def take_up(now_ms: int, unit, kept: dict, utc_s: int, gap_s: int | None) -> None:
    """Go on with what `saved` gave, or those of its parts that are known (stored.py), at `utc_s`, after `gap_s` seconds
    off; None when nobody knows how many."""
    unit.session.restore(kept, now_ms, utc_s)
    if kept.get("walk_in"):
        unit.mandate.begin_walk_in(*kept["walk_in"])
    unit.baseline.restore(kept.get("baseline", [None, None, None]))
    if unit.session.dosed:
        unit.baseline.settle()
    shift_ms = now_ms - kept["at_ms"] - 1000 * min(max(0, utc_s - kept["utc_s"]), _LONGEST_S)
    if "pressures" in kept:
        unit.vitals.restore(kept["pressures"], shift_ms)
    if "alarms" in kept:
        unit.alarms.restore(now_ms, kept["alarms"], shift_ms)
    if "schedule" in kept:
        unit.cuff.schedule.restore(kept["schedule"], shift_ms)
    if "away" in kept:
        unit.away.restore(kept["away"], shift_ms)
    if "before" in kept:
        unit.before.restore(kept["before"], shift_ms)
    if "inquiries" in kept:
        unit.inquiries.restore(kept["inquiries"], shift_ms)
    if "calls" in kept:
        unit.help_called, unit.patient_calls, unit.assessing = kept["calls"]
    unit.director.restore(kept.get("music"))
    unit.cuff.schedule.rest(now_ms)  # the cuff may have been under pressure until now
    unit.restarted = gap_text(gap_s)
    unit.asking = gap_s is None or gap_s > unit.settings["resume_ask_min"] * 60


def gap_text(gap_s: int | None) -> str:
    """`24 s`, `95 min`, `?`."""
    if gap_s is None:
        return "?"
    return "%d s" % gap_s if gap_s < 120 else "%d min" % min(999, gap_s // 60)
