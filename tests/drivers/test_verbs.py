import binascii
import hashlib
import json
import struct
import sys

from fake_app import KEY, PLAN, FakeApp, other_plan
from verbs import IDLE, VERBS

from both import raises
from drivers.link import Refused
from sitter import settings
from sitter.access import HOST, LOCKED_MS, OPEN_VERBS, UNIT, WRONG_ALLOWED, Handshake
from sitter.records import SCHEMA_ID
from sitter.seal import key_id

LOG = bytes(i * 7 % 251 for i in range(5000))
H = b"h" * 16


def new_app(key=KEY):
    if sys.implementation.name == "micropython":
        return FakeApp("/nowhere", {"00001": LOG}, key)
    import tempfile

    return FakeApp(tempfile.mkdtemp(), {"00001": LOG}, key)


def ask(app, verb, keyed=True, **fields):
    """(answer, data) of a verb, run to its end."""
    answer = app.verbs.serve(dict(fields, do=verb), keyed)
    if isinstance(answer, dict):
        return answer, []
    made = [piece for piece in answer if piece is not None]
    return made[-1], made[:-1]


def refusal(app, verb, keyed=True, **fields):
    return raises(Refused, lambda: ask(app, verb, keyed, **fields)).args[0]


def digits(data):
    return str(binascii.hexlify(data), "ascii")


def put(app, what, value, size=None, digest=None):
    whole = value if isinstance(value, bytes) else json.dumps(value).encode()
    ask(app, "put.begin", what=what, size=size or len(whole))
    for at in range(0, len(whole), 160):
        app.verbs.take_data(struct.pack("<I", at) + whole[at : at + 160])
    return ask(app, "put.commit", sha256=digest or digits(hashlib.sha256(whole).digest()))[0]


# --- who may ask what -------------------------------------------------------------------------------------------------


def test_hello_names_schema_unit_and_key_and_no_patient():
    app = new_app()
    hello, _ = ask(app, "hello", keyed=False)
    assert (hello["schema"], hello["unit_id"], hello["key_id"]) == (SCHEMA_ID, "SIM-0007", key_id(KEY))
    assert ask(new_app(key=None), "hello", keyed=False)[0]["key_id"] is None


def test_what_anybody_may_ask_says_nothing_about_a_patient():  # REQ-163
    app = new_app()
    app.unit.vitals.take_pressure(1, (123, 77, 90, 61))
    for verb in ("hello", "status"):
        answer = ask(app, verb, keyed=False)[0]
        said = json.dumps(answer)
        for secret in (PLAN["code"], '"dose', "MD-07"):
            assert secret not in said, (verb, secret)
        assert not any(value in (123, 77, 90, 61, [123, 77]) for value in answer.values()), verb


def test_without_the_key_only_five_verbs_are_served():  # REQ-161
    assert sorted(OPEN_VERBS) == ["auth.begin", "auth.prove", "hello", "provision", "status"]
    for verb in VERBS:
        if verb not in OPEN_VERBS:
            assert refusal(new_app(), verb, keyed=False, name="00001", what="plan") == "auth-needed"


def test_in_a_session_nothing_that_changes_or_resets_is_served():  # REQ-164
    app = new_app()
    app.unit.session.event(1, "next")
    for verb in ("provision", "put.begin", "put.commit", "label.set", "clock.set", "selftest", "nibp.service",
                 "restart", "service"):  # fmt: skip
        assert VERBS[verb] is IDLE
        error = raises(Refused, lambda verb=verb: ask(app, verb))
        assert error.args[0] == "session-open"
        assert verb in error.args[1]
    assert not app.restart_wanted
    assert ask(app, "logs.list")[0]["logs"]
    assert ask(app, "status", keyed=False)[0]["state"] == "checks"


def test_a_log_that_is_still_open_counts_as_a_session():  # REQ-164
    app = new_app()
    app.store.is_open = True
    assert refusal(app, "restart") == "session-open"


def test_an_upload_that_a_session_overtook_is_forgotten():  # REQ-164
    app = new_app()
    whole = json.dumps({"spo2_low_pct": 88}).encode()
    ask(app, "put.begin", what="settings", size=len(whole))
    app.unit.session.event(1, "next")
    raises(Refused, app.verbs.take_data, struct.pack("<I", 0) + whole)
    app.unit.session.event(2, "end")
    assert refusal(app, "put.commit", sha256=digits(hashlib.sha256(whole).digest())) == "bad-request"


def test_an_unknown_verb_is_refused():
    app = new_app()
    for verb in ("format", "", "__init__", "serve", "logs_list", "fs.read", "exec"):
        assert refusal(app, verb) == "unknown-verb"


