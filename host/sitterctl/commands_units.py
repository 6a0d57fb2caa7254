"""`ports` and `status`: which units are there, and how one is."""

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, no_port_option, port_option, unit
from sitterctl.errors import SitterError

_ASK_S = 1.0


@click.command(epilog=examples("ports", "ports --json"))
@json_option
@no_port_option
def ports(as_json: bool) -> None:
    """List serial ports and the units that answer on them.

    Only ports of the USB bridges that units have are asked; nothing is sent to any other.
    """
    from sitterctl import port

    rows = [{**row, **_asked(row)} for row in port.available()]
    cells = [
        [r["port"], r["bridge"] or "-", r["unit_id"] or "-", r["version"] or "-", r["state"] or r["problem"]]
        for r in rows
    ]
    text = output.table(["port", "bridge", "unit", "firmware", "state"], cells) if rows else "there is no serial port"
    output.show({"ports": rows}, as_json, text)


def _asked(row: dict) -> dict:
    """What the unit on a port says of itself, or why there is nothing to say."""
    from sitterctl import device

    silent = {"unit_id": None, "version": None, "state": None}
    if not row["bridge"]:
        return {**silent, "problem": "not asked"}
    try:
        with device.connect(row["port"], timeout_s=_ASK_S) as connection:
            return {**{key: connection.hello.get(key) for key in silent}, "problem": None}
    except SitterError as error:
        return {**silent, "problem": error.message}


@click.command(epilog=examples("status --port /dev/ttyUSB0", "status --json --port sim:tests/scenarios/stop.json"))
@port_option
@json_option
def status(port: str | None, as_json: bool) -> None:
    """Show how a unit is: its parts, its clock, its storage. Nothing about a patient."""
    from sitterctl.device import clock_offset_s

    with unit(port, as_json) as connection:
        answer = connection.ask("status")
        answer["clock_offset_s"] = clock_offset_s(answer)
    answer = {"port": connection.path, "version": connection.hello.get("version"), **answer}
    answer.pop("ok", None)
    output.show(answer, as_json, _in_words(answer))


def _in_words(answer: dict) -> str:
    faults = ", ".join(f"{part}: {state}" for part, state in sorted(answer["parts"].items()) if state != "ok")
    clock = "trusted" if answer["clock_trusted"] else "NOT TRUSTED"
    if answer["clock_offset_s"] is not None:
        clock += f", {answer['clock_offset_s']:+.0f} s from this computer's"
    return "\n".join(
        (
            f"unit      {answer['unit_id']}, firmware {answer['version']}, on {answer['port']}",
            f"state     {answer['state']}, up {answer['uptime_ms'] // 60000} min",
            f"parts     {faults or 'all well'}",
            f"clock     {clock}",
            f"logs      {answer['logs']}, of which {answer['unpulled']} closed and not pulled",
            f"storage   {answer['free_bytes'] // 1024} KB free",
        )
    )
