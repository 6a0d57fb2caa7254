from both import raises
from sitter import records
from sitter.records import BadRecord


def test_a_record_comes_back_as_it_was():
    fields = {
        "at_ms": 12345,
        "pulse_bpm": 72,
        "spo2_pct": 97,
        "perfusion_permyriad": 120,
        "quality_pct": 88,
        "finger": 1,
    }
    ((offset, tag, body),) = records.walk(records.encode("vitals", fields))
    assert offset == 0
    assert records.decode(tag, body) == ("vitals", fields)


def test_absent_numbers_come_back_as_none():
    ((_, tag, body),) = records.walk(records.encode("vitals", {"at_ms": 1}))
    fields = records.decode(tag, body)[1]
    assert fields["pulse_bpm"] is None
    assert fields["perfusion_permyriad"] is None


def test_every_row_begins_with_at_ms_and_tags_are_unique():
    tags = [row[0] for row in records.RECORDS]
    assert len(set(tags)) == len(tags)
    for _, _, fields in records.RECORDS:
        assert fields[0] == ("at_ms", "I", "ms")


def test_a_field_that_is_not_in_the_row_is_refused():
    assert "nonsense" in str(raises(KeyError, records.encode, "mark", {"at_ms": 1, "nonsense": 2}))


def test_texts_with_other_letters_survive():
    ((_, tag, body),) = records.walk(records.encode("phase", {"at_ms": 7, "phase": "größe", "cause": ""}))
    assert records.decode(tag, body)[1] == {"at_ms": 7, "phase": "größe", "cause": None}


def test_a_torn_last_record_ends_the_walk():
    data = records.encode("mark", {"at_ms": 1, "number": 1}) + records.encode("mark", {"at_ms": 2, "number": 2})
    assert len(list(records.walk(data[:-1]))) == 1


def test_a_body_of_the_wrong_length_is_a_bad_record():
    ((_, tag, body),) = records.walk(records.encode("mark", {"at_ms": 1, "number": 1, "phase": "peak"}))
    raises(BadRecord, records.decode, tag, body[:-1])
    raises(BadRecord, records.decode, tag, body + b"x")
    raises(BadRecord, records.decode, 250, body)


def test_a_log_decodes_with_the_table_in_its_header():
    old = records.parse_table("6 vitals at_ms:I:ms pulse_bpm:B:bpm\n")
    assert records.decode(6, b"\x05\0\0\0\x48", old) == ("vitals", {"at_ms": 5, "pulse_bpm": 72})


def test_the_table_as_text_parses_back_to_the_same_rows():
    rows = records.parse_table(records.table_text())
    for tag, name, fields in records.RECORDS:
        assert rows[tag][1] == name
        assert [f[:2] for f in rows[tag][2]] == [f[:2] for f in fields]
