"""Drivers and core of one unit, and the values on their way between them.

Built on a board: storage is mounted, settings and plan are read and checked, drivers and core are made, and a session
that a power cut interrupted is taken up. `step` is the one place where inputs meet the core and its outputs go to the
drivers, alarms first. Nothing is decided here, and nothing waits: main.py has the tasks.
"""

import asyncio
import gc
import sys

from cuffcare import Care
from custody import Custody
from slots import Slots
from verbs import Verbs

from drivers.annunciator import Annunciator
from drivers.auditlog import WRONG_PROOF
from drivers.dfplayer import DfPlayer
from drivers.display import Display
from drivers.keys import Keys
from drivers.light import Light
from drivers.link import Link
from drivers.logstore import SESSION_BYTES, LogStore
from drivers.rtc import Ds3231
from drivers.statestore import StateStore
from drivers.supply import Max17048
from sitter import cues
from sitter.liveness import DISPENSABLE, Liveness

FLUSH_MS = 7500  # and up to 2 s of waiting for a good moment: never more than 10 s of vitals are lost
NEARLY_FULL_BYTES = 2 * SESSION_BYTES
LOW_MEMORY_BYTES = 8192
ALARM_DUE_MS = 400
WRITE_WAITS = 20  # steps, at most
RESTART_WITHIN_MS = 2000
# Values that were lost, the worst first, as the alarm says them. Settings and key have alarms of their own.
_DAMAGE_ORDER = ("session", "plan", "cuff", "label")
_DAMAGE = {"session": "SESSION", "plan": "PLAN", "cuff": "CUFF COUNT", "label": "LABEL"}


