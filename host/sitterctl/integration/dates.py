"""The calendar file: the meetings that people have planned, and gentle reminders in the days after a session.

Whoever else sees the calendar learns nothing from it: neutral words, CLASS:PRIVATE, ids that are hashes. It has no
alarms, as nobody knows in whose company a telephone would ring; who wants one adds it. A meeting is a moment, so it is
in UTC and right wherever the telephone is; a reminder is for an hour of one's own day, so its time is local wherever
one wakes up ("floating", RFC 5545 3.3.5). The n-th meeting and the reminder of the n-th day keep their ids, so that
importing again, also what has been moved meanwhile, doubles nothing.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_OID, uuid5

from icalendar import Calendar, Event

from sitterctl.integration.planned import Meeting

MEETING = "Appointment"
PRACTICE_MIN, EVERY_DAYS = 15, 2
# One after the other.
PRACTICE = (
    ("A quiet quarter of an hour", "Sit, lie or walk. What can you hear?"),
    ("A page of one's own", "A line or a word will do. What is on your mind today?"),
    ("Something with the hands", "Draw, hum, fold, knead. What would you like to make?"),
)
_LET_IT_PASS = "If it does not suit today, let it pass."


def reminder_days(day: date, practice_days: int) -> list[date]:
    """Every second of the days after the session, from the first one on."""
    return [day + timedelta(days=n) for n in range(1, practice_days + 1, EVERY_DAYS)]


def calendar(log_sha256: str, day: date, meetings: Sequence[Meeting], practice_days: int, at: time, now: datetime,
             simulated: bool = False) -> bytes:  # fmt: skip
    """The file for a session that was on `day`: meetings in their order, reminders at `at` of each second day of the
    window. `now` is when it is written; the log's hash keeps the ids of two sessions apart."""
    made = Calendar()
    made.add("prodid", "-//sitterctl//EN")
    made.add("version", "2.0")
    for n, meeting in enumerate(meetings, 1):
        made.add_component(_meeting(_uid(log_sha256, f"meeting {n}"), meeting, now, simulated))
    for n, when in enumerate(reminder_days(day, practice_days)):
        uid = _uid(log_sha256, f"practice {(when - day).days}")
        made.add_component(_practice(uid, datetime.combine(when, at), PRACTICE[n % len(PRACTICE)], now, simulated))
    return made.to_ical()


def _uid(log_sha256: str, which: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"{log_sha256} {which}"))


def _meeting(uid: str, meeting: Meeting, now: datetime, simulated: bool) -> Event:
    """How long it takes nobody has said: it has a beginning and no end. Without a time of day it is of the whole day,
    and leaves that free."""
    timed = isinstance(meeting, datetime)
    event = _event(uid, MEETING, now, simulated)
    event.add("dtstart", meeting.astimezone(UTC) if timed else meeting)
    event.add("transp", "OPAQUE" if timed else "TRANSPARENT")
    return event


def _practice(uid: str, start: datetime, words: tuple[str, str], now: datetime, simulated: bool) -> Event:
    event = _event(uid, words[0], now, simulated)
    event.add("description", f"{words[1]} {_LET_IT_PASS}")
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=PRACTICE_MIN))
    event.add("transp", "TRANSPARENT")
    return event


def _event(uid: str, summary: str, now: datetime, simulated: bool) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", f"{summary} (simulated)" if simulated else summary)
    event.add("class", "PRIVATE")
    return event
