"""The alarm table: one row a condition, with everything that is decided about it.

Priorities by harm and speed of onset as in IEC 60601-1-8, table 1. docs/alarms.md is printed from this table, with what
staff should do about each row; the way from a row to lamp, sound and call is in alarms.py, the facts are in facts.py.

    source      the fact that is judged
    limit       the setting it is compared with; "" for a fact that is true or not
    hysteresis  how far inside the limit it must come to end
    worse       so much further from the limit than when its sound was paused, and the pause is over
    delay       the condition delay: a setting in seconds, or seconds that nobody may change
    latching    stands until somebody has seen it, even if the condition is gone
    escalates   rises by one priority when nobody answers it for `escalation_s`
    when        only while a session is watched, or always
    covered_by  the worse row beside which the screen need not name this one
    sentence    what staff read, at most 26 characters; %v is the value, %l the limit, %w what a
                code of the cuff means
"""

from collections import namedtuple

LOW, MEDIUM, HIGH = 1, 2, 3
PRIORITY_NAMES = ("none", "low", "medium", "high")

ABOVE, BELOW, REACHED, IS_SET = "above", "below", "reached", "is set"
WATCHING, ALWAYS = True, False

Row = namedtuple(
    "Row",
    ("name", "priority", "kind", "source", "limit", "hysteresis", "worse", "delay", "latching", "escalates", "when",
     "covered_by", "sentence"),
)  # fmt: skip


def _number(name, priority, kind, source, limit, hysteresis, worse, delay, covered_by, sentence) -> Row:
    """A number of the patient's beyond a limit. Low numbers that nobody answers get worse by themselves."""
    escalates = priority < HIGH and kind is not ABOVE
    return Row(name, priority, kind, source, limit, hysteresis, worse, delay, False, escalates, WATCHING, covered_by,
               sentence)  # fmt: skip


def _state(name, priority, source, delay, when, sentence, latching=False, escalates=False, covered_by="") -> Row:
    """Something that is so or not so."""
    return Row(name, priority, IS_SET, source, "", 0, 0, delay, latching, escalates, when, covered_by, sentence)


