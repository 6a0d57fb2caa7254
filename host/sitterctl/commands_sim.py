"""`sim`: sessions without hardware."""

import signal
from pathlib import Path

import click

from sitterctl import output
from sitterctl.cli import examples, json_option, no_port_option, play_simulator
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

_FASTEST, _MOST_MMHG = 20, 400
state_option = click.option("--state", type=click.Path(path_type=Path, file_okay=False, exists=True), required=True,
                            help="The folder that the unit was started with.")  # fmt: skip
scenario_argument = click.argument("scenario", type=click.Path(path_type=Path, dir_okay=False))


@click.group(epilog=examples("sim run tests/scenarios/stop.json --out build/stop",
                             "sim start tests/scenarios/quiet_session.json"))  # fmt: skip
def sim() -> None:
    """Play scenarios on simulated units."""


@sim.command(epilog=examples("sim run tests/scenarios/stop.json --out build/stop",
                             "sim run tests/scenarios/silence.json --out build/silence --sound"))  # fmt: skip
@scenario_argument
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results.")
@click.option("--sound", is_flag=True, help="Also write what the alarm sounder played, as WAV files.")
@json_option
@no_port_option
def run(scenario: Path, out: Path, sound: bool, as_json: bool) -> int:
    """Play a scenario, pull its log, verify it, check what was expected. Exit code 1 if something does not hold."""
    from sitterctl import simulator
    from sitterctl.scenario import load

    end_s = int(load(scenario)["end_s"])
    with output.Progress(f"playing {scenario.stem}", as_json) as step:
        summary = simulator.play(scenario, out, on_progress=lambda at_s: step(at_s, end_s), sounds=sound)
    lines = [
        f"{summary['scenario']}: {summary['simulated_s'] / 3600:.2f} h in {summary['play_wall_s']} s of simulation",
        f"log      {summary['slog']}",
        f"         {summary['verdict']}",
        f"report   {summary['report']}",
        *[f"sound    {path}" for path in summary.get("sounds", [])],
        *[f"FAILED   {failure}" for failure in summary["failures"]],
        "all expectations hold" if summary["ok"] else f"{len(summary['failures'])} expectations do not hold",
    ]
    output.show(summary, as_json, "\n".join(lines))
    return 0 if summary["ok"] else CHECK_FAILED


@sim.command(epilog=examples("sim start tests/scenarios/quiet_session.json",
                             "sim start tests/scenarios/stop.json --state build/unit --json"))  # fmt: skip
@scenario_argument
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps the unit's flash.")
@json_option
@no_port_option
def start(scenario: Path, state: Path | None, as_json: bool) -> int:
    """Play a scenario, then serve the unit's serial line until Ctrl-C. Prints the port."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with play_simulator(scenario, as_json, state) as unit:
        output.show({"port": unit.port}, as_json, f"{unit.port}\nthe unit is there until you press Ctrl-C")
        try:
            unit.wait_end()
        except KeyboardInterrupt:
            return 0
    raise SitterError("the simulated unit ended by itself: " + "; ".join(unit.messages[-3:]), "start it again",
                      exit_code=CHECK_FAILED)  # fmt: skip


@sim.command(epilog=examples("sim press NEXT --state build/unit",
                             "sim press MARK+BP --hold 60 --state build/unit"))  # fmt: skip
@click.argument("keys", metavar="KEY[+KEY]")
@click.option("--hold", "hold_s", type=click.FloatRange(0.05, 600), default=0.15, show_default=True, metavar="SECONDS",
              help="For how long.")  # fmt: skip
@state_option
@json_option
@no_port_option
def press(keys: str, hold_s: float, state: Path, as_json: bool) -> None:
    """Press a key of a simulated unit that is running, or the patient's call button (CALL)."""
    from sitterctl import scenario, sim_hand

    wrong = [key for key in keys.split("+") if key not in scenario.KEYS]
    if wrong:
        raise SitterError(f"there is no key {wrong[0]}", f"there are: {', '.join(scenario.KEYS)}", exit_code=USAGE)
    sim_hand.happen(state, {"key": keys, "hold_s": hold_s})
    output.show({"key": keys, "hold_s": hold_s}, as_json, f"pressed {keys}")


@sim.command(epilog=examples("sim speed 20 --state build/unit", "sim speed 1 --state build/unit"))
@click.argument("factor", type=click.IntRange(1, _FASTEST))
@state_option
@json_option
@no_port_option
def speed(factor: int, state: Path, as_json: bool) -> None:
    """Let time run faster for a simulated unit that is running, up to 20 times; 1 is as fast as everybody's."""
    from sitterctl import sim_hand

    sim_hand.happen(state, {"speed": factor})
    output.show({"speed": factor}, as_json, f"time runs {factor} times as fast for the unit")


@sim.command(epilog=examples("sim pump 150 --state build/unit", "sim pump 320 --state build/unit"))
@click.argument("mmhg", type=click.IntRange(0, _MOST_MMHG))
@state_option
@json_option
@no_port_option
def pump(mmhg: int, state: Path, as_json: bool) -> None:
    """Pump with the hand bulb of a service of the cuff module, up to a pressure; 0 lets the air out.

    While the module's valves are open, as they are but for a step of the service, the air just escapes.
    """
    from sitterctl import sim_hand

    sim_hand.happen(state, {"fault": {"nibp.bulb_mmhg": mmhg}})
    output.show({"mmhg": mmhg}, as_json, f"pumping to {mmhg} mmHg; `sitterctl sim manometer` shows how far it is")


@sim.command(epilog=examples("sim manometer --state build/unit", "sim manometer --state build/unit --json"))
@state_option
@json_option
@no_port_option
def manometer(state: Path, as_json: bool) -> None:
    """Read the reference manometer on the hose of a simulated unit's cuff: the pressure that is really there."""
    from sitterctl import sim_hand

    mmhg = sim_hand.manometer_mmhg(state)
    output.show({"mmhg": mmhg}, as_json, f"{mmhg} mmHg")
