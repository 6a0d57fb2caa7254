"""The facts of this moment that the rows of the alarm table are judged on.

One place says what "no reading" or "overdue" means. An absent number is None, which begins no alarm and ends none:
absence is a fact of its own, told by the clock and not by anything that has to arrive.
"""

from sitter.baseline import change
from sitter.cuff_codes import UNSAFE


def facts(now_ms: int, unit) -> dict:
    """By name, for every `source` of the table."""
    found = _numbers(now_ms, unit)
    found.update(_watching(now_ms, unit))
    found.update(_technical(unit))
    return found


def _numbers(now_ms: int, unit) -> dict:
    vitals, baseline = unit.vitals, unit.baseline
    pulse, spo2, pressure = vitals.pulse_bpm(now_ms), vitals.spo2_pct(now_ms), vitals.pressure
    systolic, diastolic = (None, None) if pressure is None else (pressure[0], pressure[1])
    systolic_twice, diastolic_twice = vitals.twice()
    return {
        "pulse_bpm": pulse,
        "pulse_rise_bpm": change(pulse, baseline.pulse_bpm),
        "spo2_pct": spo2,
        "spo2_fall_pct": change(baseline.spo2_pct, spo2),
        "systolic_mmhg": systolic,
        "diastolic_mmhg": diastolic,
        "systolic_twice_mmhg": systolic_twice,
        "diastolic_twice_mmhg": diastolic_twice,
        "systolic_rise_mmhg": change(systolic, baseline.systolic_mmhg),
    }


def _watching(now_ms: int, unit) -> dict:
    """What keeps the unit from watching. During checks a probe may still be on its way to the finger."""
    reading = unit.vitals.reading(now_ms)
    away = unit.away.excuses(now_ms)
    expecting = unit.session.phase != "checks" and not away
    finger = reading is not None and reading.finger
    no_pulse = finger and unit.vitals.pulse_bpm(now_ms) is None
    return {
        "sensor_fault": None if away else unit.faults.get("oximeter") or ("silent" if reading is None else None),
        "no_finger": expecting and reading is not None and not reading.finger,
        "poor_signal": expecting and no_pulse,
        "no_reading": expecting and no_pulse,
        "no_saturation": expecting and finger and not no_pulse and unit.vitals.spo2_pct(now_ms) is None,
        "pressure_due": unit.cuff.schedule.missing(now_ms, unit.session) and not away,
        "away": unit.away.left_text(now_ms) if away else None,
        "away_too_long": unit.away.overstayed(now_ms),
    }


def _technical(unit) -> dict:
    faults, code = unit.faults, unit.cuff.code
    level_pct, emptying = unit.battery or (0, False)
    left_pct = max(1, level_pct) if emptying else None
    unsafe = code in UNSAFE
    return {
        "cuff_fault": None if unsafe else code,
        "cuff_unsafe": code if unsafe else None,
        "cuff_silent": faults.get("nibp") == "silent",
        "cuff_tight": faults.get("nibp") == "tight",
        "keys_fault": faults.get("keys"),
        "key_stuck": unit.stuck_key,
        "call_line": unit.call_held,
        "music_fault": faults.get("music"),
        "storage_fault": faults.get("storage"),
        "room_fault": faults.get("room"),
        "on_battery_pct": left_pct,
        "battery_low_pct": left_pct if left_pct and left_pct <= unit.settings["battery_low_pct"] else None,
        "supply_fault": faults.get("supply"),
        "memory_fault": faults.get("memory"),
        "clock_fault": faults.get("clock"),
        "settings_fault": faults.get("settings"),
        "key_fault": faults.get("key"),
        "state_fault": faults.get("state"),
        "firmware_fault": faults.get("firmware"),
        "program_fault": faults.get("program"),
        "task_silent": faults.get("task"),
        "signals_denied": unit.self_test.result == "denied",
        "restarted": unit.restarted,
        "help_called": unit.help_called,
        "patient_calls": unit.patient_calls,
    }
