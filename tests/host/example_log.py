"""Synthetic logs for the host's tests: any record at any time, sealed as the unit seals."""

import math
import random
from collections.abc import Callable

from sitter import records, seal
from sitterctl.keys import DEVELOPMENT_KEY

START_UTC_S = 1_773_478_800  # 2026-03-14 09:00:00 UTC
T0_MS = 20 * 60_000


class LogBuilder:
    """Writes records in the order of the calls; `seal` ends a flush."""

    def __init__(self, key: bytes = DEVELOPMENT_KEY, schema: str | None = None, **header) -> None:
        self._chain = seal.Chain(key)
        self._waiting = records.MAGIC
        self._data = b""
        fields = {"at_ms": 1000, "schema_id": records.SCHEMA_ID, "boot_id": 0x51770001, "utc_s": START_UTC_S,
                  "utc_trusted": 1, "key_id": seal.key_id(key), "unit_id": "SIM-0007", "firmware": "0.1.0",
                  "schema": records.TABLE if schema is None else schema}  # fmt: skip
        self.add("header", **{**fields, **header})

    def add(self, name: str, at_ms: int | None = None, /, **fields) -> "LogBuilder":
        if at_ms is not None:
            fields["at_ms"] = at_ms
        return self.raw(records.encode(name, fields))

    def raw(self, data: bytes) -> "LogBuilder":
        self._waiting += data
        return self

    def seal(self, at_ms: int) -> "LogBuilder":
        self._chain.update(self._waiting)
        self._data += self._waiting + self._chain.record(at_ms)
        self._waiting = b""
        return self

    def lose_power(self) -> "LogBuilder":
        """What was not sealed yet is gone."""
        self._waiting = b""
        return self

    def data(self) -> bytes:
        """Everything sealed so far, and what waits behind it."""
        return self._data + self._waiting


def small_log(key: bytes = DEVELOPMENT_KEY, **header) -> bytes:
    """Three seals and eleven records: header plan seal, vitals vitals mark seal, dose vitals close seal."""
    log = LogBuilder(key, **header)
    log.add("plan", 1100, dose_mg=150, code="K-0417", route="sublingual", cleared_by="clinician 12").seal(1200)
    for at_ms in (2000, 3000):
        log.add("vitals", at_ms, pulse_bpm=70, spo2_pct=97, perfusion_permyriad=210, quality_pct=90, finger=1)
    log.add("mark", 3500, number=1, phase="ready").seal(3600)
    log.add("dose", 4000, number=1, dose_mg=150, route="sublingual")
    log.add("vitals", 5000, pulse_bpm=71, spo2_pct=97, perfusion_permyriad=210, quality_pct=90, finger=1)
    return log.add("close", 6000, utc_s=START_UTC_S + 5, reason="key NEXT").seal(6000).data()


# --- a whole session --------------------------------------------------------------------------------------------------

SETTINGS = {"pulse_high_bpm": 120, "pulse_low_bpm": 50, "spo2_low_pct": 90, "systolic_high_mmhg": 160,
            "systolic_low_mmhg": 90, "diastolic_high_mmhg": 100, "pulse_delay_s": 10, "spo2_delay_s": 10,
            "audio_pause_s": 120, "hold_systolic_mmhg": 140, "hold_diastolic_mmhg": 90, "baseline_readings": 2,
            "pressure_overdue_s": 180, "resume_ask_min": 10, "pressure_interval_peak_min": 10,
            "pressure_interval_return_min": 15, "pressure_interval_recovery_min": 30, "leave_score": 11,
            "leave_passes": 2, "leave_apart_min": 20, "leave_after_min": 120}  # fmt: skip

PLAN = {"plan_id": "0a1b2c3d", "indication": "severe_anxiety", "route": "sublingual", "dose_mg": 150, "weight_kg": 70,
        "second_dose_mg": 50, "second_from_min": 20, "second_until_min": 60,
        "planned_min": 180, "meetings": 3, "systolic_mmhg": 124, "diastolic_mmhg": 78,
        "cleared_by": "clinician 12", "cleared_on": 20260312, "expires": 20260401}  # fmt: skip
CHECKLIST = ("identity confirmed", "fasting kept", "consent today", "escort arranged")
BASELINE = {"spo2_pct": 97, "pulse_bpm": 73, "systolic_mmhg": 127}

