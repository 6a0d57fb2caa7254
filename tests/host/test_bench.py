"""docs/bench.md speaks of today's estimator, and the benchmark's own arithmetic is right."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "bench"))

import estimators  # noqa: E402
import recordings  # noqa: E402
import synthetic  # noqa: E402
from score import row, score  # noqa: E402


def test_the_printed_figures_are_those_of_todays_estimator() -> None:
    by_set: dict[str, list] = {}
    for recording in recordings.carried() + synthetic.all_sets():
        by_set.setdefault(recording.set_name, []).append(estimators.sitter(recording))
    page = (ROOT / "docs" / "bench.md").read_text()
    for set_name, answers in by_set.items():
        line = row(set_name, "Sitter", score(answers))
        assert line in page, f"{line} is new: run `make bench` and `python tools/bench --docs`"


def answers(*pairs: tuple[float | None, float | None]) -> list[estimators.Answers]:
    return [estimators.Answers(list(pairs), 8, 1.0)]


def test_a_refused_window_is_a_miss_and_no_wrong_answer() -> None:
    s = score(answers((70, None), (70, 71), (70, 66), (70, 90)))
    assert (s.windows, s.answered_pct, s.within3_pct) == (4, 75, 25)
    assert s.off10_pct == pytest.approx(100 / 3)
    assert s.shares_pct == (25, 25, 25, 25)


def test_an_answer_without_a_pulse_is_wrong_and_its_refusal_right() -> None:
    s = score(answers((70, 70), (None, 70), (None, None)))
    assert (s.answered_pct, s.within3_pct, s.off10_pct) == (100, 100, 50)
    assert s.shares_pct == pytest.approx((200 / 3, 0, 100 / 3, 0))


def test_a_folder_of_recordings_is_read_with_its_gaps_and_polarity(tmp_path: Path) -> None:
    import gzip
    import json

    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "meta.json").write_text(
        json.dumps({"fs": 25, "win_s": 10, "hop_s": 5, "ref": "inst", "up": True, "primary": "ppg"})
    )
    wave = [(k % 20) if k % 7 else "" for k in range(500)]
    with gzip.open(folder / "a.csv.gz", "wt") as file:
        file.write("t_s,ppg\n" + "".join(f"{k / 25},{v}\n" for k, v in enumerate(wave)))
    (folder / "a.ref.csv").write_text("t_s,hr_bpm,confirmed\n" + "".join(f"{k / 4},75,{k // 60}\n" for k in range(80)))
    assert recordings.names(tmp_path) == [(folder, "a")]
    found = recordings.read(folder, "a")
    assert [(w.end_s, w.truth_bpm) for w in found.windows] == [(15, 75), (20, 75)]  # unconfirmed before 15 s
    assert found.light[19] < found.light[10] < found.light[1]  # systole downwards
