"""Fixtures of the command line's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_computer import Computer
from fake_unit import FakeUnit
from plugged import plug_in

from sitterctl import cli, config, device


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a keystore, backups, a computer and a set of ports that are this test's own."""
    monkeypatch.setattr("sitterctl.machine.this_machine", Computer(tmp_path / "root").machine)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("SITTER_PORT", "SITTER_PORTS", "SITTER_UNIT"):
        monkeypatch.delenv(name, raising=False)
    plug_in(monkeypatch)
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("timeout_s = 0.3\n")  # there is no chip at the other end


@pytest.fixture
def unit(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeUnit]:
    """The unit that commands talk to when none is named."""
    monkeypatch.setattr(device.connect.__wrapped__, "__defaults__", (None, 0.3, False))
    with FakeUnit() as fake:
        monkeypatch.setenv("SITTER_PORT", fake.port)
        yield fake


@pytest.fixture
def run(capsys: pytest.CaptureFixture):
    """Give a command; (exit code, stdout, stderr)."""

    def give(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return give
