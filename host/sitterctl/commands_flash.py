"""`flash`: MicroPython and the program onto a chip."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, place, where_options, yes_option
from sitterctl.errors import NO_UNIT, SitterError

if TYPE_CHECKING:
    from sitterctl.bundle import Bundle

bundle_option = click.option("--bundle", "bundle_folder", type=click.Path(path_type=Path, file_okay=False),
                             help="A compiled program, in a folder; else that of this sitterctl.")  # fmt: skip


@click.command(epilog=examples("flash --port /dev/ttyUSB0",
                               "flash --port /dev/ttyUSB0 --image esp32-1.28.0 --erase"))  # fmt: skip
@click.option("--board", default="esp32_devkitc", show_default=True, help="The board file; `simulator` for practice.")
@click.option(
    "--image", metavar="NAME|FILE", help="MicroPython's image; else the board's release, kept once it is here."
)
@click.option("--sha256", metavar="HEX", help="What the image's SHA-256 has to be; a release has its own.")
@click.option("--erase", is_flag=True, help="Erase everything first: key, settings, and logs too.")
@bundle_option
@yes_option
@where_options
@json_option
def flash(board: str, image: str | None, sha256: str | None, erase: bool, bundle_folder: Path | None, yes: bool,
          where: Where, as_json: bool) -> None:  # fmt: skip
    """Put MicroPython and Sitter's program onto a chip.

    MicroPython is written only where none answers, or with --image or --erase. The program is compiled here, copied,
    and compared file by file. Then the unit starts, and waits to be provisioned. What was done is not done again: a
    command that broke off goes on when it is given once more. A unit that is in use is better brought up to date with
    `update`.
    """
    from sitterctl import bundle, cut_short, flashing, keys
    from sitterctl import image as images

    if not where.port:
        raise SitterError("a new unit has no name yet", "name its port with --port; `sitterctl ports` lists them",
                          exit_code=NO_UNIT)  # fmt: skip
    program = bundle.load(bundle_folder) if bundle_folder else bundle.own(board)

    def tell(text: str) -> None:
        output.note(text) if not as_json else None

    if program.board == "esp32_devkitc":
        tell("by its own figures this program is too large for an ESP32 without PSRAM (docs/image.md), and has "
             "never been tried on one")  # fmt: skip
    at = "nothing was written"
    with place(where, as_json) as path:
        try:
            there, hello = flashing.look(path, where.timeout_s)
            if not image and not erase and flashing.waits_for_its_key(there, hello, program):
                _show(hello, program, as_json, "already, and its files were not compared again")
                return
            _ask(path, there, erase, yes, as_json)
            flashing.make_way(path, there, hello, keys.at_hand(where.key), where.timeout_s)
            at = "no program runs on the chip now"
            if there == flashing.NOTHING or image or erase:
                found = images.find(board, image, sha256)
                flashing.write_image(path, found, erase, tell)
                flashing.wait_for(path, flashing.PROMPT)
            flashing.install(path, program, tell)
            at = "the program is on the chip"
            flashing.wait_for(path, flashing.UNIT)
            hello = flashing.greeted(path)
        except cut_short.ENDS as error:
            why, remedy, code = cut_short.reason(error)
            goes_on = "" if "the same command" in remedy else "the same command goes on from there"
            raise SitterError(f"{why}: {at}", (remedy + goes_on).removesuffix("; "), exit_code=code) from error
    _show(hello, program, as_json)


def _ask(path: str, there: str, erase: bool, yes: bool, as_json: bool) -> None:
    """About what can't be undone. Logs that would be lost are told with --yes too."""
    from sitterctl import asking, flashing

    if erase:
        lost = flashing.what_would_be_lost(path, there)
        output.note(lost) if not as_json else None
        asking.agree("Everything on the chip is erased: its key, its settings and its logs. Go on?", yes, as_json)
    elif there == flashing.NOTHING:
        asking.agree(f"Nothing known answers on {path}. Write MicroPython?", yes, as_json)


def _show(hello: dict, program: "Bundle", as_json: bool, more: str = "") -> None:
    told = {"unit_id": hello.get("unit_id"), "version": hello.get("version"), "board": program.board,
            "key_id": hello.get("key_id"), "files": len(program.rows)}  # fmt: skip
    then = "" if told["key_id"] else "\nnext: `sitterctl provision` gives it its key"
    output.show(told, as_json, f"unit {told['unit_id']} runs {told['version']} {more}".rstrip() + then)
