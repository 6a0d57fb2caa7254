"""`settings` and `clock` on a fake unit: shown, asked, backed up, applied whole, read back."""

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_unit import FakeUnit

from sitter import settings as table
from sitterctl import settings_file, transfer
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_UNIT, OK, PARTIAL, SESSION_OPEN, USAGE

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bed3.toml"
    path.write_text("[settings]\nspo2_low_pct = 88\nvolume_cap = 10\n")
    return path


def answer(monkeypatch: pytest.MonkeyPatch, yes: bool) -> None:
    monkeypatch.setattr("sitterctl.asking.click.confirm", lambda *a, **k: yes)


def stored(unit: FakeUnit) -> dict | None:
    return unit.app.state.values.get("settings")


def undated(file: str) -> str:
    """A pulled file but for the second in which it was pulled."""
    return re.sub(r"\d\d:\d\d:\d\dZ", "", file)


def test_settings_are_shown_and_pulled_as_a_file_that_applies(unit: FakeUnit, run) -> None:
    code, out, _ = run("settings", "show")
    assert code == OK
    assert "pulse_high_bpm" in out and "bpm, 80 to 200, default 120" in out
    assert run("settings", "show", "--changed")[1].strip() == "all are as shipped"
    assert run("settings", "pull", "-o", "mine.toml")[0] == OK
    assert settings_file.read(Path("mine.toml")) == table.defaults()
    assert undated(run("settings", "pull")[1]) == undated(Path("mine.toml").read_text())
    assert run("settings", "diff", "mine.toml")[:2] == (OK, "nothing would change\n")


def test_a_change_is_shown_asked_backed_up_and_read_back(unit: FakeUnit, run, file, monkeypatch) -> None:
    answer(monkeypatch, True)
    code, out, err = run("settings", "apply", file)
    assert code == OK, err
    assert "spo2_low_pct   90  ->    88  %, 85 to 95, default 90" in err
    assert "applied and read back" in out
    assert stored(unit) == {**table.defaults(), "spo2_low_pct": 88, "volume_cap": 10}
    (backup,) = settings_file.backup_folder().iterdir()
    assert str(backup) in out
    assert settings_file.read(backup) == table.defaults()


def test_no_is_no(unit: FakeUnit, run, file, monkeypatch) -> None:
    answer(monkeypatch, False)
    code, _, err = run("settings", "apply", file)
    assert code == CHECK_FAILED
    assert "nothing was changed" in err
    assert stored(unit) is None


def test_a_dry_run_changes_nothing(unit: FakeUnit, run, file) -> None:
    code, out, _ = run("settings", "apply", file, "--dry-run")
    assert code == OK
    assert "spo2_low_pct" in out
    assert stored(unit) is None
    assert not settings_file.backup_folder().exists()
    assert run("settings", "diff", file)[0] == CHECK_FAILED


def test_json_asks_nobody(unit: FakeUnit, run, file) -> None:
    code, out, err = run("settings", "apply", file, "--json")
    assert (code, err) == (USAGE, "")
    assert "--yes" in json.loads(out)["remedy"]
    code, out, _ = run("settings", "apply", file, "--json", "--yes")
    assert code == OK
    assert json.loads(out)["applied"] is True


def test_what_is_there_already_is_not_put_again(unit: FakeUnit, run, tmp_path) -> None:
    (tmp_path / "same.toml").write_text("spo2_low_pct = 90\n")
    assert run("settings", "apply", "same.toml", "--yes")[1] == "nothing would change\n"
    assert stored(unit) is None


def test_limits_that_cross_with_what_the_unit_has_are_told(unit: FakeUnit, run, tmp_path) -> None:
    (tmp_path / "cross.toml").write_text("systolic_high_mmhg = 210\n")
    code, _, err = run("settings", "apply", "cross.toml", "--yes")
    assert code == CHECK_FAILED
    assert "systolic_high_mmhg: 210 must be below systolic_very_high_mmhg (200)" in err
    assert stored(unit) is None


def test_restore_goes_back_to_before_the_last_change(unit: FakeUnit, run, file) -> None:
    assert run("settings", "apply", file, "--yes")[0] == OK
    unit.booted_at -= 3600
    code, _, err = run("settings", "restore", "--yes")
    assert code == OK, err
    assert stored(unit) == table.defaults()
    unit.booted_at -= 3600
    assert run("settings", "restore", "none.toml", "--yes")[0] == USAGE


def test_without_a_backup_restore_asks_for_a_file(unit: FakeUnit, run) -> None:
    code, _, err = run("settings", "restore", "--yes")
    assert code == USAGE
    assert "no backup of unit SIM-0007" in err


def test_a_unit_that_does_not_take_them_is_found_out(unit: FakeUnit, run, file, monkeypatch) -> None:
    monkeypatch.setattr(transfer, "put", lambda line, what, value: (unit.app.want_restart(), line.ask("status")))
    code, _, err = run("settings", "apply", file, "--yes")
    assert code == CHECK_FAILED
    assert "came back without spo2_low_pct, volume_cap" in err
    assert str(settings_file.backup_folder()) in err


