"""The phases of a medicine session.

    idle -> checks -> ready -> (dose given: t0) onset -> peak -> return -> recovery -> closed -> idle

and `stopped`: recovery entered early because somebody held STOP, without music. Staff move the session on with NEXT;
the phases after the dose also end by themselves, at times counted from t0 that depend on the route. t0 is the first
dose and never moves: a second dose is an event. TRANSITIONS is the whole of it; an event that has no row in the phase
does nothing. A unit that restarts takes its session up again from `saved`.

Times by route: sublingual onset 15-20 min, peak around 40 (30-60) min, fading over 1-2 h; intramuscular onset 2-5 min,
main effect 45-60 min. They are of clinics' own descriptions and of Rolan 2014 (PMC4093926), see docs/therapy.md.
"""

NEXT, DOSE, TIME, END = "next", "dose", "time", "end"

TRANSITIONS = {
    ("idle", NEXT): "checks",
    ("checks", NEXT): "ready",
    ("checks", END): "closed",
    ("ready", DOSE): "onset",
    ("ready", END): "closed",
    ("onset", TIME): "peak",
    ("onset", NEXT): "peak",
    ("onset", END): "stopped",
    ("peak", TIME): "return",
    ("peak", NEXT): "return",
    ("peak", END): "stopped",
    ("return", TIME): "recovery",
    ("return", NEXT): "recovery",
    ("return", END): "stopped",
    ("recovery", NEXT): "closed",
    ("stopped", NEXT): "closed",
    ("closed", NEXT): "idle",
}

# Minutes from t0 at which a phase ends by itself.
ENDS_MIN = {
    "sublingual": {"onset": 20, "peak": 60, "return": 120},
    "intramuscular": {"onset": 5, "peak": 30, "return": 60},
}

PHASES = ("idle", "checks", "ready", "onset", "peak", "return", "recovery", "stopped", "closed")
_UNWATCHED = ("idle", "closed")
_AFTER_DOSE = ("onset", "peak", "return", "recovery", "stopped")
_LONGEST_S = (1 << 30) // 1000  # that a unit is up
# What a saved session has of numbers, from and to.
_NUMBERS = (("at_ms", 0, 1 << 30), ("utc_s", 0, 0xFFFFFFFE), ("doses", 0, 254), ("marks", 0, 65534))


def is_known(saved) -> bool:
    """Whether this is a whole saved session, open or not."""
    if not isinstance(saved, dict) or saved.get("phase") not in PHASES or saved.get("route") not in tuple(ENDS_MIN):
        return False
    for name, low, high in _NUMBERS:
        if type(saved.get(name)) is not int or not low <= saved[name] <= high:
            return False
    t0_utc_s = saved.get("t0_utc_s")
    moments = [saved.get("since_utc_s")] + ([] if t0_utc_s is None else [t0_utc_s])
    for utc_s in moments:
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
        self.doses = 0
        self.marks = 0

    def event(self, now_ms: int, event: str) -> bool:
        """Move on by the table; False if the event means nothing in this phase."""
        phase = TRANSITIONS.get((self.phase, event))
        if phase is None:
            return False
        if event is DOSE:
            self.t0_ms = now_ms
            self.doses = 1
        elif phase == "idle":
            self.t0_ms = None
            self.doses = self.marks = 0
        self.phase = phase
        self.since_ms = now_ms
        return True

    def another_dose(self) -> bool:
        """Count a further dose, where one may be given; t0 stays."""
        if self.phase not in ("onset", "peak"):
            return False
        self.doses += 1
        return True

    def time_is_up(self, now_ms: int) -> bool:
        end_min = ENDS_MIN[self.route].get(self.phase)
        return end_min is not None and self.t0_ms is not None and now_ms - self.t0_ms >= end_min * 60000

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
        t0 = None if self.t0_ms is None else utc_s - (now_ms - self.t0_ms) // 1000
        since = utc_s - (now_ms - self.since_ms) // 1000
        return {"at_ms": now_ms, "utc_s": utc_s, "phase": self.phase, "since_utc_s": since, "t0_utc_s": t0,
                "doses": self.doses, "marks": self.marks, "route": self.route}  # fmt: skip

    def restore(self, saved: dict, now_ms: int, utc_s: int) -> None:
        """Take up a saved session; moments before this start become negative times."""
        self.route = saved["route"]
        self.phase = saved["phase"]
        self.doses, self.marks = saved["doses"], saved["marks"]
        self.since_ms = now_ms - (utc_s - saved["since_utc_s"]) * 1000
        if saved.get("t0_utc_s") is not None:
            self.t0_ms = now_ms - (utc_s - saved["t0_utc_s"]) * 1000
