"""What a unit's refusals mean: for a script, and for whoever has to mend it. docs/protocol.md has the codes.

A unit speaks of its protocol where a request is not one that it takes; whoever has the unit before them is told what
that comes to. The unit's own words stay in --json, as `said`.
"""

import re

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
# What a session keeps from being done, by its verb.
_WHAT = {
    "label.set": "new label",
    "clock.set": "new time",
    "provision": "key",
    "put.begin": "new settings, plan or program",
    "put.commit": "new settings, plan or program",
    "selftest": "test of its parts",
    "nibp.service": "service of the cuff module",
    "restart": "restart",
    "service": "service mode",
}
_OTHER = "it does not understand what it was asked: its firmware is of another version than this sitterctl"
_BRING_UP = "`sitterctl update --show` tells its version, `sitterctl update` brings it up to date"
_LOST = "what was sent did not arrive whole"
_AGAIN = "the same command sends it again"
# what the unit says, what that comes to, and what mends it if that is not by its code
_SAID = (
    (r"no such verb: .*|no verb|not JSON", _OTHER, _BRING_UP),
    (r"(act|name|part|result|size|what): .*|.* must be .*", _OTHER, _BRING_UP),
    (r"\S+ of \S+ bytes|not the bytes that were meant|nothing is being put|it was given up.*", _LOST, _AGAIN),
    (r"there was no challenge|no such connection.*", "somebody else has talked to it with its key meanwhile",
     "see that nobody else does, and give the same command again"),
    (r".* needs the unit's key", "that takes the unit's key", None),
    (r"label: (.*)", r"a label is \1", "the same command with a shorter or plainer one"),
    (r"utc_s: .*", "that is no time of this century", "set this computer's clock, then the same command"),
)  # fmt: skip


def _in_plain_words(said: str) -> tuple[str, str | None]:
    """What a refusal comes to, and what mends it if that is not by its code."""
    kept = re.fullmatch(r"a session is open: no (.+) before it is closed", said)
    if kept and kept[1] != "other firmware":
        return f"a session is open: no {_WHAT.get(kept[1], 'such change')} before it is closed", None
    for pattern, sentence, remedy in _SAID:
        if found := re.fullmatch(pattern, said):
            return found.expand(sentence), remedy
    return said, None


def refused(answer: dict) -> SitterError:
    """The error for an answer that is a refusal, with the unit's list of faults if it gave one."""
    code = answer.get("error")
    known = code if isinstance(code, str) else ""
    exit_code, by_code = _MEANING.get(known, (CHECK_FAILED, "docs/errors.md lists what a unit refuses"))
    told = str(answer.get("text"))
    words, remedy = _in_plain_words(told)
    said = answer.get("faults")
    faults = [str(fault) for fault in said] if isinstance(said, list) else []
    listed = "".join(f"\n  {fault}" for fault in faults)
    return SitterError(f"the unit refused: {words}{listed}", remedy or by_code, exit_code=exit_code,
                       details={"refusal": known, **({"said": told} if words != told else {}),
                                **({"faults": faults} if faults else {})})  # fmt: skip
