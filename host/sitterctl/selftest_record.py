"""The record of a self-test: what a unit was, who tried it, and what came of each part; as JSON, and as a page of text
that can be printed and signed."""

import importlib.metadata
import json
from datetime import UTC, datetime
from pathlib import Path

from sitterctl import output, who, whole_file
from sitterctl.connection import Connection
from sitterctl.selftest import PASSED, Result, Step, open_parts, well

DISCLAIMER = "NOT A MEDICAL DEVICE"


def made(connection: Connection, steps: list[Step], results: list[Result]) -> dict:
    """All that is known of a run, finished or not."""
    hello, left = connection.hello, open_parts(steps, results)
    key_id = hello["key_id"]
    return {
        "unit_id": hello["unit_id"],
        "label": hello["label"],
        "firmware": hello["version"],
        "boot_id": hello["boot_id"],
        "key_id": None if key_id is None else f"{key_id:08x}",
        "utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who.am_i(),
        "tool": f"sitterctl {importlib.metadata.version('sitterctl')}",
        "disclaimer": DISCLAIMER,
        "ok": well(results) and len(results) == len(steps),
        "complete": not left,
        "open": left,
        "results": [result.row for result in results],
    }


def page(record: dict) -> str:
    """The record as text of at most 100 columns, with a line to sign on."""
    name = f"{record['unit_id']} ({record['label']})" if record["label"] else record["unit_id"]
    rows = [[row["part"], row["state"].upper(), row["found"]] for row in record["results"]]
    left = [f"  {row['part']}: {row['go_on']}" for row in record["results"] if row["state"] != PASSED and row["go_on"]]
    verdict = "all parts passed" if record["complete"] else f"open: {', '.join(record['open'])}"
    return "\n".join(
        [
            f"SITTER SELF-TEST: {DISCLAIMER}",
            "",
            f"unit      {name}, firmware {record['firmware']}, start {record['boot_id']:08x}, key {record['key_id']}",
            f"done      {record['utc']} by {record['who']} with {record['tool']}",
            f"result    {verdict}",
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
    for suffix, text in ((".json", json.dumps(record, indent=1) + "\n"), (".txt", page(record))):
        target = path.with_name(path.name + suffix)
        whole_file.write(target, text)
        written.append(target)
    return written


def default_path(record: dict) -> Path:
    """Where a record goes that nobody has named a file for."""
    moment = record["utc"][:19].replace("-", "").replace(":", "")
    return Path(f"selftest-{record['unit_id']}-{moment}Z")
