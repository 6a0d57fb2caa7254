"""Bring-up of a chip: MicroPython by esptool, the program by mpremote, each looked at before the next.

Both tools reset what they connect to, so they run as programs of their own, on a port that was named, and only behind
`look`, which has seen that no session is open. Every step can be done again: what is there already is left alone.
boot.py, without which nothing starts, goes before anything of the program is changed, and comes on again last: so a
chip that has half a program is at MicroPython's prompt, whatever ends it.
"""

import contextlib
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sitterctl import device
from sitterctl.bundle import Bundle
from sitterctl.connection import Connection
from sitterctl.errors import CHECK_FAILED, NO_ANSWER, NOT_VERIFIED, PERMISSION, SESSION_OPEN, USAGE, SitterError
from sitterctl.firmware_tree import firmware_folder
from sitterctl.image import Image
from sitterctl.port import open_port

UNIT, PROMPT, NOTHING = "unit", "prompt", "nothing"
_BAUD = 460800
_LOOK_S = 1.0
_SURE_S = 3.0  # and three times: a unit that starts takes five seconds, and none is to be taken for a blank chip
_SOON_S = 0.3  # and three times
_ROM_S = 0.8
_START_S = 30.0
_TOOL_S = 600.0
_AGAIN = "the same command goes on from there"
# A ROM's SYNC, the beginning of its answer, and what it says of a flash without a program or in download mode.
_SYNC = b"\xc0\0\x08\x24\0\0\0\0\0\x07\x07\x12\x20" + b"\x55" * 32 + b"\xc0"
_ROM_SAYS = (b"\xc0\x01\x08", b"invalid header: 0xffffffff", b"waiting for download")
# What lies in the slot, and boot.py, each with its SHA-256; runs on the chip.
_LISTING = """
import os, hashlib, binascii
def tell(path):
    h = hashlib.sha256()
    with open(path, 'rb') as f:
        while True:
            d = f.read(1024)
            if not d:
                break
            h.update(d)
    print('FILE', path, str(binascii.hexlify(h.digest()), 'ascii'))
def walk(path):
    try:
        names = os.listdir(path)
    except OSError:
        return
    for n in names:
        p = path + '/' + n
        if os.stat(p)[0] & 0x4000:
            walk(p)
        else:
            tell(p)
walk('/a')
try:
    tell('/boot.py')
except OSError:
    pass
print('END')
"""
# The volume as boot.py mounts it: MicroPython's own mount can't read all that a program has written (decision 14).
_REMOUNT = """
import vfs, esp32
for device in esp32.Partition.find(esp32.Partition.TYPE_DATA, label='vfs'):
    vfs.umount('/')
    vfs.mount(vfs.VfsLfs2(device, readsize=256, lookahead=64), '/')
"""
_NO_BOOT = "import os\nos.remove('/boot.py')"
# What was last tried in vain in the other slot stays that: boot.py is not to fall back to it.
_MARK = """
import os
try:
    with open('/slot', 'rb') as f: said = f.read(4)
except OSError:
    said = b''
with open('/slot.new', 'w') as f: f.write('a!b' if said in (b'a!b', b'a?b') else 'a')
os.rename('/slot.new', '/slot')
"""
Tell = Callable[[str], None]


def what_is_there(path: str, timeout_s: float = _LOOK_S) -> tuple[str, dict]:
    """UNIT with its hello, PROMPT, or NOTHING that can be understood: a blank chip, or one in its ROM."""
    line = Connection(path, timeout_s)
    try:
        line.rouse(out_of_raw=True)
        return UNIT, line.ask("hello")
    except SitterError as error:
        if error.exit_code != NO_ANSWER:
            raise
        return (PROMPT if line.at_prompt else NOTHING), {}
    finally:
        line.close()


def in_rom(path: str, within_s: float = _ROM_S) -> bool:
    """Whether the chip's ROM has the line, and so nothing on the flash runs: it answers esptool's SYNC at once, and
    says over and over that there is no program. Only from esptool's source and others' logs: never tried on a chip."""
    line, heard, give_up_at = open_port(path), b"", time.monotonic() + within_s
    with contextlib.closing(line), contextlib.suppress(OSError):  # a cable that is out is told by the next look
        while time.monotonic() < give_up_at:
            line.write(_SYNC)
            heard += line.read(64)
            if any(said in heard for said in _ROM_SAYS):
                return True
    return False


