"""From answers to figures.

`within3_pct` is of all windows with a pulse, a refused window being a miss; `off10_pct` of the windows answered, an
answer where there is no pulse being wrong. `shares_pct` are those of all windows that are within 3 bpm (or refused for
want of a pulse), in between, wrong, and refused though there was one.
"""

from dataclasses import dataclass

from estimators import Answers


@dataclass(frozen=True)
class Score:
    windows: int
    answered_pct: float
    within3_pct: float
    off10_pct: float
    first_number_s: float | None
    us_per_sample: float
    shares_pct: tuple[float, ...]


def score(answers: list[Answers]) -> Score:
    pairs = [pair for one in answers for pair in one.pairs]
    with_pulse = [(truth, bpm) for truth, bpm in pairs if truth is not None]
    answered = [(truth, bpm) for truth, bpm in pairs if bpm is not None]
    right = sum(bpm is not None and abs(bpm - truth) <= 3 for truth, bpm in with_pulse)
    wrong = sum(truth is None or abs(bpm - truth) > 10 for truth, bpm in answered)
    refused = len(with_pulse) - sum(bpm is not None for _, bpm in with_pulse)
    rightly = right + sum(truth is None and bpm is None for truth, bpm in pairs)
    shares = (rightly, len(pairs) - rightly - wrong - refused, wrong, refused)
    firsts = sorted(one.first_number_s for one in answers if one.first_number_s is not None)
    return Score(
        len(pairs),
        100 - 100 * refused / len(with_pulse),
        100 * right / len(with_pulse),
        100 * wrong / max(1, len(answered)),
        firsts[len(firsts) // 2] if firsts else None,
        sum(one.us_per_sample for one in answers) / len(answers),
        tuple(100 * n / len(pairs) for n in shares),
    )


def row(set_name: str, estimator: str, s: Score) -> str:
    """The part of a table's line that is the same on every machine."""
    return (
        f"| {set_name} | {estimator} | {s.windows} | {s.answered_pct:.1f} | {s.within3_pct:.1f} | {s.off10_pct:.1f} |"
    )
