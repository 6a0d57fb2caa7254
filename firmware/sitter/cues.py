"""Music and light wanted in each phase of a session.

A programme gives each phase a music folder on the card (0 is silence), a volume, a light scene and the time over which
both change. `wanted` is a pure function of the phase, so that a unit which restarts knows at once what ought to play.
Calling for help overrides the programme: the music fades out in 3 s and the light goes to `assess`, bright enough to
look at a patient by. Drivers do the fading; nothing here or there ever flashes the room light.

The default programme follows the arc of a session as music therapists describe it: quiet before the dose, opening
during onset, carried through the peak, familiar ground on the return (docs/therapy.md has the sources).
"""

from collections import namedtuple

Wanted = namedtuple("Wanted", ("folder", "volume", "warm_pct", "cool_pct", "fade_ms", "music_fade_ms"))

# light scenes: warm and cool white in percent of full brightness, as seen
SCENES = {
    "room": (40, 25),
    "settle": (25, 5),
    "dim": (10, 0),
    "dark": (3, 0),
    "dawn": (20, 3),
    "assess": (60, 60),
}

# phase: folder, volume of 30, scene, fade in seconds
DEFAULT = {
    "idle": (0, 0, "room", 5),
    "checks": (0, 0, "room", 5),
    "ready": (1, 12, "settle", 20),
    "onset": (2, 16, "dim", 60),
    "peak": (3, 18, "dark", 60),
    "return": (4, 15, "dim", 90),
    "recovery": (5, 10, "dawn", 60),
    "stopped": (0, 0, "assess", 3),
    "closed": (0, 0, "room", 10),
}
# Music under an alarm's sound: quiet enough for a staff-side sounder, and the time it takes to go and to come back.
DUCKED = 4
DUCK_MS, DUCK_HEADPHONES_MS, UNDUCK_MS = 300, 2000, 5000
HELP = Wanted(0, 0, SCENES["assess"][0], SCENES["assess"][1], 3000, 3000)


def wanted(programme: dict, phase: str, volume_cap: int, help_called: bool) -> Wanted:
    """What music and light should be doing; `programme` replaces rows of the default one."""
    if help_called:
        return HELP
    folder, volume, scene, fade_s = programme.get(phase) or DEFAULT[phase]
    warm_pct, cool_pct = SCENES[scene]
    return Wanted(folder, min(volume, volume_cap), warm_pct, cool_pct, fade_s * 1000, fade_s * 1000)


def with_volume(wanted: Wanted, volume: int, fade_ms: int) -> Wanted:
    """The same with the music at another volume, reached in `fade_ms`; the light keeps its own time."""
    return Wanted(wanted.folder, volume, wanted.warm_pct, wanted.cool_pct, wanted.fade_ms, fade_ms)


def check(programme: dict) -> list[str]:
    """Every fault of a programme as a sentence that begins with the phase's name."""
    faults = []
    for phase in sorted(programme):
        row = programme[phase]
        if phase not in DEFAULT:
            faults.append("%s: no such phase" % phase)
        elif type(row) not in (list, tuple) or len(row) != 4:
            faults.append("%s: must be [folder, volume, scene, fade in seconds]" % phase)
        else:
            faults += ["%s.%s" % (phase, fault) for fault in _row_faults(row)]
    return faults


def _row_faults(row) -> list[str]:
    faults = []
    for name, value, high in (("folder", row[0], 99), ("volume", row[1], 30), ("fade_s", row[3], 600)):
        if type(value) is not int or not 0 <= value <= high:
            faults.append("%s: must be a whole number from 0 to %d" % (name, high))
    if type(row[2]) is not str or row[2] not in SCENES:
        faults.append("scene: must be one of %s" % ", ".join(sorted(SCENES)))
    return faults
