"""Runs a program by several readings on inputs, and says where they differ."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fuzz.readings import SOME, InInterpreter, InPython, Outcome, Plainly, Reading, read, same
from tests.fuzz.values import Arguments
from verify.reasons import Refusal


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two readings that give different things on one input."""

    text: str
    arguments: Arguments
    outcomes: dict[str, str]
    """by reading"""


@dataclass(slots=True)
class Comparer:
    """Compares readings and counts; the interpreter comes first, since it has the fuel, and CPython is right."""

    further: Sequence[Reading] = ()
    counted: int = 8
    """inputs at most of each program that the plain count runs, which is slow, and the further readings"""
    programs: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """inputs by outcome"""
    refusals: Counter[str] = field(default_factory=Counter)
    """programs that the reader refused, by reason"""

    def compare(self, text: str, inputs: Sequence[Arguments]) -> Disagreement | None:
        """Run a program on inputs; return the first disagreement."""
        self.programs += 1
        try:
            case = read(text)
        except Refusal as refusal:
            self.refusals[reason(refusal)] += 1
            return None
        first = InInterpreter().outcomes(case, inputs)
        ended = [(a, o) for a, o in zip(inputs, first, strict=True) if o is not None]
        self.counts["out of fuel"] += len(inputs) - len(ended)
        if not ended:
            return None
        points = [a for a, _ in ended]
        due = InPython().outcomes(case, points)
        sure = [i for i, o in enumerate(due) if o is not None]
        points = [points[i] for i in sure]
        columns: list[tuple[str, Sequence[Outcome | None]]] = [("CPython", [due[i] for i in sure])]
        columns.append(("interpreter", [ended[i][1] for i in sure]))
        slow: list[Reading] = [Plainly(), *self.further]
        columns += [(r.name, r.outcomes(case, points[: self.counted])) for r in slow]
        for i, arguments in enumerate(points):
            row = {n: found for n, outcomes in columns if i < len(outcomes) and (found := outcomes[i]) is not None}
            self.counts[row["CPython"].raised or "a value"] += 1
            self.counts.update(f"by {name}" for name in row)
            if not agree(list(row.values())):
                return Disagreement(text, arguments, {n: str(o) for n, o in row.items()})
        return None


def agree(outcomes: list[Outcome]) -> bool:
    """Say whether outcomes agree with the first, which is CPython's, and the ticks of those that count them with each other."""
    due = outcomes[0]
    counted = {o.ticks for o in outcomes if o.ticks is not None}
    return len(counted) < 2 and all(_agrees(due, o) for o in outcomes)


def _agrees(due: Outcome, got: Outcome) -> bool:
    if due.raised or got.raised:
        return due.raised == got.raised or (got.raised == SOME and bool(due.raised))
    return same(due.value, got.value)


def reason(refusal: Refusal) -> str:
    """Return the reason of a refusal without names and places."""
    text = re.sub(r"`[^`]*`", "_", str(refusal.reason.what))
    return f"{type(refusal.reason).__name__}: {text}"
