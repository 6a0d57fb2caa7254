"""`integration`: from the record of a session, a sheet for the patient and the dates of the days after it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, key_option, no_port_option
from sitterctl.errors import NOT_VERIFIED, USAGE, SitterError
from sitterctl.integration.planned import MOST_DAYS

if TYPE_CHECKING:
    from sitterctl.integration.planned import Planned
    from sitterctl.report.model import Session
    from sitterctl.slog import Log, Verdict

_file = click.Path(path_type=Path, dir_okay=False)
_NO_CALENDAR = ("No meeting is planned, so no calendar was written: people plan meetings, and --meeting or the plan "
                "says when.")  # fmt: skip


def _read_as(kind: Callable[[str], object], example: str) -> Callable:
    """A callback for what is given once or several times, such as `example`."""

    def read(ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...] | None) -> object:
        try:
            return tuple(map(kind, value)) if isinstance(value, tuple) else None if value is None else kind(value)
        except ValueError as error:
            raise click.BadParameter(f"give it as {example}") from error

    return read


def _meeting(text: str) -> date | datetime:
    from sitterctl.integration import planned

    return planned.meeting(text)


def _date(text: str) -> date:
    from sitterctl.integration import planned

    return planned.day(text)


def _hour(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()


@click.command(
    epilog=examples(
        "integration logs/SIM-0007-00001.slog --plan K-0417.toml",
        "integration logs/SIM-0007-00001.slog --meeting 2026-05-06T10:00 --days 14 --at 18:00 --out build",
    )
)
@click.argument("file", type=_file)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; default: beside the log.")
@click.option("--plan", type=_file, help="The session plan: its [integration] has meetings and practice_days.")
@click.option("--meeting", "meetings", multiple=True, callback=_read_as(_meeting, "2026-05-06T10:00 or 2026-05-06"),
              metavar="DATE[THH:MM]",
              help="A planned meeting, in local time; may be repeated. Instead of the plan's.")  # fmt: skip
@click.option(
    "--days", type=click.IntRange(0, MOST_DAYS), help="Days for practice after the session. Instead of the plan's."
)
@click.option("--at", default="18:00", show_default=True, callback=_read_as(_hour, "18:00"),
              metavar="HH:MM", help="The hour of the reminders to practise.")  # fmt: skip
@click.option("--date", "day", callback=_read_as(_date, "2026-05-04"), metavar="DATE",
              help="The day of the session, where the unit's clock was not to be trusted.")  # fmt: skip
@click.option("--card", type=_file, help="The catalogue of the music card that played, for the tracks' titles.")
@click.option("--pulse", is_flag=True, help="Draw the pulse beside the timeline.")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@key_option
@json_option
@no_port_option
def integration(file: Path, out: Path | None, plan: Path | None, meetings: tuple[date | datetime, ...],
                days: int | None, at: time, day: date | None, card: Path | None, pulse: bool, force: bool,
                key: str | None, as_json: bool) -> None:  # fmt: skip
    """Make the patient's worksheet of a session, and a calendar of the days after it.

    The worksheet, a page and the same as Markdown, shows the marked moments on a timeline of phase and music, and asks
    open questions. Nothing on it is interpreted. The calendar has the planned meetings, and a reminder to practise
    every second day of the planned window. A log that is not intact and closed is refused (exit code 8).
    """
    from sitterctl import card_file, config
    from sitterctl import integration as worksheet
    from sitterctl.integration import sheet
    from sitterctl.report import model

    log, verdict = _verified(file, key)
    session = model.build(log)
    on = _day(session, day)
    wanted = _planned(plan, meetings, days, session, on)
    titles = card_file.read(card) if card else None
    made = sheet.build(session, on, simulated=verdict.development, pulse=pulse, card=titles)
    phone = config.load().get("clinic_phone")
    stem = (out or file.parent) / file.stem
    files: dict[Path, str | bytes] = {
        stem.with_name(f"{stem.name}-worksheet.html"): worksheet.page(made, wanted.meetings, phone),
        stem.with_name(f"{stem.name}-worksheet.md"): worksheet.markdown(made, wanted.meetings, phone),
    }
    if wanted.meetings:
        files[stem.with_name(f"{stem.name}-dates.ics")] = _calendar(log, on, wanted, at, verdict)
    _write(files, force)
    _tell(list(files), wanted, len(made.moments), verdict, as_json)


def _verified(file: Path, key: str | None) -> tuple["Log", "Verdict"]:
    from sitterctl import keys, pull_record, slog

    data = slog.load(file)
    verdict = slog.verify(data, keys.at_hand(key), pull_record.read(file))
    if not verdict.ok:
        raise SitterError(f"nothing was made of {file}: {verdict.sentence}", verdict.remedy, exit_code=NOT_VERIFIED,
                          details={"verdict": verdict.kind})  # fmt: skip
    return slog.read(data), verdict


def _day(session: "Session", said: date | None) -> date:
    """The local day of the session. Raises SitterError where nobody knows it, or two say two."""
    begun = session.local(session.begin_utc_s) if session.clock_trusted else None
    if begun is None:
        if said is None:
            raise SitterError("the unit's clock was not to be trusted, so the log does not know its day",
                              "give the day of the session with --date", exit_code=USAGE)  # fmt: skip
        return said
    if said not in (None, begun.date()):
        raise SitterError(f"the log is of {begun.date()}, and --date says {said}",
                          "leave out --date: the unit's clock was to be trusted", exit_code=USAGE)  # fmt: skip
    return begun.date()


def _planned(path: Path | None, meetings: tuple[date | datetime, ...], days: int | None, session: "Session",
             day: date) -> "Planned":  # fmt: skip
    """What is planned, the command line before the plan. Raises SitterError where it can't be of this session."""
    from dataclasses import replace

    from sitterctl.integration import planned

    plan = planned.read(path) if path else planned.Planned()
    code = session.plan.get("code")
    if plan.code is not None and plan.code != code:
        raise SitterError(f"{path} is the plan of {plan.code}, and the log is that of {code or 'nobody'}",
                          "name the plan that belongs to the log", exit_code=USAGE)  # fmt: skip
    wanted = planned.in_order(meetings or plan.meetings)
    early = [str(one) for one in wanted if planned.day_of(one) < day]
    if early:
        raise SitterError(f"planned before the session of {day}: {', '.join(early)}",
                          "name meetings that come after it", exit_code=USAGE)  # fmt: skip
    return replace(plan, meetings=tuple(wanted), practice_days=plan.practice_days if days is None else days)


