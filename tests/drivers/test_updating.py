import hashlib
import os
import struct

import updating
from fake_app import KEY, FakeApp
from slots import FAILED, FELL_BACK, GOOD, ON_TRIAL, TRIAL_MS, Slots
from test_logstore import new_root

from both import raises
from drivers.link import Refused
from sitter import manifest

FILES = {
    "main.mpy": b"M" * 700, "board.mpy": b"B" * 300, "slots.mpy": b"S", "updating.mpy": b"U",
    "sitter/alarms.mpy": b"A" * 5000, "drivers/nibp.mpy": b"N",
}  # fmt: skip


def digits(data):
    return "".join("%02x" % b for b in data)


def sha256(data):
    return hashlib.sha256(data).digest()


def bundle(files, version="0.2.0", board="esp32_devkitc"):
    rows = [manifest.row(digits(sha256(files[name])), len(files[name]), name) for name in sorted(files)]
    return (manifest.head(version, board) + "".join(rows)).encode()


def installed(folder="/a", marker=None, files=FILES):
    """A unit whose program was put in slot a by flashing it."""
    root, _ = new_root()
    for part in ("/a", "/a/sitter", "/a/drivers"):
        os.mkdir(root + part)
    write(root + "/a/manifest", bundle(files, "0.1.0"))
    for name in files:
        write(root + "/a/" + name, files[name])
    if marker:
        write(root + "/slot", marker.encode())
    return FakeApp(root, {}, folder=folder)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def ask(app, verb, **fields):
    answer = app.verbs.serve(dict(fields, do=verb), True)
    return answer if isinstance(answer, dict) else [piece for piece in answer if piece is not None][-1]


def put(app, what, data, **fields):
    """Put a file as the host does; whether any of it had to be sent."""
    have = ask(app, "put.begin", what=what, size=len(data), **fields)["have"]
    sent = have < len(data)
    while have < len(data):
        have = app.verbs.take_data(struct.pack("<I", have) + data[have : have + 160])["have"]
    ask(app, "put.commit", sha256=digits(sha256(data)))
    return sent


def put_all(app, files=FILES, text=None):
    text = text or bundle(files)
    put(app, "manifest", text)
    for name in sorted(files):
        put(app, "file", files[name], name=name, sha256=digits(sha256(files[name])))
    return digits(manifest.mac(KEY, sha256(text)))


def refusal(app, verb, **fields):
    return raises(Refused, lambda: ask(app, verb, **fields)).args


def started_anew(app, folder, marker):
    """The same unit after a start that boot.py has made with the marker it then wrote."""
    write(app.root + "/slot", marker.encode())
    again = FakeApp(app.root, {}, folder=folder)
    again.unit.restarting = again.slots.no_session_because
    return again


# --- the marker -------------------------------------------------------------------------------------------------------


def test_the_marker_says_what_runs_and_what_became_of_the_other():
    for marker, folder, running, state in (
        (None, "/a", "a", GOOD), ("a", "/a", "a", GOOD), ("b", "/b", "b", GOOD), ("a>b", "/a", "a", GOOD),
        ("a?b", "/b", "b", ON_TRIAL), ("b?a", "/a", "a", ON_TRIAL), ("a!b", "/a", "a", FAILED),
        ("a?b", "/a", "a", GOOD), ("nonsense", "/a", "a", GOOD), ("b#a", "/b", "b", FELL_BACK),
        ("a#b", "/a", "a", FELL_BACK), ("a", "/b", "b", FELL_BACK), ("b#a", "/a", "a", GOOD),
    ):  # fmt: skip
        slots = installed(folder, marker).slots
        assert (slots.running, slots.state) == (running, state), (marker, folder)
        assert slots.running != slots.other


def test_a_trial_has_its_time():  # REQ-171
    slots = installed("/b", "a?b").slots
    assert not slots.trial_is_over(TRIAL_MS)
    assert slots.trial_is_over(TRIAL_MS + 1)
    assert not installed("/a", "a").slots.trial_is_over(TRIAL_MS + 1)


# --- an update --------------------------------------------------------------------------------------------------------


