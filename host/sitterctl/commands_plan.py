"""`plan`: write a session plan, check it, clear it, and bring it onto its unit."""

from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, no_port_option, unit, where_options, yes_option
from sitterctl.errors import CHECK_FAILED, OK, USAGE, SitterError

_file = click.Path(path_type=Path, dir_okay=False)
_settings_option = click.option(
    "--settings",
    "settings_path",
    type=_file,
    metavar="FILE",
    help="Settings to judge by, as `settings pull` writes them; else the shipped ones.",
)


_card_option = click.option(
    "--card",
    type=_file,
    help="The catalogue of the music card, as `music build` wrote it: are its tracks there, without words too early?",
)


@click.group(epilog=examples("plan new kap-0042.toml --unit 'BED 3'", "plan push kap-0042.toml --unit 'BED 3'"))
def plan() -> None:
    """Write a session plan, check it, clear it, and bring it onto its unit.

    A plan names nobody. It serves one session of one unit, and none begins without it: docs/therapy.md. The unit
    advises; that it begins a session never says that a patient is safe.
    """


@plan.command(epilog=examples("plan new kap-0042.toml --unit 'BED 3'", "plan new bench.toml --example --port COM5"))
@click.argument("file", type=_file)
@click.option("--unit-id", metavar="ID", help="The unit that it is for, where none is connected.")
@click.option("--example", is_flag=True, help="Ask nothing: a plan for the bench, for nobody.")
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
@where_options
@json_option
def new(file: Path, unit_id: str | None, example: bool, force: bool, where: Where, as_json: bool) -> None:
    """Write a new plan, question by question. It is a draft until `plan clear`."""
    from sitterctl import plan_file, plan_questions, whole_file

    if file.exists() and not force:
        raise SitterError(f"{file} is there already", "name another file, or --force", exit_code=USAGE)
    if as_json and not example:
        raise SitterError("nobody can be asked with --json", "leave --json out, or --example", exit_code=USAGE)
    if unit_id is None:
        with unit(where, as_json) as connection:
            unit_id = str(connection.hello["unit_id"])
    draft = plan_questions.example(unit_id) if example else plan_questions.ask(unit_id)
    whole_file.write(file, plan_file.text(draft))
    faults = plan_file.faults(draft, cleared=False)
    words = [f"written to {file}", *[f"  {fault}" for fault in faults]]
    words.append(f"next: `sitterctl plan {'check' if faults else 'clear'} {file}{'' if faults else ' --by CODE'}`")
    output.show({"file": str(file), "plan": draft, "faults": faults}, as_json, "\n".join(words))


@plan.command(
    epilog=examples(
        "plan check kap-0042.toml", "plan check kap-0042.toml --draft --settings bed3.toml --card card.toml"
    )
)
@click.argument("file", type=_file)
@click.option("--draft", is_flag=True, help="Do not ask for a clearance yet.")
@_settings_option
@_card_option
@json_option
@no_port_option
def check(file: Path, draft: bool, settings_path: Path | None, card: Path | None, as_json: bool) -> int:
    """Check a plan: every fault with its line.

    With --card also whether the card has what the plan's music asks for, with no words before the return. Says too when
    the plan ends today or tomorrow, and when its screening is more than half a year old. Exit code 2 if the plan has a
    fault, 1 if it does not fit the card or its last day is over.
    """
    from sitter.catalogue import Catalogue
    from sitterctl import card_file, plan_file, plan_words

    whole = plan_file.read(file, not draft, _settings(settings_path))
    if card:
        plan_file.fit(file, whole, Catalogue(card_file.read(card).for_unit()))
    held = ", and the card has what it asks for" if card else ""
    today = plan_file.today()
    over, reminders = plan_words.ended(whole, today), plan_words.reminders(whole, today)
    words = [f"{file}: {plan_words.summary(whole)}; no fault{held}", *[over or ""], *reminders]
    output.show({"file": str(file), "plan": whole, "ended": over is not None, "reminders": reminders}, as_json,
                "\n".join(line for line in words if line))  # fmt: skip
    return CHECK_FAILED if over else OK


@plan.command(epilog=examples("plan clear kap-0042.toml --by MD-07", "plan clear kap-0042.toml --by MD-07 --yes"))
@click.argument("file", type=_file)
@click.option("--by", required=True, metavar="CODE", help="The code of the clinician who clears it.")
@_settings_option
@yes_option
@json_option
@no_port_option
def clear(file: Path, by: str, settings_path: Path | None, yes: bool, as_json: bool) -> None:
    """Write down that a plan without fault is cleared, today and by whom.

    The seal that is made with it is broken by any later edit: the plan then has to be cleared again.
    """
    from sitter import clearance
    from sitter import plan as core
    from sitterctl import asking, plan_file, plan_words, whole_file

    whole = plan_file.read(file, cleared=False, chosen=_settings(settings_path))
    cleared = clearance.clear(whole, by, plan_file.day(plan_file.today()))
    faults = core.check(cleared)
    if faults:
        listed = "\n".join(f"  {file}: {fault}" for fault in faults)
        raise SitterError(f"it can't be cleared:\n{listed}", "mend the file and try again", exit_code=USAGE,
                          details={"faults": faults})  # fmt: skip
    shown = [plan_words.in_words(cleared), *plan_words.reminders(cleared, plan_file.today())]
    asking.agree(f"clear this, as {by}?", yes, as_json, shown="\n".join(shown))
    source = file.read_text(encoding="utf-8")
    whole_file.write(file, plan_file.with_clearance(source, cleared["clearance"]))
    output.show({"file": str(file), "plan": cleared}, as_json, f"{file}: cleared by {by}")


