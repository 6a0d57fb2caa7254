"""What is fuzzed, one function a target: bytes in, an assertion where a rule is broken.

Whatever comes over the line or lies on a flash may be anything. A target fails when something other than the error that
is promised comes out, when memory is not bounded, or when something that was changed passes for whole.
"""

import json

from atheris import FuzzedDataProvider

from drivers.dfplayer import Parser as PlayerParser
from drivers.link import Link
from drivers.nibp import CuffFault, result_of
from drivers.nibp import Parser as CuffParser
from sitter import frames, plan, records, seal, settings
from sitter.unit import Unit
from sitterctl import keys, slog

GOOD_PLAN = {
    "code": "KAP-0042", "route": "sublingual", "dose_mg": 200, "cleared_by": "MD-07", "preparation_meetings": 3,
    "screening": dict.fromkeys(plan.CONTRAINDICATIONS, False),
}  # fmt: skip
VERBS = ["hello", "status", "logs.list", "logs.read", "logs.ack", "put.begin", "", "do"]
FIELDS = ["name", "offset", "count", "size", "sha256", "from", "do"]
LOG = bytes(i * 7 % 251 for i in range(3000))


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
              "schema": records.table_text()}  # fmt: skip
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


def plans(data: bytes) -> None:
    """Every plan is refused with sentences or can be begun with."""
    source = FuzzedDataProvider(data)
    value = dict(GOOD_PLAN)
    for _ in range(source.ConsumeIntInRange(0, 3)):
        value[source.PickValueInList([*GOOD_PLAN, "cues", "name"])] = anything(source)
    faults = plan.check(value)
    assert all(isinstance(fault, str) and fault for fault in faults)
    if not faults:
        unit = Unit(settings.defaults(), value)
        for key in ("NEXT", "MARK", "STOP"):
            unit.present(1, unit.step(1, [("key", (key, "down")), ("key", (key, "short"))]))
        assert unit.session.phase == "checks"
    plan.check(anything(source))


class Store:
    """A store of one log that notes what was done to it."""

    def __init__(self) -> None:
        self.touched: list[str] = []

    def list(self) -> list:
        return [("00001", len(LOG), True, False)]

    def size(self, name: str) -> int:
        if name != "00001":
            raise OSError(2)
        return len(LOG)

    def read(self, name: str, offset: int, count: int) -> bytes:
        assert offset >= 0 and 0 <= count <= 192
        return LOG[offset : offset + count]

    def stop_reading(self) -> None:
        pass

    def mark_pulled(self, name: str) -> None:
        self.touched.append(name)


def requests(data: bytes) -> None:
    """Each frame is answered once or not at all, with bounded memory; only a right `logs.ack` touches the store."""
    source, store = FuzzedDataProvider(data), Store()
    link = Link(store, lambda: {"unit_id": "U"}, lambda: {"state": "idle"})
    acknowledged = 0
    for counter in range(source.ConsumeIntInRange(1, 4)):
        if source.ConsumeBool():
            request = {source.PickValueInList(FIELDS): anything(source) for _ in range(3)}
            request["do"] = source.PickValueInList(VERBS)
            if source.ConsumeBool():
                request["name"] = "00001"
            acknowledged += request["do"] == "logs.ack" and request.get("size") == len(LOG)
            body = json.dumps(request).encode()
        else:
            body = source.ConsumeBytes(400)
        link.feed(frames.encode(source.PickValueInList([frames.JSON, frames.DATA, 0]), counter, body))
        if source.ConsumeBool():
            link.feed(source.ConsumeBytes(300))
        drained = 0
        while link.busy and drained < 400:
            assert len(link.take(100)) <= 100
            drained += 1
        assert drained < 400, "an answer without an end"
    assert len(store.touched) <= acknowledged


def cuff(data: bytes) -> None:
    """Every frame that comes out stood in the input; a result is in order or a fault; nothing piles up."""
    parser = CuffParser()
    for k in range(0, len(data), 7):
        for body in parser.feed(data[k : k + 7]):
            assert bytes((0x3E, len(body) + 3)) + body in data and len(body) + 3 in (4, 5, 24)
            if len(body) == 21:
                result = result_of(body)
                assert isinstance(result, CuffFault) or result.diastolic_mmhg < result.systolic_mmhg
        assert len(parser._buffer) < 64
    parser.end()
    assert parser._buffer == b""


def player(data: bytes) -> None:
    parser = PlayerParser()
    for k in range(0, len(data), 5):
        parser.feed(data[k : k + 5])
        assert len(parser._buffer) < 32


TARGETS = (frames_in_pieces, cobs, record_bodies, logs, setting_values, plans, requests, cuff, player)