def test_a_whole_program_is_tried_and_is_the_good_one_once_confirmed():
    app = installed()
    assert ask(app, "firmware", act="show")["other"] is None
    mac = put_all(app)
    assert read(app.root + "/b/sitter/alarms.mpy") == FILES["sitter/alarms.mpy"]
    answer = ask(app, "firmware", act="switch", mac=mac)
    assert (answer["restarts"], answer["version"]) == (True, "0.2.0")
    assert app.restart_wanted
    assert read(app.root + "/slot") == b"a>b"
    assert app.notes[-1] == ("firmware", "", "", "0.1.0", "0.2.0")
    assert app.notes_safe == len(app.notes)
    app = started_anew(app, "/b", "a?b")
    shown = ask(app, "firmware", act="show")
    assert (shown["running"], shown["state"], shown["other"]) == ("b", ON_TRIAL, "0.1.0")
    assert ask(app, "firmware", act="confirm")["ok"]
    assert read(app.root + "/slot") == b"b"
    assert not app.unit.restarting
    assert Slots(app.root, "/b").state == GOOD
    assert ask(app, "firmware", act="confirm")["ok"]  # its answer was lost


def test_the_program_before_can_be_tried_again_and_nothing_has_to_be_sent():
    app = installed()
    ask(app, "firmware", act="switch", mac=put_all(app))
    app = started_anew(app, "/b", "b")
    assert ask(app, "firmware", act="switch")["version"] == "0.1.0"
    assert read(app.root + "/slot") == b"b>a"


def test_an_update_that_was_cut_off_goes_on_with_what_is_missing():
    app = installed()
    text = bundle(FILES)
    put(app, "manifest", text)
    put(app, "file", FILES["main.mpy"], name="main.mpy", sha256=digits(sha256(FILES["main.mpy"])))
    again = FakeApp(app.root, {})
    put(again, "manifest", text)
    sent = [name for name in sorted(FILES)
            if put(again, "file", FILES[name], name=name, sha256=digits(sha256(FILES[name])))]  # fmt: skip
    assert sent == [name for name in sorted(FILES) if name != "main.mpy"]


def test_files_that_the_new_program_has_not_are_removed():
    app = installed()
    put_all(app, dict(FILES, **{"old.mpy": b"old", "drivers/older.mpy": b"older"}))
    ask(app, "firmware", act="switch", mac=put_all(app))
    assert "old.mpy" not in os.listdir(app.root + "/b")
    assert os.listdir(app.root + "/b/drivers") == ["nibp.mpy"]


def test_a_unit_that_fell_back_says_so_until_somebody_confirms_and_then_has_nothing_to_go_back_to():  # REQ-175
    app = installed()
    ask(app, "firmware", act="switch", mac=put_all(app))
    app = started_anew(app, "/a", "a#b")
    assert app.slots.fault == "other starts no more"
    assert not app.unit.restarting  # it was the good one once: sessions may begin
    app.post_fault("firmware", app.slots.fault)
    assert ask(app, "status")["parts"]["firmware"] == "other starts no more"
    assert ask(app, "firmware", act="show")["state"] == FELL_BACK
    assert ask(app, "firmware", act="confirm")["ok"]
    assert app.unit.faults["firmware"] is None
    shown = ask(app, "firmware", act="show")
    assert (shown["state"], shown["other"]) == (GOOD, None)
    assert read(app.root + "/slot") == b"a"


# --- what is refused --------------------------------------------------------------------------------------------------


def test_nothing_is_switched_to_that_is_not_whole():  # REQ-172
    for name in sorted(FILES):
        app = installed()
        mac = put_all(app)
        whole = read(app.root + "/b/" + name)
        for damaged in (whole[:-1], whole + b"x", bytes((whole[0] ^ 1,)) + whole[1:]):
            write(app.root + "/b/" + name, damaged)
            assert refusal(app, "firmware", act="switch", mac=mac) == ("refused", "not whole: " + name)
        os.remove(app.root + "/b/" + name)
        assert refusal(app, "firmware", act="switch", mac=mac)[0] == "refused"
        raises(OSError, read, app.root + "/slot")
        assert not app.restart_wanted


def test_a_manifest_that_the_key_has_not_vouched_for_is_not_believed():  # REQ-172
    app = installed()
    mac = put_all(app)
    other = digits(manifest.mac(b"x" * 32, sha256(bundle(FILES))))
    assert refusal(app, "firmware", act="switch", mac=other)[0] == "refused"
    assert refusal(app, "firmware", act="switch")[0] == "refused"
    write(app.root + "/b/manifest", bundle(FILES, "0.3.0"))
    assert refusal(app, "firmware", act="switch", mac=mac)[0] == "refused"
    assert not app.restart_wanted


