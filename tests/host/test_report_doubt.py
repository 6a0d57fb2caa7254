"""The report of what must not be believed: broken, damaged, unknown and nasty logs are told as such."""

from datetime import UTC

from example_log import LogBuilder, session_log, small_log
from test_report import drawing, page_of, strokes, words_of

from sitter import records
from sitterctl import report, slog


def test_broken_log_says_from_where_on():
    data = bytearray(session_log())
    data[len(data) // 2 + 7] ^= 1  # in a number, and not in the length of a record: more can be read behind it
    page = page_of(bytes(data))
    assert "Not verified." in page and "Broken at record" in page and "Verified." not in page
    assert "not vouched for from here" in words_of(page)


def test_damaged_log_shows_what_is_before_the_damage():
    data = session_log()
    in_a_record = next(at for at, _, _ in records.walk(data, len(records.MAGIC)) if at > 60_000) + 2
    page = page_of(data[:in_a_record])
    assert "Everything before it is shown." in page and strokes(page, "pulse")


def test_real_key_is_not_called_a_simulation():
    data = small_log(bytes(32))
    page = report.render(slog.read(data), slog.verify(data, [bytes(32)]), zone=UTC)
    assert "Verified." in page and "development key" not in page.lower()


def test_clock_not_trusted_is_said():
    assert "Clock not trusted." in page_of(small_log(utc_trusted=0))
    assert "Clock not trusted." not in page_of(small_log())


def test_text_of_the_log_never_becomes_markup():
    nasty = '<b a="\'&">'
    log = LogBuilder(unit_id=nasty, firmware=nasty)
    log.add("plan", 1, dose_mg=1, code=nasty, route=nasty, cleared_by=nasty)
    for name in ("phase", "part", "key", "alarm", "cuff", "silence", "cue", "mark", "dose", "pressure", "setting",
                 "away", "check", "override", "walk_in", "resume", "baseline", "void", "event", "course", "observe",
                 "leaving", "unchecked"):  # fmt: skip
        row = next(row for row in slog.records.rows().values() if row[1] == name)
        log.add(name, 5000, **{field: nasty if form == "s" else 7 for field, form, _ in row[2][1:]})
    page = page_of(log.seal(90_000).data(), notes=[nasty])
    assert "<b a" not in page and "&lt;b a=" in page
    assert drawing(page) is not None


def test_any_damaged_byte_still_gives_a_page():
    whole = small_log()
    for at in range(0, len(whole), 83):
        for mask in (0x01, 0x80):
            damaged = bytearray(whole)
            damaged[at] ^= mask
            assert "Not verified." in page_of(bytes(damaged))