# --- the key ----------------------------------------------------------------------------------------------------------


def challenge(app):
    said, _ = ask(app, "auth.begin", keyed=False, nonce=digits(H))
    return said, Handshake(KEY, H, binascii.unhexlify(said["nonce"]))


def test_both_sides_prove_the_key_and_it_is_noted_who_came():
    app = new_app()
    said, handshake = challenge(app)
    assert said["proof"] == digits(handshake.proof(UNIT))
    right = {"proof": digits(handshake.proof(HOST, b"tech@bench")), "who": "tech@bench"}
    assert ask(app, "auth.prove", keyed=False, **right)[0]["ok"]
    assert app.notes == [("connected", "tech@bench", "", "", "")]
    channel = handshake.channel()
    channel.number = 1
    assert app.custody.access.channel.accept(1, channel.seal(HOST, b"x")) == b"x"


def test_a_recorded_proof_sent_again_changes_nothing():  # REQ-162
    app = new_app()
    _, handshake = challenge(app)
    proof = digits(handshake.proof(HOST, b"tech@bench"))
    ask(app, "auth.prove", keyed=False, proof=proof, who="tech@bench")
    whole = json.dumps(PLAN).encode()
    ask(app, "put.begin", what="plan", size=len(whole))
    for who in ("tech@bench", "boss@bench"):
        assert ask(app, "auth.prove", keyed=False, proof=proof, who=who)[0]["ok"]  # what the host asks for again
    ask(app, "restart")
    assert [note[:2] for note in app.notes] == [("connected", "tech@bench"), ("restart", "tech@bench")]


def test_what_a_host_calls_itself_is_plain_text_in_the_log():
    app = new_app()
    challenge(app)
    who = "a" + chr(0xD800) + "\n\x1b[2J" + chr(0x416) if sys.implementation.name != "micropython" else "a\n\x1b[2J"
    refusal(app, "auth.prove", keyed=False, proof="00" * 16, who=who)
    assert all(" " <= c <= "~" for c in app.notes[0][1])
    assert app.notes[0][1].startswith("a?")


def test_no_two_challenges_are_the_same_even_with_a_poor_random_source():
    app = new_app()
    app.board.random_bytes = lambda count: b"\0" * count
    first, _ = challenge(app)
    app.board.ms += 1
    second, _ = challenge(app)
    assert first["nonce"] != second["nonce"]


