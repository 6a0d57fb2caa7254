"""The table of every setting, and the one check that host and unit share.

A setting is an integer with a unit, a default and an allowed range, or a list of texts that staff read and choose from.
`check` looks at a whole set and lists every fault together; a set with a fault is refused whole, by the host before
sending and by the unit before storing. What each setting is for is told in docs/settings.md, which is printed from
these tables.
"""

from sitter import pseudonym

SETTINGS = (
    # name, unit, default, lowest, highest
    ("pulse_high_bpm", "bpm", 120, 80, 200),
    ("pulse_low_bpm", "bpm", 50, 30, 70),
    ("spo2_low_pct", "%", 90, 85, 95),
    # No lower than 80: the sensor reads high when saturation is low.
    ("spo2_very_low_pct", "%", 85, 80, 90),
    # Fall from the median before the dose.
    ("spo2_fall_pct", "%", 4, 2, 10),
    ("systolic_high_mmhg", "mmHg", 180, 120, 220),
    ("systolic_very_high_mmhg", "mmHg", 200, 160, 240),
    ("systolic_low_mmhg", "mmHg", 90, 60, 110),
    ("diastolic_high_mmhg", "mmHg", 110, 80, 140),
    ("diastolic_very_high_mmhg", "mmHg", 120, 90, 160),
    # Rises from the patient's own numbers before the dose.
    ("pulse_rise_bpm", "bpm", 50, 20, 100),
    ("systolic_rise_mmhg", "mmHg", 45, 20, 100),
    # How long a pulse over its limit stays medium.
    ("pulse_stays_s", "s", 300, 60, 600),
    ("pulse_delay_s", "s", 10, 0, 30),
    ("spo2_delay_s", "s", 10, 0, 30),
    ("spo2_fall_delay_s", "s", 30, 10, 120),
    ("spo2_averaging_s", "s", 8, 2, 10),
    # Points of a saturation curve of one's own; 0 is none. Entering them calibrates nothing: see docs/sensor.md.
    ("spo2_point1_ratio", "1/1000", 0, 0, 2000),
    ("spo2_point1_pct", "%", 0, 0, 100),
    ("spo2_point2_ratio", "1/1000", 0, 0, 2000),
    ("spo2_point2_pct", "%", 0, 0, 100),
    ("spo2_point3_ratio", "1/1000", 0, 0, 2000),
    ("spo2_point3_pct", "%", 0, 0, 100),
    # 1 for a sensor board whose red and infrared LEDs are swapped.
    ("oximeter_swapped", "", 0, 0, 1),
    # 0 for a MAX30102, 1 for a Nonin OEM module on the board's UART for it; from the next start on.
    ("oximeter_module", "", 0, 0, 1),
    # 0 for a SunTech Advantage, 1 for a module that talks ASCII at 4800 baud; from the next start on.
    ("cuff_module", "", 0, 0, 1),
    ("no_finger_delay_s", "s", 15, 5, 60),
    ("no_reading_delay_s", "s", 30, 10, 60),
    ("no_saturation_delay_s", "s", 60, 20, 120),
    ("poor_signal_delay_s", "s", 15, 5, 30),
    ("pressure_overdue_s", "s", 180, 60, 600),
    # ISO 80601-2-61:2017, 208.6.8.5.101 allows a pulse oximeter's sound to be paused for 120 s at most.
    ("audio_pause_s", "s", 120, 30, 120),
    # 1 low, 2 medium, 3 high: the call relay follows alarms of this priority and above.
    ("call_from_priority", "", 2, 1, 3),
    # Time for staff at the bedside to answer before the relay calls others; high priority never waits.
    ("call_delay_s", "s", 0, 0, 60),
    # An alarm that nobody answers for so long rises by one priority.
    ("escalation_s", "s", 180, 60, 600),
    # After a longer time off the unit asks whether the session goes on.
    ("resume_ask_min", "min", 10, 1, 120),
    # 0 for a unit without battery and gauge.
    ("battery_fitted", "", 1, 0, 1),
    # Without its supply the unit alarms from so little charge on.
    ("battery_low_pct", "%", 20, 10, 50),
    # 1 for a quieter sound in the first ten seconds of alarms below high priority.
    ("gentle_first_burst", "", 0, 0, 1),
    # 1 where the patient hears the music in headphones: it then makes way for high priority alone.
    ("music_on_headphones", "", 0, 0, 1),
    # What a plan must have to begin a session: meetings held, and a dose for the patient's weight.
    ("preparation_meetings", "meetings", 2, 1, 10),
    ("sublingual_low_ug_kg", "ug/kg", 1000, 100, 10000),
    ("sublingual_high_ug_kg", "ug/kg", 6000, 100, 10000),
    ("intramuscular_low_ug_kg", "ug/kg", 300, 50, 5000),
    ("intramuscular_high_ug_kg", "ug/kg", 2000, 50, 5000),
    # 1 where a session may begin without a plan, for a clinician and a reason that are chosen with the keys.
    ("walk_in", "", 0, 0, 1),
    # Blood pressures at rest before the dose.
    ("baseline_readings", "readings", 2, 1, 3),
    ("hold_systolic_mmhg", "mmHg", 140, 120, 160),
    ("hold_diastolic_mmhg", "mmHg", 90, 70, 100),
    # A dose is held on a blood pressure this old.
    ("hold_age_min", "min", 30, 10, 120),
    ("pressure_interval_peak_min", "min", 10, 5, 30),
    ("pressure_interval_return_min", "min", 15, 5, 60),
    ("pressure_interval_recovery_min", "min", 30, 5, 60),
    # Inflations by schedule within an hour; staff may ask for more.
    ("cuff_per_hour", "readings", 12, 6, 30),
    ("volume_cap", "steps", 22, 0, 30),
    # Before leaving: the least score of 12, how often and how far apart it is to be reached, and the time since the
    # last dose. 0 passes: the unit asks for none.
    ("leave_score", "points", 11, 8, 12),
    ("leave_passes", "passes", 2, 0, 3),
    ("leave_apart_min", "min", 20, 5, 60),
    ("leave_after_min", "min", 120, 30, 360),
    # The cuff module's service is due after so many inflations, if not by its date.
    ("cuff_service_cycles", "cycles", 10000, 500, 50000),
)

