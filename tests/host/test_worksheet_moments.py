"""The worksheet follows what was marked, and doses that were stated later or taken back; nothing else is told."""

from datetime import UTC, date

import pytest
from example_log import LogBuilder, session_log

from sitterctl import integration, keys, report, slog
from sitterctl.card_file import Card, Track
from sitterctl.integration import sheet
from sitterctl.report import model


def sheet_of(data: bytes) -> sheet.Sheet:
    return sheet.build(model.build(slog.read(data), UTC), date(2026, 3, 14))


@pytest.fixture(scope="module")
def three_hours() -> bytes:
    return session_log()


def test_a_mark_has_the_music_that_it_was_made_with() -> None:
    log = LogBuilder()
    log.add("cue", 1000, folder=2, track=1, volume=16, music_fade_ms=0, fade_ms=0, cause="x")
    log.add("mark", 60_000, number=1, phase="peak", folder=2, track=3).add("mark", 70_000, number=2, phase="peak")
    log.add("mark", 80_000, number=3, phase="peak", folder=0, track=0)
    log.add("part", 90_000, part="music", fault="absent")
    log.add("mark", 95_000, number=4, phase="peak", folder=2, track=3)
    made = sheet_of(log.seal(400_000).data())
    music = ["folder 2, track 3", "folder 2, track 1", "no music", "not known"]
    assert [one.music for one in made.moments] == music
    for text in (integration.page(made), integration.markdown(made)):
        assert "folder 2, track 3" in text


def test_a_dose_that_was_taken_back_leaves_no_trace(three_hours: bytes) -> None:
    made = sheet_of(three_hours)
    assert [(one.when, one.called) for one in made.phases] == [
        ("09:00", "Arriving"), ("09:14", "Settling in"), ("09:22", "Onset"), ("09:40", "Peak"), ("10:20", "Return"),
        ("11:20", "Recovery")]  # fmt: skip
    log = LogBuilder().add("phase", 61_000, phase="ready").add("phase", 121_000, phase="onset")
    log.add("dose", 121_000, number=1).add("mark", 130_000, number=1, phase="onset").add("void", 141_000, number=1)
    made = sheet_of(log.add("phase", 141_000, phase="ready").seal(200_000).data())
    assert [one.called for one in made.phases] == ["Settling in"]
    assert made.moments[0].phase == "Settling in" and made.moments[0].after == "2 minutes after the start"


def test_moments_count_from_the_dose_as_stated() -> None:
    log = LogBuilder().add("dose", 601_000, number=1, ago_min=4).add("mark", 661_000, number=1, phase="onset")
    assert sheet_of(log.seal(700_000).data()).moments[0].after == "5 minutes after the medicine"


def test_events_and_what_staff_saw_are_not_for_the_worksheet(three_hours: bytes) -> None:
    made = sheet_of(three_hours)
    for text in (integration.page(made).partition("</style>")[2], integration.markdown(made)):
        for hidden in ("shades", "lozenge", "nausea", "medication given", "leaving", "MOAA", "missing", "taken back"):
            assert hidden not in text, hidden


CARD = Card("5f0c9a1e", 3, [Track(2, 1, "Lake", 240, False, 1), Track(2, 2, "Hills", 200, False, 2)])


def told(*cues: tuple[int, int, int, str]) -> bytes:
    """At these seconds, folder, track and cause, and a mark at ten minutes."""
    log = LogBuilder()
    for at_s, folder, track, cause in cues:
        log.add("cue", at_s * 1000, folder=folder, track=track, volume=16, music_fade_ms=0, fade_ms=0, cause=cause)
    log.add("mark", 600_000, number=1, phase="onset", folder=cues[-1][1], track=cues[-1][2])
    return log.add("close", 700_000, reason="key NEXT").seal(700_100).data()


def test_titles_come_from_the_catalogue_of_the_card() -> None:
    data = told((10, 2, 1, "x"), (250, 2, 2, "track"))
    session = model.build(slog.read(data), UTC)
    titled = sheet.build(session, date(2026, 3, 14), card=CARD)
    assert [one.called for one in titled.music][-2:] == ['"Lake" (folder 2, track 1)', '"Hills" (folder 2, track 2)']
    assert titled.moments[0].music == '"Hills" (folder 2, track 2)'
    assert sheet_of(data).moments[0].music == "folder 2, track 2"
    page = report.render(slog.read(data), slog.verify(data, [keys.DEVELOPMENT_KEY]), zone=UTC, card=CARD)
    assert "&#34;Hills&#34; (folder 2, track 2)" in page


def test_a_track_that_the_card_has_not_got_was_not_heard() -> None:
    data = told((10, 2, 1, "x"), (250, 2, 9, "track"), (253, 2, 10, "track"), (256, 2, 1, "track"))
    assert [one.called for one in sheet_of(data).music][-3:] == ["folder 2, track 1", "no music", "folder 2, track 1"]


def test_a_track_that_staff_skipped_was_heard() -> None:
    data = told((10, 2, 1, "x"), (15, 2, 2, "skip"))
    assert [one.called for one in sheet_of(data).music][-2:] == ["folder 2, track 1", "folder 2, track 2"]
