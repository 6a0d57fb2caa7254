"""The netlist keeps its rules, the bill of materials agrees with it, and a planted fault is named by its line."""

from pathlib import Path

import bom
import budgets
import erc
import netlist
import pytest
from sheet_faults import Fault

REAL = netlist.read()
TEXT = (netlist.HARDWARE / "netlist.txt").read_text()


def faults_of(tmp_path: Path, text: str) -> list[Fault]:
    path = tmp_path / "netlist.txt"
    path.write_text(text)
    return erc.check(netlist.read(path))


def test_the_netlist_keeps_every_rule() -> None:
    assert len(REAL.parts) > 80
    assert [str(fault) for fault in erc.check(REAL)] == []


# What is planted: was, becomes, the part whose line is named, a piece of the sentence.
PLANTED = [
    ("G=Q1_GATE", "", "Q1", "Q1.G is not mentioned"),
    ("S=+12V", "X=+12V", "Q1", "a pfet has no pin X"),
    ("R5  resistor", "R4  resistor", "R4", "R4 is there already"),
    ("R5  resistor", "R5  resistance", "R5", "there is no kind resistance"),
    ("EN=- PG=-", "EN=+12V PG=-", "U2", "U2.EN must stay open"),
    ("VDD=+3V3", "VDD=-", "U9", "U9.VDD is left open"),
    ("1=MUSIC_TX 2=PLAYER_RX", "1=MUSIC_TX 2=PLAYER_X", "M4", "PLAYER_RX has one pin only"),
    ("TX=MUSIC_RX", "TX=NIBP_RX", "M4", "NIBP_RX is driven by U8.1Y and M4.TX"),
    ("1=+12V 2=CUFF_12V", "1=GND 2=CUFF_12V", "M2", "CUFF_12V supplies M2.V+ and nothing supplies it"),
    ("1=+3V3 2=KEY_STOP", "1=+3V3 2=KEY_BP", "U9", "KEY_STOP floats"),
    ("1=+3V3 2=KEYS_INT", "1=GND 2=KEYS_INT", "U9", "KEYS_INT is open drain"),
    ("1=DISPLAY_BACKLIGHT 2=GND", "1=DISPLAY_BACKLIGHT 2=+3V3", "U1", "IO12 (DISPLAY_BACKLIGHT) has to be pulled down"),
    ("1=+3V3 2=DISPLAY_CS", "1=GND 2=DISPLAY_CS", "U1", "IO5 (DISPLAY_CS) is pulled down"),
    ("IO25=LAMP_RED IO26=LAMP_YELLOW", "IO25=LAMP_YELLOW IO26=LAMP_RED", "U1", "U1.IO25 is on LAMP_YELLOW"),
    ("DGND=GND", "DGND=LAPTOP_GND", "U5", "LAPTOP_GND bridges the isolation"),
    ("1=LIGHT_WARM 2=GND", "1=LIGHT_WARM 2=COOL_GATE", "Q3", "Q3's gate floats"),
]


@pytest.mark.parametrize(("was", "becomes", "ref", "says"), PLANTED, ids=lambda text: text[:24])
def test_a_planted_fault_is_named_with_its_line(tmp_path: Path, was: str, becomes: str, ref: str, says: str) -> None:
    assert TEXT.count(was) == 1, was
    text = TEXT.replace(was, becomes)
    found = faults_of(tmp_path, text)
    matching = [fault for fault in found if says in fault.text]
    assert matching, [str(fault) for fault in found]
    assert text.splitlines()[matching[0].line - 1].split()[0] == ref
    assert f"netlist.txt:{matching[0].line}: " in str(matching[0])


def test_two_parts_with_one_address_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(erc.ADDRESSES, "U10", 0x20)
    (fault,) = erc.check(REAL)
    assert "U10 has address 0x20 on INTERNAL_SDA, which is U9's" in fault.text


def test_addresses_are_those_of_the_drivers() -> None:
    from drivers import keys, max30102, rtc, supply

    drivers = {"M1": max30102, "U4": supply, "U9": keys, "U10": rtc}
    assert {ref: driver.ADDRESS for ref, driver in drivers.items()} == erc.ADDRESSES


# --- bill of materials ------------------------------------------------------------------------------------------------


def test_every_part_is_bought_once_in_each_build() -> None:
    assert [str(fault) for fault in bom.check(REAL)] == []


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("R8,both,", "R8,reference,", "R8 is in no line of bom.csv for low-cost"),
        ("R8,both,", "R80,both,", "R80 is no part of netlist.txt"),
        ("U8,both,", "U9,both,", "U9 is bought twice for reference"),
        (
            "R8,both,resistor 100 k 0.25 W,various,100k 1%,1",
            "R8,both,resistor 100 k 0.25 W,various,100k 1%,2",
            "a quantity of 2",
        ),
        ("R8,both,", "R8,cheap,", "no such build: cheap"),
    ],
)
def test_a_line_that_does_not_agree_is_named(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    path, text = tmp_path / "bom.csv", (netlist.HARDWARE / "bom.csv").read_text()
    assert text.count(was) == 1
    path.write_text(text.replace(was, becomes))
    found = [fault for fault in bom.check(REAL, path) if says in fault.text]
    assert found and found[0].line > 0
    assert found[0].path.read_text().splitlines()[found[0].line - 1].startswith(("R8", "U9", "R80"))


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_every_margin_is_there() -> None:
    assert [str(fault) for fault in budgets.check(REAL)] == []
    assert all(table.rows for table in budgets.tables(REAL))


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("1k5            1=+3V3 2=PATIENT_SDA", "4k7 1=+3V3 2=PATIENT_SDA", "rises in"),
        ("1k5            1=+3V3 2=PATIENT_SDA", "470 1=+3V3 2=PATIENT_SDA", "mA"),
        ("R22 resistor   27 ", "R22 resistor   100 ", "L1 takes 22 mA"),
    ],
)
def test_a_value_that_does_not_do_is_found(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    assert TEXT.count(was) == 1
    path = tmp_path / "netlist.txt"
    path.write_text(TEXT.replace(was, becomes))
    assert [fault for fault in budgets.check(netlist.read(path)) if says in fault.text]


def test_a_level_that_is_not_understood_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    families = budgets.read_csv("families.csv")
    for family in families:
        if family["family"] == "uln":
            family["vih"] = "3.0"
    monkeypatch.setattr(budgets, "read_csv", lambda name: families)
    assert any("CALL_RELAY" in text for text in budgets.levels(REAL).faults)