class App:
    """One unit. `begin` once, then `post` what happens and `step` ten times a second."""

    def __init__(self, board) -> None:
        self.board = board
        root = self.root = board.mount()
        self.state = StateStore(root)
        self.custody = Custody(board, self.state, root)
        self.slots = Slots(root, sys.path[0])
        self.store = LogStore(root, self.custody.key)
        self.clock = Ds3231(board.internal_i2c)
        self.annunciator = Annunciator(
            board.lamp_red, board.lamp_yellow, board.lamp_cyan, board.sounder, board.call_relay
        )
        self.keys = Keys(board.internal_i2c, board.keys_int, board.free_internal_i2c)
        self.supply = Max17048(board.internal_i2c)
        self.music = DfPlayer(board.music_uart, board.music_busy)
        self.light = Light(board.light_warm, board.light_cool)
        self.display = Display(board.display_spi, board.display_dc, board.display_cs, board.display_backlight)
        self.link = Link(self.custody.access, Verbs(self))
        import startup  # which is not needed again: main.py unloads it

        self.unit, self._settings_fault = startup.build_unit(board, self.state)
        self.nibp = startup.build_cuff(board, self.unit.settings)
        self.care = Care(self.state, self.nibp)
        self.oximeter = startup.build_oximeter(board, self.unit.settings)
        self.unit.oximeter = (self.oximeter.part, self.oximeter.calibrated)
        self.key_pressed = asyncio.ThreadSafeFlag()
        self.light_wanted, self.flush_wanted = asyncio.Event(), asyncio.Event()
        self.liveness = Liveness()
        self.lateness_ms = 0  # the worst step so far
        self.flush_due = self._closing = False
        self._write_waits = self._flushed_ms = 0
        self.running: dict = {}  # the tasks by name, where main runs them
        self._restart_at_ms: int | None = None  # a host has asked for it
        self.given_up = False  # a task hangs that nothing helps: the watchdog is to bite
        self._inbox: list[tuple] = []
        self._since_ms = 0  # when the first thing in there came
        self._posted: dict[str, str | None] = {}  # by part, as last posted
        self.cues = None  # cues.Wanted, the last
        self._files: int | None = None  # on the player's card, as last posted
        self.trial = None  # what a technician is shown in their place: checkup.Trial
        self._saved: dict | None = None  # the session as it has to be stored

    # --- start ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first values: is the clock to be trusted, and was a session cut off?"""
        now_ms = self.board.now_ms()
        utc_s, trusted = self.clock.read()
        self.post("clock", (utc_s, trusted))
        self.post_fault("settings", self._settings_fault)
        self.post_fault("key", self.custody.fault)
        self.post_fault("firmware", self.slots.fault)
        self.nibp.reset(now_ms)  # whatever went on before this start, the cuff is told to deflate
        import startup

        startup.look_for_session(self, now_ms, utc_s, trusted)
        self._say_what_is_damaged()
        self.unit.restarting = self.slots.no_session_because
        self.unit.introduce(now_ms)
        # Beside a patient no sound that is no alarm.
        self.unit.self_test.begin(now_ms, full=False, quiet=self.unit.session.watching)

    def _say_what_is_damaged(self) -> None:
        damaged = [_DAMAGE[name] for name in _DAMAGE_ORDER if name in self.state.damaged]
        self.post_fault("state", damaged[0] if damaged else None)

    def open_log(self, now_ms: int) -> None:
        self.store.open(self.custody.header(now_ms, *self.clock.read()))

    def beat(self, task: str) -> int:
        """A task comes by; the time."""
        now_ms = self.board.now_ms()
        self.liveness.beat(task, now_ms)
        return now_ms

    # --- the step -------------------------------------------------------------------------------------------------

    def post(self, kind: str, value) -> None:
        """Something for the next step."""
        if not self._inbox:
            self._since_ms = self.board.now_ms()
        self._inbox.append((kind, value))

    def post_fault(self, part: str, fault: str | None) -> None:
        """The technical state of a part, when it has changed."""
        if self._posted.get(part, "") != fault:
            self._posted[part] = fault
            self.post("part", (part, fault))

    def post_music(self) -> None:
        """What the player has to say about its track and its card, when that is news."""
        ended = self.music.ended()
        if ended:
            self.post("track", ended)
        if self.music.files != self._files:
            self._files = self.music.files
            self.post("card", self._files)

    def step(self) -> None:
        now_ms = self.board.now_ms()
        self._look_after_tasks(now_ms)
        inputs, self._inbox = self._inbox, []
        out = self.unit.step(now_ms, inputs, self._since_ms if inputs else None)
        self.annunciator.show(now_ms, out.signal)
        self._note_signal(out, self.board.now_ms() - now_ms)
        if out.cuff == "start":
            self.nibp.start(now_ms, out.first_mmhg)
        elif out.cuff == "abort":
            self.nibp.abort(now_ms)
        try:
            self._deliver(now_ms, out)
        except Exception as error:  # noqa: BLE001 - nothing in there may keep the next alarm from its signal
            self.task_fell("step", error)

    def _look_after_tasks(self, now_ms: int) -> None:
        """Begin a task that hangs anew; once. What nothing helps is an alarm, and may be the end of this start."""
        if not self.flush_wanted.is_set():
            self.liveness.beat("writer", now_ms)
        hanging = None
        for task in self.liveness.hanging(now_ms):
            if self.liveness.may_begin_anew(task, now_ms):
                self._begin_anew(task)
            else:
                hanging = hanging or task
                self.given_up = self.given_up or task not in DISPENSABLE
        self.post_fault("task", hanging)

    def _begin_anew(self, task: str) -> None:
        running = self.running.get(task + "_task")
        if running:
            running.cancel()  # main begins it again
        self.task_fell(task, RuntimeError("hangs"))

    def _note_signal(self, out, after_ms: int) -> None:
        """Add the time from the step's beginning to the pins to every alarm that began in it."""
        for name, fields in out.records:
            if name == "alarm" and fields["signal_ms"] is not None:
                fields["signal_ms"] += after_ms

    def task_fell(self, name: str, error: Exception) -> None:
        """Something went wrong that should not have: say so by an alarm and go on."""
        self.board.report(error)
        self.post("part", ("program", name.replace("_task", "")))

    def _deliver(self, now_ms: int, out) -> None:
        """Everything that may fail: music, light, screen, record."""
        if self.trial and not self.trial.goes_on(now_ms, bool(out.signal.lamp)):
            self.trial = None
        self.unit.present(now_ms, out)
        if out.cues:
            was, wanted = self.cues, out.cues
            self.cues = wanted
            if was is None or cues.light_of(wanted) != cues.light_of(was):  # a fade under way is not begun again
                self.light.want(now_ms, wanted.kelvin, wanted.brightness_pct, wanted.breaths_per_min, wanted.depth_pct,
                                wanted.fade_ms)  # fmt: skip
                self.light_wanted.set()
            seconds = self.unit.director.seconds(wanted)
            self.music.want(now_ms, wanted.folder, wanted.track, seconds, wanted.volume, wanted.music_fade_ms)
        if out.screen:
            self.display.show(out.screen)
        self._keep(now_ms, out)

    def _keep(self, now_ms: int, out) -> None:
        """Hand records to the log. Vitals wait up to ten seconds; anything else is written at once, by its own task."""
        if out.log == "open":
            self.open_log(now_ms)
        for name, fields in out.records:
            self.store.append(name, fields)
        if out.saved:
            self._saved = out.saved
        self._closing = self._closing or out.log == "close"
        waited = now_ms - self._flushed_ms >= FLUSH_MS and self.store.is_open
        if waited or out.saved or any(name != "vitals" for name, _ in out.records):
            self.flush_due = True

    def let_write(self) -> None:
        """A flush is one call into C of up to four erases: right after a step, and not just before an alarm is due."""
        if not self.flush_due:
            return
        self._write_waits += 1
        if self._write_waits > WRITE_WAITS or not self.unit.alarms.due_within(self.board.now_ms(), ALARM_DUE_MS):
            self._write_waits = 0
            self.flush_due = False
            self.flush_wanted.set()

    def write_log(self) -> None:
        """Put the records that wait for it on flash."""
        now_ms = self._flushed_ms = self.board.now_ms()
        if self._closing:
            self._closing = False
            self.store.close(now_ms)
        else:
            self.store.flush(now_ms)
        self.post_fault("storage", self._storage_fault)

    @property
    def _storage_fault(self) -> str | None:
        return self.store.fault or self.state.fault or self.custody.audit.fault

    def write_state(self) -> None:
        """And then the session's state and the count of the cuff's cycles, where they have changed."""
        if self._saved:
            saved, self._saved = self._saved, None
            self.state.save("session", saved)
        used = self.unit.mandate.newly_used()
        if used is not None:
            self.state.save("used", used)
        self.care.write()
        self._say_what_is_damaged()
        self.post_fault("storage", self._storage_fault)

    def write_audit(self) -> bool:
        """And then who did what, if anybody did; False if that can't be written down."""
        if self.custody.audit.waiting:
            now_ms = self.board.now_ms()
            self.custody.write_audit(now_ms, self.unit.utc_s(now_ms), self.unit.clock_trusted)
            self.post_fault("storage", self._storage_fault)
        return self.custody.audit.fault is None

    def check_resources(self) -> None:
        """Once a minute: is there room on flash for more, and memory to go on?"""
        if not self.store.is_open:
            room = self.store.make_room()
            self.post_fault("storage", self._storage_fault or (None if room else "full"))
        self.post_fault("room", "nearly full" if self.store.free_bytes() < NEARLY_FULL_BYTES else None)
        gc.collect()  # what is free without this says nothing
        self.post_fault("memory", "low" if self.board.heap_free() < LOW_MEMORY_BYTES else None)

    # --- for the link -------------------------------------------------------------------------------------------------

    def note(self, event: str, who: str, name: str = "", old: str = "", new: str = "") -> None:
        """Write down who did what; a wrong proof in the log of an open session too."""
        now_ms, audit = self.board.now_ms(), self.custody.audit
        fields = {"utc_s": self.unit.utc_s(now_ms), "who": who, "name": name, "old": old, "new": new}
        record = audit.note(now_ms, event, fields)
        if record and event == WRONG_PROOF:
            self.store.append("audit", record)
        self.flush_due = self.flush_due or audit.waiting

    def set_clock(self, utc_s: int) -> bool:
        """Set date and time; False if the clock does not answer."""
        try:
            self.clock.set(utc_s)
        except OSError:
            return False
        self.post("clock", self.clock.read())
        return True

    @property
    def restart_wanted(self) -> bool:
        return self._restart_at_ms is not None

    def want_restart(self, within_ms: int = RESTART_WITHIN_MS) -> None:
        """As a host has asked: soon, and once it has been told sooner. Until then no session may begin."""
        at_ms = self.board.now_ms() + within_ms
        self._restart_at_ms = at_ms if self._restart_at_ms is None else min(at_ms, self._restart_at_ms)
        self.unit.restarting = "restarting"

    def look_for_restart(self) -> None:
        """In the step, which nothing that comes over the link keeps from its turn."""
        now_ms, asked_ms = self.board.now_ms(), self._restart_at_ms
        if (asked_ms is None or now_ms < asked_ms) and not self.slots.trial_is_over(now_ms):
            return
        self._restart_at_ms, self.unit.restarting = None, ""
        if self.unit.session.watching:  # it was refused where one is open: to be sure
            return
        for write in (self.write_log, self.write_state, self.write_audit):
            write()
        self.board.restart()
