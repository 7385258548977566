"""Measures and invariants for a program's loops, guessed from runs: the notes of a proof."""

from collections.abc import Iterator

from loop.observe import Loop, evaluator
from verify import ir
from verify.interpreter import text
from verify.ir import Expr
from verify.limits import Limits
from verify.notes import Note


def python_text(e: Expr) -> str:
    """Return an expression as Python source over the variables' own names."""
    return text(e, prefix="", product="({} * {})")


def to_notes(loops: dict[int, Loop], limits: Limits) -> tuple[Note, ...]:
    """Return a note for each loop that needs one: a measure where none is given, invariants where something can raise."""
    notes = []
    for index, own in sorted(loops.items()):
        measure = None
        if isinstance(own.loop, ir.While) and own.loop.measure is None:
            measure = next(_measures(own, limits), None)
        unsafe = _can_raise(own)
        # a measure that is a difference of the test's sides needs no invariant; any other may
        plain = measure is None or measure in list(_of_test(own.test))
        if measure is None and not unsafe and not _given_needs(own):
            continue
        facts = own.facts if unsafe or not plain or _given_needs(own) else ()
        notes.append(Note(index, None if measure is None else python_text(measure), tuple(map(python_text, facts))))
    return tuple(notes)


def _given_needs(own: Loop) -> bool:
    return isinstance(own.loop, ir.While) and own.loop.measure is not None


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
    return len(known) == len(values) and all(a > b and a >= 0 for a, b in zip(known, known[1:], strict=False))