def test_a_program_that_was_vouched_for_is_not_once_another_manifest_came():  # REQ-172
    app = installed()
    ask(app, "firmware", act="switch", mac=put_all(app))
    app = started_anew(app, "/a", "a!b")  # it was not confirmed
    assert ask(app, "firmware", act="show")["other"] == "0.2.0"
    put(app, "manifest", bundle(FILES, "0.3.0"))
    assert ask(app, "firmware", act="show")["other"] is None
    assert refusal(app, "firmware", act="switch")[0] == "refused"


def test_a_program_for_another_board_is_refused():  # REQ-172
    app = installed()
    mac = put_all(app, text=bundle(FILES, board="esp32_s3"))
    assert "board esp32_s3" in refusal(app, "firmware", act="switch", mac=mac)[1]


def test_a_manifest_that_is_none_is_refused():
    for text in (b"nonsense\n", b"sitter 1\n", bundle(FILES) + b"0 0 main.mpy\n", b"\xff\xfe\n", bundle(FILES) + b"\n"):
        app = installed()
        put_all(app, text=text)
        mac = digits(manifest.mac(KEY, sha256(text)))
        assert refusal(app, "firmware", act="switch", mac=mac)[0] in ("refused", "storage"), text


def test_a_row_has_plain_digits_for_its_size_and_not_many():
    for size in ("\u00b2", "\u0663", "-1", "+1", "1_0", "9" * 9, "9" * 5000, "0x1", ""):
        assert manifest.parsed_row("%s %s main.mpy" % ("0" * 64, size)) is None, size
    assert manifest.parsed_row(manifest.row("0" * 64, 65536, "main.mpy")) == ("0" * 64, 65536, "main.mpy")


def test_names_are_those_of_compiled_files_and_no_paths():  # REQ-163
    app = installed()
    for name in ("../boot.mpy", "/boot.mpy", "boot.py", "a/b/c.mpy", "state/key.0", ".mpy", "A.mpy", "", None, 5,
                 "sitter/.mpy", "x" * 25 + ".mpy", "logs/a.mpy"):  # fmt: skip
        assert not manifest.is_name(name)
        assert refusal(app, "put.begin", what="file", size=5, name=name, sha256="00" * 32)[0] == "bad-request"
    assert manifest.is_name("sitter/alarm_table.mpy")


def test_what_comes_is_bounded():
    app = installed()
    for size in (0, 65537, 1 << 30):
        assert refusal(app, "put.begin", what="file", size=size, name="a.mpy", sha256="00" * 32)[0] == "bad-request"
    assert refusal(app, "put.begin", what="manifest", size=16385)[0] == "bad-request"


def test_bytes_that_were_not_meant_leave_no_file():
    app = installed()
    put(app, "manifest", bundle(FILES))
    raises(Refused, lambda: put_wrong(app))
    raises(OSError, read, app.root + "/b/main.mpy")


def put_wrong(app):
    ask(app, "put.begin", what="file", size=3, name="main.mpy", sha256="00" * 32)
    app.verbs.take_data(struct.pack("<I", 0) + b"abc")
    ask(app, "put.commit", sha256="11" * 32)


def test_a_program_that_was_copied_by_hand_is_not_updated():
    app = installed()
    os.remove(app.root + "/a/manifest")
    assert refusal(app, "put.begin", what="manifest", size=100)[0] == "refused"
    assert ask(app, "firmware", act="show")["manifest"] is None


def test_on_trial_nothing_else_is_taken_and_a_unit_with_a_fault_of_its_own_is_not_confirmed():
    app = installed("/b", "a?b")
    write_other(app)
    assert refusal(app, "put.begin", what="manifest", size=100)[0] == "refused"
    assert refusal(app, "firmware", act="switch")[0] == "refused"
    app.unit.faults["task"] = "oximeter"
    assert "task" in refusal(app, "firmware", act="confirm")[1]
    app.unit.faults["task"] = None
    app.unit.faults["oximeter"] = "silent"  # a sensor may be unplugged
    assert ask(app, "firmware", act="confirm")["ok"]


def write_other(app):
    for part in ("/b", "/b/sitter", "/b/drivers"):
        os.mkdir(app.root + part)
    write(app.root + "/b/manifest", bundle(FILES))


