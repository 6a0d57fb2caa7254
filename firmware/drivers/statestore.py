"""Small state that has to outlive a power cut: settings, plan, the open session, keys, counters.

Each value has two slots, `NAME.0` and `NAME.1`, written in turn. A slot is a line with a number that rises and the
CRC-32 of all that follows it, then the value as JSON. A file that LittleFS was writing when the power went is the old
one or the new one; a slot that is damaged in any other way fails its CRC, and then the other slot holds the value
before it. Never is half a value read, nor one put together of two.
"""

import binascii
import json
import os

OLDER, DAMAGED = "older", "damaged"


class StateStore:
    """`fault` is None, or "failed" since a value could not be written. `damaged` has the names of values that were
    lost, or are not what they should be, until they are written again."""

    def __init__(self, root: str) -> None:
        self._folder = root + "/state"
        self.fault: str | None = None
        self.damaged: list[str] = []
        try:
            os.mkdir(self._folder)
        except OSError:
            pass  # it is there already; a volume that can't be written shows at the first value

    def load(self, name: str) -> tuple:
        """(value, None); (value, OLDER) if a slot is damaged, so that this may be the one before; (None, DAMAGED) if
        nothing is left, (None, None) if there never was anything."""
        slots = [self._read(name, slot) for slot in (0, 1)]
        whole = [slot for slot in slots if slot]
        if not whole:
            if None in slots:
                self.refuse(name)
            return None, DAMAGED if None in slots else None
        newest = max(whole, key=lambda slot: slot[0])
        return newest[1], OLDER if None in slots else None

    def refuse(self, name: str) -> None:
        """What was loaded by that name can't be used."""
        if name not in self.damaged:
            self.damaged.append(name)

    def save(self, name: str, value) -> bool:
        """Replace a value as a whole; False if the file system refused."""
        slots = [self._read(name, slot) for slot in (0, 1)]
        numbers = [slot[0] if slot else 0 for slot in slots]
        body = b"%d %s" % (max(numbers) + 1, json.dumps(value).encode())
        try:
            with open(self._path(name, numbers.index(min(numbers))), "wb") as file:
                file.write(b"%08x\n" % (binascii.crc32(body) & 0xFFFFFFFF) + body)
        except OSError:
            self.fault = "failed"
            return False
        if name in self.damaged:
            self.damaged.remove(name)
        return True

    def _path(self, name: str, slot: int) -> str:
        return "%s/%s.%d" % (self._folder, name, slot)

    def _read(self, name: str, slot: int):
        """(number, value) of a slot, () if it was never written, None if it is damaged.

        An empty file is a slot whose first value was being written when the power went: its name was there already.
        """
        try:
            with open(self._path(name, slot), "rb") as file:
                said, body = file.read(9), file.read()
        except OSError:
            return ()
        if not said:
            return ()
        try:
            if said != b"%08x\n" % (binascii.crc32(body) & 0xFFFFFFFF):
                return None
            number, _, text = body.partition(b" ")
            value = json.loads(text)
            return (int(number), value) if names_are_text(value) else None
        except ValueError:
            return None


def names_are_text(whole) -> bool:
    """MicroPython's json takes other names too, which can't be sorted or looked for."""
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                return False
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return True
