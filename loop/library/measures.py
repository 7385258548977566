"""What past goals came to with and without each lemma: a JSON file beside the journal, written whole, that a run reads first.

Measurements are about one judge: with another one they are made anew, and a lemma's weight is the old one until then.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loop.journal import journal_path
from loop.library.offering import Weights
from loop.search.kept import read, write
from loop.search.reading import items, natural, record, text
from verify.canonical import Data, Digest
from verify.spec import ORDERS

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search for a proof of a goal came to; all numbers are 0 but the checks where there is no proof."""

    proved: bool
    order: str | None
    """the order that was proved"""
    characters: int
    """of the proof, the text of the lemmas that it was offered left out: that stands in the graph already"""
    lines: int
    """of the whole proof"""
    checks: int
    """declarations and scripts that Lean was asked to check"""

    def proves_more(self, other: "Outcome") -> bool:
        """Say whether there is a proof where the other has none, or one in a stronger order."""
        if not self.proved or not other.proved:
            return self.proved and not other.proved
        return _strength(self.order) < _strength(other.order)

    def is_shorter(self, other: "Outcome") -> bool:
        """Say whether the same is proved with less: fewer checks, or as many for a proof that is shorter."""
        alike = self.proved and other.proved and self.order == other.order
        return alike and (self.checks, self.characters) < (other.checks, other.characters)


@dataclass(slots=True)
class Goal:
    """The measurements of one goal: without any lemma, and with each by itself; None where the proof never asked for it."""

    without: Outcome
    with_: dict[Digest, Outcome | None] = field(default_factory=dict)


@dataclass(slots=True)
class Measures:
    """All measurements of a graph's lemmas by one judge, by the node of the goal, and the weights that follow."""

    judge: Digest
    goals: dict[Digest, Goal] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    def to_data(self) -> dict[str, Data]:
        """Return them as JSON data."""
        goals: list[Data] = []
        for node, goal in self.goals.items():
            rows: list[Data] = [{"lemma": i, "came": _outcome_data(o)} for i, o in goal.with_.items()]
            goals.append({"goal": node, "without": _outcome_data(goal.without), "with": rows})
        return {"format": FORMAT, "judge": self.judge, "goals": goals, "weights": self.weights.to_data()}

    @classmethod
    def from_data(cls, data: object) -> "Measures":
        """Read what `to_data` wrote. Raises ValueError."""
        of = record(data, "format", "judge", "goals", "weights")
        if of["format"] != FORMAT:
            raise ValueError(f"format {FORMAT} is due")
        goals: dict[Digest, Goal] = {}
        for row in items(of["goals"]):
            one = record(row, "goal", "without", "with")
            if (without := _outcome(one["without"])) is None:
                raise ValueError("a goal was measured without lemmas first")
            pairs = (record(pair, "lemma", "came") for pair in items(one["with"]))
            goals[text(one["goal"])] = Goal(without, {text(p["lemma"]): _outcome(p["came"]) for p in pairs})
        return cls(text(of["judge"]), goals, Weights.from_data(of["weights"]))


def _strength(order: str | None) -> int:
    """Return the place of an order, the strongest first; a baseline's claim has none."""
    return next((i for i, o in enumerate(ORDERS) if o == order), len(ORDERS))


def _outcome_data(o: Outcome | None) -> Data:
    if o is None:
        return None
    return {"proved": o.proved, "order": o.order, "characters": o.characters, "lines": o.lines, "checks": o.checks}


def _outcome(data: object) -> Outcome | None:
    if data is None:
        return None
    of = record(data, "proved", "order", "characters", "lines", "checks")
    if not isinstance(of["proved"], bool) or of["order"] not in (None, *ORDERS):
        raise ValueError("whether a goal was proved, and in which order, is due")
    order = None if of["order"] is None else text(of["order"])
    return Outcome(of["proved"], order, *(natural(of[n]) for n in ("characters", "lines", "checks")))


def measures_path(folder: Path) -> Path:
    """Return where the measurements of a graph's folder stand.

    >>> measures_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/lemmas.json')
    """
    return journal_path(folder).with_name("lemmas.json")


def read_measures(path: Path) -> tuple[Measures | None, str]:
    """Return what was measured, None where nothing was, and a complaint, "" for none; what cannot be read was not measured."""
    return read(path, Measures.from_data, "holds no measurements", "no lemma has a weight")


def weights_in(folder: Path) -> tuple[Weights, str]:
    """Return the weights of the lemmas of a graph's folder, and a complaint, "" for none."""
    found, complaint = read_measures(measures_path(folder))
    return (found.weights if found else Weights()), complaint


def write_measures(path: Path, measures: Measures) -> None:
    """Write what was measured, whole or not at all. Raises OSError."""
    write(path, measures.to_data())
