"""What a looker-on is shown of a unit: made from its last answer to `live`, or from the loss of it. No port, no clock.

A number is shown only while the answer that brought it is current. After that it is `---`, whatever the reason: what
is shown of a unit starts out empty, and nothing but a current answer fills it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sitter.reading import ADJUSTED, MODULE, UNCALIBRATED
from sitter.screen import PHASE_TITLES, clock_text
from sitterctl import answers
from sitterctl.errors import RESTARTED, SitterError

NOT_AN_ALARM_SYSTEM = "NOT AN ALARM SYSTEM: who looks away misses it. Only the bedside unit calls."
NONE = "---"
LIVE, LOST, UNSEEN = "live", "lost", "unseen"
# A poll each second, and two more tries of a second each before a unit counts as silent.
CURRENT_S = 4.0
RESTART_SHOWN_S = 300
_UNWATCHED = ("idle", "closed")
# As units say it, and in the six columns of a board.
SPO2_MARKS = {UNCALIBRATED: "uncal.", ADJUSTED: "adj.", MODULE: "module"}
_NUMBER = (int, type(None))
# What is read of an answer; firmware/sitter/live.py has the whole.
_LIVE: dict[str, type | tuple[type, ...]] = {
    "phase": str, "code": (str, type(None)), "t0_s": _NUMBER, "doses": int, "finger": bool, "pulse_bpm": _NUMBER,
    "spo2_pct": _NUMBER, "pressure": (list, type(None)), "pressure_age_s": _NUMBER, "cuff_busy": bool,
    "next_reading_s": _NUMBER, "spo2_mark": str, "away": bool, "alarms": list, "pause_s": int,
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What is known of the unit on a port. Moments are seconds of one clock that goes on while the computer sleeps."""

    port: str
    since_s: float  # of the last answer, or of the first attempt while there was none
    unit_id: str | None = None
    label: str = ""
    boot_id: int | None = None
    live: dict | None = None  # the last answer
    error: SitterError | None = None  # what keeps the next one from coming
    restarted_s: float | None = None

    def answered(self, asked_s: float, answer: dict) -> "Seen":
        """With an answer to a question of that moment: it is no younger. Raises SitterError if it makes no sense."""
        return replace(self, since_s=asked_s, live=_checked(answer), error=None)

    def failed(self, now_s: float, error: SitterError) -> "Seen":
        new = error.exit_code == RESTARTED and not self.restart_is_noted
        return replace(self, error=error, restarted_s=now_s if new else self.restarted_s)

    @property
    def restart_is_noted(self) -> bool:
        """Whether a restart since the last answer has been noticed already."""
        return self.restarted_s is not None and self.restarted_s >= self.since_s

    def is_current(self, now_s: float) -> bool:
        return self.live is not None and self.error is None and now_s - self.since_s <= CURRENT_S

    @property
    def tried(self) -> bool:
        """Whether there is anything to tell yet."""
        return self.live is not None or self.error is not None


def _checked(answer: dict) -> dict:
    """The answer, if nothing in it is missing: what is not said must not pass for what is not there."""
    for name in _LIVE.keys() - answer.keys():
        raise answers.nonsense(name)
    answers.need(answer, **_LIVE)
    for alarm in answer["alarms"]:
        if not isinstance(alarm, list) or [type(part) for part in alarm] != [str, int, str] or not 0 < alarm[1] < 4:
            raise answers.nonsense("alarms")
    if [type(part) for part in (answer["pressure"] or [0, 0])[:2]] != [int, int]:
        raise answers.nonsense("pressure")
    return answer


def joined(known: Mapping[str, Seen], seen: Iterable[Seen]) -> dict[str, Seen]:
    """What is known of each unit by its id, brought up to date by what is seen on ports: a unit may come back on
    another one. Ports on which no unit has been met have a row by their path."""
    units = {key: was for key, was in known.items() if was.unit_id}
    for now in seen:
        key, was = now.unit_id or now.port, units.get(now.unit_id or "")
        if was is None:
            units[key] = now
        elif now.since_s >= was.since_s or now.port == was.port:
            units[key] = _gone_on(was, now)
    return units


def _gone_on(was: Seen, now: Seen) -> Seen:
    """The same unit, with what the watcher of a new port can not know: what was last seen of it on another, and that it
    restarted while nobody was looking."""
    restarted_s = now.restarted_s or was.restarted_s
    if now.boot_id != was.boot_id and not was.restart_is_noted:
        restarted_s = now.since_s
    if now.live is None:
        now = replace(now, live=was.live, since_s=was.since_s)
    return replace(now, restarted_s=restarted_s)


@dataclass(frozen=True)
class Shown:
    """What is shown of a unit, as text."""

    who: str
    port: str
    state: str
    loss: str = ""  # for how long nothing has been known of it
    last: str = ""  # where it was then
    why: str = ""
    restart: str = ""
    restarted_s: float | None = None
    phase: str = NONE
    code: str = ""
    since_dose: str = NONE
    doses: int = 0
    spo2: str = NONE
    spo2_mark: str = UNCALIBRATED
    pulse: str = NONE
    finger: str = ""
    pressure: str = NONE
    pressure_age: str = ""
    pressure_age_s: int | None = None
    next_reading: str = NONE
    alarms: tuple[tuple[str, int, str], ...] = ()  # name, priority, sentence: most urgent first
    notices: tuple[str, ...] = ()

    @property
    def worst(self) -> int:
        return max((priority for _, priority, _ in self.alarms), default=0)