# The dose of 18.5 is taken back, and that of 22 stated to have been given two minutes before.
VOID_MIN, PRESSED_MIN, AGO_MIN = 18.9, 22, 2
PHASES = ((0, "checks", "key NEXT"), (14, "ready", "key NEXT"), (18.5, "onset", "key NEXT held"),
          (VOID_MIN, "ready", "dose taken back"), (PRESSED_MIN, "onset", "key NEXT held"), (40, "peak", "time"),
          (80, "return", "time"), (140, "recovery", "time"))  # fmt: skip
CUES = {"checks": (0, 0, 47, 3200, 5000), "ready": (1, 12, 27, 2900, 20000), "onset": (2, 16, 10, 2700, 60000),
        "peak": (3, 18, 3, 2700, 60000), "return": (4, 15, 10, 2700, 90000),
        "recovery": (5, 10, 21, 2900, 60000)}  # fmt: skip
MANUAL = "by hand"
# minute, systolic, diastolic, cause
PRESSURES = ((6, 128, 79, "key BP"), (10, 126, 77, "key BP"), (30, 142, 86, "schedule"), (40, 155, 93, "schedule"),
             (50, 163, 97, "schedule"), (54, 158, 96, MANUAL), (60, 161, 98, "schedule"), (70, 154, 93, "schedule"),
             (80, 147, 90, "schedule"), (96, 141, 87, "schedule"), (111, 136, 84, "schedule"),
             (126, 131, 82, "schedule"), (141, 129, 80, "schedule"), (171, 127, 78, "schedule"))  # fmt: skip
# minute, alarm, priority, value, limit, minutes until the end, minutes until silenced
ALARMS = ((50.02, "systolic_high", "medium", 163, 160, 3.98, 0.4),
          (60.02, "systolic_high", "medium", 161, 160, 10, 0.5),
          (76.2, "spo2_low", "high", 88, 90, 1.6, 0.6), (101.5, "no_finger", "medium", None, None, 1.2, None),
          (90.7, "cuff_fault", "low", 87, None, 5.3, 0.9))  # fmt: skip
KEYS = ((0, "NEXT", "short"), (6, "BP", "short"), (10, "BP", "short"), (14, "NEXT", "short"),
        (18.5, "NEXT", "hold"), (22, "NEXT", "hold"),
        (33.5, "MARK", "short"), (50.42, "SILENCE", "short"), (54, "BP", "short"), (57.5, "MARK", "short"),
        (60.52, "SILENCE", "short"), (76.8, "SILENCE", "short"), (88, "MARK", "short"), (91.6, "SILENCE", "short"),
        (180, "NEXT", "short"))  # fmt: skip
# minute, what held a reading back, cause
HELD_BACK = ((88.2, "waits", "mark"), (106, "deferred", "key BP"), (120, "capped", "schedule"))
EVENTS = ((23, "lozenge in", "onset"), (31, "lozenge out", "onset"), (62, "nausea", "peak"),
          (64, "medication given", "peak"), (142, "eye shades off", "recovery"))  # fmt: skip
# minute, action, phase, ends_min
COURSES = ((72, "hold", "peak", None), (79, "go on", "peak", 60))
# minute, occasion, moaas, breaths_per_min, dissociation, nausea
OBSERVED = ((60.5, "40 min", 4, "8 to 20", "strong", "some"), (100, "asked", None, None, "some", None),
            (149, "leaving", 5, "8 to 20", "none", "none"))  # fmt: skip
# minute, points by part, total, passed, number, minutes since the last dose
LEAVING = ((149.5, (None, 1, 2, 2, 2, 1), 8, 0, 0, 101), (158, (2, 2, 2, 2, 2, 2), 12, 1, 1, 110),
           (178.5, (2, 2, 2, 2, 2, 1), 11, 1, 2, 130))  # fmt: skip
LEAVING_PARTS = ("vitals", "activity", "nausea", "orientation", "sedation", "dissociation")
END_MIN = 180


def pulse_at(minute: float) -> int | None:
    if 101.25 <= minute < 102.7 or 44.0 <= minute < 44.3:
        return None
    rise = 22 * math.exp(-(((minute - 62) / 26) ** 2))
    return round(72 + rise + 3 * math.sin(minute * 0.9) + 2 * math.sin(minute * 5.1))


