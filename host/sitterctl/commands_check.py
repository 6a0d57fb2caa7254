"""`check`: is a unit, or a whole crate of them, fit to be taken to a bedside?"""

import dataclasses
from typing import TYPE_CHECKING

import click

from sitterctl import output
from sitterctl.cli import Where, all_option, examples, json_option, unit, where_options
from sitterctl.errors import CHECK_FAILED, OK

if TYPE_CHECKING:
    from sitterctl.diagnosis import Finding
    from sitterctl.finding import Found


@click.command(epilog=examples("check --unit 'BED 3'", "check --all --json"))
@all_option
@where_options
@json_option
def check(all_units: bool, where: Where, as_json: bool) -> int:
    """Check a unit: firmware, key, parts, clock, storage. Exit code 1 if something has to be mended first.

    It says what the unit knows of itself. Whether its lamps are seen and its sounder is heard, people have to say.
    """
    from sitterctl import checking

    if all_units:
        return _check_all(where, as_json)
    with unit(where, as_json) as connection:
        findings = checking.check(connection)
        unit_id = connection.hello["unit_id"]
    cells = [[f.level, f.check, f.sentence, f.remedy] for f in findings]
    output.show({"unit_id": unit_id, "findings": _rows(findings), "ok": not _exit_code(findings)}, as_json,
                output.table(["", "what", "how it is", "what mends it"], cells))  # fmt: skip
    return _exit_code(findings)


def _rows(findings: list["Finding"]) -> list[dict]:
    return [dataclasses.asdict(finding) for finding in findings]


def _exit_code(findings: list["Finding"]) -> int:
    from sitterctl.diagnosis import PROBLEM

    return CHECK_FAILED if any(finding.level == PROBLEM for finding in findings) else OK


def _check_all(where: Where, as_json: bool) -> int:
    from sitterctl import checking, finding, fleet, keys

    at_hand = keys.at_hand(where.key)

    def work(one: "Found") -> tuple[dict, int]:
        with finding.connected(one, at_hand, where.timeout_s) as connection:
            findings = checking.check(connection)
        return {"findings": _rows(findings)}, _exit_code(findings)

    return fleet.show(*fleet.each_as_far(finding.every_unit(), work), as_json, _in_words)


def _in_words(value: dict) -> str:
    told = [f"{f['check']}: {f['sentence']}" for f in value["findings"] if f["level"] != "ok"]
    return "; ".join(told) or "all well"
