"""What is fuzzed, one function a target: bytes in, an assertion where a rule is broken.

Whatever comes over the line or lies on a flash may be anything. A target fails when something other than the error that
is promised comes out, when memory is not bounded, or when something that was changed passes for whole.
"""

import hashlib
import json
import struct
import tempfile
from pathlib import Path

from atheris import FuzzedDataProvider
from fake_app import KEY, PLAN, FakeApp
from parts import ascii_cuff, cuff, oximeter_module, player
from verbs import VERBS as ALL_VERBS

from drivers.link import Link, Refused
from sitter import frames, keypad, manifest, plan, programme, records, seal, settings
from sitter.access import HOST, UNIT, Handshake
from sitter.unit import Unit
from sitterctl import keys, slog

NOON_UTC_S = 1_777_032_000  # of the day of PLAN's clearance, 2026-04-24
VERBS = [*ALL_VERBS, "", "do"]
FIELDS = ["name", "offset", "count", "size", "sha256", "from", "what", "nonce", "proof", "who", "key", "do"]
LOG = bytes(i * 7 % 251 for i in range(3000))
LOG_SHA256 = hashlib.sha256(LOG).hexdigest()
FOLDER = tempfile.mkdtemp()  # for an audit log that nobody writes


def frames_in_pieces(data: bytes) -> None:
    """A decoder takes anything, keeps no more than a frame, and does not care how its input was cut."""
    cut = FuzzedDataProvider(data).ConsumeIntInRange(0, max(0, len(data)))
    whole, pieces = frames.Decoder(), frames.Decoder()
    found, text = whole.feed(data)
    first, text1 = pieces.feed(data[:cut])
    second, text2 = pieces.feed(data[cut:])
    assert first + second == found and text1 + text2 == text
    assert len(whole._buffer) <= frames.MAX_FRAME
    for frame in found:
        assert frames.Decoder().feed(frames.encode(*frame))[0] == [frame]


def cobs(data: bytes) -> None:
    coded = frames.cobs_encode(data)
    assert 0 not in coded and frames.cobs_decode(coded) == data
    try:
        frames.cobs_decode(data)
    except frames.BadFrame:
        pass


def record_bodies(data: bytes) -> None:
    """Any bytes decode or are a bad record; what decodes is encoded to bytes that say the same."""
    for _, tag, body in records.walk(data):
        try:
            name, fields = records.decode(tag, body)
        except records.BadRecord:
            continue
        coded = records.encode(name, fields)
        assert records.decode(coded[2], coded[3:]) == (name, fields)


def logs(data: bytes) -> None:
    """A log that was changed anywhere is never intact, and any bytes can be judged."""
    slog.verify(data, [keys.DEVELOPMENT_KEY])
    changed = changed_log(FuzzedDataProvider(data))
    if changed != SEALED:
        assert not slog.verify(changed, [keys.DEVELOPMENT_KEY]).ok


def changed_log(source: FuzzedDataProvider) -> bytes:
    changed = bytearray(SEALED)
    for _ in range(source.ConsumeIntInRange(1, 4)):
        at, until = sorted(source.ConsumeIntInRange(0, len(changed)) for _ in range(2))
        changed[at : min(until, at + 40)] = source.ConsumeBytes(source.ConsumeIntInRange(0, 40))
    return bytes(changed)


def _sealed() -> bytes:
    header = {"at_ms": 0, "schema_id": records.SCHEMA_ID, "boot_id": 2, "utc_s": 1_777_000_000, "utc_trusted": 1,
              "key_id": seal.key_id(keys.DEVELOPMENT_KEY), "unit_id": "U", "firmware": "0",
              "schema": records.TABLE}  # fmt: skip
    chain, out = seal.Chain(keys.DEVELOPMENT_KEY), b""
    pieces = [records.MAGIC + records.encode("header", header)]
    pieces += [records.encode("mark", {"at_ms": k, "number": k, "phase": "peak"}) * 3 for k in range(1, 5)]
    pieces.append(records.encode("close", {"at_ms": 9, "utc_s": 1_777_000_009, "reason": "key NEXT"}))
    for k, piece in enumerate(pieces):
        chain.update(piece)
        out += piece + chain.record(k)
    return out


SEALED = _sealed()
assert slog.verify(SEALED, [keys.DEVELOPMENT_KEY]).ok


