"""Where the saturation of a log came from, and what has to stand beside it: by the log alone.

A log says in its `oximeter` records which part measured; logs of before have none, and were a MAX30102. Points of a
curve of one's own make it no more accurate. A module has its maker's calibration; that is all that anybody here knows
of it.
"""

from sitter.reading import ADJUSTED, UNCALIBRATED
from sitterctl.slog import Log

MODULE = "by the module's own calibration"
_FIRST = "MAX30102"


def parts(log: Log) -> list[str]:
    """Each part that measured, in the order in which they came."""
    named = [str(record.fields.get("part") or _FIRST) for record in log.named("oximeter")]
    return list(dict.fromkeys(named)) or [_FIRST]


def mark(log: Log) -> str:
    """That of a module only where nothing else measured, not even for a while."""
    said = [record.fields.get("calibrated") for record in log.named("oximeter")]
    if said and all(calibrated == 1 for calibrated in said):
        return MODULE
    points = [r for r in log.named("setting") if str(r.fields.get("name")).startswith("spo2_point")]
    return ADJUSTED if any(record.fields.get("value") for record in points) else UNCALIBRATED
