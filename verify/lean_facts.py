"""Decides: a loop -> theorems about what it leaves, for those that go on from there.

They are printed where anything rests on them: with the invariants of an inner loop the one around it keeps its own. Lean checks
them; where one does not hold the judgement declines.
"""

from collections.abc import Iterator, Mapping, Sequence

from verify import flow, ir
from verify.ir import Name, Program
from verify.lean_expr import condition, plain
from verify.lean_expr import field as lean_name
from verify.lean_script import lengths_of
from verify.shape import RESULT, Shape, slot


def is_relied_on(program: Program, h: Shape) -> bool:
    """Say whether anything outside a loop rests on what it leaves: a condition of safety, an invariant or a measure."""
    outside = tuple(flow.outside(program.body, h.index))
    asked = [ir.safe(e) for s in outside for e in ir.expressions(s)]
    for s in outside:
        asked += ir.noted(s)
    names = frozenset[Name]().union(*map(ir.variables, asked))
    assigned = [zip(s.targets, s.values, strict=True) for s in outside if isinstance(s, ir.Assign)]
    flows = [(t, ir.variables(e)) for pairs in assigned for t, e in pairs]
    flows += [(t, ir.variables(s.source)) for s in outside if isinstance(s, ir.ForEach) for t in (s.variable, *ir.hidden(s))]
    while more := frozenset[Name]().union(*(sources for t, sources in flows if t in names)) - names:
        names |= more
    return bool(set(h.written) & names)


def facts_of(h: Shape, binders: str, known: Mapping[int, tuple[str, ...]]) -> dict[str, str]:
    """Return theorems by their names; `known` are the names of those about other loops.

    Its invariant holds and its test does not; lists that it only stores into keep their lengths; what it only adds to rises.
    `grind` uses them wherever the loop's shadow stands.
    """
    k, args = h.index, " ".join(slot(n) for n in h.arguments)
    end = f"(shadow{k} {args})"

    def last(n: Name) -> str:
        return f"{end}.{slot(n)}" if n in h.written else slot(n)

    inner = [s.index for s in ir.statements(h.loop.body) if isinstance(s, ir.LOOPS)]
    lengths = ", ".join(lengths_of(h.loop.body) or ["length_updated"])
    given = ", ".join(["length_updated", *(name for i in inner for name in known.get(i, ()))])
    by = f"first | omega | (simp only [{lengths}]; omega) | grind [{given}]"
    ways = ["omega", f"(simp only [{lengths}] at *; omega)", f"(rename_i ih; exact ih (by {by}))", f"grind [{given}]"]
    proof = f"  fun_induction shadow{k} {args} <;> first | {' | '.join(ways)}"
    goals: dict[str, tuple[str, str]] = {}
    if not h.returns and not ir.leaves(h.loop.body):
        premise = "" if h.invariant == ir.TRUE else f" (h : {condition(h.invariant, plain)})"
        goals["left"] = premise, condition(ir.conjunction([h.invariant, ir.negation(h.test)]), last)
    for n in _stored_into(h):
        goals[f"{lean_name(n)}_length"] = "", f"{last(n)}.length = {slot(n)}.length"
    for n, rises in _drifting(h):
        low, high = (slot(n), last(n)) if rises else (last(n), slot(n))
        goals[f"{lean_name(n)}_drift"] = "", f"{low} ≤ {high}"
    return {
        f"loop{k}_{label}": f"theorem loop{k}_{label} {binders}{premise} :\n    {goal} := by\n{proof}\n"
        f"grind_pattern loop{k}_{label} => shadow{k} {args}"
        for label, (premise, goal) in goals.items()
    }


def post_of(head: str, args: str, loops: Sequence[tuple[int, str]]) -> list[str]:
    """Return the theorem `post` that a function ensures what it says, and that `grind` uses it wherever the function is called.

    `loops` are those that its body runs and about which there is a theorem, with the arguments of their shadows; without loops
    the function may call itself. What it requires is written out in the head, since `grind` does not look into `Pre`.
    """
    known = "".join(f"  have p{i} := loop{k}_left {given}\n" for i, (k, given) in enumerate(loops))
    settle = "first | omega | grind | ((repeat' split) <;> first | omega | grind)"
    ways = [f"(simp only [value, out]; {settle})", f"(simp only [value]; fun_induction run{args} <;> {settle})"]
    text = f"theorem post {head} := by\n{known}  first | {' | '.join(ways)}"
    return [text, *([f"grind_pattern post => value{args}"] if args else [])]


def _values(h: Shape, name: Name) -> list[ir.Expr | None]:
    """Return what a loop and those in it assign to a variable; None for each element that it takes of a range or a list."""
    found: list[ir.Expr | None] = []
    for s in ir.statements(h.loop.body):
        match s:
            case ir.Assign(targets, values) if name in targets:
                found.append(values[targets.index(name)])
            case ir.Call(target) if target == name:
                found.append(None)
            case ir.For() | ir.ForEach() if name in (s.variable, *ir.hidden(s)):
                found.append(None)
    own = h.loop
    return [*found, None] if not isinstance(own, ir.While) and name in (own.variable, *ir.hidden(own)) else found


def _stored_into(h: Shape) -> Iterator[Name]:
    """Yield the lists of which a loop changes nothing but elements."""
    for n in h.written:
        values = _values(h, n)
        if n != RESULT and values and all(isinstance(e, ir.Updated) for e in values):
            yield n


def _drifting(h: Shape) -> Iterator[tuple[Name, bool]]:
    """Yield the ints that a loop only adds positive literals to, and those it only takes such from: whether they rise."""
    for n in h.written:
        steps: set[str] = set()
        for e in _values(h, n):
            match e:
                case ir.Binary("add" | "sub" as op, ir.Var(name), ir.Const(c)) if name == n and c > 0:
                    steps.add(op)
                case _:
                    steps.add("other")
        if len(steps) == 1 and "other" not in steps and n in h.arguments:
            yield n, steps == {"add"}
