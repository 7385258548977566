"""Recursion over a list, which adds up something of each element, as a loop with an accumulator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loop.techniques.study import Draft, Study
from loop.techniques.written import applied, binders, fresh, premise, shadow, written
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Block, Expr, ListOf, Name, Program, Statement, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type, value
from verify.source import RESERVED
from verify.types import key

LEAVES = 6
"""ways through a turn, at most"""
OPENED = (
    "simp only [ne_eq, reduceCtorEq, not_false_eq_true, not_true_eq_false, if_true, if_false, ite_true, ite_false, "
    "item_cons_zero, List.tail_cons, List.length_cons, List.length_nil]"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """`f([]) = start`, and `f(xs)` is what a turn adds for `xs[0]` to `f(xs[1:])`."""

    xs: Var
    start: Expr
    turn: Block
    """assigns to the accumulator, over the element"""
    added: tuple[Expr, ...]
    """what the ways through a turn add"""
    accumulator: Name
    element: Name


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the loop, with the proof that it does the same for less."""
    found = _sum(study)
    if found is None:
        return
    head = study.head
    acc, element = found.accumulator, found.element
    loop = ir.ForEach(1, element, found.xs, found.turn)
    body = (ir.Assign((acc,), (found.start,)), loop, ir.Return(Var(acc, "int")))
    text = written(study, Program(head.name, head.parameters, (), "int", body))
    if text is not None and (lemmas := _lemmas(study, found, text[1])) is not None:
        yield Draft(text[0], f"the recursion over `{found.xs.name}` as a loop", lemmas)


def _sum(study: Study) -> Sum | None:
    head = study.head
    calls = [s for s in ir.statements(head.body) if isinstance(s, ir.Call)]
    lists = [p for p in head.parameters if p.type == ListOf("int")]
    if not calls or head.loops or head.result != "int" or len(lists) != 1 or ir.variables(study.spec.require) & {lists[0].name}:
        return None
    xs = lists[0]
    due = tuple(ir.Slice(xs, ir.Const(1), None) if p == xs else p for p in head.parameters)
    split = _split(head.body, xs)
    if split is None or any(c.arguments != due for c in calls) or ir.writes(head.body) & {p.name for p in head.parameters}:
        return None
    start, rest = split
    taken = {v.name for v in head.variables} | {head.name} | RESERVED
    acc, element = fresh(("total", "acc"), taken, 1)[0], fresh(("x", "y"), taken, 1)[0]
    added: list[Expr] = []
    turn = _turn(rest, {}, frozenset(), xs, Var(element, "int"), acc, added)
    if turn is None or not added or len(added) > LEAVES:
        return None
    return Sum(xs, start, turn, tuple(dict.fromkeys(added)), acc, element)


def _split(block: Block, xs: Var) -> tuple[Expr, Block] | None:
    """Return what is returned for the empty list, and what is done for others."""
    empty: tuple[Expr, ...] = (
        ir.Unary("not", ir.Unary("truth", xs)),
        ir.Compare((ir.Length(xs), ir.Const(0)), ("eq",)),
        ir.Compare((xs, ir.List((), "int")), ("eq",)),
    )
    match block:
        case (ir.If(test, (ir.Return(e),), orelse), *rest) if test in empty and xs.name not in ir.variables(e):
            return e, (*orelse, *rest)
        case (ir.If(ir.Unary("truth", operand), then, (ir.Return(e),)),) if operand == xs and xs.name not in ir.variables(e):
            return e, then
        case (ir.If(ir.Unary("truth", operand), then, ()), ir.Return(e)) if operand == xs and xs.name not in ir.variables(e):
            return e, then
    return None


def _turn(
    block: Sequence[Statement], env: dict[Name, Expr], held: frozenset[Name], xs: Var, x: Var, acc: Name, added: list[Expr]
) -> Block | None:
    """Return a turn's statements, and put what its leaves add into `added`; None where a leaf does something else."""
    first = ir.Item(xs, ir.Const(0))

    def of_element(e: Expr) -> Expr:
        return x if e == first else ir.rebuilt(e, of_element)

    for k, s in enumerate(block):
        match s:
            case ir.Call(target):
                held |= {target}
            case ir.Assign(targets, values):
                env = env | dict(zip(targets, [ir.substitute(v, env) for v in values], strict=True))
            case ir.If(test, then, orelse):
                tested = of_element(ir.substitute(test, env))
                sides = [_turn((*side, *block[k + 1 :]), env, held, xs, x, acc, added) for side in (then, orelse)]
                if sides[0] is None or sides[1] is None or ir.variables(tested) & (held | {xs.name}):
                    return None
                if sides[0] or not sides[1]:
                    return (ir.If(tested, sides[0], sides[1]),) if sides[0] else ()
                return (ir.If(ir.negation(tested), sides[1], ()),)
            case ir.Return(e):
                more = _more(of_element(ir.substitute(e, env)), held)
                if more is None or ir.variables(more) & (held | {xs.name}):
                    return None
                added.append(more)
                own = Var(acc, "int")
                return () if more == ir.Const(0) else (ir.Assign((acc,), (ir.Binary("add", own, more),)),)
            case _:
                return None
    return None


