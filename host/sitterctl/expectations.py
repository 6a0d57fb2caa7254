"""Holds what a scenario expects against what the log and the pins say happened.

All times are seconds of the scenario, that is from the first power-on. A log's UTC leads back to them, and that clock
counts whole seconds: each bound is widened by one.
"""

from sitterctl.slog import Log, Verdict

CLOCK_S = 1.0


def check(expect: dict, log: Log, verdict: Verdict, start_utc_s: int, trace: dict) -> list[str]:
    """Every expectation that does not hold, as a sentence."""
    seen = _Seen(log, start_utc_s)
    failures = []
    for row in expect.get("alarms", []):
        failures += _alarm_failures(row, seen)
    if expect.get("only_these_alarms"):
        wanted = {row["alarm"] for row in expect.get("alarms", [])}
        extra = sorted({alarm for alarm, _, _ in seen.alarms} - wanted)
        failures += [f"alarm {alarm} occurred and was not expected" for alarm in extra]
    for phase, earliest_s, latest_s in expect.get("phases", []):
        at = [at_s for name, at_s in seen.phases if name == phase]
        if not any(_within(at_s, [earliest_s, latest_s]) for at_s in at):
            failures.append(
                f"phase {phase} was expected within {earliest_s} to {latest_s} s; it began at {at or 'no time'}"
            )
    if "cuff" in expect:
        failures += _cuff_failures(expect["cuff"], seen)
    if trace.get("first_mmhg") != expect.get("first_mmhg", trace.get("first_mmhg")):
        failures.append(f"the cuff was expected to be inflated to {expect['first_mmhg']} mmHg first; "
                        f"it was to {trace['first_mmhg']}")  # fmt: skip
    for name, bounds in expect.get("records", {}).items():
        count = len(log.named(name))
        if not bounds[0] <= count <= bounds[1]:
            failures.append(f"{bounds[0]} to {bounds[1]} records of {name} were expected, the log has {count}")
    for row in expect.get("contents", []):
        failures += _content_failures(row, log)
    failures += [f"the hand at the keys gave up: {failure}" for failure in trace.get("hand", [])]
    if "verdict" in expect and verdict.kind != expect["verdict"]:
        failures.append(f"the log was expected to be {expect['verdict']}; {verdict.sentence}")
    for row in expect.get("bursts", []):
        failures += _burst_failures(row, trace)
    return failures


def _within(at_s: float | None, bounds: list) -> bool:
    return at_s is not None and bounds[0] - CLOCK_S <= at_s <= bounds[1] + CLOCK_S


class _Seen:
    """The log's alarms, phases and what became of the cuff, on the scenario's clock."""

    def __init__(self, log: Log, start_utc_s: int) -> None:
        self.phases: list[tuple[str, float]] = []
        self.cuff: list[tuple[str, float]] = []
        self.alarms: list[tuple[str, float, float | None]] = []
        for record in log.records:
            at_s = (record.utc_s or 0) - start_utc_s
            if record.name == "phase":
                self.phases.append((record.fields["phase"], at_s))
            elif record.name == "cuff":
                self.cuff.append((record.fields["event"], at_s))
            elif record.name == "alarm" and record.fields["event"] == "started":
                self.alarms.append((record.fields["alarm"], at_s, None))
            elif record.name == "alarm" and record.fields["event"] == "ended":
                self._end(record.fields["alarm"], at_s)

    def _end(self, alarm: str, at_s: float) -> None:
        for i in range(len(self.alarms) - 1, -1, -1):
            if self.alarms[i][0] == alarm and self.alarms[i][2] is None:
                self.alarms[i] = (*self.alarms[i][:2], at_s)
                return


def _alarm_failures(row: dict, seen: _Seen) -> list[str]:
    alarm = row["alarm"]
    found = [(start, end) for name, start, end in seen.alarms if name == alarm]
    low, high = row["started_s"]
    in_time = [(start, end) for start, end in found if _within(start, row["started_s"])]
    if not in_time:
        starts = ", ".join(f"{start:.1f}" for start, _ in found) or "at no time"
        return [f"alarm {alarm} was expected to start within {low} to {high} s; it started {starts}"]
    if "ended_s" in row:
        low, high = row["ended_s"]
        end = in_time[0][1]
        if not _within(end, row["ended_s"]):
            return [f"alarm {alarm} was expected to end within {low} to {high} s; it ended at {end}"]
    return []


def _content_failures(row: dict, log: Log) -> list[str]:
    """There has to be a record with these fields."""
    name, has = row["record"], row["has"]
    found = [record.fields for record in log.named(name)]
    if any(all(fields.get(field) == value for field, value in has.items()) for fields in found):
        return []
    seen = [{field: fields.get(field) for field in has} for fields in found]
    return [f"a record {name} with {has} was expected; the log has {seen or 'none'}"]


def _cuff_failures(rows: list, seen: _Seen) -> list[str]:
    """All of them, in their order."""
    if [event for event, _ in seen.cuff] != [row[0] for row in rows]:
        found = ", ".join(f"{event} at {at_s:.0f} s" for event, at_s in seen.cuff)
        return [f"of the cuff {', '.join(row[0] for row in rows)} was expected; there was {found or 'nothing'}"]
    return [f"cuff {event} was expected within {low} to {high} s; it was at {at_s:.0f} s"
            for (event, low, high), (_, at_s) in zip(rows, seen.cuff, strict=True)
            if not _within(at_s, [low, high])]  # fmt: skip


def _burst_failures(row: dict, trace: dict) -> list[str]:
    low_s, high_s = row["between_s"]
    count = sum(1 for at_ms, *_ in trace["bursts"] if low_s * 1000 <= at_ms < high_s * 1000)
    least, most = row.get("count", [1, 10**6])
    if least <= count <= most:
        return []
    return [f"{least} to {most} sound bursts were expected between {low_s} and {high_s} s; there were {count}"]
