"""The alarm table, and the way from a condition to a signal.

    condition   a pure predicate of the facts of this moment; silencing never touches it
    occurrence  an interval: begins when the condition has held for the row's delay, ends when it is gone
    signal      what lamp, sounder, relay and screen should do about all occurrences together
    suppression the sound of one occurrence paused for a limited time; everything visible goes on

Each row lives its own life: one alarm's end or silence never changes another's. They are joined only at the end, for
presentation. Three rules carry the safety of it:

- A number that goes away does not end an alarm. `SpO2 LOW` ends when a trusted number says so, not when the finger
  slips out of the probe.
- SILENCE pauses the occurrences that are active now, each for at most `audio_pause_s`. Whatever begins afterwards
  sounds, pause or not (IEC 60601-1-8, 6.8.1: acknowledging silences only what is active).
- Hysteresis ends an alarm a little inside its limit, so that a value on the limit does not chatter.

Priorities by harm and speed of onset as in IEC 60601-1-8, table 1. docs/alarms.md is printed from the table.
"""

from collections import namedtuple

LOW, MEDIUM, HIGH = 1, 2, 3
PRIORITY_NAMES = ("none", "low", "medium", "high")

ABOVE, BELOW, REACHED, IS_SET = "above", "below", "reached", "is set"

# Some rows hold only while a session is watched, the others whenever the unit is on.
WATCHING, ALWAYS = True, False

Row = namedtuple(
    "Row", ("name", "priority", "kind", "source", "limit", "hysteresis", "delay", "latching", "when", "sentence")
)

# `source` is a fact (see Unit._facts), `limit` and `delay` settings ("" is none). %v is the value, %l the limit.
ROWS = tuple(
    Row(*row)
    for row in (
        ("spo2_low", HIGH, BELOW, "spo2_pct", "spo2_low_pct", 2, "spo2_delay_s", False, WATCHING, "SpO2 LOW %v < %l"),
        ("pulse_low", HIGH, BELOW, "pulse_bpm", "pulse_low_bpm", 3, "pulse_delay_s", False, WATCHING,
         "PULSE LOW %v < %l"),
        ("help_called", HIGH, IS_SET, "help_called", "", 0, "", True, ALWAYS, "HELP CALLED"),
        ("pulse_high", MEDIUM, ABOVE, "pulse_bpm", "pulse_high_bpm", 3, "pulse_delay_s", False, WATCHING,
         "PULSE HIGH %v > %l"),
        ("spo2_fallen", MEDIUM, REACHED, "spo2_fall_pct", "spo2_fall_pct", 1, "spo2_fall_delay_s", False, WATCHING,
         "SpO2 FELL BY %v, LIMIT %l"),
        ("systolic_high", MEDIUM, ABOVE, "systolic_mmhg", "systolic_high_mmhg", 0, "", False, WATCHING,
         "SYSTOLIC HIGH %v > %l"),
        ("diastolic_high", MEDIUM, ABOVE, "diastolic_mmhg", "diastolic_high_mmhg", 0, "", False, WATCHING,
         "DIASTOLIC HIGH %v > %l"),
        ("systolic_low", MEDIUM, BELOW, "systolic_mmhg", "systolic_low_mmhg", 0, "", False, WATCHING,
         "SYSTOLIC LOW %v < %l"),
        ("no_finger", MEDIUM, IS_SET, "no_finger", "", 0, "no_finger_delay_s", False, WATCHING, "FINGER PROBE OFF"),
        ("no_reading", MEDIUM, IS_SET, "no_reading", "", 0, "no_reading_delay_s", False, WATCHING, "NO PULSE READING"),
        ("unit_restarted", MEDIUM, IS_SET, "restarted", "", 0, "", True, ALWAYS, "UNIT RESTARTED: LOOK AT PATIENT"),
        ("task_restarted", MEDIUM, IS_SET, "program_fault", "", 0, "", True, ALWAYS, "UNIT FAULT: A TASK RESTARTED"),
        ("storage_fault", MEDIUM, IS_SET, "storage_fault", "", 0, "", False, ALWAYS, "RECORD NOT BEING KEPT"),
        ("pressure_overdue", LOW, IS_SET, "pressure_due", "", 0, "pressure_overdue_s", False, WATCHING,
         "BLOOD PRESSURE OVERDUE"),
        ("cuff_fault", LOW, IS_SET, "cuff_fault", "", 0, "", False, WATCHING, "CUFF FAULT %v: CHECK CUFF"),
        ("music_fault", LOW, IS_SET, "music_fault", "", 0, "", False, WATCHING, "NO MUSIC: CHECK PLAYER"),
        ("clock_not_trusted", LOW, IS_SET, "clock_fault", "", 0, "", False, ALWAYS, "CLOCK NOT SET"),
        ("settings_fault", LOW, IS_SET, "settings_fault", "", 0, "", False, ALWAYS, "SETTINGS REFUSED: DEFAULTS USED"),
    )
)  # fmt: skip

