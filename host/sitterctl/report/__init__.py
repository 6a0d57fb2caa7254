"""The report of one session: a single HTML page that needs nothing but itself."""

from collections.abc import Iterable
from datetime import tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from sitterctl.report import charts, model, standing
from sitterctl.report.deviations import RULES, deviations
from sitterctl.report.figures import figures
from sitterctl.slog import Log, Verdict


def render(log: Log, verdict: Verdict, *, notes: Iterable[str] = (), zone: tzinfo | None = None) -> str:
    """The page. `notes` are sentences of the host's, shown as such; times are local to `zone` or to this machine."""
    session = model.build(log, zone)
    if verdict.record is not None and verdict.record <= len(log.records):
        session.doubt = log.minutes(log.records[verdict.record - 1].elapsed_s)
    page = _environment(session).get_template("page.html.j2")
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
        deviations=deviations(session),
        rules=RULES,
    )


def _lapses(session: model.Session) -> list[model.Span]:
    """Times of 5 s and more without a trusted pulse, and those without power, in order."""
    long = [gap for gap in session.missing["pulse_bpm"] if (gap.end or 0) - (gap.start or 0) >= 5 / 60]
    return sorted([*long, *session.offs], key=lambda span: span.start or 0)


def _environment(session: model.Session) -> Environment:
    found = Environment(loader=PackageLoader("sitterctl", "report"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True)  # fmt: skip

    def clock(utc_s: float | None, form: str = "%H:%M:%S") -> str:
        at = session.local(utc_s)
        return at.strftime(form) if at else "–"

    found.filters |= {
        "clock": clock,
        "shown": lambda value: "–" if value is None or value == "" else value,
        "since": model.since,
        "words": model.words,
        "both": lambda two: standing.both(*two),
        "lasting": lambda minutes: "–" if minutes is None else model.since(abs(minutes))[1:],
    }
    return found
