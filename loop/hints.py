"""Measures and invariants for a program's loops, guessed from runs: the notes of a proof."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations
from typing import Final

from loop.fit import is_linear
from loop.observe import Loop, evaluator
from verify import ir
from verify.calls import helpers_of
from verify.interpreter import text
from verify.ir import Expr, ListOf, Value
from verify.limits import Limits
from verify.notes import Note


def python_text(e: Expr) -> str:
    """Return an expression as Python source over the variables' own names."""
    return text(e, prefix="", guarded=False)


VARIANTS = 6
"""how many ways of choosing measures and invariants there are"""
PLAIN = 4
"""variants that take up what is said of elements only where a loop rests on it"""
MOST = 6
"""measures suggested by tests that are tried in sums of two"""


def to_notes(loops: dict[int, Loop], limits: Limits, variant: int = 0) -> tuple[Note, ...]:
    """Return a note for each loop that needs one: a measure where none is given, invariants where something rests on them.

    Variants 0, 1 and 4 prefer linear measures, 2 and 3 those that the test suggests; 0, 3 and 4 note every fact, 1, 2 and 5 only
    those about one variable. What is said of lengths is noted where anything in the program rests on them, inside the loop or
    after. What is said of elements is noted in the first four variants where a loop rests on it, and else in the last two.
    """
    notes = []
    of_elements = any(own.leading for own in loops.values()) == (variant < PLAIN)
    for index, own in sorted(loops.items()):
        given = own.loop.measure if isinstance(own.loop, ir.While) else None
        measure = None
        if isinstance(own.loop, ir.While) and given is None:
            found = sorted(_measures(own, limits), key=lambda m: is_linear(m) == (variant in (2, 3)))
            measure = found[0] if found else None
        chosen = given if given is not None else measure
        bounded = list(_of_test(own.test, bounding=True))
        plain = chosen is None or (measure is not None and is_linear(measure) and measure in bounded)
        needs = _can_raise(own) or not plain
        facts = [f for f in (*own.facts, *own.around) if needs or (own.indexed and _of_lists(f))]
        facts = [f for f in facts if variant in (0, 3, 4) or len(ir.variables(f)) == 1]
        facts += own.elements if of_elements else ()
        if measure is not None or facts:
            notes.append(Note(index, None if measure is None else python_text(measure), tuple(map(python_text, facts))))
    return tuple(notes)


def _of_lists(e: Expr) -> bool:
    return any(isinstance(x, ir.Length) for x in ir.subexpressions(e))


def _can_raise(own: Loop) -> bool:
    """Say whether anything in the loop has a safety condition."""
    inside = [e for s in ir.statements((own.loop,)) for e in ir.expressions(s)]
    zero_steps = any(isinstance(s, ir.For) and not isinstance(s.step, ir.Const) for s in ir.statements(own.turn))
    return zero_steps or any(ir.safe(e) != ir.TRUE for e in inside)


def _of_test(test: Expr, *, bounding: bool = False) -> Iterator[Expr]:
    """Yield what a test suggests as a measure, for each comparison in it.

    Where it is `bounding`, only what cannot be negative where the comparison holds.
    """
    for e in ir.subexpressions(test):
        match e:
            case ir.Compare((a, b), (("lt" | "le"),)):
                yield ir.Binary("sub", b, a)
            case ir.Compare((a, b), (("gt" | "ge"),)):
                yield _above(a, b)
            case ir.Compare((a, b), ("ne",)) if a.type == "int" and not bounding:
                yield _above(a, b)
                if b != ir.Const(0):
                    yield ir.Binary("sub", b, a)
                yield ir.Unary("abs", _above(a, b))
            case ir.Compare((a, b), ("ne",)) if isinstance(a.type, ListOf):
                yield ir.Length(a)
            case ir.Unary("truth", a) if isinstance(a.type, ListOf):
                yield ir.Length(a)
            case ir.Unary("truth", a) if not bounding:
                yield a
                yield ir.Unary("abs", a)


def _above(a: Expr, b: Expr) -> Expr:
    return a if b == ir.Const(0) else ir.Binary("sub", a, b)


def _exits(block: ir.Block) -> Iterator[Expr]:
    """Yield the tests that decide within a turn whether the loop is left."""
    for s in block:
        if isinstance(s, ir.If):
            if ir.leaves((s,)) or ir.returns((s,)):
                yield s.test
            yield from _exits((*s.then, *s.orelse))


_OPPOSITE: Final[dict[ir.Relation, ir.Relation]] = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


def _opposite(test: Expr) -> Expr:
    """Return a test with each comparison in it turned round, for what it suggests."""
    match test:
        case ir.Compare(operands, (relation,)):
            return ir.Compare(operands, (_OPPOSITE[relation],))
        case ir.Unary("not", operand):
            return operand
    return ir.rebuilt(test, _opposite)


def _measures(own: Loop, limits: Limits) -> Iterator[Expr]:
    """Yield measures that fell with every turn seen and were never negative where the loop went on."""
    tests = [own.test, *map(_opposite, _exits(own.loop.body))]
    for guess in _guesses([*(ir.Var(n, "int") for n in own.ints), *map(ir.Length, own.lists)], tests):
        if not ir.variables(guess) <= set(own.names) or helpers_of((guess,)):
            continue  # it stands in a comprehension, and is about its variable; or it holds what a note cannot say
        value = evaluator(guess, own.names, limits)
        if own.chains and all(_falls([value(s) for s in chain]) for chain in own.chains):
            yield guess


def _guesses(terms: Sequence[Expr], tests: Sequence[Expr]) -> Iterator[Expr]:
    """Yield what may be a measure, each once: what tests suggest, terms, and sums and differences of two."""
    suggested = [m for t in tests for m in _of_test(t)]
    guesses: list[Expr] = [*suggested, *terms]
    guesses += [ir.Binary("sub", a, b) for a, b in permutations(terms, 2)]
    guesses += [ir.Unary("abs", a) for a in terms]
    guesses += [ir.Binary("add", a, b) for a, b in combinations(terms, 2)]
    guesses += [ir.Binary("add", a, b) for a, b in combinations(suggested[:MOST], 2)]
    yield from dict.fromkeys(guesses)


def _falls(values: Sequence[Value | None]) -> bool:
    """Say whether each value is below the one before, and all but the last are non-negative."""
    known = [v for v in values if isinstance(v, int)]
    return len(known) == len(values) and all(a > b and a >= 0 for a, b in pairwise(known))
