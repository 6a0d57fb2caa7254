"""As much of an app as the verbs need, without a board: the real verbs, access and unit over logs kept in memory.

For tests on both interpreters, for the host tests' unit on a pseudo-terminal, and for the fuzzer.
"""

from cuffcare import Care
from custody import Custody
from slots import Slots
from verbs import Verbs

from drivers.dfplayer import DfPlayer
from drivers.display import Display
from drivers.light import Light
from drivers.link import Link
from drivers.nibp import Nibp
from drivers.rtc import Ds3231
from sim.clock import Clock
from sim.dfplayer import FakeDfPlayer
from sim.ds3231 import FakeDs3231
from sim.i2c import FakeI2C
from sim.nibp import FakeNibp
from sim.pins import FakePin, FakePwm
from sim.practice import practice_plan
from sim.st7789 import FakeSt7789
from sim.uart import FakeUart
from sitter import settings
from sitter.unit import Unit

KEY = b"sitter simulator: published key!"
PLAN = practice_plan("SIM-0007", 20260424, {"expires": 20260601})


def other_plan(code, **dose):
    """Of another patient."""
    return practice_plan("SIM-0007", 20260424, {"id": "99887766", "code": code, "dose": dose})


class Logs:
    """Logs in memory with the face of the firmware's log store."""

    def __init__(self, logs):
        self.logs = logs
        self.still_open = set()
        self.pulled = []
        self.is_open = False

    def list(self):
        return [(n, len(d), n not in self.still_open, n in self.pulled) for n, d in sorted(self.logs.items())]

    def size(self, name):
        if name not in self.logs:
            raise OSError(2)
        return len(self.logs[name])

    def read(self, name, offset, count):
        return self.logs[name][offset : offset + count]

    def stop_reading(self):
        pass

    def mark_pulled(self, name):
        if name in self.still_open:
            raise OSError(2)
        self.pulled.append(name)

    def free_bytes(self):
        return 1000000


class State:
    """Values in memory with the face of the firmware's state store."""

    def __init__(self):
        self.values = {}
        self.fails = False

    def load(self, name):
        return self.values.get(name), None

    def refuse(self, name):
        pass

    def save(self, name, value):
        if not self.fails:
            self.values[name] = value
        return not self.fails


class Board:
    NAME = "esp32_devkitc"

    def __init__(self):
        self.ms = 3600000
        self.boot_id = 0x51770001
        self.drawn = 0
        self.flagged = False

    def now_ms(self):
        return self.ms

    def unit_id(self):
        return "SIM-0007"

    def heap_free(self):
        return 50000

    def random_bytes(self, count):
        self.drawn += 1
        return bytes((self.drawn + i) & 0xFF for i in range(count))

    def set_service_flag(self):
        self.flagged = True


class Oximeter:
    part = "MAX30102"
    calibrated = False
    lost = 0
    die_temperature_centidegc = None
    ratio_permille = 520


class LightWanted:
    """In the place of an asyncio.Event."""

    def __init__(self):
        self.wanted = False

    def set(self):
        self.wanted = True


class Parts:
    """The simulator's parts, for what tries the drivers out."""

    def __init__(self):
        clock = self.clock = Clock()
        nibp_uart, music_uart, self.busy = FakeUart(clock, 9600), FakeUart(clock, 9600), FakePin(1)
        self.nibp = FakeNibp(clock, nibp_uart, lambda now_us: (118, 76, 90, 72))
        self.music = FakeDfPlayer(clock, music_uart, self.busy)
        self.rtc = FakeDs3231(clock, 1777000000)
        bus = FakeI2C(clock, timeout_us=10000)
        bus.attach(0x68, self.rtc)
        self.warm, self.cool = FakePwm(clock), FakePwm(clock)
        dc, cs = FakePin(0), FakePin(1)
        self.screen = FakeSt7789(clock, dc, cs)
        self.drivers = {
            "nibp": Nibp(nibp_uart), "music": DfPlayer(music_uart, self.busy), "clock": Ds3231(bus),
            "light": Light(self.warm, self.cool), "display": Display(self.screen, dc, cs, FakePwm(clock)),
        }  # fmt: skip


class FakeApp:
    def __init__(self, root, logs, key=KEY, folder="/a"):
        self.board = Board()
        self.root = root
        self.parts = Parts()
        for name in self.parts.drivers:
            setattr(self, name, self.parts.drivers[name])
        self.light_wanted = LightWanted()
        self.cues = self.trial = None
        self.store = Logs(logs)
        self.state = State()
        if key:
            self.state.values["key"] = "".join("%02x" % b for b in key)
        self.care = Care(self.state, self.nibp)
        self.restart_wanted = False
        self.custody = Custody(self.board, self.state, root)
        self.slots = Slots(root, folder)
        self.begin()
        self.oximeter = Oximeter()
        self.clock_s = 1777000000
        self.notes = []
        self.notes_safe = 0
        self.audit_fails = False
        self.verbs = Verbs(self)
        self.link = Link(self.custody.access, self.verbs)

    def begin(self):
        """A start: with the settings and the plan that have been stored."""
        stored, plan = self.state.values.get("settings"), self.state.values.get("plan")
        self.unit = Unit(settings.complete(stored or {}), plan or PLAN, self.board.unit_id())
        self.unit.step(0, [("clock", (1777000000, True))])  # on the day on which PLAN was cleared
        self.restart_wanted = False

    def note(self, event, who, name="", old="", new=""):
        self.notes.append((event, who, name, old, new))

    def post_fault(self, part, fault):
        self.unit.faults[part] = fault

    def write_audit(self):
        self.notes_safe = len(self.notes)
        return not self.audit_fails

    def want_restart(self):
        self.restart_wanted, self.unit.restarting = True, "restarting"

    def set_clock(self, utc_s):
        if self.clock_s is None:
            return False
        self.clock_s = utc_s
        return True
