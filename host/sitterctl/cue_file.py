"""A cue programme as a file that people write: TOML, the tables that the unit has, with a title, a route and, for the
preview, how long each phase is thought to last. The check is the unit's own; docs/therapy.md explains the fields.
"""

from dataclasses import dataclass
from pathlib import Path

from sitter import catalogue, plan, programme
from sitterctl import toml_file
from sitterctl.errors import CHECK_FAILED, USAGE, SitterError

KIND, VERSION = "sitter cues", 1
_HEADER = ("kind", "version", "title", "route", "minutes")
SHIPPED = Path(__file__).parent / "programmes"
LONGEST_MIN = 240
# As long as nothing else is said: the times of a sublingual session, and something before and after.
_MINUTES = {"ready": 15, "onset": 20, "peak": 40, "return": 60, "recovery": 30}
_MISFITS = {
    catalogue.NO_FOLDER: "{phase}.folder: there is no folder {folder} on the card",
    catalogue.NO_TRACK: "{phase}.tracks: there is no track {track} in folder {folder} on the card",
    catalogue.LYRICS: "{phase}.tracks: track {track} of folder {folder} is sung; no lyrics before the return",
}


@dataclass(frozen=True)
class Cues:
    """One programme: `phases` is what goes into a plan as its `cues`."""

    name: str
    title: str
    route: str
    minutes: dict[str, int]
    phases: dict


def shipped() -> list[Path]:
    return sorted(SHIPPED.glob("*.toml"))


def find(name: str) -> Path:
    """The file of that path, or the shipped programme of that name. Raises SitterError."""
    path, example = Path(name), SHIPPED / f"{name}.toml"
    if not path.exists() and example.exists():
        return example
    return path


def read(path: Path) -> Cues:
    """A checked programme. Raises SitterError with every fault."""
    whole, _ = toml_file.read(path)
    faults = _faults(whole)
    if faults:
        raise _refused(path, faults, USAGE)
    phases = {name: whole[name] for name in whole if name not in _HEADER}
    return Cues(path.stem, whole["title"], whole["route"], {**_MINUTES, **whole.get("minutes", {})}, phases)


def _refused(path: Path, faults: list[str], exit_code: int) -> SitterError:
    listed = "\n".join(f"  {path}: {fault}" for fault in faults)
    return SitterError(f"this programme can't be used:\n{listed}", "mend the file and try again",
                       exit_code=exit_code, details={"faults": faults})  # fmt: skip


def _faults(whole: dict) -> list[str]:
    faults = []
    if whole.get("kind") != KIND:
        faults.append(f'kind: must be "{KIND}"')
    if whole.get("version") != VERSION:
        faults.append(f"version: must be {VERSION}")
    if not isinstance(whole.get("title"), str) or not whole["title"].strip():
        faults.append("title: must be text")
    if whole.get("route") not in plan.ROUTES:
        faults.append(f"route: must be one of {', '.join(plan.ROUTES)}")
    faults += _minutes_faults(whole.get("minutes", {}))
    return faults + programme.check({name: whole[name] for name in whole if name not in _HEADER})


def _minutes_faults(minutes: object) -> list[str]:
    if not isinstance(minutes, dict):
        return ["minutes: must be a table"]
    faults = [f"minutes.{phase}: no such phase" for phase in sorted(minutes) if phase not in programme.PHASES]
    for phase in programme.PHASES:
        value = minutes.get(phase, 1)
        if type(value) is not int or not 1 <= value <= LONGEST_MIN:
            faults.append(f"minutes.{phase}: must be a whole number from 1 to {LONGEST_MIN}")
    return faults


def fit(path: Path, cues: Cues, card: catalogue.Catalogue) -> None:
    """Raise SitterError with everything that the programme asks for and the card hasn't got, or has with words."""
    found = card.misfits(cues.phases, cues.route)
    if found:
        faults = [misfit_words(*row) for row in found]
        raise _refused(path, faults, CHECK_FAILED)


def misfit_words(phase: str, what: str, folder: int, track: int) -> str:
    """A sentence that begins with the dotted key."""
    return _MISFITS[what].format(phase=phase, folder=folder, track=track)
