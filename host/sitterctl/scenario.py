"""Reading and checking scenario files: every fault with file and dotted key, before anything is played.

docs/simulator.md describes the format. What the simulator gets is the checked scenario with paths made absolute.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from sitter import catalogue, plan, session, settings, utc
from sitterctl import cue_file, firmware_tree
from sitterctl.errors import SitterError

KEYS = ("SILENCE", "STOP", "BP", "NEXT", "MARK", "CALL")
PARTS = {
    "oximeter": ("absent", "frozen", "part_id", "lose_power", "brown_out", "rate_pct", "swapped", "die_temperature_c"),
    "oem_oximeter": ("absent", "sensor_off", "beats", "lag_ms", "search_s", "holds_s", "format", "garbled",
                     "tear_every", "flip_every", "stray_every", "skip_every"),
    "nibp": ("absent", "leak", "weak_signal", "motion", "error_code", "garble_every", "slow_ms", "swapped_result",
             "stops_in_mid", "bulb_mmhg", "bulb_mmhg_s", "pumps", "leaks_mmhg_min", "reads_off_mmhg", "vents_at_mmhg",
             "no_valves", "valve_sticks", "stays_mmhg", "first_says", "first_slow_ms"),
    "nibp_ascii": ("absent", "leak", "weak_signal", "motion", "error_code", "garble_every", "slow_ms", "stops_in_mid",
                   "stays_mmhg", "false_end_every", "loses_end", "wrong_sum", "mean_second", "neonate", "deaf_to_adult",
                   "boots_in_mid", "ends_at_once", "pauses_s", "late_s", "deaf_to_stop", "pumps_by_itself"),
    "music": ("absent", "no_card", "silent_clone", "wrong_checksum", "lag", "deaf", "lose_power",
              "other_card", "extra"),
    "keys": ("absent", "bounce_ms", "reset"),
    "clock": ("lost_power", "drift_ppm"),
    "supply": ("mains", "level_pct", "drain_pct_h", "no_cell", "absent"),
    "flash": ("dead", "cut_at"),
    "display": ("absent",),
    "patient_bus": ("stuck", "held_clocks"),
    "internal_bus": ("stuck", "held_clocks"),
}  # fmt: skip
PATIENT = ("pulse_bpm", "spo2_pct", "perfusion_pct", "breathing_pct", "noise_counts", "motion_counts", "finger",
           "finger_light_pct", "systolic_mmhg", "diastolic_mmhg", "cuff_on_probe_arm", "rate_pct")  # fmt: skip
_FIELDS = ("title", "about", "seed", "start_utc", "cpu_factor", "chip", "patient", "provisioned", "plan", "programme",
           "settings", "music", "oximeter", "oximeter_uart", "cuff", "timeline", "end_s", "expect")  # fmt: skip
_REQUIRED = ("title", "seed", "start_utc", "timeline", "end_s")
_KINDS = {"seed": int, "oximeter_uart": bool, "provisioned": bool, "end_s": (int, float), "timeline": list,
          "patient": dict, "plan": dict, "expect": dict}  # fmt: skip
_MORE = ("at_s", "hold_s", "over_s", "times")
_ACTIONS = ("key", "choose", "answer", "patient", "fault", "power_cut")
CHIPS = ("blank", "installed")
OXIMETERS = ("max30102", "nonin", "none")
CUFFS = {"suntech": "nibp", "ascii": "nibp_ascii"}  # and whose knobs it has
_EXPECTED = ("alarms", "only_these_alarms", "phases", "cuff", "first_mmhg", "records", "verdict", "bursts",
             "contents")  # fmt: skip
_CUFF = ("announced", "deferred", "waits", "capped", "started", "fault", "stopped")


def load(path: Path) -> dict:
    """The checked scenario, ready for the simulator. Raises SitterError with all faults together."""
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SitterError(f"can't read the scenario {path}: {error.strerror}", "check the path", exit_code=2) from error
    except ValueError as error:
        raise SitterError(f"{path} is not JSON: {error}", "mend the line it names", exit_code=2) from error
    faults = check(raw, Path(path).parent)
    if faults:
        listed = "\n".join(f"  {path}: {fault}" for fault in faults)
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise SitterError(f"the scenario has {count}:\n{listed}", "mend the file and try again", exit_code=2)
    return _prepared(raw, Path(path).parent)


def check(raw: object, folder: Path) -> list[str]:
    """Every fault as `dotted.key: sentence`."""
    if not isinstance(raw, dict):
        return ["scenario: must be an object"]
    faults = [f"{key}: no such field" for key in raw if key not in _FIELDS]
    faults += [f"{key}: is missing" for key in _REQUIRED if key not in raw]
    wrong = [key for key, kinds in _KINDS.items() if key in raw and not isinstance(raw[key], kinds)]
    faults += [f"{key}: has the wrong type" for key in wrong]
    whole = {key: value for key, value in raw.items() if key not in wrong}  # what can be looked into
    faults += _start_faults(whole) + _patient_faults("patient", whole.get("patient", {}), folder)
    faults += _programme_faults(whole) or (_plan_faults(whole) if "plan" in whole else [])
    faults += [f"music.{fault}" for fault in catalogue.check(raw["music"])] if "music" in raw else []
    faults += [f"settings.{fault}" for fault in settings.check(raw.get("settings", {}))]
    for i, entry in enumerate(whole.get("timeline", [])):
        faults += _entry_faults(f"timeline[{i}]", entry) or _cuff_faults(f"timeline[{i}]", entry, whole.get("cuff"))
    return faults + _expect_faults(whole.get("expect", {}))


def _start_faults(raw: dict) -> list[str]:
    faults = []
    try:
        _utc_s(raw.get("start_utc", "2026-05-04T09:00:00Z"))
    except (ValueError, AttributeError):
        faults.append("start_utc: must be a time like 2026-05-04T09:00:00Z")
    if raw.get("cpu_factor", 1) not in (1, 2, 3, 4):
        faults.append("cpu_factor: must be 1, 2, 3 or 4")
    if raw.get("oximeter", "none") not in OXIMETERS:
        faults.append(f"oximeter: must be one of {', '.join(OXIMETERS)}")
    if raw.get("cuff", "suntech") not in CUFFS:
        faults.append(f"cuff: must be one of {', '.join(CUFFS)}")
    if raw.get("chip", "blank") not in CHIPS:
        faults.append(f"chip: must be one of {', '.join(CHIPS)}, or left out for a program run from its sources")
    return faults


def _programme_faults(raw: dict) -> list[str]:
    """One of the programmes that ship, for the plan."""
    if "programme" not in raw:
        return []
    if "plan" not in raw:
        return ["programme: goes into a plan, and there is none"]
    names = [path.stem for path in cue_file.shipped()]
    return [] if raw["programme"] in names else [f"programme: must be one of {', '.join(names)}"]


def _plan_faults(raw: dict) -> list[str]:
    """Those of the whole plan, unless the start is wrong too: then nobody knows its days."""
    return [] if _start_faults(raw) else [f"plan.{fault}" for fault in plan.check(_plan(raw))]


def _plan(raw: dict) -> dict:
    """The plan for practice with the scenario's changes, cleared for its unit on its day."""
    unit_id = f"SIM-{int(raw.get('seed', 0)) & 0xFFFF:04X}"
    today = utc.day(_utc_s(raw.get("start_utc", "2026-05-04T09:00:00Z")))
    changes = raw["plan"]
    if "programme" in raw:
        changes = {**changes, "cues": cue_file.read(cue_file.find(raw["programme"])).phases}
    return firmware_tree.practice().practice_plan(unit_id, today, changes)


