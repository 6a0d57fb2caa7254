"""Logs judged anew: with their own limits what the unit said, with others what these would have said."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from played import played as played_once

from sitterctl import replay, slog
from sitterctl.cli import cli
from sitterctl.errors import USAGE


class Played(dict):
    """Logs of sessions with alarms of the patient, of parts, calls for help and pauses, by their scenarios' names."""

    def __missing__(self, name: str) -> Path:
        return Path(played_once(name)["slog"])


@pytest.fixture(scope="module")
def played() -> Played:
    return Played()


@pytest.mark.parametrize("name", ["silence", "stop", "cuff_unplugged", "sensor_lost"])
def test_with_its_own_settings_a_log_says_what_the_unit_said(name: str, played: dict[str, Path]) -> None:
    log = slog.read(played[name])
    said, again = replay.recorded(log), replay.replay(log, replay.settings_of(log))
    assert said.occurrences
    assert sorted(o.alarm for o in again.occurrences) == sorted(o.alarm for o in said.occurrences)
    for one in said.occurrences:
        other = next(o for o in again.occurrences if o.alarm == one.alarm)
        assert other.priority == one.priority or "+" in other.priority + one.priority
        # The log's seconds are whole ones of the sensor, and a key's press lies before its record.
        assert other.start_s == pytest.approx(one.start_s, abs=2.1), one.alarm
        assert other.end_s == pytest.approx(one.end_s, abs=2.1), one.alarm
    assert 0.1 < said.watched_h < 0.4


def test_other_limits_give_other_alarms(played: dict[str, Path]) -> None:  # REQ-054
    log = slog.read(played["silence"])
    own = replay.settings_of(log)
    assert replay.replay(log, own).per_hour("spo2_low") > 0
    assert replay.replay(log, {**own, "spo2_low_pct": 86, "spo2_very_low_pct": 82}).per_hour("spo2_low") == 0
    names = {o.alarm for o in replay.replay(log, {**own, "pulse_low_bpm": 70, "pulse_delay_s": 0}).occurrences}
    assert "pulse_low" not in names  # the pulse was at its lowest just there
    assert "pulse_risen" in {o.alarm for o in replay.replay(log, {**own, "pulse_rise_bpm": 40}).occurrences}


def test_an_alarm_that_goes_on_through_a_power_cut_is_counted_once(played: dict[str, Path]) -> None:
    log = slog.read(played["power_cut_after_alarm"])
    said = [r for r in log.named("alarm") if (r.fields["alarm"], r.fields["event"]) == ("help_called", "started")]
    assert len(said) == 2  # before the restart and behind it
    again = replay.replay(log, replay.settings_of(log))
    for counted in (replay.recorded(log), again):
        assert [one.alarm for one in counted.occurrences].count("help_called") == 1


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["alarms", "replay", *arguments])
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


def test_the_command_counts_over_several_logs(played: dict[str, Path], tmp_path: Path) -> None:
    chosen = tmp_path / "quieter.toml"
    chosen.write_text("spo2_low_pct = 86\nspo2_very_low_pct = 82\n")
    logs = [played[name] for name in ("silence", "stop", "cuff_unplugged", "sensor_lost", "power_cut_after_alarm")]
    code, text = run(*map(str, logs), "--settings", str(chosen), "--json")
    assert code == 0
    value = json.loads(text)
    rows = {row["alarm"]: row for row in value["alarms"]}
    assert rows["spo2_low"]["before"] == 2
    assert rows["spo2_low"]["after"] == 0
    assert rows["all"]["before"] == sum(row["before"] for name, row in rows.items() if name != "all")
    text = run(str(played["stop"]), "--settings", str(chosen))[1]
    assert text.startswith("1 logs")
    assert "saturation of a MAX30102, uncalibrated\n" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("spo2_low_pct = 70\n", "spo2_low_pct: 70 is outside 85 to 95 %"),
        ("spo2_lo = 90\n", "spo2_lo: no such setting"),
        ("spo2_low_pct 90\n", "is not TOML"),
        ("spo2_low_pct = 85\n", "spo2_very_low_pct: 85 must be below spo2_low_pct"),
    ],
)
def test_settings_that_a_unit_would_refuse_are_refused(
    text: str, words: str, played: dict[str, Path], tmp_path: Path
) -> None:
    chosen = tmp_path / "bad.toml"
    chosen.write_text(text)
    code, said = run(str(played["stop"]), "--settings", str(chosen))
    assert words in said
    assert code in (1, USAGE)
