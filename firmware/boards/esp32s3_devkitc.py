"""ESP32-S3-DevKitC-1 (ESP32-S3-WROOM-1, 8 MB flash or more, PSRAM): every pin, bus and clock. Installed as board.mpy.

The link is the chip's own USB, which leaves UART 0 to an OEM oximeter: on an image with MICROPY_HW_ENABLE_UART_REPL=0,
since MicroPython's ready one keeps it. Never run on hardware yet; hardware/README.md has what hangs on each pin.
"""

import gc
import os
import sys
import time

import esp32
import machine
from machine import I2C, PWM, RTC, SPI, UART, WDT, Pin

from drivers import i2c_bus

NAME = "esp32s3_devkitc"

# Name, GPIO, direction, and why this one; tools/hardware/pins.py reads it. Comments cost the chip nothing.
_PINS = {
    "nibp_tx": 17,  # out: UART 1's default
    "nibp_rx": 18,  # in: UART 1's default
    "music_tx": 4,  # out: UART 2; no strap
    "music_rx": 5,  # in: UART 2; no strap
    "music_busy": 6,  # in: no strap; the pull-up is on the board
    "oximeter_tx": 42,  # out: UART 0, which the link leaves free here: for an OEM pulse oximeter
    "oximeter_rx": 7,  # in: UART 0; not 44, which the USB bridge on the DevKitC-1 drives
    "patient_sda": 8,  # both: I2C 0, the patient's side, alone on its bus
    "patient_scl": 9,  # both: I2C 0
    "internal_sda": 1,  # both: I2C 1, keys, clock and gauge
    "internal_scl": 2,  # both: I2C 1
    "keys_int": 3,  # in: strap that chooses JTAG only where an eFuse asks for it; open drain with a pull-up
    "display_sck": 12,  # out: SPI 2 on its direct pins
    "display_mosi": 11,  # out: SPI 2 on its direct pins
    "display_dc": 13,  # out: the direct pin for MISO, which the display does not have
    "display_cs": 10,  # out: SPI 2 on its direct pins; pulled up
    "display_backlight": 14,  # out: driver with a pull-down
    "lamp_red": 15,  # out: RMT blinks it without the program
    "lamp_yellow": 16,  # out: no strap
    "lamp_cyan": 21,  # out: no strap
    "sounder": 47,  # out: RMT; not 38 or 48, where the board's own coloured LED is, by its version
    "light_warm": 39,  # out: LEDC; JTAG, which nobody uses here
    "light_cool": 40,  # out: LEDC; JTAG
    "call_relay": 41,  # out: JTAG; pulled down, so that a chip in reset calls
}

_I2C_TIMEOUT_US = 10000
# Full modulation wants 1250 Hz or more, by the line that is quoted from IEEE 1789-2015 as its low risk: percent up to
# 0.08 times the frequency (the standard itself was not at hand). 13 bits are left.
_LIGHT_HZ = 4000
_RMT_DIV = 255
_RMT_HZ = 80000000 // _RMT_DIV


def safe_outputs() -> None:
    """Everything off, and the relay released: released is calling."""
    for name in ("lamp_red", "lamp_yellow", "lamp_cyan", "sounder", "display_backlight", "call_relay"):
        Pin(_PINS[name], Pin.OUT, value=0)


_SERVICE = b"service"  # in the RTC's memory, which a reset leaves alone; boot.py knows it too


def set_service_flag() -> None:
    """The next start is for service; boot.py looks."""
    RTC().memory(_SERVICE)


def take_service_flag() -> bool:
    """Whether the flag was set; it is no longer. What else is in there is boot.py's."""
    if RTC().memory() != _SERVICE:
        return False
    RTC().memory(b"")
    return True


# --- clock ----------------------------------------------------------------------------------------------------------

_uptime_ms = 0
_last_ticks = time.ticks_ms()


def now_ms() -> int:
    """Milliseconds since boot. ticks_ms wraps at 2^30, about 12 days; this is called far more often than that."""
    global _uptime_ms, _last_ticks
    ticks = time.ticks_ms()
    _uptime_ms += time.ticks_diff(ticks, _last_ticks)
    _last_ticks = ticks
    return _uptime_ms


# --- parts ----------------------------------------------------------------------------------------------------------


class _Sounder:
    """A train of high and low times played by the RMT peripheral; its interrupt refills it every 32 cycles, 97 ms."""

    def __init__(self, pin: Pin) -> None:
        self._pin = pin
        self._rmt = None

    def play(self, times_us: tuple[int, ...]) -> None:
        """Begin a burst; one that is still playing gives way to it. Does not wait."""
        if self._rmt:
            self._rmt.deinit()
        self._rmt = esp32.RMT(0, pin=self._pin, clock_div=80)  # a tick is a microsecond
        self._rmt.write_pulses(times_us, 1)