def test_ctrl_c_in_mid_apply_says_what_the_unit_has(unit: FakeUnit, run, file, monkeypatch) -> None:
    def stopped(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sitterctl.connection.Connection.await_restart", stopped)
    code, _, err = run("settings", "apply", file, "--yes")
    assert code == INTERRUPTED
    assert "all of its old settings or all of the new ones" in err
    assert "settings diff" in err


def test_in_a_session_nothing_is_applied(unit: FakeUnit, run, file) -> None:
    unit.app.unit.session.event(1, "next")
    code, _, err = run("settings", "apply", file, "--yes")
    assert code == SESSION_OPEN
    assert "a session is open" in err
    assert run("clock", "set")[0] == SESSION_OPEN


# --- several units ----------------------------------------------------------------------------------------------------


@pytest.fixture
def crate(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeUnit]]:
    units = [FakeUnit() for _ in range(3)]
    for k, one in enumerate(units):
        one.unit_id = f"SIM-AA0{k}"
        one.app.custody.label = f"BED {k}"
    monkeypatch.setenv("SITTER_PORTS", os.pathsep.join([*(one.port for one in units), "/dev/unplugged"]))
    yield units
    for one in units:
        one.__exit__()


def test_one_failing_unit_stops_no_other(crate: list[FakeUnit], run, file) -> None:
    crate[1].app.unit.session.event(1, "next")
    code, out, _ = run("settings", "apply", file, "--all", "--yes", "--json")
    assert code == PARTIAL
    rows = {row["label"] or row["port"]: row for row in json.loads(out)["units"]}
    assert rows["BED 0"]["applied"] and rows["BED 2"]["applied"]
    assert rows["BED 1"]["exit"] == SESSION_OPEN
    assert rows["/dev/unplugged"]["exit"] == NO_UNIT
    assert [stored(one) is not None for one in crate].count(False) == 1  # the units come as they answer


def test_each_units_change_is_asked_about_by_its_name(crate: list[FakeUnit], run, file, monkeypatch) -> None:
    answer(monkeypatch, True)
    _, _, err = run("settings", "apply", file, "--all")
    assert [line for line in err.splitlines() if line.startswith("BED")] == ["BED 0:", "BED 1:", "BED 2:"]


def test_no_for_one_unit_is_no_for_that_one_alone(crate: list[FakeUnit], run, file, monkeypatch) -> None:
    said = iter([True, False, True])
    monkeypatch.setattr("sitterctl.asking.click.confirm", lambda *a, **k: next(said))
    code, out, _ = run("settings", "apply", file, "--all")
    assert code == PARTIAL
    assert [stored(one) is not None for one in crate].count(False) == 1  # the units come as they answer
    assert "left as it was: spo2_low_pct 90 -> 88" in out


def test_logs_of_all_units_are_pulled_side_by_side(crate: list[FakeUnit], run) -> None:
    code, out, _ = run("logs", "pull", "--all")
    assert code == PARTIAL
    assert out.count("2 logs") == 3
    assert "there is no port /dev/unplugged" in out
    assert len(list(Path("logs").glob("SIM-AA0*.slog"))) == 6
    code, out, _ = run("logs", "pull", "--all", "--json")
    assert [row.get("pulled") for row in json.loads(out)["units"]].count([]) == 3


def test_with_no_unit_at_all_there_is_nothing_to_do(run, file) -> None:
    for words in (("settings", "apply", file, "--all", "--yes"), ("logs", "pull", "--all")):
        assert run(*words)[0] == NO_UNIT


# --- clock and label --------------------------------------------------------------------------------------------------


def test_the_clock_is_shown_and_set_to_this_computers(unit: FakeUnit, run) -> None:
    code, out, _ = run("clock", "show")
    assert code == OK
    assert "+60" in out or "+59" in out
    assert run("clock", "set")[0] == OK
    assert abs(unit.app.clock_s - time.time()) < 2


def test_a_label_is_given_and_found_again(unit: FakeUnit, run) -> None:
    assert run("label", "BED 3")[0] == OK
    assert unit.app.custody.label == "BED 3"
    assert "BED 3" in run("status")[1]
    assert run("status", "--unit", "bed 3")[0] == OK
    code, _, err = run("status", "--unit", "BED 4")
    assert code == NO_UNIT
    assert "not BED 4" in err
    assert run("label", "x" * 13)[0] == CHECK_FAILED


def test_a_label_is_taken_away_only_by_a_yes(unit: FakeUnit, run, monkeypatch) -> None:
    assert run("label", "BED 3")[0] == OK
    answer(monkeypatch, False)
    assert run("label", "")[0] == CHECK_FAILED
    assert unit.app.custody.label == "BED 3"
    assert run("label", "", "--yes")[1] == "unit SIM-0007 has no label now\n"
    assert unit.app.custody.label == ""
    assert run("label", "")[0] == OK  # there is nothing to take away, and nothing to ask
