"""The table of everything that is logged, and its coding.

One line of TABLE describes one kind of record: its tag, its name and its fields in order, each as name:format:unit. It
is a text, parsed a line at a time when it is needed: in pieces it would take 7 KB of the unit's memory. On disk and on
the line a record is

    length  u16   bytes of body that follow the tag
    tag     u8
    body          the fields, little-endian, packed without gaps

Numbers use the struct format named there; the largest value of an unsigned format, the smallest of a signed one,
is reserved and means "absent". Format `s` is text: a length byte and UTF-8, the empty text meaning absent; `S` is the
same with a two-byte length. `16s` is sixteen raw bytes. Each record has `at_ms`, milliseconds since the unit started;
`header` and `boot` tie that clock to UTC.

A file begins with four bytes of magic and a `header`, whose layout never changes and which carries this table as text:
any later program can decode an old log without knowing the firmware that wrote it. Tags are never reused. SCHEMA_ID
is the CRC-32 of that text; only the live link insists that both ends have the same one.
"""

import binascii
import struct

MAGIC = b"SLG1"

TABLE = (
    # The first record of a file. Frozen: a reader needs it before it has a table.
    "1 header at_ms:I:ms schema_id:I: boot_id:I: utc_s:I:s utc_trusted:B: key_id:I: unit_id:s: firmware:s: "
    "schema:S:\n"
    # The unit started again in the middle of this log: at_ms counts from zero again.
    "2 boot at_ms:I:ms boot_id:I: utc_s:I:s utc_trusted:B: gap_s:I:s reset_cause:s:\n"
    # What the session stands on; days are whole numbers like 20260504. A walk-in has a code and a route alone.
    "3 plan at_ms:I:ms dose_mg:H:mg weight_kg:H:kg second_dose_mg:H:mg planned_min:H:min meetings:B: "
    "systolic_mmhg:H:mmHg diastolic_mmhg:H:mmHg second_from_min:H:min second_until_min:H:min cleared_on:I:day "
    "expires:I:day code:s: plan_id:s: indication:s: route:s: cleared_by:s:\n"
    # The value of one setting in force from here on; limits and delays of alarms are settings.
    "4 setting at_ms:I:ms value:i: name:s:\n"
    "5 phase at_ms:I:ms phase:s: cause:s:\n"
    # Once a second while a session is open; absent values were not to be trusted.
    "6 vitals at_ms:I:ms pulse_bpm:B:bpm spo2_pct:B:% perfusion_permyriad:H:0.01% quality_pct:B:% finger:B:\n"
    # source is `cuff` or `manual`: taken by hand and keyed in.
    "7 pressure at_ms:I:ms systolic_mmhg:H:mmHg diastolic_mmhg:H:mmHg mean_mmhg:H:mmHg pulse_bpm:B:bpm cause:s: "
    "source:s:\n"
    # event is `announced`, `deferred` by staff, `waits` for a delicate moment, `capped` for the hour, `started`,
    # `fault` or `stopped`.
    "8 cuff at_ms:I:ms code:H: event:s: cause:s:\n"
    # Given ago_min before the key was pressed, as staff stated; t0 is then so much before at_ms.
    "9 dose at_ms:I:ms number:B: dose_mg:H:mg ago_min:B:min route:s:\n"
    "10 key at_ms:I:ms key:s: gesture:s:\n"
    # A moment that staff marked, with what played and what was measured then.
    "11 mark at_ms:I:ms number:H: folder:B: track:B: pulse_bpm:B:bpm spo2_pct:B:% systolic_mmhg:H:mmHg phase:s:\n"
    # One edge of an occurrence: event is `started`, `escalated` or `ended`. delay_ms is the condition delay in force,
    # waited_ms how long the condition had held, signal_ms how long after that delay the signal was on the pins.
    "12 alarm at_ms:I:ms value:h: limit:h: delay_ms:I:ms waited_ms:I:ms signal_ms:H:ms priority:s: event:s: "
    "alarm:s:\n"
    # Sound of one occurrence paused by somebody; it may sound again from until_ms on.
    "13 silence at_ms:I:ms until_ms:I:ms cause:s: alarm:s:\n"
    # What music and light were told. A track that goes on plays at another volume; folder 0 is silence.
    "14 cue at_ms:I:ms folder:B: track:B: volume:B:0-30 kelvin:H:K brightness_pct:B:% breaths_per_min:B:/min "
    "fade_ms:I:ms music_fade_ms:I:ms cause:s:\n"
    "15 part at_ms:I:ms part:s: fault:s:\n"
    "16 seal at_ms:I:ms mac:16s:\n"
    # The session is over and the log complete; always followed by a last seal.
    "17 close at_ms:I:ms utc_s:I:s reason:s:\n"
    # The patient's own values before the dose, written with it; absent when there were too few to trust.
    "18 baseline at_ms:I:ms spo2_pct:B:% pulse_bpm:B:bpm systolic_mmhg:H:mmHg\n"
    # The last test of lamps, sounder and relay before this session, and what it gave.
    "19 selftest at_ms:I:ms result:s:\n"
    # The patient left or came back: event is `began` or `ended`.
    "20 away at_ms:I:ms event:s: reason:s:\n"
    # The battery, when a session begins, when the supply comes or goes, and with each tenth of its charge.
    "21 battery at_ms:I:ms level_pct:B:% emptying:B:\n"
    # Who did what over the link, or tried to: in the unit's audit log, and wrong proofs in an open session's log too.
    # who is what the laptop said of itself; count is how many of that kind came since the last one written down.
    "23 audit at_ms:I:ms utc_s:I:s count:H: event:s: who:s: name:s: old:s: new:s:\n"
    # An item of the checklist that was confirmed, `number` of `count`.
    "24 check at_ms:I:ms number:B: count:B: text:s:\n"
    # A blood pressure over the hold that somebody answers for.
    "25 override at_ms:I:ms systolic_mmhg:H:mmHg diastolic_mmhg:H:mmHg by:s: reason:s:\n"
    # A session without a plan, and who answers for it.
    "26 walk_in at_ms:I:ms by:s: reason:s: route:s:\n"
    # What staff answered when the unit asked whether a session goes on: `yes` or `no`.
    "22 resume at_ms:I:ms answer:s:\n"
    # The dose of this number was not given: staff took it back within a minute. Without a first dose there is no t0.
    "27 void at_ms:I:ms number:B: reason:s:\n"
    # One of the events of the settings, or `lozenge in`, `lozenge out`, `eye shades off`.
    "28 event at_ms:I:ms code:s: phase:s:\n"
    # What staff did with the phase: action is `hold`, `go on`, `longer`, `shorter` or `back`. ends_min is the time from
    # t0 at which the phase now ends by itself.
    "29 course at_ms:I:ms ends_min:H:min action:s: phase:s:\n"
    # What staff saw of the patient when the unit asked; what nobody answered is absent. moaas is 0 to 5.
    "30 observe at_ms:I:ms moaas:B: breaths_per_min:s: dissociation:s: nausea:s: occasion:s:\n"
    # The check before leaving, by parts of 0 to 2, an absent one not scored. passed and escort are 0 or 1; number
    # counts the passes.
    "31 leaving at_ms:I:ms vitals:B: activity:B: nausea:B: orientation:B: sedation:B: dissociation:B: escort:B: "
    "total:B: passed:B: number:B: since_dose_min:H:min pulse_bpm:B:bpm systolic_mmhg:H:mmHg\n"
    # Closed without the passes that the settings ask for, and who answers for it.
    "32 unchecked at_ms:I:ms by:s: reason:s:\n"
    # Where pulse and saturation come from, as the session begins and behind each restart in it. calibrated: by the
    # part's own calibration; without this record it was a MAX30102, which is uncalibrated.
    "33 oximeter at_ms:I:ms calibrated:B: part:s:\n"
    # Who screened the patient of the plan and when, and what was said of integration.
    "34 screening at_ms:I:ms day:I:day willing:B: supported:B: by:s:\n"
    # A condition of the screening, or its pressure, that somebody has reviewed.
    "35 review at_ms:I:ms day:I:day by:s: condition:s:\n"
    # A limit or an interval of this patient's own, beside the unit's.
    "36 own_limit at_ms:I:ms value:i: unit_value:i: name:s:\n"
)

