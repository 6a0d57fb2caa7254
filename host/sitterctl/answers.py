"""What a unit said, looked at before anybody believes it: a device that is broken, or only calls itself a unit, may say
anything. Its words end up on a terminal, so that no character of them is one that moves the cursor."""

import json

from sitterctl.errors import CHECK_FAILED, SitterError

_DEEPEST = 20


def parsed(body: bytes) -> dict:
    """An answer as it came. Raises SitterError when it is none."""
    try:
        answer = _plain(json.loads(body), 0)
    except (ValueError, RecursionError) as error:
        raise nonsense("no JSON") from error
    if not isinstance(answer, dict):
        raise nonsense("no table")
    return answer


def _plain(value: object, depth: int) -> object:
    """The same with `?` for whatever does not print."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "?" for c in value)
    if isinstance(value, list):
        return [_plain(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {_plain(name, depth + 1): _plain(one, depth + 1) for name, one in value.items()}
    return value


def need(answer: dict, **kinds: type | tuple[type, ...]) -> dict:
    """The answer, if it has these fields and each is of its kind; `int` is no boolean and no larger than 2^53. Raises
    SitterError."""
    for name, kind in kinds.items():
        value = answer.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise nonsense(name)
        if isinstance(value, int) and abs(value) >= 1 << 53:
            raise nonsense(name)
    return answer


def raw(answer: dict, name: str, count: int) -> bytes:
    """So many bytes that stand there as hex digits. Raises SitterError."""
    try:
        value = bytes.fromhex(answer.get(name, ""))
    except (TypeError, ValueError):
        value = b""
    if len(value) != count:
        raise nonsense(name)
    return value


def nonsense(what: str) -> SitterError:
    return SitterError(f"what answers is no unit of ours, or a broken one: its answer made no sense ({what})",
                       "is it the unit's port? `sitterctl ports` lists who answers as what",
                       exit_code=CHECK_FAILED)  # fmt: skip
