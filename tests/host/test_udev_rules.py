"""The udev rules that come with sitterctl: the bridges it knows, in the order that udev needs, and in the wheel."""

import tomllib
from pathlib import Path

import pytest

from sitterctl import port, udev_rules

BOTH = udev_rules.texts()


def test_the_rules_name_the_bridges_that_port_py_knows() -> None:
    for (vendor, product), kind in port.BRIDGES.items():
        line = f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}", ENV{{SITTER_BRIDGE}}="{kind}"'
        assert line in BOTH[udev_rules.PORTS]
    assert BOTH[udev_rules.PORTS].count("idVendor") == len(port.BRIDGES)


def test_the_rules_come_before_and_after_those_they_have_to() -> None:
    assert udev_rules.PORTS < "73-seat-late.rules" < "85-brltty.rules" < "90-brltty-device.rules" < udev_rules.NO_BRLTTY


@pytest.mark.parametrize("name", BOTH)
def test_each_goto_of_the_rules_has_its_label(name: str) -> None:
    text = BOTH[name]
    label = text.rsplit('LABEL="', 1)[1].split('"')[0]
    assert text.count(f'GOTO="{label}"') == text.count("GOTO") > 1


def test_the_wheel_carries_the_rules() -> None:
    data = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]
    carried = {path.name for pattern in data["sitterctl"] for path in udev_rules.FOLDER.parent.glob(pattern)}
    assert {name for name in carried if name.endswith(".rules")} == set(BOTH)


def test_the_commands_install_what_is_there() -> None:
    (install, reload) = udev_rules.commands(*BOTH)
    assert all(Path(word).exists() for word in install.split() if word.endswith(".rules"))
    assert reload == "sudo udevadm control --reload"
