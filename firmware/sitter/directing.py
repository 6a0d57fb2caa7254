"""What music and light are told, step by step.

`cues` says what a phase asks for; here is what the moment makes of it. No track is cut because a phase ends: the volume
and the light move on at once, and the new phase's playlist begins when the track has ended, however long that is. The
player says when (`take`), and from the catalogue the next track is known. Only staff, the end of the session and HELP
end a track early, and then by a fade.

The volume is that of the curve, moved by staff, below the cap, and makes way for a sound that has to be heard and for
somebody who speaks. What comes out is compared with what was told last; a change is told and written down. Nothing here
is read by an alarm.
"""

from sitter import cues
from sitter.alarm_table import HIGH, MEDIUM
from sitter.catalogue import LYRICS, NO_FOLDER, Catalogue

SKIP_MS, STAFF_MS, OFF_MS, TALK_MS, CURVE_MS = 4000, 500, 3000, 1500, 10000
_MOVE = 2  # steps a press
_FARTHEST = 12
# Phases that music does not last into.
_SILENT = ("idle", "checks", "stopped", "closed")
_NOTHING = (0, 0)


class Director:
    def __init__(self) -> None:
        self.catalogue: Catalogue | None = None  # where the unit has been given one
        self.files: int | None = None  # on the card that is in the player, as it says
        self.off = self.talking = False
        self.moved = 0  # steps, by staff
        self._phase = ""
        self._scene = cues.HELP
        self._playing = _NOTHING  # folder, track
        self._at = 0  # the playlist's next
        self._over = False  # the track has ended, or is not wanted any more
        self._inherited = False  # it is still the phase before's
        self._ducked = False
        self._because: tuple = ()  # cause, music_fade_ms of what happened since the last step
        self._told: cues.Wanted | None = None
        self._fades_until_ms = 0
        self._helped = False

    # --- what happens -------------------------------------------------------------------------------------------------

    def take(self, event: str) -> None:
        """The player's track is `finished`, or is `missing` on the card."""
        if self._playing == _NOTHING:
            return
        if event == "missing" and not self._known():
            self._at = -1  # beyond the folder's last: from the first again
        self._next("track", 0)

    def skip(self) -> None:
        if self._playing != _NOTHING:
            self._next("skip", SKIP_MS)

    def move(self, steps: int) -> None:
        self.moved = min(_FARTHEST, max(-_FARTHEST, self.moved + steps))
        self._because = ("volume", STAFF_MS)

    def switch(self, unit) -> str:
        """Music off, or on again if it is fit for this patient: what was off at the start has not been looked at. What
        to say of it."""
        unfit = self.unfit(unit) if self.off and unit.session.watching else None
        if unfit:
            return unfit
        self.off = not self.off
        self._because = ("music off", OFF_MS) if self.off else ("music on", cues.UNDUCK_MS)
        return self._because[0]

    def talk(self) -> None:
        """Somebody begins to speak, or has ended."""
        self.talking = not self.talking
        self._because = ("talk", TALK_MS) if self.talking else ("talk over", cues.UNDUCK_MS)

    def _next(self, cause: str, fade_ms: int) -> None:
        self._over = True
        if self._inherited:
            self._inherited = False
        else:
            self._at += 1
        self._because = (cause, fade_ms)

    # --- the menu -----------------------------------------------------------------------------------------------------

    def items(self, unit) -> tuple:
        """What the menu offers about the music, (name, words) each."""
        if self.off:
            return (("music", "MUSIC ON"),)
        if not unit.session.watching:
            return (("music", "MUSIC OFF"),)
        return (("softer", "MUSIC SOFTER"), ("louder", "MUSIC LOUDER"), ("skip", "MUSIC: NEXT TRACK"),
                ("music", "MUSIC OFF"))  # fmt: skip

    def talk_items(self) -> list:
        """And about making way for somebody who speaks: nearer to hand than the rest."""
        return [] if self.off else [("talk", "TALK OVER: MUSIC UP" if self.talking else "TALK: MUSIC DOWN")]

    @property
    def playing(self) -> tuple:
        """(folder, track), zeros where none plays."""
        return self._playing

    def choose(self, unit, chosen: str) -> str | None:
        """One of them; what to say of it."""
        if chosen == "talk":
            self.talk()
        elif chosen == "skip":
            self.skip()
        elif chosen == "music":
            return self.switch(unit)
        elif chosen in ("softer", "louder"):
            self.move(_MOVE if chosen == "louder" else -_MOVE)
        return None

    # --- whether a session may begin with it --------------------------------------------------------------------------

    @property
    def other_card(self) -> bool:
        """Whether the player has another card than the catalogue's; a player that can't be asked has not."""
        return self.catalogue is not None and self.files is not None and self.files != self.catalogue.files

    def refusal(self, unit) -> str | None:
        """Why no session may begin with this music, in a few words; None if one may."""
        return None if self.off else self.unfit(unit)

    def unfit(self, unit) -> str | None:
        """What is wrong with this music for this patient, whether it is on or off."""
        programme = _programme(unit)
        if self.catalogue is None or not unit.mandate.agreed("music"):
            return None
        if self.other_card:
            return "another music card"
        for _, what, folder, track in self.catalogue.misfits(programme, unit.session.route):
            if what == NO_FOLDER:
                return "no folder %d on card" % folder
            return ("lyrics: track %d/%d" if what == LYRICS else "no track %d/%d on card") % (folder, track)
        return None

    # --- a step -------------------------------------------------------------------------------------------------------

    def direct(self, now_ms: int, unit, out) -> None:
        """Add to the outputs of this step what has changed about music and light."""
        phase = "closed" if unit.asking else unit.session.phase
        because, self._because = self._because or ("curve", CURVE_MS), ()
        if phase != self._phase:
            because = self._enter(phase, unit)
        scene = cues.HELP if unit.assessing else self._scene
        if unit.assessing:
            because = ("help", cues.HELP_MS)
        elif self._helped:
            because = ("help over", cues.UNDUCK_MS)
        self._helped = unit.assessing
        folder, track = self._choose_track(unit, scene, phase)
        volume = cues.volume_at(scene.volume, now_ms - unit.session.since_ms) if folder else 0
        volume = cues.capped(volume, self.moved, unit.settings["volume_cap"]) if folder else 0
        volume, because, edge = self._make_way(volume, because, unit, out.signal)
        wanted = cues.Wanted(folder, track, volume, scene.kelvin, scene.brightness_pct, scene.breaths_per_min,
                             scene.depth_pct, scene.fade_s * 1000, because[1])  # fmt: skip
        edge = edge and (volume > 0 or now_ms < self._fades_until_ms)
        if not (edge or self._over) and wanted[:7] == (self._told or ())[:7]:
            return
        self._over = False
        self._told = out.cues = wanted
        self._fades_until_ms = now_ms + wanted.music_fade_ms
        if unit.session.watching:
            unit.record(out, "cue", now_ms, folder=folder, track=track, volume=volume, kelvin=wanted.kelvin,
                        brightness_pct=wanted.brightness_pct, breaths_per_min=wanted.breaths_per_min,
                        fade_ms=wanted.fade_ms, music_fade_ms=wanted.music_fade_ms, cause=because[0])  # fmt: skip

    def _enter(self, phase: str, unit) -> tuple:
        """Another phase: what it wants, and that the track that plays is not one of its own."""
        if unit.session.phase == "closed":  # what staff chose was for this patient
            self.off = self.talking = False
            self.moved = 0
        self._phase = phase
        self._scene = cues.scene(_programme(unit), unit.session.route, phase)
        self._at = 0
        self._inherited = self._playing != _NOTHING
        return phase, self._scene.fade_s * 1000

    def _choose_track(self, unit, scene, phase: str) -> tuple:
        ends_now = unit.assessing or self.off or phase in _SILENT or not unit.mandate.agreed("music")
        if ends_now or self.other_card:
            self._over = self._inherited = False
            self._playing = _NOTHING
        elif self._over or self._playing == _NOTHING:
            self._inherited = False
            self._playing = self._following(scene) if scene.folder else _NOTHING
        return self._playing

    def _following(self, scene) -> tuple:
        if scene.tracks:
            return scene.folder, scene.tracks[self._at % len(scene.tracks)]
        count = self.catalogue.count(scene.folder) if self.catalogue else 0
        return scene.folder, self._at % (count or 255) + 1

    def _known(self) -> bool:
        return self.catalogue is not None or bool(self._scene.tracks)

    def seconds(self, wanted: cues.Wanted) -> int:
        """How long the track is; 0 if nobody knows."""
        return self.catalogue.seconds(wanted.folder, wanted.track) if self.catalogue else 0

    def _make_way(self, volume: int, because: tuple, unit, signal) -> tuple:
        """(volume, because, whether that begins or ends now). Music makes way for a sound that has to be heard; in
        headphones, where only the patient would notice, for high priority alone and slowly. And for somebody who
        speaks."""
        headphones = bool(unit.settings["music_on_headphones"])
        was, sound = self._ducked, signal.sound if signal else 0
        self._ducked = sound >= (HIGH if headphones else MEDIUM)
        if self.talking:
            volume = min(volume, cues.DUCKED)
        if unit.assessing:  # which has a fade of its own
            return volume, because, False
        if self._ducked:
            fade_ms = cues.DUCK_HEADPHONES_MS if headphones else cues.DUCK_MS
            cause = because[0] if was and because[0] != "curve" else "alarm"
            return min(volume, cues.DUCKED), (cause, fade_ms), not was
        return volume, ("alarm over", cues.UNDUCK_MS) if was else because, was

    # --- across a restart ---------------------------------------------------------------------------------------------

    def saved(self) -> list:
        return [int(self.off), self.moved]

    def restore(self, kept) -> None:
        if type(kept) is list and len(kept) == 2 and type(kept[1]) is int:
            self.off, self.moved = bool(kept[0]), min(_FARTHEST, max(-_FARTHEST, kept[1]))


def _programme(unit) -> dict:
    return unit.plan.get("cues", {}) if unit.plan else {}
