"""`support-bundle` and `completion`: help from far away, and help from the shell."""

import contextlib
from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import Where, cli, examples, json_option, no_port_option, unit, where_options
from sitterctl.errors import SitterError


@click.command("support-bundle", epilog=examples("support-bundle --unit 'BED 3'",
                                                 "support-bundle --out help.zip --logs logs --json"))  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("sitter-support.zip"),
              show_default=True, help="The file to write.")  # fmt: skip
@click.option("--logs", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder of pulled logs, to say whether they verify; nothing in them goes along.")  # fmt: skip
@where_options
@json_option
def support_bundle(out: Path, logs: Path | None, where: Where, as_json: bool) -> None:
    """Collect what somebody far away needs to help: no key, no plan, no vitals, no names of people.

    Without a unit that answers it says so, and tells about this computer alone.
    """
    from sitterctl import support

    files: dict[str, object] = {"computer.json": support.computer()}
    try:
        with unit(where, as_json) as connection:
            files.update(support.unit(connection))
    except SitterError as error:
        files["unit.json"] = {"error": error.message, "exit": error.exit_code}
    if logs:
        files["pulled_logs.json"] = support.pulled_logs(logs)
    names = support.write(out, files)
    output.show({"file": str(out), "holds": names, "unit": "unit.json" not in files}, as_json,
                f"{out} holds {', '.join(names)}\nlook through it before you send it")  # fmt: skip


@click.command(epilog=examples("completion bash > ~/.local/share/bash-completion/completions/sitterctl",
                               "completion zsh > ~/.zfunc/_sitterctl"))  # fmt: skip
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
@no_port_option
def completion(shell: str, as_json: bool) -> None:
    """Print what makes a shell complete sitterctl's words."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind
    with contextlib.redirect_stdout(None):  # click looks for the version of bash, and may say something about it
        text = kind(cli, {}, "sitterctl", "_SITTERCTL_COMPLETE").source()
    output.show({"shell": shell, "script": text}, as_json, text)
