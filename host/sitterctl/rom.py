"""The ROM of a simulated chip: what esptool talks to before there is anything on the flash.

It is PyPI's esp32-mock-bootloader, which answers as an ESP32's ROM and stub do; a pseudo-terminal carries no DTR and
RTS, so the chip is in its ROM until it has an image, and starts by itself afterwards.
"""

import os
import threading
from pathlib import Path

from sitterctl.errors import USAGE, SitterError
from sitterctl.image import MAGIC

_IMAGE_AT, _FLASH_AT = 0x1000, 0x200000  # as ESP32_GENERIC's partition table has them


def serve(line: int, flash: Path, stop: threading.Event) -> bool:
    """Serve the line until somebody has written an image; whether one has."""
    try:
        from esp32_mock_bootloader import server
    except ImportError as error:
        raise SitterError("a blank simulated chip takes esp32-mock-bootloader", 'pip install "sitterctl[sim]"',
                          exit_code=USAGE) from error  # fmt: skip
    image = server.FlashImage()
    kept = flash.read_bytes()
    image.data[_FLASH_AT : _FLASH_AT + len(kept)] = kept
    while not stop.is_set() and image.data[_IMAGE_AT] != MAGIC:
        port = server.PtyMasterTransport(line, os.dup(line))
        server.handle_client(server.BootloaderConnection(pty=port), stop, "esp32", flash=image)
    flash.write_bytes(bytes(image.data[_FLASH_AT : _FLASH_AT + len(kept)]))
    return image.data[_IMAGE_AT] == MAGIC
