"""The patient's worksheet of one session, as a page that needs nothing but itself and as Markdown to type into."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from sitterctl.integration import timeline
from sitterctl.integration.planned import Meeting
from sitterctl.integration.prompts import OF_A_MOMENT, PROMPTS
from sitterctl.integration.sheet import Sheet


def page(sheet: Sheet, meetings: Sequence[Meeting] = (), phone: str | None = None) -> str:
    """The worksheet as HTML. Without `phone`, the clinic's, it has a line to write it on."""
    return _render("worksheet.html.j2", sheet, meetings, phone, timeline=timeline.draw(sheet))


def markdown(sheet: Sheet, meetings: Sequence[Meeting] = (), phone: str | None = None) -> str:
    """The same as Markdown, with the timeline as lists."""
    return _render("worksheet.md.j2", sheet, meetings, phone)


def _render(name: str, sheet: Sheet, meetings: Sequence[Meeting], phone: str | None, **more: object) -> str:
    return _environment().get_template(name).render(sheet=sheet, meetings=list(meetings), phone=phone, prompts=PROMPTS,
                                                    of_a_moment=OF_A_MOMENT, **more)  # fmt: skip


@cache
def _environment() -> Environment:
    found = Environment(loader=PackageLoader("sitterctl", "integration"), undefined=StrictUndefined,
                        autoescape=lambda name: name is None or name.endswith(".html.j2"),
                        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # fmt: skip
    found.filters |= {"day": day_words, "moment": meeting_words, "md": in_markdown}
    return found


def day_words(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def meeting_words(meeting: Meeting) -> str:
    """A planned meeting, in the time of this computer."""
    if not isinstance(meeting, datetime):
        return day_words(meeting)
    local = meeting.astimezone() if meeting.tzinfo else meeting
    return f"{day_words(local)}, {local:%H:%M}"


def in_markdown(text: object) -> str:
    """A text of the log or of people, behind other words on its line, so that Markdown leaves it as it is."""
    return re.sub(r"([\\`*_\[\]<>&|~:@$])", r"\\\1", str(text))
