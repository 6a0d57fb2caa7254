"""Settings as a file: read back as written, every fault with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sitter import settings
from sitterctl import settings_file
from sitterctl.errors import USAGE, SitterError


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(SitterError) as caught:
        settings_file.read(path)
    assert caught.value.exit_code == USAGE
    return [fault.removeprefix(f"{path}:") for fault in caught.value.details.get("faults", [caught.value.message])]


def test_what_is_written_is_read_back_with_unit_and_range_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    values = {**settings.defaults(), "pulse_high_bpm": 130}
    path.write_text(settings_file.text(values, "unit AA01, BED 1"))
    assert settings_file.read(path) == values
    assert "pulse_high_bpm = 130                      # bpm, 80 to 200, default 120\n" in path.read_text()
    assert path.read_text().startswith("# Settings of unit AA01, BED 1, 20")


def test_a_few_settings_are_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    for text in ("pulse_high_bpm = 130\n", "[settings]\npulse_high_bpm = 130\n"):
        path.write_text(text)
        assert settings_file.read(path) == {"pulse_high_bpm": 130}


def test_limits_that_only_cross_with_defaults_are_not_yet_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("systolic_high_mmhg = 210\n")  # the unit may have a higher "very high"
    assert settings_file.read(path) == {"systolic_high_mmhg": 210}


def test_limits_that_cross_in_a_whole_set_are(tmp_path: Path) -> None:
    whole = {**settings.defaults(), "systolic_high_mmhg": 210}
    told = faults(tmp_path, settings_file.text(whole, "x"))
    assert [fault.partition(": ")[2] for fault in told] == [
        "settings.systolic_high_mmhg: 210 must be below systolic_very_high_mmhg (200)"
    ]


def test_every_fault_is_told_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    told = faults(tmp_path, '[settings]\npulse_hihg_bpm = 130\nspo2_low_pct = 20\n\nvolume_cap = "loud"\n')
    assert told == [
        "2: settings.pulse_hihg_bpm: no such setting; did you mean settings.pulse_high_bpm?",
        "3: settings.spo2_low_pct: 20 is outside 85 to 95 %",
        "5: settings.volume_cap: must be a whole number from 0 to 30 steps",
    ]


def test_limits_that_cross_in_the_file_are_told_with_all_its_other_faults(tmp_path: Path) -> None:
    told = faults(tmp_path, "volume_cap = 31\n\npulse_low_bpm = 70\nspo2_low_pct = 85\nspo2_very_low_pct = 90\n")
    assert told == ["1: volume_cap: 31 is outside 0 to 30 steps",
                    "5: spo2_very_low_pct: 90 must be below spo2_low_pct (85)"]  # fmt: skip


@pytest.mark.parametrize("text", ["\n[settings]\n volume_cap = 31", "# volume_cap\n\nsettings.volume_cap = 31",
                                  "\n\nsettings . 'volume_cap' = 31", "\n\nsettings = {volume_cap = 31}"])  # fmt: skip
def test_the_line_is_found_however_the_key_is_written(text: str, tmp_path: Path) -> None:
    assert faults(tmp_path, text) == ["3: settings.volume_cap: 31 is outside 0 to 30 steps"]


def test_what_is_no_text_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"volume_cap = 9\n# na\xefve\n")
    with pytest.raises(SitterError, match=r"s.toml is not UTF-8 text \(at line 2\)"):
        settings_file.read(tmp_path / "s.toml")


# --- for another schema -----------------------------------------------------------------------------------------------

# name and unit of each setting of VERSION 1: while it is the version, each of them means what it meant.
VERSION_1 = """
    pulse_high_bpm/bpm pulse_low_bpm/bpm spo2_low_pct/% spo2_very_low_pct/% spo2_fall_pct/% systolic_high_mmhg/mmHg
    systolic_very_high_mmhg/mmHg systolic_low_mmhg/mmHg diastolic_high_mmhg/mmHg diastolic_very_high_mmhg/mmHg
    pulse_rise_bpm/bpm systolic_rise_mmhg/mmHg pulse_stays_s/s pulse_delay_s/s spo2_delay_s/s spo2_fall_delay_s/s
    spo2_averaging_s/s spo2_point1_ratio/1/1000 spo2_point1_pct/% spo2_point2_ratio/1/1000 spo2_point2_pct/%
    spo2_point3_ratio/1/1000 spo2_point3_pct/% oximeter_swapped/ no_finger_delay_s/s no_reading_delay_s/s
    no_saturation_delay_s/s poor_signal_delay_s/s pressure_overdue_s/s audio_pause_s/s call_from_priority/
    call_delay_s/s escalation_s/s resume_ask_min/min battery_fitted/ battery_low_pct/% gentle_first_burst/
    music_on_headphones/ hold_systolic_mmhg/mmHg hold_diastolic_mmhg/mmHg pressure_interval_peak_min/min
    pressure_interval_return_min/min pressure_interval_recovery_min/min volume_cap/steps
