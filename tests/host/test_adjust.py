"""`adjust spo2`: points of a curve, measured with somebody's help or given."""

import pytest
from fake_unit import FakeUnit

from sitter import settings
from sitter.ppg_saturation import spo2_pct
from sitterctl import adjusting
from sitterctl.errors import CHECK_FAILED, OK, USAGE, SitterError

pytestmark = pytest.mark.usefixtures("elsewhere")


def stored(unit: FakeUnit) -> dict:
    return unit.app.state.values["settings"]


def test_points_become_settings_in_the_order_of_the_curve() -> None:
    whole = {**settings.defaults(), **adjusting.as_settings([(850, 90), (500, 98)])}
    assert settings.check(whole) == []
    assert settings.spo2_points(whole) == ((500, 98), (850, 90))
    assert spo2_pct(500, settings.spo2_points(whole)) == 98
    assert set(adjusting.as_settings([]).values()) == {0}


@pytest.mark.parametrize(
    ("seen", "settled"), [([520] * 20, 520), ([500] * 10 + [530] * 10, 515), ([900] + [520] * 18, 520)]
)
def test_a_steady_light_is_its_middle(seen: list[int], settled: int) -> None:
    assert adjusting.settled(seen) == settled


@pytest.mark.parametrize("seen", [[], [520] * 9, list(range(400, 600, 10))])
def test_an_absent_or_unsteady_light_is_no_point(seen: list[int]) -> None:
    with pytest.raises(SitterError) as caught:
        adjusting.settled(seen)
    assert caught.value.exit_code == CHECK_FAILED


def test_given_points_are_applied_and_marked(unit: FakeUnit, run) -> None:
    code, _, err = run("adjust", "spo2", "--point", "0.85:90", "--point", "0.5:98", "--yes")
    assert code == OK, err
    assert settings.spo2_points(stored(unit)) == ((500, 98), (850, 90))
    assert unit.app.unit.spo2_adjusted
    unit.booted_at -= 3600
    assert run("adjust", "spo2", "--clear", "--yes")[0] == OK
    assert settings.spo2_points(stored(unit)) == ()


def test_points_are_measured_with_somebodys_help(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    ratios = iter([520, 860])
    measure = adjusting.measure

    def at_once(connection) -> int:
        unit.app.oximeter.ratio_permille = next(ratios)
        return measure(connection, wait=lambda seconds: None)

    monkeypatch.setattr(adjusting, "measure", at_once)
    said = iter([97, 90])
    monkeypatch.setattr("sitterctl.commands_adjust.click.prompt", lambda *a, **k: next(said))
    monkeypatch.setattr("sitterctl.commands_adjust.click.confirm", lambda *a, **k: False)
    code, _, err = run("adjust", "spo2", "--yes")
    assert code == OK, err
    assert settings.spo2_points(stored(unit)) == ((520, 97), (860, 90))


def test_a_modules_saturation_has_no_curve(unit: FakeUnit, run) -> None:
    unit.app.unit.oximeter = ("Nonin module", True)
    code, _, err = run("adjust", "spo2", "--yes")
    assert code == USAGE
    assert "by the OEM module's own calibration" in err
    assert "settings" not in unit.app.state.values


def test_without_two_points_nothing_is_changed(unit: FakeUnit, run, monkeypatch: pytest.MonkeyPatch) -> None:
    unit.app.oximeter.ratio_permille = None
    monkeypatch.setattr(adjusting, "SECONDS", 1)
    monkeypatch.setattr("sitterctl.commands_adjust.click.confirm", lambda *a, **k: False)
    code, _, err = run("adjust", "spo2", "--yes")
    assert code == CHECK_FAILED
    assert "no saturation for long enough" in err
    assert "settings" not in unit.app.state.values
