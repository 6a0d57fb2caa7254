"""The report of one session: a single HTML page that needs nothing but itself."""

from collections.abc import Iterable
from datetime import tzinfo
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from sitterctl.card_file import Card, music_words
from sitterctl.report import charts, model, observed, phase_band, spans, standing
from sitterctl.report.deviations import RULES, deviations
from sitterctl.report.figures import figures
from sitterctl.saturation import MODULE
from sitterctl.slog import Log, Verdict


def render(
    log: Log, verdict: Verdict, *, notes: Iterable[str] = (), zone: tzinfo | None = None, card: Card | None = None
) -> str:
    """The page. `notes` are sentences of the host's, shown as such; times are local to `zone` or to this machine;
    `card` has the titles of tracks."""
    session = model.build(log, zone)
    if verdict.record is not None and verdict.record <= len(log.records):
        session.doubt = log.minutes(log.records[verdict.record - 1].elapsed_s)
    page = _environment().get_template("page.html.j2")
    return page.render(
        session=session,
        log=log,
        verdict=verdict,
        notes=list(notes),
        figures=figures(session),
        timeline=charts.timeline(session) if log.records else "",
        lapses=_lapses(session),
        plan_facts=standing.plan_facts(session),
        walk_in=standing.is_walk_in(session),
        at_rest=standing.at_rest(session),
        answers=observed.ANSWERS,
        observations=observed.observations(session),
        parts=observed.PARTS,
        checks=observed.checks(session),
        passes=observed.passes(session),
        deviations=deviations(session),
        rules=RULES,
        MODULE=MODULE,
        played=lambda mark: _played(mark, card),
    )


# What a cuff did in the place of a reading.
_CUFF = {"fault": "cuff fault", "stopped": "cuff stopped", "deferred": "put off by staff",
         "waits": "held back: a delicate moment", "capped": "held back: the hour had its readings"}  # fmt: skip


def _played(mark: dict, card: Card | None) -> str:
    """What played at a mark; logs of before do not say."""
    folder = mark.get("folder")
    return "–" if folder is None else music_words(folder, mark.get("track"), card) if folder else "none"


def _lapses(session: model.Session) -> list[spans.Span]:
    """Times of 5 s and more without a trusted pulse, and those without power, in order."""
    long = [gap for gap in session.missing["pulse_bpm"] if (gap.end or 0) - (gap.start or 0) >= 5 / 60]
    return sorted([*long, *session.offs], key=lambda span: span.start or 0)


@cache
def _environment() -> Environment:
    found = Environment(loader=PackageLoader("sitterctl", "report"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    found.filters |= {
        "clock": _clock,
        "shown": lambda value: "–" if value is None or value == "" else value,
        "mg": lambda value: "mg not stated" if value is None else f"{value} mg",
        "since": model.since,
        "words": model.words,
        "both": lambda two: standing.both(*two),
        "by_hand": model.by_hand,
        "cuff_words": lambda event: _CUFF.get(event, f"cuff {event}"),
        "course_words": phase_band.course_words,
        "yes_no": lambda value: "–" if value is None else "yes" if value else "no",
        "lasting": lambda minutes: "–" if minutes is None else model.lasting(minutes),
    }
    return found


@pass_context
def _clock(context: Context, utc_s: float | None, form: str = "%H:%M:%S") -> str:
    """A time of day as the session's page has it."""
    at = context["session"].local(utc_s)
    return at.strftime(form) if at else "–"