Signal = namedtuple("Signal", ("lamp", "sound", "calling", "started"))
# What happened to an occurrence; event is "started" or "ended".
Edge = namedtuple("Edge", ("row", "event", "value", "limit", "delay_ms"))


class _Alarm:
    """The state of one row. Times are None when they do not apply."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.value = None
        self.true_since_ms: int | None = None
        self.started_ms: int | None = None
        self.quiet_until_ms: int | None = None
        self.seen = False  # somebody has silenced this occurrence


class Alarms:
    def __init__(self, settings: dict[str, int]) -> None:
        self._settings = settings
        self._all = [_Alarm(row) for row in ROWS]
        self._started = 0

    def step(self, now_ms: int, facts: dict, watching: bool) -> list[Edge]:
        """Judge every row on the facts of this moment; the beginnings and ends of occurrences."""
        edges = []
        for alarm in self._all:
            row = alarm.row
            value = facts.get(row.source)
            true = (watching or not row.when) and self._condition(alarm, value)
            if true:
                if value is not None:
                    alarm.value = value
                if alarm.true_since_ms is None:
                    alarm.true_since_ms = now_ms
                if alarm.started_ms is None and now_ms - alarm.true_since_ms >= self.delay_ms(row):
                    self._start(now_ms, alarm)
                    edges.append(self._edge(alarm, "started"))
            elif alarm.true_since_ms is not None or alarm.started_ms is not None:
                alarm.true_since_ms = None
                if alarm.started_ms is not None and (alarm.seen or not row.latching):
                    edges.append(self._edge(alarm, "ended"))
                    alarm.started_ms = alarm.quiet_until_ms = None
        return edges

    def _condition(self, alarm: _Alarm, value) -> bool:
        row = alarm.row
        if row.kind is IS_SET:
            return bool(value)
        if value is None:
            return alarm.started_ms is not None  # only a number ends what a number began
        slack = row.hysteresis if alarm.started_ms is not None else 0
        if row.kind is ABOVE:
            return value > self._settings[row.limit] - slack
        if row.kind is REACHED:
            return value >= self._settings[row.limit] - slack
        return value < self._settings[row.limit] + slack

    def _start(self, now_ms: int, alarm: _Alarm) -> None:
        alarm.started_ms = now_ms
        alarm.quiet_until_ms = None
        alarm.seen = False
        self._started += 1

    def _edge(self, alarm: _Alarm, event: str) -> Edge:
        value = alarm.value if type(alarm.value) is int else None
        return Edge(alarm.row, event, value, self._settings.get(alarm.row.limit), self.delay_ms(alarm.row))

    def delay_ms(self, row: Row) -> int:
        return self._settings[row.delay] * 1000 if row.delay else 0

    def standing(self) -> list[Edge]:
        """The occurrences that are active now, as the edges that began them: for a log that begins later."""
        return [self._edge(alarm, "started") for alarm in self._all if alarm.started_ms is not None]

    def silence(self, now_ms: int) -> list[tuple[Row, int]]:
        """Pause the sound of every active occurrence; (row, until_ms) of those it changed."""
        until_ms = now_ms + self._settings["audio_pause_s"] * 1000
        active = [alarm for alarm in self._all if alarm.started_ms is not None]
        for alarm in active:
            alarm.seen = True
            alarm.quiet_until_ms = until_ms
        return [(alarm.row, until_ms) for alarm in active]

    def signal(self, now_ms: int) -> Signal:
        """Lamp and sound priority (0 is none), whether to call, and a count that rises with each occurrence."""
        lamp = sound = 0
        for alarm in self._all:
            if alarm.started_ms is not None:
                priority = alarm.row.priority
                lamp = max(lamp, priority)
                if alarm.quiet_until_ms is None or now_ms >= alarm.quiet_until_ms:
                    sound = max(sound, priority)
        return Signal(lamp, sound, lamp >= self._settings["call_from_priority"], self._started)

    def pause_left_ms(self, now_ms: int) -> int:
        """The time until the first paused occurrence may sound again; 0 when none is paused."""
        left = [a.quiet_until_ms - now_ms for a in self._all if a.started_ms is not None and a.quiet_until_ms]
        return max(0, min(left)) if left else 0

    def active(self) -> list[tuple[Row, object]]:
        """(row, value) of every occurrence, most urgent first and oldest first within a priority."""
        found = [alarm for alarm in self._all if alarm.started_ms is not None]
        found.sort(key=lambda alarm: (-alarm.row.priority, alarm.started_ms))
        return [(alarm.row, alarm.value) for alarm in found]

    def sentence(self, row: Row, value) -> str:
        """What staff read: the row's sentence with its value and limit."""
        text = row.sentence.replace("%v", str(value))
        return text.replace("%l", str(self._settings[row.limit])) if row.limit else text
