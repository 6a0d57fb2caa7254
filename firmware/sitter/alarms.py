"""The way from a condition of the alarm table to a signal.

    condition   a pure predicate of the facts of this moment; silencing never touches it
    occurrence  an interval: begins when the condition has held for the row's delay, ends when it is gone
    signal      what lamp, sounder, relay and screen should do about all occurrences together
    suppression the sound of one occurrence paused for a limited time; everything visible goes on

Each row lives its own life: one alarm's end or silence never changes another's. They are joined only at the end, for
presentation. The rules that carry the safety of it:

- A number that goes away does not end an alarm. `SpO2 LOW` ends when a trusted number says so, not when the finger
  slips out of the probe.
- SILENCE pauses the occurrences that are active now, each for at most `audio_pause_s`. Whatever begins afterwards
  sounds, pause or not (IEC 60601-1-8, 6.8.1: acknowledging silences only what is active).
- An occurrence that gets worse while its sound is paused sounds again: a pause hides what was there, nothing else.
- Hysteresis ends an alarm a little inside its limit, so that a value on the limit does not chatter.
- An occurrence that nobody answers for `escalation_s` rises by one priority. A pause is an answer; the count begins
  anew when it is over.
- Time that goes backwards is held: no delay and no pause is ever longer than it says.
"""

from collections import namedtuple

from sitter.alarm_table import ABOVE, BELOW, HIGH, IS_SET, MEDIUM, REACHED, ROWS, Row
from sitter.cuff_codes import WORDS

# The first so many milliseconds of an occurrence below high are soft where `gentle_first_burst` is set.
GENTLE_MS = 10000
# What stood before a restart stands for so long in any case: the first pulse reading takes 8 s.
HELD_MS = 12000

# Lamp and sound as priorities (0 is none), whether to call, a count that rises with each occurrence, and whether this
# burst may be soft.
Signal = namedtuple("Signal", ("lamp", "sound", "calling", "started", "soft"))
# What happened to an occurrence; event is "started", "escalated" or "ended". `waited_ms` is how long the condition had
# held, and `late_ms` how long after its delay had run out an occurrence began, if it began now.
Edge = namedtuple("Edge", ("row", "event", "value", "limit", "priority", "delay_ms", "waited_ms", "late_ms"))


