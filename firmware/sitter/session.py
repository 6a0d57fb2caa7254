"""The phases of a medicine session.

    idle -> checks -> ready -> (dose given: t0) onset -> peak -> return -> recovery -> closed -> idle

and `stopped`: recovery entered early because somebody held STOP, without music. Staff move the session on with NEXT;
the phases after the dose also end by themselves, at times counted from t0 that depend on the route. TRANSITIONS is the
whole of it; an event that has no row in the phase does nothing. A unit that restarts takes its session up again from
`saved`.

t0 is the moment of the first dose, as staff pressed it or stated it. It never moves: a second dose is an event. It goes
only when the dose is taken back within a minute, and the session is `ready` again; no way leads to the dose but through
the checks.

Staff may move the end of a phase, and with it what follows: `shift_min` is by how much. A phase that is held does not
end by itself until its end has been moved as far as it may. That is until three hours from t0 for the last of the
timed phases. Times by themselves never bring a phase back; staff can, one step.

Times by route: sublingual onset 15-20 min, peak around 40 (30-60) min, fading over 1-2 h; intramuscular onset 2-5 min,
main effect 45-60 min. They are of clinics' own descriptions and of Rolan 2014 (PMC4093926), see docs/therapy.md.
"""

NEXT, DOSE, VOID, TIME, END, BACK = "next", "dose", "void", "time", "end", "back"

TRANSITIONS = {
    ("idle", NEXT): "checks",
    ("checks", NEXT): "ready",
    ("checks", END): "closed",
    ("ready", DOSE): "onset",
    ("ready", END): "closed",
    ("onset", TIME): "peak",
    ("onset", NEXT): "peak",
    ("onset", END): "stopped",
    ("onset", VOID): "ready",
    ("peak", TIME): "return",
    ("peak", NEXT): "return",
    ("peak", END): "stopped",
    ("peak", BACK): "onset",
    ("peak", VOID): "ready",
    ("return", TIME): "recovery",
    ("return", NEXT): "recovery",
    ("return", END): "stopped",
    ("return", BACK): "peak",
    ("return", VOID): "ready",
    ("recovery", NEXT): "closed",
    ("recovery", BACK): "return",
    ("stopped", NEXT): "closed",
    ("closed", NEXT): "idle",
}

# Minutes from t0 at which a phase ends by itself.
ROUTES = ("sublingual", "intramuscular")
ENDS_MIN = {
    "sublingual": {"onset": 20, "peak": 60, "return": 120},
    "intramuscular": {"onset": 5, "peak": 30, "return": 60},
}

LONGEST_MIN = 180  # from t0 to the end of the last phase that has one
BACK_MIN = 10  # that an earlier phase lasts, when staff go back to it
STATED_MIN = 15  # so long ago at most may a dose be stated as given

PHASES = ("idle", "checks", "ready", "onset", "peak", "return", "recovery", "stopped", "closed")
_UNWATCHED = ("idle", "closed")
_AFTER_DOSE = ("onset", "peak", "return", "recovery", "stopped")
_LONGEST_S = (1 << 30) // 1000  # that a unit is up
# What a saved session has of numbers, from and to.
_NUMBERS = (("at_ms", 0, 1 << 30), ("utc_s", 0, 0xFFFFFFFE), ("doses", 0, 254), ("marks", 0, 65534),
            ("shift_min", -LONGEST_MIN, LONGEST_MIN))  # fmt: skip
_ABSENT = {"shift_min": 0}  # in what an older program has kept


def is_known(saved) -> bool:
    """Whether this is a whole saved session, open or not."""
    if not isinstance(saved, dict) or saved.get("phase") not in PHASES or saved.get("route") not in tuple(ENDS_MIN):
        return False
    for name, low, high in _NUMBERS:
        value = saved.get(name, _ABSENT.get(name))
        if type(value) is not int or not low <= value <= high:
            return False
    if saved.get("held", 0) not in (0, 1):
        return False
    t0_utc_s, last_utc_s = saved.get("t0_utc_s"), saved.get("last_utc_s")
    moments = [utc_s for utc_s in (t0_utc_s, last_utc_s) if utc_s is not None]
    for utc_s in [saved.get("since_utc_s")] + moments:
        if type(utc_s) is not int or not 0 <= saved["utc_s"] - utc_s <= _LONGEST_S:
            return False
    return t0_utc_s is not None or saved["phase"] not in _AFTER_DOSE


def may_resume(saved) -> bool:
    """Whether this is a whole saved session that was open."""
    return is_known(saved) and saved["phase"] not in _UNWATCHED


