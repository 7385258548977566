"""What a technique works from, and what it hands back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from loop.observe import Loop, inputs, observe
from loop.proposal import Brief
from loop.rule_store import Accepted
from loop.search.bandit import Bandit
from verify.ir import Program, Value
from verify.limits import Limits
from verify.spec import Spec


@dataclass(frozen=True, eq=False)
class Study:
    """A version to beat with its contract, and how it ran; nothing is run before it is asked for."""

    brief: Brief
    limits: Limits
    elites: tuple[str, ...] = ()
    """texts of programs that did the same as versions to beat on all runs, cheap ones first: what a search has kept"""
    operators: Bandit = field(default_factory=Bandit)
    """what the operators of a random search were good for"""
    rules: tuple[Accepted, ...] = ()
    """rewrite rules of the graph"""

    @property
    def spec(self) -> Spec:
        """The contract, and the baseline."""
        return self.brief.spec

    @property
    def head(self) -> Program:
        """The version to beat."""
        return self.brief.head.program

    @property
    def effort(self) -> int:
        """How often the same head was asked about before: 0 the first time; a dear search may go further each time."""
        return self.brief.round

    @cached_property
    def runs(self) -> list[tuple[Value, ...]]:
        """Inputs that the contract allows, the same for the same seed."""
        return inputs(self.spec, self.limits, self.brief.seed)

    @cached_property
    def loops(self) -> dict[int, Loop]:
        """The loops of the version to beat, by index, as observed on the runs."""
        return observe(self.head, self.runs, self.limits)


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate that its technique believes in; it is dropped where runs refute it, or show it no cheaper.

    `candidate` is a typed tree with the signature of the target, or the text of a whole candidate file, as a person would write
    it: helpers, `decreases` and all. `lemmas` is the text of the Lean file beside it, "" for none.
    """

    candidate: Program | str
    idea: str
    """one line for people"""
    lemmas: str = ""


Technique: TypeAlias = Callable[[Study], Iterator[Draft]]
"""yields drafts, most promising first, in an order that depends on nothing but the study"""
