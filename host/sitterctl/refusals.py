"""What a unit's refusals mean: for a script, and for whoever has to mend it. docs/protocol.md has the codes."""

from sitterctl.errors import CHECK_FAILED, PERMISSION, SESSION_OPEN, SitterError

NEEDS_KEY = "auth-needed"
_MEANING = {
    "session-open": (SESSION_OPEN, "the same command works once the session is closed"),
    "alarm": (CHECK_FAILED, "see to the alarm first, then the same command"),
    "busy": (CHECK_FAILED, "wait until a reading is over; `sitterctl selftest nibp` says whether the module answers"),
    "clock": (CHECK_FAILED, "`sitterctl clock set`, then the same command"),
    "no-key": (PERMISSION, "give the unit its key: `sitterctl provision`"),
    "has-key": (PERMISSION, "a unit is given its key once; docs/security.md tells how one begins anew"),
    "no-chord": (PERMISSION, "it shows that you are at the unit, not somebody far away"),
    "denied": (PERMISSION, "is it the right --key?"),
    "locked": (PERMISSION, "wait, and use the right key"),
    NEEDS_KEY: (PERMISSION, "the unit was asked by somebody else meanwhile: try again"),
}


def refused(answer: dict) -> SitterError:
    """The error for an answer that is a refusal, with the unit's list of faults if it gave one."""
    code = answer.get("error")
    known = code if isinstance(code, str) else ""
    exit_code, remedy = _MEANING.get(known, (CHECK_FAILED, "docs/protocol.md lists what it can be asked"))
    said = answer.get("faults")
    faults = [str(fault) for fault in said] if isinstance(said, list) else []
    listed = "".join(f"\n  {fault}" for fault in faults)
    return SitterError(f"the unit refused: {answer.get('text')}{listed}", remedy, exit_code=exit_code,
                       details={"refusal": known, **({"faults": faults} if faults else {})})  # fmt: skip