def _cuff_faults(key: str, entry: dict, cuff: object) -> list[str]:
    """Knobs of a cuff module that is not the one fitted."""
    fitted = CUFFS.get(str(cuff or "suntech"))
    return [f"{key}.fault.{knob}: the cuff module that is fitted is not this one" for knob in entry.get("fault", {})
            if knob.partition(".")[0] in CUFFS.values() and knob.partition(".")[0] != fitted]  # fmt: skip


def _patient_faults(key: str, values: dict, folder: Path | None) -> list[str]:
    faults = []
    for name, value in values.items():
        if name == "recording" and folder is not None:
            if not (folder / str(value)).is_file():
                faults.append(f"{key}.recording: there is no file {value}")
        elif name not in PATIENT:
            faults.append(f"{key}.{name}: no such quantity (known: {', '.join(PATIENT)})")
        elif not isinstance(value, int | float) or isinstance(value, bool):
            faults.append(f"{key}.{name}: must be a number")
    return faults


def _entry_faults(key: str, entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{key}: must be an object"]
    faults = [f"{key}.{name}: no such field" for name in entry if name not in (*_ACTIONS, *_MORE)]
    at_s = entry.get("at_s")
    if not isinstance(at_s, int | float) or at_s < 0:
        faults.append(f"{key}.at_s: must be a number of seconds from the start")
    if type(entry.get("times", 1)) is not int or not 1 <= entry.get("times", 1) <= 100:
        faults.append(f"{key}.times: must be a whole number from 1 to 100")
    if not any(action in entry for action in _ACTIONS):
        faults.append(f"{key}: does nothing; give one of {', '.join(_ACTIONS)}")
    for name in str(entry.get("key", "STOP")).split("+"):
        if name not in KEYS:
            faults.append(f"{key}.key: {name} is none of {', '.join(KEYS)}")
    for name in ("choose", "answer"):
        words = entry.get(name, [])
        if not isinstance(words, list) or not all(type(word) in (str, int) for word in words):
            faults.append(f"{key}.{name}: must be a list of words on the screen, or of numbers to key in")
    faults += _patient_faults(f"{key}.patient", entry.get("patient", {}), None)
    for knob in entry.get("fault", {}):
        part, _, name = knob.partition(".")
        if name not in PARTS.get(part, ()):
            faults.append(f"{key}.fault.{knob}: no such knob (docs/simulator.md lists them)")
    return faults


def _expect_faults(expect: dict) -> list[str]:
    faults = [f"expect.{key}: no such expectation" for key in expect if key not in _EXPECTED]
    phases = {phase for phase, _ in session.TRANSITIONS}
    for i, row in enumerate(expect.get("contents", [])):
        if not isinstance(row, dict) or set(row) != {"record", "has"} or not isinstance(row["has"], dict):
            faults.append(f'expect.contents[{i}]: must be {{"record": name, "has": {{field: value}}}}')
    for i, row in enumerate(expect.get("phases", [])):
        if not isinstance(row, list) or len(row) != 3 or row[0] not in phases:
            faults.append(f"expect.phases[{i}]: must be [phase, earliest s, latest s]")
    for i, row in enumerate(expect.get("cuff", [])):
        if not isinstance(row, list) or len(row) != 3 or row[0] not in _CUFF:
            faults.append(f"expect.cuff[{i}]: must be [event, earliest s, latest s]")
    return faults


def _utc_s(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).timestamp())


def _each(entry: dict) -> list[dict]:
    """An entry as often as it says, a second apart."""
    once = {name: value for name, value in entry.items() if name != "times"}
    return [{**once, "at_s": entry["at_s"] + k} for k in range(entry.get("times", 1))]


def _prepared(raw: dict, folder: Path) -> dict:
    timeline = sorted((once for entry in raw["timeline"] for once in _each(entry)), key=lambda entry: entry["at_s"])
    job: dict = dict(raw, start_utc_s=_utc_s(raw["start_utc"]), timeline=timeline)
    if "plan" in raw:
        job["plan"] = _plan(raw)
    if "recording" in raw.get("patient", {}):
        job["patient"] = dict(raw["patient"], recording=str((folder / raw["patient"]["recording"]).resolve()))
    return job