"""


def test_a_pulled_file_says_what_it_was_made_for(tmp_path: Path) -> None:
    lines = settings_file.text(settings.defaults(), "unit AA01").splitlines()
    assert lines[1:3] == ['kind = "sitter settings"', f"version = {settings_file.VERSION}"]


def test_a_setting_that_is_gone_or_has_another_unit_makes_another_version() -> None:
    if settings_file.VERSION == 1:
        assert set(VERSION_1.split()) <= {f"{name}/{unit}" for name, (_, unit, *_) in settings_file.ROWS.items()}


@pytest.mark.parametrize("version", ["2", "0", "true", "1.0", '"1"'])
def test_a_file_for_another_schema_is_refused_by_file_and_key(version: str, tmp_path: Path) -> None:
    told = faults(tmp_path, f'# mine\nkind = "sitter settings"\nversion = {version}\n[settings]\nnew_name = 1\n')
    assert len(told) == 1
    assert told[0].startswith("3: version: this is 'sitter settings', version ")


def test_a_file_of_another_kind_and_version_has_both_faults(tmp_path: Path) -> None:
    told = faults(tmp_path, 'version = 3\nkind = "sitter plan"\n')
    assert [fault.split(": this")[0] for fault in told] == ["2: kind", "1: version"]


@pytest.mark.parametrize(("text", "said"), [
    ('kind = "sitter plan"\nversion = 1\n', "1: kind: this is 'sitter plan', version 1"),
    ('kind = "sitter settings"\nversion = 2\n', "version 2; 'sitter settings', version 1, is wanted"),
    ("settings = 3\n", "settings: must be a table"),
    ("[settings]\n[plan]\ncode = 'x'\n", "2: plan: does not belong here"),
    ("[settings\n", "line 1"),
    ("volume_cap = 1\nvolume_cap = 2\n", "line 2"),
])  # fmt: skip
def test_files_of_another_kind_are_refused(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in fault for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SitterError, match="can't read"):
        settings_file.read(tmp_path / "none.toml")


@given(st.dictionaries(st.sampled_from(sorted(settings.defaults())), st.integers(-10, 3000)))
@hypothesis_settings(max_examples=60)
def test_a_file_is_good_exactly_when_each_value_is(values: dict) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.toml"
        path.write_text("".join(f"{name} = {value}\n" for name, value in values.items()))
        wanted = settings.check(values) if len(values) == len(settings.SETTINGS) else settings.value_faults(values)
        good = {name for name in values if not settings.value_faults({name: values[name]})}
        crossed = [pair for pair in settings._ORDERED if good.issuperset(pair) and values[pair[0]] >= values[pair[1]]]
        if len(values) < len(settings.SETTINGS):
            wanted = [*wanted, *crossed]
        try:
            assert settings_file.read(path) == values
            assert not wanted
        except SitterError as error:
            assert len(error.details["faults"]) == len(wanted) > 0


def test_differences_are_in_the_order_of_the_table() -> None:
    now = settings.defaults()
    rows = settings_file.differences(now, {"volume_cap": 9, "pulse_high_bpm": 130, "spo2_low_pct": now["spo2_low_pct"]})
    assert [(r["setting"], r["now"], r["then"]) for r in rows] == [("pulse_high_bpm", 120, 130), ("volume_cap", 22, 9)]
