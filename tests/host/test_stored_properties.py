"""Whatever JSON lies in the state store: a session is taken up as far as it is known or left, and the unit steps."""

import copy
import json

from cuffcare import Care
from custody import Custody
from fake_app import PLAN, Board
from hypothesis import given
from hypothesis import strategies as st
from test_plan_properties import ANYTHING

from sitter import plan, session, settings, stored
from sitter.unit import Unit

NOW_MS = 4000
NUMBERS = st.sampled_from([0, 1, -1, 255, 65535, 65536, 2**30, 2**31, -(2**31), 2**33, 1.0, float("nan")])
VALUES = ANYTHING | NUMBERS


def kept() -> dict:
    """A session as a unit keeps it, after a dose, with a pressure and alarms that stand."""
    unit = Unit(settings.defaults(), PLAN, "SIM-0007")
    inputs = [("clock", (1777000000, True)), ("key", ("NEXT", "down")), ("key", ("NEXT", "short"))]
    saved = unit.step(1000, inputs).saved
    for at_ms, given_now in (
        (2000, [("pressure", (190, 80, 110, 70))]),
        (3000, [("key", ("STOP", "down")), ("key", ("STOP", "short"))]),
    ):
        saved = unit.step(at_ms, given_now).saved or saved
    assert saved and len(saved["alarms"]) > 1 and saved["pressures"]
    return json.loads(json.dumps(saved))


WHOLE = kept()


@st.composite
def nearly(draw: st.DrawFn) -> object:
    """That session with something in it exchanged or gone, at any depth."""
    whole = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        there: dict | list = whole
        while True:
            key = draw(st.sampled_from(list(there) if isinstance(there, dict) else range(len(there))))
            below = there[key]
            if not (isinstance(below, dict | list) and below) or draw(st.booleans()):
                break
            there = below
        if draw(st.booleans()):
            there[key] = draw(VALUES)
        else:
            del there[key]
        if not there:
            break
    return whole


@given(nearly() | VALUES)
def test_a_stored_session_of_any_shape_is_taken_up_or_left_and_the_unit_steps(value: object) -> None:  # REQ-070
    if not session.may_resume(value):
        return
    assert isinstance(value, dict)
    unit = Unit(settings.defaults(), PLAN, "SIM-0007")
    first = unit.step(NOW_MS - 100, [("clock", (1777000100, True))])
    unit.resume(NOW_MS, stored.known_parts(value), 1777000100, 20)
    for at_ms in range(NOW_MS, NOW_MS + 40000, 5000):
        out = unit.step(at_ms, [])
        unit.present(at_ms, out)
        assert out.signal and out.signal.lamp >= 2  # OFF: SEE PATIENT
    assert first.signal
    assert session.is_known(json.loads(json.dumps(unit.session.saved(at_ms, unit.utc_s(at_ms)))))


def test_what_a_unit_keeps_is_known() -> None:
    assert session.may_resume(WHOLE)
    assert stored.known_parts(WHOLE) == WHOLE


class Store:
    def __init__(self, value: object) -> None:
        self.value = value
        self.refused: list[str] = []

    def load(self, name: str) -> tuple:
        return self.value, None

    def refuse(self, name: str) -> None:
        self.refused.append(name)


class Cuff:
    cycles = 0


@given(VALUES)
def test_key_label_count_settings_and_plan_of_any_shape_are_refused_or_good(value: object) -> None:
    store = Store(value)
    custody, care = Custody(Board(), store, "/nowhere"), Care(store, Cuff())
    assert len(custody.label) <= 12
    assert custody.key is None or len(custody.key) == 32
    unit = Unit(settings.defaults(), None)
    care.remind(NOW_MS, unit)
    assert care.told(NOW_MS, unit)["cycles"] >= 0
    assert all(isinstance(fault, str) for fault in settings.check(value) + plan.check(value))
