"""Which lemmas of a graph a proof is offered: a budget, and what past goals said of each lemma's worth.

A lemma about a loop is offered to loops alike until it was seen to help nowhere; one about the library, a rule among them, only
where it was seen to help. What is not offered stays in the graph. What is offered is chosen by worth, then by how many nodes
rest on a lemma, then by age, then by the node's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from loop.search.reading import items, natural, record, text
from verify.canonical import Data, Digest

Standing: TypeAlias = Literal["kept", "on probation", "forgotten"]
Rank: TypeAlias = tuple[int, int, int, int, int, Digest]
"""the lower, the sooner a lemma is offered"""


@dataclass(frozen=True, slots=True)
class Offering:
    """The budget: the most lemmas that one proof is offered, and how long a lemma is on probation."""

    library: int = 8
    """lemmas about the library"""
    function: int = 2
    """lemmas about one function"""
    goals: int = 2
    """past goals, that which a lemma came from left out, on which one about a function may help nothing before it is forgotten"""
    library_goals: int = 6
    """the same of a lemma about the library, which is offered to many goals that it has nothing to do with"""

    untried: bool = False
    """whether a lemma about the library is offered before it helped anywhere; one that has nothing to do with a goal may make a
    tactic lose its way, and there are many of those"""

    def patience(self, definitions: str) -> int:
        """Return on how many goals a lemma may help nothing, by the definitions that it is about."""
        return self.goals if definitions else self.library_goals


DEFAULT: Final = Offering()


@dataclass(frozen=True, slots=True)
class Weight:
    """What a lemma came to on past goals, the one that it came from left out."""

    proved: int = 0
    """goals that have a proof, or one in a stronger order, with the lemma alone, less those that have one without it alone"""
    shortened: int = 0
    """goals that it shortened"""
    saved: int = 0
    """checks that Lean is asked less with it, summed over the goals that have a proof with it; negative where they are more"""
    measured: int = 0
    """goals that it was measured on"""

    @property
    def helped(self) -> int:
        """How many goals are the better for it, less those that are the worse."""
        return max(0, self.proved + self.shortened)

    def standing(self, patience: int) -> Standing:
        """Return what becomes of a lemma that may help on none of so many goals."""
        if self.helped:
            return "kept"
        return "forgotten" if self.measured >= patience else "on probation"


UNMEASURED: Final = Weight()


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of lemmas by their nodes, the oldest first; a lemma that is not among them is the youngest."""

    of: Mapping[Digest, Weight] = field(default_factory=dict)
    ages: Mapping[Digest, int] = field(init=False, repr=False, compare=False)
    """the place of each"""

    def __post_init__(self) -> None:
        """Number the lemmas."""
        object.__setattr__(self, "ages", {node: i for i, node in enumerate(self.of)})

    def weight(self, node: Digest) -> Weight:
        """Return the weight of a lemma, that of nothing measured where it has none."""
        return self.of.get(node, UNMEASURED)

    def rank(self, node: Digest, uses: int) -> Rank:
        """Return the place of a lemma among others; `uses` counts the nodes that rest on it."""
        w = self.weight(node)
        return 0 if w.helped else 1, -w.proved, -w.saved, -uses, self.ages.get(node, len(self.of)), node

    def to_data(self) -> list[Data]:
        """Return them as JSON data, in their order."""
        return [
            {"node": n, "proved": w.proved, "shortened": w.shortened, "saved": w.saved, "measured": w.measured}
            for n, w in self.of.items()
        ]

    @classmethod
    def from_data(cls, data: object) -> "Weights":
        """Read what `to_data` wrote. Raises ValueError."""
        found: dict[Digest, Weight] = {}
        for row in items(data):
            of = record(row, "node", "proved", "shortened", "saved", "measured")
            counts = (natural(of["shortened"]), _whole(of["saved"]), natural(of["measured"]))
            found[text(of["node"])] = Weight(_whole(of["proved"]), *counts)
        return cls(found)


def _whole(data: object) -> int:
    if not isinstance(data, int) or isinstance(data, bool):
        raise ValueError("a whole number is due")  # noqa: TRY004 - malformed input is a ValueError throughout
    return data


NOTHING: Final = Weights()
