"""The LittleFS volume, opened so that no write holds the unit up for long.

LittleFS keeps no map of free blocks: now and then an allocation walks the whole volume, directories and files, inside
the one call into C that a flush is. With the defaults of MicroPython's port, which reads 32 bytes at a time, that walk
took 12 651 reads and 0.8 s on a volume of nine sessions (measured in the simulator, at 50 us a read and 10 MB/s), an
eternity for an alarm that waits. Reads of 256 bytes make it a tenth of that for 3 KB of memory, and a map of 512 blocks
instead of 256 makes it rarer. See docs/decisions/0014.

What is on the flash is not quite the same: LittleFS keeps a file that is no larger than its cache, four reads, in the
block of its folder, and a volume with a smaller cache can't read it there. So the reads may only ever grow, boot.py,
which comes before everything that lies on the volume, mounts it with the same ones, and nothing else mounts it.
"""

import vfs

READ_BYTES = 256
LOOKAHEAD_BYTES = 64  # a bit a block: the whole 2 MB


def open_volume(device) -> vfs.VfsLfs2:
    """The volume on a block device. Raises OSError when there is none."""
    return vfs.VfsLfs2(device, readsize=READ_BYTES, lookahead=LOOKAHEAD_BYTES)
