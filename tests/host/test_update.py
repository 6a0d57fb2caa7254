"""`update`: what is sent, switched and confirmed, and what runs after whatever goes wrong."""

import hashlib
import json
from pathlib import Path

import pytest
from fake_unit import FakeUnit

from sitter import VERSION, manifest
from sitterctl import bundle, transfer, update
from sitterctl.errors import CHECK_FAILED, INTERRUPTED, NO_ANSWER, OK, SESSION_OPEN, USAGE

BOARD = "esp32_devkitc"
FILES = {
    "main.mpy": b"M" * 700, "board.mpy": b"B" * 300, "slots.mpy": b"S", "updating.mpy": b"U",
    "sitter/alarms.mpy": b"A" * 2000, "drivers/nibp.mpy": b"N",
}  # fmt: skip
NEWER = "0.2.0"


def program(folder: Path, version: str, board: str = BOARD, **changed: bytes) -> Path:
    """A program of a few files."""
    files = {**FILES, **{f"{name}.mpy": data for name, data in changed.items()}}
    rows = []
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        rows.append(manifest.row(hashlib.sha256(data).hexdigest(), len(data), name))
    (folder / "manifest").write_text(manifest.head(version, board) + "".join(rows))
    return folder


@pytest.fixture
def installed(unit: FakeUnit, tmp_path: Path) -> FakeUnit:
    unit.music = None
    unit.install(program(tmp_path / "old", VERSION))
    return unit


@pytest.fixture
def newer(tmp_path: Path) -> str:
    return str(program(tmp_path / "newer", NEWER, main=b"new" * 400))


def shown(run) -> dict:
    code, out, _ = run("update", "--show", "--json")
    assert code == OK
    return json.loads(out)


def test_a_program_is_sent_tried_and_kept_and_the_one_before_can_be_gone_back_to(installed, newer, run) -> None:
    assert (shown(run)["version"], shown(run)["other"]) == (VERSION, None)
    code, out, _ = run("update", "--bundle", newer, "--yes")
    assert (code, out.split(",")[0]) == (OK, f"unit SIM-0007 runs {NEWER}")
    assert f"goes back to {VERSION}" in out
    told = shown(run)
    assert (told["version"], told["state"], told["running"], told["other"]) == (NEWER, "good", "b", VERSION)
    sent = installed.sent
    assert run("update", "--rollback", "--yes")[0] == OK
    assert installed.sent - sent < 25  # nothing of it had to be sent
    assert (shown(run)["version"], shown(run)["other"]) == (VERSION, NEWER)
    assert [note[0] for note in installed.app.notes if "firmware" in note[0]] == ["firmware", "firmware confirmed"] * 2


def test_the_same_program_is_not_sent_again(installed, run, tmp_path) -> None:
    sent = installed.sent
    code, out, _ = run("update", "--bundle", str(tmp_path / "old"), "--yes")
    assert (code, out) == (OK, f"the unit runs this program already: {VERSION}\n")
    assert installed.sent - sent < 10