def _calendar(log: "Log", day: date, wanted: "Planned", at: time, verdict: "Verdict") -> bytes:
    from sitterctl.integration import dates

    return dates.calendar(log.sha256, day, wanted.meetings, wanted.practice_days or 0, at, datetime.now(UTC),
                          verdict.development)  # fmt: skip


def _write(files: dict[Path, str | bytes], force: bool) -> None:
    """All of the files, or none that was not there before."""
    from sitterctl import whole_file

    there = [path for path in files if path.exists()]
    if there and not force:
        raise SitterError(f"there already: {', '.join(map(str, there))}",
                          "--force overwrites them, --out names another folder", exit_code=USAGE)  # fmt: skip
    begun: list[Path] = []
    try:
        for path, data in files.items():
            begun.append(path)
            whole_file.write(path, data)
    except BaseException:
        for path in begun:
            if path not in there:
                path.unlink(missing_ok=True)
        raise


def _tell(files: list[Path], wanted: "Planned", marks: int, verdict: "Verdict", as_json: bool) -> None:
    page, markdown, *calendar = map(str, files)
    notes = [f"The plan says {name} = false: talk about that first." for name in wanted.open_questions]
    notes += [] if calendar else [_NO_CALENDAR]
    if calendar and not wanted.practice_days:
        notes.append(
            "No days for practice are planned, so the calendar has no reminders: --days or the plan names them."
        )
    said = {"worksheet": page, "markdown": markdown, "calendar": calendar[0] if calendar else None, "marks": marks,
            "meetings": len(wanted.meetings), "simulated": verdict.development, "sentence": verdict.sentence,
            "notes": notes}  # fmt: skip
    output.show(said, as_json, "\n".join([*map(str, files), verdict.sentence, *notes]))
