"""The unit: one step takes what happened since the last one and says what should happen now.

Inputs are (kind, value) pairs in the order in which they came:

    reading   ppg.Reading, once a second
    pressure  (systolic_mmhg, diastolic_mmhg, mean_mmhg, pulse_bpm)
    cuff      (event, code): "fault" with the module's code, or "stopped" by a key
    key       (key, gesture)
    part      (part, fault): a technical state; fault is None when the part works
    clock     (utc_s, trusted)
    battery   (level_pct, emptying), None when it is not known
    track     "finished" or "missing": what became of the player's track
    card      how many files the player's card has, None when it does not say

The step asks nobody for the time and touches no hardware; it returns Outputs, and app.py carries them to the drivers.
`step` judges: inputs, session, cuff, alarms. `present` then adds what may fail without harm, music, light and screen;
it is a call of its own so that no fault in it can come between an alarm and its signal.
"""

from sitter import alarms, cues, doses, keypad, logbook, resume, screen, session, utc
from sitter.alarms import Alarms
from sitter.away import Away
from sitter.baseline import Baseline
from sitter.before import Before, over_hold
from sitter.cuff import Cuff
from sitter.dial import Dial
from sitter.directing import Director
from sitter.facts import facts
from sitter.inquiries import Inquiries
from sitter.mandate import Mandate
from sitter.menu import Menu
from sitter.picks import Picks
from sitter.reading import ADJUSTED, MODULE, UNCALIBRATED
from sitter.same_arm import SameArm
from sitter.selftest import KeyTest, SelfTest
from sitter.session import Session
from sitter.settings import spo2_points
from sitter.vitals import Vitals

SCREEN_EVERY_MS = 500
# Records after which the state for a restart is another one.
_TO_BE_KEPT = ("phase", "dose", "void", "course", "leaving", "observe", "mark", "silence", "away", "pressure", "cuff",
               "alarm", "resume", "key", "check", "override")  # fmt: skip


class Outputs:
    """What one step wants done. `cues` and `screen` are None when nothing about them changed."""

    def __init__(self) -> None:
        self.signal: alarms.Signal | None = None
        self.cuff: str | None = None  # "start" or "abort"
        self.first_mmhg: int | None = None  # with "start": how far to inflate at first, where that is known
        self.cues: cues.Wanted | None = None
        self.screen: tuple | None = None  # screen.fields
        self.records: list[tuple[str, dict]] = []
        self.log: str | None = None  # "open" before these records, or "close" behind them
        self.saved: dict | None = None  # Session.saved, to be stored against a power cut