def spo2_at(minute: float) -> int | None:
    if pulse_at(minute) is None:
        return None
    dip = 10 * math.exp(-(((minute - 77) / 0.9) ** 2))
    return round(97.3 - dip + 0.6 * math.sin(minute * 0.7))


def session_log(cut_min: float | None = 116.02, gap_s: int = 24, code: str = "K-0417", noise: int = 7) -> bytes:
    """A three-hour sublingual session with a little of everything; the power fails at `cut_min` for `gap_s`."""
    log, chance = LogBuilder(), random.Random(noise)
    waiting = sorted(_events(code), key=lambda event: event[0])
    base_ms, sealed_ms = 0, 0
    cut_ms = None if cut_min is None else round(cut_min * 60_000)
    for second in range(END_MIN * 60 + 1):
        at_ms = 1000 + second * 1000
        if cut_ms is not None and at_ms >= cut_ms:
            if at_ms < sealed_ms + gap_s * 1000:
                continue
            cut_ms, base_ms = None, at_ms - 3000
            _restart(log, second, gap_s)
        while waiting and waiting[0][0] <= at_ms:
            event_ms, name, fields = waiting.pop(0)
            if "until_ms" in fields:
                fields = {**fields, "until_ms": fields["until_ms"] - base_ms}
            log.add(name, max(0, event_ms - base_ms), **fields)
        _vitals(log, at_ms - base_ms, second / 60, chance)
        if second % 10 == 9:
            log.seal(at_ms - base_ms)
            sealed_ms = at_ms
    at_ms = 1000 + END_MIN * 60_000 - base_ms
    log.add("phase", at_ms, phase="closed", cause="key NEXT")
    return log.add("close", at_ms, utc_s=START_UTC_S + END_MIN * 60, reason="key NEXT").seal(at_ms).data()


def _restart(log: LogBuilder, second: int, gap_s: int) -> None:
    log.lose_power().add("boot", 3000, boot_id=0x51770002, utc_s=START_UTC_S + second, utc_trusted=1, gap_s=gap_s,
                         reset_cause="power on")  # fmt: skip
    log.add("alarm", 3100, **_edge("unit_restarted", "medium", None, None, "started"))


def _vitals(log: LogBuilder, at_ms: int, minute: float, chance: random.Random) -> None:
    jitter = chance.choice((-1, 0, 0, 0, 1))
    pulse = pulse_at(minute)
    if minute > 1:
        log.add("vitals", at_ms, pulse_bpm=pulse and pulse + jitter, spo2_pct=spo2_at(minute),
                perfusion_permyriad=190 if pulse else None, quality_pct=88 if pulse else 10,
                finger=0 if 101.25 <= minute < 102.7 else 1)  # fmt: skip