TEXT_LENGTH = (2, 20)  # as much as the screen shows beside its number
# name, most texts, as shipped
TEXTS = (
    ("clinicians", 12, ()),  # by their codes
    ("checklist", 8, ("identity confirmed", "fasting kept", "consent today", "eye shades at hand",
                      "no cuff on probe arm", "escort arranged")),
    ("override_reasons", 8, ("usual for patient", "medication given", "wrong cuff size")),
    ("walk_in_reasons", 8, ("plan not at hand", "unit was replaced")),
    ("events", 12, ("medication given", "nausea", "distress", "staff change")),
    ("leave_reasons", 8, ("patient insisted", "transferred", "checked on paper")),
)  # fmt: skip

# (lower one, higher one): the first must stay below the second.
_ORDERED = (
    ("pulse_low_bpm", "pulse_high_bpm"),
    ("systolic_low_mmhg", "systolic_high_mmhg"),
    ("diastolic_high_mmhg", "systolic_high_mmhg"),
    ("spo2_very_low_pct", "spo2_low_pct"),
    ("systolic_high_mmhg", "systolic_very_high_mmhg"),
    ("diastolic_high_mmhg", "diastolic_very_high_mmhg"),
    ("poor_signal_delay_s", "no_reading_delay_s"),
    ("sublingual_low_ug_kg", "sublingual_high_ug_kg"),
    ("intramuscular_low_ug_kg", "intramuscular_high_ug_kg"),
)

_ROWS = {row[0]: row for row in SETTINGS}
_TEXTS = {row[0]: row for row in TEXTS}


def defaults() -> dict:
    whole: dict = {row[0]: row[2] for row in SETTINGS}
    for name, _, texts in TEXTS:
        whole[name] = list(texts)
    return whole


def check(values: dict) -> list[str]:
    """Every fault of a set of settings as a sentence that begins with the key; empty when the set may be used."""
    faults = value_faults(values)
    if faults:
        return faults
    whole = complete(values)
    for low, high in _ORDERED:
        if whole[low] >= whole[high]:
            faults.append("%s: %d must be below %s (%d)" % (low, whole[low], high, whole[high]))
    return faults + _curve_faults(spo2_points(whole))


def value_faults(values: dict) -> list[str]:
    """The faults of each setting by itself: of a part of a set, whose rest somebody else has."""
    if not isinstance(values, dict):
        return ["settings: must be a table of names and whole numbers"]
    faults = []
    for name in sorted(values):
        if name in _ROWS:
            fault = _fault(name, values[name])
        else:
            fault = _texts_fault(name, values[name]) if name in _TEXTS else "no such setting"
        if fault:
            faults.append("%s: %s" % (name, fault))
    return faults


def spo2_points(values: dict) -> tuple:
    """The entered points of the saturation curve, (ratio in thousandths, percent) each, of a complete set."""
    points = []
    for k in ("1", "2", "3"):
        point = (values["spo2_point" + k + "_ratio"], values["spo2_point" + k + "_pct"])
        if point != (0, 0):
            points.append(point)
    return tuple(points)


def _curve_faults(points: tuple) -> list[str]:
    if not points:
        return []
    if len(points) < 2:
        return ["spo2_point: a curve needs two points or three"]
    for ratio, pct in points:
        if ratio < 200 or pct < 70:
            return ["spo2_point: a ratio of %d and %d %% are no point; 200 to 2000 and 70 to 100 are" % (ratio, pct)]
    for k in range(len(points) - 1):
        if points[k + 1][0] <= points[k][0] or points[k + 1][1] >= points[k][1]:
            return ["spo2_point: ratios must rise from point to point, and percents fall"]
    return []


def _fault(name: str, value) -> str | None:
    _, unit, _, low, high = _ROWS[name]
    if type(value) is not int:
        return "must be a whole number from %d to %d %s" % (low, high, unit)
    if not low <= value <= high:
        return "%d is outside %d to %d %s" % (value, low, high, unit)
    return None


def _texts_fault(name: str, texts) -> str | None:
    low, high = TEXT_LENGTH
    if type(texts) not in (list, tuple) or len(texts) > _TEXTS[name][1]:
        return "must be a list of at most %d texts" % _TEXTS[name][1]
    for text in texts:
        if type(text) is not str or not low <= len(text) <= high or not all(" " <= c <= "~" for c in text):
            return "each must be a text of %d to %d plain characters" % TEXT_LENGTH
        fault = (pseudonym.looks_like(text) or pseudonym.code_fault(text)) if name == "clinicians" else None
        if fault:
            return "%s is no code: %s" % (text, fault)
    return None


def complete(values: dict) -> dict:
    """The checked set with defaults for what it leaves out."""
    whole = defaults()
    whole.update(values)
    return whole
