"""What the unit begins with: what was stored, as far as it is what it should be, and a session that was cut off.

Nothing that is stored keeps the unit from starting. Settings that can't be used give way to those as shipped, and an
alarm says so; a plan that can't be used is none, as an older one may be another patient's; a session is taken up as far
as it is known (sitter/stored.py), and one that is lost may have had a patient.
"""

from drivers.statestore import DAMAGED
from sitter import catalogue, plan, session, settings, stored
from sitter.resume import gap_text
from sitter.unit import Unit


def build_unit(board, state) -> tuple[Unit, str | None]:
    """The unit on what the store has, and what is wrong with its settings."""
    chosen, fault = _settings(state)
    used, _ = state.load("used")
    unit = Unit(chosen, _plan(state), board.unit_id(), used)
    on_card, damage = state.load("music")
    if on_card is not None and not damage and not catalogue.check(on_card):
        unit.director.catalogue = catalogue.Catalogue(on_card)
    return unit, fault


def build_cuff(board, chosen: dict):
    """The driver of the cuff module that the settings name, and no other: one that is not there falls silent."""
    if chosen["cuff_module"]:
        from drivers.nibp_ascii import NibpAscii

        return NibpAscii(board.nibp_uart)
    from drivers.nibp import Nibp

    return Nibp(board.nibp_uart)


def build_oximeter(board, chosen: dict):
    """The source of readings that the settings name; light_oximeter.py says what any has. The other one is not even
    loaded: it would cost heap, and nothing takes its place unasked."""
    if chosen["oximeter_module"]:
        from drivers.nonin import BAUD, Nonin

        return Nonin(_oximeter_uart(board, BAUD))
    from drivers.light_oximeter import LightOximeter

    swapped = bool(chosen["oximeter_swapped"])
    points = settings.spo2_points(chosen)
    return LightOximeter(board.patient_i2c, board.free_patient_i2c, swapped, chosen["spo2_averaging_s"], points)


def _oximeter_uart(board, baud: int):
    """None where the board has none, or its image keeps it for a prompt: a fault that is told, and the unit starts."""
    open_uart = getattr(board, "open_oximeter_uart", None)
    try:
        return open_uart(baud) if open_uart else None
    except (OSError, ValueError, RuntimeError):
        return None


def _settings(state) -> tuple[dict, str | None]:
    chosen, damage = state.load("settings")
    refused = chosen is not None and bool(settings.check(chosen))
    fault = None
    if refused or damage:
        words = "REFUSED" if refused else "DAMAGED"
        fault = words + (": DEFAULTS" if refused or damage is DAMAGED else ": OLD ONES")
    return settings.complete({} if refused else chosen or {}), fault


def _plan(state) -> dict | None:
    patient_plan, damage = state.load("plan")
    if patient_plan is not None and not damage and not plan.check(patient_plan):
        return patient_plan
    if damage or patient_plan is not None:
        state.refuse("plan")
    return None


def look_for_session(app, now_ms: int, utc_s: int, trusted: bool) -> None:
    """Take up one that was cut off."""
    saved, damage = app.state.load("session")
    if damage is DAMAGED or (saved is not None and not session.is_known(saved)):
        app.state.refuse("session")
        app.unit.restarted = gap_text(None)
    elif saved is not None and session.may_resume(saved):
        known = stored.known_parts(saved)
        if len(known) < len(saved):
            app.state.refuse("session")
        _take_up(app, now_ms, known, utc_s, trusted)


def _take_up(app, now_ms: int, saved: dict, utc_s: int, trusted: bool) -> None:
    trusted = trusted and bool(saved.get("utc_trusted"))
    if not trusted:
        utc_s = saved["utc_s"]  # nobody knows how long it was: go on as if it had been no time, and ask
    sealed_ms = app.store.resume()
    alive_ms = saved["at_ms"] if sealed_ms is None else sealed_ms
    gap_s = max(0, utc_s - saved["utc_s"] - (alive_ms - saved["at_ms"]) // 1000) if trusted else None
    app.unit.resume(now_ms, saved, utc_s, gap_s)
    if sealed_ms is None:
        app.open_log(now_ms)
    app.store.append("boot", app.custody.boot(now_ms, utc_s, trusted, gap_s))
