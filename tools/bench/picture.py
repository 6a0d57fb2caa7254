"""The table as a picture: what became of every window."""

from pathlib import Path

from score import Score

_FATES = {
    "within 3 bpm, or no pulse and ---": "#2e7d52",
    "between": "#b9b36b",
    "off by over 10 bpm": "#c0392b",
    "refused: ---": "#e4e4e4",
}


def draw(scores: dict[str, dict[str, Score]], path: Path) -> None:
    from matplotlib import pyplot
    from matplotlib.patches import Patch

    pyplot.rcParams.update({"svg.hashsalt": "sitter", "svg.fonttype": "none", "font.size": 8})
    bars = [(set_name, name, s) for set_name, by_name in scores.items() for name, s in by_name.items()]
    figure, axes = pyplot.subplots(figsize=(7.2, 0.19 * len(bars) + 0.12 * len(scores) + 0.9), layout="constrained")
    y, ticks, last = 0.0, [], None
    for set_name, name, s in bars:
        if set_name != last:
            y += 0.7
            axes.text(-38, y + 1.5, set_name, ha="left", va="center", weight="bold")
            last = set_name
        _bar(axes, y, s)
        ticks.append((y, name))
        y += 1
    axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
    for label, (_, name) in zip(axes.get_yticklabels(), ticks, strict=True):
        label.set_fontweight("bold" if name == "Sitter" else "normal")
    axes.set(xlim=(0, 100), ylim=(y, 0), xlabel="percent of all windows")
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    handles = [Patch(color=color) for color in _FATES.values()]
    figure.legend(handles, list(_FATES), loc="outside upper center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(figure)


def _bar(axes, y: float, s: Score) -> None:
    left = 0.0
    for width, color in zip(s.shares_pct, _FATES.values(), strict=True):
        axes.barh(y, width, left=left, color=color, height=0.86)
        left += width
