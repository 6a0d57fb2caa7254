"""What each chip, on its development board, lets a pin be used for.

ESP32 from ESP-IDF's table of its GPIOs (docs/en/api-reference/peripherals/gpio.rst) and the names of the DevKitC V4;
ESP32-S3 from the pin list of the ESP32-S3-WROOM-1 and DevKitC-1. Straps say what a pin's outside may do at reset.
"""

from dataclasses import dataclass

NO_PULL_UP, NO_PULL_DOWN, ANY, NEVER = "no pull-up", "no pull-down", "any", "never"


@dataclass(frozen=True)
class Chip:
    gpios: frozenset[int]  # that are brought out
    input_only: frozenset[int]
    forbidden: dict[int, str]  # and why
    straps: dict[int, str]  # what its circuit must not do


def _of(reason: str, *gpios: int) -> dict[int, str]:
    return dict.fromkeys(gpios, reason)


CHIPS = {
    "esp32_devkitc": Chip(
        frozenset({*range(0, 6), *range(12, 20), *range(21, 24), *range(25, 28), *range(32, 37), 39}),
        frozenset({34, 35, 36, 39}),
        {**_of("is the flash's", *range(6, 12)), **_of("is UART 0, the link", 1, 3),
         **_of("starts download mode when low at reset", 0)},
        {0: NEVER, 2: NO_PULL_UP, 5: NO_PULL_DOWN, 12: NO_PULL_UP, 15: ANY},
    ),
    "esp32s3_devkitc": Chip(
        frozenset({*range(0, 22), *range(35, 49)}),
        frozenset(),
        {**_of("is the flash's", *range(26, 33)), **_of("is the PSRAM's on modules with eight lines", 35, 36, 37),
         **_of("is the USB of the link", 19, 20), **_of("is the board's USB bridge", 43, 44),
         **_of("is the board's own LED, by its version", 38, 48),
         **_of("starts download mode when low at reset", 0)},
        {0: NEVER, 3: ANY, 45: NO_PULL_UP, 46: NO_PULL_UP},
    ),
}  # fmt: skip