class Session:
    def __init__(self, route: str) -> None:
        self.route = route
        self.phase = "idle"
        self.since_ms = 0
        self.t0_ms: int | None = None
        self.last_dose_ms: int | None = None  # as given
        self.pressed_ms: int | None = None  # when staff said so
        self.doses = 0
        self.marks = 0
        self.shift_min = 0
        self.held = False  # the phase does not end by itself

    def event(self, now_ms: int, event: str, ago_ms: int = 0) -> bool:
        """Move on by the table; False if the event means nothing in this phase. `ago_ms` is for a dose."""
        phase = TRANSITIONS.get((self.phase, event))
        if phase is None:
            return False
        self._let_go(now_ms)
        self.since_ms = now_ms
        if event is DOSE:
            self._count(now_ms, ago_ms)
            self.since_ms = self.t0_ms = self.last_dose_ms
        elif event is VOID or phase == "idle":
            self._forget(keep_marks=event is VOID)
        elif event is BACK:
            self.shift_min = max(self.shift_min, self._back_min(now_ms, phase))
        self.phase = phase
        return True

    def _forget(self, keep_marks: bool) -> None:
        self.t0_ms = self.last_dose_ms = self.pressed_ms = None
        self.doses = self.shift_min = 0
        self.marks = self.marks if keep_marks else 0

    def _count(self, now_ms: int, ago_ms: int) -> None:
        self.doses += 1
        self.pressed_ms, self.last_dose_ms = now_ms, now_ms - ago_ms

    def another_dose(self, now_ms: int, ago_ms: int = 0) -> bool:
        """Count a further dose, where one may be given; t0 stays. One that is stated may belong to the phase before."""
        if self.phase not in ("onset", "peak") and not (ago_ms and self.phase == "return"):
            return False
        self._count(now_ms, ago_ms)
        return True

    def take_back(self, now_ms: int) -> bool:
        """The last dose was not given; False if there is none, or the phase has left it behind."""
        if self.doses == 1:
            return self.event(now_ms, VOID)
        if self.doses == 0 or (self.phase, VOID) not in TRANSITIONS:
            return False
        self.doses -= 1
        self.pressed_ms, self.last_dose_ms = None, self.t0_ms
        return True

    # --- when a phase ends --------------------------------------------------------------------------------------------

    def end_min(self, phase: str = "") -> int | None:
        """Minutes from t0 at which a phase, or this one, ends by itself if nobody holds it; None for one without."""
        end_min = ENDS_MIN[self.route].get(phase or self.phase)
        return None if end_min is None else end_min + self.shift_min

    @property
    def most_shift_min(self) -> int:
        return LONGEST_MIN - ENDS_MIN[self.route]["return"]

    def minute(self, now_ms: int) -> int:
        """Whole minutes since t0."""
        return 0 if self.t0_ms is None else (now_ms - self.t0_ms) // 60000

    def shift(self, now_ms: int, by_min: int) -> bool:
        """Move the end of this phase and of those behind it, no further than it may and not into the past; False where
        that moves nothing."""
        end_min = self.end_min()
        if end_min is None or self.t0_ms is None:
            return False
        least = min(self.shift_min, self.minute(now_ms) - end_min + self.shift_min)
        wanted = max(least, min(self.most_shift_min, self.shift_min + by_min))
        moved, self.shift_min = wanted != self.shift_min, wanted
        return moved

    def _let_go(self, now_ms: int) -> None:
        """The phase is no longer held: what lasted longer by that has moved the ends of those that follow."""
        end_min, held = self.end_min(), self.held
        self.held = False
        if held and end_min is not None:
            self.shift(now_ms, max(0, self.minute(now_ms) - end_min))

    def hold(self, now_ms: int, on: bool) -> bool:
        """Hold the phase open, or let it end by itself again; False where it has no end."""
        if self.end_min() is None or self.held is on:
            return False
        if on:
            self.held = True
        else:
            self._let_go(now_ms)
        return True

    def _back_min(self, now_ms: int, phase: str) -> int:
        """How far the end of an earlier phase has to be moved for it to last some time again."""
        return self.minute(now_ms) + BACK_MIN - ENDS_MIN[self.route][phase]

    def may_go_back(self, now_ms: int) -> bool:
        phase = TRANSITIONS.get((self.phase, BACK))
        return phase is not None and self._back_min(now_ms, phase) <= self.most_shift_min

    def time_is_up(self, now_ms: int) -> bool:
        end_min = self.end_min()
        if end_min is None or self.t0_ms is None:
            return False
        if self.held:
            end_min += self.most_shift_min - self.shift_min
        return now_ms - self.t0_ms >= end_min * 60000

    # --- what else depends on the phase -------------------------------------------------------------------------------

    @property
    def watching(self) -> bool:
        return self.phase not in _UNWATCHED

    @property
    def may_be_away(self) -> bool:
        """Not from the dose to the end of the peak: that is what watching is for."""
        return self.phase in ("checks", "ready", "return", "recovery", "stopped")

    @property
    def dosed(self) -> bool:
        return self.phase in _AFTER_DOSE

    def saved(self, now_ms: int, utc_s: int) -> dict:
        """The session as it has to survive a power cut, its moments as UTC."""
        moments = [None if at_ms is None else utc_s - (now_ms - at_ms) // 1000
                   for at_ms in (self.since_ms, self.t0_ms, self.last_dose_ms)]  # fmt: skip
        return {"at_ms": now_ms, "utc_s": utc_s, "phase": self.phase, "since_utc_s": moments[0], "t0_utc_s": moments[1],
                "last_utc_s": moments[2], "doses": self.doses, "marks": self.marks, "route": self.route,
                "shift_min": self.shift_min, "held": int(self.held)}  # fmt: skip

    def restore(self, saved: dict, now_ms: int, utc_s: int) -> None:
        """Take up a saved session; moments before this start become negative times."""
        self.route = saved["route"]
        self.phase = saved["phase"]
        self.doses, self.marks = saved["doses"], saved["marks"]
        self.shift_min, self.held = saved.get("shift_min", 0), saved.get("held") == 1
        self.since_ms = now_ms - (utc_s - saved["since_utc_s"]) * 1000
        t0_utc_s, last_utc_s = saved.get("t0_utc_s"), saved.get("last_utc_s")
        if t0_utc_s is not None:
            self.t0_ms = now_ms - (utc_s - t0_utc_s) * 1000
            self.last_dose_ms = self.t0_ms if last_utc_s is None else now_ms - (utc_s - last_utc_s) * 1000