def test_wrong_proofs_are_noted_and_then_not_even_looked_at():  # REQ-161
    app = new_app()
    for _ in range(WRONG_ALLOWED):
        challenge(app)
        assert refusal(app, "auth.prove", keyed=False, proof="00" * 16, who="x" * 100) == "denied"
    assert app.notes == [("wrong proof", "x" * 32, "", "", "")] * WRONG_ALLOWED
    assert refusal(app, "auth.prove", keyed=False, proof="00" * 16) == "locked"
    assert len(app.notes) == WRONG_ALLOWED
    _, handshake = challenge(app)
    right = digits(handshake.proof(HOST))
    error = raises(Refused, lambda: ask(app, "auth.prove", keyed=False, proof=right))
    assert (error.args[0], error.args[2]) == ("locked", {"wait_s": LOCKED_MS // 1000})
    app.board.ms += LOCKED_MS
    _, handshake = challenge(app)
    assert ask(app, "auth.prove", keyed=False, proof=digits(handshake.proof(HOST)))[0]["ok"]


def test_proofs_and_nonces_that_are_none_are_refused():
    app = new_app()
    for nonce in ("", "zz", "00" * 15, "00" * 17, None, 3, ["0"], "é" * 32):
        assert refusal(app, "auth.begin", keyed=False, nonce=nonce) == "bad-request"
        assert refusal(app, "auth.prove", keyed=False, proof=nonce) == "bad-request"
    assert app.custody.access.wrong == 0


def test_a_unit_is_given_its_key_once_by_who_holds_the_chord():  # REQ-165
    app = new_app(key=None)
    new = digits(b"n" * 32)
    assert refusal(app, "auth.begin", keyed=False, nonce=digits(H)) == "no-key"
    assert refusal(app, "provision", keyed=False, key=new) == "no-chord"
    assert app.custody.key is None
    app.unit.chord_held = True
    answer, _ = ask(app, "provision", keyed=False, key=new, who="tech@bench")
    assert answer["key_id"] == key_id(b"n" * 32)
    assert app.state.values["key"] == new
    assert app.restart_wanted
    assert app.notes == [("provisioned", "tech@bench", "", "", "%08x" % key_id(b"n" * 32))]
    assert refusal(app, "auth.begin", keyed=False, nonce=digits(H)) == "no-key"  # not before it is in force
    app.unit.chord_held = False
    assert ask(app, "provision", keyed=False, key=new)[0]["ok"]  # the answer was lost
    app.unit.chord_held = True
    assert refusal(app, "provision", keyed=False, key=digits(b"m" * 32)) == "has-key"
    assert app.state.values["key"] == new


def test_a_key_that_can_not_be_stored_is_none():
    app = new_app(key=None)
    app.unit.chord_held = app.state.fails = True
    assert refusal(app, "provision", keyed=False, key=digits(b"n" * 32)) == "storage"
    assert app.custody.key is None


def test_a_key_that_only_one_slot_took_is_the_units():
    app = new_app(key=None)
    app.unit.chord_held = True
    save, taken = app.state.save, []
    app.state.save = lambda name, value: not taken and (taken.append(name) or save(name, value))
    assert ask(app, "provision", keyed=False, key=digits(b"n" * 32))[0]["ok"]
    assert app.custody.key == b"n" * 32


def test_a_short_key_is_refused():
    app = new_app(key=None)
    app.unit.chord_held = True
    assert refusal(app, "provision", keyed=False, key=digits(b"n" * 31)) == "bad-request"


# --- logs -------------------------------------------------------------------------------------------------------------


def test_a_log_arrives_in_contiguous_pieces():
    answer, pieces = ask(new_app(), "logs.read", name="00001", offset=100, count=4000)
    got = b""
    for piece in pieces:
        assert struct.unpack("<I", piece[:4])[0] == 100 + len(got)
        got += piece[4:]
    assert got == LOG[100:4100]
    assert answer == {"ok": True, "sent": 4000, "size": 5000}


def test_reading_past_the_end_sends_nothing_and_says_the_size():
    answer, pieces = ask(new_app(), "logs.read", name="00001", offset=9000, count=10)
    assert pieces == []
    assert answer == {"ok": True, "sent": 0, "size": 5000}


def test_a_log_that_turns_out_shorter_is_refused_and_not_read_for_ever():
    app = new_app()
    app.store.read = lambda name, offset, count: b""
    assert refusal(app, "logs.read", name="00001") == "no-such-log"


def test_logs_are_listed_in_pages():
    app = new_app()
    for i in range(2, 10):
        app.store.logs["%05d" % i] = b""
    first, _ = ask(app, "logs.list")
    rest, _ = ask(app, "logs.list", **{"from": 6})
    assert [row[0] for row in first["logs"] + rest["logs"]] == ["%05d" % i for i in range(1, 10)]
    assert first["more"]
    assert not rest["more"]


def test_no_name_that_a_host_gives_is_a_path():  # REQ-163
    app = new_app()
    for number in (-1, 1 << 31, 10**30, 1.5, True, "1"):
        assert refusal(app, "logs.list", **{"from": number}) == "bad-request"
        assert refusal(app, "logs.read", name="00001", offset=number) == "bad-request"
    for name in ("../boot.py", "/state/key.0", "audit.../state/key.0", "audit.", "audit.current", None, 3, ""):
        assert refusal(app, "logs.read", name=name) == "no-such-log"


def acknowledge(app, log=LOG, **fields):
    request = {"name": "00001", "size": len(log), "sha256": digits(hashlib.sha256(log).digest())}
    request.update(fields)
    return ask(app, "logs.ack", **request)[0]


def test_an_acknowledged_log_counts_as_pulled():
    app = new_app()
    assert acknowledge(app) == {"ok": True}
    assert app.store.pulled == ["00001"]
    assert app.notes == [("pulled", "", "00001", "", "")]


def test_a_log_that_the_host_does_not_have_as_it_is_is_not_acknowledged():  # REQ-166
    app = new_app()
    for wrong in ({"size": 4999}, {"sha256": "00" * 32}, {"sha256": ""}, {"name": "00002"}, {"name": "audit.current"}):
        raises(Refused, lambda wrong=wrong: acknowledge(app, **wrong))
    app.store.still_open.add("00001")
    raises(Refused, acknowledge, app)
    assert app.store.pulled == []
    assert app.notes == []


def test_a_comparison_lets_the_others_in_between():
    app = new_app()
    digest = digits(hashlib.sha256(LOG).digest())
    made = list(app.verbs.serve({"do": "logs.ack", "name": "00001", "size": 5000, "sha256": digest}, True))
    assert made == [None] * 10 + [{"ok": True}]


# --- settings and plan ------------------------------------------------------------------------------------------------


def got(app, what):
    answer, pieces = ask(app, "get", what=what)
    whole = b"".join([piece[4:] for piece in pieces])
    assert answer["sha256"] == digits(hashlib.sha256(whole).digest())
    return json.loads(str(whole, "utf-8"))


def test_settings_and_plan_can_be_read():
    app = new_app()
    assert got(app, "settings") == settings.defaults()
    assert got(app, "plan") == PLAN
    for what in ("key", "session", None, "../key"):
        assert refusal(app, "get", what=what) == "bad-request"


def test_new_settings_are_stored_noted_and_in_force_after_the_restart():
    app = new_app()
    answer = put(app, "settings", {"spo2_low_pct": 88, "audio_pause_s": 60})
    assert answer == {"ok": True, "restarts": True}
    assert app.state.values["settings"] == {"spo2_low_pct": 88, "audio_pause_s": 60}
    assert app.notes == [("setting", "", "audio_pause_s", "120", "60"), ("setting", "", "spo2_low_pct", "90", "88")]


def test_who_changes_something_is_on_flash_before_the_change_is():  # REQ-161
    app, order = new_app(), []
    save = app.state.save
    app.state.save = lambda name, value: order.append((name, app.notes_safe)) or save(name, value)
    put(app, "settings", {"spo2_low_pct": 88})
    put(app, "plan", other_plan("KAP-0043"))
    assert order == [("settings", 1), ("plan", 2)]


def test_what_can_not_be_written_down_is_not_changed():
    app = new_app()
    app.audit_fails = True
    assert raises(Refused, put, app, "plan", other_plan("KAP-0043")).args[0] == "storage"
    assert app.unit.plan == PLAN
    assert "plan" not in app.state.values


def test_settings_with_a_fault_change_nothing_and_every_fault_is_told():
    app = new_app()
    error = raises(Refused, put, app, "settings", {"spo2_low_pct": 20, "colour": 1})
    assert error.args[0] == "refused"
    assert len(error.args[2]["faults"]) == 2
    assert "settings" not in app.state.values
    assert app.notes == []
    assert not app.restart_wanted


def test_a_hundred_faults_fit_into_an_answer():
    error = raises(Refused, put, new_app(), "settings", {"x" * 100 + str(k): 1 for k in range(30)})
    assert len(json.dumps(error.answer())) < 1000
    assert error.args[1].startswith("30 faults")
    error = raises(Refused, put, new_app(), "settings", {"\x01" * 100 + str(k): 1 for k in range(30)})
    assert len(json.dumps(error.answer())) < 1000


def test_a_new_plan_is_in_force_at_once():
    app = new_app()
    other = other_plan("KAP-0043", route="intramuscular", dose_mg=60, second_dose_mg=30, second_until_min=30)
    assert put(app, "plan", other) == {"ok": True, "restarts": False}
    assert app.unit.plan == other
    assert app.unit.session.route == "intramuscular"
    assert app.notes == [("plan", "", "", "KAP-0042", "KAP-0043")]


def test_a_cards_catalogue_is_in_force_at_once_and_can_be_read():
    app = new_app()
    value = {"card": "5f0c9a1e", "files": 42, "folders": {"2": "00f010f0"}}
    assert put(app, "music", value) == {"ok": True, "restarts": False}
    assert app.unit.director.catalogue.seconds(2, 1) == 240
    assert app.state.values["music"] == value and app.notes[-1][0] == "music"
    assert got(app, "music") == value
    assert raises(Refused, put, app, "music", dict(value, files=0)).args[0] == "refused"
    assert app.unit.director.catalogue.files == 42


def test_a_plan_that_is_not_cleared_is_refused_whole():
    app = new_app()
    raises(Refused, put, app, "plan", dict(PLAN, screening={}))
    raises(Refused, put, app, "plan", b"not json")
    raises(Refused, put, app, "plan", [1])
    raises(Refused, put, app, "plan", b'{1:2,"a":3}')
    raises(Refused, put, app, "plan", b'{"cues":{1:2,"a":3}}')
    assert app.unit.plan == PLAN
    assert app.state.values.get("plan") is None


def test_only_what_was_meant_is_taken():
    app = new_app()
    assert raises(Refused, put, app, "settings", {"spo2_low_pct": 88}, None, "00" * 32).args[0] == "bad-request"
    assert raises(Refused, put, app, "settings", {"spo2_low_pct": 88}, 30).args[0] == "bad-request"
    assert "settings" not in app.state.values


def test_pieces_out_of_order_or_twice_are_passed_over():
    app = new_app()
    whole = json.dumps({"spo2_low_pct": 88}).encode()
    ask(app, "put.begin", what="settings", size=len(whole))
    assert app.verbs.take_data(struct.pack("<I", 5) + whole[5:10])["have"] == 0
    assert app.verbs.take_data(struct.pack("<I", 0) + whole[:5])["have"] == 5
    assert app.verbs.take_data(struct.pack("<I", 0) + whole[:5])["have"] == 5
    assert app.verbs.take_data(struct.pack("<I", 5) + whole[5:] + b"more than was said")["have"] == 5
    app.verbs.take_data(struct.pack("<I", 5) + whole[5:])
    assert ask(app, "put.commit", sha256=digits(hashlib.sha256(whole).digest()))[0]["ok"]


def test_a_commit_that_is_asked_for_again_is_the_same_answer():
    app = new_app()
    whole = json.dumps(PLAN).encode()
    put(app, "plan", whole)
    assert ask(app, "put.commit", sha256=digits(hashlib.sha256(whole).digest()))[0]["ok"]
    assert refusal(app, "put.commit", sha256="00" * 32) == "bad-request"
    assert len(app.notes) == 1


def test_what_is_put_is_bounded():
    app = new_app()
    for size in (0, 4097, -1, None, "9", 10**20):
        assert refusal(app, "put.begin", what="plan", size=size) == "bad-request"
    assert refusal(app, "put.begin", what="key", size=10) == "bad-request"
    raises(Refused, app.verbs.take_data, struct.pack("<I", 0) + b"x")
    raises(Refused, app.verbs.take_data, b"")


def test_a_full_flash_is_said():
    app = new_app()
    app.state.fails = True
    assert raises(Refused, put, app, "settings", {"spo2_low_pct": 88}).args[0] == "storage"
    assert not app.restart_wanted


# --- the unit itself --------------------------------------------------------------------------------------------------


def test_a_restart_and_service_mode_are_noted_before_they_come():
    app = new_app()
    assert ask(app, "restart")[0]["restarts"]
    assert app.restart_wanted
    assert app.unit.restarting
    assert not app.board.flagged
    assert ask(app, "service")[0]["restarts"]
    assert app.board.flagged
    assert [note[0] for note in app.notes] == ["restart", "service mode"]
    assert app.notes_safe == 2


def test_what_can_not_be_written_down_is_not_done():  # REQ-161
    app = new_app()
    app.audit_fails = True
    for verb, fields in (("restart", {}), ("service", {}), ("label.set", {"label": "BED 3"}),
                         ("clock.set", {"utc_s": 1777885200})):  # fmt: skip
        assert refusal(app, verb, **fields) == "storage"
    assert not (app.restart_wanted or app.board.flagged or app.custody.label or app.clock_s == 1777885200)


def test_status_is_made_once_a_second_however_often_it_is_asked_for():
    app, looked = new_app(), []
    listed = app.store.list
    app.store.list = lambda: looked.append(1) or listed()
    for _ in range(20):
        ask(app, "status", keyed=False)
        app.board.ms += 100
    assert len(looked) == 2


def test_who_looks_on_sees_the_session_and_only_with_the_key():
    app = new_app()
    assert ask(app, "live")[0]["phase"] == "idle"
    app.unit.session.event(1, "next")
    assert ask(app, "live")[0]["code"] == PLAN["code"]
    assert refusal(app, "live", keyed=False) == "auth-needed"


def test_a_label_is_kept_and_noted():
    app = new_app()
    assert ask(app, "label.set", label="BED 3")[0]["ok"]
    assert ask(app, "hello", keyed=False)[0]["label"] == "BED 3"
    assert app.state.values["label"] == "BED 3"
    assert app.notes == [("label", "", "", "", "BED 3")]
    for label in (None, 3, "x" * 13, "line\n", "B\u00c4D"):
        assert refusal(app, "label.set", label=label) == "bad-request"
    app.state.fails = True
    assert refusal(app, "label.set", label="BED 4") == "storage"
    assert app.custody.label == "BED 3"


def test_the_clock_is_set_and_its_change_noted():
    app = new_app()
    assert ask(app, "clock.set", utc_s=1777885200)[0]["utc_s"] == 1777885200
    assert app.clock_s == 1777885200
    assert app.notes[0][4] == "2026-05-04T09:00:00Z"
    for utc_s in (0, 946684799, 4102444800, 1.5, "now", True):
        assert refusal(app, "clock.set", utc_s=utc_s) == "bad-request"
    app.clock_s = None
    assert refusal(app, "clock.set", utc_s=1777885200) == "storage"