def test_nothing_is_confirmed_that_is_not_on_trial():
    assert refusal(installed("/a", "a!b"), "firmware", act="confirm")[0] == "refused"


def test_what_can_not_be_written_down_is_not_switched_to():  # REQ-161
    app = installed()
    mac = put_all(app)
    app.audit_fails = True
    assert refusal(app, "firmware", act="switch", mac=mac)[0] == "storage"
    assert not app.restart_wanted


def test_an_unknown_act_is_refused():
    assert refusal(installed(), "firmware", act="erase")[0] == "bad-request"


def test_a_program_without_what_leads_back_is_refused():  # REQ-172
    for name in ("main.mpy", "board.mpy", "slots.mpy", "updating.mpy"):
        app = installed()
        less = {other: FILES[other] for other in FILES if other != name}
        mac = put_all(app, less)
        assert refusal(app, "firmware", act="switch", mac=mac) == ("refused", "a program without " + name)


def test_a_session_begun_while_it_is_looked_at_is_not_begun_or_stops_it():  # REQ-171
    app = installed()
    work = app.verbs.serve({"do": "firmware", "act": "switch", "mac": put_all(app)}, True)
    next(work)
    assert app.unit.restarting  # NEXT is refused with that
    app.unit.session.event(1, "next")
    error = raises(Refused, lambda: list(work))
    assert error.args[0] == "session-open"
    raises(OSError, read, app.root + "/slot")
    assert not app.restart_wanted
    assert not app.unit.restarting


def test_in_a_session_it_can_only_be_looked_at():  # REQ-171
    app = installed("/b", "a?b")
    app.unit.session.event(1, "next")
    assert ask(app, "firmware", act="show")["state"] == ON_TRIAL
    for act in ("switch", "confirm"):
        assert refusal(app, "firmware", act=act)[0] == "session-open"


def test_a_trial_that_could_not_begin_does_not_come_another_day():  # REQ-171
    app = installed("/a", "a>b")
    assert read(app.root + "/slot") == b"a"
    assert app.slots.state == GOOD


def test_a_marker_that_is_noise_is_none():
    app = installed()
    write(app.root + "/slot", b"a\xe2\xff\x00")
    assert Slots(app.root, "/a").state == GOOD


def test_nothing_is_switched_while_another_restart_is_to_come():
    app = installed()
    mac = put_all(app)
    ask(app, "service")
    assert refusal(app, "firmware", act="switch", mac=mac)[0] == "refused"


def test_what_was_compared_is_not_changed_before_the_start_with_it():  # REQ-172
    app = installed()
    ask(app, "firmware", act="switch", mac=put_all(app))
    assert refusal(app, "put.begin", what="file", size=5, name="main.mpy", sha256="00" * 32)[0] == "refused"
    assert refusal(app, "put.begin", what="manifest", size=5)[0] == "refused"
    assert read(app.root + "/b/main.mpy") == FILES["main.mpy"]


def test_a_piece_after_the_flash_was_full_is_refused():
    app = installed()
    ask(app, "put.begin", what="manifest", size=500)
    coming = app.verbs._uploads._coming
    coming._file.close()
    coming._file = Full()
    for _ in range(2):  # the host asks once more, as its answer may be lost
        assert raises(Refused, app.verbs.take_data, struct.pack("<I", 0) + b"x" * 100).args[0] in (
            "storage",
            "bad-request",
        )


class Full:
    def write(self, data):
        raise OSError(28)

    def close(self):
        raise OSError(28)


def test_a_manifest_that_is_too_large_leaves_the_one_before():
    app = installed()
    ask(app, "firmware", act="switch", mac=put_all(app))
    app = started_anew(app, "/a", "a!b")
    assert refusal(app, "put.begin", what="manifest", size=99999)[0] == "bad-request"
    assert ask(app, "firmware", act="show")["other"] == "0.2.0"


def test_a_flash_that_is_full_is_said_with_what_helps():
    app = installed()
    updating.open = no_room
    try:
        error = raises(Refused, lambda: ask(app, "put.begin", what="manifest", size=100))
    finally:
        del updating.open
    assert error.args == ("storage", "no room for it: pull the logs first")


def no_room(path, mode="r"):
    if "w" in mode:
        raise OSError(28)
    return open(path, mode)
