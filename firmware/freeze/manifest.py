"""Freezes the program into an image of MicroPython, for those who build one; from MicroPython's ports/esp32:

    make BOARD=ESP32_GENERIC FROZEN_MANIFEST=/where/sitter/lies/firmware/freeze/manifest.py

Bytecode and constants are then in the flash, which is what an ESP32 without PSRAM needs (docs/image.md). The board is
not in it: boards/NAME.py goes onto the volume as /a/board.py, and firmware/boot.py as /boot.py. What lies in a slot
comes before what is frozen, so an update is a program in files, and takes the heap of one. Never tried on a chip.
"""

include("$(PORT_DIR)/boards/manifest.py")
package("sitter", base_path="..")
package("drivers", base_path="..")
for name in ("app", "asked", "checkup", "cuffcare", "cuffservice", "custody", "main", "slots", "startup", "unload",
             "updating", "uploads", "verbs"):  # fmt: skip
    module(name + ".py", base_path="..")
