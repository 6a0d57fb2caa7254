"""What has come to pass with a unit between two looks at it, in lines for people."""

from sitterctl.watching import LIVE, Shown

Alarms = tuple[tuple[str, int, str], ...]

_PRIORITIES = ("", "low", "medium", "high")
# As many alarms as an answer names: behind a full list there may be more.
_ALARMS_NAMED = 6


def news(was: Shown | None, now: Shown) -> list[str]:
    """What to tell who saw `was`, or nothing yet."""
    restarted = now.restarted_s is not None and (was is None or was.restarted_s != now.restarted_s)
    told = [now.restart] if restarted else []
    if now.state != LIVE:
        return told + _of_loss(was, now)
    if was is None or was.state != LIVE:
        return [*told, f"watched, in {now.phase}", *_of_alarms((), now.alarms)]
    told += [f"now in {now.phase}"] if now.phase != was.phase else []
    told += _of_alarms(was.alarms, now.alarms)
    return told + ([f"blood pressure {now.pressure}"] if _is_newer(was.pressure_age_s, now.pressure_age_s) else [])


def _of_loss(was: Shown | None, now: Shown) -> list[str]:
    """Its beginning and each new reason, not each second of it."""
    if was and (was.state, was.why) == (now.state, now.why):
        return []
    return [f"LOST, {now.last}: {now.why}" if now.loss else now.why]


def _is_newer(was_s: int | None, now_s: int | None) -> bool:
    """By the ages of two pressures: an age only falls when there is a new one."""
    return now_s is not None and (was_s is None or now_s < was_s)


def _of_alarms(was: Alarms, now: Alarms) -> list[str]:
    before, after = {name: priority for name, priority, _ in was}, {name for name, _, _ in now}
    told = [f"ALARM, {_PRIORITIES[priority]}: {sentence}" for name, priority, sentence in now
            if before.get(name, 0) < priority]  # fmt: skip
    if len(now) < _ALARMS_NAMED:  # or one that is named no longer may only have been pushed out
        told += [f"ended: {sentence}" for name, _, sentence in was if name not in after]
    return told