class _Alarm:
    """The state of one row. Times are None when they do not apply."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.value = self.paused_value = 0  # now, and when its sound was paused
        self.true_since_ms: int | None = None
        self.started_ms: int | None = None
        self.quiet_until_ms: int | None = None
        self.unanswered_ms = 0  # since when nobody has answered
        self.escalated = False
        self.seen = False  # somebody has silenced this occurrence
        self.held_until_ms = 0  # taken up after a restart: stands until what it hangs on has had time to speak

    @property
    def priority(self) -> int:
        return min(HIGH, self.row.priority + 1) if self.escalated else self.row.priority

    def sounding(self, now_ms: int) -> bool:
        return self.quiet_until_ms is None or now_ms >= self.quiet_until_ms

    def has_worsened(self) -> bool:
        if not self.row.worse:
            return False
        change = self.value - self.paused_value
        return (-change if self.row.kind is BELOW else change) >= self.row.worse


class Alarms:
    def __init__(self, settings: dict[str, int]) -> None:
        self._settings = settings
        self._all = [_Alarm(row) for row in ROWS]
        self._started = 0
        self._now_ms = self._since_ms = 0

    def step(self, now_ms: int, facts: dict, watching: bool, since_ms: int | None = None) -> list[Edge]:
        """Judge every row on the facts of this moment; what happened to occurrences.

        What is new among the facts came in at `since_ms`: conditions count from there, not from when they were judged.
        """
        since_ms = now_ms if since_ms is None else min(since_ms, now_ms)
        self._since_ms = max(self._now_ms, since_ms)
        now_ms = self._now_ms = max(self._now_ms, now_ms)
        edges: list[Edge] = []
        for alarm in self._all:
            value = facts.get(alarm.row.source)
            if (value is None or value is False) and alarm.true_since_ms is None and alarm.started_ms is None:
                continue  # most often: it is not so, and was not
            if (watching or not alarm.row.when) and self._condition(alarm, value):
                self._holds(now_ms, alarm, value, edges)
            elif alarm.true_since_ms is not None or alarm.started_ms is not None:
                alarm.true_since_ms = None
                if self._may_end(now_ms, alarm):
                    edges.append(self._edge(now_ms, alarm, "ended"))
                    alarm.started_ms = alarm.quiet_until_ms = None
            if alarm.started_ms is not None:
                self._go_on(now_ms, alarm, edges)
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

    def _holds(self, now_ms: int, alarm: _Alarm, value, edges: list[Edge]) -> None:
        if value is not None:
            alarm.value = value
        if alarm.true_since_ms is None:
            alarm.true_since_ms = self._since_ms
        late_ms = now_ms - alarm.true_since_ms - self.delay_ms(alarm.row)
        if alarm.started_ms is None and late_ms >= 0:
            alarm.started_ms = alarm.unanswered_ms = now_ms
            alarm.quiet_until_ms = None
            alarm.seen = alarm.escalated = False
            self._started += 1
            edges.append(self._edge(now_ms, alarm, "started", late_ms))

    def _may_end(self, now_ms: int, alarm: _Alarm) -> bool:
        """Whether an occurrence whose condition is gone ends with it."""
        if alarm.started_ms is None or now_ms < alarm.held_until_ms:
            return False
        return alarm.seen or not alarm.row.latching

    def _go_on(self, now_ms: int, alarm: _Alarm, edges: list[Edge]) -> None:
        """What becomes of an occurrence with time."""
        if not alarm.sounding(now_ms) and alarm.has_worsened():
            alarm.quiet_until_ms = None
            alarm.unanswered_ms = now_ms
            self._started += 1
        waited_ms = now_ms - alarm.unanswered_ms
        if alarm.row.escalates and not alarm.escalated and waited_ms >= self._settings["escalation_s"] * 1000:
            alarm.escalated = True
            self._started += 1
            edges.append(self._edge(now_ms, alarm, "escalated"))

    def _edge(self, now_ms: int, alarm: _Alarm, event: str, late_ms: int | None = None) -> Edge:
        row = alarm.row
        value = alarm.value if type(alarm.value) is int else None
        waited_ms = 0 if alarm.true_since_ms is None else now_ms - alarm.true_since_ms
        limit = self._settings.get(row.limit)
        return Edge(row, event, value, limit, alarm.priority, self.delay_ms(row), waited_ms, late_ms)

    def delay_ms(self, row: Row) -> int:
        """The condition delay in force."""
        return 1000 * (row.delay if type(row.delay) is int else self._settings[row.delay])

    def due_within(self, now_ms: int, ms: int) -> bool:
        """Whether a condition that holds now will have held for its delay within `ms`: no time for slow work."""
        for alarm in self._all:
            since_ms = alarm.true_since_ms
            if since_ms is not None and alarm.started_ms is None and since_ms + self.delay_ms(alarm.row) - now_ms <= ms:
                return True
        return False

    def standing(self) -> list[Edge]:
        """The occurrences that are active now, as the edges that began them: for a log that begins later."""
        return [self._edge(self._now_ms, alarm, "started") for alarm in self._all if alarm.started_ms is not None]

    def saved(self) -> list[list]:
        """The occurrences that are active now, as they have to survive a restart."""
        return [
            [a.row.name, a.value, a.paused_value, a.started_ms, a.quiet_until_ms, a.unanswered_ms, a.escalated, a.seen]
            for a in self._all
            if a.started_ms is not None
        ]

    def restore(self, now_ms: int, saved: list[list], shift_ms: int) -> None:
        """Take up what `saved` gave, its moments shifted onto this start's clock."""
        self._now_ms = now_ms
        known = {alarm.row.name: alarm for alarm in self._all}
        for name, value, paused_value, started_ms, quiet_until_ms, unanswered_ms, escalated, seen in saved:
            alarm = known.get(name)
            if alarm is None:
                continue
            alarm.value, alarm.paused_value, alarm.escalated, alarm.seen = value, paused_value, escalated, seen
            alarm.started_ms = alarm.true_since_ms = started_ms + shift_ms
            alarm.quiet_until_ms = None if quiet_until_ms is None else quiet_until_ms + shift_ms
            alarm.unanswered_ms = unanswered_ms + shift_ms
            alarm.held_until_ms = now_ms + HELD_MS
            self._started += 1

    def silence(self, now_ms: int) -> list[tuple[Row, int]]:
        """Pause the sound of every active occurrence; (row, until_ms) of those it changed."""
        until_ms = max(self._now_ms, now_ms) + self._settings["audio_pause_s"] * 1000
        active = [alarm for alarm in self._all if alarm.started_ms is not None]
        for alarm in active:
            alarm.seen = True
            alarm.quiet_until_ms = alarm.unanswered_ms = until_ms
            alarm.paused_value = alarm.value
        return [(alarm.row, until_ms) for alarm in active]

    def signal(self, now_ms: int) -> Signal:
        """What lamp, sounder and relay should do about all occurrences together."""
        now_ms = max(self._now_ms, now_ms)
        lamp = sound = 0
        calling = False
        soft = bool(self._settings["gentle_first_burst"])
        for alarm in self._all:
            if alarm.started_ms is None:
                continue
            lamp = max(lamp, alarm.priority)
            calling = calling or self._calls(now_ms, alarm)
            if alarm.sounding(now_ms):
                sound = max(sound, alarm.priority)
                soft = soft and alarm.priority <= MEDIUM and now_ms - alarm.started_ms < GENTLE_MS
        return Signal(lamp, sound, calling, self._started, soft and sound > 0)

    def _calls(self, now_ms: int, alarm: _Alarm) -> bool:
        """High priority calls at once, others after `call_delay_s`, paused or not."""
        if alarm.priority < self._settings["call_from_priority"] or alarm.started_ms is None:
            return False
        return alarm.priority == HIGH or now_ms - alarm.started_ms >= self._settings["call_delay_s"] * 1000

    def pause_left_ms(self, now_ms: int) -> int:
        """The time until the first paused occurrence may sound again; 0 when none is paused."""
        left = [a.quiet_until_ms - now_ms for a in self._all if a.quiet_until_ms is not None]
        return max(0, min(left)) if left else 0

    def active(self) -> list[tuple[Row, object, int]]:
        """(row, value, priority) of every occurrence, most urgent first and oldest first within a priority."""
        found = [alarm for alarm in self._all if alarm.started_ms is not None]
        found.sort(key=lambda alarm: (-alarm.priority, alarm.started_ms))
        return [(alarm.row, alarm.value, alarm.priority) for alarm in found]

    def named(self) -> list[tuple[Row, object, int]]:
        """Those of `active` that the screen has to name: not the ones that a worse one covers."""
        active = self.active()
        names = [row.name for row, _, _ in active]
        return [one for one in active if not _is_covered(one[0], names)]

    def sentence(self, row: Row, value) -> str:
        """What staff read: the row's sentence with its value and limit."""
        text = row.sentence.replace("%w", WORDS.get(value, "FAULT")).replace("%v", str(value))
        return text.replace("%l", str(self._settings[row.limit])) if row.limit else text


_COVERED_BY = {row.name: row.covered_by for row in ROWS}


def _is_covered(row: Row, names: list[str]) -> bool:
    """Whether the row that covers it is among these, or the one that covers that."""
    name = row.covered_by
    while name and name not in names:
        name = _COVERED_BY[name]
    return bool(name)
