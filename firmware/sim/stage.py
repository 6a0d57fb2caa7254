"""Puts a scenario on: builds the fakes, lets its timeline happen, and keeps what outlives a power cut.

A scenario is played in a folder that the host has prepared: `job.json` (the checked scenario), `flash.img` (the unit's
2 MB of flash) and, from the second start on, `state.json`. docs/simulator.md describes the entries.
"""

import json
import os
import sys

from sim import kept, world
from sim.dfplayer import FakeDfPlayer
from sim.ds3231 import FakeDs3231
from sim.flash import FakeFlash, read_image
from sim.hand import Hand
from sim.i2c import FakeI2C
from sim.max17048 import FakeMax17048
from sim.max30102 import FakeMax30102
from sim.mcp23017 import FakeMcp23017
from sim.nibp import FakeNibp
from sim.oem_oximeter import FakeOemOximeter
from sim.patient import Patient
from sim.pins import FakePin, FakePwm
from sim.sounder import FakeSounder
from sim.st7789 import FakeSt7789
from sim.uart import FakeUart
from sim.watchdog import FakeWatchdog

_PRESS_S = 0.15
_PROGRESS_S = 60
_ALIVE_S = 0.25
_RESET_US = 300000
_MAILBOX = "/happens.json"


class Stage:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        with open(folder + "/job.json") as file:
            self.job = json.load(file)
        self.state = kept.load(folder)
        if not world.flash:  # a chip has it since it was switched on
            world.rtc_memory = self.state.get("rtc_memory", "").encode()
        world.stage = self
        clock = world.clock
        if not world.flash:
            clock.now_us = self.state["at_us"]
        world.boot_us = self.state["at_us"]
        clock.cpu_factor = self.job.get("cpu_factor", 1)
        self._build_patient_side(clock)
        self._build_inside(clock)
        self._knobs = {
            "oximeter": self.oximeter, "oem_oximeter": self.oem_oximeter, "nibp": self.nibp, "music": self.music,
            "keys": self.keys, "clock": self.rtc, "flash": self.flash, "display": self.display,
            "patient_bus": self.patient_i2c, "internal_bus": self.internal_i2c, "supply": self.supply,
            "watchdog": self.watchdog, "nibp_ascii": self.nibp,
        }  # fmt: skip
        self._schedule()

    # --- the parts ------------------------------------------------------------------------------------------------

    def _build_patient_side(self, clock) -> None:
        values = dict(self.job.get("patient", {}))
        recording = values.pop("recording", None)
        self.patient = Patient(self.job["seed"], values, read_recording(world.host + recording) if recording else None)
        self.oximeter = FakeMax30102(clock, self.patient)
        self.patient_i2c = FakeI2C(clock, timeout_us=10000)
        self.patient_i2c.attach(0x57, self.oximeter)
        self.nibp_uart = FakeUart(clock, 9600)
        self.nibp = self._build_cuff(clock)
        self.patient.cuff_mmhg = self.nibp.cuff_pressure_mmhg
        fitted = self.job.get("oximeter", "max30102")
        self.oximeter.absent = fitted != "max30102"
        self.oem_uart = FakeUart(clock, 9600)
        self.oem_oximeter = FakeOemOximeter(clock, self.oem_uart, self.patient, fitted == "nonin")

    def _build_cuff(self, clock):
        if self.job.get("cuff", "suntech") == "suntech":
            return FakeNibp(clock, self.nibp_uart, self.patient.pressure)
        from sim.nibp_ascii import FakeNibpAscii

        return FakeNibpAscii(clock, self.nibp_uart, self._pressure_of_a_live_arm)

    def _pressure_of_a_live_arm(self, now_us: int) -> tuple[int, int, int, int]:
        """As the scenario has it, and the pulse by a beat: no two readings of anybody are quite alike for long."""
        systolic, diastolic, mean, pulse = self.patient.pressure(now_us)
        return systolic, diastolic, mean, pulse + self.nibp.cycles % 2

    def _build_inside(self, clock) -> None:
        self.keys_int = FakePin(1)
        self.keys = FakeMcp23017(clock, self.keys_int)
        self.rtc = FakeDs3231(clock, self.job["start_utc_s"])
        self.internal_i2c = FakeI2C(clock, timeout_us=10000)
        if "rtc" in self.state:
            self.rtc.take_up(self.state["rtc"])
        self.internal_i2c.attach(0x20, self.keys)
        self.internal_i2c.attach(0x68, self.rtc)
        self.supply = FakeMax17048(clock)
        self.internal_i2c.attach(0x36, self.supply)
        self.music_uart = FakeUart(clock, 9600)
        self.music_busy = FakePin(1)
        self.music = FakeDfPlayer(clock, self.music_uart, self.music_busy)
        if self.job.get("music"):
            self.music.hold(self.job["music"])
        self.display_dc, self.display_cs = FakePin(0), FakePin(1)
        self.display = FakeSt7789(clock, self.display_dc, self.display_cs)
        self.hand = Hand(clock, self.display, self._press)
        self.backlight = FakePwm(clock)
        self.lamp_red = FakePwm(clock, trace=[])
        self.lamp_yellow, self.lamp_cyan = FakePin(0), FakePin(0)
        self.call_relay = FakePin(0)
        self.sounder = FakeSounder(clock)
        self.light_warm, self.light_cool = FakePwm(clock), FakePwm(clock)
        self.watchdog = FakeWatchdog(clock, self.bite, on_begin=self._has_started)
        self.flash = world.flash or FakeFlash(clock, read_image(self._folder + "/flash.img"))

    def _has_started(self) -> None:
        """The program feeds a watchdog of its own, which takes the place of boot.py's; see boot.py `failed_starts`."""
        if world.watchdog:
            world.watchdog.leave()
        world.rtc_memory = b""

    # --- the timeline ---------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        """What lies before this start has happened already: the patient and the faults are as it left them."""
        started_us = self.state["at_us"]
        for entry in self.job["timeline"]:
            at_us = int(entry["at_s"] * 1000000)
            if at_us >= started_us:
                world.clock.at_us(at_us, self._doing(entry, at_us))
            elif not any(name in entry for name in ("key", "power_cut", "choose", "answer")):
                self._doing(entry, at_us)()
        world.clock.at_us(int(self.job["end_s"] * 1000000), self._finish)
        world.clock.at_us(started_us, self._progress)

    def _doing(self, entry: dict, at_us: int):
        def act() -> None:
            if "key" in entry:
                self._press(entry["key"], entry.get("hold_s", _PRESS_S))
            if "choose" in entry:
                self.hand.choose(entry["choose"])
            if "answer" in entry:
                self.hand.answer(entry["answer"])
            for name, value in entry.get("patient", {}).items():
                self._change_patient(at_us, name, value, entry.get("over_s", 0))
            for name, value in entry.get("fault", {}).items():
                self._turn(name, value)
            if "speed" in entry:  # only from the host
                world.set_speed(entry["speed"])
            if "power_cut" in entry:
                self.cut_power(entry["power_cut"].get("off_s", 10))

        return act

    def _press(self, name: str, hold_s: float) -> None:
        for key in name.split("+"):
            self.keys.press(key)
            world.clock.at_us(world.clock.now_us + int(hold_s * 1000000), lambda key=key: self.keys.release(key))

    def _change_patient(self, at_us: int, name: str, value: float, over_s: float) -> None:
        self.patient.change(at_us, name, value, over_s)

    def _turn(self, knob: str, value) -> None:
        part, name = knob.split(".")
        current = getattr(self._knobs[part], name)
        if callable(current):
            current()
        else:
            setattr(self._knobs[part], name, value)

    def _progress(self) -> None:
        sys.stderr.write("AT %d\n" % (world.clock.now_us // 1000000))
        if not world.live:
            world.clock.at_us(world.clock.now_us + _PROGRESS_S * 1000000, self._progress)

    # --- endings ----------------------------------------------------------------------------------------------------

    def cut_power(self, off_s: float) -> None:
        """The process ends here; the host starts it again from the flash image, `off_s` later."""
        self.flash.dead = True
        self._save(world.clock.now_us + int(off_s * 1000000), kept.POWER_ON)
        sys.exit(world.EXIT_POWER_CUT)

    def bite(self) -> None:
        self.reset("watchdog")

    def restart(self) -> None:
        """The program resets its own chip."""
        self.reset("reset")

    def leave_to_prompt(self) -> None:
        self._save(world.clock.now_us, "reset")
        sys.exit(world.EXIT_SERVICE)

    def reset(self, cause: str) -> None:
        """What is in the RTC's memory stays."""
        self.flash.dead = True
        self._save(world.clock.now_us + _RESET_US, cause)
        sys.exit(world.EXIT_POWER_CUT)

    def _finish(self) -> None:
        """The timeline is over: from here on time runs by itself and the serial line is served."""
        with open(self._folder + "/trace.json", "w") as file:
            json.dump(self.trace(), file)
        if not world.flash:  # which keeps itself
            self.flash.keep_in(self._folder + "/flash.img")
        world.on_hangup = self._end
        from time import real_ticks_diff, real_ticks_us

        begun = real_ticks_us()
        world.go_live(lambda: real_ticks_diff(real_ticks_us(), begun))
        self._still_alive()
        sys.stderr.write("READY\n")

    def _still_alive(self) -> None:
        """In real time anybody may kill this process: leave behind where it was."""
        self._save_state(world.clock.now_us, kept.POWER_ON)
        self._look_into_mailbox()
        world.clock.at_us(world.clock.now_us + int(_ALIVE_S * 1000000), self._still_alive)

    def _look_into_mailbox(self) -> None:
        """Something that is to happen now, such as a key that somebody presses; the host waits until it is taken."""
        try:
            with open(self._folder + _MAILBOX) as file:
                entry = json.load(file)
            os.remove(self._folder + _MAILBOX)
        except OSError:
            return
        self._doing(entry, world.clock.now_us)()

    def _end(self) -> None:
        self._save(world.clock.now_us, kept.POWER_ON)
        sys.exit(0)

    def _save(self, at_us: int, cause: str) -> None:
        self._save_state(at_us, cause)
        self._save_flash()

    def _save_state(self, at_us: int, cause: str) -> None:
        """Where the scenario goes on at the next start."""
        state = {"boots": self.state["boots"] + 1, "rtc": self.rtc.kept(), "cuff_mmhg": self.nibp.cuff_pressure_mmhg()}
        kept.save(self._folder, state, at_us, cause)

    def _save_flash(self) -> None:
        with open(self._folder + "/flash.img", "wb") as file:
            file.write(self.flash.image)

    def trace(self) -> dict:
        """What the pins did, for expectations that the log alone can't prove."""
        flash = self.flash
        return {
            "bursts": self.sounder.trace,
            "trains": self.sounder.trains,
            "red_lamp": self.lamp_red.trace,
            "music": self.music.trace,
            "hand": self.hand.failures,
            "first_mmhg": self.nibp.peaks_mmhg,
            "flash": {"erases": flash.erases, "programs": flash.programs, "reads": flash.reads},
        }


def read_recording(path: str) -> tuple[int, list[int]]:
    """(sample rate in Hz, counts) of a capture: `# key: value` lines, then one whole number a line."""
    rate_hz, counts = 0, []
    with open(path) as file:
        for line in file:
            if line.startswith("#"):
                key, _, value = line[1:].partition(":")
                if key.strip() == "sample_rate_hz":
                    rate_hz = int(value)
            else:
                counts.append(int(line))
    return rate_hz, counts
