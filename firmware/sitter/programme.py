"""A cue programme: what music and light do in each phase, as a table that people write and host and unit check alike.

A programme names phases from `ready` to `recovery`; those that it leaves out are as in the default of the route. What
the others do is not for a programme to say: before and after the session the room is lit and silent, and `stopped` is
what STOP means. Silence is a cue like any other, folder 0, and has to be said: a phase that names no folder is a fault.

    {"music": true, "eye_shades": true,
     "peak": {"folder": 3, "tracks": [2, 1, 4], "volume": [[0, 16], [20, 18], [40, 15]], "kelvin": 2700,
              "brightness_pct": 3, "breaths_per_min": 6, "depth_pct": 10, "fade_s": 60}}

`volume` is one of the player's 30 steps, or points of minutes into the phase and steps between which it changes evenly
as heard. `tracks` are file numbers in their order; without it the whole folder plays. `music` and `eye_shades` are what
this patient agreed to; both are true when they are left out.

Light breathes no faster than 12 times a minute and loses no more than a fifth of its brightness at it. That is a choice
of design, far from what is called a flash: WCAG 2.2, 2.3.1, counts pairs of opposing changes by a tenth of full
luminance, three within a second. How fast light may change at all is compiled into its driver.
"""

from collections import namedtuple

Scene = namedtuple(
    "Scene",
    ("folder", "tracks", "volume", "kelvin", "brightness_pct", "breaths_per_min", "depth_pct", "fade_s"),
)

PHASES = ("ready", "onset", "peak", "return", "recovery")
CHOICES = ("music", "eye_shades")
LAST_FOLDER = 97  # 98 is kept free, 99 holds the files by which a card is known
MOST_TRACKS, MOST_POINTS = 40, 8
MOST_STEPS = 30

# field, lowest, highest, whether a phase has to say it
_NUMBERS = (
    ("folder", 0, LAST_FOLDER, True),
    ("kelvin", 2700, 6500, True),
    ("brightness_pct", 0, 100, True),
    ("fade_s", 2, 600, True),
    ("breaths_per_min", 3, 12, False),
    ("depth_pct", 1, 20, False),
)
_OTHERS = ("tracks", "volume")


def _still(kelvin: int, brightness_pct: int, fade_s: int) -> Scene:
    return Scene(0, None, 0, kelvin, brightness_pct, 0, 0, fade_s)


# What no programme changes.
ROOM = _still(3200, 47, 5)
FIXED = {
    "idle": ROOM,
    "checks": ROOM,
    "stopped": _still(4000, 80, 3),
    "closed": _still(3200, 47, 10),
}

# Quiet before the dose, opening during onset, carried through the peak, familiar ground on the return; into a muscle
# the same arc is shorter.
DEFAULTS = {
    "sublingual": {
        "ready": Scene(1, None, 12, 2900, 27, 0, 0, 20),
        "onset": Scene(2, None, ((0, 14), (20, 17)), 2700, 10, 6, 10, 60),
        "peak": Scene(3, None, ((0, 17), (20, 18), (40, 16)), 2700, 3, 0, 0, 60),
        "return": Scene(4, None, ((0, 16), (60, 12)), 2700, 10, 0, 0, 90),
        "recovery": Scene(5, None, 10, 2900, 21, 0, 0, 60),
    },
    "intramuscular": {
        "ready": Scene(1, None, 12, 2900, 27, 0, 0, 20),
        "onset": Scene(2, None, ((0, 14), (5, 17)), 2700, 10, 0, 0, 30),
        "peak": Scene(3, None, ((0, 17), (10, 18), (25, 16)), 2700, 3, 0, 0, 30),
        "return": Scene(4, None, ((0, 16), (30, 12)), 2700, 10, 0, 0, 60),
        "recovery": Scene(5, None, 10, 2900, 21, 0, 0, 60),
    },
}


def scene(programme: dict, route: str, phase: str) -> Scene:
    """What a phase asks for; `programme` has been checked."""
    if phase in FIXED:
        return FIXED[phase]
    row = programme.get(phase)
    if row is None:
        return DEFAULTS[route][phase]
    return Scene(row["folder"], row.get("tracks"), row["volume"], row["kelvin"], row["brightness_pct"],
                 row.get("breaths_per_min", 0), row.get("depth_pct", 0), row["fade_s"])  # fmt: skip


def check(programme: dict) -> list[str]:
    """Every fault of a programme as a sentence that begins with its dotted key; empty when it may be used."""
    faults = []
    for name in sorted(programme):
        row = programme[name]
        if name in CHOICES:
            if type(row) is not bool:
                faults.append("%s: must be true or false" % name)
        elif name in FIXED:
            faults.append("%s: is the unit's own; a programme has %s" % (name, ", ".join(PHASES)))
        elif name not in PHASES:
            faults.append("%s: no such phase" % name)
        elif not isinstance(row, dict):
            faults.append("%s: must be a table" % name)
        else:
            faults += ["%s.%s" % (name, fault) for fault in _row_faults(row)]
    return faults


def _row_faults(row: dict) -> list[str]:
    known = [field[0] for field in _NUMBERS]
    faults = ["%s: no such field" % name for name in sorted(row) if name not in known and name not in _OTHERS]
    for name, low, high, needed in _NUMBERS:
        if name not in row:
            if needed:
                faults.append(name + (_NO_MUSIC if name == "folder" else ": is missing"))
        elif not _is_whole(row[name], low, high):
            faults.append("%s: must be a whole number from %d to %d" % (name, low, high))
    if ("breaths_per_min" in row) != ("depth_pct" in row):
        faults.append("depth_pct: goes with breaths_per_min, neither without the other")
    return faults + _track_faults(row) + _volume_faults(row)


_NO_MUSIC = ": is missing, so this phase has no music; 0 is silence"


def _is_whole(value, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _track_faults(row: dict) -> list[str]:
    if "tracks" not in row:
        return []
    tracks = row["tracks"]
    if type(tracks) not in (list, tuple) or not 1 <= len(tracks) <= MOST_TRACKS:
        return ["tracks: must be a list of 1 to %d file numbers" % MOST_TRACKS]
    if not all(_is_whole(track, 1, 255) for track in tracks):
        return ["tracks: must be whole numbers from 1 to 255"]
    return ["tracks: silence has none"] if row.get("folder") == 0 else []


def _volume_faults(row: dict) -> list[str]:
    if "volume" not in row:
        return ["volume: is missing"]
    volume = row["volume"]
    if type(volume) is int:
        return [] if 0 <= volume <= MOST_STEPS else ["volume: must be 0 to %d, or points of [minute, 0 to %d]"
                                                     % (MOST_STEPS, MOST_STEPS)]  # fmt: skip
    if type(volume) not in (list, tuple) or not 2 <= len(volume) <= MOST_POINTS:
        return ["volume: must be 0 to %d, or 2 to %d points" % (MOST_STEPS, MOST_POINTS)]
    last = -1
    for point in volume:
        if type(point) not in (list, tuple) or len(point) != 2 or not _is_whole(point[1], 0, MOST_STEPS):
            return ["volume: each point must be [minute, 0 to %d]" % MOST_STEPS]
        if not _is_whole(point[0], last + 1, 240):
            return ["volume: minutes must be whole, rise from point to point, and end by 240"]
        last = point[0]
    return [] if volume[0][0] == 0 else ["volume: the first point must be at minute 0"]
