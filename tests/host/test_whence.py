"""Where a log's saturation came from: told by the log alone, in the report and wherever else it is spoken of."""

import html
import re

import pytest
from example_log import LogBuilder
from played import played
from quiet_log import Told, log_of, page_of, quiet

from sitter import records
from sitterctl import saturation, slog
from sitterctl.slog import Log

SENSOR: Told = (-12, "oximeter", {"part": "MAX30102", "calibrated": 0})
MODULE: Told = (-12, "oximeter", {"part": "Nonin module", "calibrated": 1})
BOOT: Told = (30, "boot", {"boot_id": 0x51770002, "utc_s": 1_773_478_800 + 42 * 60, "utc_trusted": 1, "gap_s": 20})
POINT: Told = (-12, "setting", {"name": "spo2_point1_ratio", "value": 500})
VITALS: Told = (10, "vitals", {"pulse_bpm": 70, "spo2_pct": 96, "finger": 1})


def read(*told: Told) -> Log:
    return slog.read(log_of([*quiet(), VITALS, *told]))


@pytest.mark.parametrize(
    ("told", "parts", "mark"),
    [
        ((), ["MAX30102"], "uncalibrated"),
        ((SENSOR,), ["MAX30102"], "uncalibrated"),
        ((SENSOR, POINT), ["MAX30102"], "user-adjusted"),
        ((MODULE,), ["Nonin module"], saturation.MODULE),
        ((MODULE, POINT), ["Nonin module"], saturation.MODULE),
    ],
)
def test_the_log_says_what_measured(told: tuple[Told, ...], parts: list[str], mark: str) -> None:  # REQ-216
    log = read(*told)
    assert (saturation.parts(log), saturation.mark(log)) == (parts, mark)


def test_a_sensor_that_took_over_for_a_while_makes_the_whole_log_uncalibrated() -> None:  # REQ-216
    """As when the settings were damaged at a restart."""
    for told in ((MODULE, BOOT, (30.1, *SENSOR[1:])), (SENSOR, BOOT, (30.1, *MODULE[1:]))):
        assert saturation.mark(read(*told)) == saturation.UNCALIBRATED
        assert len(saturation.parts(read(*told))) == 2


def test_a_record_that_says_nothing_is_no_calibration() -> None:
    assert saturation.mark(read((-12, "oximeter", {"part": "Nonin module"}))) == saturation.UNCALIBRATED


def test_a_log_from_before_the_record_is_of_an_uncalibrated_sensor() -> None:  # REQ-216
    table = "".join(line + "\n" for line in records.TABLE.splitlines() if " oximeter " not in line)
    log = slog.read(LogBuilder(schema=table).add("plan", 1100, code="K-0417").seal(1200).data())
    assert (saturation.parts(log), saturation.mark(log)) == (["MAX30102"], "uncalibrated")


def page(*told: Told) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page_of([*quiet(), VITALS, *told]))))


def test_a_report_marks_a_saturation_by_what_measured_it() -> None:  # REQ-215
    of_sensor, of_module = page(SENSOR), page(MODULE)
    assert "%, uncalibrated:" in of_sensor
    assert "trust the change" in of_sensor
    assert "MAX30102, uncalibrated" in of_sensor
    assert "uncalibrated" not in of_module
    assert "trust the change" not in of_module
    assert "The saturation is that of a Nonin module, by the module's own calibration" in of_module
    for said in ("correct", "accurate"):
        assert said not in of_module


def test_the_simulated_session_says_it_in_its_log() -> None:
    """What the unit writes, and not what a test does."""
    for name, part, mark in (
        ("module_quiet", "Nonin module", saturation.MODULE),
        ("desaturation", "MAX30102", saturation.UNCALIBRATED),
    ):
        log = slog.read(played(name)["slog"])
        assert (saturation.parts(log), saturation.mark(log)) == ([part], mark)


def test_a_restart_in_the_session_says_it_again() -> None:  # REQ-216
    log = slog.read(played("power_cut_after_alarm")["slog"])
    starts = [record.elapsed_s for record in log.records if record.name in ("phase", "boot")]
    said = [record.elapsed_s for record in log.named("oximeter")]
    boots = log.named("boot")
    assert boots
    assert len(said) == 1 + len(boots)
    assert min(starts) <= min(said) + 1
    for boot in boots:
        assert any(0 <= at_s - boot.elapsed_s <= 1 for at_s in said)
