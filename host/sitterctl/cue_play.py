"""A programme in fast motion: the unit's own director steps through it second by second, and what it tells music and
light is written down. Tracks last as long as the catalogue says; without one each is taken to last five minutes.
"""

from dataclasses import dataclass, field

from sitter import fading
from sitter.catalogue import Catalogue
from sitter.cues import Wanted, light_of
from sitter.directing import Director
from sitter.programme import PHASES
from sitterctl.cue_file import Cues

ASSUMED_S = 300


@dataclass
class Session:
    phase: str
    since_ms: int
    route: str
    watching: bool = False


@dataclass
class Mandate:
    """What the patient agreed to is what the programme says."""

    programme: dict

    def agreed(self, what: str) -> bool:
        return self.programme.get(what, True)


@dataclass
class Unit:
    """As much of a unit as its director looks at."""

    session: Session
    plan: dict
    mandate: Mandate
    settings: dict
    asking: bool = False
    assessing: bool = False


@dataclass
class Outputs:
    cues: Wanted | None = None
    signal: None = None


@dataclass(frozen=True)
class Told:
    at_s: int
    wanted: Wanted


@dataclass
class Played:
    """What was told when; `phases` are (name, begin_s, end_s), `tracks` (folder, track, begin_s, end_s)."""

    end_s: int
    told: list[Told] = field(default_factory=list)
    phases: list[tuple[str, int, int]] = field(default_factory=list)
    tracks: list[tuple[int, int, int, int]] = field(default_factory=list)


def play(programme: Cues, card: Catalogue | None, volume_cap: int) -> Played:
    """The whole of it, from `ready` to the end of `recovery`."""
    unit = Unit(Session("", 0, programme.route), {"cues": programme.phases}, Mandate(programme.phases),
                {"volume_cap": volume_cap, "music_on_headphones": 0})  # fmt: skip
    director = Director()
    director.catalogue = card
    played, begin_s = Played(0), 0
    for phase in PHASES:
        end_s = begin_s + programme.minutes[phase] * 60
        played.phases.append((phase, begin_s, end_s))
        unit.session.phase, unit.session.since_ms = phase, begin_s * 1000
        for now_s in range(begin_s, end_s):
            _step(now_s, director, unit, played)
        begin_s = end_s
    played.end_s = begin_s
    _end_track(played, begin_s)
    return played


def _step(now_s: int, director: Director, unit: Unit, played: Played) -> None:
    if played.tracks and played.tracks[-1][3] == now_s:
        director.take("finished")
    out = Outputs()
    director.direct(now_s * 1000, unit, out)
    if out.cues is None:
        return
    played.told.append(Told(now_s, out.cues))
    wanted = (out.cues.folder, out.cues.track)
    if not played.tracks or played.tracks[-1][:2] != wanted or played.tracks[-1][3] == now_s:
        _end_track(played, now_s)
        if wanted[0]:
            played.tracks.append((*wanted, now_s, now_s + (director.seconds(out.cues) or ASSUMED_S)))


def _end_track(played: Played, at_s: int) -> None:
    if played.tracks and played.tracks[-1][3] > at_s:
        played.tracks[-1] = (*played.tracks[-1][:3], at_s)


class Fade:
    """A value on its way, as the unit's drivers have it; in seconds."""

    def __init__(self, level: float) -> None:
        self._from = self._to = level
        self._start_s = self._span_s = 0.0

    def go(self, now_s: float, level: float, fade_s: float) -> None:
        self._from, self._to, self._start_s, self._span_s = self.at(now_s), level, now_s, fade_s

    def at(self, now_s: float) -> float:
        passed = now_s - self._start_s
        if passed >= self._span_s:
            return self._to
        return self._from + (self._to - self._from) * passed / self._span_s


@dataclass(frozen=True)
class Sample:
    """How it is at a moment: the player's step, brightness as seen in percent, white in kelvin."""

    at_s: int
    step: int
    brightness_pct: float
    kelvin: float


def samples(played: Played, every_s: int) -> list[Sample]:
    """The course of volume and light, by the laws that the drivers fade by."""
    loudness, brightness, white = Fade(0), Fade(0), Fade(fading.mired(fading.WARM_K))
    told, found, light = list(played.told), [], None
    for now_s in range(0, played.end_s + 1, every_s):
        while told and told[0].at_s <= now_s:
            at_s, wanted = told[0].at_s, told.pop(0).wanted
            if wanted.music_fade_ms or wanted.volume:
                loudness.go(at_s, fading.LOUDNESS[wanted.volume], wanted.music_fade_ms / 1000)
            if light_of(wanted) != light:
                light = light_of(wanted)
                brightness.go(at_s, wanted.brightness_pct, wanted.fade_ms / 1000)
                white.go(at_s, fading.mired(wanted.kelvin), wanted.fade_ms / 1000)
        step = fading.step_of(round(loudness.at(now_s)))
        found.append(Sample(now_s, step, brightness.at(now_s), 1_000_000 / white.at(now_s)))
    return found