@plan.command(epilog=examples("plan show kap-0042.toml", "plan show --unit 'BED 3'"))
@click.argument("file", type=_file, required=False)
@where_options
@json_option
def show(file: Path | None, where: Where, as_json: bool) -> int:
    """Show the plan in a file, or the one on the unit. Exit code 1 if the unit has none."""
    from sitterctl import plan_file, plan_words, transfer

    if file:
        whole = plan_file.load(file)
    else:
        with unit(where, as_json) as connection:
            got = transfer.get(connection, "plan")
        if not isinstance(got, dict):
            output.show({"plan": None}, as_json, "there is no plan on the unit")
            return CHECK_FAILED
        whole = got
    faults = plan_file.faults(whole, cleared=True)
    today = plan_file.today()
    over = plan_words.ended(whole, today)
    notes = ([over] if over else []) + plan_words.reminders(whole, today)
    words = [plan_words.in_words(whole), *[f"fault: {fault}" for fault in faults], *notes]
    output.show({"plan": whole, "faults": faults, "notes": notes}, as_json, "\n".join(words))
    return OK


@plan.command(epilog=examples("plan push kap-0042.toml --unit 'BED 3'", "plan push kap-0042.toml --port COM5 --yes"))
@click.argument("file", type=_file)
@yes_option
@where_options
@json_option
def push(file: Path, yes: bool, where: Where, as_json: bool) -> None:
    """Bring a cleared plan onto its unit, in the place of the one there. Not while a session is open."""
    from sitterctl import asking, cut_short, plan_file, plan_words, settings_file, transfer

    whole = plan_file.load(file)
    with unit(where, as_json) as connection:
        chosen = transfer.get(connection, "settings")
        assert isinstance(chosen, dict)
        known = {name: chosen[name] for name in settings_file.NAMES if name in chosen}
        whole = plan_file.read(file, chosen=known)
        misfits = _misfits(transfer.get(connection, "music"), whole)
        before = transfer.get(connection, "plan")
        there = f"in the place of {before['code']}'s" if isinstance(before, dict) else "where there is none"
        today = plan_file.today()
        over = plan_words.ended(whole, today)
        if over:
            raise SitterError(f"{file}: {over}", "write and clear another plan", exit_code=CHECK_FAILED)
        shown = "\n".join([plan_words.in_words(whole), *misfits, *plan_words.reminders(whole, today)])
        asking.agree(f"bring it onto {connection.hello['unit_id']}, {there}?", yes, as_json, shown=shown)
        before_it = "the unit has the plan that it had" if isinstance(before, dict) else "the unit has no plan"
        with cut_short.change(connection, "put.commit", before_it, f"{before_it}, or the new one whole",
                              "`sitterctl plan show` tells which"):  # fmt: skip
            transfer.put(connection, "plan", whole)
            after = transfer.get(connection, "plan")
    if after != whole:
        raise SitterError("the unit has another plan than was sent", "the same command again", exit_code=CHECK_FAILED)
    words = [f"{plan_words.summary(whole)} is on {whole['unit_id']}, read back and compared", *misfits]
    output.show({"unit_id": whole["unit_id"], "plan": whole, "misfits": misfits}, as_json, "\n".join(words))


@plan.command("list", epilog=examples("plan list plans", "plan list --json"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@json_option
@no_port_option
def list_(folder: Path, as_json: bool) -> None:
    """List the plans in a folder, and what each waits for."""
    from sitterctl import plan_file

    rows = []
    for path in sorted(folder.glob("*.toml")):
        try:
            whole = plan_file.load(path)
        except SitterError:
            continue  # another file
        rows.append({"file": str(path), "code": whole.get("code"), "unit_id": whole.get("unit_id"),
                     "state": _state(path, whole)})  # fmt: skip
    cells = [list(row.values()) for row in rows]
    output.show(
        {"plans": rows}, as_json, output.table(["file", "code", "unit", "state"], cells) if rows else "no plan there"
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _misfits(on_unit: object, whole: dict) -> list[str]:
    """Why the unit would begin no session on this plan with the card that it knows."""
    from sitter.catalogue import Catalogue
    from sitterctl import plan_file

    if not isinstance(on_unit, dict):
        return []
    return [f"with its card it begins none: {fault}" for fault in plan_file.misfits(whole, Catalogue(on_unit))]


def _settings(path: Path | None) -> dict | None:
    from sitterctl import settings_file

    return settings_file.read(path) if path else None


def _state(path: Path, whole: dict) -> str:
    from sitterctl import plan_file

    if plan_file.copied(path, whole):
        return "copied from another plan"
    draft = plan_file.faults(whole, cleared=False)
    if draft:
        return f"{len(draft)} fault{'s' if len(draft) > 1 else ''}"
    if "clearance" not in whole:
        return "draft"
    if plan_file.faults(whole, cleared=True):
        return "to be cleared again"
    return "ended" if whole["expires"] < plan_file.day(plan_file.today()) else "cleared"
