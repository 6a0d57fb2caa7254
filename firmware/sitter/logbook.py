"""What of the unit goes into the log: how the log of a session begins, and the records that several places write.

A session's log has to stand by itself: it begins with what the session stands on, the parts that do not work and the
alarms that stand already. The settings in force follow a few with each step, as all of them at once would hold up the
step, and take more memory than may be there; after a restart they follow again, since it may have come in between.
"""

from sitter.alarm_table import PRIORITY_NAMES

_SETTINGS_A_STEP = 8


def begin(now_ms: int, unit, out) -> None:
    """A session opens."""
    out.log = "open"
    for record, fields in unit.mandate.told():
        unit.record(out, record, now_ms, **fields)
    if unit.mandate.walk_in:
        route, by, reason = unit.mandate.walk_in
        unit.record(out, "walk_in", now_ms, by=by, reason=reason, route=route)
    unit.record(out, "selftest", now_ms, result=unit.self_test.result)
    oximeter(now_ms, unit, out)
    unit.untold = untold(unit)
    for part in sorted(unit.faults):
        if unit.faults[part]:
            unit.record(out, "part", now_ms, part=part, fault=unit.faults[part])
    battery(now_ms, unit, out)
    for edge in unit.alarms.standing():
        alarm(now_ms, unit, edge, out)


def untold(unit) -> list[str]:
    """The settings that a log is to tell. Of the texts, those that are used are in the records of their use."""
    return sorted([name for name in unit.settings if type(unit.settings[name]) is int])


def settings(now_ms: int, unit, out) -> None:
    """The next of them, or all that are left where the log is closed."""
    count = len(unit.untold) if out.log == "close" else _SETTINGS_A_STEP
    for name in unit.untold[:count]:
        unit.record(out, "setting", now_ms, name=name, value=unit.settings[name])
    del unit.untold[:count]


def alarm(now_ms: int, unit, edge, out) -> None:
    """An occurrence began, rose or ended: an alarms.Edge."""
    unit.record(out, "alarm", now_ms, alarm=edge.row.name, event=edge.event, value=edge.value, limit=edge.limit,
                priority=PRIORITY_NAMES[edge.priority], delay_ms=edge.delay_ms, waited_ms=edge.waited_ms,
                signal_ms=edge.late_ms)  # fmt: skip


def pressure(now_ms: int, unit, value: tuple, cause: str, out, source: str = "cuff") -> None:
    """A blood pressure: systolic, diastolic, mean in mmHg, pulse in bpm."""
    unit.record(out, "pressure", now_ms, systolic_mmhg=value[0], diastolic_mmhg=value[1], mean_mmhg=value[2],
                pulse_bpm=value[3], cause=cause, source=source)  # fmt: skip


def oximeter(now_ms: int, unit, out) -> None:
    part, calibrated = unit.oximeter
    unit.record(out, "oximeter", now_ms, part=part, calibrated=int(calibrated))


def battery(now_ms: int, unit, out) -> None:
    level_pct, emptying = unit.battery or (None, None)
    unit.record(out, "battery", now_ms, level_pct=level_pct, emptying=None if emptying is None else int(emptying))


def coarse(battery: tuple[int, bool]) -> tuple[int, bool]:
    """What of the battery is worth a record: tenths of its charge, and which way it goes."""
    return battery[0] // 10, battery[1]
