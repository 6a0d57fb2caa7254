"""The ESP32-S3's red lamp: what the RMT is told, from the board file's own class."""

import ast
from typing import Any

import pins


class FakeRmt:
    made: list["FakeRmt"] = []

    def __init__(self, channel: int, *, pin: object, clock_div: int) -> None:
        self.tick_us, self.calls = clock_div / 80, []
        FakeRmt.made.append(self)

    def loop(self, on: bool) -> None:
        self.calls.append(("loop", on))

    def deinit(self) -> None:
        self.calls.append(("deinit",))

    def write_pulses(self, durations: list[int], levels: list[bool]) -> None:
        self.calls.append((durations, levels))


class FakePin:
    OUT = 1

    def init(self, mode: int, value: int) -> None:
        self.level = value


def blinker() -> tuple[Any, FakePin]:
    """The class out of the board file, which itself needs a chip to be imported."""
    tree = ast.parse((pins.BOARDS / "esp32s3_devkitc.py").read_text())
    wanted = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "_Blinker"]
    wanted = [
        node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node).startswith("_RMT")
    ] + wanted
    names = {"Pin": FakePin, "esp32": type("esp32", (), {"RMT": FakeRmt})}
    exec(compile(ast.Module(wanted, []), "board", "exec"), names)
    FakeRmt.made.clear()
    pin = FakePin()
    return names["_Blinker"](pin), pin


def test_it_flashes_half_on_at_the_frequency_asked_for() -> None:
    lamp, _ = blinker()
    for hz in (1, 2, 3):
        lamp.freq(hz)
        lamp.duty_u16(32767)
        (durations, levels) = FakeRmt.made[-1].calls[-1]
        assert FakeRmt.made[-1].calls[0] == ("loop", True)
        assert max(durations) <= 32767 and len(durations) == len(levels)
        on = sum(d for d, level in zip(durations, levels, strict=True) if level)
        assert 2 * on == sum(durations)
        assert abs(sum(durations) * FakeRmt.made[-1].tick_us / 1e6 * hz - 1) < 0.001


def test_dark_stops_the_loop_and_drives_the_pin_low() -> None:
    lamp, pin = blinker()
    lamp.duty_u16(32767)
    lamp.duty_u16(0)
    assert FakeRmt.made[0].calls[-2:] == [("loop", False), ("deinit",)]
    assert pin.level == 0 and len(FakeRmt.made) == 1
