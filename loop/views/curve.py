"""Two versions of a target -> their cost over the size of inputs: what was counted and measured, and what is proved of it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from loop.views.times import NOTHING, Times
from verify.canonical import Digest
from verify.graph import Graph
from verify.node import Node
from verify.spec import Order

Side: TypeAlias = Literal["old", "new"]


@dataclass(frozen=True, slots=True)
class CostPoint:
    """Both versions on one input; ticks are None from the first input on that took too many."""

    size: int
    input: str
    """in words"""
    old: int | None
    new: int | None
    bound: int | None
    """ticks that the new version is proved not to exceed here; None where that is not known as a number"""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """Measured times of both versions on one input, in nanoseconds; `size` is None where only the words are known."""

    size: int | None
    input: str
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """What two versions cost; `points` and `times` by size."""

    target: str
    old: Digest
    new: Digest
    order: Order | None
    """what is proved of the two; None where they do not follow each other and nothing follows from the steps between them"""
    claim: str
    """the order in words"""
    bound_words: str
    """what the bound is, "" where there is none"""
    size_words: str
    """what the size of an input is"""
    points: tuple[CostPoint, ...]
    times: tuple[TimePoint, ...]
    note: str
    """why there are no points, or where they end; "" for nothing to say"""


def cost_curve(graph: Graph, node: Node, against: Node | None = None, times: Times = NOTHING) -> CostCurve | None:
    """Return the curve of a version against an earlier one, by default the one that it supersedes; None of a baseline alone.

    Both are run by the reference interpreter, on inputs that the contract allows, up to a number of ticks; nothing else is run.
    """
    raise NotImplementedError