class Unit:
    def __init__(self, settings: dict, plan: dict | None, unit_id: str = "", used=None) -> None:
        """`settings` are the unit's own, a complete set; `plan` has no fault; `used` as mandate.py stores it."""
        self.mandate = Mandate(settings, plan, unit_id, used)
        self.settings = self.mandate.settings  # those in force, which a plan may change in place
        self.session = Session(self.mandate.route)
        self.before = Before()
        self.vitals = Vitals()
        self.baseline = Baseline()
        self.spo2_adjusted = bool(spo2_points(settings))
        # The part that measures, and whether its saturation is by a calibration of its own.
        self.oximeter: tuple[str, bool] = ("MAX30102", False)
        self.alarms = Alarms(self.settings)
        self.cuff = Cuff(self.settings)
        self.same_arm = SameArm()
        self.menu = Menu()
        self.picks = Picks()
        self.dial = Dial()
        self.inquiries = Inquiries()
        self.away = Away()
        self.self_test = SelfTest()
        self.key_test = KeyTest()
        self.faults: dict[str, str | None] = {}  # by part
        self.restarted: str | None = None  # how long the unit was off, until somebody has seen it
        self.asking = False  # whether the session that was interrupted is to go on
        self.help_called = self.patient_calls = self.call_held = False
        self.restarting = ""  # why no session may begin: the unit is about to start anew
        self.chord_held = False  # somebody at the unit allows what only they may
        self.stuck_key: str | None = None
        self.battery: tuple[int, bool] | None = None  # level_pct, emptying
        self.assessing = False  # HELP was called: music off, light up, no reading by schedule
        self.director = Director()
        self._relog = False
        self.untold: list[str] = []  # settings that the session's log has still to tell
        self._closed_by = ""
        self._heard = False  # something came in with this step
        self._utc = (0, 0, False)  # utc_s, at now_ms, trusted
        self._screen_ms = 0
        self.notice = ("", 0)  # text, until now_ms

    def step(self, now_ms: int, inputs, since_ms: int | None = None) -> Outputs:
        """Judge; the first of the inputs came in at `since_ms`."""
        out = Outputs()
        for kind, value in inputs:
            getattr(self, "_take_" + kind)(now_ms, value, out)
        if self.session.time_is_up(now_ms):
            self.move(now_ms, session.TIME, "time", out)
        self._look_for_return(now_ms, out)
        self.cuff.run(now_ms, self, out)
        self.inquiries.run(now_ms, self, out)
        self.same_arm.run(now_ms, self, out)
        self._judge(now_ms, since_ms, out)
        open_or_closing = self.session.watching or out.log == "close"
        if open_or_closing and any(name in _TO_BE_KEPT for name, _ in out.records):
            out.saved = resume.saved(now_ms, self)
        self._heard = bool(inputs)
        return out

    def present(self, now_ms: int, out: Outputs) -> None:
        """Complete the outputs of this step with cues, screen and the closing record."""
        self.director.direct(now_ms, self, out)
        logbook.settings(now_ms, self, out)
        if out.log == "close":  # the last record of all, behind the ends of the alarms
            self.record(out, "close", now_ms, utc_s=self.utc_s(now_ms), reason=self._closed_by)
        if self._heard or now_ms - self._screen_ms >= SCREEN_EVERY_MS:
            self._screen_ms = now_ms
            out.screen = screen.fields(now_ms, self)

    # --- inputs -------------------------------------------------------------------------------------------------

    def _take_reading(self, now_ms: int, reading, out: Outputs) -> None:
        self.vitals.take_reading(now_ms, reading)
        if self.session.watching:
            if not self.session.dosed:
                self.baseline.take_reading(now_ms, reading)
            self.record(out, "vitals", now_ms, pulse_bpm=reading.pulse_bpm, spo2_pct=reading.spo2_pct,
                         perfusion_permyriad=reading.perfusion_permyriad, quality_pct=reading.quality_pct,
                         finger=int(reading.finger))  # fmt: skip

    def _take_pressure(self, now_ms: int, pressure, out: Outputs) -> None:
        self.cuff.take_pressure(now_ms, self, pressure, out)

    def note_pressure(self, pressure) -> None:
        """A blood pressure that may be believed: before the dose it is one of the patient's own."""
        if self.session.watching and not self.session.dosed:
            self.baseline.take_pressure(pressure[0], over_hold(pressure, self.settings))
            self.before.take_pressure()

    def is_high(self, pressure) -> bool:
        """Over a limit, and so to be taken again soon."""
        limits = self.settings
        return pressure[0] > limits["systolic_high_mmhg"] or pressure[1] > limits["diastolic_high_mmhg"]

    def _take_cuff(self, now_ms: int, value, out: Outputs) -> None:
        self.cuff.take_event(now_ms, self, value, out)

    def _take_part(self, now_ms: int, value, out: Outputs) -> None:
        part, fault = value
        if self.faults.get(part) != fault:
            self.faults[part] = fault
            self.record(out, "part", now_ms, part=part, fault=fault)

    def _take_clock(self, now_ms: int, value, out: Outputs) -> None:
        utc_s, trusted = value
        if trusted or not self._utc[2]:  # a clock that is lost in mid-session must not take the time along
            self._utc = (utc_s, now_ms, trusted)
        self._take_part(now_ms, ("clock", None if trusted else "not set"), out)

    def _take_battery(self, now_ms: int, battery: tuple[int, bool] | None, out: Outputs) -> None:
        was, self.battery = self.battery, battery
        if self.session.watching and battery and (was is None or logbook.coarse(was) != logbook.coarse(battery)):
            logbook.battery(now_ms, self, out)

    def _take_track(self, now_ms: int, event: str, out: Outputs) -> None:
        self.director.take(event)

    def _take_card(self, now_ms: int, files: int | None, out: Outputs) -> None:
        self.director.files = files

    def _take_key(self, now_ms: int, value, out: Outputs) -> None:
        key, gesture = value
        if gesture != "down":
            self.record(out, "key", now_ms, key=key, gesture=gesture)
        keypad.take(now_ms, self, key, gesture, out)

    # --- AWAY ---------------------------------------------------------------------------------------------------

    def _look_for_return(self, now_ms: int, out: Outputs) -> None:
        if self.away.reason and self.away.is_back(now_ms, self.vitals.pulse_bpm(now_ms)):
            self.come_back(now_ms, out)

    def leave(self, now_ms: int, reason: str, out: Outputs) -> None:
        """The patient goes out: AWAY begins."""
        self.away.begin(now_ms, reason)
        self.cuff.deflate(out)
        self.record(out, "away", now_ms, event="began", reason=reason)

    def come_back(self, now_ms: int, out: Outputs) -> None:
        self.record(out, "away", now_ms, event="ended", reason=self.away.reason)
        self.away.end()

    # --- session ------------------------------------------------------------------------------------------------

    def move(self, now_ms: int, event: str, cause: str, out: Outputs, ago_ms: int = 0) -> bool:
        if not self.session.event(now_ms, event, ago_ms):
            return False
        phase = self.session.phase
        if phase == "checks":
            self.baseline, self.before, self.inquiries = Baseline(), Before(), Inquiries()
            self.same_arm = SameArm()
            self.vitals.forget_pressures()  # of whoever was here before
            self.cuff.begin()
            self.self_test.stop()  # beside a patient no signal that is no alarm
            logbook.begin(now_ms, self, out)
        self.record(out, "phase", now_ms, phase=phase, cause=cause)
        if phase in ("closed", "stopped"):
            self.assessing = False
        if self.away.reason and not self.session.may_be_away:
            self.come_back(now_ms, out)
        if phase == "closed":
            self.cuff.deflate(out)
            self.inquiries.questions.drop()
            self._closed_by = cause
            out.log = "close"
        elif phase == "idle" and self.mandate.walk_in:
            self.mandate.end()
            self.session = Session(self.mandate.route)
        return True

    @property
    def plan(self) -> dict | None:
        return self.mandate.plan

    def take_plan(self, plan: dict) -> None:
        """Another plan, for the next session; none may be open."""
        self.mandate.take(plan)
        self.session = Session(self.mandate.route)

    def walk_in(self, now_ms: int, route: str, by: str, reason: str, out: Outputs) -> None:
        """Begin a session without a plan."""
        self.mandate.begin_walk_in(route, by, reason)
        self.session = Session(route)
        self.move(now_ms, session.NEXT, "walk-in", out)

    @property
    def spo2_mark(self) -> str:
        """What stands beside every saturation. By the part that there is: a setting may be about the next start."""
        if self.oximeter[1]:
            return MODULE
        return ADJUSTED if self.spo2_adjusted else UNCALIBRATED

    def override(self, now_ms: int, by: str, reason: str, out: Outputs) -> None:
        """Somebody answers for a pressure over the hold."""
        pressure = self.vitals.pressure
        if pressure is None or not doses.held(now_ms, self):
            return
        self.before.override(now_ms, self.vitals.pressure_ms)
        self.record(out, "override", now_ms, systolic_mmhg=pressure[0], diastolic_mmhg=pressure[1], by=by,
                    reason=reason)  # fmt: skip

    def resume(self, now_ms: int, kept: dict, utc_s: int, gap_s: int | None) -> None:
        """Take up the session that a power cut or a reset interrupted `gap_s` ago."""
        resume.take_up(now_ms, self, kept, utc_s, gap_s)
        self._relog = True

    def go_on(self, now_ms: int, answer: bool, out: Outputs) -> None:
        """Staff have said whether the session that was interrupted goes on."""
        self.asking = False
        self.record(out, "resume", now_ms, answer="yes" if answer else "no")
        if not answer:
            self.move(now_ms, session.END, "not resumed", out)
            if self.session.watching:
                self.move(now_ms, session.NEXT, "not resumed", out)

    @property
    def clock_trusted(self) -> bool:
        return self._utc[2]

    def today(self, now_ms: int) -> int | None:
        """20260504, in UTC; None where the clock can't be trusted."""
        return utc.day(self.utc_s(now_ms)) if self.clock_trusted else None

    def utc_s(self, now_ms: int) -> int:
        utc_s, at_ms, _ = self._utc
        return utc_s + (now_ms - at_ms) // 1000

    # --- alarms ---------------------------------------------------------------------------------------------------

    def _judge(self, now_ms: int, since_ms: int | None, out: Outputs) -> None:
        if self._relog:  # behind the boot record, what stands from before it
            self._relog = False
            self.untold = logbook.untold(self)
            logbook.oximeter(now_ms, self, out)
            for edge in self.alarms.standing():
                logbook.alarm(now_ms, self, edge, out)
        for edge in self.alarms.step(now_ms, facts(now_ms, self), self.session.watching, since_ms):
            logbook.alarm(now_ms, self, edge, out)
        out.signal = self.alarms.signal(now_ms)
        if out.signal.lamp:
            self.self_test.stop()
            self.key_test.stop()
        else:
            out.signal = self.self_test.signal(now_ms) or out.signal

    # --- words ---------------------------------------------------------------------------------------------------

    def introduce(self, now_ms: int) -> None:
        """What everybody who switches the unit on should read first."""
        self.notice = ("NOT A MEDICAL DEVICE", now_ms + 8000)

    def say(self, now_ms: int, text: str) -> None:
        self.notice = (text, now_ms + 5000)

    def record(self, out: Outputs, record: str, now_ms: int, **fields) -> None:
        fields["at_ms"] = now_ms
        out.records.append((record, fields))