def _more(e: Expr, held: frozenset[Name]) -> Expr | None:
    """Return what an expression adds to the value of the call in it."""
    match e:
        case Var(n) if n in held:
            return ir.Const(0)
        case ir.Binary("add", Var(n), more) if n in held:
            return more
        case ir.Binary("add", more, Var(n)) if n in held:
            return more
        case ir.Binary("add", ir.Binary("add", a, b), c):
            inner = _more(ir.Binary("add", a, b), held)
            return None if inner is None else c if inner == ir.Const(0) else ir.Binary("add", inner, c)
    return None


def _lemmas(study: Study, s: Sum, new: Program) -> str | None:
    """Return the lemma that the loop adds up the same and costs less, and that the two versions agree."""
    head, xs = study.head, lean_name(s.xs.name)
    ground = _ground(study, s, new)
    if ground is None:
        return None
    base, slope = ground
    fixed = [p for p in head.parameters if p != s.xs]
    names = "".join(f" {lean_name(p.name)}" for p in fixed)
    guarded = study.spec.require != ir.TRUE
    given = f" {premise(study)}" if guarded else ""
    unfold = "Old.run, if_pos h" if guarded else "Old.run"

    def called(acc: str, x: str, rest: str) -> str:
        return f"({shadow('New', new, 1, {s.accumulator: acc, s.element: x, 'rest_1': rest})})"

    def old(rest: str) -> str:
        return f"({applied('Old.run', head.parameters, {s.xs.name: rest})})"

    start = value(s.start, lean_name)
    claim = (
        f"{called('acc', 'x', 'rest')}.{lean_name(s.accumulator)} = acc + {old('rest')}.1 - {start} ∧\n"
        f"      {called('acc', 'x', 'rest')}.ticks + {base} + {slope} * rest.length ≤ {old('rest')}.2"
    )

    def of_y(e: Expr) -> str:
        return value(e, lambda n: "y" if n == s.element else lean_name(n))

    steps = [f"have i{k} := ih ({'acc' if e == ir.Const(0) else f'acc + {of_y(e)}'}) y" for k, e in enumerate(s.added)]
    close = "(repeat' split) <;> first | omega | (simp_all <;> omega) | grind"
    begun = f"{called(f'({start})', '0', xs)}.ticks + {base} + {slope} * {xs}.length ≤ {old(xs)}.2"
    walk = [
        f"def walk {binders(fixed)}{given} (rest : {lean_type(s.xs.type)}) : ∀ acc x : Int,",
        f"    {claim} := by",
        "  induction rest with",
        "  | nil =>",
        "    intro acc x",
        f"    rw [New.shadow1, {unfold}]",
        f"    {OPENED} <;> {close}",
        "  | cons y ys ih =>",
        "    intro acc x",
        *(f"    {line}" for line in steps),
        f"    rw [New.shadow1, {unfold}]",
        f"    {OPENED}",
        f"    {close}",
    ]
    walked = f"walk{names}{' h' if guarded else ''} {xs} ({start}) 0"
    return "\n".join([*walk, "", *_agreeing(head, f"({walked})", given, begun), ""])


def _agreeing(head: Program, walked: str, given: str, cheaper: str) -> list[str]:
    """Return that the two versions agree, and that the new one is cheaper, from the lemma on the loop."""
    new, old = applied("New.value", head.parameters, {}), applied("Old.value", head.parameters, {})
    return [
        f"theorem same {binders(head.parameters)}{given or ' (h : True)'} : {new} = {old} := by",
        f"  have w := {walked}.1",
        "  simp only [New.value, New.out, Old.value]",
        "  omega",
        "",
        f"theorem cheaper {binders(head.parameters)}{given} : {cheaper} :=",
        f"  {walked}.2",
    ]


def _ground(study: Study, s: Sum, new: Program) -> tuple[int, int] | None:
    """Return what the recursion costs more than the loop itself for the empty list, and at least more for each element."""
    at = study.head.parameters.index(s.xs)
    machines = [Interpreter(p, study.limits) for p in (study.head, new)]
    gaps: dict[int, int] = {}
    seen = set()
    for arguments in study.runs:
        xs = arguments[at]
        if not isinstance(xs, list) or key(arguments) in seen:
            continue
        seen.add(key(arguments))
        try:
            old, cheap = (m.run(arguments).ticks for m in machines)
        except OutOfFuel:
            continue
        gaps[len(xs)] = min(gaps.get(len(xs), old - cheap), old - cheap)
    outside = _outside(s)
    if 0 not in gaps or len(gaps) < 3:  # noqa: PLR2004 - too few to tell a slope
        return None
    slope = min((g - gaps[0]) // n for n, g in gaps.items() if n)
    base = gaps[0] + outside
    return (base, slope) if slope >= 1 and base >= 0 else None


def _outside(s: Sum) -> int:
    """Return the ticks of the new version outside its loop: the first assignment's, as its value costs nothing."""
    return 1 if isinstance(s.start, ir.Const | Var) else 0


