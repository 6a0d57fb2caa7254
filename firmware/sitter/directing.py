"""What music and light are told, step by step.

`cues.wanted` says what a phase asks for; here is what the moment makes of it. HELP overrides the programme, and music
makes way for a sound that has to be heard. What comes out is compared with what was told last, and only a change is
told and written down. Nothing here is read by an alarm.
"""

from sitter import cues
from sitter.alarm_table import HIGH, MEDIUM


class Director:
    def __init__(self) -> None:
        self._ducked = False
        self._told: cues.Wanted | None = None

    def direct(self, now_ms: int, unit, out) -> None:
        """Add to the outputs of this step what has changed about music and light."""
        programme = unit.plan.get("cues", {}) if unit.plan else {}
        phase = "closed" if unit.asking else unit.session.phase
        wanted = cues.wanted(programme, phase, unit.settings["volume_cap"], unit.assessing)
        cause = "help" if unit.assessing else phase
        if wanted.volume > cues.DUCKED:
            wanted, cause = self._duck(wanted, cause, unit.settings, out.signal)
        if wanted[:4] == (self._told or ())[:4]:
            return
        self._told = out.cues = wanted
        if unit.session.watching:
            unit.record(out, "cue", now_ms, folder=wanted.folder, volume=wanted.volume, warm_pct=wanted.warm_pct,
                        cool_pct=wanted.cool_pct, fade_ms=wanted.fade_ms, music_fade_ms=wanted.music_fade_ms,
                        cause=cause)  # fmt: skip

    def _duck(self, wanted: cues.Wanted, cause: str, settings: dict, signal) -> tuple[cues.Wanted, str]:
        """Music makes way for a sound that has to be heard; in headphones, where only the patient would notice, for
        high priority alone and slowly."""
        headphones = bool(settings["music_on_headphones"])
        was, sound = self._ducked, signal.sound if signal else 0
        self._ducked = sound >= (HIGH if headphones else MEDIUM)
        if self._ducked:
            fade_ms = cues.DUCK_HEADPHONES_MS if headphones else cues.DUCK_MS
            return cues.with_volume(wanted, cues.DUCKED, fade_ms), "alarm"
        if was:
            return cues.with_volume(wanted, wanted.volume, cues.UNDUCK_MS), "alarm over"
        return wanted, cause
