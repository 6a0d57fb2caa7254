"""The simulator as one more board: the names that every board file has, made of fakes.

`open_board(folder)` puts the scenario of that folder on stage; after it this module can be handed to main.start().
"""

import binascii
import gc
import hashlib
import sys

from drivers import i2c_bus
from drivers.statestore import StateStore
from drivers.volume import open_volume
from sim import kept, world
from sim.stage import Stage

NAME = "simulator"
# Published on purpose: whoever reads a simulated unit's log must see that it proves nothing about a real one.
DEVELOPMENT_KEY = b"sitter simulator: published key!"
ROOT = "/flash"
_SERVICE = b"service"  # as the real board's: boot.py knows it too

_drawn = 0  # how often somebody has asked for random bytes


def now_ms() -> int:
    return world.clock.now_ms() - world.boot_us // 1000


def unit_id() -> str:
    return "SIM-%04X" % (_stage.job["seed"] & 0xFFFF)


def random_bytes(count: int) -> bytes:
    """As random as the scenario's seed: others at each start and each call."""
    global _drawn
    _drawn += 1
    seed = "%d/%d/%d" % (_stage.job["seed"], _stage.state["boots"], _drawn)
    return hashlib.sha256(seed.encode()).digest()[:count]


def restart() -> None:
    _stage.restart()


def safe_outputs() -> None:
    for pin in (_stage.lamp_yellow, _stage.lamp_cyan, _stage.call_relay):
        pin.value(0)
    for pwm in (_stage.lamp_red, _stage.backlight):
        pwm.duty_u16(0)


def set_service_flag() -> None:
    world.rtc_memory = _SERVICE


def take_service_flag() -> bool:
    if world.rtc_memory != _SERVICE:
        return False
    world.rtc_memory = b""
    return True


def leave_to_prompt() -> None:
    """Service mode: nothing runs here any more, and the host puts MicroPython's prompt on the line."""
    _stage.leave_to_prompt()


def _free(bus):
    return bus if i2c_bus.free(bus.scl, bus.sda, world.clock.charge_us) else None


def free_patient_i2c():
    return _free(_stage.patient_i2c)


def free_internal_i2c():
    return _free(_stage.internal_i2c)


def open_oximeter_uart(baud: int):
    """As the ESP32-S3's board has it, unless the scenario's has none to give."""
    if not _stage.job.get("oximeter_uart", True):
        raise ValueError("UART(0) is the prompt's")
    return _stage.oem_uart


def reset_cause() -> str:
    return _stage.state.get("reset_cause", kept.POWER_ON)


def heap_free() -> int:
    return gc.mem_free()


def mount() -> str:
    """Mount the LittleFS volume, making it on a blank flash; the root under which logs and state live."""
    import vfs

    if world.flash:  # the program lies on it, and boot.py has mounted it
        _begin("")
        return ""
    try:
        volume = open_volume(_stage.flash)
    except OSError:
        vfs.VfsLfs2.mkfs(_stage.flash)
        volume = open_volume(_stage.flash)
    vfs.mount(volume, ROOT)
    _begin(ROOT)
    return ROOT


def _begin(root: str) -> None:
    """At the first start: the scenario's settings, its plan and the unit's key where a technician puts them."""
    if _stage.state["boots"]:
        return
    state = StateStore(root)
    for name in ("settings", "plan", "music"):
        if _stage.job.get(name) is not None:
            state.save(name, _stage.job[name])
    if _stage.job.get("provisioned", True):
        for _ in range(2):  # once for each slot
            state.save("key", str(binascii.hexlify(DEVELOPMENT_KEY), "ascii"))


def report(error: Exception) -> None:
    """A task fell over: on a device this goes to the console."""
    sys.stderr.write("TASK FELL OVER\n")
    sys.print_exception(error, sys.stderr)


_PARTS = (
    "patient_i2c", "internal_i2c", "nibp_uart", "music_uart", "music_busy", "keys_int", "display_dc", "display_cs",
    "lamp_red", "lamp_yellow", "lamp_cyan", "call_relay", "sounder", "light_warm", "light_cool", "watchdog",
)  # fmt: skip


def open_board(folder: str) -> None:
    global _stage, boot_id, link_in, link_out, display_spi, display_backlight
    _stage = Stage(folder)
    boot_id = (_stage.job["seed"] * 2654435761 + _stage.state["boots"] * 40503 + 1) & 0xFFFFFFFE
    link_in, link_out = sys.stdin.buffer, sys.stdout.buffer
    display_spi, display_backlight = _stage.display, _stage.backlight
    for name in _PARTS:
        globals()[name] = getattr(_stage, name)
