"""`ports` and `status`: which units are there, and how one is."""

import click

from sitterctl import output
from sitterctl.cli import Where, examples, json_option, no_port_option, unit, where_options


@click.command(epilog=examples("ports", "ports --json"))
@json_option
@no_port_option
def ports(as_json: bool) -> None:
    """List serial ports and the units that answer on them.

    Only ports of the USB bridges that units have, and those named in SITTER_PORTS, are asked; nothing is sent to any
    other.
    """
    from sitterctl import finding

    found = finding.look()
    text = finding.in_words(found) if found else "there is no serial port"
    unasked = [one.port for one in found if one.problem == finding.NOT_ASKED]
    if unasked:
        text += f"\nif a unit is behind one of those that were not asked: `SITTER_PORTS={unasked[0]} sitterctl ports`"
    output.show({"ports": [one.row for one in found]}, as_json, text)


@click.command(epilog=examples("status --unit 'BED 3'", "status --json --port sim:tests/scenarios/stop.json"))
@where_options
@json_option
def status(where: Where, as_json: bool) -> None:
    """Show how a unit is: its parts, its clock, its storage. Nothing about a patient."""
    from sitterctl import clock, device

    with unit(where, as_json) as connection:
        answer = device.status(connection)
        answer["clock_offset_s"] = clock.offset_s(answer)
    about = {"port": connection.path, "version": connection.hello.get("version"), "label": connection.hello["label"]}
    answer = {**about, **answer}
    answer.pop("ok", None)
    output.show(answer, as_json, _in_words(answer))


def _in_words(answer: dict) -> str:
    faults = ", ".join(f"{part}: {state}" for part, state in sorted(answer["parts"].items()) if state != "ok")
    clock = "trusted" if answer["clock_trusted"] else "NOT TRUSTED"
    if answer["clock_offset_s"] is not None:
        clock += f", {answer['clock_offset_s']:+.0f} s from this computer's"
    name = f"{answer['unit_id']} ({answer['label']})" if answer["label"] else answer["unit_id"]
    return "\n".join(
        (
            f"unit      {name}, firmware {answer['version']}, on {answer['port']}",
            f"state     {answer['state']}, up {answer['uptime_ms'] // 60000} min",
            f"parts     {faults or 'all well'}",
            f"oximeter  {answer.get('oximeter', 'MAX30102')}, saturation {answer.get('spo2_mark', 'uncalibrated')}",
            f"clock     {clock}",
            f"logs      {answer['logs']}, of which {answer['unpulled']} closed and not pulled",
            f"storage   {answer['free_bytes'] // 1024} KB free",
        )
    )
