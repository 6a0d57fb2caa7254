"""What is tried out or serviced step by step, with somebody at the unit: the person, and what came of each step."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Protocol

import click

PASSED, FAILED, SKIPPED, NOT_ASKED = "passed", "failed", "skipped", "not asked"
YES, NO, REPEAT, SKIP = "y", "n", "r", "s"
_WORDS = {YES: "[y]es", NO: "[n]o", REPEAT: "[r]epeat", SKIP: "[s]kip"}


@dataclass(frozen=True)
class Kind:
    """Of a guided run: the words of its command, and the title of its record."""

    command: str
    title: str


@dataclass(frozen=True)
class Result:
    """What came of a part: one of the four above, what was found, and if it did not pass, where to go on."""

    part: str
    state: str
    found: str
    go_on: str = ""

    @property
    def row(self) -> dict:
        return asdict(self)


class Person(Protocol):
    """Somebody at the unit."""

    def tell(self, text: str) -> None: ...

    def choose(self, question: str, options: str) -> str:
        """One letter of the options. Raises click.Abort when they have had enough."""
        ...

    def number(self, question: str, options: str) -> float | str:
        """What they read off something, or one letter of the options."""
        ...


class AtTheTerminal:
    """The person, on stderr and stdin: stdout is for the result."""

    def tell(self, text: str) -> None:
        click.echo(text, err=True)

    def choose(self, question: str, options: str) -> str:
        words = ", ".join(_WORDS[option] for option in options)
        kind = click.Choice(list(options), case_sensitive=False)
        return click.prompt(f"{question} ({words})", type=kind, show_choices=False, err=True)

    def number(self, question: str, options: str) -> float | str:
        words = ", ".join(_WORDS[option] for option in options)
        while True:
            said = click.prompt(f"{question} (a number, {words})", err=True).strip().lower().replace(",", ".")
            if said and said in options:
                return said
            with contextlib.suppress(ValueError):
                return float(said)


def repeated(person: Person, part: str, about: str, once: Callable[[], Result | None]) -> Result:
    """A part as often as the person wants: `once` gives what came of it, None where they want another go."""
    person.tell(f"\n{part}: {about}")
    while True:
        result = once()
        if result is None:
            continue
        if result.state != FAILED:
            return result
        person.tell(f"{part}: {result.found}\n{result.go_on}")
        if person.choose("Once more, or on to the next?", REPEAT + NO) == NO:
            return result


def open_parts(parts: Iterable[str], results: list[Result]) -> list[str]:
    """The parts that did not pass or were not come to, those left to people included."""
    passed = {result.part for result in results if result.state == PASSED}
    return [part for part in parts if part not in passed]


def well(results: list[Result]) -> bool:
    """Whether nothing failed or was skipped; what people were never asked is not held against the unit."""
    return all(result.state in (PASSED, NOT_ASKED) for result in results)
