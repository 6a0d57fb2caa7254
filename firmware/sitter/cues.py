"""Music and light wanted at a moment of a session.

programme.py has what a phase asks for. Here is what becomes of it: the volume on its curve, moved by staff and held
below the cap. Calling for help overrides the programme: the music fades out in 3 s and the light goes up, bright enough
to look at a patient by. Drivers do the fading; nothing here or there ever flashes the room light.
"""

from collections import namedtuple

from sitter.programme import FIXED, Scene, check, scene

__all__ = ("HELP", "Scene", "Wanted", "check", "scene", "volume_at")

Wanted = namedtuple(
    "Wanted",
    (
        "folder",
        "track",
        "volume",
        "kelvin",
        "brightness_pct",
        "breaths_per_min",
        "depth_pct",
        "fade_ms",
        "music_fade_ms",
    ),
)

# Music under an alarm's sound: quiet enough for a staff-side sounder, and the time it takes to go and to come back.
DUCKED = 4
DUCK_MS, DUCK_HEADPHONES_MS, UNDUCK_MS = 300, 2000, 5000
HELP_MS = 3000
HELP = FIXED["stopped"]


def volume_at(volume, in_phase_ms: int) -> int:
    """The step of a volume, fixed or in points, so long after its phase began."""
    if type(volume) is int:
        return volume
    before = volume[0]
    in_phase_ms = max(before[0] * 60000, in_phase_ms)
    for point in volume[1:]:
        at_ms = point[0] * 60000
        if in_phase_ms < at_ms:
            before_ms = before[0] * 60000
            passed_s, span_s = (in_phase_ms - before_ms) // 1000, (at_ms - before_ms) // 1000
            return before[1] + ((point[1] - before[1]) * passed_s * 2 + span_s) // (2 * span_s)
        before = point
    return before[1]


def capped(volume: int, moved: int, volume_cap: int) -> int:
    """A step of the programme as staff have moved it, never above the cap of the settings."""
    return min(max(0, volume + moved), volume_cap)


def light_of(wanted) -> tuple:
    """What of it is the light's."""
    return wanted[3:7]