def anything(source: FuzzedDataProvider, depth: int = 0) -> object:
    """A value as JSON can hold it."""
    kind = source.ConsumeIntInRange(0, 7 if depth < 3 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return source.ConsumeBool()
    if kind == 2:
        return source.ConsumeIntInRange(-300, 300)
    if kind == 3:
        return source.ConsumeInt(8)
    if kind == 4:
        return source.ConsumeFloat()
    if kind == 5:
        return source.ConsumeUnicodeNoSurrogates(12)
    if kind == 6:
        return [anything(source, depth + 1) for _ in range(source.ConsumeIntInRange(0, 4))]
    return {
        source.ConsumeUnicodeNoSurrogates(8): anything(source, depth + 1) for _ in range(source.ConsumeIntInRange(0, 4))
    }


def setting_values(data: bytes) -> None:
    """Every set is refused with sentences or makes a unit that can step."""
    source = FuzzedDataProvider(data)
    names = [row[0] for row in settings.SETTINGS] + ["nonsense"]
    chosen = {source.PickValueInList(names): anything(source) for _ in range(source.ConsumeIntInRange(0, 8))}
    faults = settings.check(chosen)
    assert all(isinstance(fault, str) and fault for fault in faults)
    if not faults:
        Unit(settings.complete(chosen), None).step(1, [("clock", (1, True))])
    settings.check(anything(source))


def cue(source: FuzzedDataProvider) -> object:
    """A row of a programme, or nearly."""
    row: dict = {"folder": source.ConsumeIntInRange(-1, 120), "volume": source.ConsumeIntInRange(-1, 40),
                 "kelvin": source.ConsumeIntInRange(2600, 6600), "brightness_pct": source.ConsumeIntInRange(-1, 101),
                 "fade_s": source.ConsumeIntInRange(-1, 700)}  # fmt: skip
    if source.ConsumeBool():
        row[source.PickValueInList([*row, "tracks", "breaths_per_min", "nonsense"])] = anything(source)
    if source.ConsumeBool():
        del row[source.PickValueInList(list(row))]
    return row


def plans(data: bytes) -> None:
    """Every plan is refused with sentences, or a session begins on it, or the unit says why none does."""
    source = FuzzedDataProvider(data)
    value = dict(PLAN)
    for _ in range(source.ConsumeIntInRange(0, 3)):
        value[source.PickValueInList([*PLAN, "cues", "name"])] = anything(source)
    if source.ConsumeBool():
        value["cues"] = {source.PickValueInList([*programme.PHASES, "stopped", "music"]): cue(source)}
    faults = plan.check(value)
    assert all(isinstance(fault, str) and fault for fault in faults)
    if not faults:
        unit = Unit(settings.defaults(), value, "SIM-0007")
        unit.step(1, [("clock", (NOON_UTC_S, True))])
        refused = keypad.refusal(1, unit)
        for key in ("NEXT", "MARK", "STOP"):
            unit.present(1, unit.step(1, [("key", (key, "down")), ("key", (key, "short"))]))
        assert unit.session.phase == ("idle" if refused else "checks")
    plan.check(anything(source))


def asked(source: FuzzedDataProvider) -> bytes:
    """A request that may make sense."""
    request = {source.PickValueInList(FIELDS): anything(source) for _ in range(3)}
    request["do"] = source.PickValueInList(VERBS)
    if source.ConsumeBool():
        request.update(name="00001", what=source.PickValueInList(["settings", "plan", "key"]))
    if source.ConsumeBool():
        request.update(size=len(LOG), sha256=LOG_SHA256)
    return json.dumps(request).encode()


def drained(link: Link) -> list[frames.Frame]:
    """What the link says, which must have an end."""
    decoder, got = frames.Decoder(), []
    for _ in range(400):
        if not link.busy:
            return got
        piece = link.take(100)
        assert len(piece) <= 100
        got += decoder.feed(piece)[0]
    raise AssertionError("an answer without an end")


def untouched(app: FakeApp) -> bool:
    return not (app.store.pulled or app.restart_wanted or app.board.flagged or app.state.values.keys() - {"key"})


def strangers(data: bytes) -> None:
    """Whoever does not know the key: each frame is answered once or not at all, memory is bounded, nothing changes, and
    no byte of a log or of the plan goes out."""
    source, app = FuzzedDataProvider(data), FakeApp(FOLDER, {"00001": LOG})
    for counter in range(source.ConsumeIntInRange(1, 5)):
        body = asked(source) if source.ConsumeBool() else source.ConsumeBytes(400)
        app.link.feed(
            frames.encode(source.PickValueInList([frames.JSON, frames.SEALED, frames.DATA, 0]), counter, body)
        )
        if source.ConsumeBool():
            app.link.feed(source.ConsumeBytes(300))
        for frame in drained(app.link):
            assert frame.kind == frames.JSON and len(frame.body) < 1000
            assert PLAN["code"].encode() not in frame.body and b'"logs": [' not in frame.body
        assert untouched(app)


def key_holders(data: bytes) -> None:
    """Whoever knows the key may ask anything: no request breaks the link, a log is pulled only by its own hash, and
    what is stored has passed its check."""
    source, app = FuzzedDataProvider(data), FakeApp(FOLDER, {"00001": LOG})
    handshake = Handshake(KEY, bytes(16), bytes(16))
    app.custody.access.challenge(bytes(16), bytes(16))
    app.custody.access.prove(0, handshake.proof(HOST))
    channel = handshake.channel()
    for _ in range(source.ConsumeIntInRange(1, 6)):
        if source.ConsumeIntInRange(0, 3):
            channel.number += 1
            body = asked(source) if source.ConsumeBool() else json.dumps(anything(source)).encode()
            coded = frames.encode(frames.SEALED, channel.number & 0xFF, channel.seal(HOST, body))
            app.link.feed(coded)
            last = [frame for frame in drained(app.link) if frame.kind != frames.DATA]
            if len(coded) <= frames.MAX_HOST_FRAME:
                assert len(last) == 1 and channel.opened(UNIT, last[0].body) is not None
        else:
            app.link.feed(frames.encode(frames.DATA, 1, source.ConsumeBytes(170)))
            drained(app.link)
    assert app.store.pulled in ([], ["00001"]) or set(app.store.pulled) == {"00001"}
    assert not settings.check(app.state.values.get("settings", {}))
    assert not plan.check(app.state.values.get("plan", PLAN))


def uploads(data: bytes) -> None:
    """Settings and plans as they are put, whatever they hold: in force only what passes its check."""
    source, app = FuzzedDataProvider(data), FakeApp(FOLDER, {})
    what = source.PickValueInList(["settings", "plan"])
    base: dict = dict(PLAN) if what == "plan" else {}
    for _ in range(source.ConsumeIntInRange(0, 3)):
        base[source.PickValueInList([*PLAN, *settings.defaults(), "name"])] = anything(source)
    whole = json.dumps(base).encode() if source.ConsumeBool() else source.ConsumeBytes(500)
    try:
        app.verbs.serve({"do": "put.begin", "what": what, "size": len(whole)}, True)
        for at in range(0, len(whole), 160):
            app.verbs.take_data(struct.pack("<I", at) + whole[at : at + 160])
        app.verbs.serve({"do": "put.commit", "sha256": hashlib.sha256(whole).hexdigest()}, True)
    except Refused as refused:
        assert len(json.dumps(refused.answer())) < 1000
        assert untouched(app)
        return
    check = settings.check if what == "settings" else plan.check
    assert not check(app.state.values[what])


def manifests(data: bytes) -> None:
    """Any line is a head, a row or neither; a row names a file inside a slot, and is written as it was read."""
    source = FuzzedDataProvider(data)
    for _ in range(source.ConsumeIntInRange(1, 8)):
        line = _line(source)
        head, row = manifest.parsed_head(line), manifest.parsed_row(line)
        assert head is None or manifest.parsed_head(manifest.head(*head)) == head
        if row is None:
            continue
        digest, size, name = row
        assert manifest.parsed_row(manifest.row(digest, size, name)) == row and size >= 0
        path = Path("/b", name)
        assert path.suffix == ".mpy" and ".." not in path.parts and path.parent in (
            Path("/b"), Path("/b/sitter"), Path("/b/drivers")
        )  # fmt: skip


def _line(source: FuzzedDataProvider) -> str:
    """Words as a manifest has them, or nearly."""
    known = ["0" * 64, "sitter", "0.2.0", "esp32_devkitc", "5", "main.mpy", "sitter/unit.mpy", "drivers/a_1.mpy"]
    words = []
    for _ in range(source.ConsumeIntInRange(0, 4)):
        word = source.PickValueInList(known)
        if source.ConsumeBool():
            at = source.ConsumeIntInRange(0, len(word))
            word = word[:at] + source.ConsumeUnicodeNoSurrogates(3) + word[at + source.ConsumeIntInRange(0, 3) :]
        words.append(word)
    return source.PickValueInList([" ", " ", "  ", "\t"]).join(words)


UNIT_ROOT = Path(tempfile.mkdtemp())  # with a program in slot a
PROGRAM = {"main.mpy": b"M" * 300, "board.mpy": b"B", "slots.mpy": b"S", "updating.mpy": b"U", "sitter/unit.mpy": b"X"}


def _manifest(files: dict[str, bytes], board: str = "esp32_devkitc") -> bytes:
    rows = [manifest.row(hashlib.sha256(files[name]).hexdigest(), len(files[name]), name) for name in files]
    return (manifest.head("0.2.0", board) + "".join(rows)).encode()


def _install() -> None:
    for name in PROGRAM:
        (UNIT_ROOT / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (UNIT_ROOT / "a" / name).write_bytes(PROGRAM[name])
    (UNIT_ROOT / "a" / "manifest").write_bytes(_manifest(PROGRAM))


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


_install()
INSTALLED = _contents(UNIT_ROOT)


def firmware(data: bytes) -> None:
    """Whoever knows the key may send any program, in any order: the running one stays as it is, nothing is written
    outside the other slot, and only what is whole, for this board and vouched for is ever to be tried."""
    source = FuzzedDataProvider(data)
    for name in _contents(UNIT_ROOT).keys() - INSTALLED.keys():
        (UNIT_ROOT / name).unlink()
    app = FakeApp(str(UNIT_ROOT), {})
    files = {name: PROGRAM[name] for name in PROGRAM if source.ConsumeIntInRange(0, 9)}
    whole = _manifest(files, source.PickValueInList(["esp32_devkitc", "esp32_devkitc", "simulator"]))
    if not source.ConsumeIntInRange(0, 3):
        at = source.ConsumeIntInRange(0, len(whole))
        whole = whole[:at] + source.ConsumeBytes(20) + whole[at + source.ConsumeIntInRange(0, 20) :]
    sent = [("manifest", whole), *files.items()] if source.ConsumeBool() else []
    for name, content in sent:
        _put(app, source, name, content)
    for _ in range(source.ConsumeIntInRange(1, 6)):
        _ask_something(app, source, whole)
    there = _contents(UNIT_ROOT)
    for name in there.keys() | INSTALLED.keys():
        assert name in ("slot", "a/mac") or name.startswith("b/") or there[name] == INSTALLED[name], name
    if (UNIT_ROOT / "slot").exists():
        assert app.restart_wanted and there["slot"] == b"a>b"
        assert there["b/mac"] == manifest.mac(KEY, hashlib.sha256(there["b/manifest"]).digest())
        lines = there["b/manifest"].decode().splitlines()
        assert manifest.parsed_head(lines[0]) == ("0.2.0", "esp32_devkitc") or whole != _manifest(files)
        rows = [manifest.parsed_row(line) for line in lines[1:]]
        for row in rows:
            assert row and row[:2] == (hashlib.sha256(there["b/" + row[2]]).hexdigest(), len(there["b/" + row[2]]))
        assert {"main.mpy", "board.mpy", "slots.mpy", "updating.mpy"} <= {row[2] for row in rows if row}


def _put(app: FakeApp, source: FuzzedDataProvider, name: str, content: bytes) -> None:
    """A file of a program as the host puts it, or nearly."""
    if not source.ConsumeIntInRange(0, 9):
        content = source.ConsumeBytes(30) or b"?"
    digest = hashlib.sha256(content).hexdigest()
    what = {"what": "manifest"} if name == "manifest" else {"what": "file", "name": name, "sha256": digest}
    have = _serve(app, {"do": "put.begin", "size": len(content), **what}).get("have", 0)
    _piece(app, struct.pack("<I", have) + content[have:])
    _serve(app, {"do": "put.commit", "sha256": digest})


def _ask_something(app: FakeApp, source: FuzzedDataProvider, whole: bytes) -> None:
    kind = source.ConsumeIntInRange(0, 4)
    if kind == 0:
        request = {"do": "firmware", "act": source.PickValueInList(["show", "switch", "confirm", "erase"])}
        if source.ConsumeBool():
            request["mac"] = manifest.mac(KEY, hashlib.sha256(whole).digest()).hex()
        if not source.ConsumeIntInRange(0, 5):
            request["mac"] = anything(source)
        _serve(app, request)
    elif kind == 1:
        name = source.PickValueInList([*PROGRAM, "../a/main.mpy", "/a/main.mpy", "sitter/../x.mpy", "mac", "manifest"])
        _put(app, source, name, PROGRAM.get(name, source.ConsumeBytes(40)))
    elif kind == 2:
        _piece(app, source.ConsumeBytes(170))
    elif kind == 3:
        fields = {source.PickValueInList(["what", "size", "name", "sha256"]): anything(source) for _ in range(3)}
        _serve(app, {"what": source.PickValueInList(["manifest", "file"]), "size": 5, **fields, "do": "put.begin"})
    elif not app.restart_wanted and (UNIT_ROOT / "b" / "main.mpy").exists():  # the flash rots
        (UNIT_ROOT / "b" / "main.mpy").write_bytes(source.ConsumeBytes(20))


def _serve(app: FakeApp, request: dict) -> dict:
    """The answer; a refusal is one, and nothing else may come."""
    try:
        answer = app.verbs.serve(request, True)
        return answer if isinstance(answer, dict) else [one for one in answer if one is not None][-1]
    except Refused as refused:
        assert len(json.dumps(refused.answer())) < 1000
        return {}


def _piece(app: FakeApp, body: bytes) -> None:
    try:
        app.verbs.take_data(body)
    except Refused:
        pass


TARGETS = (frames_in_pieces, cobs, record_bodies, logs, setting_values, plans, strangers, key_holders, uploads, cuff,
           ascii_cuff, oximeter_module, player, manifests, firmware)  # fmt: skip
