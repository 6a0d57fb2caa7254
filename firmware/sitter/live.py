"""How a session is at this moment, for a laptop that looks on. Read only, and no alarm system: who looks away misses
it."""

_ALARMS = 6  # as many as surely fit into an answer; the most urgent come first


def fields(now_ms: int, unit) -> dict:
    """Phase, numbers, cuff and alarms. What is absent or not current is None; times are in seconds from now."""
    session, vitals = unit.session, unit.vitals
    reading, age_ms = vitals.reading(now_ms), vitals.pressure_age_ms(now_ms)
    alarms = unit.alarms
    return {
        "phase": session.phase,
        "code": unit.mandate.code or None,
        "since_s": (now_ms - session.since_ms) // 1000,
        "t0_s": None if session.t0_ms is None else (now_ms - session.t0_ms) // 1000,
        "doses": session.doses,
        "finger": reading is not None and bool(reading.finger),
        "pulse_bpm": vitals.pulse_bpm(now_ms),
        "spo2_pct": vitals.spo2_pct(now_ms),
        "spo2_mark": unit.spo2_mark,
        "pressure": vitals.pressure and list(vitals.pressure),
        "pressure_age_s": None if age_ms is None else age_ms // 1000,
        "cuff_busy": unit.cuff.busy,
        "next_reading_s": _next_reading_s(now_ms, unit),
        "away": unit.away.reason is not None,
        "alarms": [[row.name, priority, alarms.sentence(row, value)] for row, value, priority in
                   alarms.named()[:_ALARMS]],
        "pause_s": (alarms.pause_left_ms(now_ms) + 999) // 1000,
    }  # fmt: skip


def _next_reading_s(now_ms: int, unit) -> int | None:
    """Until the next reading is due: below zero when it is overdue, None where the cuff waits for BP."""
    due_ms = unit.cuff.schedule.due_ms(unit.session)
    return None if due_ms is None else (due_ms - now_ms) // 1000
