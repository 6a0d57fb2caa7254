"""Plays the demo session, pulls its log over the simulated line, verifies it and writes the report."""

import sys
import time
from pathlib import Path

from sitterctl import simulator, slog
from sitterctl.errors import SitterError

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "tests" / "scenarios" / "demo.json"
OUT = ROOT / "build" / "demo"


def show_progress(simulated_s: int) -> None:
    if sys.stderr.isatty():
        print(f"\rplaying: {simulated_s // 3600}:{simulated_s // 60 % 60:02d} h", end="", file=sys.stderr, flush=True)


def main() -> int:
    begun = time.monotonic()
    try:
        summary = simulator.play(SCENARIO, OUT, on_progress=show_progress)
    except SitterError as error:
        print(f"{error.message}\n{error.remedy}", file=sys.stderr)
        return error.exit_code
    if sys.stderr.isatty():
        print(file=sys.stderr)
    log = slog.read(summary["slog"])
    doses = [dose for dose in log.doses if dose.void is None]
    alarms = [r for r in log.named("alarm") if r.fields["event"] == "started"]
    pressures = [r.fields["systolic_mmhg"] for r in log.named("pressure")]
    seconds = summary["play_wall_s"]
    print(f"played     {summary['simulated_s'] / 3600:.1f} h on {summary['interpreter']} in {seconds:.1f} s")
    print(f"log        {Path(summary['slog']).relative_to(ROOT)}, {log.size_bytes} bytes; {summary['verdict']}")
    print(f"session    {len(doses)} dose, {len(pressures)} blood pressures up to {max(pressures)} mmHg systolic,")
    print(f"           {len(log.named('mark'))} marks, alarms: {', '.join(r.fields['alarm'] for r in alarms)}")
    print(f"report     {Path(summary['report']).relative_to(ROOT)}   (open it in a browser)")
    for failure in summary["failures"]:
        print(f"unexpected {failure}")
    print(f"           {time.monotonic() - begun:.1f} s in all")
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
