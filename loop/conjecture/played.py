"""What self-play has learned: carried from run to run in a JSON file beside the journal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loop.conjecture.candidates import Candidate
from loop.conjecture.falsifier import Falsifier
from loop.conjecture.grammar import GRAMMARS
from loop.conjecture.levels import Level, Levels
from loop.journal import journal_path
from loop.search.kept import kept, read
from loop.search.reading import items, natural, record, text
from loop.tactic_order import TacticOrder
from loop.techniques.rules import Rule
from verify.reasons import Refusal

FORMAT: Final = 1
OPEN: Final = 200
"""open problems that are kept; of more, the ones that came last"""
WAITING: Final = 200
"""conjectures that wait for their level; of more, the ones that came last"""
SPARE: Final = 60
"""proved rules that are needed for nothing yet; of more, the ones that came last"""
TRIED: Final = 50_000
"""conjectures that are remembered not to be made again"""


@dataclass(frozen=True, slots=True)
class Conjecture:
    """A candidate with its level; `tries` counts how often it was not proved, the last time with so many rules in the graph."""

    candidate: Candidate
    level: Level
    tries: int = 0
    rules: int = 0
    waited: bool = False
    """whether it was taken from those that wait for their level"""

    def to_data(self) -> list[object]:
        """Return it as JSON data."""
        c, n = self.candidate, self.level
        return [c.left, c.right, list(c.where), n.grammar, n.size, n.conditions, self.tries, self.rules]

    @classmethod
    def from_data(cls, data: object) -> "Conjecture":
        """Read what `to_data` wrote. Raises ValueError."""
        match items(data):
            case [left, right, where, grammar, *numbers] if grammar in [g.name for g in GRAMMARS]:
                size, conditions, tries, rules = (natural(n) for n in numbers)
                one = _readable(Candidate(text(left), text(right), tuple(text(w) for w in items(where))))
                return cls(one, Level(text(grammar), size, conditions), tries, rules)
        raise ValueError("a conjecture has two sides, conditions, a level and two numbers")


@dataclass(slots=True)
class Played:
    """Levels, killers, orders of scripts, and what was conjectured; empty where nothing was played."""

    rounds: int = 0
    levels: Levels = field(default_factory=Levels)
    falsifier: Falsifier = field(default_factory=Falsifier)
    scripts: TacticOrder = field(default_factory=TacticOrder)
    tried: dict[str, None] = field(default_factory=dict)
    """names of conjectures that were made, the oldest first"""
    open: list[Conjecture] = field(default_factory=list)
    """what was neither refuted nor proved"""
    waiting: list[Conjecture] = field(default_factory=list)
    """what the conjecturer made of refuted conjectures"""
    spare: list[Rule] = field(default_factory=list)
    """rules that were proved and are needed for nothing yet"""

    def copy(self) -> "Played":
        """Return a copy that changes by itself."""
        return Played.from_data(self.to_data())

    def remember(self, one: Candidate) -> None:
        """Remember that a conjecture was made."""
        self.tried[one.name] = None
        while len(self.tried) > TRIED:
            del self.tried[next(iter(self.tried))]

    def to_data(self) -> dict[str, object]:
        """Return it as JSON data; who goes on from it goes on as this one would have."""
        return {
            "format": FORMAT, "rounds": self.rounds, "levels": self.levels.to_data(), "falsifier": self.falsifier.to_data(),
            "scripts": self.scripts.to_bytes().decode(), "tried": list(self.tried),
            "open": [c.to_data() for c in self.open[-OPEN:]], "waiting": [c.to_data() for c in self.waiting[-WAITING:]],
            "spare": [[r.name, r.left, r.right, list(r.where), r.proof, r.both] for r in self.spare[-SPARE:]],
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: object) -> "Played":
        """Read what `to_data` wrote. Raises ValueError."""
        of = record(data, "format", "rounds", "levels", "falsifier", "scripts", "tried", "open", "waiting", "spare")
        if of["format"] != FORMAT:
            raise ValueError(f"format {FORMAT} is due")
        return cls(
            natural(of["rounds"]), Levels.from_data(of["levels"]), Falsifier.from_data(of["falsifier"]),
            TacticOrder.from_bytes(text(of["scripts"]).encode()), {text(n): None for n in items(of["tried"])},
            [Conjecture.from_data(c) for c in items(of["open"])], [Conjecture.from_data(c) for c in items(of["waiting"])],
            [_rule(r) for r in items(of["spare"])],
        )  # fmt: skip


def _rule(data: object) -> Rule:
    match items(data):
        case [name, left, right, where, proof, bool(both)]:
            one = _readable(Candidate(text(left), text(right), tuple(text(w) for w in items(where))))
            return Rule(text(name), one.left, one.right, one.where, text(proof), both=both)
    raise ValueError("a rule has a name, two sides, conditions, a proof, and whether it goes both ways")


def _readable(one: Candidate) -> Candidate:
    """Return a candidate that the language has. Raises ValueError."""
    try:
        _ = one.rule().stated.statement
    except Refusal as refusal:
        raise ValueError(f"no rule: {refusal.reason}") from None
    return one


def played_path(folder: Path) -> Path:
    """Return where the learned state of a graph's folder stands.

    >>> played_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/play.json')
    """
    return journal_path(folder).with_name("play.json")


def load(path: Path) -> tuple[Played, str]:
    """Return what earlier runs learned, and a complaint, "" for none; what cannot be read is as good as nothing learned."""
    found, complaint = read(path, Played.from_data, "is no learned state", "the players begin with nothing learned")
    return found or Played(), complaint


def save(path: Path, played: Played) -> str:
    """Write what was learned, whole or not at all; return a complaint, "" for none."""
    return kept(path, played.to_data())
