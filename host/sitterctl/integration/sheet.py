"""From a session to what the patient's worksheet shows of it: phases, music and marked moments, in order.

No alarms, no doses and no numbers of the body are taken over, but for the pulse where somebody asked for it. Times of
day stand only where the unit's clock was to be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sitterctl.card_file import Card, music_words
from sitterctl.report.charts import stretches
from sitterctl.report.model import Event, Session, words

# What the phases are called here; one that is not in the table keeps the log's name.
_PHASES = {"checks": "Arriving", "ready": "Settling in", "stopped": "Ended early"}
_NOT_STRETCHES = ("idle", "closed")
_NOT_KNOWN = "not known"
_SHORTEST_MIN = 10 / 60  # that a track lasts


@dataclass(frozen=True)
class Stretch:
    """Something that lasts, in minutes of the session, and when it began in words."""

    start: float
    end: float
    called: str
    when: str


@dataclass(frozen=True)
class Moment:
    """A marked moment: in minutes of the session, in words, and what was going on."""

    number: int
    at: float
    when: str
    after: str
    phase: str
    music: str


@dataclass(frozen=True)
class Sheet:
    """All that a worksheet is made of. Minutes count as those of the session do; `pulse` has the curve's pieces."""

    code: str
    day: date
    simulated: bool
    begin: float
    end: float
    from_to: tuple[str, str]
    phases: list[Stretch]
    music: list[Stretch]
    offs: list[Stretch]
    moments: list[Moment]
    pulse: list[list[tuple[float, float]]] | None


def build(
    session: Session, day: date, *, simulated: bool = False, pulse: bool = False, card: Card | None = None
) -> Sheet:
    """The worksheet of a session that was on `day`; with `pulse` it has the pulse's curve, with `card` titles."""
    music = _music(session, card)
    return Sheet(
        code=_plain(session.plan.get("code") or "–"),
        day=day,
        simulated=simulated,
        begin=session.begin,
        end=session.end,
        from_to=(_when(session, session.begin), _when(session, session.end)),
        phases=_phases(session),
        music=music,
        offs=[
            Stretch(off.start, off.end, "no record", _when(session, off.start))
            for off in session.offs
            if off.start is not None and off.end is not None
        ],
        moments=_moments(session, music, card),
        pulse=stretches(session, "pulse_bpm") if pulse else None,
    )


def _heard(cue: dict, card: Card | None) -> str:
    """What a cue's fields say is played; logs of before have no tracks."""
    silent = cue.get("volume") == 0
    return _plain(music_words(None if silent else cue.get("folder"), cue.get("track"), card))


def _phases(session: Session) -> list[Stretch]:
    """The phases as they were: one that only a dose which was taken back began is still the one before it."""
    found: list[Stretch] = []
    for span in session.phases:
        if span.start is None or span.end is None or span.label in _NOT_STRETCHES:
            continue
        start, called = span.start, phase_words(_lived(session, span.start, span.label))
        if found and found[-1].called == called and session.taken_back:
            start = found.pop().start
        found.append(Stretch(start, span.end, called, _when(session, start)))
    return found


def _lived(session: Session, at: float, phase: str | None) -> str | None:
    """The phase at a moment, where a first dose that was not given may have been written down."""
    first = (dose for dose in session.taken_back if dose.fields.get("number") == 1)
    return "ready" if any(d.void and d.pressed.at <= at < d.void.at for d in first) else phase


def phase_words(name: str | None) -> str:
    return _PHASES.get(name or "", words(_plain(name or "–")))


def _music(session: Session, card: Card | None) -> list[Stretch]:
    """What was played, from change to change. A cue that only makes it softer, as an alarm does, is no change; while
    the player had a fault nobody knows. A track that was over within seconds is not on the card: it was not heard."""
    faults = [span for span in session.parts if span.label == "music"]
    edges = {cue.at for cue in session.cues} | {
        at for span in faults for at in (span.start, span.end) if at is not None
    }
    found: list[Stretch] = []
    missing = _missing(session.cues)
    for start, end in pairwise([*sorted(at for at in edges if at < session.end), session.end]):
        cue = next((c for c in reversed(session.cues) if c.at <= start), None)
        faulty = any((span.start or 0) <= start < (span.end or 0) for span in faults)
        heard = cue and not any(since <= start < until for since, until in missing)
        called = _NOT_KNOWN if faulty else _heard(cue.fields, card) if cue and heard else "no music"
        if found and found[-1].called == called:
            start = found.pop().start
        found.append(Stretch(start, end, called, _when(session, start)))
    return found


def _missing(cues: Sequence[Event]) -> list[tuple[float, float]]:
    """The times of tracks that ended by themselves sooner than any track does, which says that the card hasn't got
    them."""
    found, begun = [], cues[0].at if cues else 0.0
    for before, cue in pairwise(cues):
        if _track(cue) == _track(before):
            continue
        if cue.fields.get("cause") == "track" and cue.at - begun < _SHORTEST_MIN:
            found.append((begun, cue.at))
        begun = cue.at
    return found


def _track(cue: Event) -> tuple:
    return cue.fields.get("folder"), cue.fields.get("track")


def _moments(session: Session, music: Sequence[Stretch], card: Card | None) -> list[Moment]:
    marks = sorted(session.marks, key=lambda mark: mark.at)
    return [Moment(mark.fields.get("number") or n, mark.at, _when(session, mark.at), _after(session, mark.at),
                   phase_words(_lived(session, mark.at, mark.fields.get("phase"))), _at_mark(music, mark, card))
            for n, mark in enumerate(marks, 1)]  # fmt: skip


def _at_mark(music: Sequence[Stretch], mark: Event, card: Card | None) -> str:
    """What played as the mark itself has it; logs of before have only what was told to the player, and where the player
    had a fault nobody knows."""
    cued = next((one.called for one in reversed(music) if one.start <= mark.at), "no music")
    if mark.fields.get("folder") is None or cued == _NOT_KNOWN:
        return cued
    return _heard(mark.fields, card)


def _when(session: Session, minute: float) -> str:
    """A time of day, or minutes where the clock was not to be trusted."""
    at = session.local(session.utc_at(minute)) if session.clock_trusted else None
    return f"{at:%H:%M}" if at else f"{round(minute - session.begin)} min"


def _after(session: Session, minute: float) -> str:
    zero = "the medicine" if session.dosed else "the start"
    count = round(abs(minute if session.dosed else minute - session.begin))
    minutes = "1 minute" if count == 1 else f"{count} minutes"
    return f"{minutes} {'before' if minute < 0 and session.dosed else 'after'} {zero}"


def _plain(text: str) -> str:
    """A text of the log on one line, without characters that nobody sees."""
    return "".join(c if c.isprintable() else " " for c in text)