def shown(seen: Seen, now_s: float) -> Shown:
    """Of a unit that answers its numbers; of one that does not, since when and why, and no number."""
    who = seen.label or seen.unit_id or seen.port
    bare = Shown(who, seen.port, LOST if seen.live else UNSEEN, restart=_restart(seen, now_s),
                 restarted_s=seen.restarted_s)  # fmt: skip
    if seen.live and seen.is_current(now_s):
        return replace(bare, state=LIVE, **_session(seen.live, int(now_s - seen.since_s)))
    if seen.live:
        bare = replace(bare, loss=f"LOST for {span(now_s - seen.since_s)}", last=_last(seen.live))
    return replace(bare, why=_why(seen))


def span(seconds: float) -> str:
    """A span in words, with less detail the longer it is: `42 s`, `3 min`, `1 h 05 min`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 3600 else f"{whole // 3600} h {whole // 60 % 60:02d} min"


def _restart(seen: Seen, now_s: float) -> str:
    if seen.restarted_s is None or now_s - seen.restarted_s > RESTART_SHOWN_S:
        return ""
    return f"RESTARTED {span(now_s - seen.restarted_s)} ago: see the patient"


def _why(seen: Seen) -> str:
    if seen.error:
        return seen.error.message
    return "no answer" if seen.live else "connecting"


def _last(live: dict) -> str:
    """What staff have to think of when a unit is lost: where its session was, and that there were alarms."""
    count = len(live["alarms"])
    alarms = f" with {count} alarm{'s' * (count > 1)}" if count else ""
    return f"last seen in {PHASE_TITLES.get(live['phase'], live['phase'])}{alarms}"


# --- the numbers of a current answer ----------------------------------------------------------------------------------


def _session(live: dict, late_s: int) -> dict:
    """Fields of Shown from an answer that is `late_s` old: its spans have gone on since."""
    t0_s, age_s = live["t0_s"], live["pressure_age_s"]
    age_s = None if age_s is None else age_s + late_s
    return {
        "phase": PHASE_TITLES.get(live["phase"], live["phase"]),
        "code": live["code"] or "",
        "since_dose": NONE if t0_s is None else clock_text((t0_s + late_s) * 1000),
        "doses": live["doses"],
        "spo2": _number(live["spo2_pct"]),
        "spo2_mark": live["spo2_mark"] if live["spo2_mark"] in SPO2_MARKS else UNCALIBRATED,
        "pulse": _number(live["pulse_bpm"]),
        "finger": _finger(live),
        "pressure": "%d/%d" % tuple(live["pressure"][:2]) if live["pressure"] else NONE,
        "pressure_age": "" if age_s is None else f"{span(age_s)} ago",
        "pressure_age_s": age_s,
        "next_reading": _next_reading(live, late_s),
        "alarms": tuple((name, priority, sentence) for name, priority, sentence in live["alarms"]),
        "notices": tuple(_notices(live, late_s)),
    }


def _number(value: int | None) -> str:
    return NONE if value is None else str(value)


def _finger(live: dict) -> str:
    """Why there is no pulse, in the words of the unit's screen."""
    if live["pulse_bpm"] is not None or live["phase"] in _UNWATCHED:
        return ""
    return "searching" if live["finger"] else "no finger"


def _next_reading(live: dict, late_s: int) -> str:
    due_s = live["next_reading_s"]
    if live["cuff_busy"]:
        return "measuring"
    if due_s is None:
        return NONE if live["phase"] in _UNWATCHED else "by BP key"
    due_s -= late_s
    return f"in {span(due_s)}" if due_s >= 0 else f"DUE {span(-due_s)} ago"


def _notices(live: dict, late_s: int) -> Iterable[str]:
    if live["phase"] in _UNWATCHED:
        yield "NOT WATCHING"
    if live["away"]:
        yield "PATIENT AWAY"
    left_s = live["pause_s"] - late_s
    if left_s > 0:
        yield f"SOUND PAUSED {left_s // 60}:{left_s % 60:02d}"


# --- for programs -----------------------------------------------------------------------------------------------------


def as_row(seen: Seen, now_s: float, utc: str) -> dict:
    """One line of --json: `live` is the unit's answer while it is current, or null."""
    current = seen.live if seen.is_current(now_s) else None
    return {
        "utc": utc,
        "unit_id": seen.unit_id,
        "label": seen.label,
        "port": seen.port,
        "state": shown(seen, now_s).state,
        "answered_ago_s": round(now_s - seen.since_s, 1) if seen.live else None,
        "problem": None if current else _why(seen),
        "restarted_ago_s": None if seen.restarted_s is None else round(now_s - seen.restarted_s, 1),
        "is_alarm_system": False,
        "live": current and {name: value for name, value in current.items() if name != "ok"},
    }