def _events(code: str) -> list[tuple[int, str, dict]]:
    def at(minute: float) -> int:
        return 1000 + round(minute * 60_000)

    events: list[tuple[int, str, dict]] = [(at(0), "plan", {"code": code, **PLAN})]
    for number, text in enumerate(CHECKLIST, 1):
        events.append((at(1 + number / 2), "check", {"number": number, "count": len(CHECKLIST), "text": text}))
    events += [(at(0), "setting", {"name": name, "value": value}) for name, value in sorted(SETTINGS.items())]
    for minute, phase, cause in PHASES:
        folder, volume, brightness_pct, kelvin, fade_ms = CUES[phase]
        events.append((at(minute), "phase", {"phase": phase, "cause": cause}))
        events.append((at(minute), "cue", {"folder": folder, "track": 1, "volume": volume, "kelvin": kelvin,
                                           "brightness_pct": brightness_pct, "breaths_per_min": 0, "fade_ms": fade_ms,
                                           "music_fade_ms": fade_ms, "cause": phase}))  # fmt: skip
    for minute, systolic, diastolic, cause in PRESSURES:
        events += _reading(at(minute), minute, systolic, diastolic, cause)
    events += [(at(minute), "cuff", {"event": event, "cause": cause}) for minute, event, cause in HELD_BACK]
    events.append((at(90), "cuff", {"event": "started", "cause": "schedule"}))
    events.append((at(90.7), "cuff", {"event": "fault", "code": 87, "cause": "schedule"}))
    for minute, alarm, priority, value, limit, lasts, until_silenced in ALARMS:
        events.append((at(minute), "alarm", _edge(alarm, priority, value, limit, "started")))
        events.append((at(minute + lasts), "alarm", _edge(alarm, priority, value, limit, "ended")))
        if until_silenced is not None:
            silenced = at(minute + until_silenced)
            events.append(
                (silenced, "silence", {"alarm": alarm, "until_ms": silenced + 120_000, "cause": "key SILENCE"})
            )
    events += [(at(minute), "key", {"key": key, "gesture": gesture}) for minute, key, gesture in KEYS]
    for number, (minute, phase) in enumerate(((33.5, "onset"), (57.5, "peak"), (88, "return")), 1):
        events.append((at(minute), "mark", {"number": number, "phase": phase, "folder": CUES[phase][0], "track": 1,
                                            "pulse_bpm": pulse_at(minute), "spo2_pct": spo2_at(minute),
                                            "systolic_mmhg": 142 + number}))  # fmt: skip
    dose = {"number": 1, "dose_mg": 150, "route": "sublingual"}
    events += [(at(18.5), "baseline", BASELINE), (at(18.5), "dose", dose)]
    events.append((at(VOID_MIN), "void", {"number": 1, "reason": "not taken"}))
    events += [(at(PRESSED_MIN), "baseline", BASELINE), (at(PRESSED_MIN), "dose", {**dose, "ago_min": AGO_MIN})]
    events.append((at(48), "dose", {"number": 2, "dose_mg": 50, "route": "sublingual"}))
    events.append((at(116.75), "alarm", _edge("unit_restarted", "medium", None, None, "ended")))
    events.append((at(131), "part", {"part": "music", "fault": "absent"}))
    events.append((at(133), "part", {"part": "music", "fault": None}))
    return events + _seen(at)


def _reading(at_ms: int, minute: float, systolic: int, diastolic: int, cause: str) -> list[tuple[int, str, dict]]:
    """A blood pressure with the cuff's records before it, or one that was keyed in."""
    reading = {"systolic_mmhg": systolic, "diastolic_mmhg": diastolic, "cause": cause}
    if cause == MANUAL:
        return [(at_ms, "pressure", {**reading, "source": "manual"})]
    reading |= {"mean_mmhg": diastolic + (systolic - diastolic) // 3, "pulse_bpm": pulse_at(minute), "source": "cuff"}
    announced = [(at_ms - 50_000, "cuff", {"event": "announced", "cause": cause})] if cause == "schedule" else []
    return [*announced, (at_ms - 35_000, "cuff", {"event": "started", "cause": cause}), (at_ms, "pressure", reading)]


def _seen(at: Callable[[float], int]) -> list[tuple[int, str, dict]]:
    """What staff told of the patient, did with the phases, and checked before leaving."""
    told: list[tuple[int, str, dict]] = []
    told += [(at(minute), "event", {"code": code, "phase": phase}) for minute, code, phase in EVENTS]
    told += [(at(minute), "course", {"action": action, "phase": phase, "ends_min": ends_min})
             for minute, action, phase, ends_min in COURSES]  # fmt: skip
    told += [(at(minute), "observe", {"occasion": occasion, "moaas": moaas, "breaths_per_min": breaths,
                                      "dissociation": dissociation, "nausea": nausea})
             for minute, occasion, moaas, breaths, dissociation, nausea in OBSERVED]  # fmt: skip
    for minute, points, total, passed, number, since_min in LEAVING:
        told.append((at(minute), "leaving", {**dict(zip(LEAVING_PARTS, points, strict=True)), "escort": 1,
                                             "total": total, "passed": passed, "number": number,
                                             "since_dose_min": since_min, "pulse_bpm": pulse_at(minute),
                                             "systolic_mmhg": 129}))  # fmt: skip
    return told


def _edge(alarm: str, priority: str, value: int | None, limit: int | None, event: str) -> dict:
    return {"alarm": alarm, "event": event, "priority": priority, "value": value, "limit": limit, "delay_ms": 10_000}