ROWS = (
    # --- the patient
    _number("spo2_very_low", HIGH, BELOW, "spo2_pct", "spo2_very_low_pct", 2, 3, 2, "", "SpO2 VERY LOW %v < %l"),
    _number("spo2_low", HIGH, BELOW, "spo2_pct", "spo2_low_pct", 2, 3, "spo2_delay_s", "spo2_very_low",
            "SpO2 LOW %v < %l"),
    _number("spo2_fallen", MEDIUM, REACHED, "spo2_fall_pct", "spo2_fall_pct", 1, 3, "spo2_fall_delay_s", "spo2_low",
            "SpO2 FELL BY %v, LIMIT %l"),
    _number("pulse_low", HIGH, BELOW, "pulse_bpm", "pulse_low_bpm", 3, 5, "pulse_delay_s", "", "PULSE LOW %v < %l"),
    _number("pulse_stays_high", HIGH, ABOVE, "pulse_bpm", "pulse_high_bpm", 3, 10, "pulse_stays_s", "",
            "PULSE STAYS HIGH %v > %l"),
    _number("pulse_high", MEDIUM, ABOVE, "pulse_bpm", "pulse_high_bpm", 3, 10, "pulse_delay_s", "pulse_stays_high",
            "PULSE HIGH %v > %l"),
    _number("pulse_risen", LOW, ABOVE, "pulse_rise_bpm", "pulse_rise_bpm", 5, 0, 60, "pulse_high",
            "PULSE ROSE BY %v > %l"),
    _number("systolic_very_high", HIGH, ABOVE, "systolic_mmhg", "systolic_very_high_mmhg", 0, 10, 0, "",
            "SYS VERY HIGH %v > %l"),
    _number("systolic_stays_high", HIGH, ABOVE, "systolic_twice_mmhg", "systolic_high_mmhg", 0, 10, 0,
            "systolic_very_high", "SYS TWICE HIGH %v > %l"),
    _number("systolic_high", MEDIUM, ABOVE, "systolic_mmhg", "systolic_high_mmhg", 0, 10, 0, "systolic_stays_high",
            "SYS HIGH %v > %l"),
    _number("systolic_low", MEDIUM, BELOW, "systolic_mmhg", "systolic_low_mmhg", 0, 5, 0, "", "SYS LOW %v < %l"),
    _number("systolic_risen", LOW, ABOVE, "systolic_rise_mmhg", "systolic_rise_mmhg", 0, 0, 0, "systolic_high",
            "SYS ROSE BY %v > %l"),
    _number("diastolic_very_high", HIGH, ABOVE, "diastolic_mmhg", "diastolic_very_high_mmhg", 0, 10, 0, "",
            "DIA VERY HIGH %v > %l"),
    _number("diastolic_stays_high", HIGH, ABOVE, "diastolic_twice_mmhg", "diastolic_high_mmhg", 0, 10, 0,
            "diastolic_very_high", "DIA TWICE HIGH %v > %l"),
    _number("diastolic_high", MEDIUM, ABOVE, "diastolic_mmhg", "diastolic_high_mmhg", 0, 10, 0,
            "diastolic_stays_high", "DIA HIGH %v > %l"),
    # --- calls
    _state("help_called", HIGH, "help_called", 0, ALWAYS, "HELP CALLED", latching=True),
    _state("patient_calls", MEDIUM, "patient_calls", 0, ALWAYS, "PATIENT CALLS", latching=True, escalates=True),
    # --- watching is not possible
    _state("no_finger", MEDIUM, "no_finger", "no_finger_delay_s", WATCHING, "FINGER PROBE OFF", escalates=True),
    _state("no_reading", MEDIUM, "no_reading", "no_reading_delay_s", WATCHING, "NO PULSE READING", escalates=True),
    _state("no_saturation", MEDIUM, "no_saturation", "no_saturation_delay_s", WATCHING, "NO SATURATION READING",
           escalates=True, covered_by="sensor_fault"),
    _state("poor_signal", LOW, "poor_signal", "poor_signal_delay_s", WATCHING, "POOR SIGNAL: WARM HAND",
           covered_by="no_reading"),
    _state("sensor_fault", MEDIUM, "sensor_fault", 5, WATCHING, "SENSOR: %v", escalates=True),
    _state("pressure_overdue", LOW, "pressure_due", "pressure_overdue_s", WATCHING, "BLOOD PRESSURE OVERDUE",
           escalates=True),
    _state("cuff_unsafe", MEDIUM, "cuff_unsafe", 0, WATCHING, "CUFF FAULT %v: TAKE OFF", escalates=True),
    _state("cuff_tight", MEDIUM, "cuff_tight", 0, ALWAYS, "CUFF STAYS TIGHT: TAKE OFF", escalates=True),
    _state("cuff_silent", MEDIUM, "cuff_silent", 0, WATCHING, "CUFF SILENT: TAKE OFF", escalates=True),
    _state("cuff_fault", LOW, "cuff_fault", 0, WATCHING, "CUFF %w %v: CHECK IT"),
    _state("away", LOW, "away", 0, WATCHING, "PATIENT AWAY, %v LEFT"),
    _state("away_too_long", MEDIUM, "away_too_long", 0, WATCHING, "AWAY TOO LONG: LOOK", escalates=True),
    # --- the unit itself
    _state("unit_restarted", MEDIUM, "restarted", 0, ALWAYS, "OFF %v: SEE PATIENT", latching=True,
           escalates=True),
    _state("task_restarted", MEDIUM, "program_fault", 0, ALWAYS, "FAULT: %v RESTARTED", latching=True),
    _state("task_silent", MEDIUM, "task_silent", 0, ALWAYS, "FAULT: %v STOPPED", escalates=True),
    _state("keys_absent", MEDIUM, "keys_fault", 2, ALWAYS, "KEYS NOT WORKING"),
    _state("storage_fault", MEDIUM, "storage_fault", 0, ALWAYS, "RECORD NOT BEING KEPT"),
    _state("signals_denied", MEDIUM, "signals_denied", 0, ALWAYS, "SIGNAL TEST FAILED"),
    _state("battery_low", MEDIUM, "battery_low_pct", 0, ALWAYS, "BATTERY LOW: %v %", escalates=True),
    _state("on_battery", LOW, "on_battery_pct", 0, ALWAYS, "ON BATTERY: %v % LEFT", covered_by="battery_low"),
    _state("battery_unknown", LOW, "supply_fault", 20, ALWAYS, "NO BATTERY DATA: %v"),
    _state("key_stuck", LOW, "key_stuck", 0, ALWAYS, "KEY STUCK: %v"),
    _state("call_line", LOW, "call_line", 0, ALWAYS, "CALL BUTTON HELD OR CUT"),
    _state("storage_nearly_full", LOW, "room_fault", 0, ALWAYS, "RECORD SPACE NEARLY FULL"),
    _state("memory_low", LOW, "memory_fault", 0, ALWAYS, "UNIT MEMORY LOW"),
    _state("music_fault", LOW, "music_fault", 0, WATCHING, "NO MUSIC: CHECK PLAYER"),
    _state("clock_not_trusted", LOW, "clock_fault", 0, ALWAYS, "CLOCK NOT SET"),
    _state("settings_fault", LOW, "settings_fault", 0, ALWAYS, "SETTINGS %v"),
    _state("key_fault", LOW, "key_fault", 0, ALWAYS, "UNIT KEY %v"),
    _state("state_fault", LOW, "state_fault", 0, ALWAYS, "STORED %v UNUSABLE", latching=True),
    _state("firmware_fault", LOW, "firmware_fault", 0, ALWAYS, "FIRMWARE: RESERVE RUNS"),
)  # fmt: skip
