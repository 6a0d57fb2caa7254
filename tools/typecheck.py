"""Checks the types of host and firmware, each against its own standard library.

The firmware's is that of MicroPython on the ESP32, from stubs that lie in this environment's site-packages: so the
configuration is written into build/ with their path before the checker runs.
"""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"


def firmware_config() -> Path:
    packages = sysconfig.get_paths()["purelib"]
    config = {
        "typeCheckingMode": "standard",
        "pythonVersion": "3.11",
        "typeshedPath": packages,
        "stubPath": packages,
        "disableBytesTypePromotions": False,
        "reportMissingModuleSource": False,
        "include": [str(FIRMWARE / name) for name in ("sitter", "drivers", "boards")]
        + [*map(str, FIRMWARE.glob("*.py"))],
        "extraPaths": [str(FIRMWARE), str(FIRMWARE / "boards")],
    }
    path = ROOT / "build" / "pyright-firmware.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(config, indent=1))
    return path


def main() -> int:
    checker = str(Path(sys.executable).parent / "basedpyright")
    failed = 0
    for what, arguments in (("host", []), ("firmware", ["-p", str(firmware_config())])):
        print(f"types of the {what}:", end=" ", flush=True)
        failed |= subprocess.run([checker, "--level", "error", *arguments], cwd=ROOT, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