def look(path: str, timeout_s: float) -> tuple[str, dict]:
    """What is there, for sure. Raises SitterError when it is a unit with a session open."""
    there, hello = what_is_there(path, _SOON_S)  # before bytes that are for a ROM alone: a unit that is up answers
    if there == NOTHING and in_rom(path):
        return NOTHING, {}
    if there != UNIT:
        there, hello = what_is_there(path, max(timeout_s, _SURE_S))
    if there == UNIT and hello.get("state") not in ("idle", "closed"):
        raise SitterError(f"the unit on {path} has a session open", "the same command works once the session is closed",
                          exit_code=SESSION_OPEN)  # fmt: skip
    return there, hello


def waits_for_its_key(there: str, hello: dict, program: Bundle) -> bool:
    """Whether it is a unit that runs this program and is only to be provisioned."""
    return there == UNIT and hello.get("key_id") is None and hello.get("version") == program.version


def what_would_be_lost(path: str, there: str) -> str:
    """A sentence on the logs that nobody has pulled yet, for who is about to erase them."""
    if there != UNIT:
        return "what is on the chip can't be asked: logs that nobody has pulled would be lost"
    line = Connection(path, _LOOK_S)
    try:
        line.rouse()
        line.take_hello(line.ask("hello"))
        said = device.status(line)
    except SitterError as error:
        return f"how many logs it has can't be told ({error.message}): those that nobody has pulled would be lost"
    finally:
        line.close()
    count = said["unpulled"]
    logs = "a log that was" if count == 1 else f"{count} logs that were"
    lost = f"{logs} not pulled yet would be lost" if count else "all its logs have been pulled"
    return f"unit {said['unit_id']}: {lost}"


def make_way(path: str, there: str, hello: dict, keys: list[bytes], timeout_s: float) -> None:
    """A unit is asked into service mode, which leaves MicroPython's prompt. Raises SitterError."""
    if there != UNIT:
        return
    if hello.get("key_id") is None:
        raise SitterError(f"unit {hello.get('unit_id')} runs {hello.get('version')} and has no key yet, so it can't be "
                          "asked to make way", "`sitterctl provision` gives it its key, then the same command; or "
                          "switch it off, and on again with MARK and BP held",
                          exit_code=PERMISSION)  # fmt: skip
    line = Connection(path, timeout_s, keys)
    try:
        line.take_hello(hello)
        line.ask("service")
    finally:
        line.close()
    wait_for(path, PROMPT)


def wait_for(path: str, wanted: str, within_s: float = _START_S) -> str:
    """`wanted`, once it is there. Raises SitterError."""
    give_up_at = time.monotonic() + within_s
    there = NOTHING
    while time.monotonic() < give_up_at:
        there, _ = what_is_there(path)
        if there == wanted:
            return wanted
    words = {UNIT: "the unit's program did not start", PROMPT: "MicroPython did not show its prompt"}[wanted]
    raise SitterError(f"{words} on {path} within {within_s:.0f} s", f"switch it off and on; {_AGAIN}",
                      exit_code=NO_ANSWER)  # fmt: skip


def greeted(path: str) -> dict:
    """What the unit that has just started says of itself. Raises SitterError."""
    line = Connection(path, _LOOK_S)
    try:
        line.rouse()
        line.take_hello(line.ask("hello"))
        line.outgrow_start()
        return line.hello
    finally:
        line.close()


# --- MicroPython ------------------------------------------------------------------------------------------------------


def write_image(path: str, image: Image, erase: bool, tell: Tell) -> None:
    """Write MicroPython onto the chip, everything that was on it erased first if so wanted. Raises SitterError."""
    tool = ["esptool", "--chip", image.chip, "--port", path, "--baud", str(_BAUD)]
    if erase:
        tell("erasing the flash")
        _run([*tool, "--after", "no-reset", "erase-flash"], "the flash was not erased")
    tell(f"writing MicroPython ({image.name})")
    _run([*tool, "write-flash", hex(image.offset), str(image.path)], "MicroPython was not written")


