"""The record of a guided run: what a unit was, who was at it, and what came of each part; as JSON, and as a page of
text that can be printed and signed."""

import importlib.metadata
import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

from sitterctl import cut_short, output, who, whole_file
from sitterctl.connection import Connection
from sitterctl.errors import SitterError
from sitterctl.guided import PASSED, Kind, Result, open_parts, well

DISCLAIMER = "NOT A MEDICAL DEVICE"
_JSON = ".json"


def made(connection: Connection, kind: Kind, parts: list[str], results: list[Result], **more: str) -> dict:
    """All that is known of a run, finished or not; `more` are lines of its own, by their first word."""
    hello, left = connection.hello, open_parts(parts, results)
    key_id = hello["key_id"]
    return {
        "title": kind.title,
        "command": kind.command,
        "unit_id": hello["unit_id"],
        "label": hello["label"],
        "firmware": hello["version"],
        "boot_id": hello["boot_id"],
        "key_id": None if key_id is None else f"{key_id:08x}",
        "utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who.am_i(),
        "tool": f"sitterctl {importlib.metadata.version('sitterctl')}",
        "disclaimer": DISCLAIMER,
        "ok": well(results) and len(results) == len(parts),
        "complete": not left,
        "open": left,
        "results": [result.row for result in results],
        "more": more,
    }


def page(record: dict) -> str:
    """The record as text of at most 100 columns, with a line to sign on."""
    name = f"{record['unit_id']} ({record['label']})" if record["label"] else record["unit_id"]
    rows = [[row["part"], row["state"].upper(), row["found"]] for row in record["results"]]
    left = [f"  {row['part']}: {row['go_on']}" for row in record["results"] if row["state"] != PASSED and row["go_on"]]
    passed = ", ".join(row["part"] for row in record["results"])
    verdict = f"passed: {passed}" if record["complete"] else f"open: {', '.join(record['open'])}"
    return "\n".join(
        [
            f"SITTER {record['title']}: {DISCLAIMER}",
            "",
            f"unit      {name}, firmware {record['firmware']}, start {record['boot_id']:08x}, key {record['key_id']}",
            f"done      {record['utc']} by {record['who']} with {record['tool']}",
            f"result    {verdict}",
            *(f"{name:<10}{text}" for name, text in record["more"].items()),
            "",
            output.table(("part", "result", "found"), rows),
            *(["", "where to go on", *left] if left else []),
            "",
            "",
            "name ______________________   date ______________   signature ______________________",
            "",
        ]
    )


def write(record: dict, path: Path) -> list[Path]:
    """Both files, each whole or not at all; their paths."""
    written = []
    for suffix, text in ((_JSON, json.dumps(record, indent=1) + "\n"), (".txt", page(record))):
        target = path.with_name(path.name + suffix)
        whole_file.write(target, text)
        written.append(target)
    return written


def default_path(record: dict) -> Path:
    """Where a record goes that nobody has named a file for."""
    moment = record["utc"][:19].replace("-", "").replace(":", "")
    return Path(f"{record['command'].replace(' ', '-')}-{record['unit_id']}-{moment}Z")


def taken_up(record: dict, out: Path | None, more: str) -> dict:
    """The record, where its next steps take it up: their commands get `more`, with its JSON file for `%s`, unless there
    is nothing in it yet that has passed."""
    if not any(row["state"] == PASSED for row in record["results"]):
        return record
    path = out or default_path(record)
    options = more % shlex.quote(str(path.with_name(path.name + _JSON)))
    rows = [{**row, "go_on": _with_options(record["command"], row, options)} for row in record["results"]]
    return {**record, "results": rows}


def _with_options(command: str, row: dict, options: str) -> str:
    words = f"sitterctl {command} {row['part']}"
    return row["go_on"].replace(f"`{words}`", f"`{words}{options}`")


def keep(record: dict, out: Path | None, as_json: bool) -> list[str]:
    """Where the record went; a script has it on stdout and asks for files if it wants them. One that can't be kept is
    shown, as nobody wants to do it all again; then raises SitterError."""
    if out is None and as_json:
        return []
    try:
        return [str(path) for path in write(record, out or default_path(record))]
    except SitterError as error:
        output.note(page(record)) if not as_json else None
        error.details.update(record)
        raise


def stopped(error: BaseException, record: dict, out: Path | None, more: str = "") -> SitterError:
    """Whatever ends a run early: what was done is kept, and the error says where and how to go on. `more` is for that
    command, with the record's JSON file for `%s`."""
    if not record["results"] and isinstance(error, SitterError):
        return error
    why, remedy, code = cut_short.reason(error)
    left = record["open"] or [row["part"] for row in record["results"][-1:]]  # the last, where only its end went wrong
    kept, goes_on = "", f"sitterctl {record['command']} {' '.join(left)}"
    if record["results"]:
        kept, file = _what_was_done(record, out)
        goes_on += more % shlex.quote(file) if file and more else ""
    return SitterError(f"{why}{kept}", f"{remedy}`{goes_on}` goes on", exit_code=code,
                       details={"open": record["open"], "results": record["results"]})  # fmt: skip


def _what_was_done(record: dict, out: Path | None) -> tuple[str, str]:
    """Where it is kept, or why it is not; and its JSON file."""
    try:
        as_json, as_text = write(record, out or default_path(record))
    except SitterError as error:
        return f"; what was done could not be kept: {error.message}", ""
    return f"; what was done is in {as_text}", str(as_json)
