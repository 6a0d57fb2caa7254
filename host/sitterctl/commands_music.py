"""`music`: make the player's card, and tell a unit what is on it."""

from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, no_port_option, unit, where_options


@click.group(epilog=examples("music build tracks card", "music put card.toml --unit 'BED 3'"))
def music() -> None:
    """Make a music card, and tell a unit what is on it.

    The player can't be asked how long a track is: the unit knows it from the card's catalogue.
    """


@music.command(epilog=examples("music build tracks card", "music build tracks /media/SD --catalogue card.toml"))
@click.argument("tracks", type=click.Path(path_type=Path))
@click.argument("card", type=click.Path(path_type=Path, file_okay=False))
@click.option("--catalogue", type=click.Path(path_type=Path, dir_okay=False),
              help="The catalogue to write.  [default: the card's name, .toml, beside it]")  # fmt: skip
@json_option
@no_port_option
def build(tracks: Path, card: Path, catalogue: Path | None, as_json: bool) -> None:
    """Level the loudness of a folder of tracks, and write the card's files and its catalogue.

    TRACKS has a folder for each of the card's, named with its number first: "1 settling", "2 opening". In a track's
    name [lyrics] says that it is sung, and [1] to [5] how intense it is. CARD must be empty.
    """
    from sitterctl import card_file, music_build, whole_file

    with output.Progress("making the card", as_json) as step:
        made, levelled = music_build.build(tracks, card, step)
    catalogue = catalogue or card.with_name(card.name + ".toml")
    whole_file.write(catalogue, card_file.text(made))
    held_back = [f"{row.source.folder}/{row.source.track} {row.source.title}" for row in levelled if row.held_back]
    words = f"card {made.card}: {len(made.tracks)} tracks, {made.files} files; its catalogue is {catalogue}"
    if held_back:
        words += f"\nquieter than the others, for their peaks: {', '.join(held_back)}"
    output.show({"card": made.card, "files": made.files, "catalogue": str(catalogue), "held_back": held_back,
                 "tracks": [vars(track) for track in made.tracks]}, as_json, words)  # fmt: skip


@music.command(epilog=examples("music put card.toml --unit 'BED 3'", "music put card.toml --port /dev/ttyUSB0"))
@click.argument("catalogue", type=click.Path(path_type=Path, dir_okay=False))
@where_options
@json_option
def put(catalogue: Path, where: Where, as_json: bool) -> None:
    """Give a unit the catalogue of the card in its player. With another card it begins no session with music."""
    from sitterctl import card_file, transfer

    card = card_file.read(catalogue)
    with unit(where, as_json) as connection:
        transfer.put(connection, "music", card.for_unit())
    unit_id = connection.hello["unit_id"]
    output.show({"unit_id": unit_id, "card": card.card, "tracks": len(card.tracks)}, as_json,
                f"unit {unit_id} knows card {card.card} with {len(card.tracks)} tracks")  # fmt: skip
