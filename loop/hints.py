"""Measures and invariants for a program's loops, guessed from runs: the notes of a proof."""

from collections.abc import Iterator
from itertools import pairwise

from loop.fit import is_linear
from loop.observe import Loop, evaluator
from verify import ir
from verify.interpreter import text
from verify.ir import Expr
from verify.limits import Limits
from verify.notes import Note


def python_text(e: Expr) -> str:
    """Return an expression as Python source over the variables' own names."""
    return text(e, prefix="", guarded=False)


VARIANTS = 4
"""how many ways of choosing measures and invariants there are"""


def to_notes(loops: dict[int, Loop], limits: Limits, variant: int = 0) -> tuple[Note, ...]:
    """Return a note for each loop that needs one: a measure where none is given, invariants where something rests on them.

    Variants 0 and 1 prefer linear measures, 2 and 3 those that the test suggests; 0 and 3 note every fact, 1 and 2 only those
    about one variable.
    """
    notes = []
    for index, own in sorted(loops.items()):
        given = own.loop.measure if isinstance(own.loop, ir.While) else None
        measure = None
        if isinstance(own.loop, ir.While) and given is None:
            found = sorted(_measures(own, limits), key=lambda m: is_linear(m) == (variant > 1))
            measure = found[0] if found else None
        chosen = given if given is not None else measure
        plain = chosen is None or (measure is not None and is_linear(measure) and measure in list(_of_test(own.test)))
        needs = _can_raise(own) or not plain
        facts = [f for f in own.facts if variant in (0, 3) or _names(f) == 1] if needs else []
        if measure is not None or facts:
            notes.append(Note(index, None if measure is None else python_text(measure), tuple(map(python_text, facts))))
    return tuple(notes)


def _names(e: Expr) -> int:
    return len({x.name for x in ir.subexpressions(e) if isinstance(x, ir.Var)})


def _can_raise(own: Loop) -> bool:
    """Say whether anything in the loop has a safety condition."""
    inside = [e for s in ir.statements((own.loop,)) for e in ir.expressions(s)]
    zero_steps = any(isinstance(s, ir.For) and not isinstance(s.step, ir.Const) for s in ir.statements(own.turn))
    return zero_steps or any(ir.safe(e) != ir.TRUE for e in inside)


def _of_test(test: Expr) -> Iterator[Expr]:
    """Yield what a test suggests as a measure, for each comparison in it."""
    for e in ir.subexpressions(test):
        match e:
            case ir.Compare((a, b), (("lt" | "le"),)):
                yield ir.Binary("sub", b, a)
            case ir.Compare((a, b), (("gt" | "ge"),)):
                yield a if b == ir.Const(0) else ir.Binary("sub", a, b)
            case ir.Compare((a, b), ("ne",)):
                yield a if b == ir.Const(0) else ir.Binary("sub", a, b)
                yield ir.Unary("abs", a if b == ir.Const(0) else ir.Binary("sub", a, b))
            case ir.Unary("truth", a):
                yield a
                yield ir.Unary("abs", a)


def _measures(own: Loop, limits: Limits) -> Iterator[Expr]:
    """Yield measures that fell with every turn seen and were never negative where the loop went on."""
    ints = [ir.Var(n, "int") for n in own.ints]
    guesses: list[Expr] = [*_of_test(own.test), *ints]
    guesses += [ir.Binary("sub", a, b) for a in ints for b in ints if a != b]
    guesses += [ir.Unary("abs", a) for a in ints]
    guesses += [ir.Binary("add", a, b) for i, a in enumerate(ints) for b in ints[i + 1 :]]
    for guess in guesses:
        value = evaluator(guess, own.names, limits)
        if own.chains and all(_falls([value(s) for s in chain]) for chain in own.chains):
            yield guess


def _falls(values: list[int | bool | None]) -> bool:
    """Say whether each value is below the one before, and all but the last are non-negative."""
    known = [v for v in values if v is not None]
    return len(known) == len(values) and all(a > b and a >= 0 for a, b in pairwise(known))
