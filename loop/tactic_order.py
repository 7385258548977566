"""The order in which tactics are tried, learned from what worked: for each class of goals, how often each kind of tactic did.

It steers a search and nothing else. Cost and rate are whole numbers, and no clock has a part in them, so that the same outcomes
give the same order everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from loop.goal_text import Function, Head, at_top
from loop.portfolio import Setting, Tactic
from loop.search.weights import Weights
from verify.canonical import from_json, to_json

PRIOR: Final = 2
"""how many tries the rate over all classes counts for in a class"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one tactic on one goal."""

    goal: str
    """class of the goal, see `goal_class`"""
    tactic: str
    """label of the tactic"""
    succeeded: bool


@dataclass(slots=True)
class TacticOrder:
    """Counts of successes and of tries, by class of goals and label of tactics."""

    counts: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    policy: Weights | None = None
    """what tells the rate of a tactic in classes of goals that were seldom met, in place of its rate over all classes"""

    def learn(self, outcomes: Iterable[Outcome]) -> None:
        """Add outcomes."""
        for o in outcomes:
            of = self.counts.setdefault(o.goal, {})
            won, tried = of.get(o.tactic, (0, 0))
            of[o.tactic] = won + o.succeeded, tried + 1

    def rate(self, goal: str, tactic: str) -> Fraction:
        """Return the smoothed share of successes: that of the class, drawn to that over all classes; 1/2 for the unknown."""
        if self.policy is None:
            everywhere = [of[tactic] for of in self.counts.values() if tactic in of]
            overall = Fraction(sum(w for w, _ in everywhere) + 1, sum(n for _, n in everywhere) + 2)
        else:
            overall = self.policy.rate(tactic_features(goal, tactic))
        won, tried = self.counts.get(goal, {}).get(tactic, (0, 0))
        return (won + PRIOR * overall) / (tried + PRIOR)

    def ordered(self, goal: str, tactics: Sequence[Tactic]) -> tuple[Tactic, ...]:
        """Return tactics by expected cost, lowest first: static cost over rate; ties stay as they came."""
        known = {label: self.rate(goal, label) for label in {t.label for t in tactics}}
        return tuple(sorted(tactics, key=lambda t: t.cost / known[t.label]))

    def expected(self, goal: str, tactic: Tactic) -> Fraction:
        """Return the expected cost of one tactic."""
        return tactic.cost / self.rate(goal, tactic.label)

    def to_bytes(self) -> bytes:
        """Return canonical JSON."""
        return to_json({"counts": {g: {t: list(c) for t, c in of.items()} for g, of in self.counts.items()}})

    @classmethod
    def from_bytes(cls, content: bytes) -> "TacticOrder":
        """Read what `to_bytes` wrote and nothing else. Raises ValueError."""
        match from_json(content):
            case {"counts": dict(counts), **rest} if not rest:
                return cls({goal: dict(_labels(of)) for goal, of in counts.items()})
        raise ValueError("an object with `counts` is due, and nothing else")


def _labels(of: object) -> Iterable[tuple[str, tuple[int, int]]]:
    if not isinstance(of, dict):
        raise ValueError("a class of goals holds an object")  # noqa: TRY004 - malformed input is a ValueError throughout
    for label, count in of.items():
        match count:
            case [int(won), int(tried)] if not isinstance(won, bool) and not isinstance(tried, bool) and 0 <= won <= tried:
                yield label, (won, tried)
            case _:
                raise ValueError(f"the count of {label!r} is no pair of successes and tries")


def goal_class(functions: Sequence[Function], head: Head) -> str:
    """Return the class of a goal: what its functions recur on, its relation, and the operations that make it harder.

    >>> goal_class((), Head((), "a + b = b + a"))
    'none equal'
    """
    return " ".join(_features(functions, head))


def tactic_features(goal: str, tactic: str) -> Iterable[str]:
    """Return what a policy sees of a tactic tried on a goal of a class: its label, and that with each word of the class.

    >>> list(tactic_features("none equal", "omega"))
    ['tactic omega', 'tactic omega on none', 'tactic omega on equal']
    """
    return [f"tactic {tactic}", *(f"tactic {tactic} on {word}" for word in goal.split())]


def setting_class(setting: Setting) -> str:
    """Return the class of the goal of a setting."""
    return goal_class(setting.used, setting.head)


def _features(functions: Sequence[Function], head: Head) -> Iterable[str]:
    recursive = [f for f in functions if f.recursive]
    yield ("none", "one", "two", "several")[min(len(recursive), 3)]
    if any(not f.by_match for f in recursive):
        yield "loop"
    types = " ".join(b.type for b in head.data)
    yield from (t.lower() for t in ("Nat", "Int", "List", "Bool") if t in types)
    relation = at_top(head.goal, ("↔", "∧", "∨", "≤", "<", "≥", ">", "∣", "≠", "="))
    names = {"=": "equal", "≠": "unequal", "∣": "divides", "↔": "iff", "∧": "and", "∨": "or"}
    yield names.get(relation[1], "order") if relation else "other"
    if any(q in head.goal for q in "∀∃"):
        yield "quantified"
    if " / " in head.goal or " % " in head.goal:
        yield "division"
    if " * " in head.goal or "^" in head.goal:
        yield "product"
    if head.hypotheses:
        yield "given"


def learned(counts: Iterable[object]) -> TacticOrder:
    """Return the order that counts of several judgements amount to, each as `TacticOrder.counts` holds them.

    What is none is passed over.
    """
    order = TacticOrder()
    for of in counts:
        try:
            read = {goal: dict(_labels(labels)) for goal, labels in of.items()} if isinstance(of, dict) else {}
        except ValueError:
            continue
        for goal, labels in read.items():
            mine = order.counts.setdefault(goal, {})
            for label, (won, tried) in labels.items():
                before = mine.get(label, (0, 0))
                mine[label] = before[0] + won, before[1] + tried
    return order