ABSENT = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF, "b": -0x80, "h": -0x8000, "i": -0x80000000}


class BadRecord(ValueError):
    """Bytes that are not a record of the table."""


_last: list = ["", ()]  # name and row: the same kind often comes again


def row_of(name: str) -> tuple:
    """(tag, name, fields) of one kind of record, a field being (name, format, unit). Raises KeyError."""
    if _last[0] != name:
        at = TABLE.find(" " + name + " at_ms:")
        if at < 0:
            raise KeyError(name)
        _last[:] = name, _parsed(TABLE[TABLE.rfind("\n", 0, at) + 1 : TABLE.find("\n", at)])
    return _last[1]


def _row_with(tag: int) -> tuple | None:
    text = "\n" + TABLE
    at = text.find("\n%d " % tag) + 1
    return _parsed(text[at : text.find("\n", at)]) if at else None


def tag_of(name: str) -> int:
    return row_of(name)[0]


def rows(table: str = TABLE) -> dict[int, tuple]:
    """Rows by tag, as `row_of` has them, from the text in a header, for `decode`."""
    return {row[0]: row for row in [_parsed(line) for line in table.split("\n") if line]}


def _parsed(line: str) -> tuple:
    tag, name, *fields = line.split(" ")
    return int(tag), name, tuple([tuple(field.split(":")) for field in fields])


