"""Measures and invariants for a program's loops, guessed from runs: the notes of a proof."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations
from typing import Final

from loop.fit import is_linear
from loop.observe import Loop, evaluator
from verify import ir
from verify.calls import helpers_of
from verify.interpreter import text
from verify.ir import Expr, ListOf, Name, Value
from verify.limits import Limits
from verify.notes import Note


def python_text(e: Expr) -> str:
    """Return an expression as Python source over the variables' own names."""
    return text(e, prefix="", guarded=False)


VARIANTS = 6
"""how many ways of choosing measures and invariants there are"""
PLAIN = 4
"""variants that take up what is said of elements only where a loop rests on it"""
MIXED = 3
"""the variant that notes every fact"""
MOST = 6
"""measures suggested by tests that are tried in sums of two"""


def to_notes(loops: dict[int, Loop], limits: Limits, variant: int = 0) -> tuple[Note, ...]:
    """Return a note for each loop that needs one: a measure where none is given, invariants where something rests on them.

    Variants 0, 1 and 4 prefer linear measures, 2 and 3 those that the test suggests; 3 notes every fact, 1, 2 and 5 only those
    about one variable, and 0 and 4 leave out what relates values that no loop rests on and no linear arithmetic made. What is
    said of lengths is noted where anything in the program rests on them, inside the loop or after. What is said of elements is
    noted in the first four variants where a loop rests on it, and else in the last two.
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
        plain = chosen is None or (measure is not None and is_linear(measure) and measure in bounded and _even(own, measure))
        needs = _can_raise(own) or not plain
        facts = [f for f in (*own.facts, *own.around) if needs or (own.indexed and _of_lists(f))]
        apart = set[Name]() if variant == MIXED else _tangled(own) - _moving(own, chosen)
        facts = [f for f in facts if len(ir.variables(f)) == 1 or (variant in (0, MIXED, 4) and not ir.variables(f) & apart)]
        facts += own.elements if of_elements else ()
        if measure is not None or facts:
            notes.append(Note(index, None if measure is None else python_text(measure), tuple(map(python_text, facts))))
    return tuple(notes)


def _flows(own: Loop) -> list[tuple[Name, Expr]]:
    """Return what a turn assigns to each name."""
    assigned = [s for s in ir.statements(own.turn) if isinstance(s, ir.Assign)]
    return [pair for s in assigned for pair in zip(s.targets, s.values, strict=True)]


def _even(own: Loop, measure: Expr) -> bool:
    """Say whether a turn changes a measure by literals only: then it falls whatever else holds."""
    names = ir.variables(measure)
    return all(_step(n, e) for n, e in _flows(own) if n in names)


def _step(name: Name, e: Expr) -> bool:
    return isinstance(e, ir.Binary) and e.op in ("add", "sub") and e.left == ir.Var(name, "int") and isinstance(e.right, ir.Const)


def _tangled(own: Loop) -> set[Name]:
    """Return the ints that a turn gives what no sum of variables is, or what comes from such a name."""
    found: set[Name] = set()
    flows = [(n, e) for n, e in _flows(own) if e.type == "int"]
    while more := {n for n, e in flows if ir.variables(e) & found or not all(map(_sums, ir.subexpressions(e)))} - found:
        found |= more
    return found


def _sums(e: Expr) -> bool:
    match e:
        case ir.Var() | ir.Const() | ir.Unary("neg") | ir.Binary("add" | "sub"):
            return True
        case ir.Binary("mul", left, right):
            return isinstance(left, ir.Const) or isinstance(right, ir.Const)
    return False


def _moving(own: Loop, measure: Expr | None) -> set[Name]:
    """Return the names on which it rests that nothing in a loop raises, and that its measure falls."""
    found = set[Name]().union(*(ir.variables(ir.safe(e)) for e in _inside(own)), ir.variables(measure) if measure else ())
    flows = _flows(own)
    while more := {m for n, e in flows if n in found for m in ir.variables(e)} - found:
        found |= more
    return found


def _inside(own: Loop) -> list[Expr]:
    """Return the expressions of a loop, its own included."""
    return [e for s in ir.statements((own.loop,)) for e in ir.expressions(s)]


def _of_lists(e: Expr) -> bool:
    return any(isinstance(x, ir.Length) for x in ir.subexpressions(e))


def _can_raise(own: Loop) -> bool:
    """Say whether anything in the loop has a safety condition."""
    zero_steps = any(isinstance(s, ir.For) and not isinstance(s.step, ir.Const) for s in ir.statements(own.turn))
    return zero_steps or any(ir.safe(e) != ir.TRUE for e in _inside(own))


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