def test_it_asks_and_no_leaves_all_as_it_is(installed, newer, run, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115
    assert run("update", "--bundle", newer)[0] == INTERRUPTED
    assert shown(run)["version"] == VERSION


def test_a_cable_pulled_while_it_is_sent_says_what_runs_and_the_rest_is_sent_later(
    installed, newer, run, monkeypatch
) -> None:
    sent: list[str] = []
    whole = transfer.put_bytes

    def put(connection, data, **named):
        if len(sent) == 3:
            monkeypatch.setattr(installed, "silent", True)
        sent.append(str(named.get("name", "manifest")))
        return whole(connection, data, **named)

    monkeypatch.setattr(transfer, "put_bytes", put)
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == NO_ANSWER
    assert f"the unit runs {VERSION} as before" in err
    monkeypatch.setattr(installed, "silent", False)
    monkeypatch.setattr(transfer, "put_bytes", whole)
    frames = installed.sent
    assert run("update", "--bundle", newer, "--yes")[0] == OK
    assert shown(run)["version"] == NEWER
    assert installed.sent - frames < 60


def test_ctrl_c_while_it_is_sent_says_what_runs(installed, newer, run, monkeypatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer, "put_bytes", stopped)
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == INTERRUPTED
    assert f"runs {VERSION} as before" in err


def test_ctrl_c_behind_the_switch_says_that_the_new_one_is_on_trial(installed, newer, run, monkeypatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(update, "confirm", stopped)
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == INTERRUPTED
    assert "is on trial, or was" in err
    assert "--confirm" in err
    monkeypatch.undo()


def test_what_is_on_trial_can_be_kept_or_left(installed, newer, run, monkeypatch) -> None:
    whole = update.confirm
    monkeypatch.setattr(update, "confirm", lambda *_: None)
    run("update", "--bundle", newer, "--yes")
    assert shown(run)["state"] == "trial"
    monkeypatch.setattr(update, "confirm", whole)
    assert run("update", "--confirm")[0] == OK
    assert (shown(run)["state"], shown(run)["version"]) == ("good", NEWER)
    code, _, err = run("update", "--confirm")
    assert (code, "no program is on trial" in err) == (CHECK_FAILED, True)


def test_a_program_that_falls_is_told(installed, newer, run) -> None:
    installed.new_one_falls = True
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == CHECK_FAILED
    assert f"went back by itself: it runs {VERSION}" in err
    assert shown(run)["state"] == "failed"


def test_a_part_that_is_worse_off_is_not_confirmed(installed, newer, run, monkeypatch) -> None:
    monkeypatch.setattr(update, "_SETTLE_S", 0.1)
    switch = update.switch

    def and_unplugged(*given):
        version = switch(*given)
        installed.music = "no answer"
        return version

    monkeypatch.setattr(update, "switch", and_unplugged)
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == CHECK_FAILED
    assert "not confirmed: music: no answer" in err
    assert shown(run)["version"] == VERSION


def test_a_program_on_trial_is_confirmed_by_the_same_command(installed, newer, run, monkeypatch) -> None:
    whole = update.confirm
    monkeypatch.setattr(update, "confirm", lambda *_: None)
    run("update", "--bundle", newer, "--yes")
    monkeypatch.setattr(update, "confirm", whole)
    assert run("update", "--bundle", newer, "--yes")[0] == OK
    assert (shown(run)["state"], shown(run)["version"]) == ("good", NEWER)


def test_a_unit_that_fell_back_says_so_and_can_be_confirmed(installed, run) -> None:
    installed.app.slots.state = "fallback"
    code, out, _ = run("update", "--show")
    assert (code, "no longer starts" in out, "there is none to go back to" in out) == (OK, True, True)
    assert run("update", "--confirm")[0] == OK
    assert shown(run)["state"] == "good"


def test_who_confirms_by_hand_has_looked_at_what_is_broken(installed, newer, run, monkeypatch) -> None:
    installed.music = "no card"
    whole = update.confirm
    monkeypatch.setattr(update, "confirm", lambda *_: None)
    run("update", "--bundle", newer, "--yes")
    monkeypatch.setattr(update, "confirm", whole)
    assert run("update", "--confirm")[0] == OK
    assert shown(run)["version"] == NEWER


def test_a_unit_that_refuses_to_be_confirmed_is_on_trial_still(installed, newer, run, monkeypatch) -> None:
    switch = update.switch

    def and_full(*given):
        version = switch(*given)
        installed.app.unit.faults["memory"] = "low"
        return version

    monkeypatch.setattr(update, "switch", and_full)
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert code == CHECK_FAILED
    assert "not with a fault of: memory" in err
    assert "is on trial" in err
    assert shown(run)["state"] == "trial"


def test_a_switch_that_is_refused_says_what_runs(installed, newer, run) -> None:
    installed.app.audit_fails = True
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert (code, f"runs {VERSION} as before" in err) == (CHECK_FAILED, True)


def test_a_part_that_was_broken_before_is_no_reason(installed, newer, run) -> None:
    installed.music = "no card"
    assert run("update", "--bundle", newer, "--yes")[0] == OK


def test_a_program_for_another_board_is_refused_here(installed, tmp_path, run) -> None:
    code, _, err = run("update", "--bundle", str(program(tmp_path / "s3", NEWER, "esp32_s3")), "--yes")
    assert (code, "for board esp32_s3" in err) == (USAGE, True)


def test_a_unit_with_another_schema_can_be_updated_and_only_that(installed, newer, run) -> None:
    installed.schema = 7
    assert run("status")[0] == CHECK_FAILED
    assert run("update", "--bundle", newer, "--yes")[0] == OK


def test_not_in_a_session(installed, newer, run) -> None:
    installed.app.unit.session.event(1, "next")
    assert run("update", "--show")[0] == OK
    for words in (("--bundle", newer, "--yes"), ("--confirm",)):
        installed.app.slots.state = "trial" if "--confirm" in words else "good"
        assert run("update", *words)[0] == SESSION_OPEN


def test_there_may_be_nothing_to_go_back_to(installed, run) -> None:
    code, _, err = run("update", "--rollback", "--yes")
    assert (code, "no program to go back to" in err) == (CHECK_FAILED, True)


def test_a_program_that_lies_in_no_slot_is_told(unit, newer, run) -> None:
    code, _, err = run("update", "--bundle", newer, "--yes")
    assert (code, "install it with `flash`" in err) == (CHECK_FAILED, True)


def test_only_one_thing_at_a_time(installed, newer, run) -> None:
    assert run("update", "--rollback", "--confirm")[0] == USAGE
    assert run("update", "--bundle", newer, "--show")[0] == USAGE


def test_every_request_of_a_real_program_fits_into_a_frame() -> None:
    """Names of modules may be long; a request has to stay below the unit's receive ring."""
    root = bundle.firmware_folder()
    modules = [*root.glob("sitter/*.py"), *root.glob("drivers/*.py"), *root.glob("*.py")]
    longest = max((path.relative_to(root).as_posix() for path in modules), key=len)
    request = {
        "do": "put.begin",
        "size": 65536,
        "what": "file",
        "name": longest.replace(".py", ".mpy"),
        "sha256": "0" * 64,
    }
    sealed = len(json.dumps(request, separators=(",", ":"))) + 16
    assert sealed + 10 <= 200, longest