# --- the program ------------------------------------------------------------------------------------------------------


def install(path: str, program: Bundle, tell: Tell) -> None:
    """Put the program into slot a and compare it, and let it start. Raises SitterError."""
    boot = firmware_folder() / "boot.py"
    wanted = {f"/a/{row.name}": row.sha256 for row in program.rows}
    wanted["/a/manifest"] = _sha256(program.folder / "manifest")
    _mpremote(path, ["exec", _REMOUNT], "the chip's flash can not be mounted")
    there = _listing(path)
    old = [name for name in there if name.startswith("/a/") and name not in wanted]
    if old or any(there.get(name) != digest for name, digest in wanted.items()):
        if "/boot.py" in there:
            _mpremote(path, ["exec", _NO_BOOT], "boot.py could not be removed")
        _copy(path, program, old, tell)
    _compare(wanted, _listing(path))
    tell("compared with its manifest")
    _mpremote(path, ["exec", _MARK], "the slot was not marked")
    _mpremote(path, ["fs", "cp", str(boot), ":/boot.py"], "boot.py was not copied")
    _compare({"/boot.py": _sha256(boot)}, _listing(path))
    _mpremote(path, ["reset"], "the unit was not started")


def _copy(path: str, program: Bundle, old: list[str], tell: Tell) -> None:
    """The program's files into slot a; mpremote leaves those alone that are there. `old` ones would only take room."""
    if old:
        _mpremote(path, ["exec", f"import os\nfor n in {old!r}: os.remove(n)"], "old files were not removed")
    tell(f"copying the program ({program.size // 1024} KB in {len(program.rows)} files)")
    with tempfile.TemporaryDirectory() as folder:
        slot = Path(folder) / "a"
        shutil.copytree(program.folder, slot)
        _mpremote(path, ["fs", "cp", "-r", str(slot), ":/"], "the program was not copied")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _listing(path: str) -> dict[str, str]:
    """SHA-256 by name, of what is on the chip. Raises SitterError."""
    said = _mpremote(path, ["exec", _LISTING], "the chip's files can not be read")
    if "END" not in said.split():
        raise SitterError("the chip's files can not be read", _AGAIN, exit_code=CHECK_FAILED)
    return dict(re.findall(r"^FILE (\S+) ([0-9a-f]{64})\r?$", said, re.MULTILINE))


def _compare(wanted: dict[str, str], there: dict[str, str]) -> None:
    wrong = sorted(name for name, digest in wanted.items() if there.get(name) != digest)
    if wrong:
        raise SitterError(f"not on the chip as they were sent: {', '.join(wrong)}", _AGAIN, exit_code=NOT_VERIFIED)


# --- the tools --------------------------------------------------------------------------------------------------------


def _mpremote(path: str, words: list[str], otherwise: str) -> str:
    """What mpremote printed. `resume`: it must not reset what it connects to."""
    return _run(["mpremote", "connect", path, "resume", *words], otherwise)


def _run(words: list[str], otherwise: str) -> str:
    """What a tool printed. Raises SitterError with its last words."""
    name, *options = words
    try:
        done = subprocess.run([sys.executable, "-m", name, *options], capture_output=True, encoding="utf-8",
                              errors="replace", check=False, timeout=_TOOL_S, stdin=subprocess.DEVNULL)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SitterError(f"{otherwise}: {name} did not come to an end", _AGAIN, exit_code=NO_ANSWER) from error
    if f"No module named {name}" in done.stderr:
        raise SitterError(f"{name} is not installed", 'install it with `pip install "sitterctl[flash]"`',
                          exit_code=USAGE)  # fmt: skip
    if done.returncode:
        said = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
        raise SitterError(f"{otherwise}: {name} says: {said[-1] if said else 'nothing'}", _AGAIN,
                          exit_code=CHECK_FAILED)  # fmt: skip
    return done.stdout