SCHEMA_ID = binascii.crc32(TABLE.encode()) & 0xFFFFFFFF


def encode(name: str, fields: dict) -> bytes:
    """One record with its length and tag. A field left out or None is absent; one not in the row raises KeyError."""
    tag, _, row = row_of(name)
    for field in fields:
        if not any(field == known for known, _, _ in row):
            raise KeyError(name + "." + field)
    pieces = [b""]  # joined once: a header is 2.5 KB, and each copy of it would want as much in one piece
    for field, form, _ in row:
        _pack(form, fields.get(field), pieces)
    pieces[0] = struct.pack("<HB", sum([len(piece) for piece in pieces]), tag)
    return b"".join(pieces)


def _pack(form: str, value, pieces: list) -> None:
    if form in ("s", "S"):
        text = (value or "").encode()
        pieces.append(struct.pack("<B" if form == "s" else "<H", len(text)))
        pieces.append(text)
    else:
        pieces.append(struct.pack("<" + form, ABSENT[form] if value is None and form in ABSENT else value))


def decode(tag: int, body: bytes, rows: dict[int, tuple] | None = None) -> tuple[str, dict]:
    """(name, fields) of one record's body; absent fields are None. Raises BadRecord."""
    row = _row_with(tag) if rows is None else rows.get(tag)
    if row is None:
        raise BadRecord("unknown tag %d" % tag)
    fields = {}
    at = 0
    try:
        for field, form, _ in row[2]:
            fields[field], at = _unpack(form, body, at)
    except ValueError as error:
        raise BadRecord("%s: %s" % (row[1], error))
    if at != len(body):
        raise BadRecord("%s: %d bytes too many" % (row[1], len(body) - at))
    return row[1], fields


def _unpack(form: str, body: bytes, at: int) -> tuple:
    if form in ("s", "S"):
        size, at = _number("B" if form == "s" else "H", body, at)
        if at + size > len(body):
            raise ValueError("text runs past the end")
        return str(body[at : at + size], "utf-8") or None, at + size
    value, at = _number(form, body, at)
    return (None if ABSENT.get(form) == value else value), at


def _number(form: str, body: bytes, at: int) -> tuple:
    end = at + struct.calcsize("<" + form)
    if end > len(body):
        raise ValueError("body too short")
    return struct.unpack("<" + form, body[at:end])[0], end


def walk(data: bytes, offset: int = 0):
    """Yield (offset, tag, body) of each whole record in `data`; a torn last record ends the walk."""
    while offset + 3 <= len(data):
        size, tag = struct.unpack_from("<HB", data, offset)
        if offset + 3 + size > len(data):
            return
        yield offset, tag, data[offset + 3 : offset + 3 + size]
        offset += 3 + size
