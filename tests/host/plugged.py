"""Serial ports that a test has plugged in."""

from types import SimpleNamespace

import pytest

from sitterctl import port

CP2102 = {"vid": 0x10C4, "pid": 0xEA60, "description": "CP2102N"}


def plug_in(monkeypatch: pytest.MonkeyPatch, *ports: dict) -> None:
    found = [SimpleNamespace(**{"vid": None, "pid": None, "description": "n/a", **fields}) for fields in ports]
    monkeypatch.setattr(port.list_ports, "comports", lambda: found)
