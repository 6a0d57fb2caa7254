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


def test_every_row_begins_with_at_ms_and_tags_and_names_are_unique():
    lines = records.TABLE.split("\n")[:-1]
    rows = records.rows()
    assert len(rows) == len(lines) == len({row[1] for row in rows.values()})
    for _, _, fields in rows.values():
        assert fields[0] == ("at_ms", "I", "ms")
        assert len({name for name, _, _ in fields}) == len(fields)


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
    old = records.rows("6 vitals at_ms:I:ms pulse_bpm:B:bpm\n")
    assert records.decode(6, b"\x05\0\0\0\x48", old) == ("vitals", {"at_ms": 5, "pulse_bpm": 72})


def test_a_row_is_found_by_its_name_and_by_its_tag():
    for tag, name, fields in records.rows().values():
        assert records.row_of(name) == (tag, name, fields)
        assert records.tag_of(name) == tag
        raises(BadRecord, records.decode, tag, b"")  # known, and too short
    raises(KeyError, records.row_of, "alar")
    raises(KeyError, records.row_of, "at_ms:I:ms phase:s: cause:s:")
