"""`report`: a log as a page that a clinician can read."""

from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, key_option, no_port_option

_file = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog=examples("report logs/SIM-0007-00001.slog", "report logs/SIM-0007-00001.slog -o build/session.html")
)
@click.argument("file", type=_file)
@click.option("-o", "--out", type=_file, help="The page; default: beside the log.")
@click.option("--card", type=_file, help="The catalogue of the music card that played, for the tracks' titles.")
@key_option
@json_option
@no_port_option
def report(file: Path, out: Path | None, card: Path | None, key: str | None, as_json: bool) -> int:
    """Write the report of a log as one HTML page that needs nothing but itself.

    A log that is not intact and closed gets its page too; the page says so, and the exit code is 8.
    """
    from sitterctl import card_file, keys, pull_record, slog, whole_file
    from sitterctl import report as page

    data = slog.load(file)
    verdict = slog.verify(data, keys.at_hand(key), pull_record.read(file))
    notes = _notes(pull_record.read(file))
    titles = card_file.read(card) if card else None
    target = out or file.with_suffix(".html")
    whole_file.write(target, page.render(slog.read(data), verdict, notes=notes, card=titles))
    said = {"report": str(target), "verdict": verdict.kind, "sentence": verdict.sentence}
    output.show(said, as_json, f"{target}\n{verdict.sentence}")
    return verdict.exit_code


def _notes(record: dict | None) -> list[str]:
    """What the host wrote down when it pulled the log, for the page."""
    if not record:
        return []
    offset_s = record.get("unit_clock_offset_s")
    clock = "" if offset_s is None else f"; the unit's clock was {offset_s:+.0f} s from this computer's"
    return [f"Pulled from {record.get('port')} at {record.get('pulled_at_utc')}{clock}."]
