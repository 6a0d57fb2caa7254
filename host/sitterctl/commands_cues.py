"""`cues`: look at programmes of music and light, check them, and see them in fast motion."""

from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, no_port_option

_card = click.option("--card", type=click.Path(path_type=Path, dir_okay=False),
                     help="The catalogue of the music card, as `sitterctl music build` wrote it.")  # fmt: skip


@click.group(epilog=examples("cues list", "cues check bed3.toml --card card.toml", "cues preview sublingual_2h"))
def cues() -> None:
    """Look at programmes of music and light, and check them.

    A programme is a TOML file; docs/therapy.md explains it. Three come with sitterctl and can be named without a path.
    """


@cues.command("list", epilog=examples("cues list", "cues list --json"))
@json_option
@no_port_option
def list_(as_json: bool) -> None:
    """List the programmes that come with sitterctl, and where their files are."""
    from sitterctl import cue_file

    found = [(path, cue_file.read(path)) for path in cue_file.shipped()]
    rows = [[one.name, one.title, one.route, f"{sum(one.minutes.values())} min", path] for path, one in found]
    told = [{"name": one.name, "title": one.title, "route": one.route, "minutes": one.minutes, "file": str(path)}
            for path, one in found]  # fmt: skip
    output.show({"programmes": told}, as_json, output.table(["name", "title", "route", "in all", "file"], rows))


@cues.command(epilog=examples("cues check bed3.toml", "cues check bed3.toml --card card.toml"))
@click.argument("programme", metavar="FILE|NAME")
@_card
@json_option
@no_port_option
def check(programme: str, card: Path | None, as_json: bool) -> None:
    """Check a programme as a unit does, and with --card whether its tracks are there, without words before the return.

    Every fault is told, with its dotted key. Exit code 2 if the file has one, 1 if it does not fit the card.
    """
    from sitterctl import cue_file

    path = cue_file.find(programme)
    one = cue_file.read(path)
    if card:
        cue_file.fit(path, one, _catalogue(card))
    held = ", and the card has what it asks for" if card else ""
    output.show({"file": str(path), "title": one.title, "cues": one.phases}, as_json, f"{path}: no fault{held}")


@cues.command(epilog=examples("cues preview sublingual_2h", "cues preview bed3.toml --card card.toml -o bed3.html"))
@click.argument("programme", metavar="FILE|NAME")
@_card
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False),
              help="The file to write.  [default: the programme's name, .html]")  # fmt: skip
@click.option("--volume-cap", type=click.IntRange(0, 30), default=22, show_default=True, help="As the unit's setting.")
@json_option
@no_port_option
def preview(programme: str, card: Path | None, out: Path | None, volume_cap: int, as_json: bool) -> None:
    """Write a page that shows a programme in fast motion: one file, to be opened in a browser."""
    from sitterctl import card_file, cue_file, cue_play, cue_preview, whole_file

    path = cue_file.find(programme)
    one = cue_file.read(path)
    known = card_file.read(card) if card else None
    if card:
        cue_file.fit(path, one, _catalogue(card))
    played = cue_play.play(one, _catalogue(card) if card else None, volume_cap)
    out = out or Path(f"{one.name}.html")
    whole_file.write(out, cue_preview.page(one, played, known))
    minutes, tracks = played.end_s // 60, len(played.tracks)
    output.show({"file": str(out), "minutes": minutes, "tracks": tracks}, as_json,
                f"{one.title}: {minutes} minutes, {tracks} tracks; written to {out}")  # fmt: skip


def _catalogue(card: Path):
    from sitter.catalogue import Catalogue
    from sitterctl import card_file

    return Catalogue(card_file.read(card).for_unit())