class _Blinker:
    """A lamp that flashes by itself, half on, with the face of a PWM: of the RMT, for LEDC here gets no slower than
    5 Hz (80 MHz / 2^14 / 1024), and MicroPython gives all of its timers one clock."""

    def __init__(self, pin: Pin) -> None:
        self._pin = pin
        self._rmt = None
        self._hz = 2

    def freq(self, hz: int) -> None:
        """From the next `duty_u16` on."""
        self._hz = hz

    def duty_u16(self, duty: int) -> None:
        """0 is dark, anything else flashes."""
        if self._rmt:
            self._rmt.loop(False)
            self._rmt.deinit()
            self._rmt = None
        self._pin.init(Pin.OUT, value=0)
        if duty:
            half = _RMT_HZ // (2 * self._hz)
            pieces = half // 32768 + 1  # 15 bits each
            self._rmt = esp32.RMT(1, pin=self._pin, clock_div=_RMT_DIV)
            self._rmt.loop(True)
            self._rmt.write_pulses([half // pieces] * (2 * pieces), [True] * pieces + [False] * pieces)


def _pwm(name: str, freq_hz: int) -> PWM:
    return PWM(Pin(_PINS[name]), freq=freq_hz, duty_u16=0)


def _i2c(bus: int, name: str) -> I2C:
    """A transfer takes 5 ms at most; waiting the usual 50 ms for a bus that is held low would hold up the alarms."""
    return I2C(bus, sda=Pin(_PINS[name + "_sda"]), scl=Pin(_PINS[name + "_scl"]), freq=400000, timeout=_I2C_TIMEOUT_US)


def _free(bus: int, name: str) -> I2C | None:
    """A bus clocked free and set up again; None while its data line stays low. There is one object for each bus, so
    that whoever else holds it has the new one too."""
    scl = Pin(_PINS[name + "_scl"], Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
    sda = Pin(_PINS[name + "_sda"], Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
    return _i2c(bus, name) if i2c_bus.free(scl, sda, time.sleep_us) else None


def free_patient_i2c() -> I2C | None:
    return _free(0, "patient")


def free_internal_i2c() -> I2C | None:
    return _free(1, "internal")


patient_i2c = _i2c(0, "patient")
internal_i2c = _i2c(1, "internal")
nibp_uart = UART(1, baudrate=9600, tx=_PINS["nibp_tx"], rx=_PINS["nibp_rx"], rxbuf=256)
music_uart = UART(2, baudrate=9600, tx=_PINS["music_tx"], rx=_PINS["music_rx"], rxbuf=256)


def open_oximeter_uart(baud: int) -> UART:
    """For an OEM oximeter. Fails on an image that keeps UART 0 for its prompt."""
    return UART(0, baudrate=baud, tx=_PINS["oximeter_tx"], rx=_PINS["oximeter_rx"], rxbuf=256)


music_busy = Pin(_PINS["music_busy"], Pin.IN)
keys_int = Pin(_PINS["keys_int"], Pin.IN)
display_spi = SPI(2, baudrate=40000000, sck=Pin(_PINS["display_sck"]), mosi=Pin(_PINS["display_mosi"]))
display_dc = Pin(_PINS["display_dc"], Pin.OUT)
display_cs = Pin(_PINS["display_cs"], Pin.OUT, value=1)
display_backlight = _pwm("display_backlight", 5000)
lamp_red = _Blinker(Pin(_PINS["lamp_red"], Pin.OUT, value=0))
lamp_yellow = Pin(_PINS["lamp_yellow"], Pin.OUT, value=0)
lamp_cyan = Pin(_PINS["lamp_cyan"], Pin.OUT, value=0)
call_relay = Pin(_PINS["call_relay"], Pin.OUT, value=0)
sounder = _Sounder(Pin(_PINS["sounder"], Pin.OUT, value=0))
light_warm = _pwm("light_warm", _LIGHT_HZ)
light_cool = _pwm("light_cool", _LIGHT_HZ)
link_in, link_out = sys.stdin.buffer, sys.stdout.buffer
boot_id = int.from_bytes(os.urandom(4), "little") & 0xFFFFFFFE


class _Watchdog:
    """Starts with its first feeding, so that building the unit is not raced; once started it can't be stopped."""

    _wdt = None

    def feed(self) -> None:
        if self._wdt is None:
            self._wdt = WDT(timeout=5000)
            RTC().memory(b"")  # the program has started: boot.py counts those that have not
        self._wdt.feed()


watchdog = _Watchdog()


def mount() -> str:
    """Where the volume is: boot.py has mounted it."""
    return ""


def unit_id() -> str:
    return "".join("%02X" % b for b in machine.unique_id())


def random_bytes(count: int) -> bytes:
    """From the chip's generator, which is not known to be a good one while no radio is on: docs/security.md."""
    return os.urandom(count)


def restart() -> None:
    """Start anew, through boot.py."""
    machine.reset()


def reset_cause() -> str:
    names = {machine.PWRON_RESET: "power on", machine.WDT_RESET: "watchdog", machine.HARD_RESET: "reset",
             machine.SOFT_RESET: "soft reset", machine.DEEPSLEEP_RESET: "deep sleep"}  # fmt: skip
    return names.get(machine.reset_cause(), "unknown")


def heap_free() -> int:
    return gc.mem_free()


def report(error: Exception) -> None:
    sys.print_exception(error)
