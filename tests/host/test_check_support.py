"""`check`, `support-bundle` and `completion`."""

import json
import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from fake_app import PLAN
from fake_unit import FakeUnit

from sitterctl.errors import CHECK_FAILED, OK, PARTIAL

DAY_S = 86400
pytestmark = pytest.mark.usefixtures("elsewhere")


def findings(run, *words: str) -> tuple[int, dict[str, dict]]:
    code, out, _ = run("check", *words, "--json")
    return code, {finding["check"]: finding for finding in json.loads(out)["findings"]}


def well(unit: FakeUnit) -> FakeUnit:
    """FakeUnit has no card in its player, and logs that nobody has pulled."""
    unit.music = None
    unit.app.care.serviced(int(time.time()))
    unit.store.pulled = list(unit.store.logs)
    return unit


def test_a_unit_that_is_well_is_said_to_be(unit: FakeUnit, run) -> None:
    well(unit)
    code, found = findings(run)
    assert code == OK
    assert {finding["level"] for finding in found.values()} == {"ok"}
    assert set(found) == {"firmware", "key", "parts", "clock", "storage", "cuff service", "uptime"}


def test_what_has_to_be_mended_is_a_problem_with_what_mends_it(unit: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr(unit.store, "free_bytes", lambda: 1000)
    code, found = findings(run)
    assert code == CHECK_FAILED
    assert (found["music"]["level"], found["music"]["sentence"]) == ("problem", "no card")
    assert "no room for a session" in found["storage"]["sentence"]
    assert "logs pull" in found["storage"]["remedy"]


def test_a_setting_that_does_not_fit_the_board_is_told_in_one_sentence(unit: FakeUnit, run) -> None:  # REQ-214
    well(unit).app.post_fault("oximeter", "no UART")
    code, found = findings(run)
    assert code == CHECK_FAILED
    assert (found["oximeter"]["level"], found["oximeter"]["sentence"]) == ("problem", "no UART")
    assert "this board has no UART for it" in found["oximeter"]["remedy"]
    unit.app.post_fault("oximeter", "silent")
    unit.app.verbs._told = None
    assert "look at its plug" in findings(run)[1]["oximeter"]["remedy"]


def test_a_clock_and_a_key_are_looked_at(unit: FakeUnit, run) -> None:
    well(unit).clock_trusted = False
    code, found = findings(run, "--key", "00" * 32)
    assert code == CHECK_FAILED
    assert found["clock"]["remedy"] == "`sitterctl clock set`"
    assert "is not at hand" in found["key"]["sentence"]


def test_what_can_wait_is_a_note(unit: FakeUnit, run) -> None:
    well(unit).store.pulled = []
    unit.booted_at -= 11 * 86400
    code, found = findings(run)
    assert code == OK
    assert (found["storage"]["level"], found["uptime"]["level"]) == ("warning", "warning")


def test_a_service_of_the_cuff_module_is_a_note_before_it_is_due(unit: FakeUnit, run) -> None:
    well(unit)
    for served_s, level, words in (
        (None, "warning", "last service: never"),
        (time.time() - 300 * DAY_S, "ok", "cycles; last service 20"),
        (time.time() - 350 * DAY_S, "warning", "; due 20"),
    ):
        unit.app.care.served_s = served_s and int(served_s)
        unit.app.verbs._told = None
        code, found = findings(run)
        assert (code, found["cuff service"]["level"]) == (OK, level)
        assert words in found["cuff service"]["sentence"]
        assert found["cuff service"]["remedy"] == ("`sitterctl service nibp`" if level == "warning" else "")


def test_a_crate_is_checked_in_one_table(run, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeUnit() as good, FakeUnit() as bad:
        well(good).unit_id, bad.unit_id = "SIM-AA01", "SIM-AA02"
        monkeypatch.setenv("SITTER_PORTS", os.pathsep.join((good.port, bad.port)))
        code, out, _ = run("check", "--all")
    assert code == PARTIAL
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "all well" in lines["SIM-AA01"]
    assert "music: no card" in lines["SIM-AA02"]


# --- support ----------------------------------------------------------------------------------------------------------


def bundle(path: str = "sitter-support.zip") -> dict[str, str]:
    with zipfile.ZipFile(path) as whole:
        return {name: whole.read(name).decode() for name in whole.namelist()}


def test_a_bundle_holds_what_helps_and_nobodys_name_or_key(unit: FakeUnit, run, monkeypatch) -> None:
    monkeypatch.setattr("sitterctl.who.am_i", lambda: "anna.berg@ward3")
    log = unit.app.custody.audit
    log.note(5, "plan", {"utc_s": 1, "who": "anna.berg@ward3", "name": "", "old": "KAP-0041", "new": PLAN["code"]})
    log.note(6, "setting", {"utc_s": 1, "who": "anna.berg@ward3", "name": "volume_cap", "old": "22", "new": "9"})
    log.begin({"at_ms": 0, "unit_id": "SIM-0007", "firmware": "0", "schema_id": 1, "boot_id": 2, "key_id": 3,
               "schema": __import__("sitter.records").records.TABLE}, {"at_ms": 0})  # fmt: skip
    log.flush(7)
    assert run("logs", "pull")[0] == OK
    code, _, _ = run("support-bundle", "--logs", "logs")
    assert code == OK
    files = bundle()
    assert set(files) == {"README.txt", "computer.json", "hello.json", "status.json", "settings.json", "logs.json",
                          "audit.json", "pulled_logs.json"}  # fmt: skip
    whole = "".join(files.values())
    for secret in ("anna", "berg", PLAN["code"], "KAP-0041", "MD-07", unit.app.custody.key.hex(), str(Path.home())):
        assert secret not in whole, secret
    events = json.loads(files["audit.json"])[0]["events"]
    assert [event["who"] for event in events] == ["person 1", "person 1"]
    assert (events[1]["old"], events[1]["new"]) == ("22", "9")
    assert [row["verdict"] for row in json.loads(files["pulled_logs.json"])] == ["intact", "intact"]


def test_without_a_unit_a_bundle_says_so_and_tells_the_rest(run) -> None:
    code, out, _ = run("support-bundle", "--out", "help.zip", "--json")
    assert code == OK
    assert json.loads(out)["unit"] is False
    files = bundle("help.zip")
    assert "no unit is connected" in files["unit.json"]
    assert json.loads(files["computer.json"])["python"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(shell: str, run) -> None:
    code, out, err = run("completion", shell)
    assert (code, err) == (OK, "")
    assert "_SITTERCTL_COMPLETE" in out


def test_bash_takes_the_script(run, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(run("completion", "bash")[1])
    done = subprocess.run(["bash", "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
