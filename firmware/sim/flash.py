"""The SPI flash under LittleFS: blocks that erase to 0xFF, programs that can only clear bits, and time for both.

Knobs: `dead` makes every operation fail with EIO, as after a power cut; `cut_at` cuts the power at that operation
(`on_cut` is called). `keep_in(path)` writes every change through to a file, so that what a killed process had done
stays done. `operations`, `erases`, `programs` and `reads` count wear and work.
"""

import os

from sim import costs

BLOCK_BYTES = 4096
_COUNT, _SIZE, _ERASE = 4, 5, 6
_EIO = 5


def read_image(path: str) -> bytearray:
    """What is on a flash."""
    image = bytearray(os.stat(path)[6])
    with open(path, "rb") as file:
        file.readinto(image)
    return image


class FakeFlash:
    def __init__(self, clock, image: bytearray) -> None:
        self._clock = clock
        self.image = image
        self.dead = False
        self.cut_at = None
        self.on_cut = None
        self._file = None
        self.operations = self.erases = self.programs = self.reads = 0

    def keep_in(self, path: str, whole: bool = True) -> None:
        """From here on the file is the flash: `whole` now unless it is already, and with each operation."""
        if whole:
            with open(path, "wb") as file:
                file.write(self.image)
        self._file = open(path, "r+b")  # noqa: SIM115 - open until the process ends, however it does

    def _keep(self, start: int, end: int) -> None:
        if self._file:
            self._file.seek(start)
            self._file.write(memoryview(self.image)[start:end])
            self._file.flush()

    def _spend(self, us: int) -> bool:
        """Charge an operation; False if the device is dead."""
        if self.dead:
            return False
        self.operations += 1
        if self.operations == self.cut_at:
            self.dead = True
            if self.on_cut:
                self.on_cut()
            return False
        self._clock.charge_us(us)
        return True

    def readblocks(self, block: int, into, offset: int = 0) -> int:
        if not self._spend(costs.READ_US + len(into) * costs.READ_KIB_US // 1024):
            return -_EIO
        self.reads += 1
        start = block * BLOCK_BYTES + offset
        into[:] = memoryview(self.image)[start : start + len(into)]
        return 0

    def writeblocks(self, block: int, data, offset: int = 0) -> int:
        if not self._spend(costs.PROGRAM_US * ((len(data) + 255) // 256)):
            return -_EIO
        self.programs += 1
        start = block * BLOCK_BYTES + offset
        end = start + len(data)
        if self.image[start:end] == b"\xff" * len(data):
            self.image[start:end] = data
        else:  # not erased: ones can't be written over zeros
            for i, value in enumerate(data):
                self.image[start + i] &= value
        self._keep(start, end)
        return 0

    def ioctl(self, operation: int, block: int) -> int:
        if operation == _COUNT:
            return len(self.image) // BLOCK_BYTES
        if operation == _SIZE:
            return BLOCK_BYTES
        if operation == _ERASE:
            if not self._spend(costs.ERASE_US):
                return -_EIO
            self.erases += 1
            start = block * BLOCK_BYTES
            self.image[start : start + BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
            self._keep(start, start + BLOCK_BYTES)
        return 0
